import {
  CancelKeyDeletionCommand,
  DeleteImportedKeyMaterialCommand,
  DescribeKeyCommand,
  DisableKeyCommand,
  ListResourceTagsCommand,
  ScheduleKeyDeletionCommand,
} from "@aws-sdk/client-kms";
import { ensureKey, readKey } from "../../../src/engine/external-key";
import { applyMaterial } from "../../../src/engine/imported-key-material";
import { assessKey } from "../../../src/engine/key-assessment";
import type { KeyRecord } from "../../../src/engine/key-record";
import type { WantedKey } from "../../../src/engine/wanted-key";
import { awsProfile } from "../../../src/kms/aws/profile";
import { importedKey, settings, wantedKey } from "../../support/imported-key";
import { bytesSource, type Life, newBytes, startLife } from "../../support/life";

const unread = { policy: false, tags: false };
const quick = { retry: { firstPause: 1, longestPause: 1, attempts: 2 } };

describe("a key that returns from its deletion", () => {
  let life: Life;
  beforeEach(async () => {
    life = await startLife();
  });
  afterEach(() => life.close());

  const stateOf = async (KeyId: string, region?: string): Promise<string | undefined> =>
    (await life.client(region).send(new DescribeKeyCommand({ KeyId }))).KeyMetadata?.KeyState;
  const schedule = (KeyId: string, region?: string) =>
    life.client(region).send(new ScheduleKeyDeletionCommand({ KeyId, PendingWindowInDays: 30 }));
  const refreshed = async (earlier: KeyRecord): Promise<KeyRecord> => {
    const seen = await readKey(life.run(), earlier.arn, earlier, unread);
    if (seen === undefined) throw new Error("The key is gone.");
    return seen;
  };
  const verdict = (seen: KeyRecord, wanted: WantedKey = wantedKey) => assessKey({ wanted, seen, profile: awsProfile });

  /** A key on record as Enabled or Disabled, whose deletion others scheduled. */
  async function leaving(was: "Enabled" | "Disabled" = "Enabled") {
    const imported = await importedKey(life);
    const { arn } = imported.key;
    if (was === "Disabled") await life.client().send(new DisableKeyCommand({ KeyId: arn }));
    const known = await refreshed(imported.key);
    await schedule(arn);
    life.calls();
    return { ...imported, arn, known, seen: await refreshed(known) };
  }

  it("is enabled directly after the cancellation, before all else", async () => {
    const { arn, seen } = await leaving();
    life.calls();
    const { record, error } = await ensureKey(life.run(), { ...wantedKey, description: "payments" }, seen);
    expect(life.calls()).toEqual([
      "DescribeKey",
      "CancelKeyDeletion",
      "EnableKey",
      "DescribeKey",
      "UpdateKeyDescription",
    ]);
    expect([record.state, record.toEnable, error]).toEqual(["Enabled", undefined, undefined]);
    expect(await stateOf(arn)).toBe("Enabled");
  });

  it.each(["DescribeKey", "GetKeyPolicy", "PutKeyPolicy", "ListResourceTags", "TagResource", "UpdateKeyDescription"])(
    "is enabled though %s fails after that",
    async (operation) => {
      const { arn, seen } = await leaving();
      const policy = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"111122223333"},"Action":["kms:*","kms:Decrypt"],"Resource":"*"}]}`;
      const wanted = { ...wantedKey, policy, tags: { team: "a" }, description: "x" };
      const run = life.run({
        watch: (service) => ({
          ...service,
          cancelDeletion: async (...given) => {
            await service.cancelDeletion(...given);
            life.kms.faults.add({ operation, kind: "error", code: "AccessDeniedException", times: 99 });
          },
        }),
      });
      const { record, error } = await ensureKey(run, wanted, seen);
      expect(error).toMatchObject({ code: "access_denied" });
      expect([record.state, record.toEnable]).toEqual(["Enabled", undefined]);
      life.kms.faults.clear();
      expect(await stateOf(arn)).toBe("Enabled");
      expect(run.memory.closed.has(arn)).toBe(operation.endsWith("KeyPolicy"));
    },
  );

  it("is planned and enabled by the next apply where EnableKey failed", async () => {
    const { arn, seen } = await leaving();
    life.kms.permissions.deny("kms:EnableKey");
    const first = await ensureKey(life.run(), { ...wantedKey, description: "x" }, seen);
    expect(first.error).toMatchObject({ code: "access_denied", message: expect.stringContaining("kms:EnableKey") });
    expect(first.record).toMatchObject({ state: "Disabled", toEnable: true, description: "x" });
    expect(first.warnings).toEqual([expect.stringContaining("which was canceled")]);

    const later = await refreshed(first.record);
    expect(verdict(later)).toEqual({
      action: "update",
      attributes: ["enabled"],
      reason: "`enabled` returns to what it was before the deletion was scheduled",
    });
    const second = await ensureKey(life.run(), wantedKey, later);
    expect([second.error?.code, second.record.toEnable]).toEqual(["access_denied", true]);

    life.kms.permissions.allow("kms:EnableKey");
    const third = await ensureKey(life.run(), wantedKey, await refreshed(second.record));
    expect([third.error, third.record.state, third.record.toEnable]).toEqual([undefined, "Enabled", undefined]);
    expect(await stateOf(arn)).toBe("Enabled");
    expect(verdict(await refreshed(third.record)).action).toBe("nothing");
  });

  it("is enabled once its policy lets it be, in the same apply", async () => {
    const { arn, seen } = await leaving();
    life.kms.faults.add({ operation: "EnableKey", kind: "error", code: "AccessDeniedException", times: 1 });
    const { record, error } = await ensureKey(life.run(), wantedKey, seen);
    expect([record.state, record.toEnable, error]).toEqual(["Enabled", undefined, undefined]);
    expect(await stateOf(arn)).toBe("Enabled");
  });

  it("tells of what else failed, too", async () => {
    const { seen } = await leaving();
    life.kms.permissions.deny("kms:EnableKey");
    life.kms.permissions.deny("kms:UpdateKeyDescription");
    const { error, warnings } = await ensureKey(life.run(), { ...wantedKey, description: "x" }, seen);
    expect(error?.message).toContain("kms:EnableKey");
    expect(warnings).toEqual([
      expect.stringContaining("which was canceled"),
      expect.stringContaining("kms:UpdateKeyDescription"),
    ]);
  });

  it("is enabled by the next run where the one that canceled was killed", async () => {
    const { arn, seen } = await leaving();
    await life.client().send(new CancelKeyDeletionCommand({ KeyId: arn }));
    const later = await refreshed(seen);
    expect(later).toMatchObject({ state: "Disabled", toEnable: true });
    expect(verdict(later).action).toBe("update");
    // Also where nobody looked in between.
    for (const record of [later, seen]) {
      await life.client().send(new DisableKeyCommand({ KeyId: arn }));
      const done = await ensureKey(life.run(), wantedKey, record);
      expect([done.record.state, done.record.toEnable, done.warnings]).toEqual(["Enabled", undefined, []]);
    }
    expect(await stateOf(arn)).toBe("Enabled");
  });

  it("is enabled where it is not known any more how it was", async () => {
    const { arn, seen } = await leaving();
    const { record } = await ensureKey(life.run(), wantedKey, { ...seen, enabled: undefined });
    expect(record.state).toBe("Enabled");
    expect(await stateOf(arn)).toBe("Enabled");
  });

  it("stays Disabled where it was, and nothing is left to do", async () => {
    const { arn, seen } = await leaving("Disabled");
    life.calls();
    const { record } = await ensureKey(life.run(), wantedKey, seen);
    expect(life.calls()).not.toContain("EnableKey");
    expect([record.state, record.toEnable]).toEqual(["Disabled", undefined]);
    expect(verdict(await refreshed(record)).action).toBe("nothing");
    expect(await stateOf(arn)).toBe("Disabled");
  });

  it("is as it is configured, whatever it was", async () => {
    for (const [was, enabled, then] of [
      ["Enabled", false, "Disabled"],
      ["Disabled", true, "Enabled"],
    ] as const) {
      const { arn, seen } = await leaving(was);
      const { record } = await ensureKey(life.run(), { ...wantedKey, enabled }, seen);
      expect([record.state, record.enabled, record.toEnable]).toEqual([then, enabled, undefined]);
      expect(await stateOf(arn)).toBe(then);
    }
  });

  it("owes nothing any more once `enabled` is managed", async () => {
    const { seen } = await leaving();
    life.kms.permissions.deny("kms:EnableKey");
    const { record } = await ensureKey(life.run(), wantedKey, seen);
    const wanted = { ...wantedKey, enabled: false };
    expect(verdict(record, wanted).action).toBe("nothing");
    const after = await ensureKey(life.run(), wanted, record);
    expect([after.error, after.record.toEnable]).toEqual([undefined, undefined]);
  });

  it("is enabled although the KMS has not heard of the cancellation yet", async () => {
    const { arn, seen } = await leaving();
    let refused = 0;
    const run = life.run({
      watch: (service) => ({
        ...service,
        setEnabled: async (...given) => {
          if (refused++ === 0) life.kms.faults.add(pendingStill);
          await service.setEnabled(...given);
        },
      }),
    });
    const pendingStill = {
      operation: "EnableKey",
      kind: "error",
      code: "KMSInvalidStateException",
      message: `${arn} is pending deletion.`,
      times: 1,
    } as const;
    life.kms.faults.add({ operation: "CancelKeyDeletion", kind: "eventual", forRequests: 2 });
    const { record, error } = await ensureKey(run, wantedKey, seen);
    expect([record.state, error, refused]).toEqual(["Enabled", undefined, 2]);
  });

  describe("without material", () => {
    const dead = async (was: "Enabled" | "Disabled") => {
      const key = await leaving(was);
      life.kms.clock.advance("1d");
      await life.client().send(new DeleteImportedKeyMaterialCommand({ KeyId: key.arn }));
      return { ...key, seen: await refreshed(key.seen) };
    };
    const tagsOf = async (KeyId: string) =>
      (await life.client().send(new ListResourceTagsCommand({ KeyId }))).Tags?.map(({ TagKey }) => TagKey);

    it.each([
      ["Enabled", []],
      ["Disabled", ["byok:enabled"]],
    ] as const)("is %s again with its import", async (was, tags) => {
      const { arn, seen, source, record } = await dead(was);
      const run = life.run();
      life.calls();
      const back = await ensureKey(run, wantedKey, seen);
      expect([back.record.state, back.error]).toEqual(["PendingImport", undefined]);
      expect(life.calls()).not.toContain("EnableKey");
      expect(await tagsOf(arn)).toEqual(tags);
      expect(run.memory.wishes.get(arn)?.enabled).toBe(was === "Enabled");
      await applyMaterial(run, settings(arn), source, record);
      expect(await stateOf(arn)).toBe(was);
    });

    it("is reported nothing where it is not known how it was", async () => {
      const { arn, seen } = await dead("Enabled");
      const run = life.run();
      await ensureKey(run, wantedKey, { ...seen, enabled: undefined });
      expect(run.memory.wishes.has(arn)).toBe(false);
    });

    it("tells where it could not be noted that it was Disabled", async () => {
      const { seen } = await dead("Disabled");
      life.kms.faults.add({ operation: "TagResource", kind: "error", code: "TagException" });
      const { error, record } = await ensureKey(life.run(), wantedKey, seen);
      expect([error?.serviceCode, record.enabled]).toEqual(["TagException", false]);
    });

    it("keeps what is left to do until it has material", async () => {
      const { arn, seen } = await leaving();
      life.kms.permissions.deny("kms:EnableKey");
      const { record } = await ensureKey(life.run(), wantedKey, seen);
      await life.client().send(new DeleteImportedKeyMaterialCommand({ KeyId: arn }));
      const empty = await refreshed(record);
      expect(empty).toMatchObject({ state: "PendingImport", toEnable: true });
      expect(verdict(empty).action).toBe("nothing");
      const run = life.run();
      const again = await ensureKey(run, wantedKey, empty);
      expect([again.error, again.record.toEnable]).toEqual([undefined, true]);
      expect(run.memory.wishes.get(arn)?.enabled).toBe(true);
    });
  });

  describe("as a replica in place of a new one", () => {
    const dublin = "eu-west-1";
    const replica = async (tags?: WantedKey["tags"]) => {
      const primary = await importedKey(life, {}, { multiRegion: true });
      const wanted: WantedKey = {
        kms: "aws",
        region: dublin,
        multiRegion: true,
        primaryKeyArn: primary.key.arn,
        creationToken: "ledger/dublin",
        ...(tags === undefined ? {} : { tags }),
      };
      const { record } = await ensureKey(life.run(), wanted, undefined);
      await applyMaterial(life.run(), settings(record.arn), primary.source, undefined);
      return { wanted, arn: record.arn };
    };

    it("is enabled by the next apply where EnableKey failed, as the warning says", async () => {
      const { wanted, arn } = await replica();
      await schedule(arn, dublin);
      life.kms.permissions.deny("kms:EnableKey");
      const { record, warnings, error } = await ensureKey(life.run(), wanted, undefined);
      expect([record.state, record.toEnable, error]).toEqual(["Disabled", true, undefined]);
      expect(warnings).toEqual([expect.stringMatching(/the next apply repairs it\. .*kms:EnableKey/)]);
      life.kms.permissions.allow("kms:EnableKey");
      const later = await refreshed(record);
      expect(verdict(later, wanted).action).toBe("update");
      expect((await ensureKey(life.run(), wanted, later)).record.state).toBe("Enabled");
      expect(await stateOf(arn, dublin)).toBe("Enabled");
    });

    it("is enabled where the run that canceled was killed, with a warning", async () => {
      const { wanted, arn } = await replica();
      await schedule(arn, dublin);
      await life.client(dublin).send(new CancelKeyDeletionCommand({ KeyId: arn }));
      const { record, warnings } = await ensureKey(life.run(), wanted, undefined);
      expect(record.state).toBe("Enabled");
      expect(warnings).toEqual([expect.stringContaining("was Disabled and was enabled")]);
      expect(await stateOf(arn, dublin)).toBe("Enabled");
    });

    it("is left alone where it has not our token, whatever its state", async () => {
      const { wanted, arn } = await replica({ team: "theirs" });
      for (const pending of [false, true]) {
        if (pending) await schedule(arn, dublin);
        for (const creationToken of [undefined, "another"]) {
          life.calls();
          const other = { ...wanted, creationToken, tags: { team: "ours" }, description: "ours" };
          await expect(ensureKey(life.run(), other, undefined)).rejects.toMatchObject({
            code: "key_conflict",
            attribute: "region",
            message: expect.stringContaining(arn),
          });
          const looks = creationToken === undefined ? ["DescribeKey"] : ["DescribeKey", "ListResourceTags"];
          expect(life.calls()).toEqual(["ReplicateKey", ...looks]);
        }
      }
      expect(await stateOf(arn, dublin)).toBe("PendingDeletion");
    });
  });

  it("takes over a key that is pending deletion, and enables it", async () => {
    const { arn } = await leaving();
    const found = await readKey(life.run(), arn, undefined, unread);
    const { record } = await ensureKey(life.run(), wantedKey, found, {}, "taken_over");
    expect(record.state).toBe("Enabled");
  });

  it("is the key whose material the same run imports, as always", async () => {
    const { arn, seen, source, record } = await leaving();
    const run = life.run(quick);
    await ensureKey(run, wantedKey, seen);
    const material = await applyMaterial(run, settings(arn), source, record);
    expect(material.record.keyDisabled).toBe(false);
    await expect(applyMaterial(run, settings(arn), bytesSource(newBytes()), record)).rejects.toMatchObject({
      code: "different_material",
    });
  });
});
