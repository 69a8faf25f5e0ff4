import {
  canonicalNumber,
  numberFromDouble,
  numberFromText,
  type NumberValue,
} from "../../../src/terraform/plugin/number";
import { ValueError } from "../../../src/terraform/plugin/value-error";

const unreadable = new ValueError("a number that cannot be read");
const infinite = new ValueError("a number that is not finite");

describe("the text of a number", () => {
  it.each<[string, NumberValue, string]>([
    ["0", 0, "0"],
    ["-0", 0, "0"],
    ["-0.000", 0, "0"],
    ["+5", 5, "5"],
    ["-5", -5, "-5"],
    ["007", 7, "7"],
    ["-007.50", -7.5, "-7.5"],
    ["100", 100, "100"],
    ["10.0", 10, "10"],
    ["10.", 10, "10"],
    ["0.50", 0.5, "0.5"],
    ["0.05", 0.05, "0.05"],
    ["1e3", 1_000, "1000"],
    ["1E3", 1_000, "1000"],
    ["1e+3", 1_000, "1000"],
    ["12.5e1", 125, "125"],
    ["12.5e2", 1_250, "1250"],
    ["12.5e-1", 1.25, "1.25"],
    ["12.5e-2", 0.125, "0.125"],
    ["12.5e-3", 0.0125, "0.0125"],
    ["12.5e-12", 1.25e-11, "0.0000000000125"],
    ["0.00120e2", 0.12, "0.12"],
    ["1e21", 10n ** 21n, `1${"0".repeat(21)}`],
    ["9007199254740991", 9_007_199_254_740_991, "9007199254740991"],
    ["9007199254740992", 9_007_199_254_740_992n, "9007199254740992"],
    ["-9007199254740991", -9_007_199_254_740_991, "-9007199254740991"],
    ["-9007199254740992", -9_007_199_254_740_992n, "-9007199254740992"],
    ["0.30000000000000004", 0.30000000000000004, "0.30000000000000004"],
    ["0.300000000000000041", { decimal: "0.300000000000000041" }, "0.300000000000000041"],
    ["-0.300000000000000041", { decimal: "-0.300000000000000041" }, "-0.300000000000000041"],
  ])("%s is a number, and has one plain form", (text, value, plain) => {
    expect(numberFromText(text)).toEqual(value);
    expect(canonicalNumber(value)).toBe(plain);
  });

  it.each([
    "",
    " ",
    "-",
    "+",
    ".",
    ".5",
    "-.5",
    "1,5",
    "1e",
    "1e+",
    "e5",
    "1e1.5",
    "0x10",
    "1_000",
    "5 ",
    " 5",
    "5\n",
    "--5",
    "٣",
    "NaN",
    "Infinity",
  ])("%j is none", (text) => {
    expect(() => numberFromText(text)).toThrow(unreadable);
  });

  it("has a largest exponent", () => {
    expect(canonicalNumber(numberFromText("1e5000"))).toHaveLength(5_001);
    expect(canonicalNumber(numberFromText("1e-5000"))).toHaveLength(5_002);
    for (const text of ["1e5001", "1e-5001", "1e999999999999"]) {
      expect(() => numberFromText(text)).toThrow(unreadable);
    }
  });

  it("has at most twelve thousand digits, and ten characters more as long as they are zeros", () => {
    const digits = (count: number): string => "1".repeat(count);
    for (const text of [digits(12_000), `0.${digits(11_999)}`, `${digits(6_000)}.${digits(6_000)}`]) {
      expect(canonicalNumber(numberFromText(text)) === text).toBe(true);
    }
    expect(numberFromText("0".repeat(12_010))).toBe(0);
    const tooLong = [digits(12_001), `0.${digits(12_000)}`, `${digits(6_001)}.${digits(6_000)}`, "0".repeat(12_011)];
    for (const text of tooLong) expect(() => numberFromText(text)).toThrow(unreadable);
  });

  it("is plain for every value", () => {
    expect(canonicalNumber({ decimal: "-0.0" })).toBe("0");
    expect(canonicalNumber({ decimal: "1.50" })).toBe("1.5");
    expect(canonicalNumber(1e21)).toBe("1000000000000000000000");
    expect(canonicalNumber(1e-7)).toBe("0.0000001");
    expect(canonicalNumber(-0)).toBe("0");
    expect(canonicalNumber(-5n)).toBe("-5");
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
      expect(() => canonicalNumber(value)).toThrow(infinite);
    }
    expect(() => canonicalNumber({ decimal: "x" })).toThrow(unreadable);
  });
});

describe("a double", () => {
  it.each<[number, NumberValue]>([
    [0, 0],
    [-0, 0],
    [0.5, 0.5],
    [-0.5, -0.5],
    [-1.25, -1.25],
    [3, 3],
    [-3, -3],
    [2 ** 60, 2n ** 60n],
    [0.1, { decimal: "0.1000000000000000055511151231257827021181583404541015625" }],
    [-0.1, { decimal: "-0.1000000000000000055511151231257827021181583404541015625" }],
    [2 ** -20, 2 ** -20],
  ])("%d is exactly the number that it is", (double, value) => {
    expect(numberFromDouble(double)).toEqual(value);
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])("%d is no number", (double) => {
    expect(() => numberFromDouble(double)).toThrow(infinite);
  });
});
