import { ByokError } from "../engine/errors";
import { jsonText } from "../engine/json-bytes";
import type { ReadSecret, SecretReference } from "../engine/secret-store";
import { decodeBase64 } from "../engine/text-decoding";
import type { Vendor } from "../http/surroundings";

/** What a member with text has in it, in memory of its own. Undefined: the member is absent or no text. */
export function textSecret(value: Buffer | undefined): Buffer | undefined {
  return value === undefined ? undefined : jsonText(value);
}

/** The bytes in a member with base64, in memory of their own. Undefined: the member is absent or no base64. */
export function binarySecret(value: Buffer | undefined): Buffer | undefined {
  const text = textSecret(value);
  if (text === undefined || text.length === 0) return text;
  const bytes = decodeBase64(text) ?? undefined;
  text.fill(0);
  return bytes;
}

/** A version's name, a text or a number in the answer. Undefined: there is none, or it is nothing that stores name versions. */
export function secretVersion(value: Buffer | undefined): string | undefined {
  if (value === undefined) return undefined;
  const version = (jsonText(value) ?? value).toString();
  return /^[\w.+=@-]{1,64}$/.test(version) ? version : undefined;
}

/**
 * Some secrets ignore a version that is asked for: those that Alibaba Cloud rotates itself.
 *
 * @throws ByokError `untrusted_answer`, with the secret wiped.
 */
export function checkVersion({ content, version }: ReadSecret, asked: SecretReference, { name }: Vendor): void {
  if (asked.version === undefined || asked.version === version) return;
  content.fill(0);
  throw new ByokError(
    "untrusted_answer",
    `${name} was asked for one version of the secret and answered with another. Check that secrets of this kind keep their versions.`,
  );
}
