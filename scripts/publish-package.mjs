// Publishes a tarball on npm, once: `node scripts/publish-package.mjs byok-1.2.3.tgz [options of npm publish]`. Where the
// same tarball is there already, as after a release that failed later, nothing is done; another one is an error.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { publishedIntegrity } from "./published.mjs";

const root = join(import.meta.dirname, "..");
const { name, version } = JSON.parse(await readFile(join(root, "package.json"), "utf8"));
const [, , tarball, ...options] = process.argv;
const integrity = `sha512-${createHash("sha512")
  .update(await readFile(tarball))
  .digest("base64")}`;
const published = await publishedIntegrity(name, version);
if (published === undefined) {
  execFileSync("npm", ["publish", resolve(tarball), ...options], { stdio: "inherit" });
} else if (published === integrity) {
  process.stdout.write(`${name} ${version} is published already, from this tarball.\n`);
} else {
  process.stderr.write(`${name} ${version} is published already, from another tarball. Raise the version.\n`);
  process.exitCode = 1;
}
