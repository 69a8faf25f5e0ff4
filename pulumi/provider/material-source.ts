import { defined } from "../../src/engine/defined";
import { type Fingerprint, parseFingerprint } from "../../src/engine/fingerprint";
import type { EpochSeconds } from "../../src/engine/instant";
import type { KeyMaterialSource } from "../../src/engine/key-material-source";
import { kmsNow } from "../../src/engine/kms-time";
import { differentBytes, type Offer } from "../../src/engine/offered-bytes";
import { openSource } from "../../src/engine/opened-source";
import type { Run } from "../../src/engine/run";
import { sourceFromUri } from "../../src/material-sources/source-uri";
import { configuredFingerprint, type MaterialArguments } from "./material-state";
import { warningNotices } from "./notice";
import type { Request } from "./request";

/** Where an apply gets the bytes. Undefined: none is configured. */
export function configuredSource(request: Request<MaterialArguments>): KeyMaterialSource | undefined {
  const { keyArn, keyMaterialFingerprint } = request.args;
  if (keyArn !== undefined && keyMaterialFingerprint !== undefined) {
    return request.session.inlineBytes.source(keyArn, parseFingerprint(keyMaterialFingerprint, "key_material_wo"));
  }
  const uri = givenSource(request.args);
  return uri === undefined ? undefined : sourceOf(request, uri);
}

/** The source that is named; an empty text names none. */
export function givenSource({ keyMaterialSource }: MaterialArguments): string | undefined {
  return keyMaterialSource === "" ? undefined : keyMaterialSource;
}

/** @throws ByokError `invalid_argument` for what names no source, `source_not_allowed`. */
export function sourceOf(request: Request<MaterialArguments>, uri: string): KeyMaterialSource {
  const { args, unknown, session, connection, services } = request;
  const { baseFolder, env } = session.surroundings;
  const { allowedMaterialSources: allowed } = connection;
  const { variablesOfMaterial } = session;
  const { secrets } = services;
  const isFingerprintConfigured = unknown.has("fingerprint") || configuredFingerprint(args) !== undefined;
  const attribute = "key_material_source";
  return sourceFromUri(
    uri,
    defined({ attribute, baseFolder, env, variablesOfMaterial, allowed, secrets, isFingerprintConfigured }),
  );
}

/** The bytes on offer in a preview; `later` where they are not known yet or are not to be read. */
export async function offerOf(request: Request<MaterialArguments>): Promise<Offer> {
  const { args, unknown, connection } = request;
  const { keyMaterialFingerprint } = args;
  const uri = givenSource(args);
  if (unknown.has("keyMaterial") || unknown.has("keyMaterialSource")) return { kind: "later" };
  if (keyMaterialFingerprint !== undefined) {
    const attribute = "key_material_wo";
    return { kind: "bytes", fingerprint: parseFingerprint(keyMaterialFingerprint, attribute), attribute };
  }
  if (uri === undefined) return openedOffer(request, undefined);
  if (connection.materialAccess === "apply") return { kind: "later" };
  return openedOffer(request, sourceOf(request, uri));
}

/** What a source offers now. Its bytes are wiped at once; what it warns of is reported. */
export async function openedOffer(
  { session, run, args: { keyArn } }: Request<MaterialArguments>,
  source: KeyMaterialSource | undefined,
): Promise<Offer> {
  const { offer, material } = await openSource(source, {}, { keyArn, now: timeAt(run, keyArn) });
  if (material !== undefined) session.tell(warningNotices(material.warnings));
  material?.destroy();
  return offer;
}

/** The time of the key's KMS, or that of this machine where the KMS was not asked yet. */
function timeAt(run: Run, keyArn: string | undefined): EpochSeconds {
  const local = Math.floor(run.clock.now() / 1000);
  if (keyArn === undefined) return local;
  const { kms, region } = run.services.locate(keyArn, "key_arn");
  return kmsNow(run, run.services.service(kms, region)) ?? local;
}

/** @throws ByokError `different_material` for other bytes than the arguments name, or than an import has proved. */
export function refuseOtherBytes(offer: Offer, args: MaterialArguments, proved?: Fingerprint): void {
  const error = differentBytes(offer, configuredFingerprint(args), proved);
  if (error !== undefined) throw error;
}
