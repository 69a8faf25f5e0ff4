import { randomBytes } from "node:crypto";
import { CreateKeyCommand } from "@aws-sdk/client-kms";
import type { ConfigInput } from "../../src/terraform/plugin/testing/host";
import { awsBlock, type ByokHost, byokHost, refusal, textIn } from "../support/byok-host";
import { publishedPair } from "../support/published-keys";

const base64 = (length: number): string => randomBytes(length).toString("base64");
const arn = "arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab";

describe("wrong configuration gives one error, on its argument, with the remedy", () => {
  let on: ByokHost;
  beforeAll(async () => {
    on = await byokHost();
  });
  afterAll(() => on.close());
  beforeEach(async () => {
    on.life.kms.permissions.allow();
    on.life.kms.faults.clear();
    await on.restart();
  });

  const newKey = async (config: ConfigInput = {}): Promise<string> => {
    const key = on.host.resource("byok_external_key");
    await key.apply(config);
    return textIn(key, "arn");
  };

  it.each<[string, ConfigInput, string, RegExp]>([
    [
      "both kinds of bytes",
      { key_material_wo: base64(32), key_material_source: "env:BYOK_NONE" },
      "key_material_source",
      /Remove one/,
    ],
    ["base64 that is none", { key_material_wo: "not base64!" }, "key_material_wo", /base64/],
    ["base64 without its padding", { key_material_wo: base64(32).replace("=", "") }, "key_material_wo", /padd/],
    ["bytes of a length that no key has", { key_material_wo: base64(20) }, "key_material_wo", /16, 24/],
    ["no ARN", { key_arn: "alias/payments" }, "key_arn", /ARN of the key itself/],
    ["a fingerprint of no kind", { fingerprint: "sha256:00" }, "fingerprint", /cmac:/],
    [
      "another fingerprint than the bytes have",
      { fingerprint: `cmac:${"0".repeat(32)}`, key_material_wo: base64(32) },
      "key_material_wo",
      /correct `fingerprint`/,
    ],
    ["a source of no kind", { key_material_source: "http://example.com/key" }, "key_material_source", /file:/],
    ["two lifetimes", { valid_to: "2099-01-01T00:00:00Z", valid_for: "90d" }, "valid_for", /Set only one of them/],
    ["a date without a time zone", { valid_to: "2099-01-01T00:00:00" }, "valid_to", /zone|Z/],
    ["a lifetime without a unit", { valid_for: "90" }, "valid_for", /90d|unit/],
    ["a lifetime that is too long", { valid_for: "366d" }, "valid_for", /365 days/],
    ["a margin without a lifetime", { renew_before: "10d" }, "renew_before", /valid_for/],
    [
      "a margin beside a fixed date",
      { valid_to: "2099-01-01T00:00:00Z", renew_before: "10d" },
      "renew_before",
      /Set `valid_for`/,
    ],
    ["a margin as long as the lifetime", { valid_for: "10d", renew_before: "10d" }, "renew_before", /Shorten/],
    ["a wrapping of no kind", { wrapping_algorithm: "ROT13" }, "wrapping_algorithm", /RSAES_OAEP_SHA_256/],
    ["a deletion policy of no kind", { deletion_policy: "shred" }, "deletion_policy", /retain/],
  ])("key material: %s, while planning", async (_what, wrong, at, remedy) => {
    const material = on.host.resource("byok_imported_key_material");
    const before = on.life.calls().length;
    const errors = await refusal(material.plan({ key_arn: arn, ...wrong }));
    expect(errors).toEqual([{ at, detail: expect.stringMatching(remedy) }]);
    expect([before, on.life.calls().length]).toEqual([before, 0]);
  });

  it.each<[string, ConfigInput, RegExp]>([
    ["a date in the past", { valid_to: "2020-01-01T00:00:00Z" }, /later date/],
    ["a date too far ahead", { valid_to: "2099-01-01T00:00:00Z" }, /365 days/],
  ])("key material: %s, while planning, by the time of the KMS", async (_what, wrong, remedy) => {
    const material = on.host.resource("byok_imported_key_material");
    // Anyone who looks at the key learns the time of its KMS.
    const keyArn = await newKey();
    await on.host.readDataSource("byok_external_key", { key_id: keyArn });
    on.life.calls();
    const errors = await refusal(material.plan({ key_arn: keyArn, ...wrong }));
    expect(errors).toEqual([{ at: "valid_to", detail: expect.stringMatching(remedy) }]);
    expect(on.life.calls()).toEqual([]);
  });

  it.each<[string, ConfigInput, string, RegExp]>([
    ["an unknown spec", { key_spec: "AES_512" }, "key_spec", /SYMMETRIC_DEFAULT/],
    ["an unknown usage", { key_usage: "HASH" }, "key_usage", /ENCRYPT_DECRYPT/],
    ["a usage that the spec does not have", { key_usage: "SIGN_VERIFY" }, "key_usage", /Use ENCRYPT_DECRYPT/],
    ["a Region of no name", { region: "Frankfurt" }, "region", /eu-central-1/],
    ["a Region without its number", { region: "eu-central" }, "region", /must be a Region name, such as eu-central-1/],
    ["a Region of Alibaba's of no name", { kms: "alibaba", region: "hangzhou-1" }, "region", /such as cn-hangzhou/],
    ["a window that is too short", { deletion_window_in_days: 3 }, "deletion_window_in_days", /7/],
    ["a window that this KMS does not offer", { deletion_window_in_days: 60 }, "deletion_window_in_days", /7 to 30/],
    ["a policy that is no JSON", { policy: "allow all" }, "policy", /JSON/],
    ["a tag that is not ours to set", { tags: new Map([["aws:cost", "1"]]) }, "tags", /Rename/],
    ["a tag of byok's own", { tags: new Map([["byok:enabled", "false"]]) }, "tags", /Rename/],
    ["a spec beside a primary", { primary_key_arn: arn, key_spec: "HMAC_256" }, "key_spec", /Remove it/],
    ["single-Region beside a primary", { primary_key_arn: arn, multi_region: false }, "multi_region", /Remove/],
    ["no ARN of a primary", { primary_key_arn: "mrk-1" }, "primary_key_arn", /arn:/],
    ["a KMS of no name", { kms: "gcp" }, "kms", /aws/],
  ])("key: %s, while planning", async (_what, wrong, at, remedy) => {
    const key = on.host.resource("byok_external_key");
    expect(await refusal(key.plan(wrong))).toEqual([{ at, detail: expect.stringMatching(remedy) }]);
    expect(on.life.calls()).toEqual([]);
  });

  it.each<[string, ConfigInput, () => string, RegExp]>([
    ["16 bytes for a symmetric key", {}, () => base64(16), /32 bytes/],
    ["a private key for a symmetric key", {}, () => pkcs8(), /32 bytes/],
    ["raw bytes for an RSA key", { key_spec: "RSA_2048" }, () => base64(32), /RSA|PKCS/],
    ["a smaller RSA key", { key_spec: "RSA_3072" }, () => pkcs8(), /3072/],
  ])("bytes that do not fit the key: %s, before anything is wrapped", async (_what, key, bytes, remedy) => {
    const keyArn = await newKey(key);
    on.life.calls();
    const material = on.host.resource("byok_imported_key_material");
    const errors = await refusal(material.apply({ key_arn: keyArn, key_material_wo: bytes() }));
    expect(errors).toEqual([{ at: "key_material_wo", detail: expect.stringMatching(remedy) }]);
    expect(on.life.calls()).toEqual(["DescribeKey"]);
    expect(material.state).toBeNull();
  });

  it("a wrapping that the key does not take", async () => {
    const material = on.host.resource("byok_imported_key_material");
    const config = {
      key_arn: await newKey({ key_spec: "RSA_2048" }),
      key_material_wo: pkcs8(),
      wrapping_algorithm: "RSAES_OAEP_SHA_256",
    };
    expect(await refusal(material.apply(config))).toEqual([
      { at: "wrapping_algorithm", detail: expect.stringMatching(/RSA_AES_KEY_WRAP/) },
    ]);
  });

  it("an endpoint that does not answer", async () => {
    await on.restart({ max_retries: 0, aws: awsBlock("http://127.0.0.1:1") });
    for (const [type, config] of [
      ["byok_external_key", {}],
      ["byok_imported_key_material", { key_arn: arn, key_material_wo: base64(32) }],
    ] as const) {
      const errors = await refusal(on.host.resource(type).apply(config));
      expect(errors).toHaveLength(1);
      expect(errors[0]?.detail).toMatch(/127\.0\.0\.1.*Look at the network/);
    }
  });

  it("no credentials anywhere", async () => {
    const before = { ...process.env };
    for (const name of Object.keys(process.env)) if (name.startsWith("AWS_")) delete process.env[name];
    process.env["AWS_EC2_METADATA_DISABLED"] = "true";
    try {
      const none = ["/dev/null"];
      const nowhere = { shared_config_files: none, shared_credentials_files: none };
      await on.restart({
        max_retries: 0,
        aws: awsBlock(on.life.kms.url, { access_key: null, secret_key: null, ...nowhere }),
      });
      const errors = await refusal(on.host.resource("byok_external_key").apply({}));
      expect(errors).toEqual([
        { at: "-", detail: expect.stringMatching(/^\[credentials_missing\].*AWS_PROFILE|access_key/) },
      ]);
    } finally {
      Object.assign(process.env, before);
      if (before["AWS_EC2_METADATA_DISABLED"] === undefined) delete process.env["AWS_EC2_METADATA_DISABLED"];
    }
  });

  it.each<[string, ConfigInput, RegExp]>([
    ["plain HTTP to another machine", { endpoint: "http://kms.example.com" }, /https/i],
    ["half a pair of credentials", { secret_key: null }, /secret_key/],
    ["a file of certificates that is not there", { custom_ca_bundle: "/nonexistent/ca.pem" }, /nonexistent/],
  ])("the provider's own block: %s, once for all resources", async (_what, wrong, remedy) => {
    const errors = await refusal(on.restart({ aws: awsBlock(on.life.kms.url, wrong) }));
    expect(errors).toEqual([{ at: "aws", detail: expect.stringMatching(remedy) }]);
  });

  it.each(["alibaba", "qkms"])("the block of %s, once for all resources", async (kms) => {
    const block = { access_key: "only", endpoint: "http://kms.example.com" };
    const errors = await refusal(on.restart({ [kms]: block }));
    expect(errors).toEqual([{ at: kms, detail: expect.stringMatching(/https|secret_key/i) }]);
  });

  it("sources of a kind that is not allowed, and kinds that do not exist", async () => {
    expect(await refusal(on.restart({ allowed_material_sources: ["file", "ftp"] }))).toEqual([
      { at: "allowed_material_sources", detail: expect.stringMatching(/Use file, env, exec/) },
    ]);
    await on.restart({ allowed_material_sources: ["file"] });
    const material = on.host.resource("byok_imported_key_material");
    const config = { key_arn: arn, key_material_source: "env:BYOK_TEST_KEY" };
    expect(await refusal(material.plan(config))).toEqual([
      { at: "key_material_source", detail: expect.stringMatching(/file/) },
    ]);
  });

  it("accounts and Regions that are not allowed, before bytes are read", async () => {
    const keyArn = await newKey();
    await on.restart({ aws: awsBlock(on.life.kms.url, { allowed_account_ids: ["999999999999"] }) });
    const material = on.host.resource("byok_imported_key_material");
    const config = { key_arn: keyArn, key_material_wo: base64(32) };
    expect(await refusal(material.apply(config))).toEqual([
      { at: "key_arn", detail: expect.stringMatching(/999999999999/) },
    ]);
    await on.restart({ aws: awsBlock(on.life.kms.url, { allowed_regions: ["us-east-1"] }) });
    expect(await refusal(material.apply(config))).toEqual([
      { at: "key_arn", detail: expect.stringMatching(/us-east-1/) },
    ]);
    const key = on.host.resource("byok_external_key");
    expect(await refusal(key.apply({}))).toEqual([{ at: "region", detail: expect.stringMatching(/us-east-1/) }]);
  });

  it.each([
    ["kms:CreateKey", "byok_external_key"],
    ["kms:DescribeKey", "byok_imported_key_material"],
    ["kms:GetParametersForImport", "byok_imported_key_material"],
    ["kms:ImportKeyMaterial", "byok_imported_key_material"],
  ])("%s is denied: names the permission, and nothing is kept", async (action, type) => {
    const config = type === "byok_external_key" ? {} : { key_arn: await newKey(), key_material_wo: base64(32) };
    on.life.kms.permissions.deny(action);
    const instance = on.host.resource(type);
    const errors = await refusal(instance.apply(config));
    expect(errors).toHaveLength(1);
    expect(errors[0]?.detail).toContain(action);
    expect(instance.state).toBeNull();
  });

  it("a key that takes no imported material", async () => {
    const { KeyMetadata } = await on.life.client().send(new CreateKeyCommand({}));
    const keyArn = KeyMetadata?.Arn ?? "";
    const material = on.host.resource("byok_imported_key_material");
    expect(await refusal(material.apply({ key_arn: keyArn, key_material_wo: base64(32) }))).toEqual([
      { at: "key_arn", detail: expect.stringMatching(/EXTERNAL/) },
    ]);
    expect(await refusal(on.host.resource("byok_external_key").import(keyArn))).toEqual([
      { at: "arn", detail: expect.stringMatching(/EXTERNAL/) },
    ]);
  });

  it("ids that are no ARN, and a Region that contradicts one", async () => {
    for (const type of ["byok_external_key", "byok_imported_key_material"]) {
      expect(await refusal(on.host.resource(type).import("1234abcd"))).toEqual([
        { at: "id", detail: expect.stringMatching(/arn:/) },
      ]);
    }
    const lookup = on.host.readDataSource("byok_external_key", { key_id: arn, region: "us-east-1" });
    expect(await refusal(lookup)).toEqual([{ at: "region", detail: expect.stringMatching(/eu-central-1/) }]);
    const absent = on.host.readDataSource("byok_external_key", { key_id: "alias/none" });
    expect(await refusal(absent)).toEqual([{ at: "key_id", detail: expect.stringMatching(/alias\/none/) }]);
  });

  it("a host that would store what is write-only", async () => {
    const material = on.host.resource("byok_imported_key_material");
    for (const config of [{ key_material_wo: base64(32) }, { key_material_source: "env:BYOK_NONE" }]) {
      const [at] = Object.keys(config);
      const old = material.validate({ key_arn: arn, ...config }, { writeOnlyAllowed: false });
      expect(await refusal(old)).toEqual([{ at, detail: expect.stringMatching(/1\.11/) }]);
    }
  });
});

function pkcs8(): string {
  const { privateKey } = publishedPair();
  return privateKey.export({ format: "der", type: "pkcs8" }).toString("base64");
}
