import type { Call } from "./call";
import { isByokError } from "./errors";
import type { KeyMaterialSource, OfferedMaterial } from "./key-material-source";
import type { Offer } from "./offered-bytes";

/** What a source gave: the offer for the assessment and, where there are bytes, the material itself. */
export interface Opened {
  readonly offer: Offer;
  readonly material?: OfferedMaterial;
}

/**
 * Opens a source. Nothing there is an answer, not an error; something there that is no key material is an error.
 *
 * @param source Undefined where none is configured.
 * @throws ByokError `malformed_material`, `ambiguous_material` and what else the source calls wrong.
 */
export async function openSource(source: KeyMaterialSource | undefined, call: Call): Promise<Opened> {
  if (source === undefined) {
    return none(
      "No key material is given, or what is given is empty. Set `key_material_source` or `key_material_wo`.",
      "key_material_source",
    );
  }
  try {
    const material = await source.open(call);
    return { offer: { kind: "bytes", fingerprint: material.fingerprint, attribute: source.attribute }, material };
  } catch (error) {
    if (isByokError(error, "material_unavailable")) return none(error.rawMessage, source.attribute);
    throw error;
  }
}

function none(why: string, attribute: string): Opened {
  return { offer: { kind: "none", why, attribute } };
}
