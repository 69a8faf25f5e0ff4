import { createPublicKey, generateKeyPairSync, randomBytes } from "node:crypto";
import fc from "fast-check";
import { digestOf, largestFileBytes, spokenDigest } from "../../src/ceremony/json-file";
import { type ParamsFile, readParams, writeParams } from "../../src/ceremony/params-file";
import { readWrapped, type WrappedFile, writeWrapped } from "../../src/ceremony/wrapped-file";
import { ByokError } from "../../src/engine/errors";
import { KeyMaterial } from "../../src/engine/key-material";
import { wrappingKeyFrom } from "../../src/engine/wrapping-key";
import { pem, rsa2048 } from "../engine/private-key-spellings";
import { thrown } from "../engine/thrown";

const keyArn = "arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab";
const spki = createPublicKey(pem("PRIVATE KEY", rsa2048())).export({ format: "der", type: "spki" });
const wrappingKey = wrappingKeyFrom(spki, "RSA_2048");
const { fingerprint } = KeyMaterial.take(Buffer.alloc(32, 1));
const madeAt = Date.UTC(2027, 0, 1) / 1000;
const token = randomBytes(300);
const common = { keyArn, keySpec: "SYMMETRIC_DEFAULT", algorithm: "RSAES_OAEP_SHA_256", token } as const;
const shape = { kind: "raw", bytes: 32 } as const;

const params: ParamsFile = {
  madeAt,
  fingerprint,
  keys: [
    { ...common, shape, wrappingKey, validTo: madeAt + 86_400 },
    { ...common, shape, wrappingKey, keyArn: "acs:kms:cn-hangzhou:1234567890123456:key/key-abcdefgh12" },
  ],
};
const wrapped: WrappedFile = {
  madeAt,
  fingerprint,
  shape,
  paramsDigest: "a".repeat(64),
  keys: [
    { ...common, wrappingKeySpec: "RSA_2048", wrapped: randomBytes(256), validTo: madeAt + 86_400 },
    { ...common, wrappingKeySpec: "RSA_2048", wrapped: randomBytes(256), keyArn: "arn::verenc:111122223333:key/1234" },
  ],
};

type Json = Record<string, unknown> & { readonly keys: Record<string, unknown>[] };

const formats = {
  params: { file: writeParams(params), read: (content: Buffer) => readParams(content, "params") },
  wrapped: { file: writeWrapped(wrapped), read: (content: Buffer) => readWrapped(content, "wrapped") },
} as const;

type Format = keyof typeof formats;

/** A file with something in it changed. */
function changed(format: Format, change: (file: Json) => unknown): Buffer {
  const file: Json = JSON.parse(formats[format].file.toString());
  const result = change(file);
  return Buffer.from(JSON.stringify(result ?? file));
}

function refusalOf(format: Format, content: Buffer): string {
  const error = thrown(() => formats[format].read(content));
  expect(error).toMatchObject({ code: "invalid_argument", attribute: format });
  return error.rawMessage;
}

describe("a params file", () => {
  it("is read as it was written", () => {
    const { wrappingKey: _one, ...read } = formats.params.read(formats.params.file).keys[0] ?? {};
    expect(read).toEqual({ ...common, shape, validTo: madeAt + 86_400 });
    const again = formats.params.read(formats.params.file);
    expect(again).toMatchObject({ madeAt, fingerprint, keys: [{}, { keySpec: "SYMMETRIC_DEFAULT" }] });
    expect(again.keys[1]).not.toHaveProperty("validTo");
    expect(again.keys[0]?.wrappingKey.publicKey.export({ format: "der", type: "spki" }).equals(spki)).toBe(true);
    const { fingerprint: _none, ...unnamed } = params;
    expect(readParams(writeParams(unnamed), "params")).not.toHaveProperty("fingerprint");
  });

  it("may have its wrapping keys in base64 of DER", () => {
    const content = changed("params", ({ keys: [key = {}] }) => void (key["wrappingKey"] = spki.toString("base64")));
    expect(formats.params.read(content).keys[0]?.wrappingKey.spec).toBe("RSA_2048");
  });

  const otherKey = generateKeyPairSync("rsa", { modulusLength: 3072 }).publicKey.export({
    format: "pem",
    type: "spki",
  });

  it.each<[string, unknown]>([
    ["of another size", otherKey],
    ["that is private", `-----BEGIN PRIVATE KEY-----\n${rsa2048().toString("base64")}\n-----END PRIVATE KEY-----\n`],
    ["that is none", Buffer.from("no key").toString("base64")],
  ])("is refused for a wrapping key %s", (_, key) => {
    const content = changed("params", ({ keys: [first = {}] }) => void (first["wrappingKey"] = key));
    expect(refusalOf("params", content)).toMatch(/`wrappingKey` is no public RSA key/);
  });
});

