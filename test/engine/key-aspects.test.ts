import { ByokError } from "../../src/engine/errors";
import { ensureKey, readKey } from "../../src/engine/external-key";
import type { KeyDescription } from "../../src/engine/key";
import { syncAspects } from "../../src/engine/key-aspects";
import { keyContext } from "../../src/engine/key-context";
import type { KeyService } from "../../src/engine/key-service";
import { type KeyRecord, keyRecord } from "../../src/engine/key-record";
import { startSettling } from "../../src/engine/settling";
import type { WantedKey } from "../../src/engine/wanted-key";
import { type Answers, answered, arn, failing, paperKey, paperRun, region } from "./paper-run";

const wanted: WantedKey = { kms: "aws", region, multiRegion: false };
const record: KeyRecord = keyRecord("aws", region, paperKey);
const denied = new ByokError("access_denied", "Refused.");

/** A key whose aspects can be changed, and every request that was made for it. */
function changeable(tags: Record<string, string> = {}, changes: Answers = {}) {
  const sent: unknown[][] = [];
  const note =
    (name: string) =>
    async (...args: unknown[]): Promise<void> =>
      void sent.push([name, ...args.slice(1, -1)]);
  const paper = paperRun({
    policy: async () => "{}",
    tags: async () => tags,
    setPolicy: note("setPolicy"),
    setDescription: note("setDescription"),
    setEnabled: note("setEnabled"),
    setDeletionProtection: note("setDeletionProtection"),
    tag: note("tag"),
    untag: note("untag"),
    describe: answered(paperKey),
    ...changes,
  });
  const sync = (given: Partial<WantedKey>, key: KeyDescription = paperKey, earlier?: KeyRecord) =>
    syncAspects(keyContext(paper.run, key.arn, "arn", {}), key, { ...wanted, ...given }, { earlier });
  return { ...paper, sent, sync };
}

