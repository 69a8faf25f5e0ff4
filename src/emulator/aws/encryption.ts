import { ciphertextHeader, decryptSymmetric, type EncryptionContext, encryptSymmetric } from "../ciphertext";
import { Refusal } from "../errors";
import { currentMaterial, type Key, keyState } from "../key";
import { currentBytes, decryptOaep, encryptOaep, oaepCapacityBytes } from "../use";
import { type AwsCall, namedKey, usableKey } from "./call";
import { AwsError, constraint, validation } from "../aws-json/errors";
import { stateRefusal } from "../aws-json/states";
import { requireAlgorithm, requireUsage } from "./usage";

export const encryptionAlgorithms = ["SYMMETRIC_DEFAULT", "RSAES_OAEP_SHA_1", "RSAES_OAEP_SHA_256", "SM2PKE"] as const;
export type EncryptionAlgorithm = (typeof encryptionAlgorithms)[number];

/** What a ciphertext held, and what opened it. */
export interface Opened {
  readonly key: Key;
  readonly algorithm: EncryptionAlgorithm;
  readonly plaintext: Buffer;
  readonly materialId: string | undefined;
}

/** @throws AwsError ValidationException where the plaintext is too long for RSA */
export function encrypted(key: Key, name: EncryptionAlgorithm, plaintext: Buffer, context: EncryptionContext): Buffer {
  if (name === "SYMMETRIC_DEFAULT") {
    const materialId = currentMaterial(key)?.id ?? "";
    return encryptSymmetric({ keyId: key.id, materialId }, currentBytes(key), plaintext, context);
  }
  refuseContext(context);
  const hash = oaepHash(name);
  const capacity = oaepCapacityBytes(key, hash);
  if (plaintext.length > capacity) {
    throw constraint(`[${plaintext.length} bytes]`, "plaintext", `have length less than or equal to ${capacity}`);
  }
  return encryptOaep(key, hash, plaintext);
}

/**
 * @param id the key that the caller names; only a symmetric ciphertext can do without, for it names its key itself
 * @throws Refusal ciphertext_invalid; AwsError where the key cannot be used
 */
export function decrypted(
  call: AwsCall,
  id: string | undefined,
  blobIn: Buffer,
  name: EncryptionAlgorithm = "SYMMETRIC_DEFAULT",
  context: EncryptionContext = {},
): Opened {
  if (name !== "SYMMETRIC_DEFAULT") {
    const key = usableKey(call, id ?? "", { aliases: true });
    requireUsage(key, "ENCRYPT_DECRYPT", call.operation);
    requireAlgorithm(key, "encryption", name);
    refuseContext(context);
    return { key, algorithm: name, plaintext: decryptOaep(key, oaepHash(name), blobIn), materialId: undefined };
  }
  const header = ciphertextHeader(blobIn);
  const key = ciphertextKey(call, id, header.keyId);
  const bytes = key.materials.find((material) => material.id === header.materialId)?.bytes;
  if (bytes === undefined) throw new Refusal("ciphertext_invalid");
  return {
    key,
    algorithm: name,
    plaintext: decryptSymmetric(blobIn, bytes, context),
    materialId: header.materialId,
  };
}

/** The key that a ciphertext names. The one that the caller names has to be the same. */
function ciphertextKey(call: AwsCall, id: string | undefined, named: string): Key {
  const given = id === undefined ? undefined : namedKey(call, id, { aliases: true });
  if (given !== undefined && given.id !== named) {
    throw new AwsError(
      "IncorrectKeyException",
      "The key ID in the request does not identify a CMK that can perform this operation.",
    );
  }
  const found = given ?? call.world.store.find(call.accountId, call.region, named);
  const key = found === undefined ? undefined : call.world.visibility.look(found, true, call.nowMs);
  if (key === undefined) {
    throw new AwsError(
      "AccessDeniedException",
      "The ciphertext refers to a customer master key that does not exist, does not exist in this region, or you are not allowed to access.",
    );
  }
  const refusal = stateRefusal(call.operation, key, keyState(key, call.nowMs));
  if (refusal !== undefined) throw refusal;
  return key;
}

/** @throws AwsError ValidationException: RSA binds a ciphertext to no context */
function refuseContext(context: EncryptionContext): void {
  if (Object.keys(context).length === 0) return;
  throw validation("An EncryptionContext can be set only for symmetric encryption KMS keys");
}

function oaepHash(name: EncryptionAlgorithm): "sha1" | "sha256" {
  return name === "RSAES_OAEP_SHA_1" ? "sha1" : "sha256";
}
