import { Construct } from "constructs";
import { only } from "../src/engine/defined";
import { externalKeyFields } from "../src/definitions/external-key";
import { importedKeyMaterialFields } from "../src/definitions/imported-key-material";
import type { ResourceField } from "../src/definitions/resource-field";
import { argumentNames } from "../src/definitions/spelling";
import { replicaArguments } from "../src/definitions/successor";
import { defaultCloud } from "../src/kms/clouds";
import { ExternalKey } from "./external-key";
import { regionFaults } from "./external-key-faults";
import type { ExternalKeyOptions, ExternalKeyProps } from "./external-key-props";
import { type Faults, faultIf, refuseFaults } from "./faults";
import { ImportedKeyMaterial, type MaterialStatus } from "./imported-key-material";
import type { ImportedKeyMaterialProps } from "./imported-key-material-props";
import type { KeyRotation } from "./key-rotation";
import { known } from "./known";
import { type KeyInPlace, type MaterialInPlace, succession } from "./succession";
import type { SuccessorProps } from "./successor-props";

/** Properties of a MultiRegionExternalKey, which AWS KMS alone has: those of the key and of its material, once for all Regions. */
export interface MultiRegionExternalKeyProps
  extends Omit<
      ExternalKeyProps,
      "kms" | "region" | "multiRegion" | "primaryKeyArn" | "creationToken" | ExternalKeyOptions
    >,
    Omit<ImportedKeyMaterialProps, "key" | "succeeds" | "timeouts" | "provider"> {
  /**
   * The Regions, that of the primary key first. Each is part of the ids of its constructs, so their order may change, and one
   * may be added or removed, without any effect on the others. With `materialDescription`, make another key the primary
   * (UpdatePrimaryRegion) before its Region goes first: a replica takes no description.
   *
   * @example ["eu-central-1", "eu-west-1", "us-east-1"]
   */
  readonly regions: readonly string[];
  /**
   * The materials to which the key was rotated and is to be rotated, the first of them first: each is imported in all
   * Regions before the key is rotated to it. Add new ones at the end, and leave the former ones in the list: the key needs
   * them for as long as anything is encrypted under them, and a new replica needs them all.
   *
   * @default - the key has its first material only
   */
  readonly successors?: readonly SuccessorProps[];
}

/** The key of one Region and the material in it. */
export interface RegionalKey {
  /** The key: the primary, or a replica of it. */
  readonly key: ExternalKey;
  /** The first material in it. */
  readonly material: ImportedKeyMaterial;
}

/** Material that succeeded the first one of a key in several Regions, and the rotation to it. */
export interface MultiRegionSuccessor {
  /** The material in each Region, by Region. */
  readonly materials: Readonly<Record<string, ImportedKeyMaterial>>;
  /** The rotation of the primary to it, which rotates every replica, too. */
  readonly rotation: KeyRotation;
}

/**
 * A key in several Regions with the same id and the same bytes: a primary, its material, then its replicas with theirs, then
 * what succeeds that; destroyed in the reverse order. Ciphertext of one Region can be decrypted in every other.
 */
export class MultiRegionExternalKey extends Construct {
  /** The key of the first Region. */
  readonly primary: RegionalKey;
  /** The keys of the other Regions, by Region. */
  readonly replicas: Readonly<Record<string, RegionalKey>>;
  /** All keys, by Region. */
  readonly regional: Readonly<Record<string, RegionalKey>>;
  /** What succeeded the first material, by name. */
  readonly successors: Readonly<Record<string, MultiRegionSuccessor>>;
  /** The key id, the same in all Regions. */
  readonly keyId: string;

