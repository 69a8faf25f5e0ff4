import type { KeyDescription, MaterialEntry } from "../../src/engine/key";
import type { Lifetime } from "../../src/engine/lifetime";
import {
  lostMaterials,
  materialFacts,
  type MaterialCondition,
  materialCondition,
  missingBesides,
  needsMaterialList,
  needsTags,
} from "../../src/engine/material-condition";
import {
  type AssumedRecord,
  blankRecord,
  type MaterialRecord,
  type ProvedRecord,
} from "../../src/engine/material-record";

const day = 86_400;
const now = Date.UTC(2027, 0, 1) / 1000;
const keyArn = "arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab";
const quarter: Lifetime = { kind: "renewed", validFor: 90 * day, renewBefore: 30 * day };
const enabled: KeyDescription = {
  arn: keyArn,
  keyId: "1234abcd-12ab-34cd-56ef-1234567890ab",
  state: "Enabled",
  origin: "EXTERNAL",
  spec: "SYMMETRIC_DEFAULT",
  usage: "ENCRYPT_DECRYPT",
  description: "",
  creationDate: now - 100 * day,
  expirationModel: "KEY_MATERIAL_EXPIRES",
  validTo: now + 60 * day,
  materialId: "aa",
};
const { expirationModel: _model, validTo: _validTo, materialId: _id, ...bare } = enabled;
const empty: KeyDescription = { ...bare, state: "PendingImport" };
const emptied: KeyDescription = { ...empty, materialId: "aa" };
const record: ProvedRecord = {
  keyArn,
  verified: true,
  fingerprint: `cmac:${"0".repeat(32)}`,
  materialId: "aa",
  importedAt: now - 30 * day,
  lifetime: quarter,
  expirationModel: "KEY_MATERIAL_EXPIRES",
  validTo: now + 60 * day,
  importedValidTo: now + 60 * day,
};
const entry = (materialId: string, changes: Partial<MaterialEntry> = {}): MaterialEntry => ({
  materialId,
  imported: true,
  state: "CURRENT",
  expirationModel: "KEY_MATERIAL_EXPIRES",
  validTo: now + 60 * day,
  ...changes,
});

it("tells of a replica that it is one", () => {
  const primaryArn = keyArn.replace("key/", "key/mrk-");
  const related = (type: "PRIMARY" | "REPLICA"): KeyDescription => ({
    ...enabled,
    multiRegion: { type, primaryArn, replicaArns: [] },
  });
  for (const [key, isReplica] of [
    [related("REPLICA"), true],
    [related("PRIMARY"), undefined],
    [enabled, undefined],
  ] as const) {
    expect(fact(materialCondition({ key }, record, quarter, now), "isReplica")).toBe(isReplica);
  }
});

/** A fact of a condition, whether its state has such a thing or not. */
const fact = (seen: MaterialCondition, name: string): unknown => Reflect.get(seen, name);
/** A key that was taken over: nothing of it was imported by us. */
const takenOver = {
  ...blankRecord(keyArn),
  materialId: "aa",
  expirationModel: record.expirationModel,
  validTo: record.validTo,
};
const assumed: AssumedRecord = { keyArn, verified: true, lifetime: quarter };

function condition(
  key: KeyDescription | null,
  over: { record?: MaterialRecord | undefined; lifetime?: Lifetime; materials?: MaterialEntry[]; now?: number } = {},
): MaterialCondition {
  const facts = over.materials === undefined ? { key } : { key, materials: over.materials };
  return materialCondition(facts, "record" in over ? over.record : record, over.lifetime ?? quarter, over.now ?? now);
}

