import { randomBytes } from "node:crypto";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { DescribeKeyCommand, RotateKeyOnDemandCommand, TagResourceCommand } from "@aws-sdk/client-kms";
import { applyMaterial } from "../../src/engine/imported-key-material";
import { awsProvider } from "../support/aws-provider";
import { type Bench, bench } from "../support/byok-terraform";
import { type Guide, guide, inShell, writeGuideFile } from "../support/guide";
import { newKey, settings } from "../support/imported-key";
import { bytesSource, plaintext } from "../support/life";
import { importNewMaterial } from "../support/new-material";

jest.setTimeout(120_000);

let on: Bench;
const bytes = randomBytes(32);
const before = { ...process.env };

/** The provider is served by this process and takes from its environment what the guides leave to that. */
beforeEach(async () => {
  on = await bench({}, { aws: awsProvider() });
  Object.assign(process.env, {
    AWS_ENDPOINT_URL_KMS: on.life.kms.url,
    AWS_ENDPOINT_URL_STS: on.life.kms.url,
    AWS_ACCESS_KEY_ID: "AKIAENGINE",
    AWS_SECRET_ACCESS_KEY: "engine",
  });
});
afterEach(async () => {
  process.env = { ...before };
  await on.close();
});

const keys = (): string => join(on.workspace.folder, "keys");
const give = async (): Promise<void> => {
  await mkdir(keys(), { recursive: true });
  await writeFile(join(keys(), "payments.bin"), bytes);
};
const takeAway = (): Promise<void> => rm(keys(), { recursive: true });
const run = async (script: string, exitCode = 0): Promise<string> => {
  const ended = await inShell(on.workspace, script);
  const text = ended.stdout + ended.stderr;
  expect(`${ended.exitCode} ${text}`).toMatch(new RegExp(`^${exitCode} `));
  return text;
};
const writes = (): string[] => on.life.calls().filter((call) => !/^(Describe|List|Get)/.test(call));

