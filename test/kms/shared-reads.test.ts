import type { Call } from "../../src/engine/call";
import { deadlineAfter } from "../../src/engine/deadline";
import { ByokError } from "../../src/engine/errors";
import type { ReadSecret } from "../../src/engine/secret-store";
import { sharedReads } from "../../src/kms/shared-reads";
import { rejected } from "../engine/thrown";

/** Reads that end when a test says so. */
function reading() {
  const begun: {
    readonly call: Call;
    readonly content: Buffer;
    readonly give: () => void;
    readonly fail: (error: ByokError) => void;
  }[] = [];
  let now = 0;
  const clock = { monotonic: () => now };
  const shared = sharedReads(clock);
  const read = (call: Call) =>
    new Promise<ReadSecret>((give, fail) => {
      const content = Buffer.from("secret");
      begun.push({ call, content, give: () => give({ content, version: "1" }), fail });
      call.signal?.addEventListener("abort", () => fail(new ByokError("canceled", "It was canceled.")));
    });
  return {
    begun,
    clock: { ...clock, now: () => now, sleep: async () => {} },
    turn: (by: number) => {
      now += by;
    },
    ask: (name = "payments", call: Call = {}) => shared(name, read, call),
  };
}

const at = <T>(list: readonly T[], index: number): T => {
  const found = list[index];
  if (found === undefined) throw new Error(`There is no number ${index}.`);
  return found;
};

describe("readers of one secret at the same time", () => {
  it("share a request, get a copy each, and leave none behind", async () => {
    const { begun, ask } = reading();
    const asked = [ask(), ask(), ask("other")];
    expect(begun).toHaveLength(2);
    for (const { give } of begun) give();
    const [one, two] = await Promise.all(asked);
    expect([one, two].map((secret) => secret?.content.toString())).toEqual(["secret", "secret"]);
    expect(one?.version).toBe("1");
    expect(one?.content).not.toBe(two?.content);
    expect(begun.map(({ content }) => content)).toEqual([Buffer.alloc(6), Buffer.alloc(6)]);
  });

  it("share its failure, and those who come later ask again", async () => {
    const { begun, ask } = reading();
    const asked = [rejected(ask()), rejected(ask())];
    at(begun, 0).fail(new ByokError("access_denied", "No."));
    expect((await Promise.all(asked)).map(({ code }) => code)).toEqual(["access_denied", "access_denied"]);
    const later = ask();
    at(begun, 1).give();
    expect((await later).content.toString()).toBe("secret");
  });

  it("are told for a minute that a store did not answer, although it was asked again and again", async () => {
    const { begun, ask, turn } = reading();
    const asked = rejected(ask());
    at(begun, 0).fail(new ByokError("service_unavailable", "Down.", { retry: "backoff" }));
    await asked;
    turn(59_999);
    expect((await rejected(ask())).code).toBe("service_unavailable");
    expect(begun).toHaveLength(1);
    turn(1);
    const later = ask();
    at(begun, 1).give();
    expect((await later).version).toBe("1");
  });

  it("go one by one: the request goes on for those who stay", async () => {
    const { begun, ask } = reading();
    const [first, second] = [new AbortController(), new AbortController()];
    const leaving = rejected(ask("payments", { signal: first.signal }));
    const staying = ask("payments", { signal: second.signal });
    first.abort();
    expect((await leaving).code).toBe("canceled");
    expect(at(begun, 0).call.signal?.aborted).toBe(false);
    at(begun, 0).give();
    expect((await staying).content.toString()).toBe("secret");
    expect(at(begun, 0).content).toEqual(Buffer.alloc(6));
  });

  it("end it when the last one has gone, and not before", async () => {
    const { begun, ask } = reading();
    const stop = new AbortController();
    const leaving = rejected(ask("payments", { signal: stop.signal }));
    stop.abort();
    const next = ask();
    expect((await leaving).code).toBe("canceled");
    // The one who came before the last one had gone has kept the request.
    at(begun, 0).give();
    expect((await next).version).toBe("1");
    const again = rejected(ask("payments", { signal: AbortSignal.abort() }));
    expect((await again).code).toBe("canceled");
    expect(begun).toHaveLength(1);
  });

  it("leave nothing behind of an answer that comes too late", async () => {
    const { begun, ask } = reading();
    const stop = new AbortController();
    const leaving = rejected(ask("payments", { signal: stop.signal }));
    const { content, give } = at(begun, 0);
    give();
    stop.abort();
    await leaving.catch(() => {});
    await new Promise(setImmediate);
    expect(content).toEqual(Buffer.alloc(6));
  });

  it("do not fail because the time of another one is over", async () => {
    const { begun, ask, clock, turn } = reading();
    const short = rejected(ask("payments", { deadline: deadlineAfter(10, clock) }));
    const long = ask("payments", { deadline: deadlineAfter(1_000, clock) });
    turn(20);
    at(begun, 0).fail(new ByokError("timeout", "Over."));
    expect((await short).code).toBe("timeout");
    await new Promise(setImmediate);
    at(begun, 1).give();
    expect((await long).content.toString()).toBe("secret");
  });
});
