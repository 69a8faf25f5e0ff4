// Makes a key with the bytes of orders.bin, as aws.kms.ExternalKey would have, and prints its ARN.
import { constants, publicEncrypt } from "node:crypto";
import { readFileSync } from "node:fs";
import {
  CreateKeyCommand,
  GetParametersForImportCommand,
  ImportKeyMaterialCommand,
  KMSClient,
} from "@aws-sdk/client-kms";

const kms = new KMSClient({});
const { KeyMetadata } = await kms.send(new CreateKeyCommand({ Origin: "EXTERNAL", Description: "orders" }));
const KeyId = KeyMetadata.Arn;
const { PublicKey, ImportToken } = await kms.send(
  new GetParametersForImportCommand({ KeyId, WrappingAlgorithm: "RSAES_OAEP_SHA_256", WrappingKeySpec: "RSA_2048" }),
);
const key = { key: Buffer.from(PublicKey), format: "der", type: "spki" };
const EncryptedKeyMaterial = publicEncrypt(
  { ...key, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: "sha256" },
  readFileSync("orders.bin"),
);
await kms.send(
  new ImportKeyMaterialCommand({
    KeyId,
    ImportToken,
    EncryptedKeyMaterial,
    ExpirationModel: "KEY_MATERIAL_DOES_NOT_EXPIRE",
  }),
);
console.log(KeyId);
