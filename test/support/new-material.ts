import { constants, publicEncrypt } from "node:crypto";
import { GetParametersForImportCommand, ImportKeyMaterialCommand, type KMSClient } from "@aws-sdk/client-kms";

/** Imports further material into a symmetric key, to be rotated to, as somebody else would with the official client. */
export async function importNewMaterial(
  client: KMSClient,
  KeyId: string,
  bytes: Buffer,
  validTo?: Date,
): Promise<void> {
  const { PublicKey = Buffer.alloc(0), ImportToken } = await client.send(
    new GetParametersForImportCommand({ KeyId, WrappingAlgorithm: "RSAES_OAEP_SHA_256", WrappingKeySpec: "RSA_2048" }),
  );
  const EncryptedKeyMaterial = publicEncrypt(
    {
      key: `-----BEGIN PUBLIC KEY-----\n${Buffer.from(PublicKey).toString("base64")}\n-----END PUBLIC KEY-----`,
      padding: constants.RSA_PKCS1_OAEP_PADDING,
      oaepHash: "sha256",
    },
    bytes,
  );
  await client.send(
    new ImportKeyMaterialCommand({
      KeyId,
      ImportToken,
      EncryptedKeyMaterial,
      ImportType: "NEW_KEY_MATERIAL",
      ...(validTo === undefined
        ? { ExpirationModel: "KEY_MATERIAL_DOES_NOT_EXPIRE" }
        : { ExpirationModel: "KEY_MATERIAL_EXPIRES", ValidTo: validTo }),
    }),
  );
}
