import { ComponentResource, type ComponentResourceOptions, type Input, type Output } from "@pulumi/pulumi";
import { defined } from "../src/definitions/defined";
import { ExternalKey, type ExternalKeyArgs } from "./external-key";
import { ImportedKeyMaterial, type ImportedKeyMaterialArgs } from "./imported-key-material";

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
  const {
    primaryRegion: _primary,
    replicaRegions: _replicas,
    existingKeyArns = {},
    keyMaterial,
    keyMaterialSource,
    fingerprint,
    validTo,
    validFor,
    renewBefore,
    wrappingAlgorithm,
    wrappingKeySpec,
    materialDescription,
    onDeletion,
    deletionPolicy,
    allowInterruption,
    keySpec,
    keyUsage,
    ...shared
  } = args;
  const { timeouts, connection } = shared;
  return (region: string, primaryKeyArn: Output<string> | undefined): RegionalKey => {
    const existingKeyArn = existingKeyArns[region];
    const kind = primaryKeyArn === undefined ? defined({ keySpec, keyUsage, multiRegion: true }) : { primaryKeyArn };
    const key = new ExternalKey(
      `${name}-${region}`,
      { ...shared, ...kind, region, ...defined({ existingKeyArn }) },
      { parent },
    );
    const material = new ImportedKeyMaterial(
      `${name}-${region}`,
      {
        keyArn: key.id,
        ...defined({
          keyMaterial,
          keyMaterialSource,
          fingerprint,
          validTo,
          validFor,
          renewBefore,
          wrappingAlgorithm,
          wrappingKeySpec,
          // A replica's material has none of its own.
          materialDescription: primaryKeyArn === undefined ? materialDescription : undefined,
          onDeletion,
          deletionPolicy,
          allowInterruption,
          timeouts,
          connection,
        }),
      },
      // Bytes that are to be deleted are deleted at once, and not only when the key's waiting time is over.
      { parent, ...(deletionPolicy === undefined || deletionPolicy === "retain" ? { deletedWith: key } : {}) },
    );
    return { key, material };
  };
}
