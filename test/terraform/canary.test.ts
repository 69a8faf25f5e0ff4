import { randomBytes } from "node:crypto";
import { readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Scan } from "../custody/scan";
import { type Bench, bench } from "../support/byok-terraform";

jest.setTimeout(120_000);

describe("known bytes", () => {
  let on: Bench;
  beforeEach(async () => {
    on = await bench();
  });
  afterEach(async () => {
    delete process.env["BYOK_CANARY"];
    await on.close();
  });

  it("are in no state, backup, plan, trace or output, from whatever source they come", async () => {
    const { folder } = on.workspace;
    const [raw, inHex, inBase64, ephemeral, variable, printed] = Array.from({ length: 6 }, () => randomBytes(32)) as [
      Buffer,
      Buffer,
      Buffer,
      Buffer,
      Buffer,
      Buffer,
    ];
    const given = new Set(["raw.bin", "hex.txt", "base64.txt", "printed.txt", "other.bin"]);
    await writeFile(join(folder, "raw.bin"), raw, { mode: 0o600 });
    await writeFile(join(folder, "hex.txt"), inHex.toString("hex"), { mode: 0o600 });
    await writeFile(join(folder, "base64.txt"), inBase64.toString("base64"), { mode: 0o600 });
    await writeFile(join(folder, "printed.txt"), printed, { mode: 0o600 });
    process.env["BYOK_CANARY"] = variable.toString("base64");
    const sources = {
      raw: `file:${folder}/raw.bin?encoding=raw`,
      hex: `file:${folder}/hex.txt?encoding=hex`,
      base64: `file:${folder}/base64.txt?encoding=base64`,
      variable: "env:BYOK_CANARY?encoding=base64",
      printed: `exec:/bin/cat ${folder}/printed.txt?encoding=raw`,
    };
    const configuration = (more = ""): string => `
      variable "bytes" {
        type      = string
        ephemeral = true
        sensitive = true
      }
      ${[...Object.keys(sources), "wo"].map((name) => `resource "byok_external_key" "${name}" {}`).join("\n")}
      ${Object.entries(sources)
        .map(
          ([name, uri]) => `
      resource "byok_imported_key_material" "${name}" {
        key_arn             = byok_external_key.${name}.arn
        key_material_source = "${uri}"
        valid_for           = "90d"
      }`,
        )
        .join("\n")}
      resource "byok_imported_key_material" "wo" {
        key_arn         = byok_external_key.wo.arn
        key_material_wo = var.bytes
        valid_for       = "90d"
        ${more}
      }`;
    const canaries = [raw, inHex, inBase64, ephemeral, variable, printed];
    const outputs: string[] = [];
    const run = async (...args: string[]): Promise<number> => {
      const traced = { TF_LOG: "trace", TF_LOG_PROVIDER: "trace", TF_VAR_bytes: secret };
      const { exitCode, stdout, stderr } = await on.workspace.run(args, traced);
      outputs.push(stdout, stderr);
      return exitCode;
    };
    let secret = ephemeral.toString("base64");

    await on.write(configuration());
    expect(await run("plan", "-no-color", "-input=false", "-out=a.tfplan")).toBe(0);
    expect(await run("apply", "-no-color", "-input=false", "a.tfplan")).toBe(0);
    on.life.kms.clock.advance("91d");
    expect(await run("plan", "-no-color", "-input=false", "-out=b.tfplan")).toBe(0);
    expect(await run("show", "-json", "b.tfplan")).toBe(0);
    expect(await run("apply", "-no-color", "-input=false", "-json", "b.tfplan")).toBe(0);
    expect(await run("show", "-json")).toBe(0);
    expect(await run("state", "pull")).toBe(0);

    // What goes wrong shows nothing either: other bytes, bytes that are none, a refusal by the KMS.
    const other = randomBytes(32);
    canaries.push(other);
    secret = other.toString("base64");
    expect(await run("plan", "-no-color", "-input=false")).toBe(1);
    secret = `${ephemeral.toString("base64")}!`;
    expect(await run("plan", "-no-color", "-input=false")).toBe(1);
    secret = ephemeral.toString("base64");
    on.life.kms.faults.add({
      operation: "ImportKeyMaterial",
      kind: "error",
      code: "IncorrectKeyMaterialException",
      times: 99,
    });
    await on.write(configuration(`material_description = "again"`));
    expect(await run("apply", "-no-color", "-input=false", "-auto-approve")).toBe(1);

    const files = (await readdir(folder, { recursive: true })).filter((name) => !given.has(name));
    expect(files).toEqual(
      expect.arrayContaining(["terraform.tfstate", "terraform.tfstate.backup", "a.tfplan", "b.tfplan"]),
    );
    const scan = new Scan(canaries.map((bytes, index) => ({ name: String(index), bytes })));
    await scan.folder(folder, new Set([...given].map((name) => join(folder, name))));
    for (const text of outputs) scan.content({ kind: "standard output", name: "output" }, Buffer.from(text));
    expect(outputs.some((text) => text.includes("PlanResourceChange"))).toBe(true);
    expect(scan.report().leaks).toEqual([]);
  });
});