describe("a wrapped file", () => {
  it("is read as it was written", () => {
    expect(formats.wrapped.read(formats.wrapped.file)).toEqual({
      ...wrapped,
      keys: wrapped.keys.map((key) => ({ ...key })),
    });
  });

  it.each<[string, (file: Json) => unknown, RegExp]>([
    [
      "wrapped bytes of a length that no wrapping makes",
      ({ keys: [key = {}] }) => void (key["wrappedMaterial"] = "AAAA"),
      /length that no wrapping makes/,
    ],
    ["a digest that is none", (file) => void (file["paramsDigest"] = "A".repeat(64)), /`paramsDigest` has a value/],
    [
      "a fingerprint of other material",
      (file) => void (file["material"] = { kind: "raw", bytes: 64 }),
      /`fingerprint` is of other key material/,
    ],
    [
      "a fingerprint of a key pair's",
      (file) => void (file["material"] = { kind: "rsa", bits: 2048 }),
      /`fingerprint` is of other key material/,
    ],
    ["no fingerprint", (file) => ({ ...file, fingerprint: undefined }), /`fingerprint` is no text/],
  ])("is refused for %s", (_, change, words) => {
    expect(refusalOf("wrapped", changed("wrapped", change))).toMatch(words);
  });
});

describe.each<[Format]>([["params"], ["wrapped"]])("a file of the kind %s", (format) => {
  const other = format === "params" ? "wrapped" : "params";

  it.each<[string, Buffer, RegExp]>([
    ["it is empty", Buffer.alloc(0), /it is no .* file of byok/],
    ["it is no JSON", randomBytes(32), /it is no .* file of byok/],
    ["it is a list", Buffer.from("[]"), /it is no .* file of byok/],
    ["it is null", Buffer.from("null"), /it is no .* file of byok/],
    ["it is of the other kind", formats[other].file, /it is no .* file of byok/],
    ["it is too long", Buffer.concat([formats[format].file, Buffer.alloc(largestFileBytes, " ")]), /it is no .* file/],
    ["it is of another version", changed(format, (file) => void (file["version"] = 2)), /another version of byok/],
    ["it has a member too many", changed(format, (file) => void (file["more"] = 1)), /a member that this version/],
    [
      "an entry has a member too many",
      changed(format, ({ keys: [key = {}] }) => void (key["more"] = 1)),
      /a member that/,
    ],
    ["it has no keys", changed(format, (file) => ({ ...file, keys: [] })), /`keys` is no list/],
    ["its keys are no list", changed(format, (file) => ({ ...file, keys: {} })), /`keys` is no list/],
    ["its keys are no objects", changed(format, (file) => ({ ...file, keys: [1] })), /`keys` is no list/],
    [
      "it names a key twice",
      changed(format, (file) => ({ ...file, keys: [file.keys[0], file.keys[0]] })),
      /a key twice/,
    ],
    ["it has no date", changed(format, (file) => ({ ...file, madeAt: undefined })), /`madeAt` is no text/],
    ["its date is none", changed(format, (file) => void (file["madeAt"] = "yesterday")), /`madeAt` is no moment/],
    [
      "its fingerprint is none",
      changed(format, (file) => void (file["fingerprint"] = "cmac:12")),
      /`fingerprint` has a value/,
    ],
    [
      "an ARN is none",
      changed(format, ({ keys: [key = {}] }) => void (key["keyArn"] = "\u001b[2J:key/1")),
      /`keyArn` is not/,
    ],
    [
      "a key spec is unknown",
      changed(format, ({ keys: [key = {}] }) => void (key["keySpec"] = "toString")),
      /`keySpec` has a/,
    ],
    [
      "a token is no base64",
      changed(format, ({ keys: [key = {}] }) => void (key["importToken"] = "AAA")),
      /`importToken` is no base64/,
    ],
    [
      "a token is empty",
      changed(format, ({ keys: [key = {}] }) => void (key["importToken"] = "")),
      /`importToken` is no text/,
    ],
    [
      "a token is too long",
      changed(format, ({ keys: [key = {}] }) => void (key["importToken"] = "AAAA".repeat(30_000))),
      /is no text/,
    ],
    [
      "a moment is none",
      changed(format, ({ keys: [key = {}] }) => void (key["validUntil"] = "2027-02-31T00:00:00Z")),
      /is no moment/,
    ],
  ])("is refused where %s", (_, content, words) => {
    expect(refusalOf(format, content)).toMatch(words);
  });

  it("is refused where its shape is none", () => {
    const broken = (shapeGiven: unknown) =>
      format === "params"
        ? changed(format, ({ keys: [key = {}] }) => void (key["material"] = shapeGiven))
        : changed(format, (file) => void (file["material"] = shapeGiven));
    // Deep enough for what works its way down by calls to run out of stack.
    const deep = `${"[".repeat(20_000)}${"]".repeat(20_000)}`;
    const text = broken("here").toString().replace('"here"', `{"kind":${deep}}`);
    expect(refusalOf(format, Buffer.from(text))).toMatch(/`material` is no shape/);
    for (const none of [undefined, null, [], "raw", { kind: "raw", bytes: 31 }]) {
      expect(refusalOf(format, broken(none))).toMatch(/`material` is no shape/);
    }
  });

  /** Anything is either read, or refused by an error of one code that repeats nothing of it. */
  function judge(content: Buffer, secret: string): void {
    try {
      formats[format].read(content);
    } catch (error) {
      expect(error).toBeInstanceOf(ByokError);
      expect(error).toMatchObject({ code: "invalid_argument" });
      expect(ByokError.from(error).message).not.toContain(secret);
    }
  }

  it("may be anything", () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.uint8Array({ maxLength: 2000 }),
          fc.json().map((text) => Buffer.from(text)),
        ),
        (content) => judge(Buffer.from(content), "\u0000never\u0000"),
      ),
      { numRuns: 500 },
    );
  });

  it("may have any value in the place of any other", () => {
    const secret = "5ec4e75ec4e75ec4e75ec4e75ec4e75e";
    const whole: Json = JSON.parse(formats[format].file.toString());
    const places = [
      ...Object.keys(whole).map((name) => [name] as const),
      ...Object.keys(whole.keys[0] ?? {}).map((name) => ["keys", 0, name] as const),
    ];
    const value = fc.oneof(
      fc.jsonValue(),
      fc.string().map((text) => `${text}${secret}`),
      fc.constant([secret]),
    );
    fc.assert(
      fc.property(fc.constantFrom(...places), value, (place, given) => {
        const content = changed(format, (file) => {
          const target = place.length === 1 ? file : (file.keys[0] ?? {});
          target[String(place.at(-1))] = given;
        });
        judge(content, secret);
      }),
      { numRuns: 1000 },
    );
  });

  it("may be broken anywhere", () => {
    const { file } = formats[format];
    fc.assert(
      fc.property(fc.nat(file.length - 1), fc.nat(255), fc.nat(3), (at, byte, length) => {
        judge(Buffer.concat([file.subarray(0, at), Buffer.alloc(length, byte), file.subarray(at + 1)]), "\u0000never");
      }),
      { numRuns: 1000 },
    );
  });
});

describe("the digest of a file", () => {
  it("is read aloud by its first twenty digits, in groups of four", () => {
    const digest = digestOf(Buffer.from("abc"));
    expect(digest).toBe("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    expect(spokenDigest(digest)).toBe("ba78 16bf 8f01 cfea 4141");
  });
});
