import { randomBytes } from "node:crypto";
import { KeyMaterial } from "../../src/engine/key-material";
import { type Bench, bench } from "../support/byok-terraform";
import { plaintext } from "../support/life";
import { heldByOpenssl } from "../support/openssl-wrap";

const configured = (source: string, more = ""): string => `
resource "byok_external_key" "this" {}

resource "byok_imported_key_material" "this" {
  key_arn             = byok_external_key.this.arn
  key_material_source = "${source}"
  valid_for           = "90d"
  ${more}
}
`;

describe("under terraform, material that a command holds and wraps", () => {
  let on: Bench;
  beforeEach(async () => {
    on = await bench();
  });
  afterEach(() => on.close());

  it("is imported, lapses, comes back, and is held to its fingerprint", async () => {
    const bytes = randomBytes(32);
    const { fingerprint } = KeyMaterial.take(Buffer.from(bytes));
    const source = await heldByOpenssl(on.workspace.folder, bytes);
    await on.write(configured(source));
    const { run } = await on.workspace.plan();
    expect(run.stdout).toContain(fingerprint);
    await on.workspace.apply();
    await on.settled();
    const { arn = "" } = (await on.workspace.attributes("byok_external_key.this")) as { arn?: string };
    const ciphertext = await on.life.encrypt(arn);

    on.life.kms.clock.advance("91d");
    expect(await on.life.decrypt(ciphertext)).toBe("KMSInvalidStateException");
    await on.workspace.apply();
    expect(await on.life.decrypt(ciphertext)).toBe(plaintext);
    await on.settled();

    await heldByOpenssl(on.workspace.folder, randomBytes(32));
    on.life.kms.clock.advance("91d");
    const other = await on.workspace.run(["plan", "-no-color"]);
    expect(other.exitCode).toBe(1);
    expect(other.stderr.replaceAll(/\s*│?\s+/g, " ")).toContain("[different_material] These are other bytes");
  });

  it("is not asked for what it cannot do", async () => {
    const source = await heldByOpenssl(on.workspace.folder, randomBytes(32));
    await on.write(configured(source, `wrapping_algorithm = "RSA_AES_KEY_WRAP_SHA_256"`));
    const refused = await on.workspace.run(["apply", "-no-color", "-auto-approve"]);
    expect(refused.exitCode).toBe(1);
    expect(refused.stderr).toContain("[unsupported_wrapping]");
  });
});
