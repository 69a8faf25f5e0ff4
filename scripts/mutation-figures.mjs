// Turns the report of `stryker run` into reports/figures/mutation.json, in the form of the other suites' figures
// (test/support/figures.ts), and prints it.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const root = join(import.meta.dirname, "..");
const { files } = JSON.parse(readFileSync(join(root, "reports", "mutation", "mutation.json"), "utf8"));

const rooms = { engine: "src/engine/", codec: "src/terraform/plugin/" };
const outcomes = {
  Killed: "killed by a test",
  Timeout: "killed by its time",
  Survived: "survived",
  NoCoverage: "reached by no test",
  RuntimeError: "broke the run, not counted",
  Ignored: "ignored, not counted",
};

const mutantsOf = (folder) =>
  Object.entries(files).flatMap(([file, { mutants }]) => (file.startsWith(folder) ? mutants : []));

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

const folder = join(root, "reports", "figures");
mkdirSync(folder, { recursive: true });
const [command, date] = ["npm run mutate", new Date().toISOString().slice(0, 10)];
for (const [room, path] of Object.entries({ ...rooms, both: "" })) {
  const [name, figures] = [`mutation-${room}`, Object.fromEntries(figuresOf(mutantsOf(path)))];
  writeFileSync(join(folder, `${name}.json`), `${JSON.stringify({ name, command, date, figures }, undefined, 2)}\n`);
  const lines = Object.entries(figures).map(([what, value]) => `  ${what}: ${value}`);
  process.stdout.write(`${name} (${command})\n${lines.join("\n")}\n`);
}
