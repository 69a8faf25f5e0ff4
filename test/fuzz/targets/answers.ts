import { generateKeyPairSync } from "node:crypto";
import { HttpResponse } from "@smithy/core/protocols";
import { silentLog } from "../../../src/engine/log";
import { requestLog } from "../../../src/kms/request-log";
import type { Clock } from "../../../src/engine/clock";
import { ByokError, isByokError } from "../../../src/engine/errors";
import { formatInstant } from "../../../src/engine/instant";
import type { KeyService } from "../../../src/engine/key-service";
import { wrappingKeyFrom } from "../../../src/engine/wrapping-key";
import { answerDate } from "../../../src/kms/answer-date";
import { fetchedCredentials } from "../../../src/kms/alibaba/fetched-credentials";
import { alibabaKeyService } from "../../../src/kms/alibaba/key-service";
import { rpc } from "../../../src/kms/alibaba/rpc";
import { serviceTime } from "../../../src/kms/service-time";
import { regionClients } from "../../../src/kms/aws/clients";
import { awsKeyService } from "../../../src/kms/aws/key-service";
import type { HttpSender } from "../../../src/http/http-sender";
import { qkmsKeyService } from "../../../src/kms/qkms/key-service";
import { qkmsRequests } from "../../../src/kms/qkms/requests";
import { hostileJson } from "../grammar/json";
import { oddTexts } from "../mutation";
import type { Random } from "../random";
import { byokErrorsOnly, type Target, texts } from "../target";

// An input is an answer as it comes off the wire, whole: two digits that choose the question, three of the status, the
// `Date` up to the end of the line, and the body. Signing and reading are the real ones; only the socket is missing.

const keyId = "1234abcd-12ab-34cd-56ef-1234567890ab";
const awsArn = `arn:aws:kms:eu-central-1:111122223333:key/${keyId}`;
const alibabaArn = `acs:kms:cn-hangzhou:1234567890123456:key/${keyId}`;
const qkmsArn = `arn:verenc:111122223333:key/${keyId}`;

const goodDate = "Thu, 01 Jan 2026 00:00:00 GMT";
const clock: Clock = { now: () => 1_767_225_600_000, monotonic: () => 0, sleep: async () => {} };
const noLog = requestLog(silentLog, clock);
const spki = generateKeyPairSync("rsa", { modulusLength: 2048 }).publicKey.export({ format: "der", type: "spki" });
const token = Buffer.alloc(64, 1);

type Question = readonly [ask: (service: KeyService, arn: string) => Promise<unknown>, answer: unknown];

const write = { token, wrappedMaterial: token, wrappingAlgorithm: "RSAES_OAEP_SHA_256" } as const;
const newKey = { spec: "SYMMETRIC_DEFAULT", usage: "ENCRYPT_DECRYPT", multiRegion: false, tags: {} } as const;

/** The questions that all three are asked, each with a good answer. */
function questions(arn: string, metadata: object, shapes: Readonly<Record<string, unknown>>): readonly Question[] {
  return [
    [(service) => service.describe(arn), { KeyMetadata: metadata }],
    [(service) => service.policy(arn), { Policy: "{}" }],
    [(service) => service.tags(arn), shapes["tags"]],
    [(service) => service.listKeys(undefined), shapes["keys"]],
    [(service) => service.callerAccount(), shapes["account"]],
    [(service) => parameters(service, arn), shapes["parameters"]],
    [(service) => service.importMaterial({ ...write, keyArn: arn }), { KeyId: arn, KeyMaterialId: "ab".repeat(32) }],
    [(service) => service.create(newKey), { KeyMetadata: metadata }],
    [(service) => service.scheduleDeletion(arn, 7), { KeyId: arn, DeletionDate: 1_702_000_000 }],
    [(service) => service.setEnabled(arn, true), {}],
  ];
}

/** Whatever comes as import parameters, nothing but a key as it was asked for is wrapped for. */
async function parameters(service: KeyService, arn: string): Promise<unknown> {
  const { value } = await service.importParameters(arn, "RSAES_OAEP_SHA_256", "RSA_2048");
  // Whose key they are for is compared by the engine, which test/hostile looks at.
  if (value.keyArn !== arn) return undefined;
  return wrappingKeyFrom(value.publicKey, "RSA_2048").spec;
}

const metadata = {
  KeyId: keyId,
  KeyState: "Enabled",
  Origin: "EXTERNAL",
  KeySpec: "SYMMETRIC_DEFAULT",
  KeyUsage: "ENCRYPT_DECRYPT",
  Description: "d",
};
const material = { PublicKey: spki.toString("base64"), ImportToken: token.toString("base64") };

const rotation = { KeyMaterialId: "ab".repeat(32), ImportState: "IMPORTED", KeyMaterialState: "CURRENT" };
const rotations: Question = [
  (service) => service.materials(awsArn),
  { Rotations: [{ ...rotation, ExpirationModel: "KEY_MATERIAL_EXPIRES", ValidTo: 1_800_000_000 }], Truncated: false },
];

