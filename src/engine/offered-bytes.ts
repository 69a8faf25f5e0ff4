import { ByokError } from "./errors";
import type { Fingerprint } from "./fingerprint";
import { type EpochSeconds, formatInstant } from "./instant";

/** The bytes that are on offer at this moment. */
export type Offer =
  | {
      readonly kind: "bytes";
      readonly fingerprint: Fingerprint;
      readonly attribute: string;
      /** Until when they can be imported, where they were wrapped elsewhere. Absent: at any time. */
      readonly until?: EpochSeconds | undefined;
    }
  /** Nothing can be read; `why` is a sentence for the user. */
  | { readonly kind: "none"; readonly why: string; readonly attribute: string }
  /** They will be known when the plan is applied. */
  | { readonly kind: "later" };

const otherBytes =
  "Other bytes are another key: data encrypted under this one would stay unreadable. To rotate a symmetric key on AWS, import the new bytes as another key material that `succeeds` this one, and add a key rotation; elsewhere create a second key with them and move to it. To keep this key, give the bytes that it was made with.";

/**
 * The error where bytes are other bytes than the configuration or the record of the key names. Undefined: nothing
 * contradicts them.
 *
 * @param configured The `fingerprint` of the configuration, where it has one.
 * @param proved The fingerprint that an import has proved, where one did.
 */
export function differentBytes(
  offer: Offer,
  configured: Fingerprint | undefined,
  proved: Fingerprint | undefined,
): ByokError | undefined {
  if (differ(configured, proved)) {
    return different("fingerprint", `\`fingerprint\` is ${configured}, but the key holds ${proved}. ${otherBytes}`);
  }
  if (offer.kind !== "bytes") return undefined;
  const { fingerprint, attribute } = offer;
  if (differ(configured, fingerprint)) {
    return different(
      attribute,
      `These are other bytes (${fingerprint}) than \`fingerprint\` names (${configured}). Nothing was imported. Give the bytes that it names, or correct \`fingerprint\`.`,
    );
  }
  if (differ(proved, fingerprint)) {
    return different(attribute, `These are other bytes (${fingerprint}) than the key holds (${proved}). ${otherBytes}`);
  }
  return undefined;
}

/** What a plan says of bytes that cannot be imported at any time: it may wait for its approval for longer. */
export function untilWhen(offer: Offer): readonly string[] {
  if (offer.kind !== "bytes" || offer.until === undefined) return [];
  return [`The key material was wrapped elsewhere, and this can be applied until ${formatInstant(offer.until)}.`];
}

function differ(one: Fingerprint | undefined, other: Fingerprint | undefined): boolean {
  return one !== undefined && other !== undefined && one !== other;
}

function different(attribute: string, message: string): ByokError {
  return new ByokError("different_material", message, { attribute });
}
