import { parseDuration } from "../../../src/engine/duration";
import { ByokError } from "../../../src/engine/errors";
import { parseFingerprint } from "../../../src/engine/fingerprint";
import { formatInstant, parseInstant } from "../../../src/engine/instant";
import { jsonMembers, jsonText } from "../../../src/engine/json-bytes";
import { decodeBase64, decodeHex } from "../../../src/engine/text-decoding";
import { parseAlibabaKeyArn } from "../../../src/kms/alibaba/arn";
import * as alibabaPolicy from "../../../src/kms/alibaba/policy-document";
import { parseAwsKeyArn } from "../../../src/kms/aws/arn";
import { parseIni } from "../../../src/kms/aws/ini";
import * as awsPolicy from "../../../src/kms/policy-document";
import { checkedEndpoint } from "../../../src/http/endpoint";
import { isQkmsArn, parseQkmsKeyArn } from "../../../src/kms/qkms/arn";
import { readInstant } from "../../../src/kms/qkms/answers";
import { clean } from "../../../src/kms/quotation";
import { refusalKind } from "../../../src/material-sources/vault/refusals";
import { exportedFrom, transitKeyFrom } from "../../../src/material-sources/vault/transit-answers";
import { parseSourceUri } from "../../../src/material-sources/source-uri";
import { parseFault } from "../../../src/emulator/fault-spec";
import { durationMs } from "../../../src/emulator/clock";
import { hostileJson } from "../grammar/json";
import type { Random } from "../random";
import { byokErrorsOnly, noErrors, parser, type Target, texts, WrongResult } from "../target";

const uuid = "1234abcd-12ab-34cd-56ef-1234567890ab";

const policy = {
  Version: "2012-10-17",
  Statement: [
    {
      Sid: "a",
      Effect: "Allow",
      Principal: { AWS: ["arn:aws:iam::111122223333:root", "111122223333"] },
      Action: ["kms:*", "kms:Decrypt"],
      Resource: "*",
      Condition: { StringEquals: { "aws:x": ["1", 2, true] } },
    },
  ],
};

const transitKeyAnswer = {
  data: {
    type: "ecdsa-p256",
    exportable: true,
    soft_deleted: false,
    latest_version: 1,
    keys: { 1: { public_key: "-----BEGIN PUBLIC KEY-----\nMFkw\n-----END PUBLIC KEY-----\n" } },
  },
};

/** What is read in an answer, or the code of what is refused there. */
function transitAnswer(read: () => unknown): unknown {
  try {
    return read();
  } catch (error) {
    if (error instanceof ByokError) return error.code;
    throw error;
  }
}

/** A long run of one piece between two others: what backtracks needs a very long time for some of these. */
function run(random: Random, ...pieces: readonly string[]): Buffer {
  const times = random.oneIn(25) ? 40_000 : random.pick([1, 3, 30, 300]);
  return Buffer.from(`${random.pick(pieces)}${random.pick(pieces).repeat(times)}${random.pick(pieces)}`);
}

const uriPieces = [
  ...["file:", "exec:", "env:", "ssm:", "//", "../", "%", "%20", "?", "encoding=", "raw", " ", "~", "a"],
  ...["vault-transit:t/", "/", "version=", "version=1", "&", "export=true", ".", "-"],
];

/** The members of an object and their texts, which must be those that `JSON.parse` finds, where it finds an object. */
function jsonRead(input: Buffer): unknown {
  const members = jsonMembers(input);
  const text = input.toString();
  if (members === undefined || !Buffer.from(text).equals(input)) return members;
  const parsed: unknown = JSON.parse(text);
  // Half of a surrogate pair is no character in UTF-8.
  const utf8 = (some: string): string => Buffer.from(some).toString();
  const found = new Map(Object.entries(parsed ?? {}).map(([name, value]) => [utf8(name), value]));
  const isOwn = (value: unknown, bytes: Buffer = Buffer.alloc(0)): boolean =>
    typeof value === "string" ? jsonText(bytes)?.toString() === utf8(value) : jsonText(bytes) === undefined;
  const isSame = [...found].every(([name, value]) => isOwn(value, members.get(name)));
  if (!isSame || found.size !== members.size) throw new WrongResult("JSON.parse finds other members.");
  return members;
}