const ofAws = questions(
  awsArn,
  {
    ...metadata,
    Arn: awsArn,
    CreationDate: 1_600_000_000.7,
    ExpirationModel: "KEY_MATERIAL_EXPIRES",
    ValidTo: 1_800_000_000,
    MultiRegion: true,
    MultiRegionConfiguration: { MultiRegionKeyType: "PRIMARY", PrimaryKey: { Arn: awsArn }, ReplicaKeys: [] },
  },
  {
    tags: { Tags: [{ TagKey: "a", TagValue: "" }], Truncated: false },
    keys: { Keys: [{ KeyArn: awsArn, KeyId: keyId }], Truncated: true, NextMarker: "next" },
    account:
      "<GetCallerIdentityResponse><GetCallerIdentityResult><Account>111122223333</Account></GetCallerIdentityResult></GetCallerIdentityResponse>",
    parameters: { ...material, KeyId: awsArn, ParametersValidTo: 1_700_086_400.5 },
  },
).with(9, rotations);
const ofAlibaba = questions(
  alibabaArn,
  { ...metadata, Arn: alibabaArn, CreationDate: "2026-01-01T00:00:00Z", MaterialExpireTime: "2027-01-01T00:00:00Z" },
  {
    tags: { Tags: { Tag: [{ TagKey: "a", TagValue: "" }] } },
    keys: { Keys: { Key: [{ KeyArn: alibabaArn, KeyId: keyId }] }, TotalCount: 300 },
    account: { AccountId: "1234567890123456" },
    parameters: { ...material, KeyId: keyId, TokenExpireTime: "2026-01-02T00:00:00Z" },
  },
);
const ofQkms = questions(
  qkmsArn,
  { ...metadata, Arn: qkmsArn, QAccountId: "111122223333", CreationDate: "2023-12-01T00:00:00-07:00", ValidTo: 2e9 },
  {
    tags: { Tags: [{ TagKey: "a", TagValue: null }] },
    keys: { Keys: [{ KeyArn: qkmsArn, KeyId: keyId }], Truncated: true, NextMarker: "next" },
    account: { Keys: [{ KeyArn: qkmsArn, KeyId: keyId }] },
    parameters: { ...material, KeyId: qkmsArn, ParametersValidTo: 1_700_086_400.5 },
  },
);

const refusals: readonly unknown[] = [
  { __type: "com.amazonaws.kms#NotFoundException:http://internal/", message: "no" },
  { Code: "Forbidden.KeyNotFound", Message: "no", RequestId: "r", HostId: "h" },
  { __type: "ThrottlingException" },
  "<ErrorResponse><Error><Code>AccessDenied</Code><Message>no</Message></Error></ErrorResponse>",
];

