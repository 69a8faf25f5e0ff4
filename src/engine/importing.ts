import { checkCall } from "./call";
import { defined } from "./defined";
import type { Milliseconds } from "./clock";
import { ByokError, isByokError } from "./errors";
import { ImportProof } from "./import-proof";
import type { EpochSeconds } from "./instant";
import { expirationModelOf, type KeyDescription } from "./key";
import { freshParameters } from "./import-parameters";
import type { OfferedMaterial, WrappedForKey } from "./key-material-source";
import type { KeyContext } from "./key-context";
import { kmsNow } from "./kms-time";
import { checkMaterialDescription } from "./key-offer";
import type { KeyReading, KmsIdentity, MaterialImport, MaterialImporting, Observed } from "./key-service";
import { checkShape, isKeySpec, type KeySpec } from "./key-spec";
import { materialShapes } from "./kms-profile";
import { type Lifetime, validToAt } from "./lifetime";
import { outlived } from "./opened-source";
import { madeAt, settledSince } from "./settling";
import type { Succession } from "./succession";
import { chooseWrapping, type WrappingChoice } from "./wrapping-choice";

/** How one import is to be made. */
export interface ImportPlan {
  readonly key: KeyDescription;
  readonly material: OfferedMaterial;
  /** The argument that gave the material. */
  readonly attribute: string;
  readonly wrappingAlgorithm?: string | undefined;
  readonly wrappingKeySpec?: string | undefined;
  /** Counted from the import itself: hours may lie between the first attempt and the one that succeeds. */
  readonly lifetime: Lifetime;
  /** True where the key had material before: the import must bring the same bytes back and nothing else. */
  readonly again: boolean;
  /** The material succeeds another of its key. Absent: it is the key's only one, or is in it for good. */
  readonly succession?: Succession | undefined;
  /** The primary was given the same bytes a moment ago, and this Region may not know of that yet. Default false. */
  readonly mayLag?: boolean;
  /** Of the material that comes back, where an import of ours was answered with it, or the user named it. */
  readonly materialId?: string | undefined;
  readonly description?: string | undefined;
  /** The description that the material has on record: a replica keeps it and takes none. */
  readonly knownDescription?: string | undefined;
  /** The key's state is what is asked about, so that a refusal for its sake is an answer and not waited out. */
  readonly atOnce?: boolean;
}

export interface Imported {
  readonly at: EpochSeconds;
  /** The expiry that was asked for. Undefined: never. */
  readonly validTo: EpochSeconds | undefined;
  /** Undefined: the answer was lost, and nothing proves that it is these bytes which the key holds now. */
  readonly proof: ImportProof | undefined;
}

/** What an import may do to a key: look at it, and bring material in. */
export type ImportContext = KeyContext<KeyReading & MaterialImporting>;

/**
 * Everything about an import that can be refused before anything is called for it.
 *
 * @throws ByokError `wrong_origin`, `unsupported_key_spec`, `wrong_material`, `unsupported_wrapping`.
 */
export function checkImport(service: KmsIdentity, plan: ImportPlan): KeySpec {
  const { key, material } = plan;
  if (key.origin !== "EXTERNAL") {
    throw new ByokError(
      "wrong_origin",
      `${key.arn} has the origin ${key.origin}, and only a key with the origin EXTERNAL takes imported material. Use such a key.`,
      { attribute: "key_arn" },
    );
  }
  if (!isKeySpec(key.spec) || service.profile.keySpecs[key.spec] === undefined) {
    throw new ByokError(
      "unsupported_key_spec",
      `Material cannot be imported into ${key.arn}: it is of the spec ${key.spec}. Use a key of one of ${Object.keys(service.profile.keySpecs).join(", ")}.`,
      { attribute: "key_arn" },
    );
  }
  checkShape(material.shape, key.spec, plan.attribute, materialShapes(service.profile));
  checkWrappedElsewhere(plan);
  const isReplica = key.multiRegion?.type === "REPLICA";
  // A primary that became a replica keeps the description that its material has.
  const isKept = isReplica && plan.description === plan.knownDescription;
  if (plan.description !== undefined && !isKept) {
    checkMaterialDescription(service.profile, plan.description, { spec: key.spec, isReplica });
  }
  return key.spec;
}

/**
 * Fetches import parameters, checks them, wraps and imports. Parameters that have become stale, or that the KMS does
 * not accept, are fetched again and the material is wrapped again, once.
 */
export async function importMaterial(context: ImportContext, plan: ImportPlan): Promise<Imported> {
  const { run, service } = context;
  const spec = checkImport(service, plan);
  try {
    return await importOnce(context, plan, spec);
  } catch (error) {
    if (!isByokError(error) || error.retry !== "fresh_parameters") throw onItsArgument(error, plan);
    if (plan.material.wrappedFor !== undefined) throw refusedToken(error, plan);
    run.log.debug("The import parameters were refused; fetching new ones.", { key: plan.key.arn, code: error.code });
    return await importOnce(context, plan, spec).catch((again: unknown) => {
      throw onItsArgument(again, plan);
    });
  }
}

