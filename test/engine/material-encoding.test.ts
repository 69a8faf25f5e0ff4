import { createPrivateKey, generateKeyPairSync, randomBytes } from "node:crypto";
import * as fc from "fast-check";
import { ByokError } from "../../src/engine/errors";
import { KeyMaterial } from "../../src/engine/key-material";
import { readPrivateKey } from "../../src/engine/private-key";
import {
  isEmpty,
  isMaterialEncoding,
  type MaterialEncoding,
  materialEncodings,
  readMaterial,
  readMaterialValue,
} from "../../src/engine/material-encoding";
import {
  der,
  ecKey,
  ecParts,
  hex,
  partsOf,
  pem,
  pkcs8,
  pkcs8Of,
  rsa2048,
  sec1,
  spellings,
} from "./private-key-spellings";
import { codeOf, thrown } from "./thrown";

const sizes = [16, 24, 28, 32, 48, 64];
/** Bytes whose hex and base64 are text, and which are no text themselves. */
const binary = (length: number): Buffer => Buffer.from(randomBytes(length).map((byte) => byte | 0x80));
const ed25519 = pkcs8(generateKeyPairSync("ed25519").privateKey);
const p256 = ecKey("prime256v1");
const rsa = rsa2048();

/** A private key of 64 bytes: it could be an HMAC key by its size. */
function shortSecp256k1(): Buffer {
  const { algorithm, inner } = partsOf(ecKey("secp256k1"));
  return pkcs8Of(algorithm, sec1(ecParts(inner).scalar));
}

/** The same in SEC1, in 48 bytes. */
function shortSec1(): Buffer {
  const { inner } = partsOf(ecKey("secp256k1"));
  return sec1(ecParts(inner).scalar, hex("a00706052b8104000a"));
}

const written: Readonly<Record<MaterialEncoding, (bytes: Buffer) => Buffer>> = {
  raw: (bytes) => bytes,
  hex: (bytes) => Buffer.from(bytes.toString("hex")),
  base64: (bytes) => Buffer.from(bytes.toString("base64")),
  pem: (bytes) => pem("PRIVATE KEY", bytes),
  der: (bytes) => bytes,
};

