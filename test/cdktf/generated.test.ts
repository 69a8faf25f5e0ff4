import { execFile } from "node:child_process";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { promisify } from "node:util";
import { terraformBinary } from "../support/terraform-binary";

const root = join(__dirname, "../..");

async function contents(folder: string): Promise<ReadonlyMap<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const pairs = files.map(async (file) => [relative(folder, file), await readFile(file, "utf8")] as const);
  return new Map((await Promise.all(pairs)).sort(([one], [other]) => (one < other ? -1 : 1)));
}

it("generates the bindings that are here from the provider that was built (npm run generate:cdktf)", async () => {
  const folder = await mkdtemp(join(tmpdir(), "byok-bindings-"));
  try {
    await promisify(execFile)(process.execPath, [join(root, "scripts/generate-cdktf.mjs"), folder], {
      env: { ...process.env, BYOK_TERRAFORM: await terraformBinary() },
    });
    const [here, afresh] = await Promise.all([contents(join(root, "cdktf/generated")), contents(folder)]);
    expect([...afresh.keys()]).toEqual([...here.keys()]);
    for (const [file, text] of afresh) expect({ file, same: text === here.get(file) }).toEqual({ file, same: true });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}, 120_000);
