import { type Project, project } from "./support/project";
import { registeredBy } from "./support/serialised";

/** The text by which a class's provider stands in the state, written out: it must not change without a reason. */
function golden(handler: string): string {
  const methods = [
    ["configure", "async (request)", "configure(request)"],
    ["check", "async (olds, news)", "check(olds, news)"],
    ["diff", "async (id, olds, news)", "diff(id, olds, news)"],
    ["create", "async (inputs)", "create(inputs)"],
    ["read", "async (id, props)", "read(id, props)"],
    ["update", "async (id, olds, news)", "update(id, olds, news)"],
    ["delete", "async (id, props)", "delete(id, props)"],
  ];
  return methods
    .map(([name, head, call]) => `${name}: ${head} => require("byok/pulumi/provider").${handler}.${call}`)
    .join("\n");
}

/** What of the text is ours, in the order of the methods: the rest is Pulumi's way of writing functions down. */
function bodies(text: string): string {
  const names = ["configure", "check", "diff", "create", "read", "update", "delete"];
  const places = [
    ...text.matchAll(/return \(?(async \([a-z, ]*\)) => (require\("[^"]+"\)\.\w+\.(\w+)\([a-z, ]*\))\)?;/g),
  ];
  const byName = new Map(places.map(([, head, call, name]) => [name, `${name}: ${head} => ${call}`]));
  return names.map((name) => byName.get(name) ?? `${name}: missing`).join("\n");
}

describe("what a program hands to Pulumi's engine", () => {
  let linked: Project;
  beforeAll(async () => {
    linked = await project("linked");
  });
  afterAll(() => linked.remove());

  it("is a provider of calls to the installed package and nothing else", async () => {
    const registered = await registeredBy(
      linked.folder,
      `const { ExternalKey, ImportedKeyMaterial, KeyRotation } = require("byok/pulumi");
       new ExternalKey("one"); new ExternalKey("two");
       new ImportedKeyMaterial("one", { keyArn: "arn", keyMaterialSource: "env:ONE" });
       new KeyRotation("one", { keyArn: "arn", keyMaterialId: "id" });`,
    );
    const texts = registered.map(({ inputs }) => String(inputs["__provider"]));
    expect(texts).toHaveLength(4);
    expect(texts[0]).toBe(texts[1]);
    expect(bodies(texts[0] ?? "")).toBe(golden("externalKey"));
    expect(bodies(texts[2] ?? "")).toBe(golden("importedKeyMaterial"));
    expect(bodies(texts[3] ?? "")).toBe(golden("keyRotation"));
    for (const text of texts) {
      expect(text.length).toBeLessThan(6_000);
      expect(new Set([...text.matchAll(/require\(([^)]*)\)/g)].map(([, what]) => what))).toEqual(
        new Set(['"byok/pulumi/provider"']),
      );
    }
  });

  it("marks inline bytes as secret, derives a token for each key, and keeps the bytes off the object", async () => {
    const registered = await registeredBy(
      linked.folder,
      `const { ExternalKey, ImportedKeyMaterial, MultiRegionExternalKey } = require("byok/pulumi");
       new ExternalKey("payments");
       const material = new ImportedKeyMaterial("payments", { keyArn: "arn", keyMaterial: "Ynl0ZXM=" });
       if ("keyMaterial" in material) throw new Error("The bytes are on the object.");
       new MultiRegionExternalKey("global", {
         primaryRegion: "eu-central-1", replicaRegions: ["eu-west-1"], keyMaterialSource: "env:KEY", validFor: "90d",
         description: "global",
       });`,
    );
    const inputs = (type: string, name: string) =>
      registered.find((one) => one.type.endsWith(type) && one.name === name)?.inputs ?? {};
    expect(inputs(":ImportedKeyMaterial", "payments")["keyMaterial"]).toMatchObject({ value: "Ynl0ZXM=" });
    expect(inputs(":ExternalKey", "payments")["creationToken"]).toMatch(
      /^pulumi:fixture\/test\/payments:[0-9a-f]{12}$/,
    );
    expect(inputs(":ExternalKey", "global-eu-central-1")).toMatchObject({
      multiRegion: true,
      region: "eu-central-1",
      description: "global",
    });
    // The replica's primary is the material's key, so that it waits for the import; the mock echoes it.
    expect(inputs(":ExternalKey", "global-eu-west-1")).toMatchObject({
      primaryKeyArn: "global-eu-central-1-id",
      region: "eu-west-1",
    });
    expect(inputs(":ImportedKeyMaterial", "global-eu-west-1")).toMatchObject({
      keyArn: "global-eu-west-1-id",
      keyMaterialSource: "env:KEY",
      validFor: "90d",
    });
    expect(inputs("byok:index:MultiRegionExternalKey", "global")).toEqual({});
  });

  it("reads by the ARN of a key, or by that and the id of one of its materials", async () => {
    const registered = await registeredBy(
      linked.folder,
      `const { ImportedKeyMaterial, KeyRotation } = require("byok/pulumi");
       for (const id of ["arn", "arn,id"]) { ImportedKeyMaterial.get(id, id); KeyRotation.get(id, id); }`,
    );
    const inputsOf = (type: string) =>
      Object.fromEntries(registered.filter((one) => one.type.endsWith(type)).map(({ name, inputs }) => [name, inputs]));
    expect(inputsOf(":ImportedKeyMaterial")).toMatchObject({ arn: { keyArn: "arn" }, "arn,id": { keyArn: "arn" } });
    expect(inputsOf(":KeyRotation")).toMatchObject({
      arn: { keyArn: "arn", keyMaterialId: "" },
      "arn,id": { keyArn: "arn", keyMaterialId: "id" },
    });
  });

  it("takes the Regions as the constructs do, or as primary and replicas, which register the same", async () => {
    const registered = (spelling: string) =>
      registeredBy(
        linked.folder,
        `const { MultiRegionExternalKey } = require("byok/pulumi");
         new MultiRegionExternalKey("global", { ${spelling}, keyMaterialSource: "env:KEY" });`,
      );
    const listed = await registered('regions: ["eu-central-1", "eu-west-1", "us-east-1"]');
    const names = listed.filter(({ type }) => type.endsWith(":ExternalKey")).map(({ name }) => name);
    expect(names).toEqual(["global-eu-central-1", "global-eu-west-1", "global-us-east-1"]);
    expect(await registered('primaryRegion: "eu-central-1", replicaRegions: ["eu-west-1", "us-east-1"]')).toEqual(
      listed,
    );
    const single = await registered('regions: ["eu-central-1"]');
    expect(await registered('primaryRegion: "eu-central-1"')).toEqual(single);
  });

  it.each([
    ["a Region twice", 'primaryRegion: "eu-west-1", replicaRegions: ["eu-west-1"]', /eu-west-1 is named twice/],
    ["a Region twice in the list", 'regions: ["eu-west-1", "eu-west-1"]', /eu-west-1 is named twice/],
    [
      "both spellings",
      'regions: ["eu-west-1"], primaryRegion: "eu-west-1"',
      /`regions` conflicts with `primaryRegion`/,
    ],
    ["no Region", "regions: []", /`regions` must name at least one Region/],
    ["no spelling", "", /`regions` must name at least one Region/],
    ["replicas without a primary", 'replicaRegions: ["eu-west-1"]', /`primaryRegion` must be plain text/],
    [
      "a Region that is not known yet",
      'regions: [require("@pulumi/pulumi").output("eu-west-1")]',
      /must be plain text/,
    ],
  ])("refuses %s", async (_name, spelling, message) => {
    await expect(
      registeredBy(
        linked.folder,
        `const { MultiRegionExternalKey } = require("byok/pulumi");
         new MultiRegionExternalKey("global", { ${spelling} });`,
      ),
    ).rejects.toThrow(message);
  });

  it("refuses a key to be taken over in a Region that it has not", async () => {
    const arn = "arn:aws:kms:eu-central-1:111122223333:key/mrk-1234abcd12ab34cd56ef1234567890ab";
    await expect(
      registeredBy(
        linked.folder,
        `const { MultiRegionExternalKey } = require("byok/pulumi");
         new MultiRegionExternalKey("global", {
           regions: ["eu-central-1", "eu-west-1"], existingKeyArns: { "eu-centrl-1": "${arn}" },
         });`,
      ),
    ).rejects.toThrow(/`existingKeyArns` must have only Regions of the key: eu-centrl-1 is not among/);
  });
});
