import "cdktf/lib/testing/adapters/jest";
import { randomBytes } from "node:crypto";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { families } from "./families";
import { newStack } from "./synthesis";
import { mirrorConfiguration, terraformCommand } from "./terraform-command";

const before = { ...process.env };
const bytes = randomBytes(32);
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "byok-cdktf-"));
  await terraformCommand(join(folder, "bin"));
  await writeFile(join(folder, "cli.tfrc"), mirrorConfiguration());
  await writeFile(join(folder, "payments.bin"), bytes);
  // The matchers hand the environment on as it is.
  Object.assign(process.env, {
    PATH: [join(folder, "bin"), process.env["PATH"]].join(delimiter),
    TF_CLI_CONFIG_FILE: join(folder, "cli.tfrc"),
    CHECKPOINT_DISABLE: "1",
    TF_VAR_bytes: bytes.toString("base64"),
    AWS_ACCESS_KEY_ID: "test",
    AWS_SECRET_ACCESS_KEY: "test",
  });
}, 300_000);

afterAll(async () => {
  process.env = before;
  await rm(folder, { recursive: true, force: true });
});

describe.each(families)("what $name synthesises, to the real engine", (family) => {
  const { byok, library } = family;
  beforeAll(() => library.Testing.setupJest());

  it("is valid and can be planned", async () => {
    const stack = newStack(family);
    const variable = new byok.KeyMaterialVariable(stack, "bytes");
    const single = new byok.ExternalKey(stack, "payments", { description: "payments", tags: { team: "payments" } });
    const material = new byok.ImportedKeyMaterial(stack, "material", {
      key: single,
      keyMaterialSource: `file:${join(folder, "payments.bin")}`,
      validFor: "90d",
      renewBefore: "30d",
      materialDescription: "first",
      wrappingAlgorithm: "RSAES_OAEP_SHA_256",
    });
    const several = new byok.MultiRegionExternalKey(stack, "everywhere", {
      regions: ["eu-central-1", "eu-west-1", "us-east-1"],
      keyMaterial: variable.stringValue,
      deletionWindowInDays: 7,
      enabled: true,
    });
    new library.TerraformOutput(stack, "status", { value: { single: material.status, ...several.status } });
    const outdir = library.Testing.fullSynth(stack);
    try {
      expect(outdir).toBeValidTerraform();
      expect(outdir).toPlanSuccessfully();
      const files = await readdir(outdir, { recursive: true, withFileTypes: true });
      for (const file of files.filter((one) => one.name.endsWith(".json"))) {
        const text = await readFile(join(file.parentPath, file.name));
        expect(text.includes(bytes.toString("base64"))).toBe(false);
      }
    } finally {
      await rm(outdir, { recursive: true, force: true });
    }
  }, 120_000);

  it("is valid for every KMS", async () => {
    const stack = newStack(family);
    const keys = [
      new byok.ExternalKey(stack, "alibaba", {
        kms: "alibaba",
        region: "cn-hangzhou",
        keySpec: "Aliyun_AES_256",
        protectionLevel: "HSM",
        deletionProtection: true,
      }),
      new byok.ExternalKey(stack, "qkms", { kms: "qkms" }),
      byok.ExternalKey.fromKeyArn(stack, "foreign", "acs:kms:cn-hangzhou:1234567890123456:key/key-hzz1234567890"),
    ];
    for (const [index, key] of keys.entries()) {
      new byok.ImportedKeyMaterial(stack, `material-${index}`, { key, keyMaterialSource: "env:BYTES" });
    }
    const outdir = library.Testing.fullSynth(stack);
    try {
      expect(outdir).toBeValidTerraform();
    } finally {
      await rm(outdir, { recursive: true, force: true });
    }
  }, 120_000);

  it("can be planned without the bytes", async () => {
    const stack = newStack(family);
    const absent = new byok.KeyMaterialVariable(stack, "not_given");
    const key = new byok.ExternalKey(stack, "payments");
    new byok.ImportedKeyMaterial(stack, "material", { key, keyMaterial: absent.stringValue });
    const outdir = library.Testing.fullSynth(stack);
    try {
      expect(outdir).toPlanSuccessfully();
    } finally {
      await rm(outdir, { recursive: true, force: true });
    }
  }, 120_000);
});
