import { type Call, checkCall } from "./call";
import type { Milliseconds } from "./clock";
import { ByokError, isByokError } from "./errors";
import type { EpochSeconds } from "./instant";
import type { KeyDescription } from "./key";
import type { OfferedMaterial } from "./key-material-source";
import type { ImportParameters, KeyService, MaterialImport, Observed } from "./key-service";
import { checkShape, isKeySpec, type KeySpec } from "./key-spec";
import { materialShapes } from "./kms-profile";
import type { Run } from "./run";
import { madeAt, settled } from "./settling";
import { chooseWrapping } from "./wrapping-choice";
import { wrappingKeyFrom } from "./wrapping-key";

/** How one import is to be made. */
export interface ImportPlan {
  readonly key: KeyDescription;
  readonly material: OfferedMaterial;
  /** The argument that gave the material. */
  readonly attribute: string;
  readonly wrappingAlgorithm?: string | undefined;
  readonly wrappingKeySpec?: string | undefined;
  /** Absent: never expires. */
  readonly validTo?: EpochSeconds | undefined;
  /** True where the key had material before: the import must bring the same bytes back and nothing else. */
  readonly again: boolean;
  /** Of the material that comes back, where the KMS told it. */
  readonly materialId?: string | undefined;
  readonly description?: string | undefined;
  /** The key's state is what is asked about, so that a refusal for its sake is an answer and not waited out. */
  readonly atOnce?: boolean;
}

export interface Imported {
  readonly at: EpochSeconds;
  readonly materialId?: string | undefined;
}

/** The longest token that a KMS is documented to give, with room to spare. */
const longestTokenBytes = 64 * 1024;

/**
 * Everything about an import that can be refused before anything is called for it.
 *
 * @throws ByokError `wrong_origin`, `unsupported_key_spec`, `wrong_material`, `unsupported_wrapping`.
 */
export function checkImport(service: KeyService, plan: ImportPlan): KeySpec {
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
  checkDescription(service, plan, key.spec);
  return key.spec;
}

/**
 * Fetches import parameters, checks them, wraps and imports. Parameters that have become stale, or that the KMS does
 * not accept, are fetched anew and the material is wrapped again, once.
 */
export async function importMaterial(run: Run, service: KeyService, plan: ImportPlan, call: Call): Promise<Imported> {
  const spec = checkImport(service, plan);
  try {
    return await importOnce(run, service, plan, spec, call);
  } catch (error) {
    if (!isByokError(error) || error.retry !== "fresh_parameters") throw onItsArgument(error, plan);
    run.log.debug("The import parameters were refused; fetching new ones.", { key: plan.key.arn, code: error.code });
    return await importOnce(run, service, plan, spec, call).catch((again: unknown) => {
      throw onItsArgument(again, plan);
    });
  }
}

/** A KMS that refuses bytes does not know which argument gave them. */
function onItsArgument(error: unknown, { attribute }: ImportPlan): unknown {
  const bytes = isByokError(error, "different_material", "import_refused") && error.retry === "never";
  return bytes && error.attribute === undefined ? error.with({ attribute }) : error;
}

async function importOnce(
  run: Run,
  service: KeyService,
  plan: ImportPlan,
  spec: KeySpec,
  call: Call,
): Promise<Imported> {
  const { key, material } = plan;
  const { algorithm, wrappingKeySpec } = chooseWrapping({
    keySpec: spec,
    profile: service.profile,
    algorithm: plan.wrappingAlgorithm,
    wrappingKeySpec: plan.wrappingKeySpec,
  });
  const several = service.profile.severalMaterials.includes(spec);
  const since = plan.atOnce === true ? undefined : madeAt(run, key.arn);
  const parameters = await settled(run, service, since, call, () =>
    service.importParameters(key.arn, algorithm, wrappingKeySpec, call),
  );
  checkParameters(parameters, key);
  const wrappingKey = wrappingKeyFrom(parameters.value.publicKey, wrappingKeySpec);
  checkCall(call);
  const wrappedMaterial = await material.wrap(wrappingKey, algorithm);
  const request: MaterialImport = {
    keyArn: key.arn,
    wrappingAlgorithm: algorithm,
    token: parameters.value.token,
    wrappedMaterial,
    ...(plan.validTo === undefined ? {} : { validTo: plan.validTo }),
    // Without a type the KMS takes a first import for new and any other for the same again. Naming it makes sure that a
    // reimport is never taken for a rotation.
    ...(several && plan.again ? { importType: "existing" as const } : {}),
    ...(several && plan.again && plan.materialId !== undefined ? { materialId: plan.materialId } : {}),
    ...(several && plan.description !== undefined ? { description: plan.description } : {}),
  };
  const answer = await sendImport(run, service, request, since, plan.atOnce !== true, call);
  checkMaterialId(request, answer.value.materialId);
  return { at: answer.at, materialId: answer.value.materialId };
}

