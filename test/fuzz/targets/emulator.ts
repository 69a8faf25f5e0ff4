import { readFileSync } from "node:fs";
import { connect } from "node:net";
import { resolve } from "node:path";
import { type Emulator, startEmulator } from "../../../src/emulator/index";
import {
  alibabaRequest,
  awsRequest,
  bytesOf,
  controlRequest,
  hostileInput,
  hostileRequest,
  qkmsRequest,
  stsRequest,
  type WrittenRequest,
} from "../grammar/http";
import { oddTexts } from "../mutation";
import type { Random } from "../random";
import { noErrors, type Target, WrongResult } from "../target";

const keyId = "1234abcd-12ab-34cd-56ef-1234567890ab";
const tags = [{ TagKey: "a", TagValue: "b" }];
const blob = Buffer.alloc(64, 1).toString("base64");
const policy = JSON.stringify({
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Principal: { AWS: "111122223333" }, Action: "kms:*", Resource: "*" }],
});

/** Inputs of operations that AWS and QKMS have. */
const inputs: Readonly<Record<string, unknown>> = {
  CreateKey: {
    Origin: "EXTERNAL",
    KeySpec: "SYMMETRIC_DEFAULT",
    KeyUsage: "ENCRYPT_DECRYPT",
    Tags: tags,
    Policy: policy,
  },
  DescribeKey: { KeyId: keyId },
  GetParametersForImport: { KeyId: keyId, WrappingAlgorithm: "RSAES_OAEP_SHA_256", WrappingKeySpec: "RSA_2048" },
  ImportKeyMaterial: { KeyId: keyId, ImportToken: blob, EncryptedKeyMaterial: blob, ValidTo: 1_800_000_000 },
  Encrypt: { KeyId: keyId, Plaintext: blob, EncryptionContext: { a: "b" } },
  Decrypt: { CiphertextBlob: blob, KeyId: keyId, EncryptionContext: { a: "b" } },
  PutKeyPolicy: { KeyId: keyId, PolicyName: "default", Policy: policy },
  TagResource: { KeyId: keyId, Tags: tags },
  UntagResource: { KeyId: keyId, TagKeys: ["a"] },
  ListKeys: { Limit: 10, Marker: "x" },
  ScheduleKeyDeletion: { KeyId: keyId, PendingWindowInDays: 7 },
  ReplicateKey: { KeyId: keyId, ReplicaRegion: "eu-west-1" },
  UpdateKeyDescription: { KeyId: keyId, Description: "x" },
  CreateAlias: { AliasName: "alias/a", TargetKeyId: keyId },
  Sign: { KeyId: keyId, Message: blob, MessageType: "DIGEST", SigningAlgorithm: "ECDSA_SHA_256", DryRun: true },
  Verify: { KeyId: keyId, Message: blob, MessageType: "DIGEST", Signature: blob, SigningAlgorithm: "ECDSA_SHA_256" },
  GenerateDataKeyPair: { KeyId: keyId, KeyPairSpec: "ECC_NIST_P256", GrantTokens: [blob] },
  DeriveSharedSecret: { KeyId: keyId, KeyAgreementAlgorithm: "ECDH", PublicKey: blob },
  CreateGrant: {
    KeyId: keyId,
    GranteePrincipal: "arn:aws:iam::111122223333:role/a",
    Operations: ["Encrypt"],
    Constraints: { EncryptionContextSubset: { a: "b" } },
  },
  ListGrants: { KeyId: keyId, Marker: "x" },
  RetireGrant: { GrantToken: blob },
  ListKeyRotations: { KeyId: keyId, IncludeKeyMaterial: "ALL_KEY_MATERIAL" },
};

const alibabaInputs: readonly Readonly<Record<string, string>>[] = [
  { Action: "CreateKey", Origin: "EXTERNAL", KeySpec: "Aliyun_AES_256", Policy: policy },
  { Action: "DescribeKey", KeyId: keyId },
  {
    Action: "GetParametersForImport",
    KeyId: keyId,
    WrappingAlgorithm: "RSAES_OAEP_SHA_256",
    WrappingKeySpec: "RSA_2048",
  },
  {
    Action: "ImportKeyMaterial",
    KeyId: keyId,
    ImportToken: blob,
    EncryptedKeyMaterial: blob,
    KeyMaterialExpireUnix: "0",
  },
  { Action: "Encrypt", KeyId: keyId, Plaintext: blob, EncryptionContext: '{"a":"b"}' },
  { Action: "Decrypt", CiphertextBlob: blob },
  { Action: "TagResource", KeyId: keyId, Tags: JSON.stringify(tags) },
  { Action: "ListKeys", PageNumber: "1", PageSize: "10", Filters: '[{"Key":"KeyState","Values":["Enabled"]}]' },
  { Action: "ListAliasesByKeyId", KeyId: keyId },
  { Action: "GetCallerIdentity", Version: "2015-04-01" },
  { Action: "AssumeRole", Version: "2015-04-01", RoleArn: "acs:ram::1234567890123456:role/x", RoleSessionName: "y" },
];

