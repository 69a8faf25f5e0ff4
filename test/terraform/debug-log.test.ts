import { randomBytes } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { providerAddresses, providerBlock } from "../support/byok-terraform";
import { type Life, startLife } from "../support/life";
import { Workspace } from "../support/terraform";
import { terraformBinary } from "../support/terraform-binary";

const dist = join(__dirname, "../../dist");

describe("TF_LOG=debug, of the provider as it is built", () => {
  let life: Life;
  let workspace: Workspace;
  beforeAll(async () => {
    life = await startLife();
    const devOverrides = Object.fromEntries(providerAddresses.map((address) => [address, dist]));
    workspace = await Workspace.create({ terraform: await terraformBinary(), provider: { devOverrides } });
  });
  afterAll(async () => {
    await workspace.remove();
    await life.close();
  });

  it("shows each request with its id, how long it took and how it ended, and never contents", async () => {
    const bytes = randomBytes(32);
    await writeFile(join(workspace.folder, "payments.bin"), bytes);
    await workspace.write(`${providerBlock(life.kms.url)}
resource "byok_external_key" "this" {}
resource "byok_imported_key_material" "this" {
  key_arn             = byok_external_key.this.arn
  key_material_source = "file:${workspace.folder}/payments.bin?encoding=raw"
}`);
    const { exitCode, stderr } = await workspace.run(["apply", "-auto-approve", "-no-color"], { TF_LOG: "debug" });
    expect(exitCode).toBe(0);
    const lines = stderr.split("\n").filter((line) => line.includes("KMS request"));
    const operations = lines.map((line) => /operation=(\w+)/.exec(line)?.[1]);
    expect(operations).toEqual(expect.arrayContaining(["CreateKey", "GetParametersForImport", "ImportKeyMaterial"]));
    expect(operations).toHaveLength(life.calls().length);
    for (const line of lines) {
      expect(line).toMatch(/\[DEBUG\] {1,2}provider\.terraform-provider-byok/);
      for (const field of [
        /service=kms/,
        /outcome=ok/,
        /durationMs=\d+/,
        /region=eu-central-1/,
        /requestId=[\w-]{36}/,
      ]) {
        expect(line).toMatch(field);
      }
      expect(line.length).toBeLessThan(400);
    }
    expect(stderr).not.toContain(bytes.toString("base64").slice(0, -2));
  });
});
