import { assess } from "../../src/engine/assessment";
import { defined } from "../../src/engine/defined";
import type { Fingerprint } from "../../src/engine/fingerprint";
import { checkAllowed } from "../../src/engine/key-services";
import { kmsNow } from "../../src/engine/kms-time";
import { checkLifetime, type Lifetime, lifetimeFrom } from "../../src/engine/lifetime";
import { observeMaterial } from "../../src/engine/material-observation";
import { blankRecord } from "../../src/engine/material-record";
import { type Offer, untilWhen } from "../../src/engine/offered-bytes";
import { isEmptyValue, valueSource } from "../../src/material-sources/value";
import { materialFailures } from "./argument-failures";
import { checkFailure, failuresOf, withoutValues } from "./failure";
import { materialFields } from "./fields";
import { type CheckResult, isNew } from "./handler";
import { givenSource, openedOffer, refuseOtherBytes, sourceOf } from "./material-source";
import { refuseMissing } from "./material-read";
import { configuredFingerprint, type MaterialArguments } from "./material-state";
import { warningNotices } from "./notice";
import { plainProps, type Props } from "./props";
import type { Request } from "./request";
import { inputsName } from "./resource-name";
import { type Failure, strangers } from "./shape";
import { checkTimeouts } from "./timeouts";

type Checked = Request<MaterialArguments>;

/**
 * What can be seen to be wrong with the arguments of material. Inline bytes are taken out of the arguments here
 * and kept in memory for the update; from here on the arguments hold their fingerprint instead.
 */
export async function checkMaterial(request: Checked, olds: Props, news: Props): Promise<CheckResult> {
  const { session, run, args, unknown } = request;
  const isNewMaterial = isNew(olds);
  const written = [
    ...strangers(materialFields, news),
    ...request.failures,
    ...materialFailures(request),
    ...failuresOf("timeouts", () => checkTimeouts(args.timeouts)),
    ...keyFailures(request, knownLifetime(request), isNewMaterial),
  ];
  const order = written.length === 0 && isNewMaterial ? await orderFailures(request) : [];
  const inline = await inlineBytes(request);
  const sourced = await sourcedBytes(request, isNewMaterial);
  const { keyMaterial, ...rest } = news;
  const inputs = plainProps({
    ...rest,
    keyMaterial: unknown.has("keyMaterial") ? keyMaterial : undefined,
    ...defined({ keyMaterialFingerprint: inline.value }),
  });
  const fingerprint = configuredFingerprint(args) ?? inline.value ?? sourced.value;
  if (args.keyArn !== undefined) session.needs.register(run, args.keyArn, inputsName(inputs), fingerprint);
  return { inputs, failures: withoutValues([...written, ...order, ...inline.failures, ...sourced.failures]) };
}

/** What a check has read, as far as it could, and what is wrong with it. */
interface Finding {
  readonly value?: Fingerprint;
  readonly failures: readonly Failure[];
}

const nothingFound = { failures: [] } as const;

/** Undefined while part of it is not known, and where the rules say what is wrong with it. */
function knownLifetime({ args, unknown }: Checked): Lifetime | undefined {
  if (["validTo", "validFor", "renewBefore"].some((name) => unknown.has(name))) return undefined;
  try {
    return lifetimeFrom(args);
  } catch {
    return undefined;
  }
}

/** Whether the key may be touched, and whether its KMS takes the lifetime. */
function keyFailures(
  { run, args }: Checked,
  lifetime: Lifetime | undefined,
  isNewMaterial: boolean,
): readonly Failure[] {
  const { keyArn } = args;
  if (keyArn === undefined) return [];
  return failuresOf("keyArn", () => {
    const location = run.services.locate(keyArn, "key_arn");
    checkAllowed(location, run.allowed, "key_arn");
    if (lifetime === undefined) return;
    const service = run.services.service(location.kms, location.region);
    // A date that has passed since is no fault of material that is there, and the local clock may be wrong.
    checkLifetime(lifetime, service.profile, isNewMaterial ? kmsNow(run, service) : undefined);
  });
}

/**
 * Whether new material comes after the current one, as far as the two are known: Pulumi asks no provider about a creation in a
 * preview. What the plans of this run do before is taken into account.
 */
async function orderFailures({ session, run, args, unknown }: Checked): Promise<readonly Failure[]> {
  const { keyArn, succeeds, existingKeyMaterialId: materialId } = args;
  if (keyArn === undefined || unknown.has("connection") || unknown.has("existingKeyMaterialId")) return [];
  if (materialId === undefined && (succeeds === undefined || session.prospects.rotates(keyArn, succeeds))) return [];
  // An update has brought the key to life a moment ago, and its creation waits until the KMS shows that.
  if (run.memory.made.has(keyArn)) return [];
  try {
    const wanted = { keyArn, succeeds, lifetime: { kind: "forever" }, onDeletion: "reimport" } as const;
    const record = materialId === undefined ? undefined : { ...blankRecord(keyArn), materialId };
    const seen = await observeMaterial(run, keyArn, record, wanted);
    if (materialId !== undefined) refuseMissing(keyArn, materialId, seen, "existing_key_material_id");
    const { condition } = seen;
    const { row, problem, warnings } = assess({ wanted, condition, offer: { kind: "later" } });
    if (row === "wrong_predecessor" && problem?.code !== "access_denied" && problem !== undefined) {
      return [checkFailure(problem, "succeeds")];
    }
    session.tell(warningNotices(warnings, keyArn));
    return [];
  } catch (error) {
    return [checkFailure(error, "keyArn")];
  }
}

/** Puts the inline bytes aside for the update. */
async function inlineBytes({ session, args }: Checked): Promise<Finding> {
  const { keyArn, keyMaterial } = args;
  if (keyMaterial === undefined || isEmptyValue(keyMaterial)) return nothingFound;
  const attribute = "key_material_wo";
  try {
    const material = await valueSource(keyMaterial, attribute).open();
    // Without a key nothing is created in this run, so nobody will ask for the bytes.
    if (keyArn === undefined) material.destroy();
    else session.inlineBytes.keep(keyArn, material);
    return foundBytes({ kind: "bytes", fingerprint: material.fingerprint, attribute }, args, "keyMaterial");
  } catch (error) {
    return { failures: [checkFailure(error, "keyMaterial")] };
  }
}

/** Reads the source of new material. Undefined where it is read later, or not at all. */
async function sourcedBytes(request: Checked, isNewMaterial: boolean): Promise<Finding> {
  const { args, connection } = request;
  const uri = givenSource(args);
  if (uri === undefined) return nothingFound;
  try {
    const source = sourceOf(request, uri);
    // Of material that is there, diff opens the source, and it alone knows the record that the bytes must fit.
    if (!isNewMaterial || connection.materialAccess === "apply") return nothingFound;
    const offer = await openedOffer(request, source);
    request.session.tell(warningNotices(untilWhen(offer), args.keyArn));
    return foundBytes(offer, args, "keyMaterialSource");
  } catch (error) {
    return { failures: [checkFailure(error, "keyMaterialSource")] };
  }
}

function foundBytes(offer: Offer, args: MaterialArguments, property: string): Finding {
  const failures = failuresOf(property, () => refuseOtherBytes(offer, args));
  return offer.kind === "bytes" ? { value: offer.fingerprint, failures } : { failures };
}
