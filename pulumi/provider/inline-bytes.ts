import { ByokError } from "../../src/engine/errors";
import type { Fingerprint } from "../../src/engine/fingerprint";
import type { KeyMaterial } from "../../src/engine/key-material";
import type { KeyMaterialSource } from "../../src/engine/key-material-source";

/**
 * Inline key material on its way from check, which sees the arguments of the program, to create or update, which see
 * what check made of them. It lives in the memory of this process only, for each key by itself: the replicas of a
 * multi-Region key share a fingerprint.
 */
export class InlineBytes {
  readonly #held = new Map<string, KeyMaterial>();

  /** Takes over material; what is there of the same key and fingerprint is wiped. */
  keep(keyArn: string, material: KeyMaterial): void {
    const place = placeOf(keyArn, material.fingerprint);
    this.#held.get(place)?.destroy();
    this.#held.set(place, material);
  }

  /** A source that gives the material once; anyone who opens it wipes it. */
  source(keyArn: string, fingerprint: Fingerprint): KeyMaterialSource {
    const attribute = "key_material_wo";
    return {
      name: "keyMaterial",
      attribute,
      open: async () => {
        const place = placeOf(keyArn, fingerprint);
        const material = this.#held.get(place);
        this.#held.delete(place);
        if (material !== undefined) return material;
        throw new ByokError(
          "material_unavailable",
          "The bytes of `key_material_wo` are no longer in memory. Run again with them.",
          { attribute },
        );
      },
    };
  }

  clear(): void {
    for (const material of this.#held.values()) material.destroy();
    this.#held.clear();
  }
}

function placeOf(keyArn: string, fingerprint: string): string {
  return `${fingerprint} ${keyArn}`;
}
