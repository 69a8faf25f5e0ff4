// Made by `npm run generate:faces` from src/definitions.
import type { KeyRotationTimeouts } from "./bindings";
import type { TerraformProvider } from "./core";
import type { IExternalKey } from "./i-external-key";

/** Properties of a KeyRotation. */
export interface KeyRotationProps {
  /**
   * The key: an ExternalKey of this app, or `ExternalKey.fromKeyArn` and `ExternalKey.fromLookup` for another one. Of a
   * multi-Region key the primary.
   */
  readonly key: IExternalKey;
  /**
   * The `keyMaterialId` of the imported key material that is to be the current one. Of a multi-Region key every replica
   * must have it.
   */
  readonly keyMaterialId: string;
  /**
   * How long each operation may take, such as `30m`; waiting for a quota does not count.
   *
   * @default - `20m` each
   */
  readonly timeouts?: KeyRotationTimeouts;
  /**
   * The provider, where a stack has several.
   *
   * @default - the stack's provider without an alias
   */
  readonly provider?: TerraformProvider;
}
