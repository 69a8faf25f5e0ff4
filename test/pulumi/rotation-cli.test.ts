import { randomBytes } from "node:crypto";
import { ListKeyRotationsCommand, RotateKeyOnDemandCommand } from "@aws-sdk/client-kms";
import { type Life, plaintext, startLife } from "../support/life";
import { importNewMaterial } from "../support/new-material";
import { leaksIn } from "./life";
import { type Cli, cli, type Ran } from "./support/cli";

/**
 * A key in the Regions of REGIONS, with as many materials as BYTES has, each of which is rotated to but for those before the
 * place of FROM, which were rotated to by hand.
 */
const program = `
  const { ExternalKey, ImportedKeyMaterial, KeyRotation } = require("byok/pulumi");
  const [primary, ...replicas] = process.env.REGIONS.split(" ");
  const bytes = process.env.BYTES.split(" ");
  const taken = Number(process.env.TAKEN ?? 0);
  const args = JSON.parse(process.env.ARGS ?? "{}");
  const keys = { [primary]: new ExternalKey("payments", { region: primary, multiRegion: replicas.length > 0 }) };
  const arns = {};
  let previous;
  let order = [];
  bytes.forEach((keyMaterial, i) => {
    const place = i + 1;
    const succeeds = i < taken ? undefined : previous;
    const imported = new ImportedKeyMaterial(
      "m" + place, { keyArn: keys[primary].id, keyMaterial, succeeds, ...args["m" + place] }, { dependsOn: order });
    const inReplicas = replicas.map((region) => {
      keys[region] ??= new ExternalKey("payments-" + region, { region, primaryKeyArn: imported.keyArn });
      return new ImportedKeyMaterial(
        "m" + place + "-" + region, { keyArn: keys[region].id, keyMaterial, succeeds }, { dependsOn: imported });
    });
    previous = imported.keyMaterialId;
    order = [imported, ...inReplicas];
    if (i === 0) return;
    const rotation = new KeyRotation(
      "r" + place, { keyArn: keys[primary].id, keyMaterialId: imported.keyMaterialId }, { dependsOn: order });
    previous = rotation.keyMaterialId;
    order = [rotation];
    exports.rotations = rotation.rotations;
    exports.current = rotation.currentKeyMaterialId;
  });
  for (const [region, key] of Object.entries(keys)) arns[region] = key.arn;
  exports.arns = arns;
`;

const summary = (ran: Ran, words: string): void => {
  if (ran.exitCode !== 0 || !ran.output.includes(words)) {
    throw new Error(`pulumi ended with ${ran.exitCode}, and "${words}" was awaited:\n${ran.output}`);
  }
};

