import type { Fingerprint } from "../../src/engine/fingerprint";
import type { MaterialCondition } from "../../src/engine/material-condition";
import { recall, remember } from "../../src/terraform/material-memory";
import type { Json } from "../../src/terraform/plugin/private-state";
import { decodePrivate, encodePrivate } from "../../src/terraform/plugin/private-state";
import { rememberedCondition, rememberedRecord } from "../../src/terraform/remembered-material";

const keyArn = "arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab";
const fingerprint: Fingerprint = `cmac:${"0".repeat(32)}`;
const [importedAt, validTo, renewalTime] = [1_795_319_500, 1_803_095_500, 1_800_503_500];
/** What stood in the condition of every state before it was a union. */
const nothing = {
  lifetimeDrift: false,
  renewalDue: false,
  lifetimePast: false,
  missingMaterials: [],
  otherMaterials: [],
  keyDisabled: false,
};
const known = { otherMaterials: [], keyDisabled: false };

describe("what an earlier version kept beside the state", () => {
  it("is read the same: the record of an import", () => {
    const written = {
      keyArn,
      fingerprint,
      verified: true,
      materialId: "908e5a65",
      importedAt,
      lifetime: { kind: "renewed", validFor: 7_776_000, renewBefore: 2_592_000 },
      expirationModel: "KEY_MATERIAL_EXPIRES",
      validTo,
      importedValidTo: validTo,
      keyDisabled: false,
      otherMaterials: ["bb"],
    };
    expect(rememberedRecord(written)).toEqual(written);
    for (const lifetime of [{ kind: "forever" }, { kind: "until", validTo }]) {
      expect(rememberedRecord({ ...written, lifetime })).toEqual({ ...written, lifetime });
    }
  });

  it("is read the same: the record of a key that was imported into the state", () => {
    const written = { keyArn, verified: false, seenImported: true, keyDisabled: true, otherMaterials: [] };
    expect(rememberedRecord(written)).toEqual(written);
  });

  it.each<[Json, MaterialCondition]>([
    [
      { state: "key_gone", ...nothing },
      { state: "key_gone", ...known },
    ],
    [
      { state: "key_pending_deletion", keyState: "PendingDeletion", ...nothing },
      { state: "key_pending_deletion", keyState: "PendingDeletion", ...known },
    ],
    [
      { ...nothing, state: "never_imported", keyState: "PendingImport", unlisted: true, settling: true },
      {
        ...known,
        state: "never_imported",
        keyState: "PendingImport",
        missingMaterials: [],
        unlisted: true,
      },
    ],
    [
      {
        ...nothing,
        state: "expired",
        keyState: "PendingImport",
        materialId: "aa",
        validTo,
        renewalTime,
        renewalDue: true,
      },
      {
        ...known,
        state: "expired",
        keyState: "PendingImport",
        missingMaterials: [],
        materialId: "aa",
        lifetimePast: false,
        validTo,
        renewalTime,
        renewalDue: true,
      },
    ],
    [
      {
        ...nothing,
        state: "deleted",
        keyState: "Enabled",
        interrupted: true,
        toDisable: true,
        missingMaterials: ["bb"],
      },
      {
        ...known,
        state: "deleted",
        keyState: "Enabled",
        missingMaterials: ["bb"],
        toDisable: true,
        lifetimePast: false,
        renewalDue: false,
        interrupted: true,
      },
    ],
    [
      {
        ...nothing,
        state: "imported",
        keyState: "Disabled",
        keyDisabled: true,
        expirationModel: "KEY_MATERIAL_EXPIRES",
        validTo,
        lifetimePast: true,
        lifetimeDrift: true,
        mayInterrupt: true,
        provedByTag: fingerprint,
        begun: fingerprint,
      },
      {
        ...known,
        state: "imported",
        keyState: "Disabled",
        keyDisabled: true,
        missingMaterials: [],
        expirationModel: "KEY_MATERIAL_EXPIRES",
        validTo,
        renewalDue: false,
        lifetimePast: true,
        lifetimeDrift: true,
        mayInterrupt: true,
        provedByTag: fingerprint,
        begun: fingerprint,
      },
    ],
  ])("is read the same: a look, %j", (written, condition) => {
    expect(rememberedCondition(written)).toStrictEqual(condition);
    const kept = decodePrivate(encodePrivate(remember({ condition })));
    expect(recall(kept).condition).toEqual(condition);
  });

  it.each<[string, Json | undefined]>([
    ["nothing", undefined],
    ["a text", "imported"],
    ["a state that there is not", { ...nothing, state: "asleep", keyState: "Enabled" }],
    ["a state without that of the key", { ...nothing, state: "imported" }],
    ["a state of the key that there is not", { ...nothing, state: "imported", keyState: "Asleep" }],
    ["material that expired on no date", { ...nothing, state: "expired", keyState: "PendingImport" }],
  ])("is taken for no look where it is %s", (_name, json) => {
    expect(rememberedCondition(json)).toBeUndefined();
  });

  it.each<[string, Json | undefined]>([
    ["nothing", undefined],
    ["a text", "record"],
    ["of no key", { verified: true }],
    ["of nobody knows what", { keyArn }],
  ])("is taken for no record where it is %s", (_name, json) => {
    expect(rememberedRecord(json)).toBeUndefined();
  });

  it.each<Json>([
    { fingerprint: "hello" },
    { materialId: 1 },
    { importedAt: "today" },
    { keyDisabled: "no" },
    { otherMaterials: "bb" },
    { expirationModel: "SOMETIMES" },
    { lifetime: "forever" },
    { lifetime: { kind: "until" } },
    { lifetime: { kind: "renewed", validFor: 1 } },
    { lifetime: { kind: "renewed", renewBefore: 1 } },
    { lifetime: { kind: "other" } },
  ])("has no member that is not what it should be: %j", (wrong) => {
    expect(rememberedRecord({ keyArn, verified: false, ...Object(wrong) })).toEqual({ keyArn, verified: false });
  });
});