describe("the content of a source", () => {
  it.each(sizes)("is read as raw bytes, hex and base64 of %i bytes when that is said", (length) => {
    const bytes = randomBytes(length);
    for (const encoding of ["raw", "hex", "base64"] as const) {
      expect(readMaterial(written[encoding](bytes), encoding)).toEqual(bytes);
    }
  });

  it.each(sizes)("is read as raw without being told, for %i bytes that are no text", (length) => {
    const bytes = binary(length);
    expect(readMaterial(bytes)).toEqual(bytes);
  });

  it.each(["pem", "der", "hex", "base64"] as const)("is read as a private key in %s, told or not", (encoding) => {
    for (const key of [p256, rsa]) {
      for (const spelling of [key, ...Object.values(spellings(key))]) {
        const content = written[encoding](spelling);
        expect(readMaterial(content)).toEqual(readMaterial(key, "der"));
        expect(readMaterial(content, encoding)).toEqual(readMaterial(key, "der"));
      }
    }
  });

  it("keeps a line feed that belongs to raw bytes", () => {
    const bytes = binary(32);
    bytes[31] = 0x0a;
    bytes[0] = 0x20;
    expect(readMaterial(bytes)).toEqual(bytes);
  });

  it.each([
    ["a line end", "\n"],
    ["a Windows line end", "\r\n"],
    ["blanks", " \t\n"],
  ])("is text whatever follows it: %s", (_, end) => {
    const bytes = randomBytes(32);
    expect(readMaterial(Buffer.from(`${bytes.toString("base64")}${end}`))).toEqual(bytes);
    expect(readMaterial(Buffer.from(`${end}${bytes.toString("hex")}${end}`), "hex")).toEqual(bytes);
    expect(readMaterial(Buffer.concat([Buffer.from(end), pem("PRIVATE KEY", p256), Buffer.from(end)]))).toEqual(p256);
  });

  it("may be text in lines, as base64 and xxd write it", () => {
    const bytes = randomBytes(64);
    const lines = (text: string, width: number): Buffer =>
      Buffer.from(`${text.replace(new RegExp(`.{${width}}`, "g"), "$&\n")}\n`);
    expect(readMaterial(lines(bytes.toString("base64"), 76))).toEqual(bytes);
    expect(readMaterial(lines(bytes.toString("hex"), 60), "hex")).toEqual(bytes);
  });

  it.each(["hex", "base64"] as const)("may be %s behind a byte order mark, as Windows writes it", (encoding) => {
    const bytes = binary(32);
    const marked = Buffer.from(`\u{feff}${bytes.toString(encoding)}\r\n`);
    expect(readMaterial(marked, encoding).equals(bytes)).toBe(true);
    // Without the mark it is read the same, and as little as that where it is ambiguous.
    expect(codeOf(() => readMaterial(marked))).toBe(codeOf(() => readMaterial(marked.subarray(3))));
  });

  it("may have text of other programs before its PEM", () => {
    const content = Buffer.concat([Buffer.from("Bag Attributes\n    friendlyName: p\n"), pem("PRIVATE KEY", p256)]);
    expect(readMaterial(content)).toEqual(p256);
  });

  it.each([
    ["64 hex digits", Buffer.from("ab".repeat(32)), ["raw", "hex", "base64"]],
    ["64 hex digits and a line end", Buffer.from(`${"ab".repeat(32)}\n`), ["hex", "base64"]],
    ["32 hex digits", Buffer.from("ab".repeat(16)), ["raw", "hex", "base64"]],
    ["base64 of 16 bytes", Buffer.from(randomBytes(16).toString("base64")), ["raw", "base64"]],
    ["base64 of 48 bytes", Buffer.from(`${"Z".repeat(63)}+`), ["raw", "base64"]],
  ])("is ambiguous when it is %s", (_, content, encodings) => {
    const error = thrown(() => readMaterial(content));
    expect(error.code).toBe("ambiguous_material");
    for (const encoding of materialEncodings) {
      expect(error.message.includes(`?encoding=${encoding}`)).toBe(encodings.includes(encoding));
    }
  });

  it("says what it can be read as, and how to tell", () => {
    const error = thrown(() => readMaterial(Buffer.from(`${"Z".repeat(63)}+`)));
    expect(error.rawMessage).toBe(
      "The key material can be read in more than one way: raw (64 bytes), base64 (48 bytes). Say which one is meant with `?encoding=raw` or `?encoding=base64`.",
    );
    const hexOrBase64 = thrown(() => readMaterial(Buffer.from(`${"ab".repeat(32)}\n`)));
    expect(hexOrBase64.rawMessage).toContain("hex (32 bytes), base64 (48 bytes). Say which");
  });

  it.each([
    ["PKCS#8 of 64 bytes", shortSecp256k1, 64],
    ["SEC1 of 48 bytes", shortSec1, 48],
  ])("is never raw bytes when it is a whole private key: %s", (_, key, length) => {
    const given = key();
    expect(given).toHaveLength(length);
    const { pkcs8: canonical } = readPrivateKey(given);
    for (const encoding of ["der", "hex", "base64"] as const) {
      expect(readMaterial(written[encoding](given))).toEqual(canonical);
      expect(readMaterial(written[encoding](given), encoding)).toEqual(canonical);
    }
    expect(readMaterialValue(given.toString("base64"))).toEqual(canonical);
    expect(thrown(() => readMaterial(given, "raw")).rawMessage).toBe(
      "These bytes are a whole private key in DER and no raw key. Say `?encoding=der`.",
    );
    expect(KeyMaterial.take(given).shape).toEqual({ kind: "ec", curve: "secp256k1" });
  });

  it("is a private key in PKCS#1 or SEC1 as OpenSSL writes it, in every encoding", () => {
    for (const [type, label, key] of [
      ["pkcs1", "RSA PRIVATE KEY", rsa],
      ["sec1", "EC PRIVATE KEY", p256],
    ] as const) {
      const other = createPrivateKey({ key, format: "der", type: "pkcs8" }).export({ format: "der", type });
      const canonical = readMaterial(key);
      for (const encoding of ["der", "hex", "base64"] as const) {
        expect(readMaterial(written[encoding](other))).toEqual(canonical);
      }
      expect(readMaterial(pem(label, other))).toEqual(canonical);
      expect(readMaterialValue(other.toString("base64"))).toEqual(canonical);
    }
  });

  it("is ambiguous whenever two encodings give different bytes, and unambiguous otherwise", () => {
    const text = fc.oneof(
      fc.uint8Array({ minLength: 15, maxLength: 33 }).map((bytes) => Buffer.from(bytes).toString("hex")),
      fc.base64String({ minLength: 20, maxLength: 100 }),
      fc.constantFrom(...sizes).chain((length) => fc.base64String({ minLength: length, maxLength: length })),
    );
    const content = fc.oneof(
      text.map((value) => Buffer.from(value)),
      text.map((value) => Buffer.from(`${value}\n`)),
      fc.uint8Array({ maxLength: 70 }).map((value) => Buffer.from(value)),
    );
    fc.assert(
      fc.property(content, (given) => {
        const readings = new Set(
          materialEncodings.map((encoding) => outcome(given, encoding)).filter((read) => read !== null),
        );
        const untold = readings.size === 1 ? outcome(given) : codeOf(() => readMaterial(given));
        const [only] = readings;
        expect(untold).toBe(
          readings.size === 1 ? only : readings.size === 0 ? "malformed_material" : "ambiguous_material",
        );
      }),
      { numRuns: 1000 },
    );
  });

  it("gives key material or a ByokError for any bytes", () => {
    const pemLike = fc
      .tuple(
        fc.constantFrom("-----BEGIN ", "-----BEGIN PRIVATE KEY-----"),
        fc.string(),
        fc.constantFrom("", "-----END PRIVATE KEY-----"),
      )
      .map((parts) => Buffer.from(parts.join("\n")));
    const any = fc.oneof(
      fc.uint8Array({ maxLength: 300 }).map((value) => Buffer.from(value)),
      pemLike,
    );
    const encoding = fc.constantFrom(undefined, ...materialEncodings);
    const codes = ["none", "malformed_material", "ambiguous_material", "wrong_material"];
    fc.assert(
      fc.property(any, encoding, (given, told) => {
        expect(codes).toContain(codeOf(() => readMaterial(given, told)));
      }),
      { numRuns: 1000 },
    );
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(codes).toContain(codeOf(() => readMaterialValue(text)));
      }),
    );
  });

  it("has memory of its own, and leaves the content as it was", () => {
    for (const encoding of materialEncodings) {
      const content = written[encoding](encoding === "pem" || encoding === "der" ? p256 : binary(32));
      const before = Buffer.from(content);
      const own = readMaterial(content, encoding);
      expect([own.byteOffset, own.buffer.byteLength]).toEqual([0, own.length]);
      own.fill(0);
      expect(content).toEqual(before);
    }
  });

  it("is empty where it has nothing but blanks, and not as many as a key has bytes", () => {
    for (const text of ["", "\n", " \t\r\n", "\u{feff}\r\n"]) expect(isEmpty(Buffer.from(text))).toBe(true);
    for (const text of ["a", " a\n", " ".repeat(32)]) expect(isEmpty(Buffer.from(text))).toBe(false);
  });

  it("tells encodings from other words", () => {
    expect(materialEncodings.every(isMaterialEncoding)).toBe(true);
    expect(isMaterialEncoding("base32")).toBe(false);
  });
});

