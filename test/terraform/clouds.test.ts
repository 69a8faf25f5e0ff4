import { randomBytes } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type Bench, bench } from "../support/byok-terraform";
import { plaintext } from "../support/life";
import { parseAlibabaKeyArn } from "../../src/kms/alibaba/arn";
import { sendV3 } from "../emulator/alibaba/support";
import { askQkms } from "../support/qkms";

const root = join(__dirname, "../..");

describe("the same two resources on all three services", () => {
  let on: Bench;
  beforeEach(async () => {
    on = await bench();
    await writeFile(join(on.workspace.folder, "ledger.bin"), randomBytes(32), { mode: 0o600 });
  });
  afterEach(() => on.close());

  const clouds = (role = ""): string => `
    alibaba {
      region     = "cn-hangzhou"
      access_key = "test"
      secret_key = "test"
      endpoint   = "${on.life.kms.url}"
      ${role}
    }
    qkms {
      access_key = "test"
      secret_key = "test"
      endpoint   = "${on.life.kms.qkmsUrl}"
    }`;
  const text = Buffer.from(plaintext).toString("base64");

  it("imports one set of bytes into each, sees each lapse, and brings the same bytes back", async () => {
    const each = ["aws", "alibaba", "qkms"].map(
      (kms) => `
resource "byok_external_key" "${kms}" {
  kms         = "${kms}"
  description = "ledger"
  tags        = { team = "ledger" }
}
resource "byok_imported_key_material" "${kms}" {
  key_arn             = byok_external_key.${kms}.arn
  key_material_source = "file:${on.workspace.folder}/ledger.bin?encoding=raw"
  valid_for           = "90d"
  renew_before        = "30d"
}`,
    );
    await on.write(each.join("\n"), clouds());
    await on.workspace.apply();
    await on.settled();
    const material = (kms: string) => on.workspace.attributes(`byok_imported_key_material.${kms}`);
    const arns = { aws: "", alibaba: "", qkms: "" };
    const fingerprints = new Set<unknown>();
    for (const kms of ["aws", "alibaba", "qkms"] as const) {
      const state = await material(kms);
      arns[kms] = String(state["key_arn"]);
      fingerprints.add(state["fingerprint"]);
      expect(state).toMatchObject({ verified: true, material_state: "imported" });
    }
    expect(fingerprints.size).toBe(1);

    const { kms } = on.life;
    const awsText = await on.life.encrypt(arns.aws);
    const { keyId } = parseAlibabaKeyArn(arns.alibaba);
    const alibabaText = await sendV3(kms, "Encrypt", { KeyId: keyId, Plaintext: text });
    const qkmsText = await askQkms(kms, "Encrypt", { KeyId: arns.qkms, Plaintext: text }, { path: "/qkms" });
    const opened = async (): Promise<unknown[]> => [
      await on.life.decrypt(awsText),
      (await sendV3(kms, "Decrypt", { CiphertextBlob: String(alibabaText.body["CiphertextBlob"]) })).body["Plaintext"],
      (await askQkms(kms, "Decrypt", { CiphertextBlob: qkmsText.body["CiphertextBlob"] })).body["Plaintext"],
    ];
    expect(await opened()).toEqual([plaintext, text, text]);

    kms.clock.advance("61d");
    const due = await on.workspace.plan();
    expect(due.run.stdout.match(/renewal due since/g)?.length).toBeGreaterThanOrEqual(3);
    expect(due.run.stdout.replace(/\s+/g, " ")).toContain("only into an empty key");
    await on.workspace.apply();
    await on.settled();
    expect(await opened()).toEqual([plaintext, text, text]);

    kms.clock.advance("91d");
    expect(await opened()).not.toContain(text);
    const lapsed = await on.workspace.changes();
    expect([...lapsed.values()].map(({ actions }) => actions.join())).toEqual(["update", "update", "update"]);
    await on.workspace.apply();
    await on.settled();
    expect(await opened()).toEqual([plaintext, text, text]);
    await on.workspace.destroy();
  });

  it("looks up keys of each by their ARNs", async () => {
    const keys = ["aws", "alibaba", "qkms"].map(
      (kms) => `
resource "byok_external_key" "${kms}" {
  kms         = "${kms}"
  description = "ledger on ${kms}"
  tags        = { team = "ledger" }
}
data "byok_external_key" "${kms}" {
  key_id = byok_external_key.${kms}.arn
}`,
    );
    await on.write(keys.join("\n"), clouds());
    await on.workspace.apply();
    await on.settled();
    for (const kms of ["aws", "alibaba", "qkms"]) {
      const { arn, region } = await on.workspace.attributes(`byok_external_key.${kms}`);
      expect(await on.workspace.attributes(`data.byok_external_key.${kms}`)).toMatchObject({
        arn,
        region,
        origin: "EXTERNAL",
        description: `ledger on ${kms}`,
        key_state: "PendingImport",
        key_materials: [],
        tags: { team: "ledger" },
      });
    }
  });

  it("forbids the moment without material where that is wished", async () => {
    const configuration = (lifetime: string) => `
resource "byok_external_key" "this" {
  kms = "qkms"
}
resource "byok_imported_key_material" "this" {
  key_arn             = byok_external_key.this.arn
  key_material_source = "file:${on.workspace.folder}/ledger.bin?encoding=raw"
  valid_for           = "${lifetime}"
  allow_interruption  = false
}`;
    await on.write(configuration("90d"), clouds());
    await on.workspace.apply();
    await on.write(configuration("120d"), clouds());
    const refused = await on.workspace.run(["apply", "-auto-approve", "-no-color"]);
    expect(refused.exitCode).toBe(1);
    expect(refused.stdout + refused.stderr).toContain("allow_interruption");
    await on.write(configuration("90d"), clouds());
    await on.settled();
  });

  it("refuses at the plan what a service does not have", async () => {
    for (const [argument, words] of [
      [`kms = "alibaba"\n  multi_region = true`, "multi-Region"],
      [`kms = "alibaba"\n  key_spec = "HMAC_256"`, "HMAC_256"],
      [`kms = "qkms"\n  key_spec = "RSA_2048"`, "RSA_2048"],
      [`dkms_instance_id = "kst-x"`, "dkms_instance_id"],
      [`deletion_window_in_days = 60`, "30"],
    ] as const) {
      await on.write(`resource "byok_external_key" "this" {\n  ${argument}\n}`, clouds());
      const { exitCode, stdout, stderr } = await on.workspace.run(["plan", "-no-color"]);
      expect([exitCode, stdout + stderr]).toEqual([1, expect.stringContaining(words)]);
    }
  });

  it("takes a RAM role for Alibaba Cloud", async () => {
    const key = `resource "byok_external_key" "this" {\n  kms = "alibaba"\n}`;
    const role = (name: string, seconds: number) => `assume_role {
        role_arn           = "acs:ram::9999888877776666:role/${name}"
        session_name       = "ledger"
        session_expiration = ${seconds}
      }`;
    await on.write(key, clouds(role("importer", 60)));
    const tooShort = await on.workspace.run(["plan", "-no-color"]);
    expect(tooShort.exitCode).toBe(1);
    expect(tooShort.stdout + tooShort.stderr).toContain("session_expiration");

    await on.write(key, clouds(role("absent", 900)));
    const absent = await on.workspace.run(["apply", "-auto-approve", "-no-color"]);
    expect(absent.exitCode).toBe(1);
    expect(absent.stdout + absent.stderr).toContain("role_arn");

    await on.write(key, clouds(role("importer", 900)));
    await on.workspace.apply();
    const { arn } = await on.workspace.attributes("byok_external_key.this");
    expect(arn).toContain("9999888877776666");
    const names = on.life.kms.requests
      .all()
      .filter(({ accessKeyId }) => accessKeyId === "test")
      .map(({ operation }) => operation);
    expect(new Set(names)).toEqual(new Set(["AssumeRole"]));
    await on.workspace.destroy();
  });

  it("runs the example of one set of bytes in two clouds", async () => {
    const example = await readFile(join(root, "examples/terraform/two-clouds/main.tf"), "utf8");
    await on.workspace.write(example);
    const { url } = on.life.kms;
    const environment = {
      AWS_ENDPOINT_URL_KMS: url,
      AWS_ENDPOINT_URL_STS: url,
      AWS_ACCESS_KEY_ID: "test",
      AWS_SECRET_ACCESS_KEY: "test",
      ALIBABA_CLOUD_KMS_ENDPOINT: url,
      ALIBABA_CLOUD_ACCESS_KEY_ID: "test",
      ALIBABA_CLOUD_ACCESS_KEY_SECRET: "test",
    };
    // The provider is served by this process, so it is here that it looks for them.
    const before = { ...process.env };
    Object.assign(process.env, environment);
    try {
      await on.workspace.apply();
      const [aws, alibaba] = [
        await on.workspace.attributes("byok_imported_key_material.aws"),
        await on.workspace.attributes("byok_imported_key_material.alibaba"),
      ];
      expect(aws["fingerprint"]).toBe(alibaba["fingerprint"]);
      await on.settled();
    } finally {
      process.env = before;
    }
  });
});
