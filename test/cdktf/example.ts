import { spawn } from "node:child_process";
import { chmod, cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { type Life, startLife } from "../support/life";
import { cdktfCli } from "./cdktf-cli";
import { terraformCommand } from "./terraform-command";

const root = join(__dirname, "../..");

/** An example in a project of its own, its README's commands, and an embedded KMS for them. */
export interface Example {
  readonly name: string;
  readonly life: Life;
  readonly folder: string;
  /** Runs a block of commands of the README; what it printed. It must succeed. */
  run(block: string): Promise<string>;
  /** The block of the README that has a line that begins so, as it stands there. */
  block(line: string): string;
  /** Requests that change something, which were made since the last call, with their Regions. */
  writes(): string[];
  /** Files of the folder in which the text or the bytes stand, those that the user made aside. */
  filesWith(traces: readonly Buffer[]): Promise<string[]>;
  remove(): Promise<void>;
}

export async function example(name: string): Promise<Example> {
  const [cli, life] = await Promise.all([cdktfCli(), startLife()]);
  const folder = await mkdtemp(join(tmpdir(), "byok-example-"));
  const source = join(root, "examples", "cdktf", name);
  for (const file of ["main.ts", "cdktf.json"]) await cp(join(source, file), join(folder, file));
  await installed(folder);
  await commands(folder);
  const blocks = shellBlocks(await readFile(join(source, "README.md"), "utf8"));
  const exports: string[] = [];
  let mark = 0;
  return {
    name,
    life,
    folder,
    async run(block) {
      const script = block
        .replaceAll("http://127.0.0.1:8300", life.kms.url)
        .replaceAll("$(cd ../../.. && pwd)/dist/mirror", join(root, "dist", "mirror"));
      const printed = await bash([...exports, script].join("\n"), folder, cli);
      exports.push(...script.split("\n").filter((line) => line.startsWith("export ")));
      return printed;
    },
    block(line) {
      const found = blocks.find((block) => block.split("\n").some((one) => one.startsWith(line)));
      if (found === undefined) throw new Error(`The README of ${name} has no command ${line}`);
      return found;
    },
    writes() {
      const requests = life.kms.requests.since(mark).filter(({ accessKeyId }) => accessKeyId === "test");
      mark = life.kms.requests.mark();
      return requests
        .filter(({ operation }) => !/^(Describe|List|Get(?!ParametersForImport))/.test(operation))
        .map(({ operation, region }) => `${operation} ${region}`);
    },
    async filesWith(traces) {
      const entries = await readdir(folder, { recursive: true, withFileTypes: true });
      const files = entries
        .filter((entry) => entry.isFile() && !entry.name.endsWith(".bin"))
        .map((entry) => join(entry.parentPath, entry.name));
      const found = await Promise.all(
        files.map(async (file) => {
          const content = await readFile(file);
          return traces.some((trace) => content.includes(trace)) ? [file] : [];
        }),
      );
      return found.flat();
    },
    async remove() {
      await life.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** The packages that a project of its own would have installed. */
async function installed(folder: string): Promise<void> {
  const modules = join(folder, "node_modules");
  await mkdir(modules);
  await symlink(root, join(modules, "byok"));
  for (const name of ["cdktf", "constructs", "esbuild", ".bin"]) {
    await symlink(join(root, "node_modules", name), join(modules, name));
  }
}

/** Commands that the README takes for granted: Terraform by its usual name, and of the AWS CLI what it uses. */
async function commands(folder: string): Promise<void> {
  const bin = join(folder, "bin");
  await terraformCommand(bin);
  await mkdir(join(folder, "home"));
  await writeFile(
    join(bin, "aws"),
    `#!/usr/bin/env node
const [service, command, ...options] = process.argv.slice(2);
const given = (name) => options[options.indexOf(name) + 1];
if (service !== "kms" || command !== "delete-imported-key-material") throw new Error("not known here");
fetch(process.env.AWS_ENDPOINT_URL_KMS, {
  method: "POST",
  headers: {
    "content-type": "application/x-amz-json-1.1",
    "x-amz-target": "TrentService.DeleteImportedKeyMaterial",
    authorization: "AWS4-HMAC-SHA256 Credential=AKIAUSER/20300101/" + given("--region") + "/kms/aws4_request, SignedHeaders=host, Signature=0",
  },
  body: JSON.stringify({ KeyId: given("--key-id") }),
}).then((answer) => process.exit(answer.ok ? 0 : 1));
`,
  );
  await chmod(join(bin, "aws"), 0o755);
}

function shellBlocks(text: string): string[] {
  return [...text.matchAll(/^```sh\n([^]*?)^```$/gm)].map(([, block = ""]) => block);
}

async function bash(script: string, folder: string, cli: string): Promise<string> {
  const path = [join(folder, "bin"), cli, dirname(process.execPath), process.env["PATH"]].join(delimiter);
  const child = spawn("bash", ["-euo", "pipefail", "-c", script], {
    cwd: folder,
    env: { PATH: path, HOME: join(folder, "home"), TMPDIR: tmpdir(), CI: "true", DISABLE_VERSION_CHECK: "true" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const printed: Buffer[] = [];
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (part: Buffer) => printed.push(part));
  const exitCode = await new Promise<number>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => resolve(code ?? -1));
  });
  const text = Buffer.concat(printed).toString("utf8");
  if (exitCode !== 0) throw new Error(`${script}\nended with ${exitCode}:\n${text}`);
  return text;
}
