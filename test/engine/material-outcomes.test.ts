import { tellWish } from "../../src/engine/enabled-wish";
import { ByokError } from "../../src/engine/errors";
import { applyMaterial, recordAfter } from "../../src/engine/imported-key-material";
import { observeMaterial } from "../../src/engine/material-observation";
import { releaseMaterial } from "../../src/engine/material-release";
import type { KeyDescription } from "../../src/engine/key";
import { KeyMaterial } from "../../src/engine/key-material";
import type { KeyService } from "../../src/engine/key-service";
import { lifetimeFrom } from "../../src/engine/lifetime";
import { materialCondition } from "../../src/engine/material-condition";
import { isProved, type MaterialRecord, type ProvedRecord } from "../../src/engine/material-record";
import { startSettling } from "../../src/engine/settling";
import { bytes, denied, empty, emptySource, record, refusal, settings, source, taking } from "./paper-material";
import { answered, arn, day, failing, now, paperKey } from "./paper-run";
import { rejected } from "./thrown";

describe("what is reported after an import", () => {
  const key: KeyDescription = { ...empty, materialId: "aa" };
  const materials: KeyService["materials"] = async () => [
    { materialId: "aa", imported: false, state: "CURRENT" },
    { materialId: "bb", imported: false, state: "NON_CURRENT" },
    { materialId: "cc", imported: false, state: "NON_CURRENT" },
  ];
  const several: ProvedRecord = { ...record, materialId: "aa", otherMaterials: ["bb"] };

  it("names other materials that are missing, and is no error: another resource of the same run may bring them", async () => {
    const outcome = await applyMaterial(taking(key, { materials }).run, settings, source, several);
    expect(outcome.error).toBeUndefined();
    expect(outcome.warnings).toEqual([
      "The key has lost other key material too (bb, cc) and stays unusable until that is imported again.",
      `The key material was imported, and ${arn} cannot be used before its other key material is imported again too (bb, cc).`,
    ]);
    expect(outcome.record).toMatchObject({ verified: true, otherMaterials: ["bb", "cc"] });
    expect(outcome.condition).toMatchObject({ keyState: "PendingImport", missingMaterials: ["bb", "cc"] });
  });

  const stillEnabled = `The key material was imported, and ${arn} is now Enabled although it is to be Disabled. The next apply disables it. Refused.`;
  const lost: KeyService["materials"] = async () => [{ materialId: "aa", imported: false, state: "CURRENT" }];

  it("tells that the key could not be disabled again, and that it is still to be", async () => {
    const { run, asked } = taking(empty, { materials: lost, setEnabled: failing(denied), tag: async () => {} });
    const outcome = await applyMaterial(run, settings, source, { ...record, keyDisabled: true });
    expect([outcome.error?.code, outcome.error?.rawMessage]).toEqual(["access_denied", stillEnabled]);
    expect(outcome.warnings).toEqual([]);
    expect(outcome.record).toMatchObject({ keyDisabled: true, toDisable: true });
    expect(outcome.condition).toMatchObject({ keyDisabled: true, toDisable: true, keyState: "Enabled" });
    expect(asked).not.toContain("untag");
  });

  it("warns of the same for new material, whose note on the key stays", async () => {
    const { run, asked } = taking(empty, {
      setEnabled: failing(denied),
      tags: async () => ({ "byok:enabled": "false" }),
    });
    const outcome = await applyMaterial(run, settings, source, undefined);
    expect(outcome.error).toBeUndefined();
    expect(outcome.warnings).toEqual([stillEnabled]);
    expect(asked).toEqual(["describe", "tags", "importParameters", "importMaterial", "setEnabled"]);
  });

  it("tells where what was noted on the key could not be removed, and the key is Disabled for all that", async () => {
    const down = new ByokError("service_unavailable", "Down.");
    const { run, told } = taking(empty, {
      setEnabled: async () => {},
      tags: async () => ({ "byok:enabled": "false" }),
      untag: failing(down),
    });
    const outcome = await applyMaterial(run, settings, source, undefined);
    expect(outcome.record).toMatchObject({ keyDisabled: true });
    expect(outcome.condition).toMatchObject({ keyState: "Disabled" });
    expect(told).toEqual([["warn", "What was noted in the tags of the key could not be removed. Down.", { key: arn }]]);
  });

  describe("where a key is still to be Disabled since an import", () => {
    const failed: MaterialRecord = { ...record, keyDisabled: true, toDisable: true };
    const tags = async () => ({ "byok:enabled": "false" });

    it("is disabled alone, without bytes, and the note goes", async () => {
      const setEnabled = jest.fn(async () => {});
      const untag = jest.fn(async () => {});
      const { run, asked } = taking(paperKey, { setEnabled, untag, tags });
      const outcome = await applyMaterial(run, settings, undefined, failed, {}, "disable");
      expect(asked).toEqual(["describe", "tags", "setEnabled", "untag"]);
      expect(setEnabled.mock.calls).toEqual([[arn, false, {}]]);
      expect(untag.mock.calls).toEqual([[arn, ["byok:enabled"], {}]]);
      expect(outcome.error).toBeUndefined();
      expect(outcome.assessment.row).toBe("to_disable");
      expect(outcome.record).toMatchObject({ keyDisabled: true });
      expect(outcome.record.toDisable).toBeUndefined();
      expect(outcome.condition).toMatchObject({ keyState: "Disabled", toDisable: false });
    });

    it("stays so while DisableKey is refused", async () => {
      const { run } = taking(paperKey, { setEnabled: failing(denied), tags });
      const outcome = await applyMaterial(run, settings, undefined, failed, {}, "disable");
      expect(outcome.error?.code).toBe("access_denied");
      expect(outcome.record).toMatchObject({ keyDisabled: true, toDisable: true });
    });

    it("is left to the next plan where that was not announced, and no import is made where only this was", async () => {
      const { run, asked } = taking(paperKey, { tags });
      const outcome = await applyMaterial(run, settings, undefined, failed, {}, "record");
      expect(outcome.warnings).toEqual([
        "This came up after the plan and is left for the next one: the key is to be Disabled and is Enabled since its import.",
      ]);
      expect(asked).toEqual(["describe", "tags"]);
      const gone = taking(empty, { tags, materials: lost });
      const later = await applyMaterial(gone.run, settings, source, failed, {}, "disable");
      expect(later.warnings).toEqual([expect.stringContaining("left for the next one: was deleted")]);
      expect(gone.requests).toEqual([]);
    });

    it("is disabled also where nothing more can be done, for lack of the bytes or of a plan for them", async () => {
      const renewed = { ...failed, lifetime: lifetimeFrom({ validFor: "90d" }) };
      const without = taking(paperKey, { setEnabled: async () => {}, untag: async () => {}, tags });
      const { code } = await rejected(applyMaterial(without.run, settings, undefined, renewed, {}, "reimport"));
      expect([code, without.asked]).toEqual(["material_missing", ["describe", "tags", "setEnabled", "untag"]]);
      const late = taking(paperKey, { setEnabled: async () => {}, untag: async () => {}, tags });
      const outcome = await applyMaterial(late.run, settings, source, renewed, {}, "disable");
      expect(outcome.warnings).toEqual([expect.stringContaining("left for the next one: the configured lifetime")]);
      expect(outcome.condition).toMatchObject({ keyState: "Disabled", toDisable: false });
      expect([late.asked, late.requests]).toEqual([["describe", "tags", "setEnabled", "untag"], []]);
      const recording = taking(paperKey, { tags });
      await rejected(applyMaterial(recording.run, settings, undefined, renewed, {}, "record"));
      expect(recording.asked).toEqual(["describe", "tags"]);
    });

    it("is not what the key's own resource has said since", async () => {
      const { run, asked } = taking(paperKey, { tags });
      tellWish(run, arn, true);
      const outcome = await applyMaterial(run, settings, undefined, failed);
      expect(outcome.assessment.row).toBe("healthy");
      expect(outcome.record.toDisable).toBeUndefined();
      expect(asked).toEqual(["describe", "tags"]);
    });

    it("is not what the KMS still shows of a key that its own resource has enabled since", async () => {
      const { run } = taking({ ...paperKey, state: "Disabled" }, {});
      tellWish(run, arn, true);
      const outcome = await applyMaterial(run, settings, undefined, record);
      expect(outcome.assessment.row).toBe("healthy");
      expect(outcome.record.keyDisabled).toBe(false);
      // One that it is disabling is Enabled still.
      const disabling = taking(paperKey, {});
      tellWish(disabling.run, arn, false);
      expect((await applyMaterial(disabling.run, settings, undefined, record)).record.keyDisabled).toBe(false);
      // Nothing was said since: somebody else disabled it.
      const later = taking({ ...paperKey, state: "Disabled" }, {});
      const { record: seen } = await applyMaterial(later.run, settings, undefined, record);
      expect(seen.keyDisabled).toBe(true);
    });

    it("is no import into another key", async () => {
      const { run } = taking(paperKey, { tags });
      const { code, attribute } = await rejected(applyMaterial(run, settings, source, failed, {}, "move"));
      expect([code, attribute]).toEqual(["import_refused", "key_arn"]);
    });
  });

  it("withdraws the note of an import that is known to have failed, and only that", async () => {
    const disabled: MaterialRecord = { ...record, keyDisabled: true };
    const attempt = async (error: ByokError, tags: Record<string, string>, untag = async () => {}) => {
      const { run, asked } = taking(empty, {
        materials: lost,
        tags: async () => tags,
        tag: async () => {},
        untag,
        importMaterial: failing(error),
      });
      await expect(applyMaterial(run, settings, source, disabled)).rejects.toBe(error);
      return asked.filter((name) => name.endsWith("tag"));
    };
    const unknown = new ByokError("service_unavailable", "Down.", { effectUnknown: true });
    expect(await attempt(denied, {})).toEqual(["tag", "untag"]);
    // Where it cannot be removed, it is made to say nothing.
    expect(await attempt(denied, {}, failing(denied))).toEqual(["tag", "untag", "tag"]);
    expect(await attempt(unknown, {})).toEqual(["tag"]);
    expect(await attempt(denied, { "byok:enabled": "false" })).toEqual([]);
  });

  it("keeps the note of a key that has never had material: it is the wish of the key's own resource", async () => {
    const { run, asked } = taking(empty, { tag: async () => {}, importMaterial: failing(denied) });
    tellWish(run, arn, false);
    await expect(applyMaterial(run, settings, source, undefined)).rejects.toBe(denied);
    expect(asked).toEqual(["describe", "tags", "tag", "importParameters", "importMaterial"]);
  });

  it("tells that a wish to have the key disabled could not be read", async () => {
    const { run, told } = taking(empty, { tags: failing(denied) });
    await applyMaterial(run, settings, source, undefined);
    expect(told).toEqual([
      ["warn", "The tags of the key cannot be read, so what byok noted in them is not known here.", { key: arn }],
    ]);
  });

  it("leaves what came up after the plan to the next one", async () => {
    const { run, requests } = taking(key, { materials: lost });
    const { warnings, record: kept } = await applyMaterial(run, settings, source, record, {}, "nothing");
    expect(warnings).toEqual(["This came up after the plan and is left for the next one: was deleted."]);
    expect(kept).toMatchObject({ importedAt: record.importedAt });
    expect(requests).toEqual([]);
  });

  it("passes on what the source warns of", async () => {
    const warning = "Others may read the file.";
    const open = async () => KeyMaterial.take(Buffer.from(bytes), { warnings: [warning] });
    const { warnings } = await applyMaterial(taking(empty).run, settings, { ...source, open }, undefined);
    expect(warnings).toEqual([warning]);
  });
});