describe("the guide to scheduled renewal", () => {
  let page: Guide;
  beforeEach(async () => {
    page = guide("renewal.md");
    // Sources are given by a path relative to where Terraform runs, and the provider runs in this process.
    const main = page.files.get("main.tf")?.replace("file:keys/", `file:${keys()}/`) ?? "";
    await on.workspace.write(main);
    await give();
    await on.workspace.apply();
    await takeAway();
    on.life.calls();
  });

  it("does what it says", async () => {
    const ciphertext = await on.life.encrypt(
      String((await on.workspace.attributes("byok_external_key.payments"))["arn"]),
    );
    const detect = page.command("terraform plan");
    await run(detect);
    on.life.kms.clock.advance("61d");
    // The trap that the guide names.
    const plain = await run("terraform plan -no-color -detailed-exitcode");
    expect(plain).toContain("Key Material Renewal Due");
    await run(detect, 2);
    expect(await run(page.command("terraform show"))).toBe("true\n");
    await give();
    await run(page.command("terraform apply"));
    expect(writes()).toEqual(["ImportKeyMaterial"]);
    await run(detect);
    on.life.kms.clock.advance("61d");
    expect(await on.life.decrypt(ciphertext)).toBe(plaintext);
  });

  it("lets nothing but imports through", async () => {
    on.life.kms.clock.advance("61d");
    const { arn } = await on.workspace.attributes("byok_external_key.payments");
    const main = page.files.get("main.tf")?.replace("file:keys/", `file:${keys()}/`) ?? "";
    for (const changed of [
      main.replace(`description = "Payments"`, `description = "Invoices"`),
      main.replace(`"90d"`, `"30d"`).replace(/renew_before.*/, ""),
      main.replace(/resource "byok_imported[^]*$/, ""),
      main.replace(`description = "Payments"`, `key_spec = "HMAC_256"`),
    ]) {
      await on.workspace.write(changed);
      await run(page.command("terraform plan"), 2);
      expect(await run(page.command("terraform show"), 1)).toBe("false\n");
    }
    expect(arn).toMatch(/^arn:/);
    expect(writes()).toEqual([]);
  });

  it("imports no other bytes", async () => {
    on.life.kms.clock.advance("61d");
    await run(page.command("terraform plan"), 2);
    await give();
    await writeFile(join(keys(), "payments.bin"), randomBytes(32));
    expect(await run(page.command("terraform apply"), 1)).toContain("[different_material]");
    expect(writes()).toEqual([]);
  });
});

describe("the guide to moving from aws_kms_external_key", () => {
  it("does what it says, and old addresses by `.key_id` keep their values", async () => {
    const page = guide("migration.md");
    const { arn } = await newKey(on.life);
    await applyMaterial(on.life.run(), settings(arn), bytesSource(bytes), undefined);
    const KeyId = arn.slice(arn.lastIndexOf("/") + 1);
    await on.life.client().send(new TagResourceCommand({ KeyId, Tags: [{ TagKey: "stage", TagValue: "live" }] }));
    const ciphertext = await on.life.encrypt(arn);
    const old = `resource "aws_kms_external_key" "payments" {
      arn                     = "${arn}"
      key_material_base64     = "${bytes.toString("base64")}"
      deletion_window_in_days = 30
    }`;
    await on.workspace.write(old);
    await writeGuideFile(on.workspace, page, "outputs.tf");
    await on.workspace.apply();
    const output = async () => (await on.workspace.run(["output", "-raw", "payments_key_id"])).stdout;
    expect(await output()).toBe(KeyId);

    await give();
    const main = page.files.get("main.tf") ?? "";
    expect(main).toContain("moved {");
    await on.workspace.write(
      main
        .replace("file:keys/", `file:${keys()}/`)
        .replace(/arn:aws:kms:[\w:/-]+/, arn)
        .replace(`description             = "Payments"`, ""),
    );
    await on.workspace.write(
      (page.files.get("outputs.tf") ?? "").replace("aws_kms_external_key", "byok_external_key"),
      "outputs.tf",
    );
    on.life.calls();
    const planned = await run(`${page.command("terraform plan").trim()} -no-color`);
    expect(planned).toContain("has moved to byok_external_key.payments");
    expect(planned.replaceAll(/\s+/g, " ")).toContain("not verified");
    const text = await run(page.command("terraform show"));
    expect(text).toMatch(/^true\n/);
    expect(writes()).toEqual(["ImportKeyMaterial"]);
    await on.settled();
    expect(await output()).toBe(KeyId);
    expect(await on.workspace.state()).not.toContain(bytes.toString("base64"));
    expect(await on.workspace.attributes("byok_imported_key_material.payments")).toMatchObject({ verified: true });
    expect(await on.life.decrypt(ciphertext)).toBe(plaintext);
  });
});

describe("the guide to testing", () => {
  let page: Guide;
  beforeEach(async () => {
    page = guide("testing.md");
    await writeGuideFile(on.workspace, page, "main.tf");
  });

  it("shows what a mocked provider needs", async () => {
    await writeGuideFile(on.workspace, page, "tests/mocked.tftest.hcl");
    on.life.calls();
    expect(await run(page.command("terraform test -filter=tests/mocked"))).toContain("2 passed, 0 failed");
    expect(on.life.calls()).toEqual([]);
  });

  it("imports into the embedded KMS", async () => {
    const main = page.files.get("main.tf") ?? "";
    await on.workspace.write(main.replace("file:keys/", `file:${keys()}/`));
    await writeGuideFile(on.workspace, page, "outputs.tf");
    const name = "tests/emulator.tftest.hcl";
    const file = page.files.get(name)?.replace("http://127.0.0.1:8300", on.life.kms.url) ?? "";
    await mkdir(join(on.workspace.folder, "tests"));
    await on.workspace.write(file, name);
    expect(await run(page.command("mkdir -p keys"))).toContain("2 passed, 0 failed");
    const imports = on.life.kms.requests.since(0).filter(({ operation }) => operation === "ImportKeyMaterial");
    expect(imports).toHaveLength(2);
  });
});

describe("the guide to rotation", () => {
  const page = guide("rotation.md");
  const files = new Map<string, Buffer>();
  const place = async (...names: readonly string[]): Promise<void> => {
    await mkdir(keys(), { recursive: true });
    for (const name of names) {
      files.set(name, files.get(name) ?? randomBytes(32));
      await writeFile(join(keys(), name), files.get(name) ?? "");
    }
  };
  const write = (name: string): Promise<void> =>
    on.workspace.write((page.files.get(name) ?? "").replaceAll("file:keys/", `file:${keys()}/`), name);
  const arnOf = async (address: string): Promise<string> => String((await on.workspace.attributes(address))["arn"]);
  const nothing = (): Promise<string> => run("terraform plan -no-color -detailed-exitcode");

  it("rotates a key once and again, and keeps what was encrypted before", async () => {
    await place("payments-2027.bin", "payments-2028.bin", "payments-2029.bin");
    await write("main.tf");
    await on.workspace.apply();
    const arn = await arnOf("byok_external_key.payments");
    const ciphertexts = [await on.life.encrypt(arn)];
    await nothing();

    await write("rotation-2028.tf");
    on.life.calls();
    const plan = await run(page.command("terraform plan"), 2);
    expect(plan).toContain("2 to add, 0 to change, 0 to destroy");
    on.life.calls();
    await run(page.command("terraform apply"));
    // Beside those by which the apply plans again.
    expect(writes()).toEqual(["ImportKeyMaterial", "RotateKeyOnDemand"]);
    await nothing();
    ciphertexts.push(await on.life.encrypt(arn));

    await write("rotation-2029.tf");
    await on.workspace.apply();
    await nothing();
    ciphertexts.push(await on.life.encrypt(arn));

    on.life.kms.clock.advance("100d");
    const lapsed = await run("terraform plan -no-color -detailed-exitcode", 2);
    expect(lapsed).toContain("0 to add, 3 to change, 0 to destroy");
    await on.workspace.apply();
    for (const ciphertext of ciphertexts) expect(await on.life.decrypt(ciphertext)).toBe(plaintext);
    await nothing();
  });

  it("rotates a key in several Regions", async () => {
    await place("payments-2027.bin", "payments-2028.bin");
    await write("main.tf");
    await write("regions.tf");
    await on.workspace.apply();
    await nothing();
    const [primary, replica] = [await arnOf("byok_external_key.primary"), await arnOf("byok_external_key.replica")];
    for (const [one, other] of [
      [undefined, "eu-west-1"],
      ["eu-west-1", undefined],
    ] as const) {
      const ciphertext = await on.life.encrypt(one === undefined ? primary : replica, one);
      expect(await on.life.decrypt(ciphertext, other)).toBe(plaintext);
    }
  });

  it("takes over a key that was rotated by hand", async () => {
    await place("first.bin", "second.bin");
    const { arn } = await newKey(on.life);
    const { record } = await applyMaterial(
      on.life.run(),
      settings(arn),
      bytesSource(files.get("first.bin") ?? bytes),
      undefined,
    );
    const old = await on.life.encrypt(arn);
    await importNewMaterial(on.life.client(), arn, files.get("second.bin") ?? bytes);
    await on.life.client().send(new RotateKeyOnDemandCommand({ KeyId: arn }));
    const second = (await on.life.client().send(new DescribeKeyCommand({ KeyId: arn }))).KeyMetadata
      ?.CurrentKeyMaterialId;
    const [provider = ""] = (page.files.get("main.tf") ?? "").split('resource "');
    await on.workspace.write(provider);
    const values = { key_arn: arn, first_id: record.materialId, second_id: second };
    const given = Object.entries(values).map(([name, value]) => `${name} = ${JSON.stringify(value)}`);
    await write("imports.tf");
    await on.workspace.write(given.join("\n"), "terraform.tfvars");
    await on.workspace.apply();
    const ids = [
      (await on.workspace.attributes("byok_imported_key_material.first"))["key_material_id"],
      (await on.workspace.attributes("byok_imported_key_material.second"))["key_material_id"],
    ];
    expect(ids).toEqual([record.materialId, second]);
    expect((await on.workspace.attributes("byok_imported_key_material.first"))["verified"]).toBe(true);
    await nothing();
    expect(await on.life.decrypt(old)).toBe(plaintext);
  });
});
