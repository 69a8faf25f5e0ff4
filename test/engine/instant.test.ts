import fc from "fast-check";
import { ByokError } from "../../src/engine/errors";
import { formatInstant, parseInstant } from "../../src/engine/instant";
import { thrown } from "./thrown";

const noon = Date.UTC(2027, 0, 31, 12) / 1000;

describe("an instant", () => {
  it.each([
    ["2027-01-31T12:00:00Z", noon],
    ["2027-01-31t12:00:00z", noon],
    ["2027-01-31T13:00:00+01:00", noon],
    ["2027-01-31T06:30:00-05:30", noon],
    ["2027-01-31T12:00:00.999999999Z", noon],
    ["2027-02-01T01:45:00+13:45", noon],
    ["2027-01-30T12:01:00-23:59", noon],
    ["2027-02-01T11:59:00+23:59", noon],
    ["2028-02-29T00:00:00Z", Date.UTC(2028, 1, 29) / 1000],
  ])("reads %s", (text, instant) => {
    expect(parseInstant(text, "valid_to")).toBe(instant);
  });

  it.each([
    "",
    "tomorrow",
    "1801396800",
    "2027-01-31",
    "2027-01-31T12:00Z",
    "2027-01-31 12:00:00Z",
    "2027-1-31T12:00:00Z",
    "2027-02-29T00:00:00Z",
    "2027-13-01T00:00:00Z",
    "2027-00-10T00:00:00Z",
    "2027-01-31T24:00:00Z",
    "2027-01-31T23:59:60Z",
    "2027-01-31T12:00:00+24:00",
    "2027-01-31T12:00:00+01:60",
    "2027-01-31T12:00:00+1:00",
    "+002027-01-31T12:00:00Z",
    "2027-01-31T12:00:00Z ",
    "2027-01-31T12:00:00Z\n",
    `2027-01-31T12:00:00.${"0".repeat(90)}Z`,
  ])("refuses %j, naming the argument", (text) => {
    expect(() => parseInstant(text, "valid_to")).toThrow(
      expect.objectContaining({ code: "invalid_lifetime", attribute: "valid_to" }),
    );
  });

  it.each(["2027-01-31T12:00:00", "2027-01-31", "2027-01-31 12:00"])(
    "says of %s that the time zone is missing",
    (text) => {
      expect(() => parseInstant(text, "valid_to")).toThrow("It has no time zone.");
    },
  );

  it.each(["", "tomorrow", "x2027-01-31", "2027-01-31x", "2027-01-31T12:00Z"])(
    "says of %j how a moment is written, and nothing of a time zone",
    (text) => {
      expect(thrown(() => parseInstant(text, "valid_to")).rawMessage).toBe(
        "`valid_to` is not a moment in RFC 3339. Write it with seconds and a time zone, such as 2027-01-31T12:00:00Z.",
      );
    },
  );

  it.each(["2027-02-29T00:00:00Z", "2027-01-31T12:00:00+24:00"])("says of %s that it does not exist", (text) => {
    expect(thrown(() => parseInstant(text, "valid_to")).rawMessage).toBe(
      "`valid_to` names a moment that does not exist. Correct the date.",
    );
  });

  it("survives being written out and read again", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 253_402_300_799 }), (instant) => {
        expect(parseInstant(formatInstant(instant), "valid_to")).toBe(instant);
      }),
    );
  });

  it("is either read or refused with our own error, whatever the text", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[0-9TZ:+.-]{0,40}$/)), (text) => {
        try {
          expect(Number.isSafeInteger(parseInstant(text, "valid_to"))).toBe(true);
        } catch (error) {
          expect(error).toBeInstanceOf(ByokError);
        }
      }),
    );
  });
});
