import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { terraformCommand } from "../cdktf/terraform-command";
import { leaksIn } from "../pulumi/life";
import { type Life, plaintext, startLife } from "../support/life";
import { blockWith, blocksUnder } from "../support/page";
import { type DocumentedProject, documentedProject } from "./project";

const page = "docs/cdktf.md";
const plan = "terraform -chdir=cdktf.out/stacks/keys plan -detailed-exitcode -no-color";

/** A block of commands of the first program, by a line that begins so. */
const commands = (start: string): string => blockWith(blocksUnder(page, "First program"), "sh", start);

describe("the first program of the page on CDK Terrain", () => {
  let life: Life;
  let bin: string;
  let project: DocumentedProject;
  beforeAll(async () => {
    bin = await mkdtemp(join(tmpdir(), "byok-bin-"));
    await terraformCommand(bin);
    life = await startLife();
    project = await documentedProject({
      page,
      heading: "First program",
      kmsUrl: life.kms.url,
      commands: [bin],
      versions: { typescript: "6.0.3", tsx: "4.23.15", "@types/node": "20.19.43" },
      env: { CHECKPOINT_DISABLE: "1" },
    });
  }, 300_000);
  afterAll(async () => {
    await project.remove();
    await rm(bin, { recursive: true, force: true });
    await life.close();
  });

  /** The program with something else in it. */
  async function change(from: string, to: string): Promise<void> {
    const main = join(project.folder, "main.ts");
    const text = await readFile(main, "utf8");
    expect(text).toContain(from);
    await writeFile(main, text.replaceAll(from, to));
  }

  it("runs as printed, from an empty folder, without the CLI", async () => {
    await project.run(commands("npm install byok"));
    await project.run(commands("cat > byok.tfrc"));
    const bytes = await readFile(join(project.folder, "keys/payments.bin"));
    let printed = await project.run(commands("npx tsx"));
    const keyArn = await project.run("terraform -chdir=cdktf.out/stacks/keys output -raw key_arn");
    const ciphertext = await life.encrypt(keyArn);
    expect(await life.decrypt(ciphertext)).toBe(plaintext);
    printed += await project.run(plan);

    const later = commands("curl -X PUT");
    const [turn = "", repair = ""] = later.split(/^(?=terraform)/m);
    await project.run(turn);
    expect(await life.decrypt(ciphertext)).toBe("KMSInvalidStateException");
    printed += await project.run(repair);
    expect(await life.decrypt(ciphertext)).toBe(plaintext);

    const files = await project.files();
    expect(files.some((file) => file.endsWith("/cdk.tf.json"))).toBe(true);
    expect(files.some((file) => file.endsWith(".tfstate"))).toBe(true);
    // Terraform keeps a copy of the provider below the stack's folder.
    for (const file of files.filter((one) => !one.endsWith("payments.bin") && !one.includes("/.terraform/"))) {
      expect({ file, leaks: leaksIn(await readFile(file), bytes) }).toEqual({ file, leaks: [] });
    }
    expect(leaksIn(printed, bytes)).toEqual([]);

    // Where synthesis and apply are on different machines, with the path of the page.
    const other = "file:${path.root}/../../../keys/payments.bin";
    expect(await readFile(join(__dirname, "../..", page), "utf8")).toContain(`| \`${other}\` |`);
    await change("file:keys/payments.bin", other);
    await project.run("npx tsx main.ts");
    expect(await readFile(join(project.folder, "cdktf.out/stacks/keys/cdk.tf.json"), "utf8")).toContain(`"${other}"`);
    await project.run(turn);
    await project.run(repair);
    expect(await life.decrypt(ciphertext)).toBe(plaintext);

    // From one library to the other, without a change.
    await project.run("npm install cdktf@0.21 constructs@10.7");
    await change('"byok/cdktn"', '"byok/cdktf"');
    await change('"cdktn"', '"cdktf"');
    await project.run(`rm -r cdktf.out/stacks/keys/cdk.tf.json\nnpx tsx main.ts\n${plan}`);
  }, 600_000);

  it("fails as the page says without target versions, and for a function in place of a reference", async () => {
    const main = join(project.folder, "main.ts");
    const [printed] = blocksUnder(page, "First program").filter(({ file }) => file === "main.ts");
    await writeFile(main, (printed?.text ?? "").replace("context: { ...context, targetVersions }", "context"));
    expect(await project.run("npx tsx main.ts 2>&1", 1)).toContain("write-only attributes requires terraform >=1.11.0");
    await writeFile(
      main,
      (printed?.text ?? "")
        .replace('keyMaterialSource: "file:keys/payments.bin"', 'keyMaterial: Fn.filebase64("keys/payments.bin")')
        .replace("import { App,", "import { App, Fn,"),
    );
    expect(await project.run("npx tsx main.ts 2>&1", 1)).toMatch(
      /`keyMaterial` calls filebase64, which is not a reference[^]*`keyMaterialSource: "file:/,
    );
  }, 120_000);
});
