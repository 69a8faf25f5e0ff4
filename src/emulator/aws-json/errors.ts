import { Refusal, type RefusalReason } from "../errors";
import type { Key } from "../key";

/** An error as AWS KMS words it: `__type` and `message` of the body. An empty message is left out of the body. */
export class AwsError extends Error {
  override readonly name = "AwsError";
  readonly code: string;
  readonly status: number;

  constructor(code: string, message = "", status = 400) {
    super(message);
    this.code = code;
    this.status = status;
  }
}

export const validation = (message: string): AwsError => new AwsError("ValidationException", message);
export const notFound = (message: string): AwsError => new AwsError("NotFoundException", message);
export const unsupported = (message: string): AwsError => new AwsError("UnsupportedOperationException", message);
export const invalidState = (message: string): AwsError => new AwsError("KMSInvalidStateException", message);
/** @param name as it was asked for; empty where the request names none */
export const unknownOperation = (name: string): AwsError =>
  new AwsError(
    "UnknownOperationException",
    name === ""
      ? "The request names no operation: the header X-Amz-Target must be TrentService.<operation>."
      : `The embedded KMS does not know the operation ${name.slice(0, 64)}. docs/emulator.md lists the operations that it knows.`,
  );
export const disabled = (key: Key): AwsError => new AwsError("DisabledException", `${key.arn} is disabled.`);

/** Constraints that members break. AWS tells of all of them at once. */
export class ConstraintError extends AwsError {
  readonly broken: readonly string[];

  constructor(broken: readonly string[]) {
    const errors = broken.length === 1 ? "error" : "errors";
    super("ValidationException", `${broken.length} validation ${errors} detected: ${broken.join("; ")}`);
    this.broken = broken;
  }
}

/** One broken constraint of one member; the member's path is spelled as AWS does, e.g. `tags.1.member.tagKey`. */
export function constraint(value: string | number | null, path: string, rule: string): ConstraintError {
  const shown = value === null ? "null" : `'${value}'`;
  return new ConstraintError([`Value ${shown} at '${path}' failed to satisfy constraint: Member must ${rule}`]);
}

/** What the model's refusals are called here. */
const refusals = {
  token_invalid: (key) => new AwsError("InvalidImportTokenException", `The import token is not valid for ${key}.`),
  token_expired: (key) => new AwsError("ExpiredImportTokenException", `The import token for ${key} has expired.`),
  unwrap_failed: () => new AwsError("InvalidCiphertextException"),
  ciphertext_invalid: () => new AwsError("InvalidCiphertextException"),
  material_invalid: (key) => incorrectMaterial(`The key material is not valid for the key spec of KMS key ${key}.`),
  material_differs: (key) =>
    incorrectMaterial(`The key material is not the same that was previously imported into KMS key ${key}.`),
  material_never_imported: (key) => incorrectMaterial(`The key material has not been imported into KMS key ${key}.`),
  material_already_associated: (key, facts) =>
    incorrectMaterial(`The key material (id: ${facts.materialId}) is already associated with KMS key ${key}.`),
  material_unknown: (key, facts) =>
    notFound(`Key material (id: ${facts.materialId}) does not exist in KMS key ${key}.`),
  material_pending_rotation: (key, facts) =>
    invalidState(
      `New key material (id: ${facts.materialId}) cannot be imported into KMS key ${key}, because another key material (id: ${facts.pendingMaterialId}) is pending rotation.`,
    ),
  new_material_on_replica: (key) => validation(`New key material cannot be imported into the replica key ${key}.`),
  no_material_pending_rotation: (key) =>
    invalidState(`No available key material pending rotation for the key: ${key}.`),
  rotation_in_progress: (key) => new AwsError("ConflictException", `A rotation of ${key} is in progress.`),
} as const satisfies Record<RefusalReason, (keyArn: string, facts: Refusal["facts"]) => AwsError>;

/** Any error as an answer of AWS; what nobody foresaw is AWS's internal failure. */
export function awsError(error: unknown, keyArn: string): AwsError {
  if (error instanceof AwsError) return error;
  if (error instanceof Refusal) return refusals[error.reason](keyArn, error.facts);
  return new AwsError("KMSInternalException", "", 500);
}

function incorrectMaterial(message: string): AwsError {
  return new AwsError("IncorrectKeyMaterialException", message);
}
