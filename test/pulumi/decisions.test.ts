import { changesUnrecorded, hiddenWish, keyDecision, wantedWhileUnknown } from "../../pulumi/provider/key-decision";
import { keyRecordOf } from "../../pulumi/provider/key-state";
import {
  changesUnrecorded as changesUnrecordedOfMaterial,
  decidingUnknown,
  isAsRecorded,
  materialDecision,
} from "../../pulumi/provider/material-decision";
import { materialSettingsOf } from "../../src/definitions/material-settings";
import type { Assessment } from "../../src/engine/assessment";
import { ByokError } from "../../src/engine/errors";
import type { KeyAssessment } from "../../src/engine/key-assessment";
import type { KeyState } from "../../src/engine/key";
import type { KeyRecord } from "../../src/engine/key-record";
import { blankRecord } from "../../src/engine/material-record";
import { recordFrom } from "../../src/engine/stored-record";

const keyArn = "arn:aws:kms:eu-central-1:111122223333:key/1";
const changes = { changes: true, replaces: [], deleteBeforeReplace: false };
const none = { changes: false, replaces: [], deleteBeforeReplace: false };

function key(state: KeyState, more: Partial<KeyRecord> = {}): KeyRecord {
  return { ...keyRecordOf(keyArn, { region: "eu-central-1" }), state, ...more };
}

describe("what a diff of a key answers", () => {
  const enabled = key("Enabled");
  const assessment = (action: KeyAssessment["action"]): KeyAssessment => ({
    action,
    attributes: ["key_spec", "multi_region"],
    reason: "`key_spec` differs",
  });
  const facts = { keyArn, args: {}, unknown: new Set<string>(), seen: enabled, isNewlySeen: false };

  it("is no change where nothing is to be done, unless an argument may turn out to differ", () => {
    expect(keyDecision(facts, assessment("nothing"))).toEqual({ diff: none, notices: [], returns: false });
    const token = { ...facts, unknown: new Set(["creationToken"]) };
    expect(keyDecision(token, assessment("nothing")).diff).toEqual(none);
    const more = { ...facts, unknown: new Set(["creationToken", "description"]) };
    expect(keyDecision(more, assessment("nothing"))).toEqual({ diff: changes, notices: [], returns: false });
  });

  it.each([
    ["record", "the state will be updated"],
    ["update", "the key will be updated"],
  ] as const)("is a change that is announced: %s", (action, what) => {
    const notices = [`byok: ${keyArn}: ${what}: \`keySpec\` differs.`];
    expect(keyDecision(facts, assessment(action))).toEqual({ diff: changes, notices, returns: false });
  });

  it("is a replacement that deletes first and names the arguments as Pulumi does", () => {
    expect(keyDecision(facts, assessment("replace"))).toEqual({
      diff: { changes: true, replaces: ["keySpec", "multiRegion"], deleteBeforeReplace: true },
      notices: [`byok: ${keyArn}: the key will be deleted and a new one created: \`keySpec\` differs.`],
      returns: false,
    });
  });

  it("is an error where a key that is taken over would be replaced, but not where it is gone", () => {
    const takenOver = { ...facts, args: { existingKeyArn: keyArn } };
    expect(() => keyDecision(takenOver, assessment("replace"))).toThrow(
      expect.objectContaining({ code: "immutable_argument", attribute: "existing_key_arn" }),
    );
    expect(keyDecision({ ...takenOver, seen: undefined }, assessment("replace")).diff.replaces).toHaveLength(2);
    expect(keyDecision(takenOver, assessment("update")).diff).toEqual(changes);
  });

  it.each([
    ["update", key("PendingDeletion"), true],
    ["record", key("PendingDeletion"), false],
    ["replace", key("PendingDeletion"), false],
    ["update", key("PendingImport"), false],
    ["update", undefined, false],
  ] as const)("tells of a deletion that will be canceled: %s", (action, seen, returns) => {
    expect(keyDecision({ ...facts, seen }, assessment(action)).returns).toBe(returns);
  });

  it("says of a key that is newly seen Disabled that nothing on record tells why", () => {
    const disabled = { ...facts, seen: key("Disabled") };
    expect(keyDecision(disabled, assessment("record")).notices).toHaveLength(1);
    const [, warning] = keyDecision({ ...disabled, isNewlySeen: true }, assessment("record")).notices;
    expect(warning).toMatch(/is Disabled, and byok has no record of it/);
    const returning = { ...facts, seen: key("Disabled", { toEnable: true }), isNewlySeen: true };
    expect(keyDecision(returning, assessment("record")).notices).toHaveLength(1);
  });

  it("knows what a key without material hides", () => {
    const empty = key("PendingImport");
    const [wasDisabled, wasEnabled] = [key("Enabled", { enabled: false }), key("Enabled", { enabled: true })];
    expect(hiddenWish({}, enabled, empty)).toBeUndefined();
    expect(hiddenWish({}, wasEnabled, empty)).toBeUndefined();
    expect(hiddenWish({}, wasDisabled, empty)).toBe(false);
    expect(hiddenWish({}, wasDisabled, key("PendingImport", { toEnable: true }))).toBe(true);
    expect(hiddenWish({ enabled: true }, wasDisabled, key("PendingImport", { toEnable: false }))).toBe(true);
    expect(hiddenWish({ enabled: false }, wasEnabled, enabled)).toBeUndefined();
    expect(hiddenWish({ enabled: false }, wasEnabled, undefined)).toBeUndefined();
  });

  it("holds to what is on record while an argument is not known", () => {
    const record = key("Enabled", { kms: "qkms", multiRegion: true });
    const wanted = (...unknown: string[]) => wantedWhileUnknown({ kms: "aws" }, new Set(unknown), record);
    expect(wanted()).toMatchObject({ kms: "aws", multiRegion: false });
    expect(wanted("kms")).toMatchObject({ kms: "qkms", multiRegion: false });
    expect(wanted("multiRegion")).toMatchObject({ kms: "aws", multiRegion: true });
    expect(wanted("primaryKeyArn")).toMatchObject({ kms: "aws", multiRegion: true });
  });

  it("takes arguments into account that no KMS knows", () => {
    const outs = { timeouts: { create: "5m" }, description: "before" };
    expect(changesUnrecorded({ timeouts: { create: "5m" }, description: "after" }, outs)).toBe(false);
    expect(changesUnrecorded({ timeouts: { create: "6m" } }, outs)).toBe(true);
    expect(changesUnrecorded({ timeouts: { create: "5m" }, deletionWindowInDays: 7 }, outs)).toBe(true);
  });
});

