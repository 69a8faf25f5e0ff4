import type { KmsName as Kms } from "../../src/kms/clouds";
import { reportFigures } from "../support/figures";
import { campaign, type Found } from "./campaign";
import { type OpenTool, walked } from "./walk";

/**
 * `BYOK_WALKS`: `full` walks the long form. `BYOK_WALKS_SEED` and `BYOK_WALKS_PATH`, as a failure prints them, walk that
 * one walk again, alone: `BYOK_WALKS_SEED=7 BYOK_WALKS_PATH=12:3 npx jest test/walks/terraform-aws`. A walk that is written
 * down outlives changes of how walks are made: `BYOK_WALKS_WALK` has it in JSON, as faults/*.patch have.
 */
const {
  BYOK_WALKS: form,
  BYOK_WALKS_SEED: seed,
  BYOK_WALKS_PATH: path,
  BYOK_WALKS_COUNT: count,
  BYOK_WALKS_SHRINKS: shrinks = "400",
} = process.env;

const { BYOK_WALKS_WALK: written } = process.env;

const isLong = form === "full";

/** Lets a tool walk on one service. */
export function walks(
  name: string,
  kms: Kms,
  open: OpenTool,
  many: { readonly short: number; readonly long: number; readonly longest?: number },
): void {
  if (written !== undefined) {
    it("the walk that is written down", async () => {
      const { violations, story } = await walked(kms, open, JSON.parse(written));
      process.stdout.write(`${story.join("\n")}\n`);
      expect(violations).toEqual([]);
    }, 600_000);
    return;
  }
  it(
    `${name} on ${kms}`,
    async () => {
      const done = await campaign({
        kms,
        open,
        walks: path === undefined ? Number(count ?? (isLong ? many.long : many.short)) : 1,
        seed: Number(seed ?? 1),
        path,
        ...(many.longest === undefined ? {} : { longest: many.longest }),
        most: isLong ? 50 : 1,
        shrinks: Number(shrinks),
        // At once: a long form is hours long.
        onFound: (one) => process.stdout.write(`${told(one)}\n`),
      });
      const { found, again, seconds } = done;
      reportFigures(`walks-${name}-${kms}`, isLong ? "npm run test:walks" : "npm test", {
        walks: done.walks,
        steps: done.steps,
        ...(done.rotations === 0 ? {} : { rotations: done.rotations }),
        violations: found.length + again,
        "different violations": found.length,
        "walks per second of processor time": Number((done.walks / seconds).toFixed(1)),
      });
      expect(found.map(told)).toEqual([]);
    },
    4 * 3_600_000,
  );
}

function told({ rule, what, detail, seed: from, path: at, walk, story }: Found): string {
  const replay = `BYOK_WALKS_SEED=${from} BYOK_WALKS_PATH=${at}`;
  return [`rule ${rule}: ${what}`, detail, replay, `BYOK_WALKS_WALK='${JSON.stringify(walk)}'`, ...story].join("\n  ");
}
