import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { KeyMaterial } from "../../src/engine/key-material";
import { type Bench, bench } from "../support/byok-terraform";
import { plaintext } from "../support/life";

const main = join(__dirname, "../../dist/src/cli/main.js");

describe("under terraform, material that was wrapped elsewhere", () => {
  let on: Bench;
  beforeEach(async () => {
    on = await bench();
    await writeFile(join(on.workspace.folder, "key.bin"), randomBytes(32), { mode: 0o600 });
  });
  afterEach(() => on.close());

  const byok = (...words: readonly string[]) =>
    promisify(execFile)(process.execPath, [main, ...words], {
      cwd: on.workspace.folder,
      env: { PATH: process.env["PATH"], AWS_ACCESS_KEY_ID: "AKIAENGINE", AWS_SECRET_ACCESS_KEY: "engine" },
    });

  const wrap = async (arn: string, fingerprint: string): Promise<void> => {
    await byok("params", "--endpoint", on.life.kms.url, "--out", "p.json", "--force", arn);
    await byok(
      "wrap",
      "p.json",
      "file:key.bin?encoding=raw",
      "--fingerprint",
      fingerprint,
      "--out",
      "w.json",
      "--force",
    );
  };

  it("is imported while its token is valid, and brought back by another file", async () => {
    const bytes = randomBytes(32);
    await writeFile(join(on.workspace.folder, "key.bin"), bytes);
    const { fingerprint } = KeyMaterial.take(bytes);
    const source = `wrapped:${join(on.workspace.folder, "w.json")}`;
    const key = `resource "byok_external_key" "this" {}\n`;
    const material = `
resource "byok_imported_key_material" "this" {
  key_arn             = byok_external_key.this.arn
  key_material_source = "${source}"
  fingerprint         = "${fingerprint}"
  valid_for           = "90d"
}
`;
    await on.write(key);
    await on.workspace.apply();
    const { arn = "" } = (await on.workspace.attributes("byok_external_key.this")) as { arn?: string };
    await wrap(arn, fingerprint);
    await on.write(key + material);
    const { run } = await on.workspace.plan();
    expect(run.stdout.replaceAll(/\s*│?\s+/g, " ")).toMatch(
      /was wrapped elsewhere, and this can be applied until 20\d\d-/,
    );
    await on.workspace.apply();
    const ciphertext = await on.life.encrypt(arn);
    await on.settled();

    // Healthy material asks nothing of a file that is of no use any more.
    on.life.kms.clock.advance("25h");
    await on.settled();
    expect((await on.workspace.plan()).run.stdout).not.toContain("wrapped elsewhere");

    on.life.kms.clock.advance("91d");
    const late = await on.workspace.run(["apply", "-no-color", "-auto-approve"]);
    expect(late.exitCode).toBe(1);
    expect(late.stderr.replaceAll(/\s*│?\s+/g, " ")).toMatch(
      /\[material_missing\].*import token expired on 20.*`byok params`/,
    );

    await wrap(arn, fingerprint);
    await on.workspace.apply();
    expect(await on.life.decrypt(ciphertext)).toBe(plaintext);
    await on.settled();
  });

  it("is refused for another key than it was wrapped for", async () => {
    const bytes = randomBytes(32);
    await writeFile(join(on.workspace.folder, "key.bin"), bytes);
    const { fingerprint } = KeyMaterial.take(bytes);
    await on.write(`resource "byok_external_key" "one" {}\nresource "byok_external_key" "two" {}\n`);
    await on.workspace.apply();
    const { arn = "" } = (await on.workspace.attributes("byok_external_key.one")) as { arn?: string };
    await wrap(arn, fingerprint);
    await on.write(`resource "byok_external_key" "one" {}
resource "byok_external_key" "two" {}
resource "byok_imported_key_material" "this" {
  key_arn             = byok_external_key.two.arn
  key_material_source = "wrapped:${join(on.workspace.folder, "w.json")}"
}
`);
    on.life.calls();
    const refused = await on.workspace.run(["apply", "-no-color", "-auto-approve"]);
    expect(refused.exitCode).toBe(1);
    expect(refused.stderr.replaceAll(/\s*│?\s+/g, " ")).toContain(`It was not wrapped for arn:`);
    expect(on.life.calls()).not.toContain("ImportKeyMaterial");
  });
});