describe("the state of our material", () => {
  it.each<[string, KeyDescription | null, Parameters<typeof condition>[1], Partial<MaterialCondition>]>([
    ["key gone", null, {}, { state: "key_gone" }],
    ["key pending deletion", { ...enabled, state: "PendingDeletion" }, {}, { state: "key_pending_deletion" }],
    [
      "primary waiting for its replicas",
      { ...enabled, state: "PendingReplicaDeletion" },
      {},
      { state: "key_pending_deletion" },
    ],
    ["new key", empty, { record: undefined }, { state: "never_imported" }],
    ["new replica", { ...empty, state: "Creating" }, { record: undefined }, { state: "never_imported" }],
    ["enabled", enabled, {}, { state: "imported", validTo: now + 60 * day, materialId: "aa" }],
    ["disabled", { ...enabled, state: "Disabled" }, {}, { state: "imported", keyDisabled: true }],
    ["deleted before its time", emptied, {}, { state: "deleted", validTo: now + 60 * day }],
    [
      "expired this second, and still ready for renewal",
      emptied,
      { now: now + 60 * day },
      { state: "expired", validTo: now + 60 * day, renewalDue: true, renewalTime: now + 30 * day },
    ],
    [
      "expired, of a lifetime that nothing renews",
      emptied,
      { now: now + 60 * day, lifetime: { kind: "until", validTo: now + 60 * day } },
      { state: "expired", renewalDue: false },
    ],
    ["one second before it expires", emptied, { now: now + 60 * day - 1 }, { state: "deleted" }],
    [
      "deleted before its time, whose date has come since",
      emptied,
      { record: { ...record, deletedEarly: true }, now: now + 60 * day },
      { state: "deleted", validTo: now + 60 * day },
    ],
    ["never expiring material deleted", emptied, { record: { ...record, validTo: undefined } }, { state: "deleted" }],
    ["gone without a record, on a key that tells", emptied, { record: undefined }, { state: "deleted" }],
    [
      "gone without a record, with a fixed date that is past",
      emptied,
      { record: undefined, lifetime: { kind: "until", validTo: now - 1 } },
      { state: "expired", lifetimePast: true },
    ],
    [
      "gone on a key that cannot tell, with a record",
      empty,
      { record: { ...record, materialId: undefined } },
      { state: "deleted" },
    ],
    [
      "seen in the key once, never imported by us",
      empty,
      { record: { keyArn, verified: false, expirationModel: "KEY_MATERIAL_DOES_NOT_EXPIRE" } },
      { state: "deleted" },
    ],
  ])("%s", (_name, key, over, expected) => {
    expect(condition(key, over)).toMatchObject(expected);
  });

  it("is nothing but itself where there is nothing to say of the material", () => {
    const nothing = { otherMaterials: ["bb"], keyDisabled: true };
    const known = { ...record, keyDisabled: true, otherMaterials: ["bb"] };
    expect(condition(null, { record: known })).toEqual({ state: "key_gone", ...nothing });
    expect(condition({ ...enabled, state: "PendingDeletion" }, { record: known })).toEqual({
      state: "key_pending_deletion",
      keyState: "PendingDeletion",
      ...nothing,
    });
    expect(condition(null, { record: undefined })).toEqual({
      state: "key_gone",
      otherMaterials: [],
      keyDisabled: false,
    });
    expect(condition(empty, { record: blankRecord(keyArn) })).toEqual({
      state: "never_imported",
      keyState: "PendingImport",
      missingMaterials: [],
      otherMaterials: [],
      keyDisabled: false,
    });
    expect(condition(emptied, { record: known })).toEqual({
      ...nothing,
      state: "deleted",
      keyState: "PendingImport",
      missingMaterials: [],
      renewalTime: now + 30 * day,
      renewalDue: false,
      lifetimePast: false,
      materialId: "aa",
      validTo: now + 60 * day,
    });
    expect(condition(emptied, { record: known, now: now + 61 * day })).toEqual({
      ...nothing,
      state: "expired",
      keyState: "PendingImport",
      missingMaterials: [],
      renewalTime: now + 30 * day,
      renewalDue: true,
      lifetimePast: false,
      materialId: "aa",
      validTo: now + 60 * day,
    });
  });

  it("is all that is known of material that is there", () => {
    expect(condition(enabled)).toEqual({
      state: "imported",
      keyState: "Enabled",
      materialId: "aa",
      expirationModel: "KEY_MATERIAL_EXPIRES",
      validTo: now + 60 * day,
      lifetimeDrift: false,
      renewalTime: now + 30 * day,
      renewalDue: false,
      lifetimePast: false,
      missingMaterials: [],
      otherMaterials: [],
      keyDisabled: false,
    });
    const forever = { lifetime: { kind: "forever" } as const, record: undefined };
    expect(condition({ ...bare, expirationModel: "KEY_MATERIAL_DOES_NOT_EXPIRE" }, forever)).toEqual({
      state: "imported",
      keyState: "Enabled",
      expirationModel: "KEY_MATERIAL_DOES_NOT_EXPIRE",
      lifetimeDrift: false,
      renewalDue: false,
      lifetimePast: false,
      missingMaterials: [],
      otherMaterials: [],
      keyDisabled: false,
    });
  });

  it("may be interrupted by an import only where the KMS demands an empty key", () => {
    const seen = (reimport: "in_place" | "delete_first" | undefined, key = enabled) =>
      fact(
        materialCondition(reimport === undefined ? { key } : { key, reimport }, record, quarter, now),
        "mayInterrupt",
      );
    expect([seen("delete_first"), seen("in_place"), seen(undefined), seen("delete_first", emptied)]).toEqual([
      true,
      undefined,
      undefined,
      undefined,
    ]);
  });

  it("has the lifetime on record where the KMS tells none", () => {
    expect(condition({ ...bare, materialId: "aa" })).toMatchObject({
      validTo: now + 60 * day,
      expirationModel: "KEY_MATERIAL_EXPIRES",
    });
    expect(condition({ ...bare, materialId: "aa" }, { record: undefined })).not.toHaveProperty("expirationModel");
  });

  it.each<[Lifetime, boolean]>([
    [{ kind: "until", validTo: now }, true],
    [{ kind: "until", validTo: now + 1 }, false],
    [{ kind: "forever" }, false],
  ])("has a date that is past, %j: %s", (lifetime, past) => {
    expect(condition(enabled, { lifetime })).toMatchObject({ lifetimePast: past });
  });

  it("of a key that was never ours goes by a date that is configured, and by that only", () => {
    const until = { kind: "until", validTo: now + 1 } as const;
    expect(condition(emptied, { record: undefined, lifetime: until })).toMatchObject({
      state: "deleted",
      validTo: now + 1,
    });
    const ours = { ...record, validTo: undefined, importedValidTo: undefined };
    expect(condition(emptied, { record: ours, lifetime: { kind: "until", validTo: now - 1 } })).not.toHaveProperty(
      "validTo",
    );
  });

  it("remembers that a key was Disabled while it cannot be", () => {
    expect(condition(emptied, { record: { ...record, keyDisabled: true } }).keyDisabled).toBe(true);
    expect(condition(emptied).keyDisabled).toBe(false);
    expect(condition(enabled, { record: { ...record, keyDisabled: true } }).keyDisabled).toBe(false);
  });
});

