import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { randomBytes } from "node:crypto";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { promisify } from "node:util";
import { mirrorConfiguration, terraformCommand } from "../cdktf/terraform-command";
import { type Life, plaintext, startLife } from "../support/life";
import { blocksOf, blocksUnder } from "../support/page";

const execute = promisify(execFile);
const root = join(__dirname, "../..");

describe("the programs of the README", () => {
  let life: Life;
  let folder: string;
  let env: Record<string, string>;
  beforeAll(async () => {
    life = await startLife();
    folder = await mkdtemp(join(tmpdir(), "byok-readme-"));
    await terraformCommand(join(folder, "bin"));
    await mkdir(join(folder, "keys"));
    await writeFile(join(folder, "keys", "payments.bin"), randomBytes(32), { mode: 0o600 });
    await writeFile(join(folder, "cli.tfrc"), mirrorConfiguration());
    await mkdir(join(folder, "node_modules"));
    await symlink(root, join(folder, "node_modules", "byok"));
    env = {
      PATH: [join(folder, "bin"), dirname(process.execPath), process.env["PATH"]].join(delimiter),
      HOME: folder,
      TF_CLI_CONFIG_FILE: join(folder, "cli.tfrc"),
      CHECKPOINT_DISABLE: "1",
      AWS_ENDPOINT_URL_KMS: life.kms.url,
      AWS_ENDPOINT_URL_STS: life.kms.url,
      AWS_ACCESS_KEY_ID: "test",
      AWS_SECRET_ACCESS_KEY: "test",
      AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: "true",
    };
  }, 300_000);
  afterAll(async () => {
    await rm(folder, { recursive: true, force: true });
    await life.close();
  });

  const run = async (command: string, ...args: string[]): Promise<string> =>
    (await execute(command, args, { cwd: folder, env })).stdout;

  it("for Terraform applies as printed, and plans nothing afterwards", async () => {
    const [program] = blocksUnder("README.md", "Terraform");
    expect(program?.language).toBe("terraform");
    await writeFile(join(folder, "main.tf"), program?.text ?? "");
    await run("terraform", "init");
    await run("terraform", "apply", "-auto-approve");
    await run("terraform", "plan", "-detailed-exitcode");
    const state: { resources: { type: string; instances: { attributes: { arn?: string } }[] }[] } = JSON.parse(
      await readFile(join(folder, "terraform.tfstate"), "utf8"),
    );
    const key = state.resources.find(({ type }) => type === "byok_external_key")?.instances[0]?.attributes;
    expect(await life.decrypt(await life.encrypt(key?.arn ?? ""))).toBe(plaintext);
  }, 120_000);

  it("from code runs as printed", async () => {
    const [program] = blocksUnder("README.md", "From code");
    await writeFile(join(folder, "life.mjs"), program?.text ?? "");
    expect(await run(process.execPath, "life.mjs")).toMatch(
      /^arn:aws:kms:eu-central-1:\d{12}:key\/\S+ cmac:[0-9a-f]{32}\n$/,
    );
  }, 60_000);

  it("are the same calls in Pulumi and the constructs as on their pages", async () => {
    for (const heading of ["Pulumi", "CDK Terrain and CDKTF"]) {
      const [program] = blocksUnder("README.md", heading);
      const page = heading === "Pulumi" ? "docs/pulumi.md" : "docs/cdktf.md";
      const long = blocksOf(page).find(({ file, language }) => file !== undefined && language === "ts");
      for (const made of (program?.text ?? "").match(/new \w+|import \{[^}]+\} from "byok\/\w+"/g) ?? []) {
        expect(long?.text).toContain(made);
      }
    }
  });
});
