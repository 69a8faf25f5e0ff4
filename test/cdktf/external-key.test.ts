import { families } from "./families";
import type { ExternalKeyProps } from "../../cdktf/index";
import { newApp, newStack, refusalOf, resourcesOf, synthesise } from "./synthesis";

const keyArn = "arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab";
const mrkArn = "arn:aws:kms:eu-central-1:111122223333:key/mrk-1234abcd12ab34cd56ef1234567890ab";

describe.each(families)("ExternalKey of $name", (family) => {
  const { ExternalKey, ByokProvider } = family.byok;

  it("needs nothing but an id, and bears it as its address", () => {
    const stack = newStack(family);
    new ExternalKey(stack, "payments");
    const synthesised = synthesise(family, stack);
    expect(Object.keys(synthesised.resource?.["byok_external_key"] ?? {})).toEqual(["payments"]);
    expect(resourcesOf(synthesised, "byok_external_key")).toEqual([
      { creation_token: expect.stringMatching(/^cdktf:keys\/payments:[0-9a-f]{12}$/) },
    ]);
    expect(synthesised.terraform?.["required_providers"]).toEqual({
      byok: { source: "byok/byok", version: "~> 0.1" },
    });
  });

  it("hands every property on", () => {
    const stack = newStack(family);
    const other = new ByokProvider(stack, "other", { alias: "other" });
    new ExternalKey(stack, "payments", {
      kms: "aws",
      region: "eu-west-1",
      description: "payments",
      keySpec: "RSA_2048",
      keyUsage: "SIGN_VERIFY",
      multiRegion: true,
      policy: JSON.stringify({ Statement: [{ Effect: "Allow", Principal: "*", Action: "kms:*", Resource: "*" }] }),
      bypassPolicyLockoutSafetyCheck: true,
      enabled: false,
      deletionWindowInDays: 7,
      tags: { team: "payments" },
      creationToken: "mine",
      timeouts: { create: "1h" },
      provider: other,
    });
    expect(resourcesOf(synthesise(family, stack), "byok_external_key")).toEqual([
      {
        kms: "aws",
        region: "eu-west-1",
        description: "payments",
        key_spec: "RSA_2048",
        key_usage: "SIGN_VERIFY",
        multi_region: true,
        policy: expect.stringContaining("kms:*"),
        bypass_policy_lockout_safety_check: true,
        enabled: false,
        deletion_window_in_days: 7,
        tags: { team: "payments" },
        creation_token: "mine",
        timeouts: { create: "1h" },
        provider: "byok.other",
      },
    ]);
  });

  it("has creation tokens that tell namespaces, stacks and paths apart, and stay", () => {
    const { library, constructs } = family;
    const app = newApp(family, { "byok:namespace": "team" });
    const token = (stackId: string, id: string, creationTokenNamespace?: string): unknown => {
      const stack = new library.TerraformStack(app, stackId);
      const scope = new constructs.Construct(stack, "group");
      const props = creationTokenNamespace === undefined ? {} : { creationTokenNamespace };
      return new ExternalKey(scope, id, props).resource.creationTokenInput;
    };
    const tokens = [token("one", "a"), token("two", "a"), token("three", "b"), token("four", "a", "mine")];
    expect(tokens).toEqual([
      "cdktf:team/one/group/a:bb97ff0e07fb",
      expect.stringMatching(/^cdktf:team\/two\/group\/a:/),
      expect.stringMatching(/^cdktf:team\/three\/group\/b:/),
      expect.stringMatching(/^cdktf:mine\/four\/group\/a:/),
    ]);
  });

  it("keeps a token within what a tag may hold, and still different", () => {
    const stack = newStack(family, {}, "a".repeat(200));
    const [one, other] = ["ä b".repeat(60), `${"ä b".repeat(60)}x`].map(
      (id) => new ExternalKey(stack, id, { creationTokenNamespace: "n".repeat(70) }).resource.creationTokenInput ?? "",
    );
    expect(one).toMatch(/^[\w.:/+=@-]{1,256}$/);
    expect(other).toMatch(/^[\w.:/+=@-]{1,256}$/);
    expect(one).not.toBe(other);
  });

  it("takes tags that Terraform will know", () => {
    const stack = newStack(family);
    const variable = new family.library.TerraformVariable(stack, "tags", { type: "map(string)" });
    const { Fn, Token } = family.library;
    const ways = { merged: Fn.merge([variable.value, { team: "a" }]), whole: variable.value };
    for (const [id, tags] of Object.entries(ways)) new ExternalKey(stack, id, { tags });
    new ExternalKey(stack, "map", { tags: Token.asStringMap(variable.value) });
    expect(resourcesOf(synthesise(family, stack), "byok_external_key").map(({ tags }) => tags)).toEqual([
      "${var.tags}",
      '${merge(var.tags, {"team" = "a"})}',
      "${var.tags}",
    ]);
  });

  it("has a creation token for each of its instances, where it has several", () => {
    const stack = newStack(family);
    const tokenOf = (id: string, more: (key: InstanceType<typeof ExternalKey>) => void, props = {}): unknown => {
      const key = new ExternalKey(stack, id, props);
      more(key);
      return synthesise(family, stack).resource?.["byok_external_key"]?.[id]?.["creation_token"];
    };
    const forEach = family.library.TerraformIterator.fromList(["payments", "orders"]);
    expect(tokenOf("each", ({ resource }) => (resource.forEach = forEach))).toMatch(
      /^cdktf:keys\/each:[0-9a-f]{12}:\$\{substr\(sha256\(each\.key\), 0, 12\)\}$/,
    );
    expect(tokenOf("count", ({ resource }) => (resource.count = 2))).toMatch(/:[0-9a-f]{12}:\$\{count\.index\}$/);
    expect(tokenOf("one", () => {})).toMatch(/^cdktf:keys\/one:[0-9a-f]{12}$/);
    expect(tokenOf("own", ({ resource }) => (resource.forEach = forEach), { creationToken: "mine-${each.key}" })).toBe(
      "mine-${each.key}",
    );
  });

  it("gives its results as tokens, and its resource as the default child", () => {
    const { library } = family;
    const stack = newStack(family);
    const key = new ExternalKey(stack, "payments");
    new library.TerraformOutput(stack, "out", {
      value: [key.keyArn, key.keyId, key.region, key.pendingDeletion],
    });
    expect(key.node.defaultChild).toBe(key.resource);
    expect(synthesise(family, stack).output?.["out"]?.["value"]).toEqual(
      ["arn", "key_id", "region", "pending_deletion"].map((name) => `\${byok_external_key.payments.${name}}`),
    );
  });

  it("lets its resource be overridden and imported", () => {
    const stack = newStack(family);
    const key = new ExternalKey(stack, "payments");
    key.resource.lifecycle = { preventDestroy: true };
    key.resource.importFrom(keyArn);
    const synthesised = synthesise(family, stack);
    expect(resourcesOf(synthesised, "byok_external_key")[0]).toMatchObject({ lifecycle: { prevent_destroy: true } });
    expect(synthesised).toMatchObject({ import: [{ id: keyArn, to: "byok_external_key.payments" }] });
  });

  it("checks nothing that only Terraform will know", () => {
    const { library } = family;
    const stack = newStack(family);
    const variable = new library.TerraformVariable(stack, "v", { type: "string" });
    const value = variable.stringValue;
    new ExternalKey(stack, "elsewhere", { kms: value, keySpec: "Aliyun_SM4", protectionLevel: "HSM" });
    new ExternalKey(stack, "payments", {
      region: value,
      keySpec: value,
      keyUsage: value,
      policy: value,
      primaryKeyArn: value,
      deletionWindowInDays: variable.numberValue,
      tags: { team: value },
      creationToken: value,
      multiRegion: variable.booleanValue,
    });
    // A replica takes neither, whatever they turn out to be.
    expect(refusalOf(() => synthesise(family, stack))).toMatch(
      /A replica has the `keySpec`[^]*A replica has the `keyUsage`/,
    );
  });

  it("hands on what only Alibaba Cloud has", () => {
    const stack = newStack(family);
    new ExternalKey(stack, "payments", {
      kms: "alibaba",
      region: "cn-hangzhou",
      keySpec: "Aliyun_SM4",
      dkmsInstanceId: "kst-1",
      protectionLevel: "HSM",
      deletionProtection: true,
      deletionWindowInDays: 366,
    });
    expect(resourcesOf(synthesise(family, stack), "byok_external_key")).toEqual([
      {
        kms: "alibaba",
        region: "cn-hangzhou",
        key_spec: "Aliyun_SM4",
        dkms_instance_id: "kst-1",
        protection_level: "HSM",
        deletion_protection: true,
        deletion_window_in_days: 366,
        creation_token: expect.stringContaining("cdktf:keys/payments:"),
      },
    ]);
  });

  const refusals: readonly (readonly [string, ExternalKeyProps, RegExp])[] = [
    ["an unknown KMS", { kms: "gcp" }, /`kms` must be one of aws, alibaba, qkms/],
    ["a Region that is none", { region: "Frankfurt" }, /`region` must be a Region name, such as eu-central-1/],
    ["a Region without its number", { region: "eu-central" }, /`region` must be a Region name, such as eu-central-1/],
    [
      "a spec that cannot be imported",
      { keySpec: "ML_DSA_44" },
      /`keySpec` must be one of SYMMETRIC_DEFAULT, HMAC_224/,
    ],
    [
      "a spec of another KMS",
      { keySpec: "Aliyun_SM4" },
      /`keySpec`: AWS KMS takes no imported material for keys of the spec Aliyun_SM4/,
    ],
    [
      "a usage of another spec",
      { keySpec: "HMAC_256", keyUsage: "SIGN_VERIFY" },
      /the `keyUsage` SIGN_VERIFY.*GENERATE_VERIFY_MAC/,
    ],
    [
      "the default spec's usage",
      { keyUsage: "SIGN_VERIFY" },
      /SYMMETRIC_DEFAULT cannot have the `keyUsage` SIGN_VERIFY.*ENCRYPT_DECRYPT/,
    ],
    [
      "a window that is too short",
      { deletionWindowInDays: 6 },
      /`deletionWindowInDays` must be a whole number from 7 to 30/,
    ],
    ["a window in half days", { deletionWindowInDays: 7.5 }, /`deletionWindowInDays` must be a whole number/],
    ["a long description", { description: "x".repeat(8193) }, /`description` must have between 0 and 8192 characters/],
    ["an empty creation token", { creationToken: "" }, /`creationToken` must have between 1 and 256 characters/],
    [
      "a long namespace",
      { creationTokenNamespace: "x".repeat(71) },
      /`creationTokenNamespace` must have between 1 and 70 characters/,
    ],
    [
      "a namespace that Terraform knows",
      { creationTokenNamespace: "${var.team}" },
      /`creationTokenNamespace` must be known at synthesis/,
    ],
    ["a policy that is none", { policy: "{}" }, /`policy` has no `Statement`/],
    ["a reserved tag", { tags: { "byok:enabled": "false" } }, /begin with byok: are set by others/],
    ["a long tag", { tags: { [`k${"x".repeat(128)}`]: "v" } }, /A key may have from 1 to 128 characters/],
    ["what AWS does not have", { dkmsInstanceId: "kst-1" }, /`dkmsInstanceId`: AWS KMS has no such thing/],
    ["another level", { kms: "alibaba", protectionLevel: "TPM" }, /`protectionLevel` must be one of SOFTWARE, HSM/],
    [
      "multi-Region keys where there are none",
      { kms: "alibaba", multiRegion: true },
      /Alibaba Cloud KMS has no multi-Region keys/,
    ],
    [
      "a replica with a spec",
      { primaryKeyArn: mrkArn, keySpec: "HMAC_256" },
      /A replica has the `keySpec` of its primary key\. Remove it/,
    ],
    [
      "a replica that is none",
      { primaryKeyArn: mrkArn, multiRegion: false },
      /A replica is a multi-Region key\. Remove `multiRegion`/,
    ],
    ["a replica of a single-Region key", { primaryKeyArn: keyArn }, /is no multi-Region key: .*mrk-/],
    [
      "a replica beside its primary",
      { primaryKeyArn: mrkArn, region: "eu-central-1" },
      /`region` is eu-central-1, where the primary is/,
    ],
    [
      "a primary that is no ARN",
      { primaryKeyArn: "alias/payments" },
      /`primaryKeyArn` is not the ARN of a KMS key: alias\/payments/,
    ],
  ];

  it.each(refusals)("refuses %s, naming the construct", (_what, props, sentence) => {
    const stack = newStack(family);
    new ExternalKey(stack, "payments", props);
    const refusal = refusalOf(() => synthesise(family, stack));
    expect(refusal).toMatch(sentence);
    expect(refusal).toContain("keys/payments");
  });

  it("says all that is wrong at once", () => {
    const stack = newStack(family);
    new ExternalKey(stack, "payments", { kms: "alibaba", region: "?", deletionWindowInDays: 1 });
    expect(refusalOf(() => synthesise(family, stack))).toMatch(
      /`region`[^]*`deletionWindowInDays` must be a whole number from 7 to 366 on Alibaba Cloud KMS/,
    );
  });

  it("refers to a key of others by its ARN", () => {
    const stack = newStack(family);
    const key = ExternalKey.fromKeyArn(stack, "shared", keyArn);
    expect(key).toMatchObject({ keyArn, keyId: "1234abcd-12ab-34cd-56ef-1234567890ab", kms: "aws" });
    expect(refusalOf(() => ExternalKey.fromKeyArn(stack, "wrong", "alias/payments"))).toMatch(/alias can be pointed/);
    expect(synthesise(family, stack).resource).toBeUndefined();
  });

  it("takes the id out of an ARN that Terraform will know", () => {
    const { library } = family;
    const stack = newStack(family);
    const variable = new library.TerraformVariable(stack, "arn", { type: "string" });
    const key = ExternalKey.fromKeyArn(stack, "shared", variable.stringValue);
    new library.TerraformOutput(stack, "out", { value: key.keyId });
    expect(synthesise(family, stack).output?.["out"]?.["value"]).toBe('${element(split("/", var.arn), 1)}');
  });

  it("looks a key up", () => {
    const { library } = family;
    const stack = newStack(family);
    const key = ExternalKey.fromLookup(stack, "shared", { keyId: "alias/payments", region: "eu-west-1" });
    new library.TerraformOutput(stack, "out", { value: [key.keyArn, key.keyId, key.dataSource.keyState] });
    const synthesised = synthesise(family, stack);
    expect(synthesised.data?.["byok_external_key"]?.["shared"]).toMatchObject({
      key_id: "alias/payments",
      region: "eu-west-1",
    });
    expect(synthesised.output?.["out"]?.["value"]).toEqual([
      "${data.byok_external_key.shared.arn}",
      '${element(split("/", data.byok_external_key.shared.arn), 1)}',
      "${data.byok_external_key.shared.key_state}",
    ]);
  });
});
