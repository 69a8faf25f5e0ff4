import { checkCall } from "../../src/engine/call";
import { deadlineAfter } from "../../src/engine/deadline";
import { canceled } from "../../src/engine/errors";
import { VirtualClock } from "../support/virtual-clock";
import { thrown } from "./thrown";

describe("what goes along with a call", () => {
  it("stops it where it was canceled or its time is over, and never where there is nothing", () => {
    expect(() => checkCall()).not.toThrow();
    expect(() => checkCall({ signal: new AbortController().signal })).not.toThrow();
    expect(thrown(() => checkCall({ signal: AbortSignal.abort() })).code).toBe("canceled");
    expect(thrown(() => checkCall({ deadline: deadlineAfter(0, new VirtualClock(0)) })).code).toBe("timeout");
  });

  it("is said to be canceled in the same words everywhere, with or without an effect", () => {
    const { code, rawMessage, effectUnknown } = canceled();
    expect([code, rawMessage, effectUnknown]).toEqual([
      "canceled",
      "The operation was canceled. Run it again to continue from where it stopped.",
      false,
    ]);
    expect(canceled({ effectUnknown: true })).toMatchObject({ rawMessage, effectUnknown: true });
  });
});
