import { readFileSync } from "node:fs";
import { join } from "node:path";

const root = join(__dirname, "../..");
const text = readFileSync(join(root, "CHANGELOG.md"), "utf8");
const { version }: { version: string } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));

interface Release {
  readonly name: string;
  readonly date: string | undefined;
  readonly text: string;
}

const releases: readonly Release[] = text
  .split(/^## /m)
  .slice(1)
  .map((section) => {
    const [heading = "", ...lines] = section.split("\n");
    const [, name = heading, date] = /^\[([^\]]+)\](?: - (\S+))?$/.exec(heading) ?? [];
    return { name, date, text: lines.join("\n") };
  });

/** The kinds of changes that Keep a Changelog knows. */
const kinds = ["Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"];

it("begins with what is not released, then has versions from new to old", () => {
  const [first, ...others] = releases.map(({ name }) => name);
  expect(first).toBe("Unreleased");
  const numbers = others.map((name) => name.split(".").map(Number));
  expect(numbers.every((parts) => parts.length === 3 && parts.every(Number.isInteger))).toBe(true);
  const sorted = numbers.toSorted((a, b) => a.map((part, i) => (b[i] ?? 0) - part).find((d) => d !== 0) ?? 0);
  expect(numbers).toEqual(sorted);
});

it("has an entry for the version of the package", () => {
  expect(releases.map(({ name }) => name)).toContain(version);
});

it("dates releases, and sorts changes by kinds", () => {
  for (const { date, text: changes } of releases) {
    if (date !== undefined) expect(date).toMatch(/^\d{4}-\d\d-\d\d$/);
    const headings = [...changes.matchAll(/^### (.+)$/gm)].map(([, kind]) => kind);
    expect(headings.filter((kind) => !kinds.includes(kind ?? ""))).toEqual([]);
    expect(new Set(headings).size).toBe(headings.length);
  }
});

it("says with each breaking change what to do", () => {
  const breaking = text.split("\n").filter((line) => line.startsWith("- ") && /\bbreaking\b/i.test(line));
  expect(breaking.filter((line) => !/\*\*Breaking:\*\* .+ (Do|Set|Use|Write|Replace|Run|Remove)\b/.test(line))).toEqual(
    [],
  );
});
