import fc from "fast-check";
import { mutated } from "./mutation";
import { random } from "./random";
import { type Opened, sizeOf, type Target, WrongResult } from "./target";

/** What came of the cases of one target. */
export interface Tally {
  readonly target: string;
  readonly cases: number;
  /** Inputs that were taken for valid; the others were refused with an error that may be. */
  readonly accepted: number;
  /** The first few. */
  readonly failures: readonly string[];
  readonly slowest: { readonly milliseconds: number; readonly seed: number };
}

const mostFailures = 5;

/** Runs so many cases of a target. The seed of a case is that of the first one plus its number. */
export async function campaign(
  target: Target,
  cases: number,
  firstSeed: number,
  progress: (done: number) => void = () => {},
): Promise<Tally> {
  const opened = await target.open();
  const failures: string[] = [];
  let [accepted, done] = [0, 0];
  let slowest = { milliseconds: 0, seed: firstSeed };
  try {
    while (done < cases && failures.length < mostFailures) {
      const seed = (firstSeed + done) >>> 0;
      const from = performance.now();
      const verdict = await verdictOf(target, opened, seed);
      const milliseconds = performance.now() - from;
      if (milliseconds > slowest.milliseconds) slowest = { milliseconds, seed };
      if (verdict === "accepted") accepted += 1;
      else if (verdict !== "refused") failures.push(`${replayOf(target, seed)}\n${verdict.fault}`);
      done += 1;
      progress(1);
    }
  } finally {
    await opened.close?.();
  }
  return { target: target.name, cases: done, accepted, failures, slowest };
}

/** How many of the cases each target gets. */
export function shares(targets: readonly Target[], cases: number): readonly number[] {
  const whole = targets.reduce((sum, { weight }) => sum + weight, 0);
  return targets.map(({ weight }) => Math.ceil((cases * weight) / whole));
}

/** The input of a case: made for the target, a mutant of one of its examples, or anything at all. */
export function inputOf(target: Target, seed: number): Buffer {
  const choices = random(seed);
  const way = choices.below(10);
  if (way < 5 && target.make !== undefined) return target.make(choices);
  // Now and then as it is: what is only ever refused is not looked at closely.
  if (way < 9 && choices.oneIn(8)) return choices.pick(target.examples);
  if (way < 9) return mutated(choices, choices.pick(target.examples), target.examples);
  const found = choices.pick(anything());
  return choices.oneIn(2) ? found : mutated(choices, found, anything());
}

/** Inputs that know of nothing. Made once, since that takes longer than most cases; what follows mutates them. */
function anything(): readonly Buffer[] {
  pool ??= [anyBytes, anyText].flatMap((arbitrary) =>
    fc.sample(arbitrary, { seed: 1, numRuns: 500 }).map((bytes) => Buffer.from(bytes)),
  );
  return pool;
}

let pool: readonly Buffer[] | undefined;

const anyBytes = fc.uint8Array({ maxLength: 200 });
const anyText = fc
  .oneof(fc.string({ maxLength: 100 }), fc.json({ maxDepth: 4 }), fc.webUrl(), fc.constantFrom("", " "))
  .map((text) => new Uint8Array(Buffer.from(text)));

type Verdict = "accepted" | "refused" | { readonly fault: string };

async function verdictOf(target: Target, { run }: Opened, seed: number): Promise<Verdict> {
  const input = inputOf(target, seed);
  let result: unknown;
  try {
    result = await run(input);
  } catch (error) {
    if (!(error instanceof WrongResult) && target.mayThrow(error)) return "refused";
    return { fault: error instanceof Error ? (error.stack ?? error.message) : `It threw ${typeof error}.` };
  }
  const size = sizeOf(result);
  const bound = (target.growth ?? 64) * input.length + 4096;
  return size <= bound ? "accepted" : { fault: `Of ${input.length} bytes it made ${size}, more than ${bound}.` };
}

function replayOf({ name }: Target, seed: number): string {
  return `To run it again: npm run fuzz -- --target ${name} --seed ${seed} --cases 1`;
}
