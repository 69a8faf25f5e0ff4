import { type CustomResourceOptions, dynamic, type ID, type Input, mergeOptions, type Output } from "@pulumi/pulumi";
import { externalKeyFields } from "../src/definitions/external-key";
import { resultNames } from "../src/definitions/spelling";
import { creationToken } from "./creation-token";
import { externalKeyDelegate } from "./delegates";
import type { ExternalKeyArgs, ExternalKeyOutputs } from "./external-key-args";

const type = "pulumi-nodejs:dynamic/byok:ExternalKey";

/** The results of the key, as outputs. */
// oxlint-disable-next-line typescript/no-unsafe-declaration-merging -- Pulumi makes the outputs that it declares.
export interface ExternalKey extends ExternalKeyOutputs {}

/**
 * A KMS key with the origin EXTERNAL, with or without material. ImportedKeyMaterial imports its bytes.
 *
 * `id` is the key's ARN. Use `id`, `arn` or `keyId` to refer to the key: they stay known while it is updated.
 */
export class ExternalKey extends dynamic.Resource {
  /** The key's ARN, the same as `id`. */
  readonly arn: Output<string>;
  /** The key id: the last part of the ARN. */
  readonly keyId: Output<string>;

  constructor(name: string, args: ExternalKeyArgs = {}, opts: CustomResourceOptions = {}) {
    const lookup = opts.id !== undefined;
    const token = args.creationToken ?? (lookup ? undefined : creationToken(name, type, opts.parent));
    const props = { ...outputs, ...args, creationToken: token };
    // Two keys with one creation token cannot exist at once, and nothing could move from one to the other.
    const replacing = { deleteBeforeReplace: true };
    super(externalKeyDelegate, name, props, mergeOptions(replacing, opts), "byok", "ExternalKey");
    this.arn = this.id;
    this.keyId = this.id.apply(keyIdOf);
  }

  /** Reads an existing key that this stack does not manage. */
  static get(
    name: string,
    id: Input<ID>,
    args: Pick<ExternalKeyArgs, "connection"> = {},
    opts: CustomResourceOptions = {},
  ): ExternalKey {
    return new ExternalKey(name, args, { ...opts, id });
  }
}

const outputs = Object.fromEntries(resultNames(externalKeyFields).map((name) => [name, undefined]));

/** The last part of an ARN, after `key/`. */
function keyIdOf(arn: string): string {
  return arn.slice(arn.lastIndexOf("/") + 1);
}
