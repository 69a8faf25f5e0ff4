import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { help, type Options, parsedOptions } from "./options";
import { pulumiPart } from "./pulumi";
import { builtProviders } from "./providers";
import { startUpPart } from "./start-up";
import { say } from "./table";
import { terraformPart } from "./terraform";

// This is bundled to dist/bench/main.cjs.
const root = join(__dirname, "..", "..");

// The SDK would say at every start that it is made for later versions of Node.
process.env["AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED"] ??= "true";

void main();

async function main(): Promise<void> {
  try {
    const options = parsedOptions(process.argv.slice(2));
    if (options === null) say(help);
    else await run(options);
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  }
}

async function run({ count, many, only, profile }: Options): Promise<void> {
  const scratch = mkdtempSync(join(tmpdir(), "byok-bench-"));
  try {
    if (only.includes("start-up") || only.includes("terraform")) {
      const providers = await builtProviders(root);
      if (only.includes("start-up")) await startUpPart(providers, { root, scratch });
      if (only.includes("terraform"))
        await terraformPart({ root, scratch, providers, count, many, profile: profile && resolve(profile) });
    }
    if (only.includes("pulumi")) await pulumiPart({ root, scratch, count: Math.min(200, count - (count % 2)) });
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}