describe("renewal and drift", () => {
  it.each([
    [now + 30 * day - 1, false],
    [now + 30 * day, true],
    [now + 30 * day + 1, true],
  ])("at %i renewal is due: %s", (moment, due) => {
    expect(condition(enabled, { now: moment })).toMatchObject({ renewalDue: due, renewalTime: now + 30 * day });
  });

  const until: Lifetime = { kind: "until", validTo: now + 60 * day };
  it.each<[string, number, MaterialRecord, Lifetime, boolean]>([
    ["as imported", now + 60 * day, record, quarter, false],
    ["renewed by somebody else", now + 61 * day, record, quarter, false],
    ["renewed just now, by a clock that is a minute ahead", now + 90 * day + 60, record, quarter, false],
    ["a date later than that of a renewal", now + 90 * day + 61, record, quarter, true],
    ["a later date in place of a fixed one", now + 61 * day, record, until, true],
    ["a date in place of none", now + 61 * day, { ...record, importedValidTo: undefined }, quarter, true],
    ["an earlier date", now + 60 * day - 1, record, quarter, true],
    ["taken over: nothing to compare with", now + day, takenOver, quarter, false],
  ])("%s: drift", (_name, validTo, known, lifetime, drift) => {
    expect(condition({ ...enabled, validTo }, { record: known, lifetime })).toMatchObject({ lifetimeDrift: drift });
  });

  it("sees that an expiry was taken away", () => {
    const { validTo: _, ...unlimited } = enabled;
    expect(condition({ ...unlimited, expirationModel: "KEY_MATERIAL_DOES_NOT_EXPIRE" })).toMatchObject({
      lifetimeDrift: true,
      renewalDue: false,
    });
  });
});

