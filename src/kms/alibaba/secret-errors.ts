import type { ByokError } from "../../engine/errors";
import type { SecretReference } from "../../engine/secret-store";
import { type Attempt, type ErrorTable, refusalError, refusalOf, type Row } from "../refusal";
import { rows as rowsOfKms } from "./error-table";
import { alibaba } from "./vendor";

/**
 * What KMS answered instead of a secret, as an error in byok's words.
 *
 * @param answered Without the words of the answer, which are not shown.
 */
export function storeError(
  answered: Parameters<typeof refusalOf>[1] & { readonly words: "" },
  attempt: Attempt,
  secret: SecretReference,
): ByokError {
  const refusal = refusalOf(attempt, answered);
  // What comes behind the dot makes no difference.
  const name = /^(?:Rejected\.)?Throttling/.test(refusal.name) ? "Throttling" : refusal.name;
  return refusalError({ ...refusal, name }, attempt, rows(secret), alibaba);
}

const denied: Row = {
  code: "access_denied",
  message: ({ action, on }) =>
    `The credentials lack the permission ${action} for this secret${on}, or kms:Decrypt for the key that protects it. Grant both in a RAM policy.`,
};

const pendingDeletion: Row = {
  code: "material_unavailable",
  message: ({ on }) =>
    `The secret, or the key that protects it, is scheduled for deletion${on}, so it cannot be read. Restore it, or name another one.`,
};

const keyUnusable: Row = {
  code: "access_denied",
  message: ({ on, name }) =>
    `The store could not decrypt it${on} (${name}). Check that the key that protects the secret is there and enabled, and that the caller has kms:Decrypt on it.`,
};

const malformed: Row = {
  code: "material_unavailable",
  message: ({ on, name }) => `Alibaba Cloud does not take the name or the version${on} (${name}). Correct the source.`,
};

/** What names of errors mean for a secret; the others mean what they mean for a key. */
function rows({ version }: SecretReference): ErrorTable {
  const missing =
    version === undefined ? "There is no such secret" : "There is no such secret, or no such version of it";
  return {
    ...rowsOfKms,
    "Forbidden.ResourceNotFound": [
      {
        code: "material_unavailable",
        message: ({ on }) =>
          `${missing}${on}. Check the name and the Region, and that the credentials are those of its account.`,
      },
    ],
    "Forbidden.NoPermission": [denied],
    NoPermission: [denied],
    "Forbidden.RAM": [denied],
    Forbidden: [denied],
    "Rejected.PendingDeletion": [pendingDeletion],
    "Rejetced.PendingDeletion": [pendingDeletion],
    "Forbidden.KeyNotFound": [keyUnusable],
    "Rejected.Disabled": [keyUnusable],
    "Rejected.PendingImport": [keyUnusable],
    "Rejected.Unavailable": [keyUnusable],
    MissingParameter: [malformed],
    InvalidParameter: [malformed],
  };
}