const controls: readonly (readonly [method: string, name: string, body: unknown])[] = [
  ["GET", "health", {}],
  ["PUT", "clock", { set: "2027-01-01T00:00:00Z" }],
  ["PUT", "clock", { advance: "90d" }],
  ["GET", "requests?since=0", {}],
  ["POST", "faults", { kind: "error", code: "X", operation: "DescribeKey", status: 400 }],
  ["POST", "faults", { kind: "replace", fields: { a: 1 } }],
  ["GET", "faults", {}],
  ["DELETE", "faults?id=1", {}],
  ["POST", "denials", { action: "kms:Encrypt", region: "eu-central-1" }],
  ["GET", "denials", {}],
  ["GET", "environment?format=sh", {}],
  ["POST", "reset", {}],
];

const operations = Object.keys(inputs);

function made(random: Random): Buffer {
  return hostileRequest(random, random.pick(requests)(random));
}

const requests: readonly ((random: Random) => WrittenRequest)[] = [
  (random) => {
    const operation = random.pick(operations);
    return awsRequest(operation, hostileInput(random, inputs[operation]));
  },
  (random) => {
    const operation = random.pick(operations);
    return qkmsRequest(operation, hostileInput(random, inputs[operation]));
  },
  (random) => {
    const parameters = Object.entries(random.pick(alibabaInputs)).map(([name, value]) =>
      name !== "Action" && random.oneIn(3)
        ? [name, random.oneIn(2) ? random.pick(oddTexts) : hostileInput(random, { a: [value] })]
        : [name, value],
    );
    return alibabaRequest({ ...Object.fromEntries(parameters), Format: random.pick(["JSON", "XML"]) }, new Date());
  },
  (random) => {
    const [method, name, body] = random.pick(controls);
    return controlRequest(method, name, hostileInput(random, body));
  },
  (random) =>
    stsRequest(
      `Action=${random.pick(["GetCallerIdentity", "AssumeRole", "X"])}&RoleArn=${encodeURIComponent(Buffer.from(random.pick(oddTexts)).toString())}&RoleSessionName=${random.pick(["xy", "%zz", "&", "="])}`,
    ),
];

/** The HTTP front of the embedded KMS, byte by byte through a socket. */
export const emulatorTargets: readonly Target[] = [
  {
    name: "emulator-http",
    examples: [
      ...operations.map((name) => bytesOf(awsRequest(name, JSON.stringify(inputs[name])))),
      ...operations.slice(0, 6).map((name) => bytesOf(qkmsRequest(name, JSON.stringify(inputs[name])))),
      ...alibabaInputs.map((input) => bytesOf(alibabaRequest(input, new Date()))),
      ...controls.map(([method, name, body]) => bytesOf(controlRequest(method, name, JSON.stringify(body)))),
    ],
    make: made,
    weight: 30,
    mayThrow: noErrors,
    // A list of keys or of requests may be long.
    growth: 1_024,
    open: async () => {
      const kms = await startEmulator({ wrappingKeys: publishedKeys(), now: () => Date.now() });
      let cases = 0;
      return {
        run: async (input) => {
          const answer = await exchanged(kms, input);
          // What a case has set up must not befall the next one.
          kms.faults.clear();
          for (const { action } of kms.permissions.list()) kms.permissions.allow(action);
          kms.clock.set(Date.now());
          checkAnswer(answer);
          cases += 1;
          if (cases % 100 === 0) {
            const health = await exchanged(kms, bytesOf(controlRequest("GET", "health", "")));
            if (!health.includes('"status":"ok"')) throw new WrongResult(`It is not well any more: ${health}`);
            kms.requests.clear();
          }
          return undefined;
        },
        close: () => kms.close(),
      };
    },
  },
];

/** Everything that comes back until the connection ends. */
function exchanged({ port }: Emulator, request: Buffer): Promise<string> {
  return new Promise((resolve_, reject) => {
    const chunks: Buffer[] = [];
    const socket = connect(port, "127.0.0.1", () => socket.end(request));
    socket.on("data", (chunk: Buffer) => chunks.push(chunk));
    // A connection that is torn is an answer too, if the next one is taken.
    socket.on("error", (error) => {
      if ("code" in error && error.code === "ECONNREFUSED") reject(new WrongResult("It listens no more."));
    });
    socket.on("close", () => resolve_(Buffer.concat(chunks).toString("latin1")));
  });
}

/** Nothing, or answers of HTTP; never the error that nobody foresaw, nor where in the source it came from. */
function checkAnswer(answer: string): void {
  if (answer !== "" && !/^HTTP\/1\.1 [1-5]\d\d /.test(answer))
    throw new WrongResult(`No HTTP: ${answer.slice(0, 200)}`);
  if (/HTTP\/1\.1 5\d\d |KMSInternalException|InternalFailure/.test(answer)) {
    throw new WrongResult(`It failed: ${answer.slice(0, 500)}`);
  }
  if (/\n {4}at |node:internal|Invalid Date/.test(answer))
    throw new WrongResult(`It tells too much: ${answer.slice(0, 500)}`);
}

/** Wrapping keys that are published, so that nothing waits for new ones. */
function publishedKeys(): readonly string[] {
  return [2048, 3072, 4096].map((bits) => {
    const path = resolve(`test/vectors/wycheproof/rsa_oaep_${bits}_sha256_mgf1sha256_test.json`);
    const file: { testGroups: { privateKeyPem: string }[] } = JSON.parse(readFileSync(path, "utf8"));
    return file.testGroups[0]?.privateKeyPem ?? "";
  });
}
