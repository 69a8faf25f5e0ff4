import { DescribeKeyCommand, DisableKeyCommand, EnableKeyCommand } from "@aws-sdk/client-kms";
import { enabledTag } from "../../../src/engine/enabled-wish";
import { ByokError } from "../../../src/engine/errors";
import { ensureKey } from "../../../src/engine/external-key";
import { applyMaterial } from "../../../src/engine/imported-key-material";
import type { KeyService } from "../../../src/engine/key-service";
import type { MaterialRecord } from "../../../src/engine/material-record";
import { hurriedClock } from "../../support/hurried-clock";
import { importedKey, newKey, planAndApply, planned, settings, wantedKey } from "../../support/imported-key";
import { bytesSource, emptySource, type Life, newBytes, startLife } from "../../support/life";

describe("a key that is to be Disabled", () => {
  let life: Life;
  beforeEach(async () => {
    life = await startLife();
  });
  afterEach(() => life.close());

  const stateOf = async (KeyId: string) =>
    (await life.client().send(new DescribeKeyCommand({ KeyId }))).KeyMetadata?.KeyState;
  const tagsOf = (arn: string) => life.run().services.service("aws", "eu-central-1").tags(arn);

  /** A run that is killed before it can disable the key. */
  const dying = () =>
    life.run({
      watch: (service: KeyService): KeyService => ({
        ...service,
        setEnabled: async () => {
          throw new ByokError("internal", "killed");
        },
        untag: async () => {
          throw new ByokError("internal", "killed");
        },
      }),
    });

  /** Material whose key others disabled, which was recorded, and which has expired since. */
  async function disabled() {
    const imported = await importedKey(life, { validFor: "90d" });
    await life.client().send(new DisableKeyCommand({ KeyId: imported.key.arn }));
    const seen = await planned(life.run(), imported.wanted, imported.source, imported.record);
    if (seen.record === undefined) throw new Error("Nothing is on record.");
    life.kms.clock.advance("91d");
    return { ...imported, arn: imported.key.arn, record: seen.record };
  }

  it("has that noted on it before the import, and not after it", async () => {
    const { arn, wanted, source, record } = await disabled();
    const { calls } = await planAndApply(life, wanted, source, record);
    expect(calls.slice(-5)).toEqual([
      "TagResource",
      "GetParametersForImport",
      "ImportKeyMaterial",
      "DisableKey",
      "UntagResource",
    ]);
    expect([await stateOf(arn), await tagsOf(arn)]).toEqual(["Disabled", {}]);
  });

  it("is left as others enable it afterwards, also where the note could not be removed", async () => {
    const { arn, wanted, source, record } = await disabled();
    life.kms.permissions.deny("kms:UntagResource");
    const { outcome } = await planAndApply(life, wanted, source, record);
    expect([outcome.error, await stateOf(arn)]).toEqual([undefined, "Disabled"]);
    life.kms.permissions.allow();
    await life.client().send(new EnableKeyCommand({ KeyId: arn }));
    const { plan, calls } = await planAndApply(life, wanted, source, outcome.record);
    expect(plan.action).not.toBe("disable");
    expect(calls).not.toContain("DisableKey");
    expect(await stateOf(arn)).toBe("Enabled");
  });

  it("is disabled by the next apply where DisableKey was denied, without bytes, and is never forgotten", async () => {
    const { arn, wanted, source, record } = await disabled();
    life.kms.faults.add({ operation: "DisableKey", kind: "error", code: "AccessDeniedException" });
    const failed = await planAndApply(life, wanted, source, record);
    expect(failed.outcome.error).toMatchObject({ code: "access_denied" });
    expect(await stateOf(arn)).toBe("Enabled");
    expect(await tagsOf(arn)).toEqual({ [enabledTag]: "false" });

    const next = await planAndApply(life, wanted, emptySource(), failed.outcome.record);
    expect(next.plan).toMatchObject({ row: "to_disable", action: "disable", warnings: [] });
    expect(next.calls).toEqual(["DescribeKey", "ListResourceTags", "DisableKey", "UntagResource"]);
    expect([await stateOf(arn), await tagsOf(arn)]).toEqual(["Disabled", {}]);
    const last = await planned(life.run(), wanted, source, next.outcome.record);
    expect(last.assessment).toMatchObject({ row: "healthy", action: "nothing" });
  });

  it.each<[string, (record: MaterialRecord) => MaterialRecord]>([
    ["the record of before", (record) => record],
    ["a record that had to be rebuilt", (record) => ({ ...record, keyDisabled: undefined, rebuilt: true })],
  ])("is so after a run that was killed between the import and DisableKey, by %s", async (_title, lost) => {
    const { arn, wanted, source, record } = await disabled();
    await applyMaterial(dying(), wanted, source, record);
    expect(await stateOf(arn)).toBe("Enabled");
    const { plan } = await planAndApply(life, wanted, source, lost(record));
    // The import that nobody recorded is the one that was due.
    expect(plan.action).toBe("disable");
    expect([await stateOf(arn), await tagsOf(arn)]).toEqual(["Disabled", {}]);
  });

  it("is so after such a run without any record", async () => {
    const { arn } = (await ensureKey(life.run(), { ...wantedKey, enabled: false }, undefined)).record;
    const [wanted, source] = [settings(arn), bytesSource(newBytes())];
    await applyMaterial(dying(), wanted, source, undefined);
    expect(await stateOf(arn)).toBe("Enabled");
    const { plan } = await planAndApply(life, wanted, source, undefined);
    expect(plan.row).toBe("not_verified");
    expect([await stateOf(arn), await tagsOf(arn)]).toEqual(["Disabled", {}]);
  });

  it("keeps no note where the import is refused, and the next import leaves the key as others have made it", async () => {
    const { arn, wanted, source, record } = await disabled();
    life.kms.faults.add({ operation: "ImportKeyMaterial", kind: "error", code: "AccessDeniedException" });
    await expect(applyMaterial(life.run(), wanted, source, record)).rejects.toMatchObject({ code: "access_denied" });
    expect(await tagsOf(arn)).toEqual({});
  });

  it("keeps no note of an earlier attempt either, where the key holds its material and the import is refused", async () => {
    const { key, wanted, source, record } = await importedKey(life);
    await life.client().send(new DisableKeyCommand({ KeyId: key.arn }));
    // What is left of an attempt whose outcome was not known.
    await life
      .run()
      .services.service("aws", "eu-central-1")
      .tag(key.arn, { [enabledTag]: "false" });
    life.kms.faults.add({ operation: "ImportKeyMaterial", kind: "error", code: "AccessDeniedException" });
    const described = { ...wanted, description: "vault 7" };
    const refused = applyMaterial(life.run(), described, source, record);
    await expect(refused).rejects.toMatchObject({ code: "access_denied" });
    expect([await stateOf(key.arn), await tagsOf(key.arn)]).toEqual(["Disabled", {}]);
  });

  it("keeps the note for a key that is still to be Disabled where the next import is refused", async () => {
    const { arn, wanted, source, record } = await disabled();
    await applyMaterial(dying(), wanted, source, record);
    life.kms.faults.add({ operation: "ImportKeyMaterial", kind: "error", code: "AccessDeniedException" });
    const described = { ...wanted, description: "vault 7" };
    const refused = applyMaterial(life.run(), described, source, record);
    await expect(refused).rejects.toMatchObject({ code: "access_denied" });
    expect([await stateOf(arn), await tagsOf(arn)]).toEqual(["Enabled", { [enabledTag]: "false" }]);
  });

  it("keeps the wish of its own resource where the import of a lost state is refused", async () => {
    const { key, wanted, source } = await importedKey(life, { validFor: "90d" });
    life.kms.clock.advance("91d");
    await ensureKey(life.run(), { ...wantedKey, enabled: false }, { ...key, state: "PendingImport" });
    expect(await tagsOf(key.arn)).toEqual({ [enabledTag]: "false" });
    life.kms.faults.add({ operation: "ImportKeyMaterial", kind: "error", code: "AccessDeniedException" });
    await expect(applyMaterial(life.run(), wanted, source, undefined)).rejects.toMatchObject({ code: "access_denied" });
    expect(await tagsOf(key.arn)).toEqual({ [enabledTag]: "false" });
    await applyMaterial(life.run(), wanted, source, undefined);
    expect([await stateOf(key.arn), await tagsOf(key.arn)]).toEqual(["Disabled", {}]);
  });

  it("is left Enabled where others have enabled it since, and that is recorded", async () => {
    const { key, wanted, source, record } = await importedKey(life);
    await life.client().send(new DisableKeyCommand({ KeyId: key.arn }));
    const seen = await planned(life.run(), wanted, source, record);
    expect(seen.record?.keyDisabled).toBe(true);
    await life.client().send(new EnableKeyCommand({ KeyId: key.arn }));
    const { plan, outcome } = await planAndApply(life, wanted, source, seen.record);
    expect(plan.row).toBe("healthy");
    expect(outcome.record.keyDisabled).toBe(false);
    expect(await stateOf(key.arn)).toBe("Enabled");
  });

  it("is not what a long run was told long ago, once the key has had material in the meantime", async () => {
    const run = { ...life.run(), clock: hurriedClock() };
    const { arn } = (await ensureKey(run, { ...wantedKey, enabled: true }, undefined)).record;
    const [wanted, source] = [settings(arn, { validFor: "90d" }), bytesSource(newBytes())];
    const { record } = await applyMaterial(run, wanted, source, undefined);
    await life.client().send(new DisableKeyCommand({ KeyId: arn }));
    life.kms.clock.advance("61d");
    await run.clock.sleep(61 * 86_400_000);
    const renewed = await applyMaterial(run, wanted, source, record);
    expect(renewed.assessment.row).toBe("renewal_due");
    expect(await stateOf(arn)).toBe("Disabled");
  });

  it("is not disabled once more where others disabled it first, and enabled it later", async () => {
    const { arn, wanted, source, record } = await disabled();
    life.kms.faults.add({ operation: "DisableKey", kind: "error", code: "AccessDeniedException" });
    const failed = await planAndApply(life, wanted, source, record);
    await life.client().send(new DisableKeyCommand({ KeyId: arn }));
    const next = await planAndApply(life, wanted, emptySource(), failed.outcome.record);
    expect(next.plan).toMatchObject({ row: "to_disable", action: "disable" });
    expect(next.calls).toEqual(["DescribeKey", "UntagResource"]);
    expect([await stateOf(arn), await tagsOf(arn)]).toEqual(["Disabled", {}]);
    await life.client().send(new EnableKeyCommand({ KeyId: arn }));
    const { plan } = await planAndApply(life, wanted, source, next.outcome.record);
    expect(plan.row).toBe("healthy");
    expect(await stateOf(arn)).toBe("Enabled");
  });

  it("is none where nobody said so", async () => {
    const { arn } = await newKey(life);
    life.calls();
    await applyMaterial(life.run(), settings(arn), bytesSource(newBytes()), undefined);
    expect(life.calls()).toEqual(["DescribeKey", "ListResourceTags", "GetParametersForImport", "ImportKeyMaterial"]);
  });
});
