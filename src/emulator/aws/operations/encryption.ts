import { currentMaterial } from "../../key";
import { given } from "../../given";
import { usableKey } from "../call";
import { decrypted, encrypted, encryptionAlgorithms } from "../encryption";
import { blob, oneOf, required, text, textMap } from "../../aws-json/input";
import { type Operation, operation } from "../operation";
import { requireAlgorithm, requireUsage } from "../usage";
import { keyId } from "./keys";

const maxPlaintextBytes = 4096;
const algorithm = oneOf(encryptionAlgorithms);
const ciphertext = required(blob({ min: 1, max: 6144 }));
const encrypt = operation(
  {
    KeyId: keyId,
    Plaintext: required(blob({ min: 1, max: maxPlaintextBytes })),
    EncryptionContext: textMap(),
    EncryptionAlgorithm: algorithm,
  },
  (call, input) => {
    const key = usableKey(call, input.KeyId, { aliases: true });
    requireUsage(key, "ENCRYPT_DECRYPT", call.operation);
    const name = input.EncryptionAlgorithm ?? "SYMMETRIC_DEFAULT";
    requireAlgorithm(key, "encryption", name);
    return {
      CiphertextBlob: encrypted(key, name, input.Plaintext, input.EncryptionContext ?? {}).toString("base64"),
      KeyId: key.arn,
      EncryptionAlgorithm: name,
    };
  },
  "reads",
);

const decrypt = operation(
  {
    CiphertextBlob: ciphertext,
    EncryptionContext: textMap(),
    KeyId: text({ min: 1, max: 2048 }),
    EncryptionAlgorithm: algorithm,
  },
  (call, input) => {
    const opened = decrypted(
      call,
      input.KeyId,
      input.CiphertextBlob,
      input.EncryptionAlgorithm,
      input.EncryptionContext,
    );
    return {
      KeyId: opened.key.arn,
      Plaintext: opened.plaintext.toString("base64"),
      EncryptionAlgorithm: opened.algorithm,
      ...given({ KeyMaterialId: opened.materialId }),
    };
  },
  "reads",
);

const reEncrypt = operation(
  {
    CiphertextBlob: ciphertext,
    SourceEncryptionContext: textMap(),
    SourceKeyId: text({ min: 1, max: 2048 }),
    SourceEncryptionAlgorithm: algorithm,
    DestinationKeyId: keyId,
    DestinationEncryptionContext: textMap(),
    DestinationEncryptionAlgorithm: algorithm,
  },
  (call, input) => {
    const source = decrypted(
      call,
      input.SourceKeyId,
      input.CiphertextBlob,
      input.SourceEncryptionAlgorithm,
      input.SourceEncryptionContext,
    );
    const key = usableKey(call, input.DestinationKeyId, { aliases: true });
    requireUsage(key, "ENCRYPT_DECRYPT", call.operation);
    const name = input.DestinationEncryptionAlgorithm ?? "SYMMETRIC_DEFAULT";
    requireAlgorithm(key, "encryption", name);
    const blobOut = encrypted(key, name, source.plaintext, input.DestinationEncryptionContext ?? {});
    return {
      CiphertextBlob: blobOut.toString("base64"),
      SourceKeyId: source.key.arn,
      KeyId: key.arn,
      SourceEncryptionAlgorithm: source.algorithm,
      DestinationEncryptionAlgorithm: name,
      ...given({ SourceKeyMaterialId: source.materialId }),
      ...(key.severalMaterials ? { DestinationKeyMaterialId: currentMaterial(key)?.id } : {}),
    };
  },
  "reads",
);

export const encryptionOperations: Readonly<Record<string, Operation>> = {
  Encrypt: encrypt,
  Decrypt: decrypt,
  ReEncrypt: reEncrypt,
};
