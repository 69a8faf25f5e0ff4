import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** What one command measured: names in plain words, and their values. */
type Figures = Readonly<Record<string, string | number>>;

/**
 * Prints the figures of a suite, and leaves them in `reports/figures/<name>.json`, from which
 * `npm run generate:reliability` makes the tables of docs/reliability.md.
 *
 * `name` is a file's name without its ending, starting with the suite's: `crash-terraform-aws`.
 */
export function reportFigures(name: string, command: string, figures: Figures): void {
  const folder = join(__dirname, "..", "..", "reports", "figures");
  mkdirSync(folder, { recursive: true });
  const date = new Date().toISOString().slice(0, 10);
  writeFileSync(join(folder, `${name}.json`), `${JSON.stringify({ name, command, date, figures }, undefined, 2)}\n`);
  const lines = Object.entries(figures).map(([what, value]) => `  ${what}: ${value}`);
  process.stdout.write(`${name} (${command})\n${lines.join("\n")}\n`);
}
