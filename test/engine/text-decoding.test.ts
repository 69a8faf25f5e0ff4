import * as fc from "fast-check";
import { decodeBase64, decodeHex, trimmed } from "../../src/engine/text-decoding";

const bytes = fc.uint8Array({ minLength: 1, maxLength: 200 }).map((array) => Buffer.from(array));
/** A text with line ends between any of its characters. */
const broken = (text: string): fc.Arbitrary<Buffer> =>
  fc
    .array(fc.constantFrom("", "", "", "\n", "\r\n"), { minLength: text.length, maxLength: text.length })
    .map((ends) => Buffer.from(Array.from(text, (character, index) => character + (ends[index] ?? "")).join("")));

describe("text of key material", () => {
  it("gives back the bytes that were written, in lines of any length", () => {
    const written = bytes.chain((original) =>
      fc.record({
        original: fc.constant(original),
        hex: broken(original.toString("hex")),
        upper: broken(original.toString("hex").toUpperCase()),
        base64: broken(original.toString("base64")),
      }),
    );
    fc.assert(
      fc.property(written, ({ original, hex, upper, base64 }) => {
        expect(decodeHex(hex)).toEqual(original);
        expect(decodeHex(upper)).toEqual(original);
        expect(decodeBase64(base64)).toEqual(original);
      }),
    );
  });

  it("is decoded strictly: what is decoded is spelled in one way only", () => {
    const text = fc.string({
      unit: fc.constantFrom("A", "B", "a", "b", "0", "1", "+", "/", "=", "-", "_", " ", "\n"),
      maxLength: 12,
    });
    fc.assert(
      fc.property(text, (given) => {
        const compact = given.replaceAll("\n", "");
        expect(decodeBase64(Buffer.from(given))?.toString("base64") ?? compact).toBe(compact);
        expect(decodeHex(Buffer.from(given))?.toString("hex") ?? compact.toLowerCase()).toBe(compact.toLowerCase());
      }),
      { numRuns: 1000 },
    );
  });

  it.each(["", "a", "abc", "0x00", "zz", "0 0", "\n", "ab\tcd", "ab\u00e9"])("%j is no hex", (text) => {
    expect(decodeHex(Buffer.from(text))).toBeNull();
  });

  it.each([
    "",
    "A",
    "AA",
    "AAA",
    "AA==A",
    "A===",
    "====",
    "AAAA====",
    "AAAAA===",
    "AB==",
    "AAB=",
    "AA-_",
    "AA=A",
    "AAAA AAAA",
    "AAAA ",
    "AAAA=",
    "A\n===",
    "AA=\n",
    "AA\n=\r\nA=",
    "\n",
    "=\n=",
  ])("%j is no base64", (text) => {
    expect(decodeBase64(Buffer.from(text))).toBeNull();
  });

  it.each(["AAAA\n", "\r\nAA\nAA", "AA=\n=", "AA\n=\r\n=\n", "AAA\n=\n"])(
    "%j is base64, as in Go's decoder",
    (text) => {
      expect(decodeBase64(Buffer.from(text))?.every((byte) => byte === 0)).toBe(true);
    },
  );

  it("is decoded into memory of its own", () => {
    for (const own of [decodeHex(Buffer.from("00ff")), decodeBase64(Buffer.from("AAAA"))]) {
      expect([own?.byteOffset, own?.buffer.byteLength]).toEqual([0, own?.length]);
    }
  });

  it("is trimmed of blanks and line ends at both ends only", () => {
    expect(trimmed(Buffer.from(" \t\r\n a b\n ")).toString()).toBe("a b");
    expect(trimmed(Buffer.from(" \n")).toString()).toBe("");
    expect(trimmed(Buffer.from("")).toString()).toBe("");
    expect(trimmed(Buffer.from("\n a")).toString()).toBe("a");
    expect(trimmed(Buffer.from("a \t")).toString()).toBe("a");
  });
});
