import {
  CreateKeyCommand,
  type CreateKeyCommandInput,
  DescribeKeyCommand,
  GetParametersForImportCommand,
  ImportKeyMaterialCommand,
  type ImportKeyMaterialCommandInput,
  type KeyMetadata,
  KMSClient,
  KMSServiceException,
} from "@aws-sdk/client-kms";
import type { Emulator } from "../../../src/emulator/index";
import { wrap } from "./wrap";

/** AWS's own client, without retries, so that each test sees each answer. */
export function kmsClient(emulator: Emulator, region = emulator.region, accessKeyId = "test"): KMSClient {
  return new KMSClient({
    endpoint: emulator.url,
    region,
    maxAttempts: 1,
    credentials: { accessKeyId, secretAccessKey: "test" },
  });
}

export async function createExternalKey(kms: KMSClient, input: CreateKeyCommandInput = {}): Promise<KeyMetadata> {
  const { KeyMetadata } = await kms.send(new CreateKeyCommand({ Origin: "EXTERNAL", ...input }));
  if (KeyMetadata === undefined) throw new Error("CreateKey answered without metadata.");
  return KeyMetadata;
}

export async function describeKey(kms: KMSClient, keyId: string): Promise<KeyMetadata> {
  const { KeyMetadata } = await kms.send(new DescribeKeyCommand({ KeyId: keyId }));
  if (KeyMetadata === undefined) throw new Error("DescribeKey answered without metadata.");
  return KeyMetadata;
}

export type ImportOptions = Partial<Omit<ImportKeyMaterialCommandInput, "KeyId">> & {
  readonly wrappingAlgorithm?:
    | "RSAES_OAEP_SHA_1"
    | "RSAES_OAEP_SHA_256"
    | "RSA_AES_KEY_WRAP_SHA_1"
    | "RSA_AES_KEY_WRAP_SHA_256";
  readonly wrappingKeySpec?: "RSA_2048" | "RSA_3072" | "RSA_4096";
};

/** Parameters, wrapping and import in one; without a ValidTo the material never expires. */
export async function importMaterial(kms: KMSClient, keyId: string, material: Uint8Array, options: ImportOptions = {}) {
  const { wrappingAlgorithm = "RSAES_OAEP_SHA_256", wrappingKeySpec = "RSA_2048", ...input } = options;
  const parameters = await kms.send(
    new GetParametersForImportCommand({
      KeyId: keyId,
      WrappingAlgorithm: wrappingAlgorithm,
      WrappingKeySpec: wrappingKeySpec,
    }),
  );
  return kms.send(
    new ImportKeyMaterialCommand({
      KeyId: keyId,
      ImportToken: parameters.ImportToken,
      EncryptedKeyMaterial: wrap(wrappingAlgorithm, parameters.PublicKey ?? new Uint8Array(), material),
      ExpirationModel: input.ValidTo === undefined ? "KEY_MATERIAL_DOES_NOT_EXPIRE" : "KEY_MATERIAL_EXPIRES",
      ...input,
    }),
  );
}

/** The error of a request that is expected to fail, as `{ name, message }`. */
export async function failure(sent: Promise<unknown>): Promise<{ name: string; message: string }> {
  try {
    await sent;
  } catch (error) {
    if (error instanceof KMSServiceException) return { name: error.name, message: error.message };
    throw error;
  }
  throw new Error("The request succeeded.");
}
