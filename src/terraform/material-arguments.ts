import { defined } from "../engine/defined";
import { importedKeyMaterialFields } from "../definitions/imported-key-material";
import type { ImportedKeyMaterialValues } from "../definitions/imported-key-material-rules";
import { materialSettingsOf } from "../definitions/material-settings";
import type { MaterialSettings } from "../engine/imported-key-material";
import type { KeyMaterialSource } from "../engine/key-material-source";
import type { KmsProfile } from "../engine/kms-profile";
import { type Lifetime, lifetimeFrom } from "../engine/lifetime";
import { type Opened, openSource } from "../engine/opened-source";
import { defaultKms, kmsOfArn, kmsProfiles } from "../kms/clouds";
import { sourceFromUri } from "../material-sources/source-uri";
import { childOfProgram } from "../pkcs11/child-command";
import { isEmptyValue, valueSource } from "../material-sources/value";
import type { ByokClient } from "./client";
import { localTime, timeOf } from "./kms-clock";
import type { importedKeyMaterialSchema } from "./imported-key-material-schema";
import { present } from "./known";
import type { Config, KnownConfig, State } from "./plugin/schema/schema";
import { UNKNOWN } from "./plugin/value";
import { writtenIn } from "./written";

type Schema = typeof importedKeyMaterialSchema;

/** What the key's KMS can do. Of a key that is not known yet nothing is said about how long it keeps material. */
export function profileOf(keyArn: Config<Schema>["key_arn"]): KmsProfile {
  const { longestLifetime: _unknown, ...anyKms } = kmsProfiles[defaultKms];
  if (typeof keyArn !== "string") return anyKms;
  try {
    return kmsProfiles[kmsOfArn(keyArn, "key_arn")];
  } catch {
    return anyKms;
  }
}

type Lifetimes = Pick<Config<Schema>, "valid_to" | "valid_for" | "renew_before">;

/** `ignore_changes` has the host give the state's date as if it were configured, also where `valid_for` made it. */
export function withoutIgnored<C extends Lifetimes>(config: C, prior: State<Schema> | null): C {
  const ignored = present(config.valid_for) !== undefined && config.valid_to === prior?.valid_to;
  return ignored && config.valid_to !== null ? { ...config, valid_to: null } : config;
}

export function lifetimeIsKnown(config: Lifetimes): boolean {
  return config.valid_to !== UNKNOWN && config.valid_for !== UNKNOWN && config.renew_before !== UNKNOWN;
}

/** @throws ByokError `invalid_lifetime`. */
export function lifetimeOf(config: Lifetimes): Lifetime {
  return lifetimeFrom({
    validTo: present(config.valid_to),
    validFor: present(config.valid_for),
    renewBefore: present(config.renew_before),
  });
}

/** Of a state that was taken over: what it has is what is wanted, until a configuration says otherwise. */
export function lifetimeOfState(state: State<Schema>): Lifetime {
  const { valid_for: validFor, renew_before: renewBefore } = state;
  return validFor === null ? { kind: "forever" } : lifetimeFrom({ validFor, renewBefore: present(renewBefore) });
}

/** @throws ByokError where an argument cannot be used. */
export function wantedMaterial(config: KnownConfig<Schema>): MaterialSettings {
  return { ...wantedAtPlan(config), keyArn: config.key_arn };
}

export function wantedAtPlan(config: Config<Schema> | KnownConfig<Schema>): MaterialSettings {
  const { args } = writtenIn<ImportedKeyMaterialValues>(importedKeyMaterialFields, config);
  return materialSettingsOf(args.keyArn ?? "", args);
}

/** A text that is there, known and not empty. */
function given(text: Config<Schema>["key_material_source"]): string | undefined {
  const value = present(text);
  return value === "" ? undefined : value;
}

/** @throws ByokError where the source itself is written wrong, or of a kind that is not allowed. */
export function sourceOf(
  config: Config<Schema> | KnownConfig<Schema>,
  client: ByokClient,
): KeyMaterialSource | undefined {
  const [value, uri] = [present(config.key_material_wo), given(config.key_material_source)];
  // An empty value counts as not given; its source says so where the bytes are needed.
  if (value !== undefined && (uri === undefined || !isEmptyValue(value))) return valueSource(value, "key_material_wo");
  if (uri === undefined) return undefined;
  const { variablesOfMaterial, allowedSources: allowed, services } = client;
  const isFingerprintConfigured = config.fingerprint === UNKNOWN || given(config.fingerprint) !== undefined;
  const [attribute, pkcs11Child] = ["key_material_source", childOfProgram()];
  const { secrets } = services;
  return sourceFromUri(
    uri,
    defined({ attribute, variablesOfMaterial, allowed, pkcs11Child, secrets, isFingerprintConfigured }),
  );
}

/** The bytes on offer while planning; `later` where they are not known yet or are not to be read. */
export async function offerAtPlan(config: Config<Schema>, client: ByokClient, signal: AbortSignal): Promise<Opened> {
  const unknown = config.key_material_wo === UNKNOWN || config.key_material_source === UNKNOWN;
  const source = sourceOf(config, client);
  const inline = present(config.key_material_wo);
  const closed = client.materialAccess === "apply" && (inline === undefined || isEmptyValue(inline));
  if (unknown || (closed && given(config.key_material_source) !== undefined)) return { offer: { kind: "later" } };
  const keyArn = present(config.key_arn);
  return openSource(
    source,
    { signal },
    { keyArn, now: keyArn === undefined ? undefined : (timeOf(client, keyArn) ?? localTime(client)) },
  );
}
