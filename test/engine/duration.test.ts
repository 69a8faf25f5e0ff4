import fc from "fast-check";
import { durationInWords, parseDuration } from "../../src/engine/duration";
import { ByokError } from "../../src/engine/errors";
import { thrown } from "./thrown";

describe("a duration", () => {
  it.each([
    ["90d", 90 * 86_400],
    ["2160h", 90 * 86_400],
    ["1d12h", 129_600],
    ["2w", 1_209_600],
    ["1w2d3h4m5s", 788_645],
    ["45s", 45],
    ["010m", 600],
    ["1s", 1],
    ["36500d", 3_153_600_000],
  ])("reads %s as %i seconds", (text, seconds) => {
    expect(parseDuration(text, "valid_for")).toBe(seconds);
  });

  it.each([
    "",
    "90",
    "d",
    "90 d",
    "1.5d",
    "-1d",
    "1h1d",
    "1d1d",
    "90D",
    "P90D",
    "1mo",
    "1y",
    "９0d",
    "1d\n",
    "0d",
    "0s",
    "99999999w",
    `${"1".repeat(400)}d`,
  ])("refuses %j, naming the argument", (text) => {
    expect(() => parseDuration(text, "renew_before")).toThrow(
      expect.objectContaining({ code: "invalid_lifetime", attribute: "renew_before" }),
    );
  });

  it.each(["", "90", "1y", "1h1d"])("says of %j how a duration is written", (text) => {
    expect(thrown(() => parseDuration(text, "valid_for")).rawMessage).toBe(
      "`valid_for` is not a duration. Write it as whole numbers with units, such as 90d, 2160h or 1d12h.",
    );
  });

  it.each(["0d", "36500d1s", "99999999w"])("says of %s how long a duration may be", (text) => {
    expect(thrown(() => parseDuration(text, "valid_for")).rawMessage).toBe(
      "`valid_for` must be at least one second and at most a hundred years.",
    );
  });

  it("says lengths in the largest unit that divides them", () => {
    expect([86_400, 172_800, 129_600, 90, 3_600, 1, 61, 120].map(durationInWords)).toEqual([
      "1 day",
      "2 days",
      "36 hours",
      "90 seconds",
      "1 hour",
      "1 second",
      "61 seconds",
      "2 minutes",
    ]);
  });

  it("is either read or refused with our own error, whatever the text", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[0-9wdhms]{0,12}$/)), (text) => {
        try {
          const seconds = parseDuration(text, "valid_for");
          expect(Number.isSafeInteger(seconds) && seconds > 0).toBe(true);
        } catch (error) {
          expect(error).toBeInstanceOf(ByokError);
        }
      }),
    );
  });

  it("survives being written out and read again", () => {
    fc.assert(
      fc.property(fc.nat(5000), fc.nat(23), fc.nat(59), fc.integer({ min: 1, max: 59 }), (d, h, m, s) => {
        expect(parseDuration(`${d}d${h}h${m}m${s}s`, "valid_for")).toBe(d * 86_400 + h * 3600 + m * 60 + s);
      }),
    );
  });
});
