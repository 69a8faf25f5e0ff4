import { deadlineAfter } from "../../src/engine/deadline";
import { ByokError } from "../../src/engine/errors";
import type { KeyDescription, MaterialEntry } from "../../src/engine/key";
import { observeRotation, rotateKey } from "../../src/engine/key-rotation";
import type { MaterialRecord } from "../../src/engine/material-record";
import { dropPendingMaterial } from "../../src/engine/material-release";
import { assessRotation, type RotationAssessmentFacts } from "../../src/engine/rotation-assessment";
import { type RotationCondition, rotationCondition } from "../../src/engine/rotation-condition";
import { successionIn } from "../../src/engine/succession";
import { type Answers, answered, arn, now, paperKey, paperRun } from "./paper-run";
import { rejected } from "./thrown";

const [one, two, three] = ["1", "2", "3"].map((digit) => digit.repeat(64)) as [string, string, string];
const wanted = { keyArn: arn, materialId: two };
const first: MaterialEntry = { materialId: one, imported: true, state: "CURRENT" };
const waiting: MaterialEntry = { materialId: two, imported: true, state: "PENDING_ROTATION" };
const elsewhere: MaterialEntry = { ...waiting, state: "PENDING_MULTI_REGION_IMPORT_AND_ROTATION" };
const rotated: MaterialEntry = { ...waiting, state: "CURRENT", rotatedAt: now, onDemand: true };
const former: MaterialEntry = { ...first, state: "NON_CURRENT" };
const replicaArn = arn.replace("eu-central-1", "eu-west-1");
const primary: KeyDescription = {
  ...paperKey,
  multiRegion: { type: "PRIMARY", primaryArn: arn, replicaArns: [replicaArn] },
};
const replica: KeyDescription = { ...paperKey, multiRegion: { type: "REPLICA", primaryArn: arn, replicaArns: [] } };
const limited = { rotationsInLife: 25 };

/** A KMS whose lists of materials follow each other, the last one for good. */
function listing(lists: readonly (readonly MaterialEntry[])[], answers: Answers = {}) {
  let asked = 0;
  return paperRun({
    profile: limited,
    describe: answered(paperKey),
    materials: async () => lists[Math.min(asked++, lists.length - 1)] ?? [],
    rotate: async () => {},
    ...answers,
  });
}

describe("where material stands that a key is to be rotated to", () => {
  const condition = (materials: readonly MaterialEntry[] | undefined, key?: KeyDescription | null): RotationCondition =>
    rotationCondition({ key, materials }, two, limited);

  it.each<[string, RotationCondition]>([
    ["pending_rotation", condition([first, waiting])],
    ["pending_multi_region_import_and_rotation", condition([first, elsewhere])],
    ["current", condition([former, rotated])],
    ["former", condition([former, { ...rotated, state: "NON_CURRENT" }, { ...rotated, materialId: three }])],
    ["unknown", condition([first])],
    ["unlisted", condition(undefined, paperKey)],
    ["current", condition(undefined, { ...paperKey, materialId: two })],
    ["unlisted", condition(undefined)],
    ["key_gone", condition(undefined, null)],
    ["key_pending_deletion", condition(undefined, { ...paperKey, state: "PendingDeletion" })],
  ])("is %s", (state, seen) => {
    expect(seen.state).toBe(state);
  });

  it("has what there is to show of it", () => {
    expect(condition([former, rotated], paperKey)).toEqual({
      state: "current",
      keyState: "Enabled",
      currentMaterialId: two,
      currentSince: now,
      rotatedAt: now,
      rotations: 1,
      rotationsLeft: 24,
      missingMaterials: [],
      missingRegions: [],
    });
    const unlimited = rotationCondition(
      { key: replica, materials: [{ ...former, imported: false }, rotated] },
      two,
      {},
    );
    expect(unlimited).toMatchObject({ primaryArn: arn, missingMaterials: [one] });
    expect(unlimited).not.toHaveProperty("rotationsLeft");
  });
});