export const parserTargets: readonly Target[] = [
  parser({
    name: "durations",
    examples: texts("90d", "2160h", "1d12h", "2w3d4h5m6s"),
    make: (random) => run(random, "9", "1d", "d", "w", "0", " ", "-"),
    weight: 60,
    mayThrow: byokErrorsOnly,
    run: (input) => {
      const seconds = parseDuration(input.toString(), "valid_for");
      if (!(Number.isSafeInteger(seconds) && seconds > 0)) throw new WrongResult(`It is ${seconds} seconds.`);
      return seconds;
    },
  }),
  parser({
    name: "instants",
    examples: texts("2027-01-31T12:00:00Z", "2027-01-31T12:00:00.123+01:00", "0001-01-01T00:00:00-23:59"),
    make: (random) => {
      const two = (): string => String(random.below(100)).padStart(2, "0");
      const zone = random.pick(["Z", "z", "", `+${two()}:${two()}`, `-${two()}:${two()}`]);
      return Buffer.from(
        `${two()}${two()}-${two()}-${two()}${random.pick(["T", "t", " "])}${two()}:${two()}:${two()}${random.pick(["", ".", ".5", ".0000000001"])}${zone}`,
      );
    },
    weight: 60,
    mayThrow: byokErrorsOnly,
    run: (input) => {
      const instant = parseInstant(input.toString(), "valid_to");
      // The years 0000 and 9999 with an offset lie outside of the years that can be written.
      const written = formatInstant(instant);
      if (/^\d{4}-/.test(written) && parseInstant(written, "valid_to") !== instant) {
        throw new WrongResult(`${written} is another instant.`);
      }
      return instant;
    },
  }),
  parser({
    name: "qkms-instants",
    examples: texts("2023-12-01T00:00:00-07:00", "1.6E9", "1668815672.0", "2023-12-01 00:00:00+0000"),
    make: (random) => run(random, "9", "1e9", ".", "2023-12-01T00:00:00", "+", "E+"),
    weight: 30,
    mayThrow: noErrors,
    run: (input) => {
      const instant = readInstant(input.toString());
      return instant === undefined ? undefined : formatInstant(instant);
    },
  }),
  parser({
    name: "base64",
    examples: texts("c2VjcmV0", "AAECAw==", "AAEC\nAwQ=\n", ""),
    make: (random) => run(random, "A", "=", "AA==", "\n", "\r\n", "_", "*"),
    weight: 60,
    mayThrow: noErrors,
    growth: 1,
    run: (input) => {
      const bytes = decodeBase64(input);
      if (bytes !== null && bytes.toString("base64") !== input.toString("latin1").replaceAll(/[\r\n]/g, "")) {
        throw new WrongResult("The text is not the only one for its bytes.");
      }
      return bytes;
    },
  }),
  parser({
    name: "hex",
    examples: texts("00ff", "0A0b\n0c", ""),
    make: (random) => run(random, "a", "F", "\n", "g", " "),
    weight: 30,
    mayThrow: noErrors,
    growth: 1,
    run: (input) => {
      const bytes = decodeHex(input);
      const text = input.toString("latin1").replaceAll(/[\r\n]/g, "");
      if (bytes !== null && bytes.toString("hex") !== text.toLowerCase()) throw new WrongResult("Other digits.");
      return bytes;
    },
  }),
  parser({
    name: "aws-arns",
    examples: texts(
      `arn:aws:kms:eu-central-1:111122223333:key/${uuid}`,
      `arn:aws-us-gov:kms:us-gov-west-1:111122223333:key/mrk-${"0".repeat(32)}`,
      "arn:aws:kms:eu-central-1:111122223333:alias/x",
    ),
    make: (random) => run(random, "arn:aws", "-a", ":kms:", "a-1", ":", "/", "1", "alias/", "\n"),
    weight: 40,
    mayThrow: byokErrorsOnly,
    run: (input) => {
      const { partition, region, accountId, keyId } = parseAwsKeyArn(input.toString());
      if (`arn:${partition}:kms:${region}:${accountId}:key/${keyId}` !== input.toString()) {
        throw new WrongResult("The parts are not the whole.");
      }
      return keyId;
    },
  }),
  parser({
    name: "alibaba-arns",
    examples: texts(`acs:kms:cn-hangzhou:1234567890123456:key/${uuid}`, "acs:kms:cn-x:12345:key/key-abcdefgh1"),
    make: (random) => run(random, "acs:", "kms:", "cn-a", ":", "1", "key/", "\u2028"),
    weight: 30,
    mayThrow: byokErrorsOnly,
    run: (input) => parseAlibabaKeyArn(input.toString()),
  }),
  parser({
    name: "qkms-arns",
    examples: texts(
      `arn:verenc:111122223333:key/${uuid}`,
      `arn::verenc:x:key/${uuid}`,
      `arn:aws:verenc:a:b:key/${uuid}`,
    ),
    make: (random) => run(random, "arn:", "verenc:", ":", "key/", "a", "-", ":key/x"),
    weight: 30,
    mayThrow: byokErrorsOnly,
    run: (input) => {
      const text = input.toString();
      const parsed = parseQkmsKeyArn(text);
      if (!isQkmsArn(text)) throw new WrongResult("It is nobody's.");
      return parsed;
    },
  }),
  parser({
    name: "source-uris",
    examples: texts(
      "file:keys/payments.bin?encoding=raw",
      "file:///var/keys/payments.bin",
      "env:PAYMENTS_KEY?encoding=hex",
      "exec:/usr/bin/get-key payments%20eu",
      "vault-transit:team/transit/payments?version=3&export=true",
      "secretsmanager:payments/key?version-id=a1b2c3d4-5678-90ab-cdef-111122223333&field=key&encoding=base64",
      "secretsmanager:arn:aws:secretsmanager:eu-central-1:111122223333:secret:payments/key-a1b2c3",
      "ssm:/payments/key?version=3&region=eu-west-1",
      "alibaba-secrets:acs:kms:cn-hangzhou:1234567890123456:secret/payments?version-id=v1",
    ),
    make: (random) => run(random, ...uriPieces),
    weight: 50,
    mayThrow: byokErrorsOnly,
    run: (input) => parseSourceUri(input.toString(), "key_material_source"),
  }),
  parser({
    name: "transit-answers",
    examples: texts(
      '{"data":{"type":"ecdsa-p256","exportable":true,"latest_version":1,"keys":{"1":{"public_key":"-----BEGIN"}}}}',
      '{"data":{"keys":{"1":"c2VjcmV0"},"name":"payments","type":"aes256-gcm96"}}',
      '{"errors":["1 error occurred:\\n\\t* key is not exportable\\n\\n"]}',
    ),
    make: (random) => Buffer.from(hostileJson(random, transitKeyAnswer)),
    weight: 30,
    mayThrow: byokErrorsOnly,
    run: (input) => {
      const kind = refusalKind(400, input);
      if (kind === undefined) throw new WrongResult("A refusal is none.");
      const key = transitAnswer(() => transitKeyFrom(input));
      return [kind, key, transitAnswer(() => exportedFrom(Buffer.from(input), 1))];
    },
  }),
  parser({
    name: "json-bytes",
    examples: texts(
      '{"SecretString":"{\\"key\\":\\"0a\\"}","VersionId":"v1","a":[1,-2.5e3,true,null,{"b":"\\u00e4\\ud83d\\ude00"}]}',
    ),
    make: (random) => Buffer.from(hostileJson(random, { SecretString: '{"key":"\u00e4"}', Parameter: { Version: 3 } })),
    weight: 50,
    mayThrow: noErrors,
    run: jsonRead,
  }),
  parser({
    name: "fingerprints",
    examples: texts(`cmac:${"0a".repeat(16)}`, `spki:${"0a".repeat(32)}`, `HMAC:${"0A".repeat(32)} `),
    make: (random) => run(random, "cmac:", "0", "a", " ", "spki:"),
    weight: 20,
    mayThrow: byokErrorsOnly,
    run: (input) => parseFingerprint(input.toString(), "fingerprint"),
  }),
  parser({
    name: "aws-policies",
    examples: texts(JSON.stringify(policy)),
    make: (random) => Buffer.from(hostileJson(random, policy)),
    weight: 50,
    mayThrow: byokErrorsOnly,
    run: (input) => policyRead(input, awsPolicy),
  }),
  parser({
    name: "alibaba-policies",
    examples: texts(JSON.stringify({ ...policy, Version: "1" })),
    make: (random) => Buffer.from(hostileJson(random, { ...policy, Version: "1" })),
    weight: 50,
    mayThrow: byokErrorsOnly,
    run: (input) => policyRead(input, alibabaPolicy),
  }),
  parser({
    name: "ini",
    examples: texts(
      "[default]\nregion = eu-central-1\n[profile a]\nservices = s ; comment\n[services s]\nkms =\n  endpoint_url = x\n",
    ),
    make: (random) => run(random, "[", "]", "=", " ;", "#", "\n", "\r", " ", "a=b\n", "[__proto__]\n"),
    weight: 30,
    mayThrow: noErrors,
    run: (input) => parseIni(input.toString()),
  }),
  parser({
    name: "endpoints",
    examples: texts(
      "https://kms.eu-central-1.amazonaws.com",
      "http://127.0.0.1:8300",
      "http://[::1]/",
      "http://2130706433",
    ),
    make: (random) =>
      run(
        random,
        "http://",
        "https://",
        "127.0.0.1",
        "@",
        "localhost",
        ".",
        "[::1]",
        "%00",
        "evil",
        "#",
        "?",
        "\\",
        "/",
        "０",
      ),
    weight: 40,
    mayThrow: byokErrorsOnly,
    run: (input) => {
      const { url } = checkedEndpoint({ text: input.toString(), source: "X", reviewed: false }, rules);
      const loopback = /^(localhost|\[::1\]|127\.\d+\.\d+\.\d+)$/.test(url.hostname);
      if (!loopback && url.host !== "kms.example.com") throw new WrongResult(`${url.host} would be sent to.`);
      return url.href;
    },
  }),
  parser({
    name: "quotations",
    examples: texts("User: arn:aws:iam::111122223333:user/x is not authorized", "A".repeat(100), "0".repeat(64)),
    make: (random) => run(random, "A", "/", "role/", "=", " ", "\u200b", "\n", "0", "x "),
    weight: 30,
    mayThrow: noErrors,
    run: (input) => {
      const words = clean(input.toString());
      if (words.length > 1_001) throw new WrongResult(`It quotes ${words.length} characters.`);
      return words;
    },
  }),
  parser({
    name: "fault-rules",
    examples: texts("ImportKeyMaterial#2 drop-after", "*#* delay:200ms", "CreateKey@eu-west-1#1-3 eventual:3"),
    make: (random) => run(random, "A", "#", "1", "-", "@a", " ", "error:X:500", "delay:1", "ms", "*"),
    weight: 20,
    mayThrow: (error) =>
      error instanceof TypeError && /is not a |of a fault|must be a (?:Region name|key id)/.test(error.message),
    run: (input) => parseFault(input.toString()),
  }),
  parser({
    name: "clock-durations",
    examples: texts("90d", "1d12h", "250ms", "1.5h"),
    make: (random) => run(random, "1", ".5", "d", "ms", "9"),
    weight: 20,
    mayThrow: (error) => error instanceof TypeError && error.message.includes("is not a duration"),
    run: (input) => durationMs(input.toString()),
  }),
];

const rules = {
  service: "KMS",
  vendor: "X",
  attribute: "endpoint",
  example: "https://kms.example.com",
  isOwn: (url: URL) => url.protocol === "https:" && url.host === "kms.example.com",
};

/** A policy is the same as itself, spelled as it may be; what is refused as an argument is compared all the same. */
function policyRead(input: Buffer, { samePolicy, checkPolicy }: typeof alibabaPolicy): unknown {
  const text = input.toString();
  const same = samePolicy(text, `${text} `);
  samePolicy(text, JSON.stringify(policy));
  try {
    checkPolicy(text);
  } catch (error) {
    if (error instanceof ByokError && error.code === "invalid_policy") throw error;
    throw new WrongResult(error instanceof Error ? `checkPolicy: ${error.stack}` : "checkPolicy");
  }
  if (!same) throw new WrongResult("A good policy differs from itself.");
  return undefined;
}
