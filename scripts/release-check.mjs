// The first step of a release: refuses it before anything is built or published where a later step would fail.
// `node scripts/release-check.mjs v1.2.3 owner/repository`
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { publishedIntegrity } from "./published.mjs";

const root = join(import.meta.dirname, "..");
const { name, version, repository } = JSON.parse(await readFile(join(root, "package.json"), "utf8"));
const [, , tag, home] = process.argv;
const url = `git+https://github.com/${home}.git`;
const problems = [
  ...(tag === `v${version}`
    ? []
    : [`The tag ${tag} is not v${version}, the version in package.json. Tag the commit again.`]),
  // npm refuses a provenance that names another repository than the package does.
  ...(repository.url === url
    ? []
    : [`\`repository\` in package.json is ${repository.url} and this is ${url}. Correct it.`]),
  // A version can be published once, whatever becomes of it.
  ...((await publishedIntegrity(name, version)) === undefined
    ? []
    : [`${name} ${version} is on npm already. Raise the version.`]),
];
for (const problem of problems) process.stderr.write(`${problem}\n`);
process.exitCode = problems.length === 0 ? 0 : 1;