describe("the aspects of a key", () => {
  it.each<[string, Partial<WantedKey>, string[]]>([
    ["nothing", {}, []],
    ["the same policy", { policy: "{}" }, ["policy"]],
    ["the same tags", { tags: { team: "a" } }, ["tags"]],
    ["the same description", { description: "" }, []],
    ["the same protection", { deletionProtection: false }, []],
    ["enabled", { enabled: true }, ["tags"]],
    ["tags and enabled", { enabled: true, tags: { team: "a" } }, ["tags"]],
  ])("need no change for %s", async (_, given, asked) => {
    const key = changeable({ team: "a", "byok:creation-token": "t" });
    const { record: after, error } = await key.sync(given, { ...paperKey, deletionProtection: false });
    expect(error).toBeUndefined();
    expect(key.asked).toEqual(asked);
    expect(after).toMatchObject({ ...given, state: "Enabled" });
  });

  it.each<[string, Partial<WantedKey>, unknown[][]]>([
    ["a policy", { policy: "[]" }, [["setPolicy", "[]", false]]],
    ["a policy that may lock out", { policy: "[]", bypassPolicyLockoutSafetyCheck: true }, [["setPolicy", "[]", true]]],
    ["a description", { description: "payments" }, [["setDescription", "payments"]]],
    ["protection", { deletionProtection: true }, [["setDeletionProtection", true]]],
    ["another value of a tag", { tags: { team: "b", old: "1" } }, [["tag", { team: "b" }]]],
    ["a tag more", { tags: { team: "a", old: "1", new: "2" } }, [["tag", { new: "2" }]]],
    ["a tag less", { tags: { team: "a" } }, [["untag", ["old"]]]],
    [
      "other tags",
      { tags: { team: "b" } },
      [
        ["untag", ["old"]],
        ["tag", { team: "b" }],
      ],
    ],
    ["no tags", { tags: {} }, [["untag", ["team", "old"]]]],
    [
      "disabled",
      { enabled: false },
      [
        ["setEnabled", false],
        ["untag", ["byok:enabled"]],
      ],
    ],
  ])("are changed to %s", async (_, given, sent) => {
    const key = changeable({ team: "a", old: "1", "byok:enabled": "false" });
    const { record: after } = await key.sync(given);
    expect(key.sent).toEqual(sent);
    const { bypassPolicyLockoutSafetyCheck: _bypass, ...shown } = given;
    expect(after).toMatchObject(shown);
  });

  it("need no change for a key that is Disabled as wished", async () => {
    const key = changeable();
    const { record: after } = await key.sync({ enabled: false }, { ...paperKey, state: "Disabled" });
    expect(key.asked).toEqual(["tags"]);
    expect(after).toMatchObject({ state: "Disabled", enabled: false });
  });

  it("are changed one after the other, the policy first, and the record says how", async () => {
    const key = changeable();
    const all = { policy: "[]", tags: { a: "1" }, description: "x", deletionProtection: true, enabled: true };
    const { record: after } = await key.sync(all, { ...paperKey, state: "Disabled" });
    expect(key.sent.map(([name]) => name)).toEqual([
      "setPolicy",
      "tag",
      "setDescription",
      "setDeletionProtection",
      "setEnabled",
    ]);
    expect(after).toMatchObject({ ...all, state: "Enabled" });
  });

  it("stop at the first failure, with a record of what was done", async () => {
    const key = changeable({}, { setDescription: failing(denied) });
    const { record: after, error } = await key.sync({ policy: "[]", description: "x", enabled: false });
    expect(error).toBe(denied);
    expect(key.sent).toEqual([["setPolicy", "[]", false]]);
    expect(after).toMatchObject({ policy: "[]", description: "", state: "Enabled" });
  });

  it("can be canceled between two requests", async () => {
    const key = changeable();
    const call = { signal: AbortSignal.abort() };
    const context = keyContext(key.run, arn, "arn", call);
    const { error } = await syncAspects(context, paperKey, { ...wanted, policy: "[]" }, {});
    expect(error?.code).toBe("canceled");
    expect(key.asked).toEqual([]);
  });

  it("wait until the KMS shows a key that this run made", async () => {
    const unheard = new ByokError("key_not_found", "Not heard of.", { retry: "settling" });
    let asked = 0;
    const key = changeable(
      {},
      {
        policy: async () => {
          if (++asked < 3) throw unheard;
          return "[]";
        },
      },
    );
    expect((await key.sync({ policy: "[]" })).error).toBe(unheard);
    asked = 0;
    startSettling(key.run, arn);
    expect((await key.clock.run(key.sync({ policy: "[]" }))).error).toBeUndefined();
  });

  it("wait for a role in a policy that was made a moment ago, no matter who made the key, and for nothing else", async () => {
    const unknown = new ByokError("invalid_policy", "Unknown principal.", { retry: "settling" });
    const unheard = new ByokError("key_not_found", "Not heard of.", { retry: "settling" });
    for (const [error, attempts] of [[unknown, 3] as const, [unheard, 1] as const]) {
      let asked = 0;
      const setPolicy = async (): Promise<void> => {
        if (++asked < 3) throw error;
      };
      const key = changeable({}, { setPolicy });
      const synced = await key.clock.run(key.sync({ policy: "[]" }));
      expect([synced.error, asked]).toEqual([error === unknown ? undefined : error, attempts]);
    }
  });

  it("wait for a role in a policy no longer than one takes to be known", async () => {
    const unknown = new ByokError("invalid_policy", "Unknown principal.", { retry: "settling" });
    const key = changeable({}, { setPolicy: failing(unknown) });
    const since = key.clock.monotonic();
    expect((await key.clock.run(key.sync({ policy: "[]" }))).error).toBe(unknown);
    expect(key.clock.monotonic() - since).toBeLessThan(200_000);
  });

  describe("of a key without material", () => {
    const pending = (state: "PendingImport" | "Creating") => ({ ...paperKey, state });

    it.each<["PendingImport" | "Creating", boolean, Record<string, string>, unknown[][]]>([
      ["PendingImport", false, {}, [["tag", { "byok:enabled": "false" }]]],
      ["Creating", false, {}, [["tag", { "byok:enabled": "false" }]]],
      ["PendingImport", false, { "byok:enabled": "false" }, []],
      ["PendingImport", true, { "byok:enabled": "false" }, [["untag", ["byok:enabled"]]]],
      ["PendingImport", true, {}, []],
    ])("in %s keep the wish enabled = %s with %j", async (state, enabled, tags, sent) => {
      const key = changeable(tags);
      const { record: after } = await key.sync({ enabled }, pending(state));
      expect(key.sent).toEqual(sent);
      expect(key.run.memory.wishes.get(arn)?.enabled).toBe(enabled);
      expect(after).toMatchObject({ state, enabled });
    });
  });
});