describe("material that is as it should be", () => {
  const last: MaterialRecord = { ...record, otherMaterials: [], keyDisabled: false };

  it("is looked at and left alone, with bytes or without", async () => {
    for (const given of [source, undefined, emptySource]) {
      const { run, asked } = taking(paperKey);
      const outcome = await applyMaterial(run, settings, given, last);
      expect(outcome).toMatchObject({ record: last, warnings: [], assessment: { row: "healthy" } });
      expect(outcome.error).toBeUndefined();
      expect(asked).toEqual(["describe"]);
    }
  });

  it("has what was seen on record, and the new time of its renewal", async () => {
    const renewed = { kind: "renewed", validFor: 90 * day, renewBefore: 30 * day } as const;
    const validTo = now + 50 * day;
    const key: KeyDescription = { ...paperKey, state: "Disabled", expirationModel: "KEY_MATERIAL_EXPIRES", validTo };
    const before: ProvedRecord = { ...record, lifetime: renewed, importedValidTo: validTo };
    const later = { ...renewed, renewBefore: 10 * day };
    const { record: after } = await applyMaterial(taking(key).run, { ...settings, lifetime: later }, source, before);
    expect(after).toMatchObject({
      lifetime: later,
      keyDisabled: true,
      expirationModel: "KEY_MATERIAL_EXPIRES",
      validTo,
      otherMaterials: [],
    });
    const other = { ...settings, lifetime: { kind: "until", validTo: now + 9 * day } } as const;
    const planned = await applyMaterial(taking(key).run, other, source, before, {}, "nothing");
    expect(planned.record.lifetime).toEqual(renewed);
  });

  it("is left to the next plan where none is announced, and what is known of a new key is next to nothing", async () => {
    const { run } = taking({ ...paperKey, materialId: "aa" });
    const { record: after } = await applyMaterial(run, settings, undefined, undefined, {}, "nothing");
    expect(after).toMatchObject({ keyArn: arn, verified: false, keyDisabled: false });
    // An id that was merely seen is none of ours.
    expect(after).not.toHaveProperty("materialId");
    expect(after.lifetime).toBeUndefined();
  });

  it("is not looked at for bytes that contradict the configuration or the record", async () => {
    const other = KeyMaterial.take(Buffer.alloc(32)).fingerprint;
    for (const [wanted, known] of [
      [{ ...settings, fingerprint: other }, undefined],
      [settings, { ...record, fingerprint: other }],
    ] as const) {
      const { run, asked } = taking(paperKey);
      expect((await rejected(applyMaterial(run, wanted, source, known))).code).toBe("different_material");
      expect(asked).toEqual([]);
    }
  });

  it("keeps the last known expiry once it is gone", async () => {
    const lapsed: ProvedRecord = { ...record, validTo: now - day, importedValidTo: now - day, materialId: "aa" };
    const { run } = taking(empty, { materials: async () => [] });
    const outcome = applyMaterial(run, settings, undefined, lapsed);
    expect((await rejected(outcome)).code).toBe("material_missing");
    const seen = materialAfter(lapsed);
    expect(seen).toMatchObject({ validTo: now - day, materialId: "aa", expirationModel: record.expirationModel });
  });

  it("is gone with a key that the KMS does not know, and nothing more is asked", async () => {
    const { run, asked } = taking(paperKey, { describe: answered(null) });
    const { condition, key, materials, tags } = await observeMaterial(run, arn, record, settings);
    expect([condition.state, key, materials, tags]).toEqual(["key_gone", null, undefined, undefined]);
    expect(asked).toEqual(["describe"]);
    expect((await rejected(applyMaterial(run, settings, source, record))).code).toBe("key_not_found");
  });

  it("is waited for in a key that this run has made", async () => {
    const answers = [null, { ...empty, state: "Creating" as const }, empty];
    let looks = 0;
    const { run, clock, requests } = taking(empty, {
      describe: async () => ({ value: answers[looks++] ?? null, at: now }),
    });
    startSettling(run, arn);
    await clock.run(applyMaterial(run, settings, source, undefined));
    expect(looks).toBe(3);
    expect(requests).toHaveLength(1);
  });

  it("is not heard of everywhere after it has brought a key to life, and only then", async () => {
    const [dead, living] = [taking(empty), taking(paperKey)];
    await applyMaterial(dead.run, settings, source, undefined);
    expect(dead.run.memory.made.has(arn)).toBe(true);
    await applyMaterial(living.run, settings, source, undefined);
    expect(living.requests).toHaveLength(1);
    expect(living.run.memory.made.has(arn)).toBe(false);
  });

  it("is refused outside of what is allowed, on the argument that names its key", async () => {
    const { run, asked } = taking(paperKey);
    const barred = { ...run, allowed: { accountIds: ["999988887777"] } };
    for (const attempt of [
      () => applyMaterial(barred, settings, source, undefined),
      () => releaseMaterial(barred, record, "delete"),
    ]) {
      const { code, attribute } = await rejected(attempt());
      expect([code, attribute]).toEqual(["account_not_allowed", "key_arn"]);
    }
    expect(asked).toEqual([]);
  });

  it("leaves no bytes in memory, whatever comes of it", async () => {
    let open = 0;
    const watched = {
      ...source,
      open: async () => {
        const material = KeyMaterial.take(Buffer.from(bytes));
        open++;
        const destroy = material.destroy.bind(material);
        return Object.assign(material, {
          destroy: () => {
            open--;
            destroy();
          },
        });
      },
    };
    await applyMaterial(taking(paperKey).run, settings, watched, last);
    await applyMaterial(taking(empty).run, settings, watched, undefined);
    await rejected(applyMaterial(taking(empty, { importMaterial: failing(denied) }).run, settings, watched, undefined));
    await rejected(applyMaterial(taking(paperKey, { describe: failing(denied) }).run, settings, watched, last));
    expect(open).toBe(0);
  });

  it("is disabled again with its import, after the import", async () => {
    const setEnabled = jest.fn(async () => {});
    const { run, asked } = taking(empty, {
      setEnabled,
      materials: async () => [],
      tag: async () => {},
      untag: async () => {},
    });
    const outcome = await applyMaterial(run, settings, source, { ...record, keyDisabled: true });
    expect(outcome.error).toBeUndefined();
    expect(setEnabled.mock.calls).toEqual([[arn, false, {}]]);
    // The intention is on the key before the import, and gone once it is fulfilled.
    expect(asked).toEqual([
      "describe",
      "materials",
      "tags",
      "tag",
      "importParameters",
      "importMaterial",
      "setEnabled",
      "untag",
    ]);
    expect(outcome.condition).toMatchObject({ keyDisabled: true, keyState: "Disabled" });
  });
});

