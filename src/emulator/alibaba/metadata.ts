import { createHash } from "node:crypto";
import { given } from "../given";
import { earliestExpiryMs, type Key, type KeyState, keyState } from "../key";

export const keyStateNames = {
  creating: "PendingImport",
  updating: "Enabled",
  enabled: "Enabled",
  disabled: "Disabled",
  pending_import: "PendingImport",
  pending_deletion: "PendingDeletion",
  pending_replica_deletion: "PendingDeletion",
} as const satisfies Record<KeyState, string>;

/** ISO 8601 in UTC and whole seconds, as every date is written here. */
export function dateText(instantMs: number): string {
  return new Date(instantMs).toISOString().replace(/\.\d+Z$/, "Z");
}

/** KeyMetadata of a key. What has no value is empty, as in the documentation's answers. */
export function keyMetadata(key: Key, nowMs: number): object {
  const facts = key.wireFacts ?? {};
  const expiresAtMs = earliestExpiryMs(key);
  return {
    CreationDate: dateText(key.createdAtMs),
    Description: key.description,
    KeyId: key.id,
    KeySpec: key.spec,
    KeyState: keyStateNames[keyState(key, nowMs)],
    KeyUsage: key.usage,
    PrimaryKeyVersion: keyVersionId(key),
    DeleteDate: key.deletion?.kind === "scheduled" ? dateText(key.deletion.atMs) : "",
    Creator: key.accountId,
    Arn: key.arn,
    Origin: key.origin === "external" ? "EXTERNAL" : "Aliyun_KMS",
    MaterialExpireTime: expiresAtMs === undefined ? "" : dateText(expiresAtMs),
    ProtectionLevel: facts["protectionLevel"] ?? "SOFTWARE",
    LastRotationDate: dateText(key.createdAtMs),
    AutomaticRotation: "Disabled",
    DeletionProtection: facts["deletionProtection"] ?? "Disabled",
    ...given({
      DeletionProtectionDescription: facts["deletionProtectionDescription"],
      DKMSInstanceId: facts["dkmsInstanceId"],
    }),
  };
}

/** The one version of a key, as lists of versions show it. */
export function keyVersion(key: Key) {
  return { KeyId: key.id, KeyVersionId: keyVersionId(key), CreationDate: dateText(key.createdAtMs) };
}

/** A key with imported material has one version for life. */
export function keyVersionId(key: Key): string {
  const hex = createHash("sha256").update(key.id).digest("hex");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join("-");
}
