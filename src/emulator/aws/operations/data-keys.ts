import { randomBytes } from "node:crypto";
import { currentMaterial } from "../../key";
import { usableKey } from "../call";
import { encrypted } from "../encryption";
import { validation } from "../../aws-json/errors";
import { integer, oneOf, textMap } from "../../aws-json/input";
import { type Operation, operation } from "../operation";
import { requireAlgorithm, requireUsage } from "../usage";
import { keyId } from "./keys";

const dataKeyShape = {
  KeyId: keyId,
  EncryptionContext: textMap(),
  NumberOfBytes: integer({ min: 1, max: 1024 }),
  KeySpec: oneOf(["AES_256", "AES_128"]),
};

const generateDataKey = (withPlaintext: boolean): Operation =>
  operation(
    dataKeyShape,
    (call, input) => {
      const key = usableKey(call, input.KeyId, { aliases: true });
      requireUsage(key, "ENCRYPT_DECRYPT", call.operation);
      requireAlgorithm(key, "encryption", "SYMMETRIC_DEFAULT");
      if ((input.NumberOfBytes === undefined) === (input.KeySpec === undefined)) {
        throw validation("Please specify either number of bytes or key spec.");
      }
      const lengthBytes = input.NumberOfBytes ?? (input.KeySpec === "AES_128" ? 16 : 32);
      const plaintext = randomBytes(lengthBytes);
      const blobOut = encrypted(key, "SYMMETRIC_DEFAULT", plaintext, input.EncryptionContext ?? {});
      return {
        CiphertextBlob: blobOut.toString("base64"),
        ...(withPlaintext ? { Plaintext: plaintext.toString("base64") } : {}),
        KeyId: key.arn,
        KeyMaterialId: currentMaterial(key)?.id,
      };
    },
    "reads",
  );

export const dataKeyOperations: Readonly<Record<string, Operation>> = {
  GenerateDataKey: generateDataKey(true),
  GenerateDataKeyWithoutPlaintext: generateDataKey(false),
  GenerateRandom: operation(
    { NumberOfBytes: integer({ min: 1, max: 1024 }) },
    (_call, input) => {
      if (input.NumberOfBytes === undefined) throw validation("NumberOfBytes is required.");
      return { Plaintext: randomBytes(input.NumberOfBytes).toString("base64") };
    },
    "reads",
  ),
};
