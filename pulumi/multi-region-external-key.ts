import { ComponentResource, type ComponentResourceOptions, type Input, type Output } from "@pulumi/pulumi";
import { defined, only } from "../src/engine/defined";
import { externalKeyFields } from "../src/definitions/external-key";
import { importedKeyMaterialFields } from "../src/definitions/imported-key-material";
import { argumentNames } from "../src/definitions/spelling";
import { ExternalKey } from "./external-key";
import type { ExternalKeyArgs } from "./external-key-args";
import { ImportedKeyMaterial } from "./imported-key-material";
import type { ImportedKeyMaterialArgs } from "./imported-key-material-args";

/** Arguments of a MultiRegionExternalKey: those of the key and of its material, once for all Regions. */
export interface MultiRegionExternalKeyArgs
  extends Omit<ExternalKeyArgs, "region" | "multiRegion" | "primaryKeyArn" | "creationToken" | "existingKeyArn">,
    Omit<ImportedKeyMaterialArgs, "keyArn" | "timeouts" | "connection"> {
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
}

/** The key of one Region and the material in it. */
export interface RegionalKey {
  /** The key: the primary, or a replica of it. */
  readonly key: ExternalKey;
  /** The material in it. */
  readonly material: ImportedKeyMaterial;
}

/**
 * A key in several Regions with the same id and the same bytes: a primary, its material, then its replicas with theirs.
 * Ciphertext of one Region can be decrypted in every other.
 */
export class MultiRegionExternalKey extends ComponentResource {
  /** The key of the first Region. */
  readonly primary: RegionalKey;
  /** The keys of the other Regions, by Region. */
  readonly replicas: Readonly<Record<string, RegionalKey>>;
  /** The ARN of the primary key. */
  readonly arn: Output<string>;
  /** The key id, the same in all Regions. */
  readonly keyId: Output<string>;
  /** The ARNs of all keys, by Region. */
  readonly arns: Readonly<Record<string, Output<string>>>;

  constructor(name: string, args: MultiRegionExternalKeyArgs, opts: ComponentResourceOptions = {}) {
    const [primaryRegion, ...replicaRegions] = regionsOf(name, args);
    super("byok:index:MultiRegionExternalKey", name, {}, opts);
    const of = regionalKeys(this, name, args);
    this.primary = of(primaryRegion, undefined);
    // A key must have its material before it can be replicated, so its ARN comes from there.
    const primaryKeyArn = this.primary.material.keyArn;
    this.replicas = Object.fromEntries(replicaRegions.map((region) => [region, of(region, primaryKeyArn)]));
    this.arn = this.primary.key.arn;
    this.keyId = this.primary.key.keyId;
    this.arns = Object.fromEntries(
      Object.entries({ [primaryRegion]: this.primary, ...this.replicas }).map(([region, { key }]) => [region, key.arn]),
    );
    this.registerOutputs({ arn: this.arn, keyId: this.keyId, arns: this.arns });
  }
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

function regionalKeys(parent: MultiRegionExternalKey, name: string, args: MultiRegionExternalKeyArgs) {
  const { existingKeyArns = {}, deletionPolicy } = args;
  const parts = partsOf(args);
  return (region: string, primaryKeyArn: Output<string> | undefined): RegionalKey => {
    const existingKeyArn = existingKeyArns[region];
    const isPrimary = primaryKeyArn === undefined;
    const kind = isPrimary ? { ...parts.primaryKey, multiRegion: true } : { primaryKeyArn };
    const key = new ExternalKey(
      `${name}-${region}`,
      { ...parts.key, ...kind, region, ...defined({ existingKeyArn }) },
      { parent },
    );
    const material = new ImportedKeyMaterial(
      `${name}-${region}`,
      { ...parts.material, ...(isPrimary ? parts.primaryMaterial : {}), keyArn: key.id },
      // Bytes that are to be deleted are deleted at once, and not only when the key's waiting time is over.
      { parent, ...(deletionPolicy === undefined || deletionPolicy === "retain" ? { deletedWith: key } : {}) },
    );
    return { key, material };
  };
}

/** Which arguments go to all keys, to the primary alone, to all material, to the primary's alone. */
function partsOf<T extends object>(args: T) {
  const ofMaterial = argumentNames(importedKeyMaterialFields, "pulumi");
  const ofKeys = argumentNames(externalKeyFields, "pulumi");
  const [primaryKey, primaryMaterial] = [externalKeyFields, importedKeyMaterialFields].map((fields) =>
    argumentNames(fields, "pulumi", ({ ofPrimary }) => ofPrimary === true),
  );
  const isElsewhere = (name: string): boolean =>
    ownArguments.some((one) => one === name) ||
    (ofMaterial.includes(name) && !ofKeys.includes(name)) ||
    primaryKey?.includes(name) === true;
  return {
    // With whatever is no argument at all, so that the key refuses it.
    key: only(args, (name) => !isElsewhere(name)),
    primaryKey: only(args, (name) => primaryKey?.includes(name) === true),
    material: only(args, (name) => ofMaterial.includes(name) && primaryMaterial?.includes(name) !== true),
    primaryMaterial: only(args, (name) => primaryMaterial?.includes(name) === true),
  };
}

const ownArguments = ["regions", "primaryRegion", "replicaRegions", "existingKeyArns"] as const;
