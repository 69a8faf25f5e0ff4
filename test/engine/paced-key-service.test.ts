import { ByokError } from "../../src/engine/errors";
import type { KeyService } from "../../src/engine/key-service";
import { silentLog } from "../../src/engine/log";
import { pacedKeyService } from "../../src/engine/paced-key-service";
import { type Pacer, pacerOf, type Quotas } from "../../src/engine/pacer";
import { defaultRetryPolicy } from "../../src/engine/retrying";
import { paperProfile } from "../support/profile";
import { VirtualClock } from "../support/virtual-clock";

type Method = Exclude<keyof KeyService, "profile" | "region" | "isRotating" | "setDeletionProtection">;

const methods: readonly Method[] = [
  "describe",
  "policy",
  "tags",
  "materials",
  "listKeys",
  "callerAccount",
  "importParameters",
  "importMaterial",
  "deleteMaterial",
  "rotate",
  "create",
  "replicate",
  "setEnabled",
  "setDescription",
  "setPolicy",
  "tag",
  "untag",
  "scheduleDeletion",
  "cancelDeletion",
];

/** A KMS that answers every request alike, and how often it was asked for what, with which arguments. */
function answering(answer: (sent: number) => unknown): { service: KeyService; sent: [string, unknown[]][] } {
  const sent: [string, unknown[]][] = [];
  const service = new Proxy({} as KeyService, {
    get: (_, name) => {
      if (name === "profile") return { ...paperProfile, quotas: { importParameters: 1, tags: 1 } };
      if (name === "region") return "eu-central-1";
      return async (...args: unknown[]) => {
        sent.push([String(name), args]);
        return answer(sent.length);
      };
    },
  });
  return { service, sent };
}

function paced(inner: KeyService, quotas: Quotas = {}) {
  const clock = new VirtualClock(0);
  const policy = { ...defaultRetryPolicy, random: () => 1 };
  const pacers = new Map<string, Pacer>();
  const pacerIn = (region: string): Pacer => {
    const known = pacers.get(region) ?? pacerOf({ ...inner.profile.quotas, ...quotas }, clock);
    pacers.set(region, known);
    return known;
  };
  return { clock, pacerIn, service: pacedKeyService(inner, { clock, log: silentLog, policy }, pacerIn) };
}

const call = async (service: KeyService, method: Method, ...args: unknown[]): Promise<unknown> => {
  const asked = service[method];
  if (asked === undefined) throw new Error(`There is no ${method}.`);
  return Reflect.apply(asked, service, args);
};

