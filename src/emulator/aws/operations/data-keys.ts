import { randomBytes } from "node:crypto";
import { unsupported, validation } from "../../aws-json/errors";
import { integer, oneOf, required, textMap } from "../../aws-json/input";
import { currentMaterial, type Key } from "../../key";
import { generatedMaterial, type MaterialShape } from "../../material-shape";
import { namesOf } from "../../names";
import { publicKeyDerOf } from "../../use";
import { type AwsCall, usableKey } from "../call";
import { encrypted } from "../encryption";
import { type Operation, operation, useOperation } from "../operation";
import { keySpecs } from "../specs";
import { requireAlgorithm, requireUsage } from "../usage";
import { keyId } from "./keys";

const dataKeyShape = {
  KeyId: keyId,
  EncryptionContext: textMap(),
  NumberOfBytes: integer({ min: 1, max: 1024 }),
  KeySpec: oneOf(["AES_256", "AES_128"]),
};

const generateDataKey = (withPlaintext: boolean): Operation =>
  useOperation(dataKeyShape, (call, input) => {
    const key = dataKeyParent(call, input.KeyId);
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
  });

/** What the private key of a pair is made of. Those without a shape are in AWS's list and not emulated. */
const keyPairShapes = {
  RSA_2048: keySpecs.RSA_2048.shape,
  RSA_3072: keySpecs.RSA_3072.shape,
  RSA_4096: keySpecs.RSA_4096.shape,
  ECC_NIST_P256: keySpecs.ECC_NIST_P256.shape,
  ECC_NIST_P384: keySpecs.ECC_NIST_P384.shape,
  ECC_NIST_P521: keySpecs.ECC_NIST_P521.shape,
  ECC_SECG_P256K1: keySpecs.ECC_SECG_P256K1.shape,
  SM2: undefined,
  ECC_NIST_EDWARDS25519: undefined,
  ML_KEM_512: undefined,
  ML_KEM_768: undefined,
  ML_KEM_1024: undefined,
} as const satisfies Record<string, MaterialShape | undefined>;

const keyPairShape = {
  KeyId: keyId,
  EncryptionContext: textMap(),
  KeyPairSpec: required(oneOf(namesOf(keyPairShapes))),
};

const generateDataKeyPair = (withPlaintext: boolean): Operation =>
  useOperation(keyPairShape, async (call, input, dryRun) => {
    const key = dataKeyParent(call, input.KeyId);
    const shape = keyPairShapes[input.KeyPairSpec];
    if (shape === undefined) throw unsupported(`The key pair spec ${input.KeyPairSpec} is not supported.`);
    // Making an RSA key takes seconds, which nobody would see the result of.
    if (dryRun) return {};
    const privateKey = await generatedMaterial(shape);
    const blobOut = encrypted(key, "SYMMETRIC_DEFAULT", privateKey, input.EncryptionContext ?? {});
    return {
      PrivateKeyCiphertextBlob: blobOut.toString("base64"),
      ...(withPlaintext ? { PrivateKeyPlaintext: privateKey.toString("base64") } : {}),
      PublicKey: publicKeyDerOf(privateKey).toString("base64"),
      KeyId: key.arn,
      KeyPairSpec: input.KeyPairSpec,
      KeyMaterialId: currentMaterial(key)?.id,
    };
  });

export const dataKeyOperations: Readonly<Record<string, Operation>> = {
  GenerateDataKey: generateDataKey(true),
  GenerateDataKeyWithoutPlaintext: generateDataKey(false),
  GenerateDataKeyPair: generateDataKeyPair(true),
  GenerateDataKeyPairWithoutPlaintext: generateDataKeyPair(false),
  GenerateRandom: operation(
    { NumberOfBytes: integer({ min: 1, max: 1024 }) },
    (_call, input) => {
      if (input.NumberOfBytes === undefined) throw validation("NumberOfBytes is required.");
      return { Plaintext: randomBytes(input.NumberOfBytes).toString("base64") };
    },
    "reads",
  ),
};

function dataKeyParent(call: AwsCall, id: string): Key {
  const key = usableKey(call, id, { aliases: true });
  requireUsage(key, "ENCRYPT_DECRYPT", call.operation);
  requireAlgorithm(key, "encryption", "SYMMETRIC_DEFAULT");
  return key;
}
