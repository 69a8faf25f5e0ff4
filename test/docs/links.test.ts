import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize, relative } from "node:path";

const root = join(__dirname, "../..");

/** Every page that is written for people: of the root, of `docs` and of the examples. */
const pages = [
  ...readdirSync(root).filter((file) => file.endsWith(".md")),
  ...["docs", "examples", ".github"].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && entry.name.endsWith(".md") && !entry.parentPath.includes("node_modules"))
      .map((entry) => relative(root, join(entry.parentPath, entry.name))),
  ),
].sort();

interface Link {
  readonly page: string;
  readonly target: string;
}

/** Links to other pages and files; code is no place for links. */
function linksOf(page: string): readonly Link[] {
  const text = readFileSync(join(root, page), "utf8")
    .replaceAll(/^\s*```[^]*?^\s*```/gm, "")
    .replaceAll(/`[^`\n]*`/g, "`");
  return [...text.matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target = ""]) => ({ page, target }))
    .filter(({ target }) => !/^[a-z]+:/.test(target));
}

/** The names by which headings can be linked to, as GitHub makes them, and those that are written out. */
function anchorsOf(page: string): ReadonlySet<string> {
  const text = readFileSync(join(root, page), "utf8").replaceAll(/^\s*```[^]*?^\s*```/gm, "");
  const headings = [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading = ""]) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, "")
      .replaceAll(/\s/g, "-"),
  );
  return new Set([...headings, ...[...text.matchAll(/<a id="([^"]+)"/g)].map(([, id = ""]) => id)]);
}

function isDead({ page, target }: Link): boolean {
  const [path = "", anchor] = target.split("#");
  const file = path === "" ? page : normalize(join(dirname(page), decodeURIComponent(path)));
  if (file.startsWith("../../")) return false; // A page of GitHub's own, such as the form of an advisory.
  if (!existsSync(join(root, file))) return true;
  return anchor !== undefined && file.endsWith(".md") && !anchorsOf(file).has(anchor);
}

it("has no dead link between pages", () => {
  const links = pages.flatMap(linksOf);
  expect(links.length).toBeGreaterThan(100);
  expect(links.filter(isDead).map(({ page, target }) => `${page}: ${target}`)).toEqual([]);
});

it("sees a dead link", () => {
  expect(isDead({ page: "README.md", target: "docs/nowhere.md" })).toBe(true);
  expect(isDead({ page: "README.md", target: "docs/pulumi.md#nowhere" })).toBe(true);
  expect(isDead({ page: "docs/README.md", target: "pulumi.md#several-regions" })).toBe(false);
});

it("lists every page of the documentation", () => {
  const listed = linksOf("docs/README.md").map(({ target }) => normalize(join("docs", target.split("#")[0] ?? "")));
  const all = pages.filter((page) => page.startsWith("docs/") && page !== "docs/README.md");
  // Records are listed by a page of their own.
  expect(all.filter((page) => !listed.includes(page) && !page.startsWith("docs/decisions/"))).toEqual([]);
});
