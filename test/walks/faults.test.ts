import { execFile } from "node:child_process";
import { cp, mkdtemp, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import type { KmsName as Kms } from "../../src/kms/clouds";
import { reportFigures } from "../support/figures";
import { faults, type PutBack } from "./faults";
import { pulumiTool } from "./pulumi-tool";
import { terraformTool } from "./terraform-tool";
import { type OpenTool, walked } from "./walk";

const execute = promisify(execFile);
const root = join(__dirname, "../..");
const isAsked = process.env["BYOK_WALKS"] === "faults" || process.env["BYOK_WALKS"] === "full";

const tools: Readonly<Record<string, OpenTool>> = { terraform: terraformTool, pulumi: pulumiTool };
const services: readonly Kms[] = ["aws", "alibaba", "qkms"];

/** The walk as it ends with the code as it is. */
async function walkedOn({ on, walk }: PutBack): Promise<readonly { readonly what: string }[]> {
  const [tool = "", service] = on.split("-");
  const [open, kms] = [tools[tool], services.find((one) => one === service)];
  if (open === undefined || kms === undefined) throw new Error(`Nobody walks as ${on}.`);
  return (await walked(kms, open, walk)).violations;
}

/** What the walk says once the fault is back, in a copy of the sources. */
async function walkedWith({ patch, on, walk }: PutBack): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "walk-fault-"));
  try {
    for (const part of ["src", "pulumi", "test", "package.json", "jest.config.js"]) {
      await cp(join(root, part), join(folder, part), { recursive: true });
    }
    await symlink(join(root, "node_modules"), join(folder, "node_modules"));
    await execute("git", ["apply", "-p1", patch], { cwd: folder });
    const jest = join(root, "node_modules/jest/bin/jest.js");
    const ran = await execute(process.execPath, [jest, "--rootDir", folder, `test/walks/${on}`], {
      cwd: folder,
      env: { ...process.env, BYOK_WALKS_WALK: JSON.stringify(walk) },
    }).catch((error: unknown) => String(error instanceof Error && "stderr" in error ? error.stderr : error));
    return typeof ran === "string" ? ran : "";
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

describe("faults that byok once had", () => {
  const figures = { "faults put back": 0, "of them found by their walk": 0 };

  it.each(faults().map((each) => [each.fault, each] as const))("are gone: %s", async (_fault, each) => {
    expect(await walkedOn(each)).toEqual([]);
  });

  it.each(faults().map(({ fault, patch }) => [fault, patch] as const))("can be put back: %s", async (_fault, patch) => {
    await execute("git", ["apply", "--check", "-p1", patch], { cwd: root });
    expect(patch).toMatch(/patch$/);
  });

  if (!isAsked) return;

  it.each(faults().map((each) => [each.fault, each] as const))(
    "are found: %s",
    async (_fault, each) => {
      figures["faults put back"]++;
      const said = await walkedWith(each);
      expect(said).toContain('"rule": ');
      figures["of them found by their walk"]++;
    },
    300_000,
  );

  afterAll(() => reportFigures("walks-faults", "npm run test:walks", figures));
});
