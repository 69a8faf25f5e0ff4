import { randomBytes } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type Life, plaintext, startLife } from "../support/life";
import { type Cli, cli, type Ran } from "./support/cli";
import { type Project, project } from "./support/project";
import { type Registered, registeredBy } from "./support/serialised";

const regions = ["eu-central-1", "eu-west-1"];
const everywhere = [...regions, "us-east-1"];

describe("a component with successors", () => {
  let linked: Project;
  beforeAll(async () => {
    linked = await project("linked");
  });
  afterAll(() => linked.remove());

  const registered = (component: string, args: string): Promise<readonly Registered[]> =>
    registeredBy(
      linked.folder,
      `const components = require("byok/pulumi"); new components.${component}("payments", { keyMaterialSource: "env:FIRST", ${args} });`,
    );
  const inputsOf = (all: readonly Registered[], type: string): Readonly<Record<string, Registered["inputs"]>> =>
    Object.fromEntries(all.filter((one) => one.type.endsWith(`:${type}`)).map(({ name, inputs }) => [name, inputs]));

  it("registers in one Region what succeeds the first material, and the rotations to it", async () => {
    const all = await registered(
      "SingleRegionExternalKey",
      `description: "payments", validFor: "90d", deletionPolicy: "delete", fingerprint: "cmac:${"0".repeat(32)}",
       timeouts: { create: "1h" },
       successors: [{ name: "2027", keyMaterialSource: "env:A" }, { name: "2028", keyMaterialSource: "env:B", validTo: "2030-01-01T00:00:00Z" }]`,
    );
    expect(inputsOf(all, "ExternalKey")).toEqual({
      payments: expect.objectContaining({ description: "payments", timeouts: { create: "1h" } }),
    });
    const shared = { keyArn: "payments-id", deletionPolicy: "delete", timeouts: { create: "1h" } };
    const materials = inputsOf(all, "ImportedKeyMaterial");
    expect(materials).toEqual({
      payments: expect.objectContaining({ ...shared, keyMaterialSource: "env:FIRST", validFor: "90d" }),
      "payments-2027": expect.objectContaining({
        ...shared,
        keyMaterialSource: "env:A",
        validFor: "90d",
        succeeds: "payments-material",
      }),
      "payments-2028": expect.objectContaining({
        ...shared,
        keyMaterialSource: "env:B",
        validTo: "2030-01-01T00:00:00Z",
        succeeds: "payments-2027-material",
      }),
    });
    expect(materials["payments-2027"]).not.toHaveProperty("fingerprint");
    expect(materials["payments-2028"]).not.toHaveProperty("validFor");
    expect(inputsOf(all, "KeyRotation")).toEqual({
      "payments-2027": expect.objectContaining({
        keyArn: "payments-id",
        keyMaterialId: "payments-2027-material",
        timeouts: { create: "1h" },
      }),
      "payments-2028": expect.objectContaining({ keyMaterialId: "payments-2028-material" }),
    });
  });

  it("registers in every Region the same bytes, and one rotation of the primary", async () => {
    const all = await registered(
      "MultiRegionExternalKey",
      'regions: ["eu-central-1", "eu-west-1"], materialDescription: "first", successors: [{ name: "2027", keyMaterialSource: "env:A", materialDescription: "second" }]',
    );
    const materials = inputsOf(all, "ImportedKeyMaterial");
    expect(Object.keys(materials).sort()).toEqual(
      regions.flatMap((region) => [`payments-${region}`, `payments-${region}-2027`]).sort(),
    );
    for (const region of regions) {
      expect(materials[`payments-${region}-2027`]).toMatchObject({
        keyArn: `payments-${region}-id`,
        keyMaterialSource: "env:A",
        succeeds: "payments-eu-central-1-material",
      });
    }
    expect(materials["payments-eu-central-1-2027"]).toMatchObject({ materialDescription: "second" });
    expect(materials["payments-eu-west-1-2027"]).not.toHaveProperty("materialDescription");
    expect(inputsOf(all, "KeyRotation")).toEqual({
      "payments-2027": expect.objectContaining({
        keyArn: "payments-eu-central-1-id",
        keyMaterialId: "payments-eu-central-1-2027-material",
      }),
    });
  });

  it.each([
    ["a name twice", '[{ name: "a" }, { name: "a" }]', /payments: `successors` must have each name once: a is there/],
    ["a name that is none", '[{ name: "the next" }]', /`successors` has the name "the next"/],
    ["no name", "[{}]", /Each of `successors` must have a `name` that is plain text/],
    [
      "a name that is known later",
      '[{ name: require("@pulumi/pulumi").output("a") }]',
      /Each of `successors` must have a `name` that is plain text/,
    ],
  ])("refuses %s, in one Region and in several", async (_what, successors, sentence) => {
    const refused = (component: string, where: string): Promise<unknown> =>
      registered(component, `${where} successors: ${successors}`);
    await expect(refused("SingleRegionExternalKey", "")).rejects.toThrow(sentence);
    await expect(refused("MultiRegionExternalKey", 'regions: ["eu-central-1"],')).rejects.toThrow(sentence);
  });
});

const program = `
  const components = require("byok/pulumi");
  const { component, names, ...args } = JSON.parse(process.env.ARGUMENTS);
  const key = new components[component]("payments", {
    ...args, keyMaterialSource: "env:FIRST", validFor: "90d",
    successors: names.map((name) => ({ name, keyMaterialSource: "env:KEY_" + name })),
  });
  exports.arn = key.arn;
  exports.states = Object.values(key.successors).map(({ rotation }) => rotation.currentKeyMaterialId);
`;

