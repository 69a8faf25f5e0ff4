import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { leaksIn } from "../pulumi/life";
import { type Life, plaintext, startLife } from "../support/life";
import { pulumiInstallation } from "../support/pulumi-binary";
import { blockWith, blocksOf, blocksUnder } from "../support/page";
import { type DocumentedProject, documentedProject } from "./project";

const page = "docs/pulumi.md";

/** A block of commands of the first program, by a line that begins so. */
const commands = (start: string): string => blockWith(blocksUnder(page, "First program"), "sh", start);

describe("the first program of the page on Pulumi", () => {
  let life: Life;
  let project: DocumentedProject;
  beforeAll(async () => {
    const { bin } = await pulumiInstallation();
    life = await startLife();
    project = await documentedProject({
      page,
      heading: "First program",
      kmsUrl: life.kms.url,
      commands: [bin],
      // The last that runs on every line of Node that these tests run on.
      versions: { "@pulumi/pulumi": "3.248.0", "@types/node": "20.19.43" },
      env: {
        PULUMI_SKIP_UPDATE_CHECK: "true",
        PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
        PULUMI_DISABLE_REGISTRY_RESOLVE: "true",
        PULUMI_AUTOMATION_API_SKIP_VERSION_CHECK: "true",
        PULUMI_SKIP_CONFIRMATIONS: "true",
      },
    });
  }, 900_000);
  afterAll(async () => {
    await project.remove();
    await life.close();
  });

  const outputs = async (): Promise<Record<string, unknown>> =>
    JSON.parse(await project.run("pulumi stack output --json"));

  it("runs as printed, from an empty folder with the tsconfig of Pulumi's template", async () => {
    await project.run(commands("npm install byok"));
    const bytes = await readFile(join(project.folder, "keys/payments.bin"));
    let printed = await project.run(commands("pulumi stack init"));
    const { keyArn, state, expires } = await outputs();
    expect(state).toBe("imported");
    expect(expires).toMatch(/^\d{4}-\d\d-\d\dT/);
    const ciphertext = await life.encrypt(String(keyArn));

    printed += await project.run(commands("curl -X PUT"));
    expect(printed).toMatch(/the same key material will be imported again: expired on \d{4}-/);
    expect(await life.decrypt(ciphertext)).toBe(plaintext);

    const files = await project.files();
    expect(files.some((file) => file.includes("/state/"))).toBe(true);
    for (const file of files.filter((one) => !one.endsWith("payments.bin"))) {
      expect({ file, leaks: leaksIn(await readFile(file), bytes) }).toEqual({ file, leaks: [] });
    }
    expect(leaksIn(printed, bytes)).toEqual([]);

    // The second program, in the place of the first.
    const regions = blocksUnder(page, "Several Regions").find(({ language }) => language === "ts");
    await writeFile(join(project.folder, "index.ts"), regions?.text ?? "");
    await project.run("pulumi up --yes");
    const { arns, states } = await outputs();
    expect(Object.keys(Object(arns))).toEqual(["eu-central-1", "eu-west-1", "us-east-1"]);
    expect(states).toEqual(["imported", "imported", "imported"]);
    await project.run("pulumi destroy --yes");
  }, 600_000);

  it("names a command that the package has, for the embedded KMS", async () => {
    const [, ...args] = commands("npx byok emulator").trim().split(" ");
    expect(args).toEqual(["byok", "emulator", "--region", "eu-central-1"]);
  });
});

it("prints Pulumi's output as byok words it", () => {
  const shown = blocksOf(page).find(({ text }) => text.startsWith("byok: "));
  expect(shown?.text).toMatch(/^byok: arn:aws:kms:…: the same key material will be imported again: expired on /);
});
