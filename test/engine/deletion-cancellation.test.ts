import { cancelDeletion, putEnabled } from "../../src/engine/deletion-cancellation";
import { ByokError } from "../../src/engine/errors";
import type { KeyDescription } from "../../src/engine/key";
import { keyContext } from "../../src/engine/key-context";
import { type Answers, answered, arn, failing, now, paperKey, paperRun } from "./paper-run";

const pending: KeyDescription = { ...paperKey, state: "PendingDeletion", deletionDate: now };
const { expirationModel: _none, ...unknown } = pending;
const denied = new ByokError("access_denied", "Refused.");
const wrongState = new ByokError("key_unusable", "Not in this state.", { retry: "settling" });

/** A key of a KMS that leaves it in the state given when its deletion is canceled. */
function returning(key: KeyDescription, after: KeyDescription["state"], answers: Answers = {}) {
  const { deletionDate: _date, ...rest } = key;
  let state = after;
  const paper = paperRun({
    cancelDeletion: async () => {},
    describe: async () => answered({ ...rest, state })(),
    setEnabled: async (_arn, enabled) => {
      state = enabled ? "Enabled" : "Disabled";
    },
    ...answers,
  });
  const cancel = (enabled: boolean) =>
    paper.clock.run(cancelDeletion(keyContext(paper.run, arn, "arn", {}), key, enabled));
  return { ...paper, cancel };
}

describe("the cancellation of a key's deletion", () => {
  it.each<[string, KeyDescription, KeyDescription["state"], boolean, KeyDescription["state"], string[]]>([
    ["enables", pending, "Disabled", true, "Enabled", ["setEnabled", "describe"]],
    ["leaves Disabled", pending, "Disabled", false, "Disabled", ["describe"]],
    ["looks first at what may be without material", unknown, "Disabled", true, "Enabled", ["describe", "setEnabled"]],
    ["leaves to its import", unknown, "PendingImport", true, "PendingImport", ["describe"]],
    ["disables where the KMS enables it", pending, "Enabled", false, "Disabled", ["describe", "setEnabled"]],
    ["leaves Enabled where the KMS enables it", unknown, "Enabled", true, "Enabled", ["describe"]],
  ])("%s the key", async (_, key, after, enabled, then, asked) => {
    const paper = returning(key, after);
    const back = await paper.cancel(enabled);
    expect([back.key.state, back.key.deletionDate, back.toEnable, back.error]).toEqual([
      then,
      undefined,
      undefined,
      undefined,
    ]);
    expect(paper.asked).toEqual(["cancelDeletion", ...asked]);
    expect(paper.run.memory.made.has(arn)).toBe(true);
    expect(paper.told).toEqual([["info", "The deletion of a key was canceled.", { key: arn }]]);
  });

  it("fails where nothing was canceled, and goes on where the reply to that was lost", async () => {
    await expect(returning(pending, "Disabled", { cancelDeletion: failing(denied) }).cancel(true)).rejects.toBe(denied);
    await expect(returning(pending, "Disabled", { cancelDeletion: failing(wrongState) }).cancel(true)).rejects.toBe(
      wrongState,
    );
    const lost = failing(wrongState.with({ effectUnknown: true }));
    const { key } = await returning(pending, "Disabled", { cancelDeletion: lost }).cancel(true);
    expect(key.state).toBe("Enabled");
  });

  it.each([pending, unknown])("says what is left to do where the key cannot be enabled", async (key) => {
    const paper = returning(key, "Disabled", { setEnabled: failing(denied) });
    expect(await paper.cancel(true)).toMatchObject({ key: { state: "Disabled" }, toEnable: true, error: denied });
    expect(paper.run.memory.wishes.has(arn)).toBe(false);
    expect(paper.asked.filter((name) => name === "setEnabled")).toHaveLength(1);
  });

  it("says what is left to do where the key cannot be disabled", async () => {
    const back = await returning(pending, "Enabled", { setEnabled: failing(denied) }).cancel(false);
    expect(back).toMatchObject({ key: { state: "Enabled" }, toEnable: false, error: denied });
  });

  it.each<[KeyDescription["state"], number]>([
    ["Disabled", 2],
    ["PendingImport", 1],
    ["Enabled", 1],
  ])("tries once more only where a key that could not be enabled is %s", async (after, times) => {
    let tries = 0;
    const paper = returning(pending, after, {
      setEnabled: async () => {
        if (++tries === 1) throw wrongState;
      },
    });
    const back = await paper.cancel(true);
    expect([back.key.state, back.toEnable, back.error, tries]).toEqual([
      after === "Disabled" ? "Enabled" : after,
      undefined,
      undefined,
      times,
    ]);
  });

  it("waits for a KMS that has not heard of it", async () => {
    let tries = 0;
    const paper = returning(pending, "Disabled", {
      setEnabled: async () => {
        if (++tries < 3) throw new ByokError("key_pending_deletion", "Not yet.");
        if (tries < 5) throw new ByokError("key_not_found", "Not here.", { retry: "settling" });
      },
    });
    expect((await paper.cancel(true)).key.state).toBe("Enabled");
    expect(tries).toBe(5);
  });

  it.each<[string, NonNullable<Answers["describe"]>, string]>([
    ["may not be looked at", failing(denied), "Refused."],
    ["is not shown", answered(null), `The deletion of ${arn} was canceled, and the KMS does not show the key.`],
  ])("enables a key that %s afterwards, and tells of that", async (_, describe, message) => {
    for (const key of [pending, unknown]) {
      const back = await returning(key, "Disabled", { describe }).cancel(true);
      expect([back.key.state, back.toEnable, back.error?.rawMessage]).toEqual(["Enabled", undefined, message]);
      const left = await returning(key, "Disabled", { describe, setEnabled: failing(denied) }).cancel(true);
      expect(left).toMatchObject({ key: { state: "Disabled" }, toEnable: true, error: denied });
    }
  });

  it("gives up a key that the KMS goes on showing as pending deletion", async () => {
    const paper = returning(pending, "PendingDeletion", { setEnabled: failing(wrongState) });
    expect(await paper.cancel(true)).toEqual({ key: { ...pending, deletionDate: undefined } });
  });
});

describe("a key that is to be Enabled or Disabled", () => {
  const put = (state: KeyDescription["state"], enabled: boolean) => {
    const paper = paperRun({ setEnabled: async () => {} });
    const context = keyContext(paper.run, arn, "arn", {});
    return { ...paper, done: putEnabled(context, { ...paperKey, state }, enabled) };
  };

  it.each<[KeyDescription["state"], boolean, KeyDescription["state"], string[]]>([
    ["Enabled", true, "Enabled", []],
    ["Disabled", true, "Enabled", ["setEnabled"]],
    ["Enabled", false, "Disabled", ["setEnabled"]],
    ["Disabled", false, "Disabled", []],
    ["PendingImport", true, "PendingImport", []],
    ["PendingImport", false, "PendingImport", []],
  ])("is asked for only where it is the other (%s, %s)", async (state, enabled, then, requests) => {
    const { done, asked, run } = put(state, enabled);
    expect(await done).toEqual({ key: { ...paperKey, state: then } });
    expect(asked).toEqual(requests);
    expect(run.memory.wishes.get(arn)?.enabled).toBe(requests.length === 0 ? undefined : enabled);
  });
});
