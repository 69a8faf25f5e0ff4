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

describe("the release", () => {
  const text = readFileSync(join(folder, "release.yml"), "utf8");
  const steps = text.slice(text.indexOf("\n  publish:"));

  it("is checked before anything is built or tested", () => {
    const jobs = [...text.matchAll(/^ {2}(\w+):\n(?: {4}name:.*\n)?(?: {4}needs: (.*)\n)?/gm)].filter(
      ([line]) => !/read|write/.test(line),
    );
    const needs = Object.fromEntries(jobs.map(([, name, needed]) => [name, needed]));
    expect(needs).toMatchObject({ check: undefined, archive: "check", tests: "check", publish: "[archive, tests]" });
  });

  it("does last what cannot be taken back, and makes the draft public only when all else is done", () => {
    const order = [
      "npm run release:checksums",
      "npm run release:sign",
      "npm sbom",
      "npm pack",
      "attest-build-provenance",
      "gh release create",
      "npm run release:package",
      "gh release edit",
    ].map((step) => [step, steps.indexOf(step)] as const);
    expect(order.filter(([, at]) => at < 0)).toEqual([]);
    expect(order.toSorted(([, one], [, other]) => one - other)).toEqual(order);
    expect(steps).toMatch(/gh release create "\$TAG" --draft --verify-tag/);
    expect(steps.match(/--draft=false/g)).toHaveLength(1);
    expect(steps.trimEnd().split("- name: ").at(-1)).toContain('gh release edit "$TAG" --draft=false');
  });
});

describe("the lines of Node.js", () => {
  const page = readFileSync(join(__dirname, "..", "docs", "installation.md"), "utf8");
  const { engines } = JSON.parse(readFileSync(join(__dirname, "..", "package.json"), "utf8"));
  const checks = readFileSync(join(folder, "checks.yml"), "utf8");
  const [, listed = ""] = /^ +node: \[([^\]]+)\]$/m.exec(checks) ?? [];
  const tested: readonly string[] = JSON.parse(`[${listed}]`);
  const documented = [...page.matchAll(/^\| (\d+) +\| (?:from ([\d.]+), )?until /gm)];

  it("are tested at the least version that is supported, each that the documentation names", () => {
    const least = documented.map(([, line = "", from]) => from ?? line);
    expect(least.length).toBeGreaterThan(2);
    expect(least.toReversed()).toEqual(tested);
  });

  it("are those that package.json lets npm install on", () => {
    const ranges = String(engines.node).split(" || ");
    const starts = ranges.map((range) => range.replace(/^(?:\^|>=)/, "").replace(/(?:\.0)+$/, ""));
    // The last range is open: lines that are newer than it are supported, too.
    expect(tested.slice(0, starts.length)).toEqual(starts);
  });
});