describe("what a diff of material answers", () => {
  const assessment = (action: Assessment["action"], warnings: readonly string[] = []): Assessment => ({
    row: "healthy",
    action,
    reason: "`valid_to` is past",
    warnings,
  });

  it.each([
    ["create", "key material will be imported"],
    ["reimport", "the same key material will be imported again"],
    ["disable", "the key will be disabled"],
    ["record", "the state will be updated"],
  ] as const)("is a change that is announced: %s", (action, what) => {
    expect(materialDecision(keyArn, assessment(action, ["Set `valid_to`."]))).toEqual({
      action,
      diff: changes,
      notices: [`byok: ${keyArn}: ${what}: \`validTo\` is past.`, `byok: warning: ${keyArn}: Set \`validTo\`.`],
    });
  });

  it("is no change where nothing is to be done, which may have its warnings", () => {
    expect(materialDecision(keyArn, assessment("nothing", ["It expired."]))).toEqual({
      action: "nothing",
      diff: none,
      notices: [`byok: warning: ${keyArn}: It expired.`],
    });
  });

  it("is the error that the assessment refuses with", () => {
    const problem = new ByokError("different_material", "These are other bytes.");
    expect(() => materialDecision(keyArn, { ...assessment("refuse"), problem })).toThrow(problem);
  });

  it("looks at what the bytes alone do not decide", () => {
    expect(decidingUnknown(new Set(["keyMaterial", "keyMaterialSource"]))).toEqual([]);
    expect(decidingUnknown(new Set(["keyMaterial", "validTo"]))).toEqual(["validTo"]);
  });

  it("takes arguments into account that no import depends on", () => {
    const args = { validFor: "90d", renewBefore: "30d", onDeletion: "report" } as const;
    const wanted = materialSettingsOf(keyArn, args);
    const record = recordFrom({ keyArn, verified: false, lifetime: wanted.lifetime });
    expect(isAsRecorded(wanted, record)).toBe(true);
    expect(isAsRecorded(wanted, blankRecord(keyArn))).toBe(false);
    const outs = { onDeletion: "report" };
    expect(changesUnrecordedOfMaterial(args, wanted, outs, record)).toBe(false);
    expect(changesUnrecordedOfMaterial(args, wanted, {}, record)).toBe(true);
    const sooner = materialSettingsOf(keyArn, { ...args, renewBefore: "29d" });
    expect(changesUnrecordedOfMaterial(args, sooner, outs, record)).toBe(true);
  });
});
