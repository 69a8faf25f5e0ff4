import { createHash, randomBytes } from "node:crypto";
import { ciphertextHeader, decryptSymmetric, type EncryptionContext, encryptSymmetric } from "../../ciphertext";
import { Refusal } from "../../errors";
import { currentMaterial, type Key } from "../../key";
import { currentBytes } from "../../use";
import { type AlibabaCall, usableKey } from "../call";
import { blob, integer, oneOf, required, textMap } from "../input";
import { keyVersionId } from "../metadata";
import { type Operation, operation } from "../operation";
import { keyId } from "./keys";

const maxPlaintextBytes = 6144;

const generateDataKey = (withPlaintext: boolean): Operation =>
  operation(
    {
      KeyId: keyId,
      KeySpec: oneOf(["AES_256", "AES_128"]),
      NumberOfBytes: integer(1, 1024),
      EncryptionContext: textMap(),
    },
    (call, input) => {
      const key = usableKey(call, input.KeyId, { aliases: true });
      const plaintext = randomBytes(input.NumberOfBytes ?? (input.KeySpec === "AES_128" ? 16 : 32));
      return {
        ...encrypted(key, plaintext, input.EncryptionContext ?? {}),
        ...(withPlaintext ? { Plaintext: plaintext.toString("base64") } : {}),
      };
    },
    "reads",
  );

export const encryptionOperations: Readonly<Record<string, Operation>> = {
  Encrypt: operation(
    { KeyId: keyId, Plaintext: required(blob(maxPlaintextBytes)), EncryptionContext: textMap() },
    (call, input) =>
      encrypted(usableKey(call, input.KeyId, { aliases: true }), input.Plaintext, input.EncryptionContext ?? {}),
    "reads",
  ),
  Decrypt: operation(
    { CiphertextBlob: required(blob(8192)), EncryptionContext: textMap() },
    (call, input) => decrypted(call, input.CiphertextBlob, input.EncryptionContext ?? {}),
    "reads",
  ),
  GenerateDataKey: generateDataKey(true),
  GenerateDataKeyWithoutPlaintext: generateDataKey(false),
};

function encrypted(key: Key, plaintext: Buffer, context: EncryptionContext): object & Record<string, unknown> {
  const materialId = currentMaterial(key)?.id ?? "";
  const sealed = encryptSymmetric({ keyId: key.id, materialId }, cipherKey(currentBytes(key)), plaintext, context);
  return { CiphertextBlob: sealed.toString("base64"), KeyId: key.id, KeyVersionId: keyVersionId(key) };
}

function decrypted(call: AlibabaCall, sealed: Buffer, context: EncryptionContext): Record<string, unknown> {
  const header = ciphertextHeader(sealed);
  const key = usableKey(call, header.keyId);
  const bytes = key.materials.find((material) => material.id === header.materialId)?.bytes;
  if (bytes === undefined) throw new Refusal("ciphertext_invalid");
  const plaintext = decryptSymmetric(sealed, cipherKey(bytes), context);
  return { KeyId: key.id, KeyVersionId: keyVersionId(key), Plaintext: plaintext.toString("base64") };
}

/** Keys of every length encrypt alike here: the real ciphertexts are of a format of the vendor's own anyway. */
function cipherKey(bytes: Buffer): Buffer {
  return createHash("sha256").update(bytes).digest();
}
