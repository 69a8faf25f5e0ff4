import { randomBytes } from "node:crypto";
import { ciphertextHeader, decryptSymmetric, type EncryptionContext, encryptSymmetric } from "../../ciphertext";
import { Refusal } from "../../errors";
import { currentMaterial, type Key, keyState } from "../../key";
import { currentBytes, decryptOaep, encryptOaep, oaepCapacityBytes } from "../../use";
import { type AwsCall, namedKey, usableKey } from "../call";
import { AwsError, constraint, validation } from "../../aws-json/errors";
import { blob, integer, oneOf, required, text, textMap } from "../../aws-json/input";
import { type Operation, operation } from "../operation";
import { stateRefusal } from "../../aws-json/states";
import { requireAlgorithm, requireUsage } from "../usage";
import { keyId } from "./keys";

const MAX_PLAINTEXT_BYTES = 4096;
const ALGORITHMS = ["SYMMETRIC_DEFAULT", "RSAES_OAEP_SHA_1", "RSAES_OAEP_SHA_256", "SM2PKE"] as const;
type Algorithm = (typeof ALGORITHMS)[number];

const algorithm = oneOf(ALGORITHMS);
const ciphertext = required(blob({ min: 1, max: 6144 }));
const dataKeyShape = {
  KeyId: keyId,
  EncryptionContext: textMap(),
  NumberOfBytes: integer({ min: 1, max: 1024 }),
  KeySpec: oneOf(["AES_256", "AES_128"]),
};

const encrypt = operation(
  {
    KeyId: keyId,
    Plaintext: required(blob({ min: 1, max: MAX_PLAINTEXT_BYTES })),
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
      ...(opened.materialId === undefined ? {} : { KeyMaterialId: opened.materialId }),
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
      ...(source.materialId === undefined ? {} : { SourceKeyMaterialId: source.materialId }),
      ...(key.severalMaterials ? { DestinationKeyMaterialId: currentMaterial(key)?.id } : {}),
    };
  },
  "reads",
);

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

export const ENCRYPTION_OPERATIONS: Readonly<Record<string, Operation>> = {
  Encrypt: encrypt,
  Decrypt: decrypt,
  ReEncrypt: reEncrypt,
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

interface Opened {
  readonly key: Key;
  readonly algorithm: Algorithm;
  readonly plaintext: Buffer;
  readonly materialId: string | undefined;
}

function encrypted(key: Key, name: Algorithm, plaintext: Buffer, context: EncryptionContext): Buffer {
  if (name === "SYMMETRIC_DEFAULT") {
    const materialId = currentMaterial(key)?.id ?? "";
    return encryptSymmetric({ keyId: key.id, materialId }, currentBytes(key), plaintext, context);
  }
  const hash = oaepHash(name);
  const capacity = oaepCapacityBytes(key, hash);
  if (plaintext.length > capacity) {
    throw constraint(`[${plaintext.length} bytes]`, "plaintext", `have length less than or equal to ${capacity}`);
  }
  return encryptOaep(key, hash, plaintext);
}

function decrypted(
  call: AwsCall,
  id: string | undefined,
  blobIn: Buffer,
  name: Algorithm = "SYMMETRIC_DEFAULT",
  context: EncryptionContext = {},
): Opened {
  if (name !== "SYMMETRIC_DEFAULT") {
    const key = usableKey(call, id ?? "", { aliases: true });
    requireUsage(key, "ENCRYPT_DECRYPT", call.operation);
    requireAlgorithm(key, "encryption", name);
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

function oaepHash(name: Algorithm): "sha1" | "sha256" {
  return name === "RSAES_OAEP_SHA_1" ? "sha1" : "sha256";
}
