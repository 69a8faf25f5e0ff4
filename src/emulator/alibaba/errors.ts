import { Refusal, type RefusalReason } from "../errors";

/** Codes of Alibaba Cloud KMS and its gateway, with their HTTP status and their words ("Common error codes"). */
const errors = {
  MissingParameter: [400, 'The parameter "{}" is needed but not provided.'],
  InvalidParameter: [400, 'The specified parameter "{}" is not valid.'],
  IncompleteSignature: [400, "The request signature does not conform to Alibaba Cloud standards."],
  IllegalTimestamp: [
    400,
    'The input parameter "Timestamp" that is mandatory for processing this request is not supplied.',
  ],
  SignatureNonceUsed: [400, "Specified signature nonce was used already."],
  "InvalidTimeStamp.Expired": [400, "Specified time stamp or date value is expired."],
  "InvalidAccessKeyId.NotFound": [404, "The AccessKey ID provided does not exist in our records."],
  "InvalidSecurityToken.Malformed": [400, "Specified SecurityToken is malformed."],
  "InvalidSecurityToken.Expired": [400, "Specified SecurityToken is expired."],
  "InvalidAction.NotFound": [404, "Specified api is not found, please check your url and method."],
  InvalidVersion: [400, "Specified parameter Version is not valid."],
  UnsupportedHTTPMethod: [403, "This http method is not supported."],
  Throttling: [400, "Request was denied due to request throttling."],
  "Forbidden.NoPermission": [403, "This operation is forbidden by permission system."],
  "Forbidden.KeyNotFound": [404, "The specified Key is not found."],
  "Forbidden.AliasNotFound": [404, "The specified Alias is not found."],
  AliasAlreadyExists: [400, "AliasName Already Exists."],
  "Rejected.LimitExceeded": [400, "The request was rejected because user create resource limit was exceeded."],
  "Rejected.StateModifiedFailed": [409, "Keystate modified failed."],
  "Rejected.Disabled": [409, "The request was rejected because the key state is Disabled."],
  "Rejected.PendingDeletion": [409, "The request was rejected because the key state is PendingDeletion."],
  "Rejected.PendingImport": [409, "The request was rejected because the key state is PendingImport."],
  "Rejected.DeletionProtection": [409, "The request was rejected because the deletion protection of the key is on."],
  InvalidKeyMaterial: [400, "key material is invalid."],
  InvalidImportToken: [400, "import token is invalid."],
  ExpiredImportToken: [400, "import token is expired."],
  "Unsupported.Origin": [400, "This key origin is not valid for this api."],
  "Unsupported.Alias": [400, "Alias is not valid for this api."],
  UnsupportedOperation: [400, "This action is not supported."],
  "EntityNotExist.Role": [404, "The specified Role not exists."],
  InternalFailure: [500, "Internal Failure."],
} as const satisfies Record<string, readonly [number, string]>;

export type AlibabaErrorCode = keyof typeof errors;

/** An error as Alibaba Cloud words it. */
export class AlibabaError extends Error {
  override readonly name = "AlibabaError";
  readonly code: string;
  readonly status: number;

  /**
   * @param about the parameter that the words name, where they name one
   * @param more what this emulator has to say besides
   */
  constructor(code: AlibabaErrorCode, about = "", more = "") {
    const [status, words] = errors[code];
    super(`${words.replace("{}", about)}${more === "" ? "" : ` ${more}`}`);
    this.code = code;
    this.status = status;
  }
}

/** What the model's refusals are called here. Wrong bytes and what does not unwrap share one name. */
const refusals: Readonly<Partial<Record<RefusalReason, AlibabaErrorCode>>> = {
  token_invalid: "InvalidImportToken",
  token_expired: "ExpiredImportToken",
  unwrap_failed: "InvalidKeyMaterial",
  material_invalid: "InvalidKeyMaterial",
  material_differs: "InvalidKeyMaterial",
};

/** Anything that an operation threw. */
export function alibabaError(thrown: unknown): AlibabaError {
  if (thrown instanceof AlibabaError) return thrown;
  if (!(thrown instanceof Refusal)) return new AlibabaError("InternalFailure");
  if (thrown.reason === "ciphertext_invalid") return invalid("CiphertextBlob");
  return new AlibabaError(refusals[thrown.reason] ?? "InternalFailure");
}

export const invalid = (parameter: string): AlibabaError => new AlibabaError("InvalidParameter", parameter);
export const missing = (parameter: string): AlibabaError => new AlibabaError("MissingParameter", parameter);
/** @param name as it was asked for */
export const unknownAction = (name: string): AlibabaError =>
  new AlibabaError(
    "InvalidAction.NotFound",
    "",
    `The embedded KMS does not know the operation ${name.slice(0, 64)}. docs/emulator.md lists the operations that it knows.`,
  );
/** For a parameter that might change what the request means. */
export const unsupportedParameter = (parameter: string, operation: string): AlibabaError =>
  new AlibabaError(
    "UnsupportedOperation",
    "",
    `The embedded KMS does not support the parameter ${parameter.slice(0, 64)} of ${operation}. Remove it, or see docs/emulator.md for what is supported.`,
  );
