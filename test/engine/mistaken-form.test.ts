import { randomBytes } from "node:crypto";
import * as fc from "fast-check";
import { readMaterial, readMaterialValue } from "../../src/engine/material-encoding";
import { mistakenForm } from "../../src/engine/mistaken-form";
import { mistakes } from "./mistaken-forms";
import { ecKey, pem } from "./private-key-spellings";
import { thrown } from "./thrown";

const places = mistakes.flatMap(({ name, text, inSource, inline }) => {
  const content = Buffer.from(text);
  return [
    ...(inSource === null ? [] : [[name, "a source", () => readMaterial(content), inSource, content] as const]),
    ...(inline === null
      ? []
      : [[name, "the inline value", () => readMaterialValue(String(text)), inline, content] as const]),
  ];
});

describe("a key that was written in another form", () => {
  it.each(places)("is named: %s in %s", (_name, _place, read, words) => {
    const error = thrown(read);
    expect(error.code).toBe("malformed_material");
    expect(error.rawMessage).toMatch(words);
  });

  it.each(places)("is not quoted: %s in %s", (_name, _place, read, _words, content) => {
    const error = thrown(read);
    const told = `${error.message} ${error.stack}`;
    // Of a path and of JSON some words are in the message by themselves.
    const text = content.toString("latin1").replaceAll(/-----[A-Z ]+-----|key\.pem|file:|payments\.pem/g, "\n");
    const pieces = Array.from({ length: Math.max(0, text.length - 7) }, (_, at) => text.slice(at, at + 8));
    expect(pieces.filter((piece) => told.includes(piece))).toEqual([]);
  });

  it("leaves nothing of itself in memory", () => {
    for (const [name, place, read] of places) {
      const alloc = jest.spyOn(Buffer, "alloc");
      thrown(read);
      const left = alloc.mock.results.filter(({ value }) => Buffer.isBuffer(value) && value.some((byte) => byte !== 0));
      alloc.mockRestore();
      expect([name, place, left]).toEqual([name, place, []]);
    }
  });
});

const text16 = "0123456789abcdef";
/** Of a size that a key has, so that they are raw bytes, too. */
const doubtful: readonly (readonly [string, Buffer, number, RegExp])[] = [
  ["base64url of 48 bytes", Buffer.from(Buffer.alloc(48, 0xfb).toString("base64url")), 64, /base64url/],
  ["base64url of 24 bytes", Buffer.from(Buffer.alloc(24, 0xff).toString("base64url")), 32, /base64url/],
  [
    "hex with colons and a line end",
    Buffer.from(
      `${Buffer.alloc(16, 0xab)
        .toString("hex")
        .replace(/..(?!$)/g, "$&:")}\n`,
    ),
    48,
    /hex with something/,
  ],
  ["UTF-16 of 32 characters", Buffer.from(text16.repeat(2), "utf16le"), 64, /UTF-16/],
  ["a path of 16 characters", Buffer.from("./keys/some.name"), 16, /path/],
  ["a JWK of 64 bytes", Buffer.from(`{"kty":"oct","k":"${"A".repeat(43)}"}\n`), 64, /JSON Web Key/],
];

describe("bytes that look like a form of text", () => {
  it.each(doubtful)("are ambiguous unless they are said to be raw: %s", (_, content, size, words) => {
    expect(content).toHaveLength(size);
    const error = thrown(() => readMaterial(content));
    expect(error.code).toBe("ambiguous_material");
    expect(error.rawMessage).toMatch(words);
    expect(error.rawMessage).toMatch(
      new RegExp(`^The key material could be ${size} raw bytes, and looks like .*say \`\\?encoding=raw\`\\.$`),
    );
    expect(readMaterial(content, "raw")).toEqual(content);
  });

  it("are none where a key is written right", () => {
    const right = fc.tuple(fc.constantFrom(16, 24, 28, 32, 48, 64), fc.boolean()).map(([length, lines]) => {
      const text = randomBytes(length).toString("base64");
      return Buffer.from(lines ? text.replace(/.{20}/g, "$&\r\n") : text);
    });
    fc.assert(
      fc.property(right, (content) => {
        expect(mistakenForm(content, "source")).toBeUndefined();
        expect(mistakenForm(content, "inline")).toBeUndefined();
      }),
    );
    fc.assert(
      fc.property(fc.constantFrom(16, 24, 28, 32, 48, 64), (length) => {
        expect(mistakenForm(randomBytes(length), "source")).toBeUndefined();
        expect(mistakenForm(Buffer.alloc(length), "source")).toBeUndefined();
      }),
    );
  });

  it.each([
    ["nothing", ""],
    ["one character", "a"],
    ["a blank", " "],
    ["words", "no key at all"],
    ["hex that is no key", "ab:cd"],
    ["hex of a wrong length", "ab".repeat(33)],
    ["hex of a damaged private key", "3082".repeat(101)],
    ["base64 of a wrong length", "A".repeat(46)],
    ["base64 that is one digit too long", "A".repeat(25)],
    ["base64url of a wrong length", `${"A".repeat(45)}-`],
    ["a mixture of both alphabets", `${"A".repeat(40)}-+A`],
    ["an x that is no prefix", `${"ab".repeat(16)}xab`],
    ["a word with a hyphen", "pass-word"],
    ["a path that is longer than any", `./${"a".repeat(255)}`],
    ["a path that is no text", "./\u0001"],
    ["half of JSON", '{"kty"'],
    ["bytes between braces", `{${"\u00b7\u0002".repeat(15)}}`],
    ["control characters between braces", `{${"a\u0002".repeat(15)}}`],
    ["zeros with a mark of UTF-16", `\u00ff\u00fe${"\0".repeat(30)}`],
  ])("are none where they are %s", (_, content) => {
    expect(mistakenForm(Buffer.from(content, "latin1"), "source")).toBeUndefined();
  });

  it("take no raw bytes for JSON only since they are between braces", () => {
    for (const inner of ["b7", "02", "00"]) {
      const key = Buffer.from(`7b${inner.repeat(30)}7d`, "hex");
      expect(readMaterial(key)).toEqual(key);
    }
    const text = Buffer.from('{"a":\t"JSON in 32 bytes\n of it"}');
    expect(text).toHaveLength(32);
    expect(thrown(() => readMaterial(text)).rawMessage).toContain("looks like JSON");
  });

  it("are named where another encoding was given: PEM", () => {
    const content = pem("PRIVATE KEY", ecKey("prime256v1"));
    expect(thrown(() => readMaterial(content, "hex")).rawMessage).toMatch(/it is a PEM.* Leave out `\?encoding=`/);
  });
});