/** How the material of an import is wrapped. @throws ByokError see `checkImport` and `chooseWrapping`. */
export function wrappingOf(service: KmsIdentity, plan: ImportPlan): WrappingChoice {
  const { algorithms } = plan.material;
  return chooseWrapping({
    keySpec: checkImport(service, plan),
    profile: service.profile,
    algorithm: plan.wrappingAlgorithm,
    wrappingKeySpec: plan.wrappingKeySpec,
    wrapper: algorithms === undefined ? undefined : { attribute: plan.attribute, algorithms },
  });
}

/** What was wrapped elsewhere is for this key, and in the way that is configured. */
function checkWrappedElsewhere({ key, material, wrappingAlgorithm: configured }: ImportPlan): void {
  const elsewhere = material.wrappedFor?.(key.arn);
  if (elsewhere === undefined || configured === undefined || configured === elsewhere.algorithm) return;
  throw new ByokError(
    "unsupported_wrapping",
    `The key material was wrapped elsewhere by ${elsewhere.algorithm}, and \`wrapping_algorithm\` names another one. Leave the argument out, or ask for other parameters with \`byok params\`, and wrap again.`,
    { attribute: "wrapping_algorithm" },
  );
}

/** There are no fresh parameters for what was wrapped elsewhere. */
function refusedToken(error: ByokError, { attribute, key }: ImportPlan): ByokError {
  const done = error.effectUnknown
    ? "The answer to an attempt before was lost, so look with `byok status` whether that brought it in."
    : "Nothing was imported.";
  return error.with({
    attribute,
    retry: "never",
    message: `The KMS did not take what was wrapped elsewhere for ${key.arn}: its import token has expired, has served its import or is another key's, or the wrapped bytes were changed. ${done} Ask for a new one with \`byok params\`, and wrap again. ${error.rawMessage}`,
  });
}

/** A KMS that refuses bytes does not know which argument gave them. */
function onItsArgument(error: unknown, { attribute }: ImportPlan): unknown {
  const bytes = isByokError(error, "different_material", "import_refused") && error.retry === "never";
  return bytes && error.attribute === undefined ? error.with({ attribute }) : error;
}

async function importOnce(context: ImportContext, plan: ImportPlan, spec: KeySpec): Promise<Imported> {
  const { run, service } = context;
  const { key, material } = plan;
  const several = service.profile.severalMaterials.includes(spec);
  const isReplica = key.multiRegion?.type === "REPLICA";
  const since = plan.atOnce === true ? undefined : madeAt(run, key.arn);
  const { algorithm, token, wrapped, at } = await wrappedMaterial(context, plan, since);
  const validTo = validToAt(plan.lifetime, at);
  const request: MaterialImport = {
    keyArn: key.arn,
    wrappingAlgorithm: algorithm,
    token,
    wrappedMaterial: wrapped,
    ...defined({ validTo }),
    ...(several ? identityOf(plan, isReplica) : {}),
    ...(several && !isReplica ? defined({ description: plan.description }) : {}),
  };
  const sent = { since, wasEmpty: plan.atOnce !== true, isElsewhere: material.wrappedFor !== undefined };
  const send = () => sendImport(context, request, sent);
  const sending = isReplica ? onceRegionKnows(context, plan, send) : send();
  const answer = await sending.catch((error: unknown) => withFreshExpiry(context, plan, validTo, error));
  if (answer.value === "unanswered") return { at: answer.at, validTo, proof: undefined };
  checkMaterialId(request, answer.value.materialId);
  // Where the KMS names none, it took the bytes under the id that was asked for.
  const { materialId = request.materialId } = answer.value;
  const proof = ImportProof.ofAnswer({ keyArn: key.arn, fingerprint: material.fingerprint, materialId });
  return { at: answer.at, validTo, proof };
}

/** The material as it is sent, and the KMS's time by which its lifetime begins. */
async function wrappedMaterial(
  context: ImportContext,
  plan: ImportPlan,
  since: Milliseconds | undefined,
): Promise<WrappedForKey & { readonly at: EpochSeconds }> {
  const { run, service, call } = context;
  const { key, material } = plan;
  const elsewhere = material.wrappedFor?.(key.arn);
  if (elsewhere !== undefined) {
    const at = kmsNow(run, service) ?? (await service.describe(key.arn, call)).at;
    const { validTo } = elsewhere;
    if (validTo === undefined || validTo > at) return { ...elsewhere, at };
    throw new ByokError("material_missing", `${outlived(validTo)} Nothing was imported into ${key.arn}.`, {
      attribute: plan.attribute,
    });
  }
  const wrapping = wrappingOf(service, plan);
  const { wrappingKey, token, at } = await freshParameters(context, key, wrapping, since);
  checkCall(call);
  const { algorithm } = wrapping;
  return { algorithm, token, wrapped: await material.wrap(wrappingKey, algorithm, call), at };
}

