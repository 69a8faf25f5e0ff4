import { connect } from "node:net";
import { request } from "node:http";
import type { Emulator } from "../../src/emulator/index";
import { emulator } from "../support/emulator";
import { authorization, send, textOf } from "./support/wire";

describe("hostile requests", () => {
  let kmsEmulator: Emulator;

  beforeAll(async () => {
    kmsEmulator = await emulator();
  });
  afterAll(() => kmsEmulator.close());

  const raw = (headers: Record<string, string>, body: string | Buffer = "{}") =>
    fetch(kmsEmulator.url, { method: "POST", headers, body });
  const signed = { Authorization: authorization("us-east-1"), "X-Amz-Target": "TrentService.ListKeys" };

  /** fetch does not let a caller choose the Host. */
  const statusFor = (host: string): Promise<number | undefined> =>
    new Promise((resolve, reject) => {
      const sent = request({
        host: "127.0.0.1",
        port: kmsEmulator.port,
        method: "POST",
        headers: { ...signed, Host: host },
      });
      sent.on("response", (response) => {
        response.resume();
        resolve(response.statusCode);
      });
      sent.on("error", reject);
      sent.end("{}");
    });

  it("tells of every constraint that members break, and first of what cannot be read", async () => {
    const wrong = { WrappingAlgorithm: "ROT13", WrappingKeySpec: "RSA_2048" };
    expect((await send(kmsEmulator, "GetParametersForImport", wrong)).body).toEqual({
      __type: "ValidationException",
      message:
        "2 validation errors detected: Value null at 'keyId' failed to satisfy constraint: Member must not be null; " +
        "Value 'ROT13' at 'wrappingAlgorithm' failed to satisfy constraint: Member must satisfy enum value set: " +
        "[RSAES_PKCS1_V1_5, RSAES_OAEP_SHA_1, RSAES_OAEP_SHA_256, RSA_AES_KEY_WRAP_SHA_1, RSA_AES_KEY_WRAP_SHA_256, SM2PKE]",
    });
    const tags = [{ TagKey: "" }, { TagKey: "a", TagValue: "b".repeat(257) }];
    const { body } = await send(kmsEmulator, "CreateKey", { Tags: tags });
    expect(textOf(body, "message")).toMatch(
      /^3 validation errors detected: .*'tags\.1\.member\.tagKey'.*; .*'tags\.1\.member\.tagValue'.*; .*'tags\.2\.member\.tagValue'/,
    );
    expect((await send(kmsEmulator, "CreateKey", { KeySpec: "x", Tags: "x" })).body).toEqual({
      __type: "SerializationException",
    });
  });

  it("answers only to loopback names", async () => {
    expect(await statusFor("rebound.example.com")).toBe(403);
    expect(await statusFor("127.0.0.1.example.com:8300")).toBe(403);
    expect(await statusFor("localhost.example.com")).toBe(403);
    expect(await statusFor(`localhost:${kmsEmulator.port}`)).toBe(200);
    expect(await statusFor(`kms.us-east-1.localhost:${kmsEmulator.port}`)).toBe(200);
  });

  it("does not read a body without end", async () => {
    const response = await raw(signed, Buffer.alloc(2 * 1024 * 1024, 32)).catch(() => undefined);
    // The answer may overtake the upload, which then fails on the caller's side.
    expect(response?.status ?? 413).toBe(413);
    expect((await send(kmsEmulator, "ListKeys")).status).toBe(200);
  });

  it.each([
    ["what is no JSON", "DescribeKey", "{"],
    ["an array", "DescribeKey", "[]"],
    ["a text", "DescribeKey", '"x"'],
    ["null", "DescribeKey", "null"],
    ["a number for a text", "DescribeKey", { KeyId: 1 }],
    ["bad base64", "Encrypt", { KeyId: "x", Plaintext: "a*b=" }],
    ["base64 without its padding", "Encrypt", { KeyId: "x", Plaintext: "YQ" }],
    ["a text for a number", "ListKeys", { Limit: "10" }],
    ["a fraction for a whole number", "ListKeys", { Limit: 1.5 }],
    ["a text for a flag", "CreateKey", { MultiRegion: "true" }],
    ["an object for a list", "CreateKey", { Tags: { a: "b" } }],
    ["numbers in a list of tags", "CreateKey", { Tags: [1] }],
    [
      "a text for a time",
      "ImportKeyMaterial",
      { KeyId: "x", ImportToken: "YQ==", EncryptedKeyMaterial: "YQ==", ValidTo: "2027-01-01" },
    ],
  ])("calls %s a SerializationException", async (_what, operation, body) => {
    expect(await send(kmsEmulator, operation, body)).toMatchObject({
      status: 400,
      body: { __type: "SerializationException" },
    });
  });

  it("calls a missing member and one out of bounds a ValidationException", async () => {
    const missing = await send(kmsEmulator, "DescribeKey");
    expect(missing.body).toEqual({
      __type: "ValidationException",
      message:
        "1 validation error detected: Value null at 'keyId' failed to satisfy constraint: Member must not be null",
    });
    expect((await send(kmsEmulator, "ListKeys", { Limit: 1001 })).body["__type"]).toBe("ValidationException");
    expect((await send(kmsEmulator, "DescribeKey", { KeyId: "a".repeat(2049) })).body["__type"]).toBe(
      "ValidationException",
    );
  });

  it("knows only operations of KMS, and none of a prototype", async () => {
    for (const operation of ["Nonsense", "constructor", "__proto__", "toString", ""]) {
      expect(await send(kmsEmulator, operation)).toMatchObject({
        status: 400,
        body: {
          __type: "UnknownOperationException",
          message:
            operation === ""
              ? expect.stringContaining("X-Amz-Target")
              : `The embedded KMS does not know the operation ${operation}. docs/emulator.md lists the operations that it knows.`,
        },
      });
    }
  });

  it("takes __proto__ for a name like any other", async () => {
    for (const name of ["__proto__", "constructor"]) {
      const sent = await send(kmsEmulator, "CreateKey", `{"${name}": {"Origin": "EXTERNAL"}}`);
      expect(sent.body).toMatchObject({
        __type: "UnsupportedOperationException",
        message: expect.stringContaining(name),
      });
    }
    const tagged = await send(kmsEmulator, "CreateKey", '{"Tags": [{"TagKey": "__proto__", "TagValue": "x"}]}');
    const KeyId = textOf(tagged.body, "KeyMetadata.KeyId");
    expect((await send(kmsEmulator, "ListResourceTags", { KeyId })).body["Tags"]).toEqual([
      { TagKey: "__proto__", TagValue: "x" },
    ]);
    const context = '{"KeyId": "KEY", "Plaintext": "YQ==", "EncryptionContext": {"__proto__": "x"}}'.replace(
      "KEY",
      KeyId,
    );
    expect((await send(kmsEmulator, "Encrypt", context)).status).toBe(200);
    expect(Object.hasOwn(Object.prototype, "Origin")).toBe(false);
  });

  it("wants an Authorization header that says where", async () => {
    const { Authorization: _none, ...unsigned } = signed;
    expect(await (await raw(unsigned)).json()).toMatchObject({ __type: "MissingAuthenticationTokenException" });
    expect(await (await raw({ ...signed, Authorization: "Bearer x" })).json()).toMatchObject({
      __type: "IncompleteSignatureException",
    });
  });

  it("speaks to nobody without a target", async () => {
    expect((await fetch(kmsEmulator.url)).status).toBe(404);
    expect((await fetch(`${kmsEmulator.url}//..%2f`)).status).toBe(404);
  });

  it("leaves an idle connection open for as long as anybody may come back to it", async () => {
    const answer = await fetch(kmsEmulator.url, { method: "POST" });
    expect(Number(/timeout=(\d+)/.exec(answer.headers.get("keep-alive") ?? "")?.[1])).toBeGreaterThanOrEqual(600);
  });

  it("survives what is no HTTP", async () => {
    await new Promise<void>((resolve) => {
      const socket = connect(kmsEmulator.port, "127.0.0.1", () => socket.write("\0\0 not HTTP\r\n\r\n"));
      socket.on("close", () => resolve());
      socket.on("error", () => {});
      socket.resume();
    });
    expect((await send(kmsEmulator, "ListKeys")).status).toBe(200);
  });

  it("logs requests without what they carried", async () => {
    kmsEmulator.requests.clear();
    const mark = kmsEmulator.requests.mark();
    await send(kmsEmulator, "Encrypt", { KeyId: "alias/none", Plaintext: "c2VjcmV0" });
    const [entry, ...more] = kmsEmulator.requests.since(mark);
    expect(more).toEqual([]);
    expect(entry).toMatchObject({
      operation: "Encrypt",
      region: "us-east-1",
      keyId: "alias/none",
      keyArn: undefined,
      status: 400,
      errorCode: "NotFoundException",
      accessKeyId: "test",
    });
    expect(JSON.stringify(entry)).not.toContain("c2VjcmV0");
  });
});
