import { Construct } from "constructs";
import { externalKeyFields } from "../src/definitions/external-key";
import { importedKeyMaterialFields } from "../src/definitions/imported-key-material";
import { argumentNames } from "../src/definitions/spelling";
import { only } from "../src/engine/defined";
import { ExternalKey } from "./external-key";
import type { ExternalKeyOptions, ExternalKeyProps } from "./external-key-props";
import { ImportedKeyMaterial } from "./imported-key-material";
import type { ImportedKeyMaterialProps } from "./imported-key-material-props";
import type { KeyRotation } from "./key-rotation";
import { succession } from "./succession";
import type { SuccessorProps } from "./successor-props";

/** Properties of a SingleRegionExternalKey on AWS KMS: those of the key and of its first material. */
export interface SingleRegionExternalKeyProps
  extends Omit<ExternalKeyProps, "kms" | "multiRegion" | "primaryKeyArn" | ExternalKeyOptions>,
    Omit<ImportedKeyMaterialProps, "key" | "succeeds" | "timeouts" | "provider"> {
  /**
   * The materials to which the key was rotated and is to be rotated, the first of them first. Add new ones at the end, and
   * leave the former ones in the list: the key needs them for as long as anything is encrypted under them.
   *
   * @default - the key has its first material only
   */
  readonly successors?: readonly SuccessorProps[];
}

/** Material that succeeded the first one of a single-Region key, and the rotation to it. */
export interface Successor {
  /** The material. */
  readonly material: ImportedKeyMaterial;
  /** The rotation of the key to it. */
  readonly rotation: KeyRotation;
}

/**
 * A key in one Region with its first material and those that succeed it: each is imported beside the former ones, and the
 * key is rotated to it before the next one is imported. MultiRegionExternalKey is the same in several Regions.
 */
export class SingleRegionExternalKey extends Construct {
  /** The key. */
  readonly key: ExternalKey;
  /** Its first material. */
  readonly material: ImportedKeyMaterial;
  /** What succeeded it, by name. */
  readonly successors: Readonly<Record<string, Successor>>;
  /** The key's ARN, once it has its first material. */
  readonly keyArn: string;
  /** The key's id, the last part of its ARN. */
  readonly keyId: string;

  constructor(scope: Construct, id: string, props: SingleRegionExternalKeyProps) {
    super(scope, id);
    const ofKey = argumentNames(externalKeyFields, "cdktf");
    const ofMaterial = argumentNames(importedKeyMaterialFields, "cdktf");
    const shared = only(props, (name) => ofMaterial.includes(name));
    this.key = new ExternalKey(
      this,
      "key",
      only(props, (name) => ofKey.includes(name)),
    );
    this.material = new ImportedKeyMaterial(this, "material", { ...shared, key: this.key });
    const { key, material } = this;
    const steps = succession(this, [{ place: this, key, material }], shared, props.successors);
    this.successors = Object.fromEntries(
      steps.map(({ name, materials: [made], rotation }) => [name, { material: made.material, rotation }]),
    );
    this.keyArn = this.material.keyArn;
    this.keyId = this.key.keyId;
  }
}
