import { parseArgs } from "node:util";
import { reportFigures } from "../support/figures";
import { campaign, inputOf, shares, type Tally } from "./campaign";
import { targets } from "./targets";

/** The long form of fuzz.test.ts, with progress while it runs, and the way to make a case that failed again. */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      cases: { type: "string", default: "1000000" },
      seed: { type: "string", default: String(Date.now() % 0x7fffffff) },
      target: { type: "string" },
      show: { type: "boolean", default: false },
    },
  });
  const chosen = targets.filter(({ name }) => values.target === undefined || name === values.target);
  if (chosen.length === 0) throw new Error(`There are: ${targets.map(({ name }) => name).join(", ")}.`);
  const [seed, cases] = [Number(values.seed), Number(values.cases)];
  const counts = shares(chosen, cases);
  const from = performance.now();
  const tallies: Tally[] = [];
  let [done, told] = [0, 0];
  for (const [index, target] of chosen.entries()) {
    if (values.show) process.stdout.write(`${inputOf(target, seed).toString("latin1").slice(0, 2_000)}\n`);
    const begun = performance.now();
    const tally = await campaign(target, counts[index] ?? 0, seed, (more) => {
      done += more;
      if (performance.now() - told < 5_000) return;
      told = performance.now();
      process.stdout.write(`  ${done} of ${cases} cases, at ${target.name}\n`);
    });
    tallies.push(tally);
    const { slowest, accepted, failures } = tally;
    process.stdout.write(
      `${target.name}: ${tally.cases} cases, ${accepted} accepted, ${failures.length} failures, slowest ${slowest.milliseconds.toFixed(0)} ms (seed ${slowest.seed}), ${((performance.now() - begun) / 1000).toFixed(1)} s\n`,
    );
    for (const failure of failures) process.stdout.write(`FAILED ${failure}\n`);
  }
  const failures = tallies.reduce((sum, tally) => sum + tally.failures.length, 0);
  process.exitCode = failures === 0 ? 0 : 1;
  if (values.target !== undefined) return;
  reportFigures("fuzz-long", "npm run fuzz", {
    "places where bytes of strangers come in": targets.length,
    "cases run": done,
    "inputs accepted as valid": tallies.reduce((sum, tally) => sum + tally.accepted, 0),
    failures,
    "first seed": seed,
    "slowest case, milliseconds": Math.round(Math.max(...tallies.map(({ slowest }) => slowest.milliseconds))),
    "most memory held, megabytes": Math.round(process.resourceUsage().maxRSS / 1024),
    "duration, seconds": Math.round((performance.now() - from) / 1000),
  });
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
  process.exitCode = 1;
});
