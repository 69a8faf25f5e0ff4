import { randomBytes } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type Bench, bench } from "../support/byok-terraform";

jest.setTimeout(60_000);

describe("a configuration that Terraform writes for keys that are there", () => {
  let on: Bench;
  let arns: Readonly<Record<string, string>>;
  beforeAll(async () => {
    on = await bench();
    const file = join(on.workspace.folder, "ledger.bin");
    await writeFile(file, randomBytes(32));
    const material = (name: string): string => `
resource "byok_imported_key_material" "${name}" {
  key_arn             = byok_external_key.${name}.arn
  key_material_source = "file:${file}?encoding=raw"
  valid_for           = "90d"
}`;
    await on.write(`
resource "byok_external_key" "primary" {
  description  = "Ledger"
  multi_region = true
  tags         = { team = "ledger" }
}
${material("primary")}
resource "byok_external_key" "replica" {
  region          = "eu-west-1"
  primary_key_arn = byok_imported_key_material.primary.key_arn
}
${material("replica")}
resource "byok_external_key" "single" {
  key_spec = "HMAC_256"
}`);
    await on.workspace.apply();
    const names = ["primary", "replica", "single"];
    const found = await Promise.all(names.map((name) => on.workspace.attributes(`byok_external_key.${name}`)));
    arns = Object.fromEntries(names.map((name, index) => [name, String(found[index]?.["arn"])]));
    await on.workspace.run(["state", "rm", ...names.map((name) => `byok_external_key.${name}`)]);
    await on.workspace.run(["state", "rm", "byok_imported_key_material.primary", "byok_imported_key_material.replica"]);
  });
  afterAll(() => on.close());

  it("is valid as it is written, of a replica too, and plans nothing but the imports", async () => {
    const imports = Object.entries(arns).map(
      ([name, arn]) => `import {\n to = byok_external_key.${name}\n id = "${arn}"\n}`,
    );
    const materials = ["primary", "replica"].map(
      (name) => `import {\n to = byok_imported_key_material.${name}\n id = "${arns[name]}"\n}`,
    );
    await on.write([...imports, ...materials].join("\n"));
    const { plan } = await on.workspace.plan("-generate-config-out=generated.tf");
    const actions = (plan.resource_changes ?? []).map(({ address, change }) => [address, ...change.actions]);
    expect(actions).toEqual([
      ...Object.keys(arns).map((name) => [`byok_external_key.${name}`, "no-op"]),
      ...["primary", "replica"].map((name) => [`byok_imported_key_material.${name}`, "no-op"]),
    ]);
    expect(await readFile(join(on.workspace.folder, "generated.tf"), "utf8")).toContain(`key_spec`);
    await on.workspace.apply("saved.tfplan");
    await on.settled();
  });
});
