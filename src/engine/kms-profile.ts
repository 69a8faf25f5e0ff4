import type { Seconds } from "./instant";
import { type KeySpec, type MaterialShapes, shapeIn } from "./key-spec";
import { keysOf } from "./table";
import type { WrappingAlgorithm } from "./wrapping-algorithm";
import type { WrappingKeySpec } from "./wrapping-key";

/** The name of a KMS, as in the argument `kms`. Which there are is known to who connects them; see `KeyServices`. */
export type Kms = string;

/** The requests that a KMS takes, by the names of the port's methods. */
export const operations = [
  "describe",
  "policy",
  "tags",
  "materials",
  "listKeys",
  "callerAccount",
  "importParameters",
  "importMaterial",
  "deleteMaterial",
  "rotate",
  "isRotating",
  "create",
  "replicate",
  "setEnabled",
  "setDescription",
  "setPolicy",
  "tag",
  "untag",
  "scheduleDeletion",
  "cancelDeletion",
  "setDeletionProtection",
] as const;

/** Requests to a KMS, by the method that sends them. */
export type Operation = (typeof operations)[number];

/** Arguments of a key that only some KMSs have, in Terraform's spelling. */
export const keyOptions = ["dkms_instance_id", "protection_level", "deletion_protection"] as const;

/** Options of a key that only some KMSs have, in Terraform's spelling. */
export type KeyOption = (typeof keyOptions)[number];

/** What a KMS can do, as data. Its numbers come from the vendor's documentation; see the profile's file. */
export interface KmsProfile {
  /** Its name in every face: `aws`. */
  readonly kms: Kms;
  /** As people call it: `AWS KMS`. */
  readonly title: string;
  /** The key specs into which material can be imported, with the usages that each allows; the default usage first. */
  readonly keySpecs: Readonly<Partial<Record<KeySpec, readonly [string, ...string[]]>>>;
  /** Where material looks otherwise here than `keySpecs` of key-spec.ts says. */
  readonly otherShapes?: MaterialShapes;
  /** Of a key that names none. */
  readonly defaultKeySpec: KeySpec;
  /** What names of Regions look like, as the vendor writes them. Absent: the KMS has no Regions. */
  readonly regionNames?: { readonly pattern: RegExp; readonly example: string };
  /** Strongest first. */
  readonly wrappingAlgorithms: readonly WrappingAlgorithm[];
  /** Strongest first. */
  readonly wrappingKeySpecs: readonly WrappingKeySpec[];
  /** From the moment of the import. Absent: no bound is documented. */
  readonly longestLifetime?: Seconds;
  /** `delete_first`: an import is documented to demand an empty key. In place is tried first all the same. */
  readonly reimport: "in_place" | "delete_first";
  /** Whether a key may hold several materials with ids of their own (`materials`), and which specs do. */
  readonly severalMaterials: readonly KeySpec[];
  /**
   * How often a key of such a spec can be rotated in its life to material that was imported. Absent: the KMS cannot do it.
   */
  readonly rotationsInLife?: number;
  /** What a material's description may look like. Absent: the KMS knows none. */
  readonly materialDescription?: { readonly pattern: RegExp; readonly longest: number };
  /** How many days a key can be made to wait for its deletion. */
  readonly deletionWindowDays: { readonly least: number; readonly most: number; readonly default: number };
  /** Whether keys can have replicas in other Regions. */
  readonly multiRegion: boolean;
  /** How many keys that are made in its Region a replica counts as in that Region's quota. Absent: none. */
  readonly replicaCountsAsKeys?: number;
  /** Default: none. */
  readonly keyOptions?: readonly KeyOption[];
  /** Requests per second that an account may make in a Region. Absent: not limited on our side. */
  readonly quotas: Readonly<Partial<Record<Operation, number>>>;
  /** How long the KMS may take until it has heard everywhere of a new key. */
  readonly settling: Seconds;
  /** Refuses what cannot be a key policy. @throws ByokError `invalid_policy`. */
  checkPolicy(policy: string): void;
  /** Whether two policies mean the same to this KMS. */
  samePolicy(one: string, other: string): boolean;
}

/** Whether a text is no name of a Region of this KMS. Whether there is a Region of the name only the service says. */
export function isNoRegionName({ regionNames }: KmsProfile, text: string): boolean {
  return regionNames !== undefined && !regionNames.pattern.test(text);
}

/** The shape of material for each key spec into which a KMS imports. */
export function materialShapes({ keySpecs, otherShapes = {} }: KmsProfile): MaterialShapes {
  return Object.fromEntries(keysOf(keySpecs).map((spec) => [spec, shapeIn(otherShapes, spec)]));
}

/** Whether a key of this spec may hold several materials, each with an id of its own. */
export function mayHoldSeveral({ severalMaterials }: KmsProfile, spec: string): boolean {
  return severalMaterials.some((one) => one === spec);
}
