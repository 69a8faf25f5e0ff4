import type { Cloud } from "../../src/kms/cloud";
import { clouds, kmsNames } from "../../src/kms/clouds";
import { connectionFields } from "./connection";
import { flag, map, number, object, text, word } from "./shape";

const timeouts = object({ create: text, update: text, delete: text });

/** The arguments of an ExternalKey. */
export const keyFields = {
  kms: word(...kmsNames),
  region: text,
  description: text,
  keySpec: text,
  keyUsage: text,
  multiRegion: flag,
  primaryKeyArn: text,
  policy: text,
  bypassPolicyLockoutSafetyCheck: flag,
  enabled: flag,
  deletionWindowInDays: number,
  tags: map(text),
  creationToken: text,
  existingKeyArn: text,
  dkmsInstanceId: text,
  protectionLevel: word("SOFTWARE", "HSM"),
  deletionProtection: flag,
  timeouts,
  connection: object(connectionFields),
} as const;

/** The arguments of an ImportedKeyMaterial. */
export const materialFields = {
  keyArn: text,
  keyMaterial: text,
  keyMaterialSource: text,
  fingerprint: text,
  validTo: text,
  validFor: text,
  renewBefore: text,
  wrappingAlgorithm: text,
  wrappingKeySpec: text,
  materialDescription: text,
  onDeletion: word("reimport", "report"),
  deletionPolicy: word("retain", "delete"),
  allowInterruption: flag,
  timeouts,
  connection: object(connectionFields),
} as const;

/** The same after check, which has put a fingerprint in the place of inline bytes. */
export const checkedMaterialFields = { ...materialFields, keyMaterialFingerprint: text } as const;

/** Names as the engine's errors spell them and as they are called here, where snake case to camel case does not do. */
const otherNames: Readonly<Record<string, string>> = {
  key_material_wo: "keyMaterial",
  arn: "id",
  ...Object.assign({}, ...clouds.map(({ settings }: Cloud) => settings.pulumi?.names)),
};

/** An argument's name in the spelling of Pulumi: `valid_to` is `validTo`. */
export function pulumiName(attribute: string): string {
  return otherNames[attribute] ?? attribute.replace(/_([a-z])/g, (_whole, letter: string) => letter.toUpperCase());
}