describe("a key that is rotated by a component", () => {
  let life: Life;
  let pulumi: Cli;
  beforeEach(async () => {
    life = await startLife();
    pulumi = await cli(life.kms.url, program);
    await pulumi.run(["stack", "init", "test"]);
  }, 900_000);
  afterEach(async () => {
    await pulumi.remove();
    await life.close();
  });

  const bytes = Object.fromEntries(
    ["FIRST", "KEY_2027", "KEY_2028", "KEY_2029"].map((name) => [name, randomBytes(32).toString("base64")]),
  );
  const run = (args: readonly string[], wanted: object): Promise<Ran> =>
    pulumi.run(args, { ...bytes, ARGUMENTS: JSON.stringify(wanted) });

  async function up(wanted: object): Promise<string> {
    const { exitCode, output } = await run(["up", "--yes", "--skip-preview"], wanted);
    expect([exitCode, output]).toEqual([0, output]);
    return output;
  }

  /** Neither a preview nor an update finds anything to do. */
  async function expectSettled(wanted: object): Promise<void> {
    const { exitCode, output } = await run(["preview", "--expect-no-changes"], wanted);
    expect([exitCode, output]).toEqual([0, output]);
  }

  const changes = (): readonly string[] => life.calls().filter((call) => !/^(?:Describe|List|Get)/.test(call));
  const arnOf = async (): Promise<string> => (await pulumi.run(["stack", "output", "arn"])).output.trim();

  it("gets two successors in its first update and a third later, in one Region", async () => {
    const wanted = (...names: readonly string[]) => ({
      component: "SingleRegionExternalKey",
      region: "eu-central-1",
      names,
    });
    await up(wanted("2027", "2028"));
    const [material, rotation] = ["ImportKeyMaterial", "RotateKeyOnDemand"];
    expect(changes()).toEqual(["CreateKey", material, material, rotation, material, rotation]);
    await expectSettled(wanted("2027", "2028"));
    const old = await life.encrypt(await arnOf());

    expect(await up(wanted("2027", "2028", "2029"))).toMatch(/\b2 created/);
    expect(changes()).toEqual([material, rotation]);
    await expectSettled(wanted("2027", "2028", "2029"));
    const fresh = await life.encrypt(await arnOf());
    expect([await life.decrypt(old), await life.decrypt(fresh)]).toEqual([plaintext, plaintext]);
  }, 400_000);

  it("is rotated in every Region, and a new replica gets all materials", async () => {
    const wanted = (where: readonly string[], ...names: readonly string[]) => ({
      component: "MultiRegionExternalKey",
      regions: where,
      names,
    });
    await up(wanted(regions, "2027"));
    await expectSettled(wanted(regions, "2027"));
    const old = await life.encrypt(await arnOf());
    changes();

    expect(await up(wanted(regions, "2027", "2028"))).toMatch(/\b3 created/);
    expect(changes()).toEqual(["ImportKeyMaterial", "ImportKeyMaterial", "RotateKeyOnDemand"]);

    expect(await up(wanted(everywhere, "2027", "2028"))).toMatch(/\b4 created/);
    expect(changes()).toEqual(["ReplicateKey", ...Array.from({ length: 3 }, () => "ImportKeyMaterial")]);
    await expectSettled(wanted(everywhere, "2027", "2028"));
    const fresh = await life.encrypt((await arnOf()).replace("eu-central-1", "us-east-1"), "us-east-1");
    for (const region of everywhere) {
      expect([await life.decrypt(old, region), await life.decrypt(fresh, region)]).toEqual([plaintext, plaintext]);
    }
  }, 500_000);
});

describe("the example of a key that is rotated", () => {
  let life: Life;
  let pulumi: Cli;
  const example = join(__dirname, "../../examples/pulumi/rotation");
  beforeAll(async () => {
    life = await startLife();
    pulumi = await cli(life.kms.url, await readFile(join(example, "index.js"), "utf8"));
    await pulumi.run(["stack", "init", "test"]);
    for (const year of [2026, 2027, 2028]) {
      await writeFile(join(pulumi.folder, `ledger-${year}.bin`), randomBytes(32));
    }
  }, 900_000);
  afterAll(async () => {
    await pulumi.remove();
    await life.close();
  });

  it("is rotated once more with the line that its README takes out of a comment", async () => {
    const main = join(pulumi.folder, "index.js");
    const current = async (): Promise<string> => (await pulumi.run(["stack", "output", "current"])).output.trim();
    const up = async (): Promise<string> => {
      const { exitCode, output } = await pulumi.run(["up", "--yes", "--skip-preview"]);
      expect([exitCode, output]).toEqual([0, output]);
      return output;
    };
    await up();
    const before = await current();
    expect(await readFile(join(example, "README.md"), "utf8")).toContain("sed -i.old 's|// { name|{ name|' index.js");
    await writeFile(main, (await readFile(main, "utf8")).replace("// { name", "{ name"));
    expect(await up()).toMatch(/\b4 created/);
    expect(await current()).toMatch(/^[0-9a-f]{64}$/);
    expect(await current()).not.toBe(before);
    const ciphertext = await life.encrypt(
      JSON.parse((await pulumi.run(["stack", "output", "arns"])).output)["us-east-1"],
      "us-east-1",
    );
    for (const region of everywhere) expect(await life.decrypt(ciphertext, region)).toBe(plaintext);
  }, 500_000);
});
