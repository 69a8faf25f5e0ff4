import { keyStateNames } from "../aws/metadata";
import { earliestExpiryMs, holdsItsMaterial, type Key, keyState } from "../key";

/** The offset that the dates of the documentation have, in minutes. */
const offsetMinutes = -7 * 60;

/** `2023-12-01T00:00:00-07:00`, in whole seconds, as the pages of CreateKey and DescribeKey print dates. */
export function isoDate(instantMs: number): string {
  const local = new Date(instantMs + offsetMinutes * 60_000);
  return `${local.toISOString().slice(0, 19)}-07:00`;
}

/**
 * KeyMetadata of a key. There is no KeySpec and no id of a material.
 * @param accountName what the account is called; each page has its own name for it
 */
export function keyMetadata(key: Key, nowMs: number, accountName: "QAccountId" | "AccountId" | "AWSAccountId"): object {
  const state = keyState(key, nowMs);
  return {
    [accountName]: key.accountId,
    KeyId: key.id,
    Arn: key.arn,
    CreationDate: isoDate(key.createdAtMs),
    Enabled: state === "enabled",
    Description: key.description,
    KeyUsage: key.usage,
    KeyState: keyStateNames[state],
    Origin: key.origin === "external" ? "EXTERNAL" : "QKMS",
    CustomerMasterKeySpec: key.spec,
    KeyManager: "CUSTOMER",
    KeyRotationEnabled: false,
    MultiRegion: key.multiRegion !== "none",
    ...expiration(key),
    ...(key.deletion?.kind === "scheduled" ? { DeletionDate: isoDate(key.deletion.atMs) } : {}),
  };
}

/** Shown only while the key has its material, and only where it was imported. */
function expiration(key: Key): object {
  if (key.origin !== "external" || !holdsItsMaterial(key)) return {};
  const expiresAtMs = earliestExpiryMs(key);
  return expiresAtMs === undefined
    ? { ExpirationModel: "KEY_MATERIAL_DOES_NOT_EXPIRE" }
    : { ExpirationModel: "KEY_MATERIAL_EXPIRES", ValidTo: isoDate(expiresAtMs) };
}