function materialAfter(known: MaterialRecord): MaterialRecord {
  const condition = materialCondition({ key: empty }, known, { kind: "forever" }, now);
  return recordAfter(known, condition);
}

describe("releasing material", () => {
  const deleting = (deleteMaterial: KeyService["deleteMaterial"]) => taking(paperKey, { deleteMaterial });

  it("leaves it in the key and says so", async () => {
    const { run, asked } = taking(paperKey);
    expect(await releaseMaterial(run, record, "retain")).toEqual({
      warnings: [
        `The key material stays in ${arn}, since \`deletion_policy\` is retain. Unless the key itself is deleted, it still works, and byok no longer looks after it.`,
      ],
    });
    expect(asked).toEqual([]);
  });

  it("deletes it, by its id where there may be several", async () => {
    const given: unknown[] = [];
    const note: KeyService["deleteMaterial"] = async (keyArn, id) => void given.push([keyArn, id]);
    const { run } = deleting(note);
    expect(await releaseMaterial(run, { ...record, materialId: "aa" }, "delete")).toEqual({ warnings: [] });
    expect(await releaseMaterial(run, record, "delete")).toEqual({ warnings: [] });
    const one = taking(paperKey, { deleteMaterial: note, profile: { severalMaterials: [] } });
    await releaseMaterial(one.run, { ...record, materialId: "aa" }, "delete");
    expect(given).toEqual([
      [arn, "aa"],
      [arn, undefined],
      [arn, undefined],
    ]);
  });

  it("spares bytes that the same run imported", async () => {
    const { run, asked } = taking(empty, { deleteMaterial: async () => {} });
    const made = await applyMaterial(run, settings, source, undefined);
    asked.length = 0;
    expect(await releaseMaterial(run, made.record, "delete")).toEqual({
      warnings: [`The same bytes were imported into ${arn} in this run, so they are not deleted.`],
    });
    expect(asked).toEqual([]);
    if (!isProved(made.record)) throw new Error("The import proved nothing.");
    const others = { ...made.record, fingerprint: KeyMaterial.take(Buffer.alloc(32)).fingerprint };
    expect(await releaseMaterial(run, others, "delete")).toEqual({ warnings: [] });
  });

  it.each(["key_not_found", "key_pending_deletion"] as const)("warns where the key is lost: %s", async (code) => {
    const { run } = deleting(failing(new ByokError(code, "It is gone.")));
    expect(await releaseMaterial(run, record, "delete")).toEqual({
      warnings: [`The key material was not deleted from ${arn}: It is gone.`],
    });
  });

  it("fails where it is refused", async () => {
    expect(await refusal(() => releaseMaterial(deleting(failing(denied)).run, record, "delete"))).toEqual([
      "access_denied",
      undefined,
      "Refused.",
    ]);
  });
});
