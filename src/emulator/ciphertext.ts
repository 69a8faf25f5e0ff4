import { Refusal } from "./errors";
import { seal, unseal } from "./sealed";

/** A symmetric ciphertext names its key and its material, so that it can be opened by callers who do not name the key. */
export interface CiphertextHeader {
  readonly keyId: string;
  /** 64 hex digits. */
  readonly materialId: string;
}

export type EncryptionContext = Readonly<Record<string, string>>;

const formatVersion = 1;
const materialIdBytes = 32;

export function encryptSymmetric(
  header: CiphertextHeader,
  bytes: Buffer,
  plaintext: Buffer,
  context: EncryptionContext,
): Buffer {
  const head = writtenHeader(header);
  return Buffer.concat([head, seal(bytes, plaintext, Buffer.concat([head, associatedData(context)]))]);
}

/** @throws Refusal ciphertext_invalid */
export function ciphertextHeader(blob: Buffer): CiphertextHeader {
  const [version, idLength] = blob;
  if (version !== formatVersion || idLength === undefined) throw new Refusal("ciphertext_invalid");
  const bodyStart = 2 + idLength + materialIdBytes;
  if (blob.length <= bodyStart) throw new Refusal("ciphertext_invalid");
  return {
    keyId: blob.toString("latin1", 2, 2 + idLength),
    materialId: blob.toString("hex", 2 + idLength, bodyStart),
  };
}

/** @throws Refusal ciphertext_invalid, also where the context or the bytes of the key are others */
export function decryptSymmetric(blob: Buffer, bytes: Buffer, context: EncryptionContext): Buffer {
  const head = writtenHeader(ciphertextHeader(blob));
  const opened = unseal(bytes, blob.subarray(head.length), Buffer.concat([head, associatedData(context)]));
  if (opened === undefined) throw new Refusal("ciphertext_invalid");
  return opened;
}

function writtenHeader(header: CiphertextHeader): Buffer {
  const id = Buffer.from(header.keyId, "latin1");
  return Buffer.concat([Buffer.from([formatVersion, id.length]), id, Buffer.from(header.materialId, "hex")]);
}

/** The order of the pairs carries no meaning, so they are sorted; lengths keep two contexts from reading alike. */
function associatedData(context: EncryptionContext): Buffer {
  const pairs = Object.entries(context).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return Buffer.from(JSON.stringify(pairs));
}
