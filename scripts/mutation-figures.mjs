// Turns the reports of Stryker into reports/figures/mutation-ROOM.json, in the form of the other suites' figures
// (test/support/figures.ts), and prints them, with the score of each folder. Rooms that were never run are left out.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import mutation from "../test/mutation/rooms.js";

const root = join(import.meta.dirname, "..");
const outcomes = {
  Killed: "killed by a test",
  Timeout: "killed by its time",
  Survived: "survived",
  NoCoverage: "reached by no test",
  RuntimeError: "broke the run, not counted",
  Ignored: "ignored, not counted",
};

const figuresOf = (mutants) => {
  const counts = Object.entries(outcomes).map(([status, words]) => [
    words,
    mutants.filter((mutant) => mutant.status === status).length,
  ]);
  const count = Object.fromEntries(counts);
  const killed = count[outcomes.Killed] + count[outcomes.Timeout];
  const counted = killed + count[outcomes.Survived] + count[outcomes.NoCoverage];
  const score = counted === 0 ? "none" : Number(((100 * killed) / counted).toFixed(2));
  return [["mutants", mutants.length], ...counts, ["score in percent", score]];
};

const filesOf = (room) => {
  const report = join(root, "reports", "mutation", `${room}.json`);
  return existsSync(report) ? Object.entries(JSON.parse(readFileSync(report, "utf8")).files) : [];
};
const mutantsOf = (files) => files.flatMap(([, { mutants }]) => mutants);

const figuresFolder = join(root, "reports", "figures");
mkdirSync(figuresFolder, { recursive: true });
const [command, date] = ["npm run mutate", new Date().toISOString().slice(0, 10)];
const print = (name, files) => {
  const figures = Object.fromEntries(figuresOf(mutantsOf(files)));
  writeFileSync(
    join(figuresFolder, `${name}.json`),
    `${JSON.stringify({ name, command, date, figures }, undefined, 2)}\n`,
  );
  const folders = [...new Set(files.map(([file]) => dirname(file)))].map((folder) => {
    const those = files.filter(([file]) => dirname(file) === folder);
    return [`score in ${folder}`, Object.fromEntries(figuresOf(mutantsOf(those)))["score in percent"]];
  });
  const lines = [...Object.entries(figures), ...folders].map(([what, value]) => `  ${what}: ${value}`);
  process.stdout.write(`${name} (${command})\n${lines.join("\n")}\n`);
};
let all = [];
for (const room of Object.keys(mutation.rooms)) {
  const files = filesOf(room);
  if (files.length > 0) print(`mutation-${room}`, files);
  all = [...all, ...files];
}
print("mutation-all", all);
