import { defined } from "../engine/defined";
import { type Fingerprint, fingerprintKind, isFingerprint } from "../engine/fingerprint";
import { type EpochSeconds, formatInstant } from "../engine/instant";
import { isKeySpec, type KeySpec, type MaterialShape } from "../engine/key-spec";
import { isWrappedSize, isWrappingAlgorithm, type WrappingAlgorithm } from "../engine/wrapping-algorithm";
import { isWrappingKeySpec, type WrappingKeySpec } from "../engine/wrapping-key";
import { fileOf, FileReader, type Members } from "./json-file";
import { refuseTwice } from "./params-file";

/** Material as it was wrapped for one key and one import token of it. */
export interface WrappedKey {
  readonly keyArn: string;
  readonly keySpec: KeySpec;
  readonly algorithm: WrappingAlgorithm;
  readonly wrappingKeySpec: WrappingKeySpec;
  /** Of the parameters that it was wrapped with. */
  readonly token: Buffer;
  readonly wrapped: Buffer;
  /** When the KMS stops taking the token. Absent: it did not say. */
  readonly validTo?: EpochSeconds | undefined;
}

/** The file that `byok wrap` writes, and that `byok import` and a `wrapped:` source read. */
export interface WrappedFile {
  /** By the clock of the machine that wrapped. */
  readonly madeAt: EpochSeconds;
  readonly fingerprint: Fingerprint;
  /** What the material is. */
  readonly shape: MaterialShape;
  /** The SHA-256 of the params file, in hexadecimal. */
  readonly paramsDigest: string;
  /** One at least, no ARN twice. */
  readonly keys: readonly WrappedKey[];
}

const kind = "wrapped";

/** The bytes of the file. */
export function writeWrapped({ madeAt, fingerprint, shape, paramsDigest, keys }: WrappedFile): Buffer {
  return fileOf(kind, {
    madeAt: formatInstant(madeAt),
    fingerprint,
    material: shape,
    paramsDigest,
    keys: keys.map(({ keyArn, keySpec, algorithm, wrappingKeySpec, token, wrapped, validTo }) => ({
      keyArn,
      keySpec,
      wrappingAlgorithm: algorithm,
      wrappingKeySpec,
      ...(validTo === undefined ? {} : { validUntil: formatInstant(validTo) }),
      importToken: token.toString("base64"),
      wrappedMaterial: wrapped.toString("base64"),
    })),
  });
}

/**
 * @param attribute The argument that named the file, for messages.
 * @throws ByokError `invalid_argument` for anything but such a file.
 */
export function readWrapped(content: Buffer, attribute: string): WrappedFile {
  const read = new FileReader("wrapped file", attribute);
  const whole = read.whole(content, kind, ["madeAt", "fingerprint", "material", "paramsDigest", "keys"]);
  const keys = read.list(whole, "keys", keyMembers).map((members) => wrappedKey(read, members));
  refuseTwice(read, keys);
  const fingerprint = read.word(whole, "fingerprint", isFingerprint);
  const shape = read.shape(whole, "material");
  if (!fingerprint.startsWith(`${shape.kind === "raw" ? fingerprintKind(shape.bytes) : "spki"}:`)) {
    throw read.fault("`fingerprint` is of other key material than `material` says");
  }
  return {
    madeAt: read.instant(whole, "madeAt"),
    fingerprint,
    shape,
    paramsDigest: read.word(whole, "paramsDigest", isDigest),
    keys,
  };
}

const keyMembers = [
  "keyArn",
  "keySpec",
  "wrappingAlgorithm",
  "wrappingKeySpec",
  "validUntil",
  "importToken",
  "wrappedMaterial",
];

function wrappedKey(read: FileReader, members: Members): WrappedKey {
  const algorithm = read.word(members, "wrappingAlgorithm", isWrappingAlgorithm);
  const wrappingKeySpec = read.word(members, "wrappingKeySpec", isWrappingKeySpec);
  const wrapped = read.bytes(members, "wrappedMaterial");
  if (!isWrappedSize(wrapped.length, algorithm, wrappingKeySpec)) {
    throw read.fault("`wrappedMaterial` has a length that no wrapping makes");
  }
  return {
    keyArn: read.keyArn(members),
    keySpec: read.word(members, "keySpec", isKeySpec),
    algorithm,
    wrappingKeySpec,
    token: read.bytes(members, "importToken"),
    wrapped,
    ...defined({ validTo: read.optional(members, "validUntil", (...at) => read.instant(...at)) }),
  };
}

function isDigest(text: string): text is string {
  return /^[0-9a-f]{64}$/.test(text);
}
