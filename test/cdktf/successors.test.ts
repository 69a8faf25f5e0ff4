import type { SuccessorProps } from "../../cdktf/index";
import { families } from "./families";
import { newStack, refusalOf, resourcesOf, synthesise, type Synthesised } from "./synthesis";

const regions = ["eu-central-1", "eu-west-1", "us-east-1"];
const successors = [
  { name: "2027", keyMaterialSource: "env:KEY_2027" },
  { name: "2028", keyMaterialSource: "env:KEY_2028" },
];

type Block = Readonly<Record<string, unknown>>;

/** An address without the digest of its construct's path. */
const short = (text: unknown): string => String(text).replaceAll(/_[0-9A-F]{8}(?=\W|$)/g, "");

/** All resources by their short addresses, without what is not looked at here. */
function blocksOf({ resource }: Synthesised): Readonly<Record<string, Block>> {
  const entries = Object.entries(resource ?? {}).flatMap(([type, all]) =>
    Object.entries(all).map(([name, { "//": _metadata, creation_token: _token, ...block }]) => {
      const fields = Object.entries(block).map(([key, value]) => [
        key,
        typeof value === "string" ? short(value) : value,
      ]);
      return [short(`${type.replace("byok_", "")}.${name}`), Object.fromEntries(fields)] as const;
    }),
  );
  return Object.fromEntries(entries);
}

/** What each resource refers to, whether in a value or in `depends_on`, itself or through others. */
function ancestorsOf(synthesised: Synthesised): ReadonlyMap<string, ReadonlySet<string>> {
  const blocks = new Map(
    Object.entries(synthesised.resource ?? {}).flatMap(([type, all]) =>
      Object.entries(all).map(([name, { "//": _metadata, ...block }]) => [`${type}.${name}`, JSON.stringify(block)]),
    ),
  );
  const direct = (address: string): string[] =>
    [...blocks.keys()].filter((other) => new RegExp(`${other}\\b`).test(blocks.get(address) ?? ""));
  const all = (address: string): ReadonlySet<string> =>
    new Set(direct(address).flatMap((other) => [other, ...all(other)]));
  return new Map([...blocks.keys()].map((address) => [short(address), new Set([...all(address)].map(short))]));
}

