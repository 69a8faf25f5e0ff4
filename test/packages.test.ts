import { readdirSync, readFileSync } from "node:fs";
import { builtinModules } from "node:module";
import { join, relative } from "node:path";

const root = join(__dirname, "..");

interface Manifest {
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
  readonly peerDependencies: Readonly<Record<string, string>>;
}

const manifest: Manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));

/** The packages that the files of a folder import, with who does; programs inside of texts count as well. */
function importsIn(folder: string): ReadonlyMap<string, string> {
  const files = readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.(ts|mjs|cjs|js)$/.test(entry.name))
    .filter((entry) => !/node_modules|dist|generated|\/gen\b/.test(relative(root, entry.parentPath)))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)));
  const found = new Map<string, string>();
  for (const file of files) {
    const text = readFileSync(join(root, file), "utf8");
    const statements = text.matchAll(
      /^(?:import|export)\b[^;"]*?\bfrom "([^"]+)"|^import "([^"]+)"|(?<![.\w])(?:jest\.)?(?:require|import|requireActual)\("([^"$]+)"\)/gm,
    );
    for (const [, ...names] of statements) {
      const name = names.find((one) => one !== undefined) ?? "";
      const [, wanted = ""] = /^((?:@[\w.-]+\/)?[\w.-]+)/.exec(name) ?? [];
      const isOurs = name.startsWith(".") || wanted === "byok" || name.startsWith("node:");
      if (!isOurs && wanted !== "" && !builtinModules.includes(wanted)) found.set(wanted, file);
    }
  }
  return found;
}

function undeclared(folder: string, declared: Readonly<Record<string, string>>): readonly string[] {
  return [...importsIn(folder)].filter(([name]) => !(name in declared)).map(([name, file]) => `${file}: ${name}`);
}

it.each(["test", "bench", "scripts", "examples"])(
  "%s imports no package that is only there by way of others",
  (folder) => {
    const { dependencies, devDependencies, peerDependencies } = manifest;
    expect(importsIn(folder).size).toBeGreaterThan(0);
    expect(undeclared(folder, { ...dependencies, ...devDependencies, ...peerDependencies })).toEqual([]);
  },
);

it.each(["src", "pulumi", "cdktf"])("%s imports no package that an installation would not have", (folder) => {
  const { dependencies, devDependencies, peerDependencies } = manifest;
  // Bundled into the provider.
  const { "@msgpack/msgpack": bundled = "" } = devDependencies;
  expect(undeclared(folder, { ...dependencies, ...peerDependencies, "@msgpack/msgpack": bundled })).toEqual([]);
});
