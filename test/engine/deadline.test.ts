import { deadlineAfter } from "../../src/engine/deadline";
import { applyMaterial } from "../../src/engine/imported-key-material";
import { VirtualClock } from "../support/virtual-clock";
import { empty, settings, source, taking } from "./paper-material";
import { rejected, thrown } from "./thrown";

describe("the time for an operation", () => {
  it("ends with words on how to go on", () => {
    const clock = new VirtualClock(0);
    const deadline = deadlineAfter(90_000, clock);
    expect(deadline.left()).toBe(90_000);
    expect(() => deadline.check()).not.toThrow();
    const error = thrown(() => deadlineAfter(0, clock).check());
    expect([error.code, error.attribute, error.rawMessage]).toEqual([
      "timeout",
      "timeouts",
      "The operation took longer than 0 seconds. Run it again to continue from where it stopped, or raise the limit in `timeouts`.",
    ]);
    expect(thrown(() => deadlineAfter(-1_500, clock).check()).rawMessage).toContain("-1.5 seconds");
  });

  it("is over for material too", async () => {
    const { run, requests, clock } = taking(empty);
    const call = { deadline: deadlineAfter(0, clock) };
    expect((await rejected(applyMaterial(run, settings, source, undefined, call))).code).toBe("timeout");
    expect(requests).toEqual([]);
  });
});