describe("rotation with the real CLI", () => {
  let life: Life;
  let pulumi: Cli;
  beforeEach(async () => {
    life = await startLife();
    pulumi = await cli(life.kms.url, program);
    await pulumi.run(["stack", "init", "test"]);
    await pulumi.run(["config", "set", "aws:region", "eu-central-1"]);
  }, 900_000);
  afterEach(async () => {
    await pulumi.remove();
    await life.close();
  });

  const bytes = Array.from({ length: 4 }, () => randomBytes(32));

  function stack(regions: readonly string[]) {
    const run = (args: readonly string[], count: number, more: Readonly<Record<string, string>> = {}) =>
      pulumi.run(args, {
        REGIONS: regions.join(" "),
        BYTES: bytes
          .slice(0, count)
          .map((one) => one.toString("base64"))
          .join(" "),
        ...more,
      });
    return {
      run,
      /** Brings the stack to so many materials; the preview after that is empty. */
      up: async (count: number, words: string, more: Readonly<Record<string, string>> = {}): Promise<Ran> => {
        const up = await run(["up", "--yes"], count, more);
        summary(up, words);
        summary(await run(["preview", "--expect-no-changes"], count, more), "unchanged");
        return up;
      },
      output: async (name: string): Promise<unknown> =>
        JSON.parse((await pulumi.run(["stack", "output", "--json"])).output)[name],
    };
  }

  async function arnsOf(output: Promise<unknown>): Promise<Readonly<Record<string, string>>> {
    const arns = await output;
    if (typeof arns !== "object" || arns === null) throw new Error("The stack has no output arns.");
    return Object.fromEntries(Object.entries(arns).map(([region, arn]) => [region, String(arn)]));
  }

  it("makes a key with two successors from nothing, rotates it on a year later, and opens all that it encrypted", async () => {
    const { run, up, output } = stack(["eu-central-1"]);
    await up(3, "7 created");
    const { "eu-central-1": arn = "" } = await arnsOf(output("arns"));
    const ciphertexts = [await life.encrypt(arn)];
    life.kms.clock.advance("365d");
    const later = await up(4, "2 created");
    expect(later.output).toContain("7 unchanged");
    ciphertexts.push(await life.encrypt(arn));
    expect(await output("rotations")).toBe(3);
    const { Rotations = [] } = await life
      .client()
      .send(new ListKeyRotationsCommand({ KeyId: arn, IncludeKeyMaterial: "ALL_KEY_MATERIAL" }));
    expect(Rotations.map(({ KeyMaterialState }) => KeyMaterialState)).toEqual([
      ...Array.from({ length: 3 }, () => "NON_CURRENT"),
      "CURRENT",
    ]);
    for (const ciphertext of ciphertexts) expect(await life.decrypt(ciphertext)).toBe(plaintext);
    // A refresh tells that the earlier ones were rotated on from, and is then silent.
    const told = await run(["refresh", "--yes"], 4);
    summary(told, "unchanged");
    expect(told.output).toMatch(/was rotated to [0-9a-f]{64}, and then on to/);
    expect((await run(["preview", "--expect-no-changes"], 4)).output).not.toContain("was rotated to");
    summary(await run(["destroy", "--yes"], 4), "9 deleted");
    for (const one of bytes) expect(leaksIn(await pulumi.everything(), one)).toEqual([]);
  }, 600_000);

  it("takes over a key that was rotated by hand with both of its materials, and rotates it on", async () => {
    const { up, run, output } = stack(["eu-central-1"]);
    await up(1, "3 created");
    const { "eu-central-1": arn = "" } = await arnsOf(output("arns"));
    const old = await life.encrypt(arn);
    await importNewMaterial(life.client(), arn, bytes[1] ?? randomBytes(32));
    await life.client().send(new RotateKeyOnDemandCommand({ KeyId: arn }));
    // What succeeds the first cannot come in any more, and the error says what the current one is.
    const wrong = await run(["preview"], 2);
    expect([wrong.exitCode === 0, wrong.output]).toEqual([
      false,
      expect.stringMatching(/\[wrong_predecessor\].*whose current one is [0-9a-f]{64}/),
    ]);
    await up(2, "2 created", { TAKEN: "2" });
    await up(3, "2 created", { TAKEN: "2" });
    expect(await output("rotations")).toBe(2);
    expect(await life.decrypt(old)).toBe(plaintext);
  }, 600_000);

  it("rotates a primary with two replicas, and what one Region encrypts each opens", async () => {
    const regions = ["eu-central-1", "eu-west-1", "us-east-1"];
    const { up, output } = stack(regions);
    await up(2, "11 created");
    const arns = await arnsOf(output("arns"));
    const ciphertexts = await Promise.all(regions.map((region) => life.encrypt(arns[region] ?? "", region)));
    await up(3, "4 created");
    ciphertexts.push(...(await Promise.all(regions.map((region) => life.encrypt(arns[region] ?? "", region)))));
    for (const ciphertext of ciphertexts) {
      for (const region of regions) expect(await life.decrypt(ciphertext, region)).toBe(plaintext);
    }
  }, 600_000);

  it("puts other bytes in the place of material that waits, renews each, and shows nothing else in the preview", async () => {
    const { run, up, output } = stack(["eu-central-1"]);
    const args = (m2: object) => ({ ARGS: JSON.stringify({ m1: { validFor: "90d" }, m2 }) });
    const policy = { validFor: "90d", deletionPolicy: "delete" };
    // A run that ended between the import and the rotation.
    life.kms.permissions.deny("kms:RotateKeyOnDemand");
    expect((await run(["up", "--yes"], 2, args(policy))).exitCode).not.toBe(0);
    life.kms.permissions.allow();
    const other = { BYTES: [bytes[0], bytes[2]].map((one) => one?.toString("base64")).join(" "), ...args(policy) };
    const replaced = await run(["up", "--yes"], 2, other);
    summary(replaced, "1 replaced");
    expect(replaced.output).toMatch(/waits for its rotation will be deleted, and other bytes imported in its place/);
    summary(await run(["preview", "--expect-no-changes"], 2, other), "unchanged");
    expect(await output("rotations")).toBe(1);
    life.kms.clock.advance("61d");
    const due = await run(["up", "--yes"], 2, other);
    summary(due, "2 updated");
    summary(await run(["preview", "--expect-no-changes"], 2, other), "unchanged");
    await up(2, "unchanged", other);
  }, 600_000);
});