describe("what is to be done about a rotation", () => {
  const seen = (condition: Partial<RotationCondition>): RotationCondition => ({
    state: "pending_rotation",
    missingMaterials: [],
    missingRegions: [],
    ...condition,
  });
  const facts = (condition: Partial<RotationCondition>, done?: RotationAssessmentFacts["done"]) => ({
    wanted,
    condition: seen(condition),
    done,
  });

  it.each<[string, string, RotationAssessmentFacts, string | undefined]>([
    ["pending", "rotate", facts({ keyState: "Enabled", rotationsLeft: 6 }), undefined],
    ["current", "nothing", facts({ state: "current" }), undefined],
    ["rotated_on", "nothing", facts({ state: "former" }, {}), undefined],
    [
      "former",
      "refuse",
      facts({ state: "former" }),
      `${two} is a former key material of ${arn}, whose current one is none`,
    ],
    [
      "unknown_material",
      "refuse",
      facts({ state: "unknown" }),
      "its current one is none, and nothing waits for a rotation",
    ],
    [
      "unknown_material",
      "refuse",
      facts({ state: "unknown", currentMaterialId: one, pendingMaterialId: three }),
      `its current one is ${one}, and ${three} waits for a rotation`,
    ],
    ["replica", "refuse", facts({ primaryArn: replicaArn }), `Set \`key_arn\` to ${replicaArn}`],
    ["limit_reached", "refuse", facts({ rotationsLeft: 0, rotations: 25 }), "25 times"],
    [
      "regions_missing",
      "rotate",
      facts({ state: "pending_multi_region_import_and_rotation" }),
      "missing in some replica",
    ],
    [
      "regions_missing",
      "rotate",
      facts({ state: "pending_multi_region_import_and_rotation", missingRegions: ["eu-west-1", "us-east-2"] }),
      "missing in eu-west-1, us-east-2",
    ],
    ["materials_missing", "rotate", facts({ keyState: "PendingImport" }), "has lost key material, so"],
    ["materials_missing", "rotate", facts({ missingMaterials: [one] }), `has lost key material (${one})`],
    ["key_disabled", "rotate", facts({ keyState: "Disabled" }), "is Disabled"],
    ["unlisted", "nothing", facts({ state: "unlisted" }), "kms:ListKeyRotations"],
    ["key_pending_deletion", "nothing", facts({ state: "key_pending_deletion" }), "pending deletion"],
    ["key_gone", "nothing", facts({ state: "key_gone" }), "does not exist"],
  ])("is the row %s, to %s", (row, action, all, problem) => {
    const assessment = assessRotation(all);
    expect(assessment).toMatchObject({ row, action });
    if (problem === undefined) expect(assessment.problem).toBeUndefined();
    else expect(assessment.problem?.rawMessage).toContain(problem);
  });

  it("warns where few rotations are left, and where the key was rotated on", () => {
    expect(assessRotation(facts({ rotationsLeft: 5 })).warnings).toEqual([expect.stringContaining("5 more times")]);
    const on = { state: "former", currentMaterialId: three, currentSince: now } as const;
    expect(assessRotation(facts(on, { currentMaterialId: two })).warnings).toEqual([
      expect.stringContaining(`then on to ${three} on 2027-01-01T00:00:00Z`),
    ]);
    expect(assessRotation(facts({ state: "former" }, { currentMaterialId: two })).warnings).toEqual([
      expect.stringContaining("then on to none."),
    ]);
    expect(assessRotation(facts(on, { currentMaterialId: three })).warnings).toEqual([]);
  });
});