/**
 * Which of the key's materials it is. Without a type the KMS takes a first import for new and any other for the same again.
 * Naming it makes sure that a reimport is never taken for a rotation. A replica never takes new material.
 */
function identityOf(
  { again, materialId, succession }: ImportPlan,
  isReplica: boolean,
): Pick<MaterialImport, "importType" | "materialId"> {
  if (succession === undefined) {
    return again || isReplica ? { importType: "existing", ...(again ? defined({ materialId }) : {}) } : {};
  }
  if (succession.kind === "new") return { importType: "new" };
  return { importType: "existing", ...(succession.kind === "waiting" ? { materialId: succession.materialId } : {}) };
}

/** An import that was repeated for longer than its material was to live is none that the KMS takes. */
async function withFreshExpiry(
  { service, call }: ImportContext,
  { key, lifetime, material }: ImportPlan,
  validTo: EpochSeconds | undefined,
  thrown: unknown,
): Promise<never> {
  if (lifetime.kind !== "renewed" || validTo === undefined || !isByokError(thrown, "invalid_argument")) throw thrown;
  // For what was wrapped elsewhere there are no new ones.
  if (material.wrappedFor !== undefined) throw thrown;
  // Where nothing tells the time, the new parameters do.
  const seen = await service.describe(key.arn, call).catch(() => undefined);
  throw seen !== undefined && seen.at < validTo ? thrown : thrown.with({ retry: "fresh_parameters" });
}

/**
 * A replica may not have heard yet of what this run imported into its primary a moment ago, and takes it for other bytes.
 */
async function onceRegionKnows<T>(
  context: ImportContext,
  { key, material, mayLag = false }: ImportPlan,
  send: () => Promise<T>,
): Promise<T> {
  const { run } = context;
  const related = [...run.memory.imports].find(
    ([arn, fingerprints]) => arn.endsWith(`/${key.keyId}`) && fingerprints.has(material.fingerprint),
  );
  const since = mayLag ? run.clock.monotonic() : related === undefined ? undefined : madeAt(run, related[0]);
  if (since === undefined) return send();
  return settledSince(context, since, async () => {
    try {
      return await send();
    } catch (error) {
      if (!isByokError(error, "different_material")) throw error;
      const { rawMessage, serviceCode, requestId } = error;
      throw new ByokError("different_material", rawMessage, { retry: "settling", serviceCode, requestId });
    }
  });
}

interface Sending {
  /** When the key was made, see `settledSince`. */
  readonly since: Milliseconds | undefined;
  /** False: the key was full. */
  readonly wasEmpty: boolean;
  /** It was wrapped elsewhere, for one token. */
  readonly isElsewhere: boolean;
}

/**
 * Sends the import until the KMS shows the key everywhere. An attempt whose reply was lost may have brought the material in;
 * a KMS that takes imports into empty keys only, or a token once only, then refuses the next attempt, for a key that is as
 * it was to become. Somebody else may have imported meanwhile: that the key looks as it was to become proves nothing.
 */
async function sendImport(
  context: ImportContext,
  request: MaterialImport,
  { since, wasEmpty, isElsewhere }: Sending,
): Promise<Observed<{ readonly materialId?: string } | "unanswered">> {
  const { service, call } = context;
  let lost = false;
  return settledSince(context, since, async () => {
    try {
      return await service.importMaterial(request, call);
    } catch (thrown) {
      const error = ByokError.from(thrown);
      lost ||= error.effectUnknown;
      // Of a key that was full, its lifetime says nothing of these bytes.
      const isFull = error.code === "key_unusable" && service.profile.reimport === "delete_first";
      const isSpent = error.retry === "fresh_parameters" && isElsewhere;
      const asked = lost && wasEmpty && (isFull || isSpent);
      const landed = asked ? await landedImport(context, request) : undefined;
      if (landed === undefined) throw error;
      return landed;
    }
  });
}

/** A key that was empty before and has the very lifetime that was asked for: there is nothing left to be sent. */
async function landedImport(
  { service, call }: ImportContext,
  { keyArn, validTo }: MaterialImport,
): Promise<Observed<"unanswered"> | undefined> {
  const { value: key, at } = await service.describe(keyArn, call);
  const isAsAsked = key?.expirationModel === expirationModelOf(validTo) && key.validTo === validTo;
  return isAsAsked ? { value: "unanswered", at } : undefined;
}

/** Bytes that come back must come back as the material that they were. */
function checkMaterialId({ keyArn, materialId }: MaterialImport, answered: string | undefined): void {
  if (materialId === undefined || answered === undefined || answered === materialId) return;
  throw new ByokError(
    "untrusted_answer",
    `The KMS was given the key material ${materialId} of ${keyArn} again and answered that it imported another one. Check the endpoint, and look at the key with \`byok status\`.`,
    { effectUnknown: true },
  );
}
