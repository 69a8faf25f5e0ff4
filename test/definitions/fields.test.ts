import { externalKeyFields, keyUsages } from "../../src/definitions/external-key";
import { externalKeyLookupFields } from "../../src/definitions/external-key-lookup";
import { misfit } from "../../src/definitions/field-faults";
import { importedKeyMaterialFields } from "../../src/definitions/imported-key-material";
import {
  descriptionIn,
  type Face,
  isArgument,
  isOn,
  type ResourceField,
  type ResourceFields,
} from "../../src/definitions/resource-field";
import { keyOptions } from "../../src/engine/kms-profile";
import { kmsNames, kmsProfiles } from "../../src/kms/clouds";
import { sourceKinds } from "../../src/material-sources/source-uri";

const members = Object.entries(externalKeyLookupFields.key_materials.is.of.fields).map(
  ([name, field]): [string, ResourceField] => [name, { ...field, computed: true }],
);
const tables: Readonly<Record<string, ResourceFields>> = {
  "external key": externalKeyFields,
  "imported key material": importedKeyMaterialFields,
  "looked up key": externalKeyLookupFields,
  "material of a looked up key": Object.fromEntries(members),
};
const every: readonly (readonly [string, ResourceField])[] = Object.entries(tables).flatMap(([table, fields]) =>
  Object.entries(fields).map(([name, field]) => [`${name} of ${table}`, field] as const),
);
const faces = ["terraform", "pulumi", "cdktf"] as const satisfies readonly Face[];

describe("a field", () => {
  it.each(every)("%s is an argument or a result, or both", (_name, field) => {
    expect(isArgument(field) || field.computed === true).toBe(true);
    expect(field.required === true && (field.optional === true || field.computed === true)).toBe(false);
  });

  it.each(every)("%s is described in sentences", (_name, field) => {
    for (const face of faces.filter((one) => isOn(one, field))) {
      expect(descriptionIn(face, field)).toMatch(/^[A-Z`][^]*[.…]$/);
    }
  });

  it.each(every)("%s has a default that it may have, and says it", (_name, field) => {
    if (field.default === undefined) return;
    expect(misfit(field, field.default)).toBeUndefined();
    expect(field.description).toContain(`Default: \`${field.default}\`.`);
  });

  it("that can be left out says what holds then, but for the bytes and what makes a replica", () => {
    const silent = Object.values(tables).flatMap((fields) =>
      Object.entries(fields).flatMap(([name, { optional, description }]) =>
        optional === true && !/(Default|Unset[^:.]*): [^]*\.$/.test(description) ? [name] : [],
      ),
    );
    expect(silent).toEqual(["primary_key_arn", "key_material_wo", "key_material_source"]);
  });

  it("names in its description only fields that there are", () => {
    const names = new Set([...Object.values(tables).flatMap(Object.keys), "byok_imported_key_material"]);
    const strangers = every.flatMap(([, field]) =>
      faces.flatMap((face) =>
        [...descriptionIn(face, field).matchAll(/`([a-z]+(?:_[a-z]+)+)`/g)].flatMap(([, name = ""]) =>
          names.has(name) || isWord(name) ? [] : [name],
        ),
      ),
    );
    expect(strangers).toEqual([]);
  });

  it("that is never kept is no result", () => {
    expect(every.filter(([, { writeOnly, computed }]) => writeOnly === true && computed === true)).toEqual([]);
  });
});

/** States of material stand in descriptions in the spelling of names. */
function isWord(name: string): boolean {
  const states: readonly string[] = importedKeyMaterialFields.rotation_state.is.choices;
  return ["never_imported", "key_pending_deletion", "key_gone", ...states].includes(name);
}

describe("what the KMSs can do", () => {
  it("is what the fields take", () => {
    expect(externalKeyFields.kms.is.choices).toEqual(kmsNames);
    const usages = Object.values(kmsProfiles).flatMap(({ keySpecs }) => Object.values(keySpecs).flat());
    expect(new Set(keyUsages)).toEqual(new Set(usages));
    const windows = Object.values(kmsProfiles).map(({ deletionWindowDays }) => deletionWindowDays);
    expect(externalKeyFields.deletion_window_in_days.bounds).toEqual({
      least: Math.min(...windows.map(({ least }) => least)),
      most: Math.max(...windows.map(({ most }) => most)),
    });
    expect(externalKeyFields.deletion_window_in_days.default).toBe(kmsProfiles.aws.deletionWindowDays.default);
  });

  it("has every option of a key as a field", () => {
    const options = Object.entries<ResourceField>(externalKeyFields).filter(([, { option }]) => option !== undefined);
    expect(options.map(([name, { option }]) => [name, option])).toEqual(keyOptions.map((name) => [name, name]));
  });

  it("opens the sources that are described", () => {
    for (const kind of sourceKinds) {
      expect(importedKeyMaterialFields.key_material_source.description).toContain(`\`${kind}:`);
    }
  });
});

describe("a value", () => {
  it.each<[string, unknown, string | undefined]>([
    ["kms", "aws", undefined],
    ["kms", "gcp", "must be one of aws, alibaba, qkms"],
    ["key_spec", "AES_512", expect.stringMatching(/^must be one of SYMMETRIC_DEFAULT, /)],
    ["region", "eu-central-1", undefined],
    ["region", "Frankfurt", "must be a Region name, such as eu-central-1"],
    ["description", "", undefined],
    ["description", "x".repeat(8193), "must have between 0 and 8192 characters"],
    ["creation_token", "", "must have between 1 and 256 characters"],
    ["deletion_window_in_days", 7, undefined],
    ["deletion_window_in_days", 366, undefined],
    ["deletion_window_in_days", 6, "must be a whole number from 7 to 366"],
    ["deletion_window_in_days", 367, "must be a whole number from 7 to 366"],
    ["deletion_window_in_days", 7.5, "must be a whole number"],
    ["multi_region", true, undefined],
  ])("of %s: %j", (name, value, problem) => {
    const fields: ResourceFields = externalKeyFields;
    expect(misfit(fields[name] ?? externalKeyFields.kms, value)).toEqual(problem);
  });
});
