// The registry's pages for the provider, made from its schemas and the files in examples/terraform.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { externalKeyData } from "../../src/terraform/external-key-data";
import { externalKeySchema } from "../../src/terraform/external-key-schema";
import { importedKeyMaterialSchema } from "../../src/terraform/imported-key-material-schema";
import { keyRotationSchema } from "../../src/terraform/key-rotation-schema";
import type { SchemaDefinition } from "../../src/terraform/plugin/schema/definition";
import { providerSchema } from "../../src/terraform/provider-schema";
import { warningTitles } from "../../src/terraform/warning";
import { schemaSection } from "./schema-section";
import { permissionsPage } from "./permissions-page";
import { knownInUpdates } from "./known-in-updates";

/** Texts of pages by their path below the repository. */
export function terraformPages(root: string): ReadonlyMap<string, string> {
  const examples = join(root, "examples", "terraform");
  const resources = {
    byok_external_key: externalKeySchema,
    byok_imported_key_material: importedKeyMaterialSchema,
    byok_key_rotation: keyRotationSchema,
  };
  const pages = new Map<string, string>([["docs/index.md", providerPage(examples)]]);
  for (const [name, schema] of Object.entries(resources)) {
    pages.set(`docs/resources/${short(name)}.md`, resourcePage(name, schema, join(examples, "resources", name)));
  }
  const lookup = "byok_external_key";
  pages.set(
    `docs/data-sources/${short(lookup)}.md`,
    page(`${lookup} (Data Source)`, lookup, externalKeyData.description, [
      exampleSection(join(examples, "data-sources", lookup), "data-source.tf"),
      schemaSection(externalKeyData),
    ]),
  );
  pages.set("docs/guides/permissions.md", permissionsPage(root));
  return pages;
}

function providerPage(examples: string): string {
  return page("byok Provider", "byok", providerSchema.description, [
    exampleSection(join(examples, "provider"), "provider.tf"),
    `Needs Terraform or OpenTofu 1.11 or later. Installed from a registry, the provider brings its own Node.js; as a script of the npm package it takes Node.js 22.13 or later (20.19 until the first release of 2027) from the PATH.

More: [custody](guides/custody.md) (what is stored where, and what not to do), [key material in an HSM](guides/hsm.md), [in Vault's Transit engine](guides/vault-transit.md), [in a secret store](guides/secret-stores.md), [key ceremony](guides/key-ceremony.md), [permissions](guides/permissions.md), [scheduled renewal](guides/renewal.md), [moving from aws_kms_external_key](guides/migration.md), [testing configurations](guides/testing.md).

\`TF_LOG=debug\` logs each request to a KMS: service, operation, Region, duration, outcome and request id, never contents. An error of a KMS ends with the request id.

A plan for a new key shows what is configured and the defaults that byok chooses, so that policy checks can gate it: KMS, Region, spec, usage, Regions, policy, tags. A plan that reads the bytes shows their \`fingerprint\`, and its apply imports those bytes or nothing. Where the apply reads others, or none, Terraform before 1.16 reports "Provider produced inconsistent final plan" for \`.fingerprint\`: nothing was imported; plan again, or give the bytes that were planned.

Reference: [key material](key-material.md), [the byok command](command.md), [errors by code](errors.md).`,
    schemaSection(providerSchema),
    warningsSection(),
  ]);
}

/** Filters match on the titles, so that all of them stand in one place. */
function warningsSection(): string {
  const rows = Object.values(warningTitles).map(({ title, says }) => `| ${title} | ${says} |`);
  return `## Warnings

The title of a warning begins with one of these and does not change between versions, so that a pipeline can filter by it. Where the key is known, its id follows: \`Key Material Renewal Due: key/1234abcd-…\`. An error is titled by its code, which stands at the beginning of its text in brackets.

| title | meaning |
|---|---|
${rows.join("\n")}`;
}

function resourcePage(name: string, schema: SchemaDefinition, folder: string): string {
  return page(`${name} (Resource)`, name, schema.description, [
    exampleSection(folder, "resource.tf"),
    schemaSection(schema),
    knownInUpdates(name),
    importSection(folder),
  ]);
}

function page(title: string, name: string, description: string | undefined, sections: readonly string[]): string {
  const summary = description ?? "";
  return `---
page_title: ${JSON.stringify(title)}
subcategory: ""
description: ${JSON.stringify(summary.replaceAll("`", ""))}
---

<!-- Made by \`npm run generate:docs\` from the schema and examples/terraform. -->

# ${name}

${summary}

${sections.filter((section) => section !== "").join("\n\n")}
`;
}

function exampleSection(folder: string, file: string): string {
  return `## Example\n\n${code(folder, file, "terraform")}`;
}

function importSection(folder: string): string {
  const parts = [
    ["On the command line:", "import.sh", "shell"],
    ["With an import block:", "import-by-string-id.tf", "terraform"],
    ["By identity:", "import-by-identity.tf", "terraform"],
  ] as const;
  const texts = parts
    .filter(([, file]) => existsSync(join(folder, file)))
    .map(([title, file, language]) => `${title}\n\n${code(folder, file, language)}`);
  return texts.length === 0 ? "" : `## Import\n\n${texts.join("\n\n")}`;
}

function code(folder: string, file: string, language: string): string {
  return `\`\`\`${language}\n${readFileSync(join(folder, file), "utf8").trim()}\n\`\`\``;
}

function short(name: string): string {
  return name.replace(/^byok_/, "");
}
