import { randomBytes } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type Bench, bench } from "../support/byok-terraform";
import { plaintext } from "../support/life";

const key = `
resource "byok_external_key" "this" {
  description = "payments"
}
`;
const material = (folder: string, more = "") => `
resource "byok_imported_key_material" "this" {
  key_arn             = byok_external_key.this.arn
  key_material_source = "file:${folder}/payments.bin?encoding=raw"
  ${more}
}
`;

describe("a key's life under terraform", () => {
  let on: Bench;
  beforeEach(async () => {
    on = await bench();
    await writeFile(join(on.workspace.folder, "payments.bin"), randomBytes(32), { mode: 0o600 });
  });
  afterEach(() => on.close());

  it("is created with material, expires, is planned with its reason, and is repaired", async () => {
    await on.write(key + material(on.workspace.folder, `valid_for = "90d"`));
    await on.workspace.apply();
    await on.settled();
    const { arn = "" } = (await on.workspace.attributes("byok_external_key.this")) as { arn?: string };
    const ciphertext = await on.life.encrypt(arn);

    on.life.kms.clock.advance("91d");
    const { run } = await on.workspace.plan();
    expect(run.stdout).toContain("will be updated in-place");
    expect(run.stdout).toMatch(/imported again: expired on/);
    expect(await on.life.decrypt(ciphertext)).toBe("KMSInvalidStateException");
    await on.workspace.apply();
    expect(await on.life.decrypt(ciphertext)).toBe(plaintext);
    await on.settled();
    await on.workspace.destroy();
  });
});
