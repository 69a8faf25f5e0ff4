import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";

const root = join(__dirname, "..");

/** A function that returns its argument as it is, under an overload: a cast that does not look like one. */
const identity =
  /function (\w+)(?:<[^>]*>)?\((\w+)[^)]*\): [^;{]+;\n(?:export )?function \1(?:<[^>]*>)?\((\w+)[^)]*\): [^;{]+ \{\n\s+return \3;\n\}/;

it("casts by one function, whose name says so", () => {
  const files = ["src", "pulumi", "cdktf", "scripts"]
    .flatMap((folder) => readdirSync(join(root, folder), { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile() && entry.name.endsWith(".ts"))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)));
  const casting = files.filter((file) => identity.test(readFileSync(join(root, file), "utf8")));
  expect(casting).toEqual(["src/terraform/plugin/unchecked.ts"]);
});

it("sees a cast under another name", () => {
  expect(
    "function untyped(options: object): Options;\nfunction untyped(options: object): object {\n  return options;\n}",
  ).toMatch(identity);
});