describe("a rotation", () => {
  it("is waited for until the KMS shows it", async () => {
    const { run, clock, asked } = listing([
      [first, waiting],
      [first, waiting],
      [first, waiting],
      [former, rotated],
    ]);
    const { condition } = await clock.run(rotateKey(run, wanted));
    expect(condition.state).toBe("current");
    expect(asked).toEqual(["materials", "rotate", "materials", "materials", "materials"]);
  });

  it("that the KMS does not show in time is none that is begun again", async () => {
    const { run, clock, asked } = listing([[first, waiting]]);
    const error = await clock.run(rejected(rotateKey(run, wanted)));
    expect(error).toMatchObject({ code: "timeout", effectUnknown: true });
    expect(asked.filter((name) => name === "rotate")).toHaveLength(1);
    const late = listing([[first, waiting]]);
    const deadline = deadlineAfter(600_000, late.clock);
    expect(await late.clock.run(rejected(rotateKey(late.run, wanted, undefined, { deadline })))).toMatchObject({
      code: "timeout",
      effectUnknown: true,
      rawMessage: expect.stringContaining("begins no second one"),
    });
  });

  it("to material that goes meanwhile is an error that says so", async () => {
    const { run, clock } = listing([[first, waiting], [first]]);
    expect(await clock.run(rejected(rotateKey(run, wanted)))).toMatchObject({ code: "wrong_predecessor" });
  });

  it("that an attempt with a lost reply has begun is waited for", async () => {
    const lost = new ByokError("key_unusable", "Nothing waits.", { effectUnknown: true });
    const { run, clock } = listing(
      [
        [first, waiting],
        [first, waiting],
        [former, rotated],
      ],
      {
        rotate: async () => {
          throw lost;
        },
      },
    );
    expect((await clock.run(rotateKey(run, wanted))).condition.state).toBe("current");
    const never = listing([[first, waiting]], {
      rotate: async () => {
        throw lost;
      },
    });
    expect(await never.clock.run(rejected(rotateKey(never.run, wanted)))).toBe(lost);
  });

  it("whose reply is lost is asked for again only while the very same material waits", async () => {
    const lost = new ByokError("service_unavailable", "Broken.", { effectUnknown: true, retry: "backoff" });
    const losing = (lists: readonly (readonly MaterialEntry[])[]) => {
      let sent = 0;
      return listing(lists, {
        rotate: async () => {
          if (sent++ === 0) throw lost;
        },
      });
    };
    const after: MaterialEntry[] = [former, rotated];
    const unheard = losing([[first, waiting], [first, waiting], after]);
    expect((await unheard.clock.run(rotateKey(unheard.run, wanted))).condition.state).toBe("current");
    expect(unheard.asked).toEqual(["materials", "rotate", "describe", "materials", "rotate", "materials"]);

    // It took effect, and others have brought in more since: another request would rotate to that.
    const taken = losing([
      [first, waiting],
      [...after, { ...waiting, materialId: three }],
    ]);
    expect((await taken.clock.run(rotateKey(taken.run, wanted))).condition.state).toBe("current");
    expect(taken.asked.filter((name) => name === "rotate")).toHaveLength(1);

    const dropped = losing([
      [first, waiting],
      [first, { ...waiting, materialId: three }],
    ]);
    expect(await dropped.clock.run(rejected(rotateKey(dropped.run, wanted)))).toMatchObject({
      code: "wrong_predecessor",
    });
    expect(dropped.asked.filter((name) => name === "rotate")).toHaveLength(1);
  });

  it("that is under way already is waited for, for as long as there is time", async () => {
    let looks = 0;
    const underWay = new ByokError("key_unusable", "Under way.", { retry: "settling" });
    const { run, clock, asked } = listing([], {
      materials: async () => (looks++ < 100 ? [first, waiting] : [former, rotated]),
      rotate: async () => {
        throw underWay;
      },
    });
    const call = { deadline: deadlineAfter(1_800_000, clock) };
    expect((await clock.run(rotateKey(run, wanted, undefined, call))).condition.state).toBe("current");
    expect(asked.filter((name) => name === "rotate")).toHaveLength(1);
  });

  it("that the KMS refuses ends with what the key shows, or with the refusal", async () => {
    const refusal = new ByokError("key_disabled", "Refused.");
    const rotate = async () => {
      throw refusal;
    };
    const disabled = listing([[first, waiting]], { rotate, describe: answered({ ...paperKey, state: "Disabled" }) });
    expect((await rejected(rotateKey(disabled.run, wanted))).rawMessage).toContain("is Disabled");
    const fine = listing([[first, waiting]], { rotate });
    expect(await rejected(rotateKey(fine.run, wanted))).toBe(refusal);
    const denied = new ByokError("access_denied", "Denied.");
    const forbidden = listing([[first, waiting]], {
      rotate: async () => {
        throw denied;
      },
    });
    expect(await rejected(rotateKey(forbidden.run, wanted))).toBe(denied);
  });

  it("waits for the primary to show the last import into a replica", async () => {
    const { run, clock } = listing(
      [
        [first, elsewhere],
        [first, elsewhere],
        [first, elsewhere],
        [first, waiting],
        [former, rotated],
      ],
      {
        describe: answered(primary),
      },
    );
    expect((await clock.run(rotateKey(run, wanted))).condition.state).toBe("current");
  });

  it("counts a replica that may not be asked as one that lacks the material", async () => {
    const at = (error: ByokError) =>
      listing([[first, elsewhere]], {
        describe: answered(primary),
        materials: async (keyArn) => {
          if (keyArn === arn) return [first, elsewhere];
          throw error;
        },
      });
    const denied = at(new ByokError("access_denied", "Denied."));
    expect((await rejected(rotateKey(denied.run, wanted))).rawMessage).toContain("eu-west-1 (or it could not be asked");
    const broken = new ByokError("service_unavailable", "Down.");
    expect(await rejected(rotateKey(at(broken).run, wanted))).toBe(broken);
    const alone = listing([[first, elsewhere]], { describe: answered(paperKey) });
    expect(await alone.clock.run(rejected(rotateKey(alone.run, wanted)))).toMatchObject({ code: "key_unusable" });
  });

  it("is made by no KMS that has none, and not looked for there", async () => {
    const { run, asked } = paperRun({ describe: answered(paperKey) });
    expect(await rejected(rotateKey(run, wanted))).toMatchObject({ code: "invalid_argument", attribute: "key_arn" });
    expect(await observeRotation(run, wanted)).toMatchObject({ state: "unlisted" });
    expect(asked).toEqual(["describe"]);
    const failing = listing([], {
      materials: async () => {
        throw new ByokError("service_unavailable", "Down.");
      },
    });
    expect(await rejected(rotateKey(failing.run, wanted))).toMatchObject({ code: "service_unavailable" });
  });
});

