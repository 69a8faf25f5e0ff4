import type { Call } from "./call";
import type { CheckValue } from "./check-values";
import type { Fingerprint } from "./fingerprint";
import type { EpochSeconds } from "./instant";
import type { MaterialShape } from "./key-spec";
import type { WrappingAlgorithm } from "./wrapping-algorithm";
import type { WrappingKey } from "./wrapping-key";

/**
 * Where key material comes from. A readable source gives bytes; a wrapper, such as an HSM, keeps them and wraps them itself.
 * Opening reads the bytes, or reaches the device that holds them.
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

/** Material that was wrapped elsewhere, for one key and one import token of it. */
export interface WrappedForKey {
  /** How it was wrapped: the way that the parameters were asked for. */
  readonly algorithm: WrappingAlgorithm;
  /** Of the parameters that it was wrapped with. */
  readonly token: Buffer;
  /** The wrapped bytes. */
  readonly wrapped: Buffer;
  /** When the KMS stops taking the token. Absent: the KMS did not say. */
  readonly validTo?: EpochSeconds | undefined;
}

/** Key material at hand. It wraps itself, so that a device may keep its bytes to itself. */
export interface OfferedMaterial {
  /**
   * Names the bytes without giving them away. What a wrapper says of itself is taken as its word: which bytes it has
   * wrapped, only the KMS can tell, once they are imported.
   */
  readonly fingerprint: Fingerprint;
  /** What the bytes are, by which it is known where they fit. */
  readonly shape: MaterialShape;
  /** What its owner should hear of, such as a file that others may read. Wrapping may add to it. */
  readonly warnings: readonly string[];
  /** Which version of what its store keeps there was read, in the store's words. Absent: the source has no versions. */
  readonly version?: string | undefined;
  /** The ways in which it can be wrapped, by which the wrapping is chosen. Absent: all of them, as bytes in memory can. */
  readonly algorithms?: readonly WrappingAlgorithm[];
  /** What a device prints of the same key, as far as it is known here. Absent: nothing is known. */
  checkValues?(): readonly CheckValue[];
  /**
   * The wrapped bytes, ready for the KMS's import call.
   *
   * @param call What ends the work of a device. Default: nothing.
   */
  wrap(key: WrappingKey, algorithm: WrappingAlgorithm, call?: Call): Promise<Buffer>;
  /**
   * Of material that was wrapped elsewhere, what is sent for a key in place of fresh parameters; `wrap` is never called
   * then. Absent: it is wrapped when it is needed.
   *
   * @throws ByokError `wrapper_refused` where nothing was wrapped for this key.
   */
  wrappedFor?(keyArn: string): WrappedForKey;
  /** Wipes the bytes. After it, `wrap` throws. Safe to call twice. */
  destroy(): void;
}
