import { randomBytes } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { SuccessorProps } from "../../cdktf/index";
import { bench, type Bench } from "../support/byok-terraform";
import { plaintext } from "../support/life";
import { families } from "./families";
import { newApp } from "./synthesis";

const regions = ["eu-central-1", "eu-west-1"];
const everywhere = [...regions, "us-east-1"];

const planned = (changes: ReadonlyMap<string, { readonly actions: readonly string[] }>): string[] =>
  [...changes].map(([address, { actions }]) => `${actions.join()} ${address.replace(/_[0-9A-F]{8}$/, "")}`).sort();

const created = (...addresses: readonly string[]): string[] =>
  addresses.map((address) => `create byok_${address}`).sort();

describe.each(families)("a key that is rotated by constructs of $name", (family) => {
  const { byok, library } = family;
  let at: Bench;

  beforeEach(async () => {
    at = await bench();
    for (const name of ["first", "2027", "2028", "2029"]) {
      await writeFile(join(at.workspace.folder, `${name}.bin`), randomBytes(32));
    }
  });
  afterEach(() => at.close());

  const source = (name: string): string => `file:${join(at.workspace.folder, `${name}.bin`)}`;
  const named = (names: readonly string[]): SuccessorProps[] =>
    names.map((name) => ({ name, keyMaterialSource: source(name) }));

  /** Replaces the configuration by a stack with a key: in one Region, or in these. */
  async function write(names: readonly string[], where?: readonly string[]): Promise<void> {
    const stack = new library.TerraformStack(newApp(family), "keys");
    new byok.ByokProvider(stack, "byok", {
      importRequestsPerSecond: 1000,
      aws: { region: "eu-central-1", endpoint: at.life.kms.url, accessKey: "AKIAENGINE", secretKey: "engine" },
    });
    const props = { keyMaterialSource: source("first"), successors: named(names), validFor: "90d" };
    if (where === undefined) new byok.SingleRegionExternalKey(stack, "payments", props);
    else new byok.MultiRegionExternalKey(stack, "payments", { ...props, regions: where });
    const made: { terraform: Record<string, unknown> } = JSON.parse(library.Testing.synth(stack, true));
    // The state stays in the workspace.
    delete made.terraform["backend"];
    await at.workspace.write(JSON.stringify(made), "cdk.tf.json");
  }

  async function keyArn(): Promise<string> {
    const [arn] = /arn:aws:kms:eu-central-1:[\w:/-]+/.exec(await at.workspace.state()) ?? [];
    if (arn === undefined) throw new Error("The state has no key.");
    return arn;
  }

  /** Results of all resources of a kind, by their short addresses. */
  async function results(type: string): Promise<ReadonlyMap<string, Readonly<Record<string, unknown>>>> {
    const {
      resources,
    }: { resources: { type: string; name: string; instances: { attributes: Record<string, unknown> }[] }[] } =
      JSON.parse(await at.workspace.state());
    const ours = resources.filter((one) => one.type === type);
    return new Map(
      ours.map(({ name, instances: [only] }) => [name.replace(/_[0-9A-F]{8}$/, ""), only?.attributes ?? {}]),
    );
  }

  const writes = (): string[] => at.life.calls().filter((call) => !/^(Describe|List|Get)/.test(call));

  it("gets two successors in its first apply and a third later, in one Region", async () => {
    await write(["2027", "2028"]);
    await at.workspace.apply();
    expect(writes()).toEqual([
      "CreateKey",
      "ImportKeyMaterial",
      "ImportKeyMaterial",
      "RotateKeyOnDemand",
      "ImportKeyMaterial",
      "RotateKeyOnDemand",
    ]);
    await at.settled();
    const arn = await keyArn();
    const old = await at.life.encrypt(arn);

    await write(["2027", "2028", "2029"]);
    expect(planned(await at.workspace.changes())).toEqual(
      created("imported_key_material.payments_material-2029", "key_rotation.payments_rotation-2029"),
    );
    await at.workspace.apply();
    expect(writes()).toEqual(["ImportKeyMaterial", "RotateKeyOnDemand"]);
    await at.settled();
    const fresh = await at.life.encrypt(arn);
    expect([await at.life.decrypt(old), await at.life.decrypt(fresh)]).toEqual([plaintext, plaintext]);
    // What was current before this apply says so until the next refresh.
    await at.workspace.apply("-refresh-only");
    const rotations = [...(await results("byok_key_rotation")).values()];
    expect(rotations.map((one) => one["rotations"])).toEqual([3, 3, 3]);
    const materials = await results("byok_imported_key_material");
    expect(Object.fromEntries([...materials].map(([name, one]) => [name, one["rotation_state"]]))).toEqual({
      payments_material: "former",
      "payments_material-2027": "former",
      "payments_material-2028": "former",
      "payments_material-2029": "current",
    });

    // All of them lapse at once: each gets its own bytes back, and nothing is rotated.
    at.life.kms.clock.advance("91d");
    expect(await at.life.decrypt(fresh)).toBe("KMSInvalidStateException");
    await at.workspace.apply();
    expect(writes()).toEqual(Array.from({ length: 4 }, () => "ImportKeyMaterial"));
    expect([await at.life.decrypt(old), await at.life.decrypt(fresh)]).toEqual([plaintext, plaintext]);
    await at.settled();
  }, 300_000);

  // What the other library makes is the same, and these lives are long.
  if (family.name === "cdktn") return;

  it("is rotated in every Region, and a new replica gets all materials", async () => {
    await write(["2027"], regions);
    await at.workspace.apply();
    await at.settled();
    writes();
    const arn = await keyArn();
    const old = await at.life.encrypt(arn);

    await write(["2027", "2028"], regions);
    expect(planned(await at.workspace.changes())).toEqual(
      created(
        ...regions.map((region) => `imported_key_material.payments_${region}_material-2028`),
        "key_rotation.payments_rotation-2028",
      ),
    );
    await at.workspace.apply();
    expect(writes()).toEqual(["ImportKeyMaterial", "ImportKeyMaterial", "RotateKeyOnDemand"]);
    await at.settled();

    await write(["2027", "2028"], everywhere);
    expect(planned(await at.workspace.changes())).toEqual(
      created(
        "external_key.payments_us-east-1_key",
        ...["", "-2027", "-2028"].map((name) => `imported_key_material.payments_us-east-1_material${name}`),
      ),
    );
    await at.workspace.apply();
    await at.settled();
    const fresh = await at.life.encrypt(arn.replace("eu-central-1", "us-east-1"), "us-east-1");
    for (const region of everywhere) {
      expect([await at.life.decrypt(old, region), await at.life.decrypt(fresh, region)]).toEqual([
        plaintext,
        plaintext,
      ]);
    }
    await at.workspace.destroy();
  }, 300_000);

  it("is rotated twice in the apply that makes it and its replicas", async () => {
    await write(["2027", "2028"], everywhere);
    await at.workspace.apply();
    const calls = writes();
    const count = (name: string): number => calls.filter((call) => call === name).length;
    expect(["CreateKey", "ReplicateKey", "ImportKeyMaterial", "RotateKeyOnDemand"].map(count)).toEqual([1, 2, 9, 2]);
    expect(calls.lastIndexOf("ReplicateKey")).toBeLessThan(calls.indexOf("RotateKeyOnDemand"));
    await at.settled();
    const ciphertext = await at.life.encrypt(await keyArn());
    for (const region of everywhere) expect(await at.life.decrypt(ciphertext, region)).toBe(plaintext);

    // Regions change places, and nothing is lost: what the former primary was given stays as it is.
    await write(["2027", "2028"], ["us-east-1", "eu-central-1", "eu-west-1"]);
    const changes = await at.workspace.changes();
    expect([...changes.values()].flatMap(({ actions }) => actions)).not.toContain("delete");
  }, 300_000);
});