describe("where new material stands among those of its key", () => {
  it.each([
    [{ kind: "new" }, paperKey, [first]],
    [{ kind: "new" }, primary, [first]],
    [{ kind: "awaited", primaryArn: arn }, replica, [first]],
    [{ kind: "waiting", materialId: two }, replica, [first, elsewhere]],
    [{ kind: "waiting", materialId: two }, paperKey, [first, waiting]],
    [{ kind: "known" }, replica, [former, rotated]],
    [{ kind: "broken", current: two, isFormer: true }, paperKey, [former, rotated]],
    [{ kind: "broken", current: undefined, isFormer: false }, paperKey, []],
    [{ kind: "unlisted" }, paperKey, undefined],
  ] as const)("is %j", (succession, key, materials) => {
    expect(successionIn(key, materials, one)).toEqual(succession);
  });
});

describe("material that is to be dropped", () => {
  const record: MaterialRecord = {
    keyArn: arn,
    verified: true,
    fingerprint: `cmac:${"0".repeat(32)}`,
    materialId: two,
    importedAt: now,
    lifetime: { kind: "forever" },
  };

  it("is judged by the list alone where the KMS tells of no rotation that runs", async () => {
    const { run, asked } = listing([[former, rotated]]);
    expect(await dropPendingMaterial(run, record)).toBe(false);
    expect(asked).toEqual(["materials"]);
  });

  it("is left to a rotation that has begun", async () => {
    const { run, asked } = listing([[first, waiting]], { isRotating: async () => true });
    expect(await dropPendingMaterial(run, record)).toBe(false);
    expect(asked).toEqual(["isRotating", "materials"]);
  });
});
