// Installs the package as a stranger does and says what that costs: packs what `npm run build` has built, installs the
// tarball into an empty project, with no lock file and whatever versions the registry has today, and fails where the
// package is too large or too much is installed, or any package is there twice.
//
// `node scripts/check-install.mjs [folder]`: the project is left in the folder, which must be absent or empty, as project,
// beside the tarball. Default: in a temporary folder, which is removed. With --installed, a project that is there already
// is judged and nothing is installed.
import { execFileSync } from "node:child_process";
import { lstat, mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";

/** The most that may be, with room for what the AWS SDK adds in its minor versions. */
const budget = { packages: 36, megabytes: 18, tarballMegabytes: 1.2 };

const root = join(import.meta.dirname, "..");
const { values, positionals } = parseArgs({ options: { installed: { type: "boolean" } }, allowPositionals: true });
const [named] = positionals;
const folder = named === undefined ? await mkdtemp(join(tmpdir(), "byok-install-")) : resolve(named);
try {
  const tarball = values.installed === true ? undefined : await install(folder);
  const problems = await check(folder, tarball);
  for (const problem of problems) process.stderr.write(`${problem}\n`);
  process.exitCode = problems.length === 0 ? 0 : 1;
} finally {
  if (named === undefined) await rm(folder, { recursive: true, force: true });
}

/** Packs and installs; the tarball, as npm tells of it. */
async function install(place) {
  const project = join(place, "project");
  await mkdir(project, { recursive: true });
  const packed = npm(["pack", "--ignore-scripts", "--json", "--pack-destination", place], root);
  const [tarball] = JSON.parse(packed);
  await writeFile(join(project, "package.json"), '{ "private": true }\n');
  npm(["install", "--no-audit", "--no-fund", join(place, tarball.filename)], project);
  return tarball;
}

/** What is wrong, a sentence each. */
async function check(place, tarball) {
  const modules = join(place, "project", "node_modules");
  const packages = await packagesBelow(modules);
  const twice = [...new Set(packages.filter((name, index) => packages.indexOf(name) !== index))];
  const megabytes = (await bytesBelow(modules)) / 1e6;
  const packed = (tarball?.size ?? 0) / 1e6;
  const name = tarball?.filename ?? place;
  process.stdout.write(
    `${name}: ${packed.toFixed(2)} MB packed (at most ${budget.tarballMegabytes}); installed ${packages.length} packages (at most ${budget.packages}), ${megabytes.toFixed(1)} MB (at most ${budget.megabytes})\n`,
  );
  return [
    ...(packages.length > budget.packages ? [`Too many packages: ${packages.join(", ")}`] : []),
    ...(megabytes > budget.megabytes ? [`Too large: ${megabytes.toFixed(1)} MB`] : []),
    ...(packed > budget.tarballMegabytes ? [`The tarball is too large: ${packed.toFixed(2)} MB`] : []),
    ...(twice.length > 0 ? [`More than one copy of ${twice.join(", ")}: see npm ls --all in ${place}`] : []),
  ];
}

function npm(args, cwd) {
  try {
    return execFileSync("npm", args, { cwd, encoding: "utf8", maxBuffer: 1 << 26 });
  } catch (error) {
    throw new Error(
      `npm ${args[0]} failed. The package is installed freshly, for which npm must reach a registry (npm config get registry).`,
      { cause: error },
    );
  }
}

/** The names of all packages in a node_modules, each as often as it is there. */
async function packagesBelow(modules) {
  const found = [];
  const entries = await readdir(modules, { withFileTypes: true }).catch(() => []);
  for (const { name } of entries.filter((entry) => entry.isDirectory() && !entry.name.startsWith("."))) {
    if (name.startsWith("@")) {
      for (const scoped of await readdir(join(modules, name))) found.push(`${name}/${scoped}`);
    } else found.push(name);
  }
  const nested = await Promise.all(found.map((name) => packagesBelow(join(modules, name, "node_modules"))));
  return [...found, ...nested.flat()];
}

/** What the files hold; what they take on a disk is more by what their last blocks leave free. */
async function bytesBelow(place) {
  const entries = await readdir(place, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const sizes = await Promise.all(files.map(async (file) => (await lstat(file)).size));
  return sizes.reduce((sum, one) => sum + one, 0);
}