describe.each(families)("successors of $name", (family) => {
  const { ByokProvider, MultiRegionExternalKey, SingleRegionExternalKey } = family.byok;

  const single = (some: readonly SuccessorProps[], props: object = {}): Synthesised => {
    const stack = newStack(family);
    new SingleRegionExternalKey(stack, "payments", { keyMaterialSource: "env:FIRST", successors: some, ...props });
    return synthesise(family, stack);
  };
  const multi = (some: readonly SuccessorProps[], props: object = {}): Synthesised => {
    const stack = newStack(family);
    const source = { regions, keyMaterialSource: "env:FIRST" };
    new MultiRegionExternalKey(stack, "payments", { ...source, successors: some, ...props });
    return synthesise(family, stack);
  };

  it("are imported and rotated to one after the other, in one Region", () => {
    expect(blocksOf(single(successors))).toEqual({
      "external_key.payments_key": {},
      "imported_key_material.payments_material": {
        key_arn: "${byok_external_key.payments_key.arn}",
        key_material_source: "env:FIRST",
      },
      "imported_key_material.payments_material-2027": {
        key_arn: "${byok_external_key.payments_key.arn}",
        key_material_source: "env:KEY_2027",
        succeeds: "${byok_imported_key_material.payments_material.key_material_id}",
      },
      "key_rotation.payments_rotation-2027": {
        key_arn: "${byok_external_key.payments_key.arn}",
        key_material_id: "${byok_imported_key_material.payments_material-2027.key_material_id}",
      },
      "imported_key_material.payments_material-2028": {
        key_arn: "${byok_external_key.payments_key.arn}",
        key_material_source: "env:KEY_2028",
        succeeds: "${byok_key_rotation.payments_rotation-2027.key_material_id}",
      },
      "key_rotation.payments_rotation-2028": {
        key_arn: "${byok_external_key.payments_key.arn}",
        key_material_id: "${byok_imported_key_material.payments_material-2028.key_material_id}",
      },
    });
  });

  it("are imported in every Region before the key is rotated, and after all that came before", () => {
    const ancestors = ancestorsOf(multi(successors));
    const material = (region: string, name = ""): string =>
      `byok_imported_key_material.payments_${region}_material${name}`;
    const rotation = (name: string): string => `byok_key_rotation.payments_rotation${name}`;
    const [primary = "", ...replicas] = regions;
    const firsts = regions.map((region) => material(region));
    const second = regions.map((region) => material(region, "-2027"));
    const before = (address: string): string[] =>
      [...(ancestors.get(address) ?? [])].filter((other) => !other.startsWith("byok_external_key")).sort();
    expect(before(material(primary, "-2027"))).toEqual([...firsts].sort());
    for (const replica of replicas) {
      expect(before(material(replica, "-2027"))).toEqual([...firsts, material(primary, "-2027")].sort());
    }
    expect(before(rotation("-2027"))).toEqual([...firsts, ...second].sort());
    expect(before(material(primary, "-2028"))).toEqual([...firsts, ...second, rotation("-2027")].sort());
    expect(ancestors.get(rotation("-2028"))?.size).toBe(ancestors.size - 1);
  });

  it("succeed the same material in every Region, and rotate the primary", () => {
    const blocks = blocksOf(multi(successors));
    for (const region of regions) {
      expect(blocks[`imported_key_material.payments_${region}_material-2027`]).toMatchObject({
        key_arn: `\${byok_external_key.payments_${region}_key.arn}`,
        key_material_source: "env:KEY_2027",
        succeeds: "${byok_imported_key_material.payments_eu-central-1_material.key_material_id}",
      });
      expect(blocks[`imported_key_material.payments_${region}_material-2028`]).toMatchObject({
        succeeds: "${byok_key_rotation.payments_rotation-2027.key_material_id}",
      });
    }
    expect(blocks["key_rotation.payments_rotation-2028"]).toMatchObject({
      depends_on: ["eu-west-1", "us-east-1"].map((region) =>
        expect.stringMatching(new RegExp(`^byok_imported_key_material\\.payments_${region}_material-2028_`)),
      ),
      key_arn: "${byok_external_key.payments_eu-central-1_key.arn}",
      key_material_id: "${byok_imported_key_material.payments_eu-central-1_material-2028.key_material_id}",
    });
  });

  it.each([
    ["one Region", single],
    ["several Regions", multi],
  ])("keep their addresses and arguments when one is added at the end, in %s", (_where, made) => {
    const [before, after] = [made(successors.slice(0, 1)), made(successors)];
    expect(after.resource).toMatchObject(before.resource ?? {});
    const alone = made([]);
    expect(after.resource).toMatchObject({ byok_external_key: alone.resource?.["byok_external_key"] });
    // The material of a key that is not rotated is the same, too, and nothing else is there.
    const { byok_imported_key_material: materials } = { byok_imported_key_material: {}, ...alone.resource };
    expect(after.resource?.["byok_imported_key_material"]).toMatchObject(materials ?? {});
    expect(Object.keys(alone.resource ?? {}).sort()).toEqual(["byok_external_key", "byok_imported_key_material"]);
  });

  it("keep their addresses when another Region comes", () => {
    const few = multi(successors, { regions: regions.slice(0, 2) });
    const many = multi(successors);
    for (const [type, all] of Object.entries(few.resource ?? {})) {
      expect(Object.keys(many.resource?.[type] ?? {})).toEqual(expect.arrayContaining(Object.keys(all)));
    }
    expect(resourcesOf(many, "byok_imported_key_material")).toHaveLength(9);
  });

  it("take their lifetime as a whole, and other settings one by one, from the first material; the bytes never", () => {
    const stack = newStack(family);
    const provider = new ByokProvider(stack, "other", { alias: "other" });
    new SingleRegionExternalKey(stack, "payments", {
      description: "payments",
      region: "eu-west-1",
      keyMaterialSource: "env:FIRST",
      fingerprint: `cmac:${"0".repeat(32)}`,
      materialDescription: "first",
      validFor: "90d",
      renewBefore: "30d",
      onDeletion: "report",
      deletionPolicy: "delete",
      wrappingKeySpec: "RSA_3072",
      timeouts: { create: "1h" },
      provider,
      successors: [
        { name: "same" },
        { name: "own", validTo: "2030-01-01T00:00:00Z", materialDescription: "own", onDeletion: "reimport" },
        { name: "timed", timeouts: { create: "2h" } },
      ],
    });
    const synthesised = synthesise(family, stack);
    const blocks = blocksOf(synthesised);
    expect(blocks["external_key.payments_key"]).toEqual({
      description: "payments",
      region: "eu-west-1",
      timeouts: { create: "1h" },
      provider: "byok.other",
    });
    const shared = { deletion_policy: "delete", wrapping_key_spec: "RSA_3072", provider: "byok.other" };
    const standing = { key_arn: expect.anything(), succeeds: expect.anything(), ...shared };
    expect(blocks["imported_key_material.payments_material"]).toMatchObject({
      ...shared,
      material_description: "first",
    });
    expect(blocks["imported_key_material.payments_material-same"]).toEqual({
      ...standing,
      valid_for: "90d",
      renew_before: "30d",
      on_deletion: "report",
      timeouts: { create: "1h" },
    });
    expect(blocks["imported_key_material.payments_material-own"]).toEqual({
      ...standing,
      valid_to: "2030-01-01T00:00:00Z",
      material_description: "own",
      on_deletion: "reimport",
      timeouts: { create: "1h" },
    });
    expect(blocks["key_rotation.payments_rotation-timed"]).toMatchObject({
      timeouts: { create: "2h" },
      provider: "byok.other",
    });
  });

  it("have their description in the primary alone", () => {
    const materials = blocksOf(multi([{ name: "2027", materialDescription: "second" }]));
    const described = Object.entries(materials).filter(([, block]) => "material_description" in block);
    expect(described.map(([address]) => address)).toEqual([
      "imported_key_material.payments_eu-central-1_material-2027",
    ]);
  });

  it("take bytes from an ephemeral variable, and never from a literal", () => {
    const stack = newStack(family);
    const bytes = new family.byok.KeyMaterialVariable(stack, "key_2027");
    new SingleRegionExternalKey(stack, "payments", {
      keyMaterialSource: "env:FIRST",
      successors: [{ name: "2027", keyMaterial: bytes.stringValue }],
    });
    expect(blocksOf(synthesise(family, stack))["imported_key_material.payments_material-2027"]).toMatchObject({
      key_material_wo: "${var.key_2027}",
    });
    const refusal = refusalOf(() => single([{ name: "2027", keyMaterial: "c2VjcmV0" }]));
    expect(refusal).toMatch(/keys\/payments\/material-2027: `keyMaterial` must not be a literal/);
  });

  it("are shown by name, with the states of all their material", () => {
    const stack = newStack(family);
    const several = new MultiRegionExternalKey(stack, "everywhere", { regions, successors });
    const one = new SingleRegionExternalKey(stack, "here", { successors });
    expect(Object.keys(several.successors)).toEqual(["2027", "2028"]);
    expect(Object.keys(several.successors["2027"]?.materials ?? {})).toEqual(regions);
    const places = (names: readonly string[]): string[] =>
      names.flatMap((name) => regions.map((region) => `${region}${name}`));
    expect(Object.keys(several.status)).toEqual(places(["", "/2027", "/2028"]));
    new family.library.TerraformOutput(stack, "out", {
      value: {
        arn: one.keyArn,
        id: one.keyId,
        next: several.status["us-east-1/2028"],
        current: one.successors["2028"]?.rotation.currentKeyMaterialId,
        state: one.successors["2027"]?.material.rotationState,
        first: one.material.rotationState,
      },
    });
    const address = (construct: { readonly friendlyUniqueId: string } | undefined): string =>
      String(construct?.friendlyUniqueId);
    const { resource } = several.successors["2028"]?.materials["us-east-1"] ?? {};
    expect(synthesise(family, stack).output?.["out"]?.["value"]).toMatchObject({
      arn: `\${byok_imported_key_material.${address(one.material.resource)}.key_arn}`,
      id: `\${byok_external_key.${address(one.key.resource)}.key_id}`,
      next: { rotationState: `\${byok_imported_key_material.${address(resource)}.rotation_state}` },
      current: `\${byok_key_rotation.${address(one.successors["2028"]?.rotation.resource)}.current_key_material_id}`,
    });
  });

  const refusals: readonly (readonly [string, readonly SuccessorProps[], RegExp])[] = [
    ["a name twice", [...successors, { name: "2027" }], /keys\/payments: `successors` must have each name once: 2027/],
    [
      "a name that is none",
      [{ name: "the next" }],
      /`successors` has the name "the next", which must be 1 to 64 letters/,
    ],
    ["an empty name", [{ name: "" }], /`successors` has the name "", which must be/],
    [
      "a name that Terraform knows",
      [{ name: "${var.name}" }],
      /Each of `successors` must have a `name` that is plain text/,
    ],
    [
      "what material refuses",
      [{ name: "2027", validFor: "400d" }],
      /payments\/(?:eu-central-1\/)?material-2027\] .*`validFor` reaches further/,
    ],
  ];

  it.each(refusals)("refuse %s, in one Region and in several", (_what, some, sentence) => {
    for (const made of [single, multi]) expect(refusalOf(() => made(some)).replaceAll(/\s+/g, " ")).toMatch(sentence);
  });

  it("are refused for a key that keeps its first material for life", () => {
    const refusal = refusalOf(() => single(successors, { keySpec: "HMAC_256" })).replaceAll(/\s+/g, " ");
    expect(refusal).toMatch(
      /payments\/material-2027\] .*a key of the spec HMAC_256 holds its first key material for life/,
    );
    expect(refusal).toMatch(/payments\/rotation-2028\] .*`key` has the spec HMAC_256/);
  });
});