describe("a paced key service", () => {
  it("passes every request on, with its arguments, and its answer back", async () => {
    const answers = { value: 7 };
    const { service: inner, sent } = answering(() => answers);
    const { service } = paced(inner);
    expect([service.region, service.profile.title]).toEqual(["eu-central-1", "Paper KMS"]);
    for (const method of methods) {
      const args = Array.from({ length: Math.max(0, (service[method]?.length ?? 0) - 1) }, (_, i) => `${method} ${i}`);
      sent.length = 0;
      expect(await call(service, method, ...args)).toBe(answers);
      expect(sent).toEqual([[method, [...args, {}]]]);
    }
  });

  it.each(methods)("repeats %s where nothing has happened yet", async (method) => {
    const { service: inner, sent } = answering((count) => {
      if (count < 3) throw new ByokError("throttled", "Too fast.", { retry: "backoff" });
      return "done";
    });
    const { service, clock } = paced(inner);
    await expect(clock.run(call(service, method))).resolves.toBe("done");
    expect(sent).toHaveLength(3);
  });

  it.each(methods)("repeats %s with an unknown effect unless it would do something else then", async (method) => {
    const { service: inner, sent } = answering((count) => {
      if (count < 2) throw new ByokError("service_unavailable", "Lost.", { retry: "backoff", effectUnknown: true });
      return "done";
    });
    const { service, clock } = paced(inner);
    const creating = ["create", "replicate", "rotate"].includes(method);
    const outcome = await clock.run(call(service, method)).catch((error: unknown) => error);
    expect(outcome).toEqual(creating ? expect.objectContaining({ effectUnknown: true }) : "done");
    expect(sent).toHaveLength(creating ? 1 : 2);
  });

  it("does not repeat what is not worth it", async () => {
    const { service: inner, sent } = answering(() => {
      throw new ByokError("access_denied", "No.");
    });
    const { service } = paced(inner);
    await expect(call(service, "tags", "a")).rejects.toMatchObject({ code: "access_denied" });
    expect(sent).toHaveLength(1);
  });

  it("keeps to the profile's quotas, or to those that are given", async () => {
    for (const [quotas, least] of [
      [{}, 9_000],
      [{ importParameters: 10 }, 900],
    ] as const) {
      const { service, clock } = paced(answering(() => "done").service, quotas);
      await clock.run(Promise.all(Array.from({ length: 10 }, () => call(service, "importParameters", "a", "b", "c"))));
      expect(clock.now()).toBeGreaterThanOrEqual(least);
      expect(clock.now()).toBeLessThan(least * 1.06);
    }
  });

  it.each(methods)("paces %s by the quota of its own", async (method) => {
    const { service, clock } = paced(answering(() => "done").service, { [method]: 1 });
    await clock.run(Promise.all([call(service, method, "a"), call(service, method, "b")]));
    expect(clock.now()).toBe(1020);
  });

  it("lets replicas wait for their turns in their own Region, as often as they count there", async () => {
    const counting = (replicaCountsAsKeys: number | undefined) => {
      const { service: inner, sent } = answering(() => "done");
      const profile = { ...paperProfile, ...(replicaCountsAsKeys !== undefined && { replicaCountsAsKeys }) };
      const other: KeyService = new Proxy(inner, {
        get: (target, name, receiver) => (name === "profile" ? profile : Reflect.get(target, name, receiver)),
      });
      return { sent, ...paced(other, { create: 1 }) };
    };
    for (const [times, moments] of [
      [2, [0, 2040]],
      [undefined, [0, 0]],
    ] as const) {
      const { service, clock, pacerIn, sent } = counting(times);
      const replica = { primaryArn: "a", replicaRegion: "eu-west-1", tags: {} };
      const done = [0, 1].map(async () => {
        await service.replicate(replica);
        return clock.now();
      });
      expect(await clock.run(Promise.all(done))).toEqual(moments);
      expect(sent).toEqual([0, 1].map(() => ["replicate", [replica, {}]]));
      const until = times === undefined ? 0 : 4080;
      await clock.run(pacerIn("eu-west-1").turn("create"));
      expect(clock.now()).toBe(until);
      await clock.run(pacerIn("eu-central-1").turn("create"));
      expect(clock.now()).toBe(until);
    }
  });

  it("asks once for all who ask for the same key at the same time, and again afterwards", async () => {
    const { service: inner, sent } = answering((count) => ({ at: count, value: null }));
    const { service } = paced(inner);
    const answers = await Promise.all(["a", "a", "b", "a"].map((arn) => service.describe(arn)));
    expect(answers.map(({ at }) => at)).toEqual([1, 1, 2, 1]);
    expect((await service.describe("a")).at).toBe(3);
    expect(sent).toHaveLength(3);
  });

  it("lets nobody's canceling take the answer from the others", async () => {
    const { service: inner, sent } = answering((count) => {
      if (count === 1) throw new ByokError("canceled", "Stop.");
      return { at: count, value: null };
    });
    const { service } = paced(inner);
    const [first, second] = await Promise.allSettled([service.describe("a", {}), service.describe("a", {})]);
    expect([first.status, second.status]).toEqual(["rejected", "fulfilled"]);
    expect(sent).toHaveLength(2);
  });

  it("hands on no recent answer that a change has overtaken", async () => {
    const answers: (() => void)[] = [];
    const { service: inner } = answering((count) =>
      count === 1 ? new Promise((answer) => void answers.push(() => answer(count))) : count,
    );
    const { service } = paced(inner);
    const recent = { recent: 5_000 };
    const before = service.materials("a", recent);
    await service.deleteMaterial("a", undefined);
    answers.forEach((answer) => answer());
    expect(await before).toBe(1);
    expect(await service.materials("a", recent)).toBe(3);
    expect(await service.materials("a", recent)).toBe(3);
  });

  it("counts the age of an answer from when it was asked for", async () => {
    const { service: inner, sent } = answering((count) => count);
    const slow: KeyService = new Proxy(inner, {
      get: (target, name, receiver) => {
        if (name !== "materials") return Reflect.get(target, name, receiver);
        return async (...args: unknown[]): Promise<unknown> => {
          await clock.sleep(4_000);
          return Reflect.apply(Reflect.get(target, name, receiver), target, args);
        };
      },
    });
    const { service, clock } = paced(slow);
    const ask = () => clock.run(service.materials("a", { recent: 5_000 }));
    await ask();
    await ask();
    expect(sent).toHaveLength(1);
    await clock.run(clock.sleep(1_000));
    await ask();
    expect(sent).toHaveLength(2);
  });
});
