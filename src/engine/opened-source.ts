import type { Call } from "./call";
import { defined } from "./defined";
import { isByokError } from "./errors";
import { type EpochSeconds, formatInstant } from "./instant";
import type { KeyMaterialSource, OfferedMaterial } from "./key-material-source";
import type { Offer } from "./offered-bytes";

/** What a source gave: the offer for the assessment and, where there are bytes, the material itself. */
export interface Opened {
  readonly offer: Offer;
  readonly material?: OfferedMaterial;
}

/** What material is wanted for, as far as it is known. */
export interface MaterialGoal {
  /** Undefined: the key is not known yet. */
  readonly keyArn?: string | undefined;
  /** By the KMS's clock where that has been seen. Undefined: nothing is judged by the time. */
  readonly now?: EpochSeconds | undefined;
}

/**
 * Opens a source. Nothing there is an answer, not an error; something there that is no key material is an error.
 *
 * @param source Undefined where none is configured.
 * @param goal What the material is for. What was wrapped elsewhere is on offer for its own keys and for its time only.
 * @throws ByokError `malformed_material`, `ambiguous_material` and what else the source calls wrong; `wrapper_refused`
 * where it was wrapped for other keys.
 */
export async function openSource(
  source: KeyMaterialSource | undefined,
  call: Call,
  goal: MaterialGoal = {},
): Promise<Opened> {
  if (source === undefined) {
    return none(
      "No key material is given, or what is given is empty. Set `key_material_source` or `key_material_wo`.",
      "key_material_source",
    );
  }
  try {
    return offered(await source.open(call), source.attribute, goal);
  } catch (error) {
    if (isByokError(error, "material_unavailable")) return none(error.rawMessage, source.attribute);
    throw error;
  }
}

/** The material as an offer. It is wiped where it is none for this key or this time. */
function offered(material: OfferedMaterial, attribute: string, { keyArn, now }: MaterialGoal): Opened {
  let isOffered = false;
  try {
    const until = keyArn === undefined ? undefined : material.wrappedFor?.(keyArn).validTo;
    if (until !== undefined && now !== undefined && until <= now) return none(outlived(until), attribute);
    isOffered = true;
    const { fingerprint } = material;
    return { offer: { kind: "bytes", fingerprint, attribute, ...defined({ until }) }, material };
  } finally {
    if (!isOffered) material.destroy();
  }
}

/** Why what was wrapped elsewhere is no longer of use. */
export function outlived(until: EpochSeconds): string {
  return `The key material was wrapped elsewhere, and its import token expired on ${formatInstant(until)}. Ask for a new one with \`byok params\`, and wrap again.`;
}

function none(why: string, attribute: string): Opened {
  return { offer: { kind: "none", why, attribute } };
}