/**
 * Sends the import until the KMS has heard of the key. An attempt whose reply was lost may have brought the material in;
 * a KMS that takes imports into empty keys only then refuses the next attempt, for a key that is as it was to become.
 */
async function sendImport(
  run: Run,
  service: KeyService,
  request: MaterialImport,
  since: Milliseconds | undefined,
  wasEmpty: boolean,
  call: Call,
): Promise<Observed<{ readonly materialId?: string }>> {
  let lost = false;
  return settled(run, service, since, call, async () => {
    try {
      return await service.importMaterial(request, call);
    } catch (thrown) {
      const error = ByokError.from(thrown);
      lost ||= error.effectUnknown;
      // Of a key that was full, its lifetime says nothing of these bytes.
      const asked = lost && wasEmpty && error.code === "key_unusable";
      const landed = asked ? await landedImport(service, request, call) : undefined;
      if (landed === undefined) throw error;
      return landed;
    }
  });
}

/** The import by its trace in a key that was empty before: the very lifetime that was asked for. */
async function landedImport(
  service: KeyService,
  { keyArn, validTo }: MaterialImport,
  call: Call,
): Promise<Observed<Record<string, never>> | undefined> {
  if (service.profile.reimport !== "delete_first") return undefined;
  const { value: key, at } = await service.describe(keyArn, call);
  const model = validTo === undefined ? "KEY_MATERIAL_DOES_NOT_EXPIRE" : "KEY_MATERIAL_EXPIRES";
  return key?.expirationModel === model && key.validTo === validTo ? { value: {}, at } : undefined;
}

/** What a KMS, or someone who poses as one, must not get material wrapped for. */
function checkParameters({ value: parameters, at }: Observed<ImportParameters>, key: KeyDescription): void {
  if (parameters.keyArn !== key.arn && parameters.keyArn !== key.keyId) {
    throw new ByokError(
      "untrusted_answer",
      `The KMS gave import parameters for another key than ${key.arn}. Nothing was wrapped. Check the endpoint, and run again.`,
    );
  }
  if (parameters.token.length === 0 || parameters.token.length > longestTokenBytes) {
    throw new ByokError(
      "untrusted_answer",
      `The KMS gave an import token of ${parameters.token.length} bytes for ${key.arn}. Nothing was wrapped. Check the endpoint, and run again.`,
    );
  }
  if (parameters.validTo !== undefined && parameters.validTo <= at) {
    throw new ByokError(
      "untrusted_answer",
      `The KMS gave import parameters for ${key.arn} that had expired when it gave them. Nothing was wrapped. Check the endpoint and what stands between, and run again.`,
    );
  }
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

function checkDescription(service: KeyService, plan: ImportPlan, spec: KeySpec): void {
  const { description, key } = plan;
  if (description === undefined) return;
  const attribute = "material_description";
  const rule = service.profile.materialDescription;
  if (rule === undefined || !service.profile.severalMaterials.includes(spec)) {
    throw new ByokError(
      "invalid_argument",
      `\`material_description\`: ${service.profile.title} keeps no description with the material of a key of the spec ${spec}. Remove it.`,
      { attribute },
    );
  }
  if (key.multiRegion?.type === "REPLICA") {
    throw new ByokError(
      "invalid_argument",
      "`material_description` cannot be set on a replica: it belongs to the material of the primary key. Remove it here.",
      { attribute },
    );
  }
  if (description.length > rule.longest || !rule.pattern.test(description)) {
    throw new ByokError(
      "invalid_argument",
      `\`material_description\` must match ${rule.pattern.source} and have at most ${rule.longest} characters.`,
      { attribute },
    );
  }
}
