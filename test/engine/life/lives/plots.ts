import * as fc from "fast-check";
import { outsiderActs } from "../../../walks/outsider";
import { editNames } from "./edits";
import type { Plot, Step, Weather } from "./life";

const outsiderAct = fc.record({ what: fc.constantFrom(...outsiderActs), n: fc.nat(20) });
const nth = fc.oneof(fc.integer({ min: 1, max: 8 }), fc.integer({ min: 1, max: 30 }));
const changes = fc.boolean();

const weather: fc.Arbitrary<Weather> = fc.oneof(
  { weight: 4, arbitrary: fc.constant({ kind: "calm" } as const) },
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constantFrom("request lost", "reply lost", "killed before", "killed after"),
      nth,
      changes,
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constantFrom("failing", "throttled"),
      nth,
      changes,
      lasts: fc.constantFrom(1, 3, 12),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant("denied" as const),
      operation: fc.constantFrom(
        "ListKeyRotations",
        "GetKeyRotationStatus",
        "RotateKeyOnDemand",
        "ImportKeyMaterial",
        "DeleteImportedKeyMaterial",
        "DisableKey",
        "ListResourceTags",
        "TagResource",
      ),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant("late" as const),
      operation: fc.constantFrom("RotateKeyOnDemand", "ImportKeyMaterial", "DeleteImportedKeyMaterial", "DisableKey"),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("another run" as const), nth, changes }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("meanwhile" as const), nth, changes, act: outsiderAct }) },
);

const order = fc.record({
  releasesFirst: fc.boolean(),
  offered: fc.oneof({ weight: 6, arbitrary: fc.constant(true) }, { weight: 1, arbitrary: fc.constant(false) }),
  rebuilds: fc.boolean(),
  together: fc.boolean(),
});

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      who: fc.constant("user" as const),
      edit: fc.record({ what: fc.constant("material succeeds the last" as const), n: fc.nat(20) }),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      who: fc.constant("user" as const),
      edit: fc.record({
        what: fc.constantFrom(...editNames.filter((what) => !/^(succeeds|gives)/.test(what))),
        n: fc.nat(60),
      }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      who: fc.constant("user" as const),
      edit: fc.record({ what: fc.constantFrom(...editNames), n: fc.nat(60) }),
    }),
  },
  { weight: 8, arbitrary: fc.record({ who: fc.constant("tool" as const), order, weather }) },
  { weight: 4, arbitrary: fc.record({ who: fc.constant("outsider" as const), act: outsiderAct }) },
  {
    weight: 1,
    arbitrary: fc.record({
      who: fc.constant("loss" as const),
      n: fc.nat(8),
      how: fc.constantFrom("forgotten", "rebuilt", "taken over", "old"),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      who: fc.constant("time" as const),
      seconds: fc.constantFrom(3600, 20 * 86_400, 31 * 86_400, 95 * 86_400),
    }),
  },
);

const nearRotation = fc.oneof(
  weather,
  fc.record({
    kind: fc.constantFrom("killed after", "reply lost"),
    changes: fc.constant(true),
    nth: fc.integer({ min: 2, max: 6 }),
  }),
);
const ofUser = (what: (typeof editNames)[number]) =>
  fc.record({ who: fc.constant("user" as const), edit: fc.record({ what: fc.constant(what), n: fc.nat(20) }) });
const ofTool = (sky: fc.Arbitrary<Weather>) => fc.record({ who: fc.constant("tool" as const), order, weather: sky });

/** A succession and what follows it closely. */
const scene: fc.Arbitrary<readonly Step[]> = fc.tuple(
  ofUser("material succeeds the last"),
  fc.oneof(ofUser("drops the last"), ofUser("rotates to the last")),
  ofTool(nearRotation),
  fc.oneof(ofUser("removes the last"), ofUser("gives the last other bytes"), ofUser("removes a rotation"), step),
  ofTool(weather),
);
const steps = fc
  .array(fc.oneof({ weight: 3, arbitrary: step.map((one) => [one]) }, { weight: 1, arbitrary: scene }), {
    minLength: 2,
    maxLength: 9,
  })
  .map((all) => all.flat());

/** A life of one key. */
export const plots: fc.Arbitrary<Plot> = fc.record({
  isMultiRegion: fc.boolean(),
  rotationDelayMs: fc.constantFrom(0, 0, 2_000, 90_000),
  replicaMaterialDelayMs: fc.constantFrom(0, 0, 3_000),
  pauseSeconds: fc.constantFrom(0, 61, 300),
  steps,
});

const calmly = { releasesFirst: true, offered: true, rebuilds: false, together: false } as const;
const applies = (sky: Weather): Step => ({ who: "tool", order: calmly, weather: sky });
const writes = (what: (typeof editNames)[number], n = 3): Step => ({ who: "user", edit: { what, n } });
const act = (what: (typeof outsiderActs)[number]): Step => ({ who: "outsider", act: { what, n: 0 } });
const calm = { kind: "calm" } as const;
const killedOnceRotating = { kind: "killed after", changes: true, nth: 3 } as const;
const slow = { isMultiRegion: false, rotationDelayMs: 90_000, replicaMaterialDelayMs: 0, pauseSeconds: 0 } as const;

/** Lives that chance rarely leads to. */
export const rarePlots: readonly Plot[] = [
  // A rotation is under way when its material is to go, or to make way.
  ...(["removes the last", "gives the last other bytes"] as const).map((what) => ({
    ...slow,
    steps: [writes("material succeeds the last"), applies(killedOnceRotating), writes(what, 1), applies(calm)],
  })),
  // Material that went while it waited makes way for other bytes.
  {
    ...slow,
    pauseSeconds: 300,
    steps: [
      writes("material succeeds the last"),
      writes("removes a rotation"),
      applies(calm),
      act("drops what waits"),
      writes("gives the last other bytes", 1),
    ],
  },
  // A replica is promoted between the new material and its rotation.
  {
    ...slow,
    isMultiRegion: true,
    steps: [
      writes("material succeeds the last"),
      applies({ kind: "killed before", changes: true, nth: 5 }),
      act("moves the primary"),
      applies(calm),
    ],
  },
];
