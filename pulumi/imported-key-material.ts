import { type CustomResourceOptions, dynamic, type ID, type Input, type Output, secret } from "@pulumi/pulumi";
import type { ConnectionArgs, TimeoutsArgs } from "./connection-args";
import { importedKeyMaterialDelegate } from "./delegates";

/** Arguments of ImportedKeyMaterial. Of the bytes none is ever stored. */
export interface ImportedKeyMaterialArgs {
  /**
   * The ARN of the key, usually the `id` of an ExternalKey. Another key replaces the resource, not the key: the bytes are
   * imported into the new key first, and only then is the old one treated as by a destroy.
   */
  keyArn: Input<string>;
  /**
   * The bytes in padded standard base64: raw bytes of a symmetric or HMAC key, DER PKCS#8 of a private key. Beside
   * `keyMaterialSource` an error. They pass through the memory of Pulumi's processes and into none of its files, save its
   * own debug logs; a source avoids that.
   */
  keyMaterial?: Input<string>;
  /**
   * Where the bytes are: `file:keys/payments.bin`, `env:NAME`, `exec:/usr/bin/get-key payments`, each with an optional
   * `?encoding=raw|hex|base64|pem|der`. Read on this machine while the program runs.
   */
  keyMaterialSource?: Input<string>;
  /** The fingerprint of the bytes, as `byok fingerprint` prints it: these bytes are imported, or nothing is. Default: not checked. */
  fingerprint?: Input<string>;
  /** When the material expires, RFC 3339 with a time zone. Not beside `validFor`. Default: never. */
  validTo?: Input<string>;
  /** How long the material lives from each import on: `90d`, `2160h`. */
  validFor?: Input<string>;
  /** How long before its expiry the same bytes are imported again. Default: a third of `validFor`. */
  renewBefore?: Input<string>;
  /** Default: the strongest that fits. */
  wrappingAlgorithm?: Input<string>;
  /** Default: the strongest that fits. */
  wrappingKeySpec?: Input<string>;
  /** A description that the KMS keeps with the material. */
  materialDescription?: Input<string>;
  /** What to do about material that somebody deleted before its time. `report` leaves it deleted. Default `reimport`. */
  onDeletion?: Input<"reimport" | "report">;
  /**
   * What destroying the resource does: `delete` deletes the bytes from the key at once, if an import of byok's has proved
   * which bytes they are. Default `retain`.
   */
  deletionPolicy?: Input<"retain" | "delete">;
  /** Whether the key may be without material for a moment where the KMS cannot import over it. Default true. */
  allowInterruption?: Input<boolean>;
  timeouts?: Input<TimeoutsArgs>;
  /** How the KMS is reached. Default: the stack's configuration, `byok:…`. */
  connection?: Input<ConnectionArgs>;
}

/**
 * One set of bytes in one key, with its lifetime. Each `pulumi up` and `pulumi preview` looks at the key: material that
 * has expired, was deleted or is due for renewal shows as an update, which imports the same bytes again.
 *
 * `id` is the key's ARN.
 */
export class ImportedKeyMaterial extends dynamic.Resource {
  declare readonly keyArn: Output<string>;
  /** The KMS's own id of the material, where it has one. */
  declare readonly keyMaterialId: Output<string | undefined>;
  /** Of the bytes that were imported. */
  declare readonly fingerprint: Output<string | undefined>;
  /** Whether an import has proved that the key holds the bytes of `fingerprint`. */
  declare readonly verified: Output<boolean>;
  /** `imported`, `expired`, `deleted`, `never_imported`, `key_pending_deletion`, `key_gone`. */
  declare readonly materialState: Output<string>;
  /** `Enabled`, `Disabled`, `PendingImport`, `PendingDeletion`, … as the KMS says it of the key. */
  declare readonly keyState: Output<string | undefined>;
  /** `KEY_MATERIAL_EXPIRES` or `KEY_MATERIAL_DOES_NOT_EXPIRE`. */
  declare readonly expirationModel: Output<string | undefined>;
  /** When the material expires, RFC 3339. Absent: never. */
  declare readonly validTo: Output<string | undefined>;
  /** When byok imported it last, RFC 3339. */
  declare readonly importedAt: Output<string | undefined>;
  /** From when on the same bytes are imported again, RFC 3339. */
  declare readonly renewalTime: Output<string | undefined>;
  declare readonly readyForRenewal: Output<boolean>;
  /** What the state of the material means for the next update, in words. */
  declare readonly reason: Output<string>;

  constructor(name: string, args: ImportedKeyMaterialArgs, opts: CustomResourceOptions = {}) {
    const { keyMaterial, ...rest } = args;
    const props = {
      ...outputs,
      ...rest,
      // Whatever the program made of them, the bytes are secret to Pulumi.
      ...(keyMaterial === undefined ? {} : { keyMaterial: secret(keyMaterial) }),
    };
    super(importedKeyMaterialDelegate, name, props, opts, "byok", "ImportedKeyMaterial");
    // Pulumi makes an output of each argument. A program that exports this whole object would store the bytes by it.
    Reflect.deleteProperty(this, "keyMaterial");
  }

  /** Material in a key that is there and is not looked after by this stack. The id is the key's ARN. */
  static get(
    name: string,
    id: Input<ID>,
    args: Pick<ImportedKeyMaterialArgs, "connection"> = {},
    opts: CustomResourceOptions = {},
  ): ImportedKeyMaterial {
    return new ImportedKeyMaterial(name, { ...args, keyArn: id }, { ...opts, id });
  }
}

const outputs = {
  keyArn: undefined,
  keyMaterialId: undefined,
  fingerprint: undefined,
  verified: undefined,
  materialState: undefined,
  keyState: undefined,
  expirationModel: undefined,
  validTo: undefined,
  importedAt: undefined,
  renewalTime: undefined,
  readyForRenewal: undefined,
  reason: undefined,
};
