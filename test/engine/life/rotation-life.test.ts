import * as fc from "fast-check";
import { lived, type Plot } from "./lives/life";
import { plots, rarePlots } from "./lives/plots";

/**
 * `BYOK_LIVES` says how many lives are lived, `BYOK_LIVES_SEED` which ones. `BYOK_LIVES_PLOT` has one in JSON, as a failure
 * prints it: that one alone is lived, and its story told.
 */
const { BYOK_LIVES: many = "60", BYOK_LIVES_SEED: seed = "1", BYOK_LIVES_PLOT: written } = process.env;

interface Found {
  count: number;
  readonly plot: Plot;
  readonly story: readonly string[];
}

it(
  "keeps every material of a key that is rotated, whatever befalls it",
  async () => {
    const found = new Map<string, Found>();
    const some = fc.sample(plots, { numRuns: Number(many), seed: Number(seed) });
    const all = written === undefined ? [...rarePlots, ...some] : [JSON.parse(written)];
    for (const plot of all) {
      const { violations, story } = await lived(plot);
      if (written !== undefined) process.stdout.write(`${story.join("\n")}\n`);
      for (const { what, detail } of violations) {
        const known = found.get(what);
        const isSimpler = known !== undefined && known.plot.steps.length <= plot.steps.length;
        const count = (known?.count ?? 0) + 1;
        found.set(what, isSimpler ? { ...known, count } : { count, plot, story: [...story, detail] });
      }
    }
    const told = [...found].map(
      ([what, { count, plot, story }]) =>
        `${what} (${count})\nBYOK_LIVES_PLOT='${JSON.stringify(plot)}'\n  ${story.join("\n  ")}`,
    );
    expect(told).toEqual([]);
  },
  8 * 3_600_000,
);
