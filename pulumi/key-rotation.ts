import { type CustomResourceOptions, dynamic, type ID, type Input, output } from "@pulumi/pulumi";
import { keyRotationFields } from "../src/definitions/key-rotation";
import { resultNames } from "../src/definitions/spelling";
import { keyRotationDelegate } from "./delegates";
import type { KeyRotationArgs, KeyRotationOutputs } from "./key-rotation-args";

/** The results of the rotation, as outputs. */
// oxlint-disable-next-line typescript/no-unsafe-declaration-merging -- Pulumi makes the outputs that it declares.
export interface KeyRotation extends KeyRotationOutputs {}

/**
 * That one key material is the current one of its key: rotates the key to material that waits for that, and does nothing
 * where it is current already, or was and the key has been rotated on since. Destroying it changes nothing, since no KMS
 * rotates back.
 *
 * `id` is the key's ARN.
 */
export class KeyRotation extends dynamic.Resource {
  constructor(name: string, args: KeyRotationArgs, opts: CustomResourceOptions = {}) {
    super(keyRotationDelegate, name, { ...outputs, ...args }, opts, "byok", "KeyRotation");
  }

  /**
   * Reads how a key stands that this stack does not manage. The id is the key's ARN, for its current material, or the ARN, a
   * comma and the id of one of its materials.
   */
  static get(
    name: string,
    id: Input<ID>,
    args: Pick<KeyRotationArgs, "connection"> = {},
    opts: CustomResourceOptions = {},
  ): KeyRotation {
    const parts = output(id).apply((text) => text.split(","));
    const named = { keyArn: parts.apply(([arn = ""]) => arn), keyMaterialId: parts.apply(([, of = ""]) => of) };
    return new KeyRotation(name, { ...args, ...named }, { ...opts, id });
  }
}

const outputs = Object.fromEntries(resultNames(keyRotationFields).map((name) => [name, undefined]));
