import { ByokError, errorCodes, isByokError } from "../../src/engine/errors";

describe("the error", () => {
  const error = new ByokError("lifetime_past", "`valid_to` is past. Set a later date.", {
    attribute: "valid_to",
    retry: "backoff",
    effectUnknown: true,
    serviceCode: "ValidationException",
    cause: new Error("cause"),
  });

  it("puts its code before the message, and keeps both apart", () => {
    expect(error.message).toBe("[lifetime_past] `valid_to` is past. Set a later date.");
    expect(error.rawMessage).toBe("`valid_to` is past. Set a later date.");
    expect(error.name).toBe("ByokError");
    expect(new ByokError("internal", "x")).toMatchObject({ retry: "never", effectUnknown: false });
    expect(error.cause).toEqual(new Error("cause"));
    expect("cause" in new ByokError("internal", "x")).toBe(false);
  });

  it("can be said in other words and of another argument, and stays the same error", () => {
    const said = error.with({ message: "Later.", attribute: "valid_for" });
    const { code, retry, effectUnknown, serviceCode, message, attribute } = error;
    expect(said).toMatchObject({
      code,
      retry,
      effectUnknown,
      serviceCode,
      rawMessage: "Later.",
      attribute: "valid_for",
    });
    expect(said.cause).toBe(error.cause);
    expect(error.with({})).toMatchObject({ code, retry, effectUnknown, serviceCode, message, attribute });
    const bare = new ByokError("internal", "x").with({ message: "y" });
    expect(bare).toMatchObject({ attribute: undefined, serviceCode: undefined });
  });

  it("ends with the id of the request, which is no part of what it says", () => {
    const refused = new ByokError("access_denied", "Not allowed.", { requestId: "1234" });
    expect(refused).toMatchObject({
      message: "[access_denied] Not allowed. Request id: 1234.",
      rawMessage: "Not allowed.",
      requestId: "1234",
    });
    expect(refused.with({ message: "Later." }).message).toBe("[access_denied] Later. Request id: 1234.");
  });

  it("is made of anything that was thrown", () => {
    expect(ByokError.from(error)).toBe(error);
    expect(ByokError.from(new RangeError("secret"))).toMatchObject({
      code: "internal",
      message: expect.stringMatching(
        /^\[internal\] Unexpected RangeError at Object\.<anonymous> \(errors\.test\.ts:\d+:\d+\), .*\. This is a fault of byok: please report it\.$/,
      ),
    });
    expect(ByokError.from(new RangeError("secret")).message).not.toContain("secret");
    for (const [thrown, kind] of [
      [{ name: 7 }, "object"],
      [{}, "object"],
      [null, "object"],
      [undefined, "undefined"],
      ["secret", "string"],
    ] as const) {
      expect(ByokError.from(thrown).rawMessage).toBe(`Unexpected ${kind}. This is a fault of byok: please report it.`);
    }
    expect(ByokError.from(AbortSignal.abort().reason)).toMatchObject({
      code: "canceled",
      rawMessage: "The operation was canceled. Run it again to continue from where it stopped.",
    });
  });

  it("is recognized by others by its class and its codes", () => {
    expect(isByokError(error)).toBe(true);
    expect(isByokError(error, "timeout", "lifetime_past")).toBe(true);
    expect(isByokError(error, "timeout")).toBe(false);
    expect(isByokError({ code: "lifetime_past" }, "lifetime_past")).toBe(false);
  });

  it("has codes of one spelling, each with a meaning", () => {
    for (const [code, meaning] of Object.entries(errorCodes)) {
      expect(code).toMatch(/^[a-z]+(_[a-z]+)*$/);
      expect(meaning).toMatch(/^[A-Z].*\.$/);
    }
  });
});
