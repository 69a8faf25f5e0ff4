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
  /** The Region of the primary key. */
  primaryRegion: string;
  /** The Regions of the replicas. */
  replicaRegions: readonly string[];
  /** ARNs of keys that are there, by Region, to be taken over in place of creating them. */
  existingKeyArns?: Readonly<Record<string, Input<string>>>;
}

/** The key of one Region and the material in it. */
export interface RegionalKey {
  readonly key: ExternalKey;
  readonly material: ImportedKeyMaterial;
}

/**
 * A key in several Regions with the same id and the same bytes: a primary, its material, then its replicas with theirs.
 * What is encrypted in one Region can be decrypted in each.
 */
export class MultiRegionExternalKey extends ComponentResource {
  readonly primary: RegionalKey;
  /** By Region. */
  readonly replicas: Readonly<Record<string, RegionalKey>>;
  /** The ARN of the primary key. */
  readonly arn: Output<string>;
  /** The key id, the same in all Regions. */
  readonly keyId: Output<string>;
  /** The ARNs of all keys, by Region. */
  readonly arns: Readonly<Record<string, Output<string>>>;

  constructor(name: string, args: MultiRegionExternalKeyArgs, opts: ComponentResourceOptions = {}) {
    const { primaryRegion, replicaRegions } = args;
    const regions = [primaryRegion, ...replicaRegions];
    const twice = regions.find((region, i) => regions.indexOf(region) !== i);
    if (twice !== undefined) {
      throw new Error(`${name}: the Region ${twice} is named twice in \`primaryRegion\` and \`replicaRegions\`.`);
    }
    const stray = Object.keys(args.existingKeyArns ?? {}).find((region) => !regions.includes(region));
    if (stray !== undefined) {
      throw new Error(
        `${name}: \`existingKeyArns\` has ${stray}, which is neither \`primaryRegion\` nor among \`replicaRegions\`. Correct it: a key would be created in place of the one to be taken over.`,
      );
    }
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

const ownArguments = ["primaryRegion", "replicaRegions", "existingKeyArns"] as const;
