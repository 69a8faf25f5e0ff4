import type { MultiRegionExternalKeyProps } from "../../cdktf/index";
import { families } from "./families";
import { newStack, refusalOf, resourcesOf, synthesise } from "./synthesis";

const regions = ["eu-central-1", "eu-west-1", "us-east-1"];

describe.each(families)("MultiRegionExternalKey of $name", (family) => {
  const { MultiRegionExternalKey, ByokProvider } = family.byok;

  it("is a primary with its material, then replicas of it with the same bytes", () => {
    const stack = newStack(family);
    new MultiRegionExternalKey(stack, "payments", { regions, keyMaterialSource: "env:PAYMENTS_KEY", validFor: "90d" });
    const synthesised = synthesise(family, stack);
    const keys = synthesised.resource?.["byok_external_key"] ?? {};
    const material = synthesised.resource?.["byok_imported_key_material"] ?? {};
    const primary = "payments_eu-central-1_material_3D7C56C2";
    const keyNames = Object.keys(keys);
    expect(keyNames).toEqual(regions.map((region) => expect.stringMatching(`^payments_${region}_key_[0-9A-F]{8}$`)));
    expect(Object.keys(material)).toContain(primary);
    expect(resourcesOf(synthesised, "byok_external_key")).toEqual([
      {
        region: "eu-central-1",
        multi_region: true,
        creation_token: expect.stringContaining("keys/payments/eu-central-1/key:"),
      },
      ...regions.slice(1).map((region) => ({
        region,
        primary_key_arn: `\${byok_imported_key_material.${primary}.key_arn}`,
        creation_token: expect.stringContaining(`keys/payments/${region}/key:`),
      })),
    ]);
    expect(resourcesOf(synthesised, "byok_imported_key_material")).toEqual(
      keyNames.map((name) => ({
        key_arn: `\${byok_external_key.${name}.arn}`,
        key_material_source: "env:PAYMENTS_KEY",
        valid_for: "90d",
      })),
    );
  });

  it("gives every key and all material what is theirs", () => {
    const stack = newStack(family);
    const provider = new ByokProvider(stack, "other", { alias: "other" });
    new MultiRegionExternalKey(stack, "payments", {
      regions: regions.slice(0, 2),
      description: "payments",
      keySpec: "SYMMETRIC_DEFAULT",
      keyUsage: "ENCRYPT_DECRYPT",
      enabled: true,
      deletionWindowInDays: 7,
      tags: { team: "payments" },
      creationTokenNamespace: "mine",
      keyMaterialSource: "env:PAYMENTS_KEY",
      materialDescription: "first",
      onDeletion: "report",
      timeouts: { create: "1h" },
      provider,
    });
    const synthesised = synthesise(family, stack);
    const shared = {
      description: "payments",
      enabled: true,
      deletion_window_in_days: 7,
      tags: { team: "payments" },
      creation_token: expect.stringMatching(/^cdktf:mine\/keys\/payments\//),
      timeouts: { create: "1h" },
      provider: "byok.other",
    };
    expect(resourcesOf(synthesised, "byok_external_key")).toEqual([
      {
        ...shared,
        region: "eu-central-1",
        multi_region: true,
        key_spec: "SYMMETRIC_DEFAULT",
        key_usage: "ENCRYPT_DECRYPT",
      },
      { ...shared, region: "eu-west-1", primary_key_arn: expect.stringMatching(/^\$\{byok_imported_key_material/) },
    ]);
    const materials = resourcesOf(synthesised, "byok_imported_key_material");
    expect(materials.map((one) => one["material_description"])).toEqual(["first", undefined]);
    for (const one of materials) {
      expect(one).toMatchObject({ on_deletion: "report", timeouts: { create: "1h" }, provider: "byok.other" });
    }
  });

  it("keeps addresses and tokens when Regions change places, come or go", () => {
    const made = (some: readonly string[]): Map<string, unknown> => {
      const stack = newStack(family);
      const key = new MultiRegionExternalKey(stack, "payments", { regions: some, keyMaterialSource: "env:A" });
      return new Map(
        Object.entries(key.regional).map(([region, { key: one, material }]) => [
          region,
          [one.resource.friendlyUniqueId, material.resource.friendlyUniqueId, one.resource.creationTokenInput],
        ]),
      );
    };
    const all = made(regions);
    expect(made([...regions].reverse())).toEqual(all);
    expect(made(["us-east-1"]).get("us-east-1")).toEqual(all.get("us-east-1"));
  });

  it("gives ARNs and states by Region", () => {
    const stack = newStack(family);
    const key = new MultiRegionExternalKey(stack, "payments", { regions, keyMaterialSource: "env:A" });
    new family.library.TerraformOutput(stack, "arns", { value: key.keyArns });
    new family.library.TerraformOutput(stack, "status", { value: key.status });
    new family.library.TerraformOutput(stack, "id", { value: key.keyId });
    const { output } = synthesise(family, stack);
    const material = (region: string): string =>
      `byok_imported_key_material.${key.regional[region]?.material.resource.friendlyUniqueId}`;
    expect(output?.["arns"]?.["value"]).toEqual(
      Object.fromEntries(regions.map((region) => [region, `\${${material(region)}.key_arn}`])),
    );
    expect(output?.["status"]?.["value"]).toMatchObject({
      "us-east-1": {
        materialState: `\${${material("us-east-1")}.material_state}`,
        keyState: `\${${material("us-east-1")}.key_state}`,
        readyForRenewal: `\${${material("us-east-1")}.ready_for_renewal}`,
        renewalTime: `\${${material("us-east-1")}.renewal_time}`,
        validTo: `\${${material("us-east-1")}.valid_to}`,
      },
    });
    expect(output?.["id"]?.["value"]).toBe(`\${byok_external_key.${key.primary.key.resource.friendlyUniqueId}.key_id}`);
    expect(Object.keys(key.replicas)).toEqual(["eu-west-1", "us-east-1"]);
  });

  const refusals: readonly (readonly [string, Partial<MultiRegionExternalKeyProps>, RegExp])[] = [
    ["no Region", { regions: [] }, /keys\/payments: `regions` must name at least one Region/],
    ["a Region twice", { regions: ["eu-west-1", "eu-west-1"] }, /`regions` must name each Region once: eu-west-1/],
    ["a Region that is none", { regions: ["eu-west-1", "Ireland"] }, /`regions` has "Ireland"/],
    ["a Region that Terraform knows", { regions: ["${var.region}"] }, /must be known at synthesis/],
    [
      "Regions of two partitions",
      { regions: ["eu-west-1", "cn-north-1"] },
      /of one partition of AWS: eu-west-1, cn-north-1 are of aws, cn/,
    ],
    [
      "a literal secret",
      { regions, keyMaterial: "c2VjcmV0" },
      /eu-central-1\/material: `keyMaterial` must not be a literal/,
    ],
    [
      "what a key refuses",
      { regions, deletionWindowInDays: 3 },
      /payments\/us-east-1\/key\] \[invalid_argument\] `deletionWindowInDays` must be a whole number/,
    ],
    ["what material refuses", { regions, validFor: "400d" }, /eu-central-1\/material\] .*`validFor` reaches further/],
  ];

  it.each(refusals)("refuses %s", (_what, props, sentence) => {
    const refusal = refusalOf(() => {
      const stack = newStack(family);
      new MultiRegionExternalKey(stack, "payments", { regions, ...props });
      synthesise(family, stack);
    });
    expect(refusal).toMatch(sentence);
  });
});
