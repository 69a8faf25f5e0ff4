import { withWish } from "../../src/engine/enabled-wish";
import type { KeyDescription } from "../../src/engine/key";
import type { MaterialCondition } from "../../src/engine/material-condition";
import { paperRun } from "./paper-run";

const arn = "arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab";

describe("what a key's own resource said of a key without material", () => {
  const disabledAfter = (
    said: boolean | undefined,
    state: KeyDescription["state"] | null,
    before: boolean,
  ): boolean => {
    const { run } = paperRun({});
    if (said !== undefined) run.memory.wishes.set(arn, said);
    const key = state === null ? null : ({ arn, state } as KeyDescription);
    return withWish(run, key, { keyDisabled: before } as MaterialCondition).keyDisabled;
  };

  it.each([
    ["counts more than what was last seen", false, "PendingImport", false, true],
    ["counts, also where it is to be Enabled again", true, "PendingImport", true, false],
    ["leaves what was last seen, where nothing was said", undefined, "PendingImport", true, true],
    ["does not matter where the key itself shows it", false, "Enabled", false, false],
    ["does not matter of a key that is gone", false, null, false, false],
  ] as const)("%s", (_, said, state, before, after) => {
    expect(disabledAfter(said, state, before)).toBe(after);
  });
});