describe("a key that holds several materials", () => {
  it.each<[string, KeyDescription, MaterialRecord | undefined, boolean]>([
    ["as on record", enabled, record, false],
    ["nothing on record", enabled, undefined, false],
    ["nothing on record, and empty", emptied, undefined, true],
    ["a new key", empty, undefined, false],
    ["a key that is being created", { ...empty, state: "Creating" }, record, false],
    ["a key that is pending deletion", { ...emptied, state: "PendingDeletion" }, record, false],
    ["imported by us, and empty without a word of its material", empty, record, true],
    ["imported by us without an id, and living", enabled, { ...record, materialId: undefined }, false],
    ["emptied", emptied, record, true],
    ["rotated to another material", { ...enabled, materialId: "bb" }, record, true],
    ["an expiry that is not ours", { ...enabled, validTo: now + day }, record, true],
    ["others were seen before", enabled, { ...record, otherMaterials: ["bb"] }, true],
    ["taken over, whatever the expiry", { ...enabled, validTo: now + day }, blankRecord(keyArn), false],
    ["taken over by the id of the material", enabled, { ...blankRecord(enabled.arn), materialId: "aa" }, true],
  ])("%s: the list is needed", (_name, key, known, needed) => {
    expect(needsMaterialList(key, known, true)).toBe(needed);
    expect(needsMaterialList(key, known, false)).toBe(false);
  });

  it("has lost what is not imported and does not only wait for a rotation", () => {
    const materials = [
      entry("aa"),
      entry("bb", { imported: false }),
      entry("cc", { imported: false, state: "NON_CURRENT" }),
      entry("dd", { imported: false, state: "PENDING_ROTATION" }),
    ];
    expect(lostMaterials(materials)).toEqual(["bb", "cc"]);
    expect(lostMaterials(undefined)).toEqual([]);
  });

  it("names no others before it is known which one is ours", () => {
    const { materialId: _, ...nameless } = record;
    const materials = [entry("aa"), entry("bb", { imported: false })];
    const seen = condition(emptied, { record: nameless, materials });
    expect(seen).toMatchObject({ state: "deleted", materialId: "aa", missingMaterials: [], otherMaterials: [] });
  });

  it("takes another's expiry for no drift where its materials may not be listed", () => {
    const rotated = { ...enabled, materialId: "bb", validTo: now + day };
    expect(condition(rotated)).toMatchObject({
      state: "imported",
      validTo: now + 60 * day,
      lifetimeDrift: false,
    });
  });

  it("judges ours only", () => {
    const materials = [entry("bb", { validTo: now + day }), entry("aa", { state: "NON_CURRENT" })];
    const seen = condition({ ...enabled, materialId: "bb", validTo: now + day }, { materials });
    expect(seen).toMatchObject({ state: "imported", validTo: now + 60 * day, materialId: "aa", lifetimeDrift: false });
    expect(seen).toMatchObject({ otherMaterials: ["bb"], missingMaterials: [] });
  });

  it("tells which others are missing, though ours is there", () => {
    const materials = [entry("bb", { imported: false }), entry("aa", { state: "NON_CURRENT" })];
    expect(condition({ ...emptied, materialId: "bb" }, { materials })).toMatchObject({
      state: "imported",
      missingMaterials: ["bb"],
    });
  });

  it.each(["PENDING_ROTATION", "PENDING_MULTI_REGION_IMPORT_AND_ROTATION"] as const)(
    "misses no material that only waits for a rotation: %s",
    (state) => {
      const materials = [entry("aa"), entry("bb", { imported: false, state })];
      expect(condition(enabled, { materials })).toMatchObject({ otherMaterials: ["bb"], missingMaterials: [] });
    },
  );

  it("sees that ours is missing, though the key has another", () => {
    const materials = [entry("bb"), entry("aa", { imported: false, state: "NON_CURRENT" })];
    expect(condition({ ...enabled, materialId: "bb" }, { materials })).toMatchObject({ state: "deleted" });
  });

  it("goes by the key where the list does not have ours", () => {
    expect(condition(enabled, { materials: [entry("bb")] })).toMatchObject({
      state: "imported",
      otherMaterials: ["bb"],
    });
  });

  it("takes a material without expiry as such", () => {
    const { validTo: _, expirationModel: __, ...unlimited } = entry("aa");
    const seen = condition({ ...enabled, materialId: "bb" }, { materials: [unlimited, entry("bb")] });
    expect(seen).not.toHaveProperty("validTo");
    expect(seen).not.toHaveProperty("expirationModel");
  });
});

