import { ComponentResource, type ComponentResourceOptions, type Output } from "@pulumi/pulumi";
import { externalKeyFields } from "../src/definitions/external-key";
import { importedKeyMaterialFields } from "../src/definitions/imported-key-material";
import { argumentNames } from "../src/definitions/spelling";
import { only } from "../src/engine/defined";
import { ExternalKey } from "./external-key";
import type { ExternalKeyArgs } from "./external-key-args";
import { ImportedKeyMaterial } from "./imported-key-material";
import type { ImportedKeyMaterialArgs } from "./imported-key-material-args";
import type { KeyRotation } from "./key-rotation";
import { checkSuccessors, leavingWith, succession } from "./succession";
import type { SuccessorArgs } from "./successor-args";

/** Arguments of a SingleRegionExternalKey: those of the key and of its first material. */
export interface SingleRegionExternalKeyArgs
  extends Omit<ExternalKeyArgs, "multiRegion" | "primaryKeyArn">,
    Omit<ImportedKeyMaterialArgs, "keyArn" | "succeeds" | "timeouts" | "connection"> {
  /**
   * The materials to which the key was rotated and is to be rotated, the first of them first. Add new ones at the end, and
   * leave the former ones in the list: the key needs them for as long as anything is encrypted under them. Symmetric keys on
   * AWS only. Default: the key has its first material only.
   */
  successors?: readonly SuccessorArgs[];
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
export class SingleRegionExternalKey extends ComponentResource {
  /** The key. */
  readonly key: ExternalKey;
  /** Its first material. */
  readonly material: ImportedKeyMaterial;
  /** What succeeded it, by name. */
  readonly successors: Readonly<Record<string, Successor>>;
  /** The key's ARN. */
  readonly arn: Output<string>;
  /** The key id. */
  readonly keyId: Output<string>;

  constructor(name: string, args: SingleRegionExternalKeyArgs, opts: ComponentResourceOptions = {}) {
    const { successors, ...own } = args;
    checkSuccessors(name, successors);
    super("byok:index:SingleRegionExternalKey", name, {}, opts);
    const ofKey = argumentNames(externalKeyFields, "pulumi");
    const ofMaterial = argumentNames(importedKeyMaterialFields, "pulumi");
    // With whatever is no argument at all, so that the key refuses it.
    const keyArgs = only(own, (one) => !ofMaterial.includes(one) || ofKey.includes(one));
    const shared = only(own, (one) => ofMaterial.includes(one));
    const key = new ExternalKey(name, keyArgs, { parent: this });
    const material = new ImportedKeyMaterial(
      name,
      { ...shared, keyArn: key.id },
      { parent: this, ...leavingWith(key, shared) },
    );
    const steps = succession({ parent: this, name }, [{ name, key, material }], shared, successors);
    this.key = key;
    this.material = material;
    this.successors = Object.fromEntries(
      steps.map(({ name: one, materials: [made], rotation }) => [one, { material: made, rotation }]),
    );
    this.arn = key.arn;
    this.keyId = key.keyId;
    this.registerOutputs({ arn: this.arn, keyId: this.keyId });
  }
}
