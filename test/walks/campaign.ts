import fc from "fast-check";
import type { KmsName as Kms } from "../../src/kms/clouds";
import { walk } from "./steps";
import { type OpenTool, type Walk, walked } from "./walk";

/** What a campaign found. */
export interface Found {
  /** What was violated, in the same words for the same fault. */
  readonly what: string;
  readonly rule: number;
  readonly detail: string;
  /** With which it can be walked again: BYOK_WALKS_SEED and BYOK_WALKS_PATH. */
  readonly seed: number;
  readonly path: string;
  readonly walk: Walk;
  readonly story: readonly string[];
}

export interface Campaign {
  readonly walks: number;
  readonly steps: number;
  /** Rotations that byok began. */
  readonly rotations: number;
  /** Of processor time: other work on the machine does not count. */
  readonly seconds: number;
  readonly found: readonly Found[];
  /** Walks that ended with something that was found before. */
  readonly again: number;
}

export interface CampaignOptions {
  readonly kms: Kms;
  readonly open: OpenTool;
  readonly walks: number;
  readonly seed: number;
  readonly path?: string | undefined;
  /** Walks are cut off after so many steps. Default: as they come, ten to sixty. */
  readonly longest?: number;
  /** Gives up looking after so many different faults. */
  readonly most: number;
  /** How often a walk that shows a fault is made shorter at most. */
  readonly shrinks: number;
  readonly onFound: (found: Found) => void;
}

/**
 * Walks as many walks as are asked for. A fault is shown by the shortest walk that was found to it, and the search goes
 * on behind it, since one fault must not hide the others.
 */
export async function campaign({
  kms,
  open,
  walks,
  seed,
  path,
  longest,
  most,
  shrinks,
  onFound,
}: CampaignOptions): Promise<Campaign> {
  const found: Found[] = [];
  const count = { walks: 0, steps: 0, rotations: 0, again: 0, seconds: 0 };
  let at = path;
  for (let next = seed; count.walks < walks && found.length < most; next++) {
    const mine: { what: string | undefined; shrinks: number; last?: Omit<Found, "seed" | "path"> } = {
      what: undefined,
      shrinks: 0,
    };
    const check = await fc.check(
      fc.asyncProperty(walk, async (drawn) => {
        const taken = { ...drawn, steps: drawn.steps.slice(0, longest) };
        // Shrinking is over: what is left is taken for good.
        if (mine.what !== undefined && mine.shrinks++ > shrinks) return;
        const began = process.cpuUsage();
        const { violations, steps, rotations, story } = await walked(kms, open, taken);
        if (mine.what === undefined) {
          count.walks++;
          count.steps += steps;
          count.rotations += rotations;
          // What is walked again to make it shorter is no walk of the campaign.
          count.seconds += secondsOf(process.cpuUsage(began));
        }
        const [first] = violations.filter(({ what }) => mine.what === undefined || what === mine.what);
        if (first === undefined) return;
        if (found.some(({ what }) => what === first.what)) {
          count.again++;
          return;
        }
        mine.what = first.what;
        mine.last = { ...first, walk: taken, story };
        throw new Error(first.what);
      }),
      { seed: next, numRuns: walks - count.walks, ...(at === undefined ? {} : { path: at }) },
    );
    at = undefined;
    if (!check.failed) break;
    if (mine.last === undefined) throw check.errorInstance;
    const one = { ...mine.last, seed: next, path: check.counterexamplePath ?? "" };
    found.push(one);
    onFound(one);
  }
  return { ...count, found };
}

function secondsOf({ user, system }: NodeJS.CpuUsage): number {
  return (user + system) / 1_000_000;
}
