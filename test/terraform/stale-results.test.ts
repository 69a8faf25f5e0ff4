import { randomBytes } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type Bench, bench } from "../support/byok-terraform";
import { externalKeySchema } from "../../src/terraform/external-key-schema";
import { importedKeyMaterialSchema } from "../../src/terraform/imported-key-material-schema";

jest.setTimeout(180_000);

// What one resource changes of another may not stand in a state as it was: the next plan would show it.

describe("the results of both resources, right after an apply", () => {
  let on: Bench;
  let source: string;
  beforeEach(async () => {
    on = await bench();
    const path = join(on.workspace.folder, "payments.bin");
    await writeFile(path, randomBytes(32), { mode: 0o600 });
    source = `file:${path}?encoding=raw`;
  });
  afterEach(() => on.close());

  const outputs = (type: string, names: readonly string[]): string =>
    names.map((name) => `output "${type}_${name}" {\n  value = ${type}.this.${name}\n  sensitive = true\n}`).join("\n");
  const write = (keyLines = "", materialLines = ""): Promise<void> =>
    on.write(`
      resource "byok_external_key" "this" {
        ${keyLines}
      }
      resource "byok_imported_key_material" "this" {
        key_arn             = byok_external_key.this.arn
        key_material_source = "${source}"
        ${materialLines}
      }
      ${outputs("byok_external_key", Object.keys(externalKeySchema.attributes))}
      ${outputs(
        "byok_imported_key_material",
        Object.entries(importedKeyMaterialSchema.attributes).flatMap(([name, { options }]) =>
          options.writeOnly ? [] : [name],
        ),
      )}`);
  /** What two further plans show; nothing where they are empty, outputs included. */
  const changes = async (): Promise<string> => {
    let shown = "";
    for (const how of ["-refresh=true", "-refresh=false"]) {
      const run = await on.workspace.run(["plan", "-no-color", "-input=false", "-detailed-exitcode", how]);
      if (run.exitCode !== 0) shown += `${run.exitCode} ${run.stdout}${run.stderr}`;
    }
    return shown;
  };

  it.each<[string, string, string]>([
    ["as simple as can be", "", ""],
    ["with a lifetime", "", `valid_for = "90d"`],
    [
      "Disabled, with everything managed",
      `enabled = false\n description = "d"\n tags = { a = "b" }`,
      `valid_for = "90d"`,
    ],
    ["replicable", "multi_region = true", ""],
  ])("leave the next plan empty: %s", async (_what, keyLines, materialLines) => {
    await write(keyLines, materialLines);
    await on.workspace.apply();
    expect(await changes()).toBe("");
  });

  it("leave it empty where the key is enabled and disabled", async () => {
    await write();
    await on.workspace.apply();
    for (const line of ["enabled = false", "enabled = true", ""]) {
      await write(line);
      await on.workspace.apply();
      expect(await changes()).toBe("");
    }
  });

  it("can be asserted on by terraform test", async () => {
    await write();
    await writeFile(
      join(on.workspace.folder, "main.tftest.hcl"),
      `run "apply" {
        assert {
          condition     = byok_imported_key_material.this.key_state == "Enabled"
          error_message = "not Enabled"
        }
      }
      run "again" {
        command = plan
        assert {
          condition     = output.byok_imported_key_material_key_state == "Enabled" && !output.byok_external_key_pending_deletion
          error_message = "stale"
        }
      }`,
    );
    const run = await on.workspace.run(["test", "-no-color"]);
    expect(`${run.exitCode}${run.exitCode === 0 ? "" : `${run.stdout}${run.stderr}`}`).toBe("0");
  });
});
