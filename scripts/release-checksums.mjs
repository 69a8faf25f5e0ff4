// Completes dist/release, or the folder after --folder, once the archives of all systems are in it: the registry's
// manifest and SHA256SUMS over everything (https://developer.hashicorp.com/terraform/registry/providers/publishing). What signs it comes after.
import { createHash } from "node:crypto";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";

const root = join(import.meta.dirname, "..");
const { values, positionals } = parseArgs({ options: { folder: { type: "string" } }, allowPositionals: true });
const folder = resolve(values.folder ?? join(root, "dist", "release"));
const { version } = JSON.parse(await readFile(join(root, "package.json"), "utf8"));
const name = `terraform-provider-byok_${version}`;
await writeFile(
  join(folder, `${name}_manifest.json`),
  `${JSON.stringify({ version: 1, metadata: { protocol_versions: ["6.0"] } }, undefined, 2)}\n`,
);
const expected = positionals.map((target) => `${name}_${target}.zip`);
const files = (await readdir(folder)).filter((file) => file.startsWith(`${name}_`) && /\.(zip|json)$/.test(file));
const missing = expected.filter((file) => !files.includes(file));
if (missing.length > 0) throw new Error(`${folder} lacks ${missing.join(", ")}`);
const lines = await Promise.all(
  files.toSorted().map(async (file) => {
    const sum = createHash("sha256")
      .update(await readFile(join(folder, file)))
      .digest("hex");
    return `${sum}  ${file}\n`;
  }),
);
await writeFile(join(folder, `${name}_SHA256SUMS`), lines.join(""));
process.stdout.write(lines.join(""));
