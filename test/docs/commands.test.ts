import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { program } from "../../src/cli/program";
import { blocksOf } from "../support/page";

const root = join(__dirname, "../..");
const { scripts }: { scripts: Readonly<Record<string, string>> } = JSON.parse(
  readFileSync(join(root, "package.json"), "utf8"),
);

const pages = [
  ...["README.md", "CONTRIBUTING.md", "SECURITY.md"],
  ...["docs", "examples"].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && entry.name.endsWith(".md") && !entry.parentPath.includes("node_modules"))
      .map((entry) => relative(root, join(entry.parentPath, entry.name))),
  ),
];

interface Shown {
  readonly page: string;
  readonly command: string;
}

/** What a page has the reader run: lines of its shell blocks, and code within its sentences; comments left out. */
function shownOn(page: string): readonly Shown[] {
  const text = readFileSync(join(root, page), "utf8").replaceAll(/^\s*```[^]*?^\s*```/gm, "");
  const inline = [...text.matchAll(/`([^`\n]+)`/g)].map(([, code = ""]) => code);
  const lines = blocksOf(page)
    .filter(({ language }) => language === "sh")
    .flatMap((block) => block.text.replaceAll("\\\n", " ").split("\n"));
  return [...inline, ...lines].map((line) => ({ page, command: line.replace(/(^|\s)#.*$/, "") }));
}

const shown = pages.flatMap(shownOn);
const byok = program();

/** What is wrong with a call of the command, as far as its words tell. */
function faultsOf({ page, command }: Shown): readonly string[] {
  return [...command.matchAll(/(?:^\s*|npx |\$\(|[;&|] )byok ([a-z]+)([^|;&)]*)/g)].flatMap(
    ([call, verb = "", rest = ""]) => {
      const found = byok.commands.find((one) => one.name() === verb);
      if (found === undefined) return [`${page}: ${call.trim()}`];
      const options = [...rest.matchAll(/(?<=\s)(--[a-z-]+)/g)].map(([, option = ""]) => option);
      const known = [...found.options.map(({ long }) => long), "--help"];
      return options.filter((option) => !known.includes(option)).map((option) => `${page}: byok ${verb} ${option}`);
    },
  );
}

it("shows only commands and options of byok that exist", () => {
  expect(shown.filter(({ command }) => /(?:^|\s)byok [a-z]/.test(command)).length).toBeGreaterThan(20);
  expect(shown.flatMap(faultsOf)).toEqual([]);
});

it("sees commands and options that do not exist", () => {
  expect(faultsOf({ page: "x.md", command: "npx byok rotate KEY" })).toEqual(["x.md: npx byok rotate KEY"]);
  expect(faultsOf({ page: "x.md", command: "byok emulator --prot 1" })).toEqual(["x.md: byok emulator --prot"]);
});

it("shows only scripts of the package that exist", () => {
  const named = shown.flatMap(({ page, command }) =>
    [...command.matchAll(/npm run ([a-z][a-z:-]*)/g)].map(([, script = ""]) => ({ page, script })),
  );
  expect(named.length).toBeGreaterThan(20);
  expect(named.filter(({ script }) => !(script in scripts))).toEqual([]);
});

it("quotes sources with a question mark, which shells would take for a pattern", () => {
  const unquoted = blocksOfAll().filter(({ command }) => /(?:^|\s)(?:file|env|exec|wrap):[^\s'"]*\?/.test(command));
  expect(unquoted).toEqual([]);
});

function blocksOfAll(): readonly Shown[] {
  return pages.flatMap((page) =>
    blocksOf(page)
      .filter(({ language }) => language === "sh")
      .flatMap(({ text }) => text.split("\n"))
      .map((command) => ({ page, command })),
  );
}
