import { type CustomResourceOptions, dynamic, type ID, type Input, output, secret } from "@pulumi/pulumi";
import { importedKeyMaterialFields } from "../src/definitions/imported-key-material";
import { resultNames } from "../src/definitions/spelling";
import { importedKeyMaterialDelegate } from "./delegates";
import type { ImportedKeyMaterialArgs, ImportedKeyMaterialOutputs } from "./imported-key-material-args";

/** The results of the material, as outputs. */
// oxlint-disable-next-line typescript/no-unsafe-declaration-merging -- Pulumi makes the outputs that it declares.
export interface ImportedKeyMaterial extends ImportedKeyMaterialOutputs {}

/**
 * One set of bytes in one key, with its lifetime. Each `pulumi up` and `pulumi preview` looks at the key: material that
 * has expired, was deleted or is due for renewal shows as an update, which imports the same bytes again.
 *
 * `id` is the key's ARN, which the materials of a key that holds several share.
 */
export class ImportedKeyMaterial extends dynamic.Resource {
  constructor(name: string, args: ImportedKeyMaterialArgs, opts: CustomResourceOptions = {}) {
    const { keyMaterial, ...rest } = args;
    const props = {
      ...outputs,
      ...rest,
      // Whatever the program made of them, the bytes are secret to Pulumi.
      ...(keyMaterial === undefined ? {} : { keyMaterial: secret(keyMaterial) }),
    };
    super(importedKeyMaterialDelegate, name, props, opts, "byok", "ImportedKeyMaterial");
    // Pulumi makes an output of each argument. A program that exports the whole object would store the bytes.
    Reflect.deleteProperty(this, "keyMaterial");
  }

  /**
   * Reads the material of an existing key that this stack does not manage. The id is the key's ARN, for its current material,
   * or the ARN, a comma and the id of one of its materials.
   */
  static get(
    name: string,
    id: Input<ID>,
    args: Pick<ImportedKeyMaterialArgs, "connection"> = {},
    opts: CustomResourceOptions = {},
  ): ImportedKeyMaterial {
    const keyArn = output(id).apply((text) => text.split(",")[0] ?? "");
    return new ImportedKeyMaterial(name, { ...args, keyArn }, { ...opts, id });
  }
}

const outputs = Object.fromEntries(resultNames(importedKeyMaterialFields).map((name) => [name, undefined]));