const secret = binary(31);
const label = (text: string, body = p256): Buffer => pem(text, body);
const legacyEncrypted = Buffer.from(
  "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-256-CBC,00\n\nAAAA\n-----END RSA PRIVATE KEY-----\n",
);

const refusals: readonly (readonly [string, Buffer, MaterialEncoding | undefined, string, RegExp])[] = [
  ["nothing", Buffer.alloc(0), undefined, "malformed_material", /is empty/],
  [
    "one byte",
    Buffer.from([7]),
    undefined,
    "malformed_material",
    /has 1 byte and cannot be read: a key of 16, 24, 28, 32, 48 or 64 bytes/,
  ],
  ["31 bytes", secret, undefined, "malformed_material", /has 31 bytes/],
  [
    "raw bytes with a line feed behind them",
    Buffer.concat([binary(32), hex("0a")]),
    undefined,
    "malformed_material",
    /Without the 1 blanks or line ends around it, it would be 32 raw bytes/,
  ],
  ["hex of 31 bytes", Buffer.from(secret.toString("hex")), undefined, "malformed_material", /It is hex of 31 bytes/],
  [
    "base64 of 31 bytes",
    Buffer.from(secret.toString("base64")),
    undefined,
    "malformed_material",
    /It is base64 of 31 bytes/,
  ],
  [
    "hex as base64",
    Buffer.from("ab".repeat(33)),
    "base64",
    "malformed_material",
    /cannot be read as base64.*It is hex of 33 bytes/,
  ],
  ["raw bytes as pem", binary(32), "pem", "malformed_material", /cannot be read as pem/],
  ["raw bytes as der", binary(32), "der", "malformed_material", /cannot be read as der/],
  ["a DER key as raw", p256, "raw", "malformed_material", /138 bytes and cannot be read as raw/],
  ["a DER key and more", Buffer.concat([p256, hex("00")]), undefined, "malformed_material", /followed by 1 more bytes/],
  ["a DER key that is cut off", p256.subarray(0, 137), undefined, "malformed_material", /cut off/],
  ["a SEC1 key without its curve", der(0x30, hex("02010104030102030500")), undefined, "malformed_material", /SEC1/],
  ["short DER of another kind", der(0x30, hex("0500")), undefined, "malformed_material", /not a private key in PKCS#8/],
  ["an Ed25519 key, which is as long as an HMAC key", ed25519, undefined, "wrong_material", /Ed25519/],
  ["base64 of an Ed25519 key", Buffer.from(ed25519.toString("base64")), undefined, "wrong_material", /Ed25519/],
  [
    "a PEM that is encrypted",
    label("ENCRYPTED PRIVATE KEY"),
    undefined,
    "malformed_material",
    /must be decrypted first/,
  ],
  ["an old PEM that is encrypted", legacyEncrypted, undefined, "malformed_material", /must be decrypted first/],
  [
    "the parameters of a curve alone",
    label("EC PARAMETERS"),
    undefined,
    "malformed_material",
    /parameters of a curve, and a private key is needed/,
  ],
  [
    "a PEM with backslashes for its line ends",
    Buffer.from(pem("PRIVATE KEY", p256).toString().replaceAll("\n", String.raw`\n`)),
    undefined,
    "malformed_material",
    /the two characters `\\n` where its lines should end.*printf '%b'/,
  ],
  ["a PEM of OpenSSH", label("OPENSSH PRIVATE KEY"), undefined, "malformed_material", /ssh-keygen -p -m PKCS8/],
  ["a PEM of a public key", label("PUBLIC KEY"), undefined, "malformed_material", /the private one is needed/],
  [
    "a PEM of a public key in PKCS#1",
    label("RSA PUBLIC KEY"),
    undefined,
    "malformed_material",
    /the private one is needed/,
  ],
  ["a PEM of a certificate", label("CERTIFICATE"), undefined, "malformed_material", /certificate/],
  ["a PEM of something else", label("X509 CRL"), undefined, "malformed_material", /The PEM holds no private key/],
  ["a PEM with a damaged key", label("PRIVATE KEY", p256.subarray(1)), undefined, "malformed_material", /not in DER/],
  [
    "a PEM without its last line",
    pem("PRIVATE KEY", p256).subarray(0, 100),
    undefined,
    "malformed_material",
    /last line is missing/,
  ],
  [
    "a PEM without the rest of its first line",
    Buffer.from("-----BEGIN PRIVATE"),
    undefined,
    "malformed_material",
    /first line is not whole/,
  ],
  [
    "a PEM with a strange label",
    Buffer.from("-----BEGIN private key-----\n"),
    undefined,
    "malformed_material",
    /first line is not whole/,
  ],
  [
    "a PEM with other text inside",
    Buffer.from("-----BEGIN PRIVATE KEY-----\n%%%%\n-----END PRIVATE KEY-----\n"),
    undefined,
    "malformed_material",
    /is not base64/,
  ],
  [
    "two PEMs",
    Buffer.concat([label("PRIVATE KEY"), label("CERTIFICATE")]),
    undefined,
    "malformed_material",
    /more than one block/,
  ],
  [
    "a PEM and more",
    Buffer.concat([label("PRIVATE KEY"), Buffer.from("x")]),
    undefined,
    "malformed_material",
    /text follows/,
  ],
];

describe("what cannot be read as key material", () => {
  it.each(refusals)("%s is refused, with what was seen", (_, content, encoding, code, words) => {
    const error = thrown(() => readMaterial(content, encoding));
    expect(error.code).toBe(code);
    expect(error.message).toMatch(words);
  });
});

describe("an inline value", () => {
  it.each([16, 24, 28, 32, 48, 64])("is base64 of %i bytes", (length) => {
    const bytes = randomBytes(length);
    expect(readMaterialValue(bytes.toString("base64"))).toEqual(bytes);
  });

  it.each([
    ["as `base64` breaks lines", (text: string) => `${text.replace(/.{76}/g, "$&\n")}\n`],
    ["with Windows line ends", (text: string) => text.replace(/.{10}/g, "$&\r\n")],
    ["with a line end after every character", (text: string) => text.replace(/./g, "$&\n")],
  ])("may be in lines, %s", (_, broken) => {
    for (const bytes of [binary(16), binary(32), binary(64), rsa]) {
      expect(readMaterialValue(broken(bytes.toString("base64")))).toEqual(readMaterial(bytes));
    }
  });

  it("is base64 of a private key in DER", () => {
    for (const spelling of Object.values(spellings(p256))) {
      expect(readMaterialValue(spelling.toString("base64"))).toEqual(p256);
    }
    expect(readMaterialValue(rsa.toString("base64"))).toEqual(readMaterial(rsa));
  });
});

const valueRefusals: readonly (readonly [string, string, string, RegExp])[] = [
  ["nothing", "", "malformed_material", /is empty/],
  ["base64 with a blank", "AAAA AAA", "malformed_material", /it has blanks in it/],
  ["base64 with a tab before its line end", "AAAA\t\n", "malformed_material", /it has blanks in it/],
  ["base64 in lines that lacks a digit", "AAAA\nAAA\n", "malformed_material", /padding or digits are missing/],
  ["the URL alphabet", Buffer.alloc(33, 0xfb).toString("base64url"), "malformed_material", /URL alphabet/],
  [
    "no padding",
    randomBytes(31).toString("base64").replace("==", ""),
    "malformed_material",
    /padding or digits are missing/,
  ],
  ["other characters", "AAAA%%%%", "malformed_material", /characters that are not base64/],
  ["letters beyond ASCII", "ÄÄÄÄ", "malformed_material", /characters that are not base64/],
  ["padding inside", "AA==AAAA", "malformed_material", /padding before its end/],
  ["padding only", "====", "malformed_material", /its last digit has bits to spare|padding/],
  ["spare bits", `${"A".repeat(42)}B=`, "malformed_material", /bits to spare/],
  ["31 bytes", binary(31).toString("base64"), "malformed_material", /The base64 holds 31 bytes/],
  ["an Ed25519 key", ed25519.toString("base64"), "wrong_material", /Ed25519/],
  [
    "an encrypted key",
    der(0x30, hex("3000"), hex("0400")).toString("base64"),
    "malformed_material",
    /must be decrypted first/,
  ],
];

describe("what cannot be an inline value", () => {
  it.each(valueRefusals)("%s is refused, with the reason", (_, text, code, words) => {
    const error = thrown(() => readMaterialValue(text));
    expect(error.code).toBe(code);
    expect(error.message).toMatch(words);
  });
});

describe("no refusal gives away what it refuses", () => {
  const windows = (bytes: Buffer): readonly string[] => {
    const forms = [
      bytes.toString("latin1"),
      bytes.toString("hex"),
      bytes.toString("base64"),
      bytes.toString("base64url"),
    ];
    return forms.flatMap((form) =>
      Array.from({ length: Math.max(0, form.length - 9) }, (_, at) => form.slice(at, at + 10)),
    );
  };
  /** What every PEM and every key of its kind has in common is no secret. */
  const common = /-----|PRIVATE|PUBLIC|CERTIFICATE|PARAMETERS|OPENSSH|X509|base64/i;

  /** The pieces of what was given that the error tells. */
  function leaked(given: Buffer, run: () => unknown): readonly string[] {
    const error = thrown(run);
    const told = [error.message, error.rawMessage, error.stack, String(error.cause), JSON.stringify(error)].join("\n");
    return windows(given).filter((window) => !common.test(window) && told.includes(window));
  }

  it.each(refusals)("from a source: %s", (_, content, encoding) => {
    expect(leaked(content, () => readMaterial(content, encoding))).toEqual([]);
  });

  it.each(valueRefusals)("inline: %s", (_, text) => {
    expect(leaked(Buffer.from(text), () => readMaterialValue(text))).toEqual([]);
  });
});

function outcome(content: Buffer, encoding?: MaterialEncoding): string | null {
  try {
    return readMaterial(content, encoding).toString("hex");
  } catch (error) {
    if (error instanceof ByokError && error.code.endsWith("_material")) return null;
    throw error;
  }
}