describe("the tags of a key", () => {
  const proved = `cmac:${"0".repeat(32)}`;

  it.each<[string, KeyDescription, MaterialRecord | undefined, readonly [boolean, boolean]]>([
    // In place, and where the KMS demands an empty key
    ["as on record", enabled, record, [false, false]],
    ["nothing on record", enabled, undefined, [false, true]],
    ["nothing on record, and empty", empty, undefined, [false, false]],
    ["not proved", enabled, { ...record, verified: false }, [false, true]],
    ["gone", emptied, record, [false, true]],
    ["being created", { ...empty, state: "Creating" }, record, [false, false]],
    ["pending deletion", { ...enabled, state: "PendingDeletion" }, record, [false, false]],
    ["Enabled, and Disabled when it was last seen", enabled, { ...record, keyDisabled: true }, [true, true]],
    ["Disabled, as it was", { ...enabled, state: "Disabled" }, { ...record, keyDisabled: true }, [false, false]],
    ["on a rebuilt record", enabled, { ...record, rebuilt: true }, [true, true]],
    [
      "on a rebuilt record, and Disabled",
      { ...enabled, state: "Disabled" },
      { ...record, rebuilt: true },
      [false, false],
    ],
    ["on a rebuilt record, and gone", emptied, { ...record, rebuilt: true }, [true, true]],
    ["of another lifetime than on record", { ...enabled, validTo: now + day }, record, [true, true]],
    [
      "of another lifetime, where the key holds others",
      { ...enabled, validTo: now + day },
      { ...record, otherMaterials: ["bb"] },
      [false, false],
    ],
    ["of another lifetime, never imported by us", { ...enabled, validTo: now + day }, assumed, [false, false]],
  ])("decide where they are asked for: %s", (_name, key, known, [inPlace, deleteFirst]) => {
    const seen = materialCondition({ key }, known, { kind: "forever" }, now);
    expect([needsTags(key, known, seen, "in_place"), needsTags(key, known, seen, "delete_first")]).toEqual([
      inPlace,
      deleteFirst,
    ]);
  });

  it("decide nothing where the list of materials shows that another one may expire first", () => {
    const key = { ...enabled, validTo: now + day };
    const materials = ["aa", "bb"].map((materialId) => entry(materialId, { imported: true }));
    const seen = materialCondition({ key, materials, severalMaterials: true }, record, quarter, now);
    expect([seen.otherMaterials, needsTags(key, record, seen, "in_place")]).toEqual([["bb"], false]);
  });

  const tagged = (tags: Record<string, string>, key = enabled, known: MaterialRecord | undefined = record) =>
    materialCondition({ key, tags, reimport: "delete_first" }, known, quarter, now);

  it("prove by a fingerprint only, and tell what was begun", () => {
    expect(tagged({ "byok:fingerprint": proved })).toMatchObject({ provedByTag: proved });
    expect(tagged({ "byok:importing": proved })).toMatchObject({ begun: proved });
    const nothing = tagged({ "byok:fingerprint": "hello", "byok:importing": "hello" });
    expect(nothing).not.toHaveProperty("provedByTag");
    expect(nothing).not.toHaveProperty("begun");
  });

  it("say that an Enabled key is to be Disabled, and nothing of one that is", () => {
    const noted = { "byok:enabled": "false" };
    expect(tagged(noted)).toMatchObject({ toDisable: true, keyDisabled: true });
    expect(tagged(noted, { ...enabled, state: "Disabled" })).not.toHaveProperty("toDisable");
    expect(tagged(noted, emptied)).not.toHaveProperty("toDisable");
  });

  it("tell byok's own deletion by the very import that is on record", () => {
    const mark = (at: number | undefined) => ({ "byok:interrupted-import": String(at) });
    expect(tagged(mark(record.importedAt), emptied)).toMatchObject({ state: "deleted", interrupted: true });
    expect(tagged(mark(now), emptied)).not.toHaveProperty("interrupted");
    const without = materialCondition({ key: emptied, tags: mark(0) }, undefined, quarter, now);
    expect(without).not.toHaveProperty("interrupted");
  });
});

