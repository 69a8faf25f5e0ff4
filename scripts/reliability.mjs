// Puts the figures that the suites left in reports/figures into the tables of docs/reliability.md, each with the command
// that made it and its date: `npm run generate:reliability`. A suite that was not run since keeps the figures it had.
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

const root = join(import.meta.dirname, "..");
const page = join(root, "docs", "reliability.md");
const folder = join(root, "reports", "figures");
const files = (await readdir(folder).catch(() => [])).filter((file) => file.endsWith(".json")).toSorted();
const reports = await Promise.all(files.map(async (file) => JSON.parse(await readFile(join(folder, file), "utf8"))));

const text = await readFile(page, "utf8");
const done = text.replace(/(<!-- figures: ([\w-]+) -->\n)[^]*?(?=<!-- end -->)/g, (before, start, suite) => {
  const mine = reports.filter(({ name }) => name === suite || name.startsWith(`${suite}-`));
  return mine.length === 0 ? before : `${start}${mine.map(table).join("\n")}`;
});
await writeFile(page, done);

function table({ name, command, date, figures }) {
  const rows = Object.entries(figures).map(([what, value]) => `| ${what} | ${value} |\n`);
  return `\n**${name}**, \`${command}\`, ${date}\n\n| | |\n|---|---|\n${rows.join("")}`;
}