describe("a key that is read", () => {
  it("costs one request more for each aspect that only a request tells", async () => {
    const earlier = { ...record, policy: "old", tags: { old: "1" } };
    const read = async (policy: boolean, tags: boolean) => {
      const key = changeable({ team: "a", "byok:enabled": "false" });
      const seen = await readKey(key.run, arn, earlier, { policy, tags });
      return [key.asked, seen?.policy, seen?.tags];
    };
    expect(await read(false, false)).toEqual([["describe"], "old", { old: "1" }]);
    expect(await read(true, false)).toEqual([["describe", "policy"], "{}", { old: "1" }]);
    expect(await read(false, true)).toEqual([["describe", "tags"], "old", { team: "a" }]);
  });

  it.each(["access_denied", "service_refused", "service_unavailable"] as const)(
    "leaves unread what it is refused (%s) only where nothing says whether somebody manages it",
    async (code) => {
      const refused = async () => {
        throw new ByokError(code, "No.");
      };
      const earlier = { ...record, policy: "old", tags: { old: "1" } };
      const key = changeable({}, { policy: refused, tags: refused });
      const read = (reading: boolean | "if_possible") =>
        readKey(key.run, arn, earlier, { policy: reading, tags: reading });
      if (code === "service_unavailable") await expect(read("if_possible")).rejects.toMatchObject({ code });
      else expect(await read("if_possible")).toMatchObject({ policy: "old", tags: { old: "1" } });
      await expect(read(true)).rejects.toMatchObject({ code });
    },
  );
});

describe("an aspect that may not be read", () => {
  const earlier = { ...record, policy: "old", tags: { old: "1" } };
  const refusing = (error: Error) => changeable({}, { policy: failing(error), tags: failing(error) }).run;

  it.each(["access_denied", "service_refused"] as const)("stays as it was where it may: %s", async (code) => {
    const run = refusing(new ByokError(code, "No."));
    const seen = await readKey(run, arn, earlier, { policy: "if_possible", tags: "if_possible" });
    expect(seen).toMatchObject({ policy: "old", tags: { old: "1" } });
  });

  it("is an error where it must be read, and where it fails for another reason", async () => {
    await expect(readKey(refusing(denied), arn, earlier, { policy: true, tags: false })).rejects.toBe(denied);
    await expect(readKey(refusing(denied), arn, earlier, { policy: false, tags: true })).rejects.toBe(denied);
    const failed = new ByokError("service_unavailable", "Down.");
    await expect(readKey(refusing(failed), arn, earlier, { policy: "if_possible", tags: false })).rejects.toBe(failed);
  });
});

