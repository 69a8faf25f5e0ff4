import { randomBytes } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { bench, type Bench } from "../support/byok-terraform";
import { plaintext } from "../support/life";
import { families } from "./families";
import { newApp } from "./synthesis";

const keys = (changes: ReadonlyMap<string, { readonly actions: readonly string[] }>): string[] =>
  [...changes].map(([address, { actions }]) => `${actions.join()} ${address.replace(/_[0-9A-F]{8}$/, "")}`).sort();

describe.each(families)("Regions of a key of $name", (family) => {
  const { byok, library } = family;
  let at: Bench;
  beforeAll(async () => {
    at = await bench();
    await writeFile(join(at.workspace.folder, "payments.bin"), randomBytes(32));
  });
  afterAll(() => at.close());

  /** Replaces the configuration by a stack with a key in these Regions. */
  async function write(regions: readonly string[]): Promise<void> {
    const stack = new library.TerraformStack(newApp(family), "keys");
    new byok.ByokProvider(stack, "byok", {
      importRequestsPerSecond: 1000,
      aws: { region: "eu-central-1", endpoint: at.life.kms.url, accessKey: "AKIAENGINE", secretKey: "engine" },
    });
    new byok.MultiRegionExternalKey(stack, "payments", {
      regions,
      keyMaterialSource: `file:${join(at.workspace.folder, "payments.bin")}`,
    });
    const made: { terraform: Record<string, unknown> } = JSON.parse(library.Testing.synth(stack, true));
    // The state stays in the workspace.
    delete made.terraform["backend"];
    await at.workspace.write(JSON.stringify(made), "cdk.tf.json");
  }

  it("come and go, and nothing happens to the others", async () => {
    await write(["eu-central-1", "eu-west-1"]);
    await at.workspace.apply();
    await at.settled();
    const [arn = ""] = /arn:aws:kms:eu-central-1:[\w:/-]+/.exec(await at.workspace.state()) ?? [];
    const ciphertext = await at.life.encrypt(arn);

    await write(["eu-central-1", "us-east-1", "eu-west-1"]);
    expect(keys(await at.workspace.changes())).toEqual([
      "create byok_external_key.payments_us-east-1_key",
      "create byok_imported_key_material.payments_us-east-1_material",
    ]);
    await at.workspace.apply();
    expect(await at.life.decrypt(ciphertext, "us-east-1")).toBe(plaintext);

    await write(["eu-central-1", "us-east-1"]);
    expect(keys(await at.workspace.changes())).toEqual([
      "delete byok_external_key.payments_eu-west-1_key",
      "delete byok_imported_key_material.payments_eu-west-1_material",
    ]);
    await at.workspace.apply();
    await at.settled();
  }, 120_000);

  it("may change places, and no key is replaced", async () => {
    await write(["us-east-1", "eu-central-1"]);
    expect(keys(await at.workspace.changes())).toEqual(["update byok_external_key.payments_eu-central-1_key"]);
    at.life.calls();
    await at.workspace.apply();
    // What is noted is whose replica it is; which of them is the primary is for UpdatePrimaryRegion to say.
    expect(at.life.calls().filter((call) => !/^(Describe|List|Get)/.test(call))).toEqual([]);
    await at.settled();
  }, 120_000);
});
