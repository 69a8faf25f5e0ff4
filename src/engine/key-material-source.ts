import type { Call } from "./call";
import type { Fingerprint } from "./fingerprint";
import type { MaterialShape } from "./key-spec";
import type { WrappingAlgorithm } from "./wrapping-algorithm";
import type { WrappingKey } from "./wrapping-key";

/**
 * Where key material comes from. Opening reads the bytes (or reaches the device that holds them).
 *
 * `open` throws a ByokError:
 * - `material_unavailable` where there is nothing to read now: a missing file or variable, a failing command. That is
 *   normal where somebody plans without seeing the bytes.
 * - `malformed_material`, `ambiguous_material` where there is something and it is no key material.
 */
export interface KeyMaterialSource {
  /** What it is called in messages, such as `file:keys/payments.bin`. Never the bytes. */
  readonly name: string;
  /** The argument that named it, in Terraform's spelling. */
  readonly attribute: string;
  /** Reads the bytes. Anyone who opens must `destroy` what comes of it. */
  open(call?: Call): Promise<OfferedMaterial>;
}

/** Key material at hand. It wraps itself, so that a device may keep its bytes to itself. */
export interface OfferedMaterial {
  /** Names the bytes without giving them away. */
  readonly fingerprint: Fingerprint;
  /** What the bytes are, by which it is known where they fit. */
  readonly shape: MaterialShape;
  /** What its owner should hear of, such as a file that others may read. */
  readonly warnings: readonly string[];
  /** The wrapped bytes, ready for the KMS's import call. */
  wrap(key: WrappingKey, algorithm: WrappingAlgorithm): Promise<Buffer>;
  /** Wipes the bytes. After it, `wrap` throws. Safe to call twice. */
  destroy(): void;
}
