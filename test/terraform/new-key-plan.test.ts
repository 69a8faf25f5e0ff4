import type { ConfigInput } from "../../src/terraform/plugin/testing/host";
import { UNKNOWN } from "../../src/terraform/plugin/value";
import { awsBlock, type ByokHost, byokHost } from "../support/byok-host";
import { type Bench, bench } from "../support/byok-terraform";

/** What a new key's plan leaves to the KMS, and nothing else. */
const unknownOnAws = ["arn", "creation_date", "description", "id", "key_id", "pending_deletion"];

describe("the plan of a new key, under terraform", () => {
  let on: Bench;
  beforeAll(async () => {
    on = await bench();
  });
  afterAll(() => on.close());

  const clouds = (): string => `
    alibaba {
      region     = "cn-hangzhou"
      access_key = "test"
      secret_key = "test"
      endpoint   = "${on.life.kms.url}"
    }
    qkms {
      access_key = "test"
      secret_key = "test"
      endpoint   = "${on.life.kms.qkmsUrl}"
    }`;

  const policy = JSON.stringify({
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Principal: { AWS: "111122223333" }, Action: "kms:*", Resource: "*" }],
  });

  it.each<[string, string, object, readonly string[]]>([
    [
      "with every default",
      "",
      {
        kms: "aws",
        region: "eu-central-1",
        key_spec: "SYMMETRIC_DEFAULT",
        key_usage: "ENCRYPT_DECRYPT",
        multi_region: false,
        multi_region_key_type: null,
        primary_key_arn: null,
        policy: null,
        tags: null,
        deletion_window_in_days: 30,
      },
      [...unknownOnAws, "tags_all"],
    ],
    [
      "as it is configured",
      `key_spec = "HMAC_384"\n multi_region = true\n description = "Ledger"\n tags = { team = "ledger" }\n policy = ${JSON.stringify(policy)}`,
      {
        key_spec: "HMAC_384",
        key_usage: "GENERATE_VERIFY_MAC",
        multi_region: true,
        description: "Ledger",
        policy,
        tags: { team: "ledger" },
        tags_all: { team: "ledger" },
      },
      [...unknownOnAws.filter((name) => name !== "description"), "multi_region_key_type", "primary_key_arn"],
    ],
    [
      "on Alibaba Cloud",
      `kms = "alibaba"`,
      {
        kms: "alibaba",
        region: "cn-hangzhou",
        key_spec: "Aliyun_AES_256",
        key_usage: "ENCRYPT/DECRYPT",
        multi_region: false,
        policy: null,
      },
      [...unknownOnAws, "tags_all", "deletion_protection", "dkms_instance_id", "protection_level"],
    ],
    [
      "on QKMS",
      `kms = "qkms"`,
      { kms: "qkms", region: "", key_spec: "SYMMETRIC_DEFAULT", key_usage: "ENCRYPT_DECRYPT", multi_region: false },
      [...unknownOnAws, "tags_all"],
    ],
  ])("shows it %s, and that comes of it", async (_what, lines, shown, unknown) => {
    await on.write(`resource "byok_external_key" "this" {\n${lines}\n}`, clouds());
    const change = (await on.workspace.changes()).get("byok_external_key.this");
    expect(change).toMatchObject({ actions: ["create"], after: shown });
    const open = Object.entries(change?.after_unknown ?? {}).flatMap(([name, is]) => (is === true ? [name] : []));
    expect(open.toSorted()).toEqual([...unknown].toSorted());
    await on.workspace.apply("saved.tfplan");
    await on.settled();
    expect(await on.workspace.attributes("byok_external_key.this")).toMatchObject(shown);
    await on.workspace.destroy();
  });
});

describe("a new key's plan", () => {
  let on: ByokHost;
  beforeAll(async () => {
    on = await byokHost();
  });
  afterAll(() => on.close());

  const primary = "arn:aws:kms:us-east-1:111122223333:key/mrk-1234abcd12ab34cd56ef1234567890ab";
  const plan = async (config: ConfigInput) => (await on.host.resource("byok_external_key").plan(config)).planned;

  it.each<[string, ConfigInput, object]>([
    [
      "is open about the kind of a replica",
      { primary_key_arn: primary },
      { key_spec: UNKNOWN, key_usage: UNKNOWN, multi_region: true, multi_region_key_type: UNKNOWN },
    ],
    [
      "is open about whether it is a replica",
      { primary_key_arn: UNKNOWN },
      { key_spec: UNKNOWN, key_usage: UNKNOWN, multi_region: UNKNOWN, primary_key_arn: UNKNOWN },
    ],
    ["knows what is set all the same", { primary_key_arn: UNKNOWN, multi_region: true }, { multi_region: true }],
    [
      "is open about everything of an unknown KMS",
      { kms: UNKNOWN },
      { kms: UNKNOWN, region: UNKNOWN, key_spec: UNKNOWN, key_usage: UNKNOWN, multi_region: UNKNOWN },
    ],
    [
      "is open about the usage of an unknown spec",
      { key_spec: UNKNOWN },
      { key_spec: UNKNOWN, key_usage: UNKNOWN, multi_region: false },
    ],
    ["takes the usage as it is set", { key_spec: "RSA_2048", key_usage: UNKNOWN }, { key_usage: UNKNOWN }],
    ["knows the first usage of a spec", { key_spec: "RSA_2048" }, { key_usage: "ENCRYPT_DECRYPT" }],
    [
      "is open about how many Regions, where that is",
      { multi_region: UNKNOWN },
      { multi_region: UNKNOWN, multi_region_key_type: UNKNOWN, primary_key_arn: UNKNOWN },
    ],
    ["is open about an unknown Region", { region: UNKNOWN }, { region: UNKNOWN }],
    [
      "is open about all tags while one of them is",
      { tags: new Map([["team", UNKNOWN]]) },
      { tags: new Map([["team", UNKNOWN]]), tags_all: UNKNOWN },
    ],
  ])("%s", async (_what, config, expected) => {
    expect(await plan(config)).toMatchObject(expected);
  });

  it("knows the default tags", async () => {
    const tags = { tags: new Map([["stage", "live"]]) };
    await on.restart({ aws: awsBlock(on.life.kms.url, { default_tags: tags }) });
    expect(await plan({})).toMatchObject({ tags: null, tags_all: new Map([["stage", "live"]]) });
  });

  it("leaves the Region open where the provider's configuration is, or says none", async () => {
    await on.restart({ aws: awsBlock(on.life.kms.url, { region: UNKNOWN }) });
    expect(await plan({})).toMatchObject({ kms: "aws", region: UNKNOWN, key_spec: "SYMMETRIC_DEFAULT" });
    // QKMS cannot be reached without credentials, which the apply reports.
    expect(await plan({ kms: "qkms" })).toMatchObject({ kms: "qkms", region: UNKNOWN });
  });
});
