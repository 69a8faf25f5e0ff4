import { given } from "../given";
import { currentMaterial, earliestExpiryMs, holdsItsMaterial, type Key, type KeyState, keyState } from "../key";
import type { KeyStore } from "../key-store";
import { specRow } from "./specs";

export const keyStateNames = {
  creating: "Creating",
  updating: "Updating",
  enabled: "Enabled",
  disabled: "Disabled",
  pending_import: "PendingImport",
  pending_deletion: "PendingDeletion",
  pending_replica_deletion: "PendingReplicaDeletion",
} as const satisfies Record<KeyState, string>;

/** Epoch seconds as AWS writes them; undefined stays out of the answer. */
export function epochSeconds(instantMs: number): number;
export function epochSeconds(instantMs: number | undefined): number | undefined;
export function epochSeconds(instantMs: number | undefined): number | undefined {
  return instantMs === undefined ? undefined : instantMs / 1000;
}

/** KeyMetadata of a key. @param state shown instead of the key's own, for the answer of ReplicateKey */
export function keyMetadata(store: KeyStore, key: Key, nowMs: number, state = keyState(key, nowMs)): object {
  const current = currentMaterial(key);
  return {
    AWSAccountId: key.accountId,
    KeyId: key.id,
    Arn: key.arn,
    CreationDate: epochSeconds(key.createdAtMs),
    Enabled: state === "enabled",
    Description: key.description,
    KeyUsage: key.usage,
    KeyState: keyStateNames[state],
    Origin: key.origin === "external" ? "EXTERNAL" : "AWS_KMS",
    KeyManager: "CUSTOMER",
    CustomerMasterKeySpec: key.spec,
    KeySpec: key.spec,
    ...keyAlgorithms(key),
    ...expiration(key),
    MultiRegion: key.multiRegion !== "none",
    ...(key.multiRegion === "none" ? {} : { MultiRegionConfiguration: multiRegionConfiguration(store, key) }),
    ...(key.deletion?.kind === "scheduled" ? { DeletionDate: epochSeconds(key.deletion.atMs) } : {}),
    ...(key.deletion?.kind === "after replicas" ? { PendingDeletionWindowInDays: key.deletion.windowDays } : {}),
    ...(key.severalMaterials && state !== "creating" && current?.importedAtMs !== undefined
      ? { CurrentKeyMaterialId: current.id }
      : {}),
  };
}

/** The algorithms that a key works with, under the member that its usage has for them. */
export function keyAlgorithms(key: Key): object {
  const row = specRow(key.spec);
  switch (key.usage) {
    case "ENCRYPT_DECRYPT":
      return { EncryptionAlgorithms: row.encryption };
    case "SIGN_VERIFY":
      return { SigningAlgorithms: row.signing };
    case "GENERATE_VERIFY_MAC":
      return { MacAlgorithms: row.mac };
    default:
      return { KeyAgreementAlgorithms: ["ECDH"] };
  }
}

/** Shown only while the key has its material, and only where it was imported. */
function expiration(key: Key): object {
  if (key.origin !== "external" || !holdsItsMaterial(key)) return {};
  const expiresAtMs = earliestExpiryMs(key);
  return expiresAtMs === undefined
    ? { ExpirationModel: "KEY_MATERIAL_DOES_NOT_EXPIRE" }
    : { ExpirationModel: "KEY_MATERIAL_EXPIRES", ValidTo: epochSeconds(expiresAtMs) };
}

function multiRegionConfiguration(store: KeyStore, key: Key): object {
  const place = (member: Key): object => ({ Arn: member.arn, Region: member.region });
  const primary = store.primary(key);
  return {
    MultiRegionKeyType: key.multiRegion === "primary" ? "PRIMARY" : "REPLICA",
    ...given({ PrimaryKey: primary && place(primary) }),
    ReplicaKeys: store.replicas(key).map(place),
  };
}
