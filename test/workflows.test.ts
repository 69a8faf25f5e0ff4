import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const folder = join(__dirname, "..", ".github", "workflows");
const files = readdirSync(folder);

describe.each(files)("the workflow %s", (file) => {
  const text = readFileSync(join(folder, file), "utf8");

  it("names every action by a commit, and says which version that is", () => {
    const uses = text.match(/^.*\buses:.*$/gm) ?? [];
    expect(uses.length).toBeGreaterThan(0);
    expect(uses.filter((line) => !/uses: [\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(line))).toEqual([]);
  });

  it("has no permission by default, and leaves no credential in the checkout", () => {
    expect(text).toMatch(/^permissions: \{\}$/m);
    const checkouts = text.match(/actions\/checkout@/g) ?? [];
    expect(text.match(/persist-credentials: false/g)).toHaveLength(checkouts.length);
  });

  it("runs no script of a dependency, and puts nothing that others name into a command", () => {
    const installs = text.match(/npm (?:ci|install|i)\b.*/g) ?? [];
    expect(installs.filter((line) => !line.includes("--ignore-scripts"))).toEqual([]);
    const commands = text.match(/^\s*(?:- )?run:.*(?:\n\s{10,}.*)*/gm) ?? [];
    expect(commands.filter((command) => /run:[^]*\$\{\{[^]*/.test(command.split(/\n\s+env:/)[0] ?? ""))).toEqual([]);
  });

  it("runs only what package.json has", () => {
    const { scripts } = JSON.parse(readFileSync(join(__dirname, "..", "package.json"), "utf8"));
    const named = [...text.matchAll(/npm run ([a-z:]+)/g)].map(([, name]) => name);
    const listed = [...text.matchAll(/command: \[([^\]]+)\]/g)].flatMap(([, list]) => JSON.parse(`[${list}]`));
    expect([...named, ...listed].filter((name) => !(name in scripts))).toEqual([]);
  });
});