interface Answer {
  readonly question: number;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

function read(input: Buffer): Answer {
  const text = input.toString("latin1");
  const line = text.indexOf("\n");
  const head = line < 0 ? text : text.slice(0, line);
  const status = Number(head.slice(2, 5));
  const date = head.slice(5);
  return {
    question: (Number(head.slice(0, 2)) || 0) % 10,
    status: status >= 200 && status <= 599 ? status : 200,
    headers: /^[\x20-\x7e]+$/.test(date) ? { date } : {},
    body: line < 0 ? Buffer.alloc(0) : input.subarray(line + 1),
  };
}

function written(question: number, status: number, answer: unknown, day = goodDate): Buffer {
  const body = typeof answer === "string" ? answer : JSON.stringify(answer);
  return Buffer.from(`${String(question).padStart(2, "0")}${status}${day}\n${body}`);
}

function made(random: Random, all: readonly Question[]): Buffer {
  const question = random.below(all.length);
  const refused = random.oneIn(4);
  const good = refused ? random.pick(refusals) : all[question]?.[1];
  const body = typeof good === "string" ? hostileXml(random, good) : hostileJson(random, good);
  const days = [goodDate, "", "Sat, 13 Sep 275760 00:00:00 GMT", "Thu, 01 Jan -0001 00:00:00 GMT", "yesterday", "1e9"];
  const status = refused ? random.pick([400, 403, 404, 429, 500, 503]) : random.pick([200, 200, 200, 204, 301, 307]);
  return written(question, status, body, random.oneIn(3) ? random.pick(days) : goodDate);
}

function hostileXml(random: Random, example: string): string {
  const tags = example.match(/<[^>]+>/g) ?? [];
  const tag = random.pick(tags);
  const depth = random.pick([2, 300, 20_000]);
  const instead = random.pick([
    "",
    tag.repeat(depth),
    `<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>${tag}&b;`,
    "<![CDATA[",
    "<!--",
    "&#0;",
    "&#x110000;",
    `<__proto__>${tag}`,
    random.pick(oddTexts),
    `<${"a".repeat(depth)}>`,
  ]);
  return example.replace(tag, () => instead);
}

function target(name: string, all: readonly Question[], arn: string, weight: number, service: () => Serving): Target {
  return {
    name,
    examples: [
      ...all.map(([, answer], question) => written(question, 200, answer)),
      ...refusals.map((refusal, index) => written(index, 400, refusal)),
    ],
    make: (random) => made(random, all),
    weight,
    mayThrow: byokErrorsOnly,
    open: () => {
      return {
        run: async (input) => {
          // New each time, so that a case does not depend on what the ones before it left behind.
          const { connected, answerWith } = service();
          const answer = read(input);
          answerWith(answer);
          const result = await all[answer.question]?.[0](connected, arn);
          instantsCanBeWritten(result);
          return result;
        },
      };
    },
  };
}

/** Every moment that an answer gave ends up in a sentence or in the state. */
function instantsCanBeWritten(result: unknown): void {
  if (typeof result !== "object" || result === null) return;
  for (const [name, value] of Object.entries(result)) {
    if (typeof value === "number" && /^(at|validTo|creationDate|deletionDate)$/.test(name)) formatInstant(value + year);
    instantsCanBeWritten(value);
  }
}

/** The longest lifetime that is added to a moment, in seconds. */
const year = 400 * 86_400;

interface Serving {
  readonly connected: KeyService;
  readonly answerWith: (answer: Answer) => void;
}

function scripted(): { readonly sender: HttpSender; readonly answerWith: Serving["answerWith"] } {
  let next: Answer = read(Buffer.alloc(0));
  return {
    sender: { send: async () => next, destroy: () => {} },
    answerWith: (answer) => {
      next = answer;
    },
  };
}

function aws(): Serving {
  const { sender, answerWith } = scripted();
  const config = {
    region: "eu-central-1",
    credentials: { accessKeyId: "AKIA", secretAccessKey: "secret" },
    maxAttempts: 1,
    requestHandler: {
      handle: async () => {
        const url = new URL("https://kms.eu-central-1.amazonaws.com");
        const { status, headers, body } = await sender.send({ method: "POST", url, headers: {} });
        // As the request handler of the connection does.
        const { date } = headers;
        const kept: Record<string, string> = date === undefined || answerDate(date) === undefined ? {} : { date };
        return { response: new HttpResponse({ statusCode: status, headers: kept, body }) };
      },
    },
  };
  const clients = regionClients("eu-central-1", { kms: async () => config, sts: async () => config }, noLog);
  return { connected: awsKeyService(clients, clock), answerWith };
}

function alibaba(): Serving {
  const { sender, answerWith } = scripted();
  const url = new URL("https://kms.cn-hangzhou.aliyuncs.com");
  const connected = alibabaKeyService({
    region: "cn-hangzhou",
    kms: url,
    sts: url,
    everywhere: {},
    rpc: rpc(sender, serviceTime(clock), noLog),
    credentials: async () => ({ accessKeyId: "LTAI", accessKeySecret: "secret" }),
    clock,
  });
  return { connected, answerWith };
}

function qkms(): Serving {
  const { sender, answerWith } = scripted();
  const signing = {
    credentials: { accessKeyId: "Q", secretAccessKey: "secret" },
    region: "us-east-1",
    signedHeaders: ["host", "x-amz-date", "x-amz-target"] as const,
  };
  const url = new URL("https://qkms.quilibrium.com/");
  return { connected: qkmsKeyService(qkmsRequests(url, signing, sender, clock, noLog)), answerWith };
}

export const answerTargets: readonly Target[] = [
  target("aws-answers", ofAws, awsArn, 10, aws),
  target("alibaba-answers", ofAlibaba, alibabaArn, 50, alibaba),
  target("qkms-answers", ofQkms, qkmsArn, 40, qkms),
  {
    name: "credential-answers",
    examples: texts(
      '{"Code":"Success","AccessKeyId":"a","AccessKeySecret":"b","SecurityToken":"c","Expiration":"2027-01-01T00:00:00Z"}',
    ),
    make: (random) =>
      Buffer.from(
        hostileJson(random, {
          AccessKeyId: "a",
          AccessKeySecret: "b",
          SecurityToken: "c",
          Expiration: "2027-01-01T00:00:00Z",
        }),
      ),
    weight: 20,
    mayThrow: (error) => byokErrorsOnly(error) && isByokError(error, "credentials_missing"),
    open: () => {
      const { sender, answerWith } = scripted();
      return {
        run: async (body) => {
          answerWith({ question: 0, status: 200, headers: {}, body });
          const { accessKeyId } = await fetchedCredentials(new URL("http://127.0.0.1/"), sender);
          if (accessKeyId === "") throw new ByokError("internal", "There is no id.");
          return accessKeyId;
        },
      };
    },
  },
];
