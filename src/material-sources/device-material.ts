import type { Call } from "../engine/call";
import { type CheckValue, checkValuesOf } from "../engine/check-values";
import { ByokError } from "../engine/errors";
import type { Fingerprint } from "../engine/fingerprint";
import type { OfferedMaterial } from "../engine/key-material-source";
import { type MaterialShape, shapeWords } from "../engine/key-spec";
import { type WrappingAlgorithm, isWrappedSize } from "../engine/wrapping-algorithm";
import { checkWrapping } from "../engine/wrapping-choice";
import type { WrappingKey } from "../engine/wrapping-key";
import { named, type SourceNames } from "./opened";

/** What a device says of key material that it holds, and how it is asked to wrap it. */
export interface DeviceHolding {
  readonly fingerprint: Fingerprint;
  readonly shape: MaterialShape;
  readonly algorithms: readonly WrappingAlgorithm[];
  /** Wrapping may add to them. Default: none. */
  readonly warnings?: readonly string[];
  /** Which version of the key it is, where the device has several. */
  readonly version?: string;
  /** The wrapped bytes. Called only for an algorithm of the list that goes with the shape. */
  wrap(key: WrappingKey, algorithm: WrappingAlgorithm, call: Call | undefined): Promise<Buffer>;
}

/**
 * Key material that stays where it is, in an HSM or behind a command. What comes back wrapped cannot be read here; that it
 * is as long as the wrapping makes it is checked, so that bytes which were not wrapped at all are never sent.
 */
export class DeviceMaterial implements OfferedMaterial {
  readonly fingerprint: Fingerprint;
  readonly shape: MaterialShape;
  readonly algorithms: readonly WrappingAlgorithm[];
  readonly warnings: readonly string[];
  readonly version: string | undefined;
  readonly #holding: DeviceHolding;
  readonly #source: SourceNames;

  constructor(holding: DeviceHolding, source: SourceNames) {
    this.fingerprint = holding.fingerprint;
    this.shape = holding.shape;
    this.algorithms = holding.algorithms;
    this.warnings = holding.warnings ?? [];
    this.version = holding.version;
    this.#holding = holding;
    this.#source = source;
  }

  checkValues(): readonly CheckValue[] {
    return checkValuesOf(this.fingerprint);
  }

  /**
   * The wrapped bytes.
   *
   * @throws ByokError `unsupported_wrapping`, `wrapper_refused`, and what the device says.
   */
  async wrap(key: WrappingKey, algorithm: WrappingAlgorithm, call?: Call): Promise<Buffer> {
    checkWrapping(this.shape, algorithm, key.spec);
    const wrapped = await this.#holding.wrap(key, algorithm, call);
    if (isWrappedSize(wrapped.length, algorithm, key.spec)) return wrapped;
    const { length } = wrapped;
    wrapped.fill(0);
    throw named(
      new ByokError(
        "wrapper_refused",
        `It gave ${length} bytes, and ${shapeWords(this.shape)} wrapped by ${algorithm} for ${key.spec} has another length. Nothing was sent to the KMS. Check what it was told to wrap, and how.`,
      ),
      this.#source,
    );
  }

  /** Nothing to wipe: no byte came here. */
  destroy(): void {}
}
