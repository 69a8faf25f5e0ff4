import { ComponentResource, type ComponentResourceOptions, type Input, type Output } from "@pulumi/pulumi";
import { defined, only } from "../src/engine/defined";
import { externalKeyFields } from "../src/definitions/external-key";
import { importedKeyMaterialFields } from "../src/definitions/imported-key-material";
import { argumentNames } from "../src/definitions/spelling";
import { replicaArguments } from "../src/definitions/successor";
import { ExternalKey } from "./external-key";
import type { ExternalKeyArgs } from "./external-key-args";
import { ImportedKeyMaterial } from "./imported-key-material";
import type { ImportedKeyMaterialArgs } from "./imported-key-material-args";
import type { KeyRotation } from "./key-rotation";
import { checkSuccessors, leavingWith, type NamedKey, succession } from "./succession";
import type { SuccessorArgs } from "./successor-args";

/** Arguments of a MultiRegionExternalKey: those of the key and of its material, once for all Regions. */
export interface MultiRegionExternalKeyArgs
  extends Omit<ExternalKeyArgs, "region" | "multiRegion" | "primaryKeyArn" | "creationToken" | "existingKeyArn">,
    Omit<ImportedKeyMaterialArgs, "keyArn" | "succeeds" | "timeouts" | "connection"> {
  /**
   * The Regions, that of the primary key first, such as `["eu-central-1", "eu-west-1"]`. Required, unless `primaryRegion`
   * is set. Each is part of the names of the resources in it, so their order may change, and one may be added or removed,
   * without any effect on the others. With `materialDescription`, make another key the primary (UpdatePrimaryRegion)
   * before its Region goes first: a replica takes no description.
   */
  regions?: readonly string[];
  /** The Region of the primary key: with `replicaRegions`, another spelling of `regions`. Set one of the two. */
  primaryRegion?: string;
  /** The Regions of the replicas, with `primaryRegion`. Default: none. */
  replicaRegions?: readonly string[];
  /** ARNs of existing keys, by Region, that are taken over instead of creating keys. Default: none. */
  existingKeyArns?: Readonly<Record<string, Input<string>>>;
  /**
   * The materials to which the key was rotated and is to be rotated, the first of them first: each is imported in all
   * Regions before the key is rotated to it. Add new ones at the end, and leave the former ones in the list: the key needs
   * them for as long as anything is encrypted under them, and a new replica needs them all. Default: the key has its first
   * material only.
   */
  successors?: readonly SuccessorArgs[];
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
 * what succeeds that. Ciphertext of one Region can be decrypted in every other.
 */
export class MultiRegionExternalKey extends ComponentResource {
  /** The key of the first Region. */
  readonly primary: RegionalKey;
  /** The keys of the other Regions, by Region. */
  readonly replicas: Readonly<Record<string, RegionalKey>>;
  /** What succeeded the first material, by name. */
  readonly successors: Readonly<Record<string, MultiRegionSuccessor>>;
  /** The ARN of the primary key. */
  readonly arn: Output<string>;
  /** The key id, the same in all Regions. */
  readonly keyId: Output<string>;
  /** The ARNs of all keys, by Region. */
  readonly arns: Readonly<Record<string, Output<string>>>;

  constructor(name: string, args: MultiRegionExternalKeyArgs, opts: ComponentResourceOptions = {}) {
    const regions = regionsOf(name, args);
    const [primaryRegion, ...replicaRegions] = regions;
    checkSuccessors(name, args.successors);
    super("byok:index:MultiRegionExternalKey", name, {}, opts);
    const parts = partsOf(args);
    const of = regionalKeys(this, name, args, parts);
    const primary = of(primaryRegion, undefined);
    // A key must have its material before it can be replicated, so its ARN comes from there.
    const replicas = replicaRegions.map((region) => of(region, primary.material.keyArn));
    this.primary = regionalKeyOf(primary);
    this.replicas = byRegion(replicaRegions, replicas.map(regionalKeyOf));
    const steps = succession({ parent: this, name }, [primary, ...replicas], parts.material, args.successors);
    this.successors = Object.fromEntries(
      steps.map(({ name: successor, materials, rotation }) => [
        successor,
        { materials: byRegion(regions, materials), rotation },
      ]),
    );
    this.arn = this.primary.key.arn;
    this.keyId = this.primary.key.keyId;
    this.arns = Object.fromEntries(
      Object.entries({ [primaryRegion]: this.primary, ...this.replicas }).map(([region, { key }]) => [region, key.arn]),
    );
    this.registerOutputs({ arn: this.arn, keyId: this.keyId, arns: this.arns });
  }
}

function regionalKeyOf({ key, material }: NamedKey): RegionalKey {
  return { key, material };
}

/** Values that stand in the order of the Regions. */
function byRegion<T>(regions: readonly string[], values: readonly T[]): Readonly<Record<string, T>> {
  return Object.fromEntries(regions.flatMap((region, i) => values.slice(i, i + 1).map((value) => [region, value])));
}

/** All Regions, that of the primary key first, in whichever spelling they are set. Throws where they cannot be used. */
function regionsOf(name: string, args: MultiRegionExternalKeyArgs): readonly [string, ...string[]] {
  const { primaryRegion, replicaRegions } = args;
  const isSplit = primaryRegion !== undefined || replicaRegions !== undefined;
  if (isSplit && args.regions !== undefined) {
    throw new Error(
      `${name}: \`regions\` conflicts with \`primaryRegion\` and \`replicaRegions\`. Set only \`regions\`.`,
    );
  }
  const regions = isSplit ? [primaryRegion, ...(replicaRegions ?? [])] : (args.regions ?? []);
  const [first, ...others] = regions.map((region) => {
    if (typeof region === "string" && region !== "") return region;
    throw new Error(
      `${name}: \`${isSplit ? "primaryRegion" : "regions"}\` must be plain text, since each Region is part of the names of its resources: an output, an empty or an undefined value was found. Write the Regions in the program.`,
    );
  });
  if (first === undefined) {
    throw new Error(
      `${name}: \`regions\` must name at least one Region. Set the Region of the primary key, then those of its replicas.`,
    );
  }
  const all = [first, ...others];
  const twice = all.find((region, i) => all.indexOf(region) !== i);
  if (twice !== undefined) {
    throw new Error(`${name}: \`regions\` must name each Region once: ${twice} is named twice. Remove one.`);
  }
  const stray = Object.keys(args.existingKeyArns ?? {}).find((region) => !all.includes(region));
  if (stray !== undefined) {
    throw new Error(
      `${name}: \`existingKeyArns\` must have only Regions of the key: ${stray} is not among \`regions\` (${all.join(", ")}). Correct it: a key would be created instead of the one to be taken over.`,
    );
  }
  return [first, ...others];
}

function regionalKeys(
  parent: MultiRegionExternalKey,
  name: string,
  { existingKeyArns = {} }: MultiRegionExternalKeyArgs,
  parts: ReturnType<typeof partsOf>,
) {
  return (region: string, primaryKeyArn: Output<string> | undefined): NamedKey => {
    const existingKeyArn = existingKeyArns[region];
    const isPrimary = primaryKeyArn === undefined;
    const kind = isPrimary ? { ...parts.primaryKey, multiRegion: true } : { primaryKeyArn };
    const inRegion = `${name}-${region}`;
    const key = new ExternalKey(
      inRegion,
      { ...parts.key, ...kind, region, ...defined({ existingKeyArn }) },
      { parent },
    );
    const bytes = isPrimary ? parts.material : replicaArguments("pulumi", parts.material);
    const material = new ImportedKeyMaterial(
      inRegion,
      { ...bytes, keyArn: key.id },
      { parent, ...leavingWith(key, bytes) },
    );
    return { name: inRegion, key, material };
  };
}

/** Which arguments go to all keys, to the primary alone, and to the material. */
function partsOf(args: MultiRegionExternalKeyArgs) {
  const ofMaterial = argumentNames(importedKeyMaterialFields, "pulumi");
  const ofKeys = argumentNames(externalKeyFields, "pulumi");
  const primaryKey = argumentNames(externalKeyFields, "pulumi", ({ ofPrimary }) => ofPrimary === true);
  const isElsewhere = (name: string): boolean =>
    ownArguments.some((one) => one === name) ||
    (ofMaterial.includes(name) && !ofKeys.includes(name)) ||
    primaryKey.includes(name);
  return {
    // With whatever is no argument at all, so that the key refuses it.
    key: only(args, (name) => !isElsewhere(name)),
    primaryKey: only(args, (name) => primaryKey.includes(name)),
    material: only(args, (name) => ofMaterial.includes(name)),
  };
}

const ownArguments = ["regions", "primaryRegion", "replicaRegions", "existingKeyArns", "successors"] as const;
