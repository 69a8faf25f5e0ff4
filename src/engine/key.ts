import type { EpochSeconds } from "./instant";

export const keyStates = [
  "Creating",
  "Enabled",
  "Disabled",
  "PendingImport",
  "PendingDeletion",
  "PendingReplicaDeletion",
  "Updating",
  "Unavailable",
] as const;

export type KeyState = (typeof keyStates)[number];

/** Whether a key waits for its deletion, a primary also for that of its replicas. Either can be canceled. */
export function waitsForDeletion({ state }: { readonly state: KeyState }): boolean {
  return state === "PendingDeletion" || state === "PendingReplicaDeletion";
}

export const expirationModels = ["KEY_MATERIAL_EXPIRES", "KEY_MATERIAL_DOES_NOT_EXPIRE"] as const;

export type ExpirationModel = (typeof expirationModels)[number];

/** The model of material with this expiry. Undefined: it never expires. */
export function expirationModelOf(validTo: EpochSeconds | undefined): ExpirationModel {
  return validTo === undefined ? "KEY_MATERIAL_DOES_NOT_EXPIRE" : "KEY_MATERIAL_EXPIRES";
}

export type Tags = Readonly<Record<string, string>>;

/** What a KMS says of a key. */
export interface KeyDescription {
  readonly arn: string;
  readonly keyId: string;
  readonly state: KeyState;
  /** `EXTERNAL` for keys that take imported material. */
  readonly origin: string;
  readonly spec: string;
  readonly usage: string;
  readonly description: string;
  readonly creationDate: EpochSeconds;
  /** Absent on a single-Region key. */
  readonly multiRegion?: {
    readonly type: "PRIMARY" | "REPLICA";
    readonly primaryArn: string;
    readonly replicaArns: readonly string[];
  };
  /** Absent while the key holds no material. */
  readonly expirationModel?: ExpirationModel;
  /** The earliest moment at which material of the key expires. Absent: none does, or there is none. */
  readonly validTo?: EpochSeconds;
  /** The KMS's own id of the current material, where it has one. Stays when the material is gone. */
  readonly materialId?: string;
  readonly deletionDate?: EpochSeconds;
  /** Whether the KMS refuses to schedule the key's deletion. Absent where it has no such protection. */
  readonly deletionProtection?: boolean;
  /** The KMS instance that the key is in, where it is in one. */
  readonly dkmsInstanceId?: string;
  /** Where the KMS says so: `SOFTWARE`, `HSM`. */
  readonly protectionLevel?: string;
}

/** One of the materials that a key holds or once held. */
export interface MaterialEntry {
  readonly materialId: string;
  readonly imported: boolean;
  readonly state: "CURRENT" | "NON_CURRENT" | "PENDING_ROTATION" | "PENDING_MULTI_REGION_IMPORT_AND_ROTATION";
  readonly description?: string;
  readonly expirationModel?: ExpirationModel;
  readonly validTo?: EpochSeconds;
}
