import { type CheckValue, checkValues } from "./check-values";
import { ByokError } from "./errors";
import { type Fingerprint, fingerprintOfPublicKey, fingerprintOfRaw } from "./fingerprint";
import type { OfferedMaterial } from "./key-material-source";
import { type MaterialShape, rawSizes } from "./key-spec";
import { likenessToDer, readPrivateKey } from "./private-key";
import { type WrappingAlgorithm, wrap } from "./wrapping-algorithm";
import { checkWrapping } from "./wrapping-choice";
import type { WrappingKey } from "./wrapping-key";

/** What is known of bytes beside themselves. */
export interface MaterialDetails {
  /** Default: none. */
  readonly warnings?: readonly string[];
  /** See `OfferedMaterial.version`. */
  readonly version?: string | undefined;
}

/**
 * Bytes of key material in memory, from reading to wiping. Nothing hands the bytes out; printed, logged or serialised
 * it shows its fingerprint.
 */
export class KeyMaterial implements OfferedMaterial {
  /** Names the bytes without giving them away. */
  readonly fingerprint: Fingerprint;
  /** What the bytes are, by which it is known where they fit. */
  readonly shape: MaterialShape;
  /** What the owner of the bytes should know, such as a file that others may read. */
  readonly warnings: readonly string[];
  /** Which version of what a store keeps this is. Undefined: it comes from no store with versions. */
  readonly version: string | undefined;
  #bytes: Buffer | null;

  private constructor(bytes: Buffer, identity: Identity, { warnings = [], version }: MaterialDetails) {
    this.#bytes = bytes;
    this.fingerprint = identity.fingerprint;
    this.shape = identity.shape;
    this.warnings = warnings;
    this.version = version;
  }

  /**
   * Takes over bytes: 16, 24, 28, 32, 48 or 64 of a symmetric or HMAC key, or a private key in DER (PKCS#8, PKCS#1 or
   * SEC1), which is kept in its canonical spelling. A whole private key is one whatever its size.
   *
   * The buffer given is wiped, whether this succeeds or throws. Throws `malformed_material` and `wrong_material`.
   */
  static take(bytes: Buffer, details: MaterialDetails = {}): KeyMaterial {
    try {
      const { own, identity } = identify(bytes);
      return new KeyMaterial(own, identity, details);
    } finally {
      bytes.fill(0);
    }
  }

  /**
   * The key that components make together: the exclusive or of their bytes. The components are left as they are.
   *
   * @throws ByokError `wrong_material` where they are no components of one key: fewer than two, of different lengths, a
   * private key, all zeros, equal, or such that some cancel each other out.
   */
  static combined(components: readonly KeyMaterial[]): KeyMaterial {
    const all = components.map((component) => component.#held());
    const fault = componentFault(components, all);
    if (fault !== undefined) throw new ByokError("wrong_material", fault);
    const bytes = Buffer.alloc(Math.max(...all.map(({ length }) => length)));
    for (const component of all) component.forEach((byte, i) => bytes.writeUInt8(bytes.readUInt8(i) ^ byte, i));
    if (isZero(bytes) || all.some((component) => component.equals(bytes))) {
      bytes.fill(0);
      throw new ByokError("wrong_material", canceledOut);
    }
    return KeyMaterial.take(bytes, { warnings: components.flatMap(({ warnings }) => warnings) });
  }

  /** The wrapped bytes. Throws `unsupported_wrapping` where they cannot go so. */
  async wrap(key: WrappingKey, algorithm: WrappingAlgorithm): Promise<Buffer> {
    checkWrapping(this.shape, algorithm, key.spec);
    return wrap(this.#held(), key, algorithm);
  }

  /** What a device prints of the same key. Empty for private keys, for which there is no custom. */
  checkValues(): readonly CheckValue[] {
    const bytes = this.#held();
    return this.shape.kind === "raw" ? checkValues(bytes) : [];
  }

  /** Overwrites the bytes with zeros. Safe to call twice. */
  destroy(): void {
    this.#bytes?.fill(0);
    this.#bytes = null;
  }

  /** The fingerprint, never the bytes. */
  toString(): string {
    return `KeyMaterial ${this.fingerprint}`;
  }

  /** The fingerprint, never the bytes. */
  toJSON(): string {
    return this.toString();
  }

  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return this.toString();
  }

  #held(): Buffer {
    if (this.#bytes !== null) return this.#bytes;
    throw new ByokError(
      "internal",
      "Key material was used after it had been wiped. This is a fault of byok: please report it.",
    );
  }
}

/** Why bytes are no components of one key. None of them is repeated. */
function componentFault(components: readonly KeyMaterial[], all: readonly Buffer[]): string | undefined {
  if (all.length < 2) return "A key is made of two components or more. Give the others, too.";
  if (components.some(({ shape }) => shape.kind !== "raw")) {
    return "A private key has no components: only raw bytes are made of several. Give it as one source.";
  }
  if (new Set(all.map(({ length }) => length)).size > 1) {
    return `Components have the length of the key, and these have ${all.map(({ length }) => length).join(", ")} bytes. Enter them again.`;
  }
  if (all.some(isZero)) {
    return "A component is all zeros, and hides nothing of the others. Make it with a random generator.";
  }
  const names = new Set(components.map(({ fingerprint }) => fingerprint));
  return names.size < all.length
    ? "Two components are equal, and cancel each other out. Enter the right ones."
    : undefined;
}

const canceledOut =
  "Some of the components cancel each other out, so that the others alone make the key. Make each with a random generator.";

function isZero(bytes: Buffer): boolean {
  return bytes.every((byte) => byte === 0);
}

interface Identity {
  readonly fingerprint: Fingerprint;
  readonly shape: MaterialShape;
}

function identify(bytes: Buffer): { readonly own: Buffer; readonly identity: Identity } {
  if (rawSizes.includes(bytes.length) && likenessToDer(bytes) !== "key") {
    const own = Buffer.alloc(bytes.length);
    own.set(bytes);
    return { own, identity: { fingerprint: fingerprintOfRaw(own), shape: { kind: "raw", bytes: own.length } } };
  }
  const { pkcs8, shape, publicKey } = readPrivateKey(bytes);
  return { own: pkcs8, identity: { fingerprint: fingerprintOfPublicKey(publicKey), shape } };
}
