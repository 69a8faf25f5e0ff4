import { readMaterialValue } from "../../src/engine/material-encoding";
import { readPrivateKey } from "../../src/engine/private-key";
import { answerDate } from "../../src/kms/answer-date";
import { samePolicy } from "../../src/kms/alibaba/policy-document";
import { parseIni } from "../../src/kms/aws/ini";
import { checkedEndpoint } from "../../src/http/endpoint";
import { keyDescription } from "../../src/kms/aws/answers";
import { classified } from "../../src/kms/aws/errors";
import { reader } from "../../src/kms/qkms/answers";
import { decodeJson, decodeValue } from "../../src/terraform/plugin/dynamic-value";
import { numberFromText } from "../../src/terraform/plugin/number";
import { emulatorClock } from "../../src/emulator/clock";
import { publishedPair } from "../support/published-keys";

// What fuzzing has found, in its plainest form. What took the square of its length took minutes for these; a test that
// ran into it again would not come to its end.

const long = 100_000;
const valueError = expect.objectContaining({ name: "ValueError" });

describe("in bounded time", () => {
  it("reads a number of very many digits", () => {
    expect(() => numberFromText(`1.${"0".repeat(long)}1`)).toThrow(valueError);
    expect(() => numberFromText("9".repeat(long))).toThrow(valueError);
    expect(numberFromText(`1.${"0".repeat(10_000)}`)).toBe(1);
  });

  it("says what is wrong with base64", () => {
    expect(() => readMaterialValue(`${"=".repeat(long)}x`)).toThrow("it has padding before its end");
  });

  it("finds the end of a comment", () => {
    expect(parseIni(`[a]\nb = c${" ;".repeat(long)}\r \n`)).toEqual({ a: { b: "c" } });
  });

  it("drops blanks out of base64", () => {
    const bytes = { Token: `${" ".repeat(long)}*` };
    expect(() => reader(bytes, "X").bytes("Token", 64)).toThrow("untrusted_answer");
  });

  it("looks at the numbers of an RSA key", () => {
    const { privateKey } = publishedPair();
    const numbers = privateKey.export({ format: "der", type: "pkcs1" });
    // The last number but grown: the length of what is around it is written again.
    const key = tlv(0x30, numbers.subarray(4), tlv(0x02, Buffer.alloc(40_000, 0x7f)));
    const algorithm = Buffer.from("300d06092a864886f70d0101010500", "hex");
    const der = tlv(0x30, Buffer.from("020100", "hex"), algorithm, tlv(0x04, key));
    expect(() => readPrivateKey(der)).toThrow("longer than any that belongs there");
  });
});

describe("without running out of stack", () => {
  it("compares policies", () => {
    const deep = `{"Version":"1","Statement":${"[".repeat(20_000)}${"]".repeat(20_000)}}`;
    expect(samePolicy(deep, `${deep} `)).toBe(false);
  });

  it("reads values of a dynamic type in values of a dynamic type", () => {
    const level = Buffer.concat([Buffer.of(0x92, 0xc4, 9), Buffer.from('"dynamic"')]);
    const msgpack = Buffer.concat([...Array.from({ length: long }, () => level), Buffer.of(0xc0)]);
    expect(() => decodeValue({ kind: "dynamic" }, { msgpack, json: new Uint8Array() })).toThrow(valueError);
    const json = `${'{"type":"dynamic","value":'.repeat(5_000)}1${"}".repeat(5_000)}`;
    expect(() => decodeJson({ kind: "dynamic" }, json)).toThrow(valueError);
  });
});

describe("as an error that can be told", () => {
  it("refuses an endpoint without end", () => {
    const rules = { service: "KMS", vendor: "X", attribute: "endpoint", example: "https://x", isOwn: () => false };
    const endpoint = { text: `https://${"a".repeat(long)}`, source: "X", reviewed: false };
    expect(() => checkedEndpoint(endpoint, rules)).toThrow(/^.{1,300}$/);
  });

  it("takes an error of AWS whose words are no text", () => {
    const thrown = Object.assign(new Error("x"), { $fault: "client", name: 7, message: { a: 1 } });
    expect(classified(thrown, { action: "kms:DescribeKey", changes: false })).toMatchObject({
      code: "service_refused",
    });
  });

  it.each([{ ReplicaKeys: 1 }, { ReplicaKeys: [null] }, { ReplicaKeys: "x" }])(
    "takes replicas that are none: %j",
    (more) => {
      const Arn = "arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab";
      const metadata = {
        Arn,
        KeyId: "x",
        KeyState: "Enabled",
        Origin: "EXTERNAL",
        KeySpec: "SYMMETRIC_DEFAULT",
        KeyUsage: "ENCRYPT_DECRYPT",
        CreationDate: new Date(0),
        MultiRegion: true,
        MultiRegionConfiguration: { MultiRegionKeyType: "PRIMARY", PrimaryKey: { Arn }, ...more },
      };
      expect(() => keyDescription(JSON.parse(JSON.stringify(metadata)), "DescribeKey")).toThrow("untrusted_answer");
      expect(() => Reflect.apply(keyDescription, undefined, [metadata, "DescribeKey"])).toThrow("untrusted_answer");
    },
  );
});

it.each(["Sat, 13 Sep 275760 00:00:00 GMT", "Thu, 01 Jan -0001 00:00:00 GMT", "soon", undefined])(
  "nobody sets a clock by the date %p",
  (date) => {
    expect(answerDate(date)).toBeUndefined();
  },
);

it("the embedded KMS's clock stays among the years that can be written", () => {
  expect(() => emulatorClock(Date.now).set(8.64e15)).toThrow(TypeError);
  expect(() => emulatorClock(Date.now).set(-1)).toThrow(TypeError);
});

function tlv(tag: number, ...content: readonly Buffer[]): Buffer {
  const body = Buffer.concat(content);
  const length = body.length < 0x80 ? [body.length] : [0x82, body.length >> 8, body.length & 0xff];
  return Buffer.concat([Buffer.of(tag, ...length), body]);
}
