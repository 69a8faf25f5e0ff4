// Makes the bindings under cdktf/generated from the schema of the provider that `npm run build` has built, for both
// families of the libraries: `node scripts/generate-cdktf.mjs [folder]`. Terraform 1.11 or later must be on the PATH, or
// BYOK_TERRAFORM names it or OpenTofu.
import { execFileSync } from "node:child_process";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

const require = createRequire(import.meta.url);
const root = join(import.meta.dirname, "..");
const generators = { cdktf: "@cdktf/provider-generator", cdktn: "@cdktn/provider-generator" };
const { version } = JSON.parse(await readFile(join(root, "package.json"), "utf8"));
const constraint = `byok/byok@~> ${version.replace(/\.\d+$/, "")}`;
const head = "// @ts-nocheck: made by npm run generate:cdktf, by a generator that knows looser settings than ours.\n";

/** What the provider says of itself, as Terraform writes it down. */
async function providerSchema(folder) {
  const source =
    'terraform {\n  required_providers {\n    byok = { source = "registry.terraform.io/byok/byok" }\n  }\n}\n';
  await writeFile(join(folder, "main.tf"), source);
  const output = execFileSync(process.env.TERRAFORM_BINARY_NAME, ["providers", "schema", "-json"], { cwd: folder });
  return JSON.parse(output.toString("utf8"));
}

/** One file for the provider and for each resource and data source. */
async function generate(family, schema, scratch) {
  const { CodeMaker, TerraformProviderConstraint, TerraformProviderGenerator } = require(generators[family]);
  const code = new CodeMaker();
  new TerraformProviderGenerator(code, schema).generate(new TerraformProviderConstraint(constraint));
  await code.save(join(scratch, family));
  const made = join(scratch, family, "providers", "byok");
  await rm(join(target, family), { recursive: true, force: true });
  await mkdir(join(target, family), { recursive: true });
  for (const entry of await readdir(made, { withFileTypes: true })) {
    if (!entry.isDirectory()) continue;
    const text = await readFile(join(made, entry.name, "index.ts"), "utf8");
    await writeFile(join(target, family, `${entry.name}.ts`), head + text);
  }
}

const target = resolve(process.argv[2] ?? join(root, "cdktf", "generated"));
const scratch = await mkdtemp(join(tmpdir(), "byok-cdktf-"));
try {
  const configuration = join(scratch, "cli.tfrc");
  const folder = JSON.stringify(join(root, "dist"));
  await writeFile(
    configuration,
    `provider_installation {\n  dev_overrides {\n    "registry.terraform.io/byok/byok" = ${folder}\n  }\n}\n`,
  );
  // The generators run Terraform too, as soon as they are loaded.
  Object.assign(process.env, {
    TERRAFORM_BINARY_NAME: process.env.BYOK_TERRAFORM || "terraform",
    TF_CLI_CONFIG_FILE: configuration,
    CHECKPOINT_DISABLE: "1",
  });
  const schema = await providerSchema(scratch);
  for (const family of Object.keys(generators)) await generate(family, schema, scratch);
} finally {
  await rm(scratch, { recursive: true, force: true });
}
