import {
  DecryptCommand,
  EncryptCommand,
  GetKeyRotationStatusCommand,
  type KMSClient,
  ListKeyRotationsCommand,
  RotateKeyOnDemandCommand,
  type RotationsListEntry,
} from "@aws-sdk/client-kms";
import { importMaterial, type ImportOptions } from "./kms";

/** Every material of a key in this client's Region, the oldest first. */
export async function allMaterials(kms: KMSClient, KeyId: string): Promise<readonly RotationsListEntry[]> {
  const listed = await kms.send(new ListKeyRotationsCommand({ KeyId, IncludeKeyMaterial: "ALL_KEY_MATERIAL" }));
  return listed.Rotations ?? [];
}

/** `CURRENT IMPORTED` and the like, the oldest material first. */
export async function materialStates(kms: KMSClient, KeyId: string): Promise<readonly string[]> {
  return (await allMaterials(kms, KeyId)).map((entry) => `${entry.KeyMaterialState} ${entry.ImportState}`);
}

/** Imports bytes that the key does not have yet. @returns their id */
export async function importNew(
  kms: KMSClient,
  KeyId: string,
  bytes: Uint8Array,
  options: ImportOptions = {},
): Promise<string> {
  const imported = await importMaterial(kms, KeyId, bytes, { ImportType: "NEW_KEY_MATERIAL", ...options });
  return imported.KeyMaterialId ?? "";
}

/** Imports bytes that the key has or had, in this Region or another. */
export async function importExisting(kms: KMSClient, KeyId: string, bytes: Uint8Array): Promise<void> {
  await importMaterial(kms, KeyId, bytes, { ImportType: "EXISTING_KEY_MATERIAL" });
}

export async function rotate(kms: KMSClient, KeyId: string): Promise<void> {
  await kms.send(new RotateKeyOnDemandCommand({ KeyId }));
}

/** When the rotation that is under way was started. */
export async function rotatingSince(kms: KMSClient, KeyId: string): Promise<Date | undefined> {
  return (await kms.send(new GetKeyRotationStatusCommand({ KeyId }))).OnDemandRotationStartDate;
}

export async function sealed(kms: KMSClient, KeyId: string, text: string): Promise<Uint8Array | undefined> {
  return (await kms.send(new EncryptCommand({ KeyId, Plaintext: Buffer.from(text) }))).CiphertextBlob;
}

export async function opened(kms: KMSClient, CiphertextBlob: Uint8Array | undefined): Promise<string> {
  return Buffer.from((await kms.send(new DecryptCommand({ CiphertextBlob }))).Plaintext ?? []).toString();
}