describe("what byok did a moment ago", () => {
  const since = (seconds: number, settling?: number) =>
    materialCondition(
      settling === undefined ? { key: emptied } : { key: emptied, settling },
      { ...record, importedAt: now - seconds },
      quarter,
      now,
    );

  it("may not show yet, for as long as the KMS settles", () => {
    expect(since(59, 60)).toMatchObject({ state: "deleted", settling: true });
    expect(since(60, 60)).not.toHaveProperty("settling");
    // By a clock that is behind the one of the import, news would be late for as long as that is.
    expect(since(-59, 60)).toMatchObject({ state: "deleted", settling: true });
    expect(since(-60, 60)).not.toHaveProperty("settling");
    expect(since(0)).not.toHaveProperty("settling");
  });

  it("stays to be done: a key that is to be Disabled and is Enabled", () => {
    const failed = { ...record, toDisable: true };
    expect(condition(enabled, { record: failed })).toMatchObject({ toDisable: true, keyDisabled: true });
    // Others have disabled it, and what was noted on it has still to go.
    expect(condition({ ...enabled, state: "Disabled" }, { record: failed })).toMatchObject({ toDisable: true });
    expect(condition(emptied, { record: failed })).not.toHaveProperty("toDisable");
  });
});

describe("what there is to show of a condition", () => {
  it.each<[string, MaterialCondition, object]>([
    ["a key that is gone", condition(null), { renewalDue: false }],
    [
      "a key that is pending deletion",
      condition({ ...enabled, state: "PendingDeletion" }),
      { keyState: "PendingDeletion", renewalDue: false },
    ],
    ["a new key", condition(empty, { record: undefined }), { keyState: "PendingImport", renewalDue: false }],
    [
      "material that is there",
      condition(enabled),
      {
        keyState: "Enabled",
        materialId: "aa",
        expirationModel: "KEY_MATERIAL_EXPIRES",
        validTo: now + 60 * day,
        renewalTime: now + 30 * day,
        renewalDue: false,
      },
    ],
    [
      "material that is gone",
      condition(emptied),
      { keyState: "PendingImport", materialId: "aa", validTo: now + 60 * day },
    ],
  ])("of %s", (_name, seen, facts) => {
    expect(materialFacts(seen)).toMatchObject(facts);
  });

  it("names the materials that are missing where there may be any", () => {
    expect(missingBesides(condition(null))).toEqual([]);
    const materials = [entry("bb", { imported: false }), entry("aa", { state: "NON_CURRENT" })];
    expect(missingBesides(condition({ ...emptied, materialId: "bb" }, { materials }))).toEqual(["bb"]);
  });
});

describe("a condition that cannot be", () => {
  const known = { otherMaterials: [], keyDisabled: false };
  const gone = { ...known, keyState: "PendingImport", missingMaterials: [], lifetimePast: false } as const;

  it("cannot be written down", () => {
    const written: MaterialCondition[] = [
      { ...gone, state: "expired", validTo: now, renewalDue: false },
      // @ts-expect-error What expired did so on a date.
      { ...gone, state: "expired", renewalDue: false },
      // @ts-expect-error A renewal that is due has been so since some time.
      { ...gone, state: "deleted", validTo: now, renewalDue: true },
      // @ts-expect-error A key that is gone has no state.
      { ...known, state: "key_gone", keyState: "Enabled" },
    ];
    expect(written).toHaveLength(4);
  });
});
