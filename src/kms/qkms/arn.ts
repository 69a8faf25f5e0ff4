import { ByokError } from "../../engine/errors";

/** What the ARN of a key of QKMS says. */
export interface QkmsKeyArn {
  /** Undefined where the ARN does not say. */
  readonly accountId: string | undefined;
  /** What stands after the last `key/`. */
  readonly keyId: string;
}

const keyIdPattern = /^[\w-]{1,128}$/;

/** Whether it is meant to be an ARN of QKMS, well-formed or not: its service or its partition is `verenc`. */
export function isQkmsArn(text: string): boolean {
  return /^arn:(?:[^:/]*:)?verenc:/.test(text);
}

/**
 * Reads an ARN of QKMS. The documentation prints `arn:verenc:ACCOUNT:key/ID`, `arn:aws:verenc:…` and `arn::verenc:…`, so
 * the number of fields says nothing: the account is the last one before the key, and the id is what follows `key/`.
 *
 * @param attribute the argument that the text came from, in Terraform's spelling
 * @throws ByokError `invalid_key_arn`
 */
export function parseQkmsKeyArn(text: string, attribute = "key_arn"): QkmsKeyArn {
  const parsed = readQkmsKeyArn(text);
  if (parsed !== undefined) return parsed;
  throw new ByokError(
    "invalid_key_arn",
    `\`${attribute}\` is not the ARN of a key of QKMS. It looks like arn:verenc:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab.`,
    { attribute },
  );
}

/** Undefined for anything else. */
export function readQkmsKeyArn(text: string): QkmsKeyArn | undefined {
  const start = text.lastIndexOf(":key/");
  if (start === -1 || text.length > 512 || !isQkmsArn(text)) return undefined;
  const keyId = text.slice(start + ":key/".length);
  const fields = text.slice(0, start).split(":");
  const named = fields.slice(fields.indexOf("verenc") + 1);
  if (!keyIdPattern.test(keyId) || !named.every((field) => /^[\w-]{0,64}$/.test(field))) return undefined;
  return { accountId: named.findLast((field) => field !== ""), keyId };
}
