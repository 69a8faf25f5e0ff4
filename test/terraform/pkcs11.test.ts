import { chmod, copyFile, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { addonName } from "../../src/pkcs11/koffi";
import { koffiAddon } from "../../src/pkcs11/koffi-addon";
import { attribute } from "../../src/pkcs11/constants";
import { describeWithSofthsm, extractable, type SofthsmToken, softhsmToken } from "../pkcs11/softhsm";
import { providerAddresses, providerBlock } from "../support/byok-terraform";
import { type Life, plaintext, startLife } from "../support/life";
import { terraformBinary } from "../support/terraform-binary";
import { Workspace } from "../support/terraform";

const configured = (source: string, more = ""): string => `
resource "byok_external_key" "this" {}

resource "byok_imported_key_material" "this" {
  key_arn             = byok_external_key.this.arn
  key_material_source = "${source}"
  valid_for           = "90d"
  ${more}
}
`;

describeWithSofthsm("under terraform, a key that never leaves its PKCS#11 token", (module) => {
  let life: Life;
  let token: SofthsmToken;
  let workspace: Workspace;
  let provider: string;

  beforeAll(async () => {
    // As a mirror has it: the script and the addon, far from node_modules.
    provider = await mkdtemp(join(tmpdir(), "byok-provider-"));
    const script = join(provider, "terraform-provider-byok");
    await copyFile(join(__dirname, "../../dist/terraform-provider-byok"), script);
    await chmod(script, 0o755);
    await copyFile(koffiAddon(process.platform, process.arch) ?? "", join(provider, addonName));
    token = await softhsmToken(module);
    for (const label of ["payments", "other"])
      token.generateAes([...extractable(label), [attribute.sign, true], [attribute.valueLen, 32]]);
    life = await startLife();
    workspace = await Workspace.create({
      terraform: await terraformBinary(),
      provider: { devOverrides: Object.fromEntries(providerAddresses.map((address) => [address, provider])) },
      environment: { SOFTHSM2_CONF: token.env["SOFTHSM2_CONF"] ?? "" },
    });
  });
  afterAll(async () => {
    await workspace?.remove();
    await life?.close();
    await token?.remove();
    await rm(provider, { recursive: true, force: true });
  });

  const write = (label: string, more = ""): Promise<void> =>
    workspace.write(`${providerBlock(life.kms.url)}\n${configured(token.uri(`object=${label}`), more)}`);

  it("is imported, lapses, comes back, and is not taken for another", async () => {
    await write("payments");
    await workspace.apply();
    const { arn = "" } = (await workspace.attributes("byok_external_key.this")) as { arn?: string };
    const ciphertext = await life.encrypt(arn);
    life.kms.clock.advance("91d");
    expect(await life.decrypt(ciphertext)).toBe("KMSInvalidStateException");
    await workspace.apply();
    expect(await life.decrypt(ciphertext)).toBe(plaintext);

    await write("other");
    const other = await workspace.run(["plan", "-no-color"]);
    expect(other.exitCode).toBe(1);
    expect(other.stderr.replaceAll(/\s*│?\s+/g, " ")).toContain("[different_material] These are other bytes");
  });

  it("is not asked for an algorithm that its token does not do", async () => {
    await write("payments", `wrapping_algorithm = "RSA_AES_KEY_WRAP_SHA_256"`);
    life.kms.clock.advance("91d");
    const refused = await workspace.run(["apply", "-no-color", "-auto-approve"]);
    expect(refused.exitCode).toBe(1);
    expect(refused.stderr).toContain("[unsupported_wrapping]");
  });
});