  constructor(scope: Construct, id: string, props: MultiRegionExternalKeyProps) {
    super(scope, id);
    const [first, ...others] = checkedRegions(this, props.regions);
    refuseFaults(this, () => partitionFaults(props.regions));
    const { key, primaryKey, material } = partsOf(props);
    const inRegion = (region: string, primaryKeyArn: string | undefined): KeyInPlace => {
      const place = new Construct(this, region);
      const isPrimary = primaryKeyArn === undefined;
      const regionalKey = new ExternalKey(place, "key", {
        ...key,
        ...(isPrimary ? { ...primaryKey, multiRegion: true } : { primaryKeyArn }),
        region,
      });
      const bytes = isPrimary ? material : replicaArguments("cdktf", material);
      return {
        place,
        key: regionalKey,
        material: new ImportedKeyMaterial(place, "material", { ...bytes, key: regionalKey }),
      };
    };
    const primary = inRegion(first, undefined);
    // A key must have its material before it can be replicated, so its ARN comes from there.
    const replicas = others.map((region) => inRegion(region, primary.material.keyArn));
    this.primary = regionalKeyIn(primary);
    this.replicas = byRegion(replicas, regionalKeyIn);
    this.regional = { [first]: this.primary, ...this.replicas };
    const steps = succession(this, [primary, ...replicas], material, props.successors);
    this.successors = Object.fromEntries(
      steps.map(({ name, materials, rotation }) => [
        name,
        { materials: byRegion(materials, (one) => one.material), rotation },
      ]),
    );
    this.keyId = this.primary.key.keyId;
  }

  /** The keys' ARNs, by Region, known once they have their material. */
  get keyArns(): Readonly<Record<string, string>> {
    return mapped(this.regional, ({ material }) => material.keyArn);
  }

  /**
   * Expiry, renewal, readiness and rotation of all material, for a TerraformOutput or an alarm: of the first material by
   * Region, of a successor by Region and name, such as `eu-central-1/2027`.
   */
  get status(): Readonly<Record<string, MaterialStatus>> {
    const ofSuccessors = Object.entries(this.successors).flatMap(([name, { materials }]) =>
      Object.entries(materials).map(([region, material]) => [`${region}/${name}`, material.status]),
    );
    return { ...mapped(this.regional, ({ material }) => material.status), ...Object.fromEntries(ofSuccessors) };
  }
}

function regionalKeyIn({ key, material }: KeyInPlace): RegionalKey {
  return { key, material };
}

/** Places are called by their Regions. */
function byRegion<P extends MaterialInPlace, T>(
  places: readonly P[],
  to: (place: P) => T,
): Readonly<Record<string, T>> {
  return Object.fromEntries(places.map((one) => [one.place.node.id, to(one)]));
}

/** Throws where Regions cannot be ids of constructs. */
function checkedRegions(construct: Construct, regions: readonly string[]): readonly [string, ...string[]] {
  const [first, ...others] = regions;
  const faults = [
    ...faultIf(
      first === undefined,
      "`regions` must name at least one Region. Set the Region of the primary key, then those of its replicas.",
    ),
    ...regions.flatMap((region) =>
      known(region) === undefined
        ? [
            "`regions` must be known at synthesis, since they are ids of constructs: only Terraform knows one of these values. Write the Regions in the app.",
          ]
        : regionFaults(region),
    ),
    ...regions
      .filter((region, index) => regions.indexOf(region) !== index)
      .map((region) => `\`regions\` must name each Region once: ${region} is named twice. Remove one.`),
  ];
  if (first === undefined || faults.length > 0) throw new Error(`${construct.node.path}: ${faults.join(" ")}`);
  return [first, ...others];
}

/** Keys are replicated within one of the cloud's partitions. */
function partitionFaults(regions: readonly string[]): Faults {
  const [first, ...others] = regions.map(defaultCloud.arns.partition);
  return faultIf(
    others.some((other) => other !== first),
    `\`regions\` must be of one partition of AWS: ${regions.join(", ")} are of ${[...new Set([first, ...others])].join(", ")}. Create a key in each.`,
  );
}

/** Which properties go to all keys, to the primary alone, and to the material. */
function partsOf(props: MultiRegionExternalKeyProps) {
  const ofKeys = argumentNames(externalKeyFields, "cdktf");
  const ofMaterial = argumentNames(importedKeyMaterialFields, "cdktf");
  const primaryKey = argumentNames(externalKeyFields, "cdktf", isOfPrimary);
  return {
    key: only(props, (name) => ofKeys.includes(name) && !primaryKey.includes(name)),
    primaryKey: only(props, (name) => primaryKey.includes(name)),
    material: only(props, (name) => ofMaterial.includes(name)),
  };
}

function isOfPrimary({ ofPrimary }: ResourceField): boolean {
  return ofPrimary === true;
}

function mapped<From, To>(
  record: Readonly<Record<string, From>>,
  to: (from: From) => To,
): Readonly<Record<string, To>> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, to(value)]));
}
