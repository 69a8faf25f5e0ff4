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

/** States of a key, by AWS's names; the other KMSs' are told in these. */
export type KeyState = (typeof keyStates)[number];

/** Whether a key waits for its deletion, a primary also for that of its replicas. Either can be canceled. */
export function waitsForDeletion({ state }: { readonly state: KeyState }): boolean {
  return state === "PendingDeletion" || state === "PendingReplicaDeletion";
}

/** Whether a KMS lists the materials of a key in this state. */
export function showsMaterials(key: { readonly state: KeyState }): boolean {
  return key.state !== "Creating" && !waitsForDeletion(key);
}

export const expirationModels = ["KEY_MATERIAL_EXPIRES", "KEY_MATERIAL_DOES_NOT_EXPIRE"] as const;

/** Whether material expires, by AWS's names. */
export type ExpirationModel = (typeof expirationModels)[number];

/** The model of material with this expiry. Undefined: it never expires. */
export function expirationModelOf(validTo: EpochSeconds | undefined): ExpirationModel {
  return validTo === undefined ? "KEY_MATERIAL_DOES_NOT_EXPIRE" : "KEY_MATERIAL_EXPIRES";
}

/** ARN of the primary, where the key is a replica. */
export function primaryOf({ multiRegion }: Pick<KeyDescription, "multiRegion">): string | undefined {
  return multiRegion?.type === "REPLICA" ? multiRegion.primaryArn : undefined;
}

/** Tags by their keys. */
export type Tags = Readonly<Record<string, string>>;

/** What a KMS says of a key. */
export interface KeyDescription {
  /** ARN of the key, as the KMS spells it. */
  readonly arn: string;
  /** The part of the ARN that names the key alone. */
  readonly keyId: string;
  /** What the key can be used for now. */
  readonly state: KeyState;
  /** `EXTERNAL` for keys that take imported material. */
  readonly origin: string;
  /** Kind of the key: `SYMMETRIC_DEFAULT`, `RSA_3072`. */
  readonly spec: string;
  /** What the key is for: `ENCRYPT_DECRYPT`, `SIGN_VERIFY`. */
  readonly usage: string;
  /** What the user wrote. Empty where there is none. */
  readonly description: string;
  /** When the key was made. */
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
  /** When the key goes, while it waits for its deletion. */
  readonly deletionDate?: EpochSeconds;
  /** Whether the KMS refuses to schedule the key's deletion. Absent where it has no such protection. */
  readonly deletionProtection?: boolean;
  /** The KMS instance that the key is in, where it is in one. */
  readonly dkmsInstanceId?: string;
  /** Where the KMS says so: `SOFTWARE`, `HSM`. */
  readonly protectionLevel?: string;
}

export const materialStates = [
  "CURRENT",
  "NON_CURRENT",
  "PENDING_ROTATION",
  "PENDING_MULTI_REGION_IMPORT_AND_ROTATION",
] as const;

/** The words of byok for where material stands among those of its key, by AWS's names. */
export const rotationStates = {
  CURRENT: "current",
  NON_CURRENT: "former",
  PENDING_ROTATION: "pending_rotation",
  PENDING_MULTI_REGION_IMPORT_AND_ROTATION: "pending_multi_region_import_and_rotation",
} as const satisfies Readonly<Record<(typeof materialStates)[number], string>>;

/** One of the materials that a key holds or once held. */
export interface MaterialEntry {
  /** The KMS's own id of the material. */
  readonly materialId: string;
  /** Whether its bytes are in the key now. */
  readonly imported: boolean;
  /** Whether new data are encrypted with it, old data only, or it waits to become the current one. */
  readonly state: (typeof materialStates)[number];
  /** What was noted beside it at its import. */
  readonly description?: string;
  /** Whether it expires. Absent while it is not in the key. */
  readonly expirationModel?: ExpirationModel;
  /** When it expires. Absent: never, or it is not in the key. */
  readonly validTo?: EpochSeconds;
  /** When a rotation made it the current one. Absent: none has. */
  readonly rotatedAt?: EpochSeconds;
  /** That rotation was asked for; a KMS counts those. Absent: no. */
  readonly onDemand?: true;
}
