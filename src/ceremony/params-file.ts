import { defined } from "../engine/defined";
import { isExpectedFingerprint } from "../engine/fingerprint";
import { type EpochSeconds, formatInstant } from "../engine/instant";
import { isKeySpec, type KeySpec, type MaterialShape } from "../engine/key-spec";
import { isWrappingAlgorithm, type WrappingAlgorithm } from "../engine/wrapping-algorithm";
import { isWrappingKeySpec, type WrappingKey, wrappingKeyFrom } from "../engine/wrapping-key";
import { fileOf, FileReader, type Members } from "./json-file";

/** What a KMS gave out for one key, so that material can be wrapped for it where there is no network. */
export interface KeyParams {
  readonly keyArn: string;
  readonly keySpec: KeySpec;
  /** The material that the KMS takes for this key: not every KMS takes the same for a key spec. */
  readonly shape: MaterialShape;
  /** How the material is to be wrapped. */
  readonly algorithm: WrappingAlgorithm;
  readonly wrappingKey: WrappingKey;
  /** Opaque, and secret until it is used. */
  readonly token: Buffer;
  /** When the KMS stops taking the token. Absent: it did not say. */
  readonly validTo?: EpochSeconds | undefined;
}

/** The file that `byok params` writes and `byok wrap` reads. */
export interface ParamsFile {
  /** By the KMS's clock. */
  readonly madeAt: EpochSeconds;
  /** Of the material that is expected, whole or short. Absent: that is said when it is wrapped. */
  readonly fingerprint?: string | undefined;
  /** One at least, no ARN twice. */
  readonly keys: readonly KeyParams[];
}

const kind = "params";

/** The bytes of the file. */
export function writeParams({ madeAt, fingerprint, keys }: ParamsFile): Buffer {
  return fileOf(kind, {
    madeAt: formatInstant(madeAt),
    ...defined({ fingerprint }),
    keys: keys.map(({ keyArn, keySpec, shape, algorithm, wrappingKey, token, validTo }) => ({
      keyArn,
      keySpec,
      material: shape,
      wrappingAlgorithm: algorithm,
      wrappingKeySpec: wrappingKey.spec,
      ...(validTo === undefined ? {} : { validUntil: formatInstant(validTo) }),
      wrappingKey: wrappingKey.publicKey.export({ format: "pem", type: "spki" }),
      importToken: token.toString("base64"),
    })),
  });
}

/**
 * @param attribute The argument that named the file, for messages.
 * @throws ByokError `invalid_argument` for anything but such a file, with wrapping keys that are safe.
 */
export function readParams(content: Buffer, attribute: string): ParamsFile {
  const read = new FileReader("params file", attribute);
  const whole = read.whole(content, kind, ["madeAt", "fingerprint", "keys"]);
  const keys = read.list(whole, "keys", keyMembers).map((members) => keyParams(read, members));
  refuseTwice(read, keys);
  return {
    madeAt: read.instant(whole, "madeAt"),
    ...defined({
      fingerprint: read.optional(whole, "fingerprint", (...at) => read.word(...at, isExpectedFingerprint)),
    }),
    keys,
  };
}

/** @throws ByokError where two entries are of one key: which of them is meant cannot be known. */
export function refuseTwice(read: FileReader, keys: readonly { readonly keyArn: string }[]): void {
  if (new Set(keys.map(({ keyArn }) => keyArn)).size < keys.length) throw read.fault("it names a key twice");
}

const keyMembers = [
  "keyArn",
  "keySpec",
  "material",
  "wrappingAlgorithm",
  "wrappingKeySpec",
  "validUntil",
  "wrappingKey",
  "importToken",
];

function keyParams(read: FileReader, members: Members): KeyParams {
  return {
    keyArn: read.keyArn(members),
    keySpec: read.word(members, "keySpec", isKeySpec),
    shape: read.shape(members, "material"),
    algorithm: read.word(members, "wrappingAlgorithm", isWrappingAlgorithm),
    wrappingKey: readKey(read, members),
    token: read.bytes(members, "importToken"),
    ...defined({ validTo: read.optional(members, "validUntil", (...at) => read.instant(...at)) }),
  };
}

/** In PEM or in base64 of DER, as the KMS gave it. */
function readKey(read: FileReader, members: Members): WrappingKey {
  const spec = read.word(members, "wrappingKeySpec", isWrappingKeySpec);
  const text = read.text(members, "wrappingKey");
  const key = text.startsWith("-----BEGIN") ? Buffer.from(text) : read.bytes(members, "wrappingKey");
  try {
    return wrappingKeyFrom(key, spec);
  } catch {
    throw read.fault("`wrappingKey` is no public RSA key of the kind that `wrappingKeySpec` says");
  }
}
