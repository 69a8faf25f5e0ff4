import fc from "fast-check";
import { outsiderActs } from "./outsider";
import { type Beginning, shapes } from "./repository";
import { rotationEdits, userEdits } from "./user";
import type { Step, Walk } from "./walk";
import { belated, deniable, type Weather } from "./weather";

const number = fc.nat({ max: 11 });
const nth = fc.integer({ min: 1, max: 6 });

const outsiderAct = fc.record({ what: fc.constantFrom(...outsiderActs), n: number });

const weather: fc.Arbitrary<Weather> = fc.oneof(
  { weight: 6, arbitrary: fc.constant<Weather>({ kind: "calm" }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constantFrom("request lost", "reply lost", "killed before", "killed after"),
      nth,
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("denied"), operation: fc.constantFrom(...deniable) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constantFrom("storm", "throttling"),
      nth,
      lasts: fc.constantFrom(3, 9, 20),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("late"), operation: fc.constantFrom(...belated) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("meanwhile"), nth, act: outsiderAct, loses: fc.boolean() }) },
);

const calm = fc.constant<Weather>({ kind: "calm" });
const verb = fc.oneof(
  { weight: 10, arbitrary: fc.constant("apply") },
  { weight: 3, arbitrary: fc.constant("plan") },
  { weight: 1, arbitrary: fc.constantFrom("refresh", "save", "apply saved", "replace", "forget") },
);

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      who: fc.constant("user"),
      edit: fc.record({
        what: fc.oneof(
          { weight: 3, arbitrary: fc.constantFrom(...userEdits) },
          { weight: 1, arbitrary: fc.constantFrom(...rotationEdits) },
        ),
        n: number,
      }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ who: fc.constant("outsider"), act: outsiderAct }) },
  {
    weight: 4,
    arbitrary: fc.record({
      who: fc.constant("tool"),
      verb,
      n: number,
      firstFree: fc.constantFrom("creators", "destroyers"),
      weather: fc.oneof({ weight: 3, arbitrary: calm }, { weight: 4, arbitrary: weather }),
    }),
  },
) as fc.Arbitrary<Step>;

const beginning: fc.Arbitrary<Beginning> = fc.record({
  shape: fc.constantFrom(...shapes),
  deletionPolicy: fc.constantFrom("retain", "delete"),
  onDeletion: fc.constantFrom("reimport", "report"),
  enabled: fc.constantFrom(undefined, true, false),
  lifetime: fc.constantFrom("forever", "renewed"),
  rotations: fc.constantFrom(0, 0, 1, 2),
  // A command is a process for each look.
  holder: fc.oneof(
    { weight: 7, arbitrary: fc.constant("variable" as const) },
    { weight: 1, arbitrary: fc.constant("device" as const) },
  ),
});

/** Ten to sixty steps; a walk that is made shorter to show a fault may have fewer. */
class Steps extends fc.Arbitrary<Step[]> {
  readonly #whole = fc.array(step, { minLength: 10, maxLength: 60, size: "max" });
  readonly #any = fc.array(step, { minLength: 0, maxLength: 60, size: "max" });

  override generate(random: fc.Random): fc.Value<Step[]> {
    return this.#whole.generate(random, undefined);
  }

  override canShrinkWithoutContext(value: unknown): value is Step[] {
    return this.#any.canShrinkWithoutContext(value);
  }

  override shrink(value: Step[], context: unknown): fc.Stream<fc.Value<Step[]>> {
    return this.#any.shrink(value, context);
  }
}

/** A walk begins with an apply, so that there is something to live with. */
export const walk: fc.Arbitrary<Walk> = fc
  .record({ beginning, steps: new Steps() })
  .map(({ beginning: from, steps }) => ({
    beginning: from,
    steps: [{ who: "tool", verb: "apply", n: 0, firstFree: "creators", weather: { kind: "calm" } }, ...steps],
  }));
