import { forgetDisabling, isToBeDisabled, noteDisabling, tellWish, toldWish } from "../../src/engine/enabled-wish";
import { ByokError } from "../../src/engine/errors";
import type { KeyDescription } from "../../src/engine/key";
import { keyContext } from "../../src/engine/key-context";
import type { Run } from "../../src/engine/run";
import { denied, empty } from "./paper-material";
import { type Answers, arn, failing, paperKey, paperRun } from "./paper-run";

const serviceOf = (run: Run) => run.services.service("aws", "");

describe("what a key's own resource said in this run", () => {
  const told = async (said: boolean | undefined, key: KeyDescription, after = 0): Promise<boolean | undefined> => {
    const { run, clock } = paperRun({});
    if (said !== undefined) tellWish(run, arn, said);
    await clock.run(clock.sleep(after));
    return toldWish(run, serviceOf(run), key);
  };
  const minute = 60_000;

  it("counts for as long as the key has no material, and shows nothing of it", async () => {
    expect(await told(false, empty, 60 * minute)).toBe(false);
    expect(await told(true, { ...empty, state: "Creating" }, 60 * minute)).toBe(true);
  });

  it("counts of a key with material only while the KMS may show it as it was", async () => {
    expect(await told(false, paperKey, minute - 1)).toBe(false);
    expect(await told(false, paperKey, minute)).toBeUndefined();
  });

  it("is forgotten once it has been seen to be old, so that a long run does not undo what others did since", async () => {
    const { run, clock } = paperRun({});
    tellWish(run, arn, true);
    await clock.run(clock.sleep(minute));
    expect(toldWish(run, serviceOf(run), { ...paperKey, state: "Disabled" })).toBeUndefined();
    expect(toldWish(run, serviceOf(run), empty)).toBeUndefined();
  });

  it("is nothing where nothing was said", async () => {
    expect(await told(undefined, empty)).toBeUndefined();
  });
});

describe("the tag of a key that is to be Disabled", () => {
  it("says so with one value only", () => {
    expect([undefined, {}, { "byok:enabled": "true" }, { "byok:enabled": "false" }].map(isToBeDisabled)).toEqual([
      false,
      false,
      false,
      true,
    ]);
  });

  const attempts: [string, (answers: Answers) => Promise<unknown[][]>][] = [
    [
      "noted",
      async (answers) => {
        const { run, told } = paperRun(answers);
        await noteDisabling(keyContext(run, arn, "arn", {}));
        return told;
      },
    ],
    [
      "removed",
      async (answers) => {
        const { run, told } = paperRun(answers);
        await forgetDisabling(keyContext(run, arn, "arn", {}));
        return told;
      },
    ],
  ];

  it.each(attempts)("need not be %s by someone who may not tag, and that is reported", async (done, attempt) => {
    const refusing = { tag: failing(denied), untag: failing(denied) };
    expect(await attempt(refusing)).toEqual([
      ["warn", `The tag byok:enabled of the key cannot be ${done}: the caller lacks the permission.`, { key: arn }],
    ]);
    const down = new ByokError("service_unavailable", "Down.");
    await expect(attempt({ tag: failing(down), untag: failing(down) })).rejects.toBe(down);
  });
});