describe("a key that is made", () => {
  const pending: KeyDescription = { ...paperKey, state: "PendingImport" };
  const multiRegion = { type: "REPLICA", primaryArn: "p", replicaArns: [] } as const;
  const lost = new ByokError("service_unavailable", "Cut.", { effectUnknown: true });

  function making(changes: Answers = {}) {
    const requests: unknown[] = [];
    const paper = changeable(
      {},
      {
        create: async (request) => {
          requests.push(request);
          return answered(pending)();
        },
        replicate: async (request) => {
          requests.push(request);
          return answered(pending)();
        },
        listKeys: async () => ({ arns: [] }),
        describe: answered({ ...pending, multiRegion }),
        ...changes,
      },
    );
    return { ...paper, requests };
  }

  it("asks for nothing that is not configured", async () => {
    const { run, requests, asked } = making();
    const made = await ensureKey(run, wanted, undefined);
    expect(requests).toEqual([{ spec: "SYMMETRIC_DEFAULT", usage: "ENCRYPT_DECRYPT", multiRegion: false, tags: {} }]);
    expect(made).toEqual({ record: keyRecord("aws", region, pending), warnings: [] });
    expect(asked).toEqual(["create"]);
    expect([...run.memory.wishes]).toEqual([]);
    expect(run.memory.made.has(arn)).toBe(true);
  });

  it("asks for all that is configured in one request", async () => {
    const keyOptions = ["dkms_instance_id", "protection_level"] as const;
    const { run, requests, asked } = making({ profile: { keyOptions } });
    const made = await ensureKey(
      run,
      {
        ...wanted,
        spec: "HMAC_256",
        description: "payments",
        policy: "{}",
        bypassPolicyLockoutSafetyCheck: true,
        tags: { team: "a" },
        creationToken: "t",
        enabled: false,
        dkmsInstanceId: "kst-1",
        protectionLevel: "HSM",
      },
      undefined,
    );
    expect(requests).toEqual([
      {
        spec: "HMAC_256",
        usage: "GENERATE_VERIFY_MAC",
        multiRegion: false,
        tags: { team: "a", "byok:creation-token": "t", "byok:enabled": "false" },
        description: "payments",
        policy: "{}",
        bypassPolicyLockoutSafetyCheck: true,
        dkmsInstanceId: "kst-1",
        protectionLevel: "HSM",
      },
    ]);
    expect(made.record).toMatchObject({ policy: "{}", tags: { team: "a" } });
    expect(asked).toEqual(["listKeys", "create"]);
    expect(run.memory.wishes.get(arn)?.enabled).toBe(false);
  });

  it("is protected from its deletion by one request more", async () => {
    const { run, sent } = making({ profile: { keyOptions: ["deletion_protection"] } });
    const given = { ...wanted, deletionProtection: true, description: "x", policy: "[]", tags: { a: "1" } };
    const made = await ensureKey(run, given, undefined);
    expect(sent).toEqual([["setDeletionProtection", true]]);
    expect(made).toMatchObject({ record: { deletionProtection: true, policy: "[]" }, warnings: [] });
  });

  it("is looked for again where the reply was lost, and is this run's own", async () => {
    let created = false;
    const { run } = making({
      create: async () => {
        created = true;
        throw lost;
      },
      listKeys: async () => ({ arns: created ? [arn] : [] }),
      tags: async () => ({ "byok:creation-token": "t" }),
      describe: answered(pending),
    });
    const made = await ensureKey(run, { ...wanted, creationToken: "t", policy: "[]" }, undefined);
    expect(made).toMatchObject({ record: { arn, policy: "[]" }, warnings: [] });
    expect(run.memory.made.has(arn)).toBe(true);
  });

  it("fails with a refusal that had no effect", async () => {
    for (const error of [denied, new RangeError("x")]) {
      const { run, asked } = making({ create: failing(error) });
      await expect(ensureKey(run, { ...wanted, creationToken: "t" }, undefined)).rejects.toBe(error);
      expect(asked).toEqual(["listKeys", "create"]);
    }
  });

  it("is not asked for once the run is canceled", async () => {
    const { run, requests } = making();
    const call = { signal: AbortSignal.abort() };
    await expect(ensureKey(run, wanted, undefined, call)).rejects.toMatchObject({ code: "canceled" });
    expect(requests).toEqual([]);
  });

  it("waits for a role in its policy that was made a moment ago", async () => {
    const settling = new ByokError("invalid_policy", "Unknown principal.", { retry: "settling" });
    let asked = 0;
    const { run, clock } = making({
      create: async () => {
        if (++asked < 3) throw settling;
        return answered(pending)();
      },
    });
    await expect(clock.run(ensureKey(run, { ...wanted, policy: "{}" }, undefined))).resolves.toBeDefined();
    expect(asked).toBe(3);
  });

  describe("as a replica", () => {
    const primaryKeyArn = arn.replace(region, "us-east-1");
    const replica: WantedKey = { ...wanted, multiRegion: true, primaryKeyArn };
    const notReady = new ByokError("key_unusable", "Not now.", { retry: "settling" });

    it("asks for all that is configured", async () => {
      const { run, requests, asked } = making();
      const made = await ensureKey(run, { ...replica, description: "x", enabled: false, tags: { a: "1" } }, undefined);
      expect(requests).toEqual([
        {
          primaryArn: primaryKeyArn,
          replicaRegion: region,
          tags: { a: "1", "byok:enabled": "false" },
          description: "x",
        },
      ]);
      expect(asked).toEqual(["replicate", "describe"]);
      expect(made.record).toMatchObject({ arn, multiRegionKeyType: "REPLICA" });
      expect(run.memory.made.has(arn)).toBe(true);
    });

    it("waits until it is there, and no longer in the making", async () => {
      const answers = [null, { ...pending, state: "Creating" as const }, pending];
      let looks = 0;
      const { run, clock } = making({ describe: async () => ({ value: answers[looks++] ?? null, at: 0 }) });
      const made = await clock.run(ensureKey(run, replica, undefined));
      expect(made.record.state).toBe("PendingImport");
      expect(looks).toBe(3);
    });

    it("is there with a warning where it could be made and not looked at", async () => {
      const { run } = making({ describe: failing(denied) });
      const made = await ensureKey(run, replica, undefined);
      expect(made.record.arn).toBe(arn);
      expect(made.warnings).toEqual([`${arn} was made, and could not be looked at since. Refused.`]);
    });

    const ours = async () => ({ "byok:creation-token": "t" });
    const tokened: WantedKey = { ...replica, creationToken: "t" };

    it("is there with a warning where it could be made and is not shown", async () => {
      const { run, clock } = making({ describe: answered(null) });
      const made = await clock.run(ensureKey(run, replica, undefined));
      expect(made.record.arn).toBe(arn);
      expect(made.warnings).toEqual([
        `${arn} was made, and could not be looked at since. ${arn} was created and the KMS does not show it yet. Run again.`,
      ]);
    });

    it("that is there is brought to what is configured, with a warning where that fails", async () => {
      const { run } = making({ replicate: failing(lost), setDescription: failing(denied), tags: ours });
      const made = await ensureKey(run, { ...tokened, description: "x" }, undefined);
      expect(made.record).toMatchObject({ arn, description: "" });
      expect(made.error).toBeUndefined();
      expect(made.warnings).toEqual([
        `${arn} is there, but not yet as configured; the next apply repairs it. Refused.`,
      ]);
    });

    it("waits for a primary that this run has imported into, and for no other", async () => {
      let asked = 0;
      const replicate: KeyService["replicate"] = async () => {
        if (++asked % 3 !== 0) throw notReady;
        return answered(pending)();
      };
      const describe: KeyService["describe"] = async (keyArn) => {
        const type: "REPLICA" | "PRIMARY" = keyArn === arn ? "REPLICA" : "PRIMARY";
        return answered({ ...pending, multiRegion: { ...multiRegion, type } })();
      };
      const { run, clock } = making({ replicate, describe });
      await expect(ensureKey(run, replica, undefined)).rejects.toMatchObject({ code: "primary_not_ready" });
      expect(asked).toBe(1);
      asked = 0;
      run.memory.imports.set(primaryKeyArn, new Set());
      startSettling(run, primaryKeyArn);
      await expect(clock.run(ensureKey(run, replica, undefined))).resolves.toMatchObject({ warnings: [] });
      expect(asked).toBe(3);
    });

    it("waits for a role in its policy that was made a moment ago", async () => {
      const unknown = new ByokError("invalid_policy", "Unknown principal.", { retry: "settling" });
      let asked = 0;
      const replicate: KeyService["replicate"] = async () => {
        if (++asked < 3) throw unknown;
        return answered(pending)();
      };
      const { run, clock } = making({ replicate });
      await expect(clock.run(ensureKey(run, { ...replica, policy: "{}" }, undefined))).resolves.toBeDefined();
      expect(asked).toBe(3);
    });

    it("is the one that is there where the reply was lost", async () => {
      const { run, asked } = making({ replicate: failing(lost), tags: ours });
      const made = await ensureKey(run, { ...tokened, description: "x" }, undefined);
      expect(made).toMatchObject({ record: { arn, description: "x" }, warnings: [] });
      expect(asked).toEqual(["replicate", "describe", "tags", "setDescription"]);
      expect(run.memory.made.has(arn)).toBe(true);
    });

    it("is the one that is there with its token", async () => {
      const { run, asked } = making({
        replicate: failing(new ByokError("key_conflict", "There is one.")),
        tags: ours,
      });
      const made = await ensureKey(run, tokened, undefined);
      expect(made.record.arn).toBe(arn);
      expect(asked).toEqual(["replicate", "describe", "tags"]);
      expect(run.memory.made.has(arn)).toBe(false);
    });

    it("is brought back where it waits for its deletion", async () => {
      let state: "PendingDeletion" | "PendingImport" = "PendingDeletion";
      const { expirationModel: _none, ...empty } = pending;
      const { run, asked } = making({
        replicate: failing(new ByokError("key_conflict", "There is one.")),
        describe: async () => ({ value: { ...empty, state }, at: 0 }),
        cancelDeletion: async () => {
          state = "PendingImport";
        },
        tags: ours,
      });
      const made = await ensureKey(run, tokened, undefined);
      expect(made.record.state).toBe("PendingImport");
      expect(asked).toEqual(["replicate", "describe", "tags", "cancelDeletion", "describe"]);
    });

    it("fails with any other refusal", async () => {
      const { run, asked } = making({ replicate: failing(denied) });
      await expect(ensureKey(run, replica, undefined)).rejects.toBe(denied);
      expect(asked).toEqual(["replicate"]);
    });

    it("is not made of a primary outside of what is allowed", async () => {
      const { run, requests } = making();
      const barred = { ...run, allowed: { regions: [region] } };
      await expect(ensureKey(barred, replica, undefined)).rejects.toMatchObject({
        code: "region_not_allowed",
        attribute: "primary_key_arn",
      });
      expect(requests).toEqual([]);
    });
  });
});
