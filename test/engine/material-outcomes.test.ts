import { ByokError } from "../../src/engine/errors";
import { applyMaterial, recordAfter, releaseMaterial } from "../../src/engine/imported-key-material";
import type { KeyDescription } from "../../src/engine/key";
import { KeyMaterial } from "../../src/engine/key-material";
import type { KeyService } from "../../src/engine/key-service";
import { materialCondition } from "../../src/engine/material-condition";
import type { MaterialRecord } from "../../src/engine/material-record";
import { startSettling } from "../../src/engine/settling";
import { bytes, denied, empty, emptySource, record, refusal, settings, source, taking } from "./paper-material";
import { arn, day, failing, now, paperKey } from "./paper-run";
import { rejected } from "./thrown";

describe("what is told after an import", () => {
  const key: KeyDescription = { ...empty, materialId: "aa" };
  const materials: KeyService["materials"] = async () => [
    { materialId: "aa", imported: false, state: "CURRENT" },
    { materialId: "bb", imported: false, state: "NON_CURRENT" },
    { materialId: "cc", imported: false, state: "NON_CURRENT" },
  ];
  const several: MaterialRecord = { ...record, materialId: "aa", otherMaterials: ["bb"] };

  it("names other materials that are missing", async () => {
    const { error, record: made } = await applyMaterial(taking(key, { materials }).run, settings, source, several);
    expect([error?.code, error?.attribute, error?.rawMessage]).toEqual([
      "materials_missing",
      "key_arn",
      `The key material was imported, but ${arn} held other material too, which is missing (bb, cc). The key cannot be used before that is imported again.`,
    ]);
    expect(made).toMatchObject({ verified: true, otherMaterials: ["bb", "cc"] });
  });

  it("tells that the key could not be disabled again", async () => {
    const { run } = taking(empty, { setEnabled: failing(denied) });
    const outcome = await applyMaterial(run, settings, source, { ...record, keyDisabled: true });
    expect([outcome.error?.code, outcome.error?.rawMessage]).toEqual([
      "access_denied",
      `The key material was imported, and ${arn} is now Enabled although it is to be Disabled: Refused.`,
    ]);
    expect(outcome.warnings).toEqual([]);
    expect(outcome.record.keyDisabled).toBe(true);
  });

  it("warns of the same for new material", async () => {
    const { run } = taking(empty, { setEnabled: failing(denied), tags: async () => ({ "byok:enabled": "false" }) });
    const outcome = await applyMaterial(run, settings, source, undefined);
    expect(outcome.error).toBeUndefined();
    expect(outcome.warnings).toEqual([
      `The key material was imported, and ${arn} is now Enabled although it is to be Disabled: Refused.`,
    ]);
  });

  it("tells that a wish to have the key disabled could not be read", async () => {
    const { run, told } = taking(empty, { tags: failing(denied) });
    await applyMaterial(run, settings, source, undefined);
    expect(told).toEqual([
      ["warn", "The tags of the key cannot be read, so a wish to have it disabled is not known here.", { key: arn }],
    ]);
  });

  it("leaves what came up after the plan to the next one", async () => {
    const { run, requests } = taking(key);
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
    const before: MaterialRecord = { ...record, lifetime: renewed, importedValidTo: validTo };
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
    expect(after).toMatchObject({ keyArn: arn, verified: false, materialId: "aa", keyDisabled: false });
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
    const lapsed: MaterialRecord = { ...record, validTo: now - day, importedValidTo: now - day, materialId: "aa" };
    const outcome = applyMaterial(taking(empty).run, settings, undefined, lapsed);
    expect((await rejected(outcome)).code).toBe("material_missing");
    const seen = materialAfter(lapsed);
    expect(seen).toMatchObject({ validTo: now - day, materialId: "aa", expirationModel: record.expirationModel });
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
    const { run, asked } = taking(empty, { setEnabled });
    const outcome = await applyMaterial(run, settings, source, { ...record, keyDisabled: true });
    expect(outcome.error).toBeUndefined();
    expect(setEnabled.mock.calls).toEqual([[arn, false, {}]]);
    expect(asked.slice(-2)).toEqual(["importMaterial", "setEnabled"]);
    expect(outcome.condition.keyDisabled).toBe(true);
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
        `The key material stays in ${arn}, since \`deletion_policy\` is retain: the key still works, and byok no longer looks after it.`,
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
