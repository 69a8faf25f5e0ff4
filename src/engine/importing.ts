import { type Call, checkCall } from "./call";
import { ByokError, isByokError } from "./errors";
import type { EpochSeconds } from "./instant";
import type { KeyDescription } from "./key";
import type { OfferedMaterial } from "./key-material-source";
import type { ImportParameters, KeyService, MaterialImport } from "./key-service";
import { checkShape, isKeySpec, type KeySpec } from "./key-spec";
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
  checkShape(material.shape, key.spec, plan.attribute, Object.keys(service.profile.keySpecs));
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
    if (!isByokError(error) || error.retry !== "fresh_parameters") throw error;
    run.log.debug("The import parameters were refused; fetching new ones.", { key: plan.key.arn, code: error.code });
    return importOnce(run, service, plan, spec, call);
  }
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
  checkParameters(parameters.value, key);
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
  const answer = await settled(run, service, since, call, () => service.importMaterial(request, call));
  return { at: answer.at, materialId: answer.value.materialId };
}

/** What a KMS, or someone who poses as one, must not get material wrapped for. */
function checkParameters(parameters: ImportParameters, key: KeyDescription): void {
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
