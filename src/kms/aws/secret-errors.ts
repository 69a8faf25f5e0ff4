import type { ByokError } from "../../engine/errors";
import type { SecretReference } from "../../engine/secret-store";
import { type Attempt, type ErrorTable, type Refusal, refusalError, refusalOf, type Row } from "../refusal";
import { aws } from "./vendor";

type Answered = Parameters<typeof refusalOf>[1];

/**
 * What a store of secrets answered instead of a secret, as an error in byok's words: what stores say quotes names of
 * secrets and versions, and may quote more. Their words are looked at to tell what is meant.
 */
export function storeError(answered: Answered, attempt: Attempt, secret: SecretReference): ByokError {
  const refusal = refusalOf(attempt, answered);
  const known = Object.hasOwn(rows(secret), refusal.name);
  return refusalError(known ? refusal : { ...refusal, said: "" }, attempt, rows(secret), aws);
}

const said =
  (pattern: RegExp) =>
  ({ said: words }: Refusal): boolean =>
    pattern.test(words);

const notThere = (what: string): Row => ({
  code: "material_unavailable",
  message: ({ on }) =>
    `${what}${on}. Check the name and the Region, and that the credentials are those of its account.`,
});

const pendingDeletion: Row = {
  when: said(/deletion|deleted/i),
  code: "material_unavailable",
  message: ({ on }) =>
    `The secret is scheduled for deletion${on}, so it cannot be read. Restore it with \`aws secretsmanager restore-secret\`, or name another one.`,
};

const noDecryption: Row = {
  code: "access_denied",
  message: ({ on }) =>
    `The store could not decrypt it${on}. Check that the KMS key that protects it is enabled, and that the caller has kms:Decrypt on that key.`,
};

const denied: Row = {
  code: "access_denied",
  message: ({ action, on }) =>
    `The credentials lack the permission ${action}${on}, or there is nothing of that name. Grant it on this secret alone, and kms:Decrypt on the key that protects it where that is a key of your own.`,
};

const throttled: Row = {
  code: "throttled",
  retry: "backoff",
  message: ({ action, on }) => `AWS keeps answering that ${action} requests${on} come too fast. Run again later.`,
};

const failing: Row = {
  code: "service_unavailable",
  retry: "backoff",
  message: ({ action, on, name }) => `AWS failed at ${action}${on} (${name}). This passes: run again later.`,
};

const badCredentials: Row = {
  code: "access_denied",
  message: ({ action, name }) =>
    `AWS does not know the access key that signed ${action} (${name}). Check the credentials, that temporary ones come with their session token, and that they are of this partition.`,
};

const expiredSession: Row = {
  code: "access_denied",
  message: ({ action, name }) =>
    `The credentials that signed ${action} have expired (${name}). Get new ones and run again.`,
};

const badSignature: readonly Row[] = [
  {
    when: said(/expired|not yet current/i),
    code: "access_denied",
    // The date of this answer is what the next request is signed by.
    retry: "backoff",
    message: ({ action }) =>
      `AWS refused the signature of ${action} because of its date. The clock of this machine is off: set it right.`,
  },
  {
    code: "access_denied",
    message: ({ action, name }) =>
      `AWS refused the signature of ${action} (${name}). The secret access key does not belong to the access key id, or something between here and AWS changes requests.`,
  },
];

const malformed: Row = {
  code: "material_unavailable",
  message: ({ on, name }) => `AWS does not take the name or the version${on} (${name}). Correct the source.`,
};

/** Names: the API models of `secretsmanager/2017-10-17` and `ssm/2014-11-06`, and the common errors of both. */
function rows({ version }: SecretReference): ErrorTable {
  const noSecret = notThere(
    version === undefined ? "There is no such secret" : "There is no such secret, or it has no such version",
  );
  return {
    ResourceNotFoundException: [noSecret],
    InvalidRequestException: [pendingDeletion, malformed],
    InvalidParameterException: [malformed],
    ValidationException: [malformed],
    DecryptionFailure: [noDecryption],
    ParameterNotFound: [notThere("There is no such parameter")],
    ParameterVersionNotFound: [notThere("The parameter has no such version")],
    InvalidKeyId: [noDecryption],
    AccessDeniedException: [
      { ...noDecryption, when: said(/kms:Decrypt|access to kms|ciphertext|customer master key/i) },
      denied,
    ],
    ThrottlingException: [throttled],
    TooManyRequestsException: [throttled],
    RequestLimitExceeded: [throttled],
    InternalServiceError: [failing],
    InternalServerError: [failing],
    InternalFailure: [failing],
    ServiceUnavailable: [failing],
    ServiceUnavailableException: [failing],
    UnrecognizedClientException: [badCredentials],
    InvalidClientTokenId: [badCredentials],
    MissingAuthenticationTokenException: [badCredentials],
    ExpiredTokenException: [expiredSession],
    ExpiredToken: [expiredSession],
    RequestExpired: badSignature,
    InvalidSignatureException: badSignature,
    SignatureDoesNotMatch: badSignature,
    IncompleteSignatureException: badSignature,
  };
}
