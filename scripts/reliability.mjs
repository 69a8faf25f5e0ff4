// Puts the figures that the suites left in reports/figures into the tables of docs/reliability.md, each with the command
// that made it and its date: `npm run generate:reliability`. A suite that was not run since keeps the figures it had.
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

const columns = [
  ["aws", "alibaba", "qkms"],
  ["terraform", "pulumi", "cdktf", "command", "library"],
  ["engine", "codec", "kms", "all"],
];
const root = join(import.meta.dirname, "..");
const page = join(root, "docs", "reliability.md");
const folder = join(root, "reports", "figures");
const files = (await readdir(folder).catch(() => [])).filter((file) => file.endsWith(".json")).toSorted();
const reports = await Promise.all(files.map(async (file) => JSON.parse(await readFile(join(folder, file), "utf8"))));

const text = await readFile(page, "utf8");
const done = text.replace(/(<!-- figures: ([\w-]+) -->\n)[^]*?(?=<!-- end -->)/g, (before, start, suite) => {
  const mine = reports.filter(({ name }) => name === suite || name.startsWith(`${suite}-`));
  return mine.length === 0 ? before : `${start}${tablesOf(mine).join("\n")}`;
});
await writeFile(page, done);

/** What a report is named by beside its subject: reports that differ in this alone stand side by side in one table. */
function columnOf(name) {
  const words = name.split("-");
  const word = columns.map((kind) => words.find((each) => kind.includes(each))).find(Boolean);
  const subject = words.filter((each) => each !== word).join("-");
  return { subject, column: word ?? "" };
}

function tablesOf(mine) {
  const subjects = new Set(mine.map(({ name }) => columnOf(name).subject));
  return [...subjects].map((subject) =>
    table(
      subject,
      mine.filter(({ name }) => columnOf(name).subject === subject),
    ),
  );
}

function table(subject, together) {
  const runs = together.map(({ command, date }) => `\`${command}\`, ${date}`);
  const alike = new Set(runs).size === 1;
  const labels = [...new Set(together.flatMap(({ figures }) => Object.keys(figures)))];
  // What is said in words and of all of them alike stands under the table.
  const common = labels.filter((label) => {
    const said = new Set(together.map(({ figures }) => figures[label]));
    return said.size === 1 && typeof together[0].figures[label] === "string";
  });
  const rows = [
    ...(alike ? [] : [["run", runs]]),
    ...labels
      .filter((label) => !common.includes(label))
      .map((label) => [label, together.map(({ figures }) => figures[label] ?? "–")]),
  ];
  const head = `| | ${together.map(({ name }) => columnOf(name).column).join(" | ")} |`;
  const lines = rows.map(([label, values]) => `| ${label} | ${values.join(" | ")} |\n`).join("");
  const below = common.map((label) => `\n${label}: ${together[0].figures[label]}\n`).join("");
  const caption = alike ? `**${subject}**, ${runs[0]}` : `**${subject}**`;
  return `\n${caption}\n\n${head}\n|---|${together.map(() => "---:|").join("")}\n${lines}${below}`;
}
