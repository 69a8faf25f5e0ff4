import { blob, oneOf, required, text, textMap } from "../../aws-json/input";
import { ciphertextHeader, decryptSymmetric, encryptSymmetric } from "../../ciphertext";
import { Refusal } from "../../errors";
import { currentMaterial } from "../../key";
import { currentBytes } from "../../use";
import { type Operation, operation, usableKey } from "../call";
import { grantTokens, keyId } from "./keys";

const algorithm = oneOf(["SYMMETRIC_DEFAULT"]);

/** With the imported bytes themselves, so that a test can prove that an old ciphertext opens again. */
export const encryptionOperations: Readonly<Record<string, Operation>> = {
  Encrypt: operation(
    {
      KeyId: keyId,
      Plaintext: required(blob({ min: 1, max: 4096 })),
      EncryptionContext: textMap(),
      EncryptionAlgorithm: algorithm,
      GrantTokens: grantTokens,
    },
    (call, input) => {
      const key = usableKey(call, input.KeyId);
      const header = { keyId: key.id, materialId: currentMaterial(key)?.id ?? "" };
      const sealed = encryptSymmetric(header, currentBytes(key), input.Plaintext, input.EncryptionContext ?? {});
      return { CiphertextBlob: sealed.toString("base64"), KeyId: key.arn, EncryptionAlgorithm: "SYMMETRIC_DEFAULT" };
    },
    "reads",
  ),
  Decrypt: operation(
    {
      CiphertextBlob: required(blob({ min: 1, max: 6144 })),
      EncryptionContext: textMap(),
      KeyId: text({ min: 1, max: 2048 }),
      EncryptionAlgorithm: algorithm,
      GrantTokens: grantTokens,
    },
    (call, input) => {
      const header = ciphertextHeader(input.CiphertextBlob);
      const key = usableKey(call, input.KeyId ?? header.keyId);
      const material = currentMaterial(key);
      if (key.id !== header.keyId || material?.id !== header.materialId) throw new Refusal("ciphertext_invalid");
      const plaintext = decryptSymmetric(input.CiphertextBlob, currentBytes(key), input.EncryptionContext ?? {});
      return {
        KeyId: key.arn,
        Plaintext: plaintext.toString("base64"),
        EncryptionAlgorithm: "SYMMETRIC_DEFAULT",
      };
    },
    "reads",
  ),
};
