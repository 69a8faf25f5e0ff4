import { join } from "node:path";
import type { ByokProviderProps } from "../../cdktf/index";
import { families } from "./families";
import { newApp, newStack, refusalOf, resourcesOf, synthesise } from "./synthesis";

describe.each(families)("ByokProvider of $name", (family) => {
  const { byok, library } = family;

  function provider(props: ByokProviderProps) {
    const stack = new library.TerraformStack(newApp(family), "keys");
    new byok.ByokProvider(stack, "byok", props);
    return () => synthesise(family, stack);
  }

  it("hands its arguments on, with paths that hold wherever Terraform runs", () => {
    const made = provider({
      materialAccess: "apply",
      allowedMaterialSources: ["file:keys/", "exec:bin/get-key", "ssm:/payments/", "env"],
      importRequestsPerSecond: 5,
      maxRetries: 3,
      aws: {
        region: "eu-central-1",
        customCaBundle: "ca.pem",
        sharedConfigFiles: ["/etc/aws", "~/.aws/config"],
        sharedCredentialsFiles: ["credentials"],
        assumeRole: [{ roleArn: "arn:aws:iam::111122223333:role/keys" }],
        defaultTags: { tags: { team: "payments" } },
      },
    })();
    expect(made.provider?.["byok"]).toEqual([
      {
        material_access: "apply",
        allowed_material_sources: [
          `file:${process.cwd()}/keys/`,
          `exec:${process.cwd()}/bin/get-key`,
          "ssm:/payments/",
          "env",
        ],
        import_requests_per_second: 5,
        max_retries: 3,
        aws: {
          region: "eu-central-1",
          custom_ca_bundle: join(process.cwd(), "ca.pem"),
          shared_config_files: ["/etc/aws", "~/.aws/config"],
          shared_credentials_files: [join(process.cwd(), "credentials")],
          assume_role: [{ role_arn: "arn:aws:iam::111122223333:role/keys" }],
          default_tags: { tags: { team: "payments" } },
        },
      },
    ]);
  });

  it("takes lists that Terraform will know", () => {
    const stack = new library.TerraformStack(newApp(family), "keys");
    const { listValue: some } = new library.TerraformVariable(stack, "some", { type: "list(string)" });
    new byok.ByokProvider(stack, "byok", {
      allowedMaterialSources: some,
      aws: { allowedRegions: some, sharedConfigFiles: some },
    });
    expect(synthesise(family, stack).provider?.["byok"]).toEqual([
      {
        allowed_material_sources: "${var.some}",
        aws: { allowed_regions: "${var.some}", shared_config_files: "${var.some}" },
      },
    ]);
  });

  it("has a block for each KMS", () => {
    const made = provider({
      alibaba: {
        region: "cn-hangzhou",
        sharedCredentialsFile: "aliyun.json",
        assumeRole: { roleArn: "acs:ram::1234567890123456:role/importer", sessionExpiration: 900 },
      },
      qkms: { endpoint: "https://qkms.example", customCaBundle: "/etc/ca.pem" },
    })();
    expect(made.provider?.["byok"]).toEqual([
      {
        alibaba: {
          region: "cn-hangzhou",
          shared_credentials_file: join(process.cwd(), "aliyun.json"),
          assume_role: { role_arn: "acs:ram::1234567890123456:role/importer", session_expiration: 900 },
        },
        qkms: { endpoint: "https://qkms.example", custom_ca_bundle: "/etc/ca.pem" },
      },
    ]);
  });

  it("may stand in a stack several times, by aliases", () => {
    const stack = newStack(family);
    const other = new byok.ByokProvider(stack, "other", { alias: "other", aws: { region: "us-east-1" } });
    new byok.ExternalKey(stack, "here");
    new byok.ExternalKey(stack, "there", { provider: other });
    const made = synthesise(family, stack);
    expect(made.provider?.["byok"]?.map(({ alias }) => alias)).toEqual([undefined, "other"]);
    expect(resourcesOf(made, "byok_external_key").map((key) => key["provider"])).toEqual([undefined, "byok.other"]);
  });

  it("is needed in a stack with keys", () => {
    const stack = new library.TerraformStack(newApp(family), "keys");
    new byok.ExternalKey(stack, "payments");
    expect(refusalOf(() => synthesise(family, stack))).toMatch(/provider.*byok/i);
  });

  it.each<readonly [string, ByokProviderProps, RegExp]>([
    [
      "an unknown kind of source",
      { allowedMaterialSources: ["ftp"] },
      /`allowedMaterialSources` must be of file, env, exec, .*each alone or with the beginning of a place: "ftp"/,
    ],
    ["another access", { materialAccess: "never" }, /`materialAccess` must be plan or apply: "never"/],
    ["a rate of nothing", { importRequestsPerSecond: 0 }, /`importRequestsPerSecond` must be from 0.01 to 1000: 0/],
    ["half a retry", { maxRetries: 0.5 }, /`maxRetries` must be a whole number from 0 to 100: 0\.5/],
    [
      "a literal secret key",
      { aws: { accessKey: "AKIA", secretKey: "sesame-open" } },
      /`aws\.secretKey` must not be a literal text/,
    ],
    [
      "a literal session token",
      { aws: { token: "sesame-open", endpoint: "https://kms.example" } },
      /`aws\.token` must not be a literal/,
    ],
    [
      "a literal of Alibaba Cloud",
      { alibaba: { securityToken: "sesame-open" } },
      /`alibaba\.securityToken` must not be a literal/,
    ],
    ["a literal of QKMS", { qkms: { secretKey: "sesame-open" } }, /`qkms\.secretKey` must not be a literal/],
  ])("refuses %s", (_what, props, sentence) => {
    const refusal = refusalOf(provider(props));
    expect(refusal).toMatch(sentence);
    expect(refusal).not.toContain("sesame-open");
  });

  it("takes any credentials for the embedded KMS", () => {
    const made = provider({ aws: { accessKey: "a", secretKey: "b", endpoint: "http://127.0.0.1:8300" } })();
    expect(made.provider?.["byok"]).toHaveLength(1);
  });
});
