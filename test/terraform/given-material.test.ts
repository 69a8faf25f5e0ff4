import { randomBytes } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { ConfigInput, ResourceInstance } from "../../src/terraform/plugin/testing/host";
import { mistakes } from "../engine/mistaken-forms";
import { inFolder } from "../material-sources/folder";
import { type ByokHost, byokHost, refusal, textIn } from "../support/byok-host";
import { bench, type Bench } from "../support/byok-terraform";
import { plaintext } from "../support/life";

describe("key material that is empty", () => {
  let on: ByokHost;
  let key: ResourceInstance;
  let material: ResourceInstance;
  let bytes: string;
  beforeEach(async () => {
    on = await byokHost();
    key = on.host.resource("byok_external_key");
    material = on.host.resource("byok_imported_key_material");
    bytes = randomBytes(32).toString("base64");
    await key.applyAndSettle({});
  });
  afterEach(() => on.close());

  const config = (more: ConfigInput): ConfigInput => ({ key_arn: textIn(key, "arn"), valid_for: "90d", ...more });

  it.each<[string, ConfigInput, RegExp, string]>([
    ["an empty value", { key_material_wo: "" }, /`key_material_wo` is empty/, "key_material_wo"],
    ["a value of a line end", { key_material_wo: "\n" }, /`key_material_wo` is empty/, "key_material_wo"],
    ["an empty source", { key_material_source: "" }, /No key material is given/, "key_material_source"],
    ["both empty", { key_material_wo: "", key_material_source: "" }, /`key_material_wo` is empty/, "key_material_wo"],
    [
      "an empty value beside an empty variable",
      { key_material_wo: "", key_material_source: "env:BYOK_MATERIAL_EMPTY" },
      /variable BYOK_MATERIAL_EMPTY is empty/,
      "key_material_source",
    ],
  ])("counts as absent: %s", async (_, empty, why, at) => {
    process.env["BYOK_MATERIAL_EMPTY"] = "";
    // New: a warning that an apply will need it, which then is an error on the argument.
    const first = await material.plan(config(empty));
    expect(first.warnings.map(({ detail }) => detail)).toEqual([expect.stringMatching(why)]);
    expect(await refusal(material.apply(config(empty)))).toEqual([{ at, detail: expect.stringMatching(why) }]);
    expect(on.life.calls()).not.toContain("ImportKeyMaterial");

    await material.applyAndSettle(config({ key_material_wo: bytes }));
    const ciphertext = await on.life.encrypt(textIn(key, "arn"));
    await on.restart();
    // Healthy: nothing to do and nothing to say. Not other bytes than the key holds.
    const healthy = await material.plan(config(empty));
    expect([healthy.action, healthy.warnings]).toEqual(["no-op", []]);
    on.life.kms.clock.advance("91d");
    const lapsed = await material.plan(config(empty));
    expect([lapsed.action, lapsed.warnings.map(({ detail }) => detail).join(" ")]).toEqual([
      "update",
      expect.stringMatching(why),
    ]);
    expect(await refusal(material.apply(config(empty)))).toEqual([{ at, detail: expect.stringMatching(why) }]);
    await material.applyAndSettle(config({ ...empty, key_material_wo: bytes, key_material_source: null }));
    expect(await on.life.decrypt(ciphertext)).toBe(plaintext);
    // Terraform validates the configuration before it destroys.
    expect(await material.validate(config(empty))).toEqual([]);
    on.life.calls();
    await material.destroy();
    expect(on.life.calls()).not.toContain("DeleteImportedKeyMaterial");
  });

  it("does not hide the other argument", async () => {
    await inFolder(async (folder) => {
      await writeFile(join(folder, "key"), `${bytes}\n`, { mode: 0o600 });
      const source = `file:${folder}/key`;
      await material.applyAndSettle(config({ key_material_wo: "", key_material_source: source }));
      await on.restart({ material_access: "apply" });
      expect((await material.plan(config({ key_material_wo: "", key_material_source: source }))).action).toBe("no-op");
      await material.applyAndSettle(config({ key_material_wo: bytes, key_material_source: "" }));
      expect(await refusal(material.plan(config({ key_material_wo: bytes, key_material_source: source })))).toEqual([
        { at: "key_material_source", detail: expect.stringMatching(/both set/) },
      ]);
    });
  });
});

