import { reportFigures } from "../support/figures";
import { campaign, shares, type Tally } from "./campaign";
import { targets } from "./targets";

// A short form of `npm run fuzz`, always with the same cases.

const cases = 8_000;
const firstSeed = 1;

describe("what strangers send", () => {
  const tallies: Tally[] = [];
  const rows = targets.map((target, index) => [target.name, target, shares(targets, cases)[index] ?? 0] as const);

  it.each(rows)("brings nothing but the errors that are meant out of: %s", async (_name, target, count) => {
    const tally = await campaign(target, count, firstSeed);
    tallies.push(tally);
    expect(tally.failures).toEqual([]);
    expect(tally.cases).toBe(count);
  });

  it("is made as a case again by its seed, and is not always refused", () => {
    expect(tallies.filter(({ accepted }) => accepted === 0).map(({ target }) => target)).toEqual([]);
    reportFigures("fuzz", "jest test/fuzz", {
      "places where bytes of strangers come in": targets.length,
      "cases run": tallies.reduce((sum, tally) => sum + tally.cases, 0),
      "inputs accepted as valid": tallies.reduce((sum, tally) => sum + tally.accepted, 0),
      failures: tallies.reduce((sum, tally) => sum + tally.failures.length, 0),
    });
  });
});
