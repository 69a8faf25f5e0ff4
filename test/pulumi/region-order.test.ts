import { randomBytes } from "node:crypto";
import { type Life, plaintext, startLife } from "../support/life";
import { type Cli, cli, type Ran } from "./support/cli";

const program = `
  const { MultiRegionExternalKey } = require("byok/pulumi");
  const key = new MultiRegionExternalKey("payments", {
    ...JSON.parse(process.env.ARGUMENTS), keyMaterialSource: "env:MATERIAL", description: "payments",
    deletionPolicy: "delete", validFor: "90d",
  });
  exports.arns = key.arns;
`;

describe("Regions of a key", () => {
  let life: Life;
  let pulumi: Cli;
  beforeAll(async () => {
    life = await startLife();
    pulumi = await cli(life.kms.url, program);
    await pulumi.run(["stack", "init", "test"]);
  }, 900_000);
  afterAll(async () => {
    await pulumi.remove();
    await life.close();
  });

  const material = randomBytes(32).toString("base64");
  const run = (args: readonly string[], spelling: object): Promise<Ran> =>
    pulumi.run(args, { MATERIAL: material, ARGUMENTS: JSON.stringify(spelling) });

  /** The calls that change anything. */
  const changes = (): readonly string[] => life.calls().filter((call) => !/^(?:Describe|List|Get)/.test(call));

  async function up(spelling: object): Promise<string> {
    const { exitCode, output } = await run(["up", "--yes", "--skip-preview"], spelling);
    expect([exitCode, output]).toEqual([0, output]);
    return output;
  }

  it("may be spelled otherwise, change places, come and go, and no key is replaced", async () => {
    await up({ primaryRegion: "eu-central-1", replicaRegions: ["eu-west-1"] });
    const { output } = await pulumi.run(["stack", "output", "arns"]);
    const arns: Record<string, string> = JSON.parse(output);
    const ciphertext = await life.encrypt(arns["eu-central-1"] ?? "");
    life.calls();

    expect(await up({ regions: ["eu-central-1", "eu-west-1"] })).toMatch(/\b6 unchanged/);
    expect(changes()).toEqual([]);

    const described = { regions: ["eu-west-1", "eu-central-1"], materialDescription: "first" };
    const refused = await run(["preview"], described);
    expect([refused.exitCode === 0, refused.output]).toEqual([
      false,
      expect.stringMatching(/cannot be set on a replica/),
    ]);

    const { output: preview } = await run(["preview", "--diff"], { regions: ["eu-west-1", "eu-central-1"] });
    expect(preview).not.toMatch(/to replace|to delete/);
    const swapped = await up({ regions: ["eu-west-1", "eu-central-1"] });
    expect(swapped).not.toMatch(/replaced|deleted|created/);
    // Which of them is the primary is for UpdatePrimaryRegion to say.
    expect(changes()).toEqual([]);
    expect(await up({ regions: ["eu-west-1", "eu-central-1"] })).toMatch(/\b6 unchanged/);

    expect(await up({ regions: ["eu-west-1", "us-east-1", "eu-central-1"] })).toMatch(/\b2 created/);
    // The first one is refused where the configuration has the primary, the second one goes to where it is.
    expect(changes()).toEqual(["ReplicateKey", "ReplicateKey", "ImportKeyMaterial"]);
    expect(await life.decrypt(ciphertext, "us-east-1")).toBe(plaintext);
    expect(await up({ primaryRegion: "eu-central-1", replicaRegions: ["eu-west-1"] })).toMatch(/\b2 deleted/);
    expect(changes()).toEqual(["DeleteImportedKeyMaterial", "ScheduleKeyDeletion"]);
    expect(await life.decrypt(ciphertext, "eu-west-1")).toBe(plaintext);
  }, 300_000);
});