describe("key material in a form in which it is given by mistake", () => {
  let on: ByokHost;
  beforeAll(async () => {
    on = await byokHost();
  });
  afterAll(() => on.close());

  const arn = "arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab";

  it.each(mistakes.map(({ name, ...mistake }) => [name, mistake] as const))(
    "is named at plan: %s",
    async (_, { text, inSource, inline }) => {
      const material = on.host.resource("byok_imported_key_material");
      const said = (config: ConfigInput) => refusal(material.plan({ key_arn: arn, ...config }));
      if (inline !== null) {
        const [error, ...others] = await said({ key_material_wo: String(text) });
        expect([error, others]).toEqual([{ at: "key_material_wo", detail: expect.stringMatching(inline) }, []]);
      }
      await inFolder(async (folder) => {
        await writeFile(join(folder, "key"), text, { mode: 0o600 });
        if (inSource === null) return;
        const [error, ...others] = await said({ key_material_source: `file:${folder}/key` });
        expect([error, others]).toEqual([{ at: "key_material_source", detail: expect.stringMatching(inSource) }, []]);
      });
    },
  );

  it.each([
    ["a path", "keys/payments.pem"],
    ["an absolute path", "/etc/keys/payments"],
    ["a path of a shell", "~/payments.bin"],
    ["a path of Windows", String.raw`C:\keys\payments.bin`],
  ])("is named at plan where a source should be: %s", async (_, source) => {
    const material = on.host.resource("byok_imported_key_material");
    expect(await refusal(material.plan({ key_arn: arn, key_material_source: source }))).toEqual([
      {
        at: "key_material_source",
        detail: expect.stringMatching(/looks like the path of a file: write `file:` before it/),
      },
    ]);
  });

  it("is a bare number of an ECC key", async () => {
    const key = on.host.resource("byok_external_key");
    await key.apply({ key_spec: "ECC_NIST_P256" });
    const material = on.host.resource("byok_imported_key_material");
    const bytes = randomBytes(32).toString("base64");
    expect(await refusal(material.apply({ key_arn: textIn(key, "arn"), key_material_wo: bytes }))).toEqual([
      { at: "key_material_wo", detail: expect.stringMatching(/bare private number \(the scalar\).* SEC1 or PKCS#8/) },
    ]);
  });
});

describe("Terraform with a secret that a run may not see", () => {
  let on: Bench;
  beforeEach(async () => {
    on = await bench();
  });
  afterEach(() => on.close());
  jest.setTimeout(120_000);

  it("plans and destroys without it", async () => {
    await on.write(`
      variable "key" {
        type      = string
        ephemeral = true
      }
      resource "byok_external_key" "this" {}
      resource "byok_imported_key_material" "this" {
        key_arn         = byok_external_key.this.arn
        key_material_wo = var.key
      }`);
    const run = async (secret: string, ...args: string[]) => {
      const { exitCode, stdout, stderr } = await on.workspace.run([...args, "-no-color", "-input=false"], {
        TF_VAR_key: secret,
      });
      return { exitCode, printed: `${stdout}${stderr}` };
    };
    const lines = randomBytes(32).toString("base64").replace(/.{20}/g, "$&\n");
    expect(await run(lines, "apply", "-auto-approve")).toMatchObject({ exitCode: 0 });
    expect(await run("", "plan", "-detailed-exitcode")).toMatchObject({ exitCode: 0 });
    expect(await run("", "destroy", "-auto-approve")).toMatchObject({ exitCode: 0 });
    const fresh = await run("", "plan", "-detailed-exitcode");
    expect(fresh).toMatchObject({ exitCode: 2, printed: expect.stringMatching(/`key_material_wo`\s+is\s+empty/) });
  });
});
