// Made by `npm run generate:faces` from src/definitions.
import type { Input, Output } from "@pulumi/pulumi";
import type { ConnectionArgs, TimeoutsArgs } from "./connection-args";

/** Arguments of a KeyRotation. */
export interface KeyRotationArgs {
  /** ARN of the key. Of a multi-Region key the primary's, which rotates it in all its Regions. */
  keyArn: Input<string>;
  /**
   * The `keyMaterialId` of the imported key material that is to be the current one. Of a multi-Region key every replica
   * must have it.
   */
  keyMaterialId: Input<string>;
  /** How long each operation may take, such as `30m`; waiting for a quota does not count. Default: `20m` each. */
  timeouts?: Input<TimeoutsArgs>;
  /** How the KMS is reached. Default: the stack's configuration, `byok:…`. */
  connection?: Input<ConnectionArgs>;
}

/** What is known of an KeyRotation once it is there. */
export interface KeyRotationOutputs {
  /** The key's ARN. */
  readonly keyArn: Output<string>;
  /** The material that the key was rotated to. */
  readonly keyMaterialId: Output<string>;
  /** When the material became the current one, RFC 3339; null for the key's first material. */
  readonly rotatedAt: Output<string | undefined>;
  /**
   * The current material at the last refresh or apply: another one than `keyMaterialId` once the key was rotated on.
   */
  readonly currentKeyMaterialId: Output<string | undefined>;
  /** How often the key was rotated on demand in its life. */
  readonly rotations: Output<number | undefined>;
  /** How often it still can be. */
  readonly rotationsLeft: Output<number | undefined>;
}
