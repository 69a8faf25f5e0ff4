// What is generated from src/definitions: the types that Pulumi and the constructs publish, and the pages about them.
import { externalKeyFields, externalKeySummary } from "../../src/definitions/external-key";
import { externalKeyLookupFields, externalKeyLookupSummary } from "../../src/definitions/external-key-lookup";
import { importedKeyMaterialFields, importedKeyMaterialSummary } from "../../src/definitions/imported-key-material";
import { keyRotationFields, keyRotationSummary } from "../../src/definitions/key-rotation";
import { cdktfTypes, optionNames } from "./cdktf-types";
import { pulumiTypes } from "./pulumi-types";
import { referencePage } from "./reference-page";
import { inTypeScript } from "./wording";

const key = {
  name: "ExternalKey",
  what: inTypeScript(externalKeySummary),
  fields: externalKeyFields,
};
const material = {
  name: "ImportedKeyMaterial",
  what: inTypeScript(importedKeyMaterialSummary),
  fields: importedKeyMaterialFields,
};
const rotation = {
  name: "KeyRotation",
  what: inTypeScript(keyRotationSummary),
  fields: keyRotationFields,
};
const lookup = {
  name: "ExternalKey.fromLookup",
  what: inTypeScript(externalKeyLookupSummary),
  fields: externalKeyLookupFields,
};

/** Texts of files by their path below the repository. */
export function generatedFiles(): ReadonlyMap<string, string> {
  return new Map([
    [
      "pulumi/external-key-args.ts",
      pulumiTypes(
        "ExternalKey",
        "Arguments of an ExternalKey, named as in `aws.kms.ExternalKey` where both have them. What is left out is unmanaged: it is shown and never changed.",
        externalKeyFields,
      ),
    ],
    [
      "pulumi/imported-key-material-args.ts",
      pulumiTypes(
        "ImportedKeyMaterial",
        "Arguments of ImportedKeyMaterial. Of the bytes none is ever stored.",
        importedKeyMaterialFields,
      ),
    ],
    ["pulumi/key-rotation-args.ts", pulumiTypes("KeyRotation", "Arguments of a KeyRotation.", keyRotationFields)],
    [
      "cdktf/external-key-props.ts",
      cdktfTypes(
        [
          {
            name: "ExternalKeyProps",
            what: "Properties of an ExternalKey, named as in `aws_kms_external_key` where both have them.",
            fields: externalKeyFields,
          },
          {
            name: "ExternalKeyLookupProps",
            what: "Properties of a key that is looked up.",
            fields: externalKeyLookupFields,
          },
        ],
        [
          'import type { ExternalKeyTimeouts } from "./bindings";',
          'import type { IResolvable, TerraformProvider } from "./core";',
        ],
        { timeouts: "ExternalKeyTimeouts", provider: "TerraformProvider" },
      ) +
        optionNames("ExternalKeyOptions", "Properties of an ExternalKey that only some KMSs have.", externalKeyFields),
    ],
    [
      "cdktf/imported-key-material-props.ts",
      cdktfTypes(
        [
          {
            name: "ImportedKeyMaterialProps",
            what: "Properties of ImportedKeyMaterial. Of the bytes none is ever stored.",
            fields: importedKeyMaterialFields,
          },
        ],
        [
          'import type { ImportedKeyMaterialTimeouts } from "./bindings";',
          'import type { IResolvable, TerraformProvider } from "./core";',
          'import type { IExternalKey } from "./i-external-key";',
        ],
        { key: "IExternalKey", timeouts: "ImportedKeyMaterialTimeouts", provider: "TerraformProvider" },
      ),
    ],
    [
      "cdktf/key-rotation-props.ts",
      cdktfTypes(
        [{ name: "KeyRotationProps", what: "Properties of a KeyRotation.", fields: keyRotationFields }],
        [
          'import type { KeyRotationTimeouts } from "./bindings";',
          'import type { TerraformProvider } from "./core";',
          'import type { IExternalKey } from "./i-external-key";',
        ],
        { key: "IExternalKey", timeouts: "KeyRotationTimeouts", provider: "TerraformProvider" },
      ),
    ],
    ["docs/reference/pulumi.md", referencePage("pulumi", "Pulumi: arguments and results", [key, material, rotation])],
    [
      "docs/reference/cdktf.md",
      referencePage("cdktf", "CDKTF and CDK Terrain: properties", [key, lookup, material, rotation]),
    ],
  ]);
}
