import { type Emulator, environmentText } from "../../src/emulator/index";
import { emulator } from "../support/emulator";
import { send, textOf } from "./support/wire";

describe("the control endpoints", () => {
  let kmsEmulator: Emulator;

  beforeEach(async () => {
    kmsEmulator = await emulator({ now: () => Date.parse("2027-01-01T00:00:00Z") });
  });
  afterEach(() => kmsEmulator.close());

  const control = async (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) => {
    const response = await fetch(`${kmsEmulator.url}/_byok/${path}`, {
      method,
      headers,
      body: body === undefined || typeof body === "string" ? (body ?? null) : JSON.stringify(body),
    });
    const answer: unknown = await response.json();
    return { status: response.status, answer, date: response.headers.get("date") };
  };

  it("turn the clock, which shows in the Date of every answer", async () => {
    expect(await control("GET", "clock")).toMatchObject({ answer: { now: "2027-01-01T00:00:00.000Z" } });
    expect(await control("PUT", "clock", { advance: "1d12h" })).toMatchObject({
      answer: { now: "2027-01-02T12:00:00.000Z" },
      date: "Sat, 02 Jan 2027 12:00:00 GMT",
    });
    await control("PUT", "clock", { set: "2030-05-06T07:08:09.999Z" });
    expect((await send(kmsEmulator, "ListKeys")).date).toBe("Mon, 06 May 2030 07:08:09 GMT");
    expect((await control("GET", "health")).answer).toMatchObject({ status: "ok", accountId: "111122223333" });
  });

  it("show and clear the requests", async () => {
    await send(kmsEmulator, "ListKeys");
    await send(kmsEmulator, "ListAliases");
    expect(await control("GET", "requests?since=1")).toMatchObject({
      answer: { mark: 2, requests: [{ sequence: 2, operation: "ListAliases" }] },
    });
    await control("DELETE", "requests");
    expect(await control("GET", "requests")).toMatchObject({ answer: { mark: 2, requests: [] } });
  });

  it("add and remove faults and denials", async () => {
    const fault = { operation: "ListKeys", kind: "error", code: "X", times: 0 };
    expect((await control("POST", "faults", fault)).answer).toEqual({ id: 1 });
    expect((await send(kmsEmulator, "ListKeys")).body).toEqual({ __type: "X" });
    expect((await control("GET", "faults")).answer).toMatchObject({ faults: [{ ...fault, id: 1 }] });
    await control("DELETE", "faults?id=1");
    expect((await send(kmsEmulator, "ListKeys")).status).toBe(200);
    await control("POST", "faults", fault);
    await control("DELETE", "faults");
    await control("POST", "denials", { action: "kms:ListKeys", region: "us-east-1" });
    expect((await send(kmsEmulator, "ListKeys")).body["__type"]).toBe("AccessDeniedException");
    expect((await send(kmsEmulator, "ListKeys", {}, "eu-west-1")).status).toBe(200);
    expect((await control("GET", "denials")).answer).toEqual({
      denials: [{ action: "kms:ListKeys", region: "us-east-1" }],
    });
    await control("DELETE", "denials?action=kms:ListKeys");
    expect((await send(kmsEmulator, "ListKeys")).status).toBe(200);
  });

  it.each([
    ["PUT", "clock", {}],
    ["PUT", "clock", { set: "2027-01-01T00:00:00Z", advance: "1d" }],
    ["PUT", "clock", { set: "yesterday" }],
    ["PUT", "clock", { set: null }],
    ["PUT", "clock", { advance: "soon" }],
    ["PUT", "clock", { advance: 1e300 }],
    ["PUT", "clock", "not JSON"],
    ["PUT", "clock", "[]"],
    ["POST", "faults", {}],
    ["POST", "faults", { kind: "explode" }],
    ["POST", "faults", { kind: "error" }],
    ["POST", "faults", { kind: "error", code: "X", status: 200 }],
    ["POST", "faults", { kind: "drop", when: "later" }],
    ["POST", "faults", { kind: "drop", nth: -1 }],
    ["POST", "faults", { kind: "drop", nth: 0 }],
    ["POST", "faults", { kind: "drop", operation: 1 }],
    ["POST", "faults", { kind: "delay" }],
    ["POST", "faults", { kind: "eventual" }],
    ["POST", "faults", { kind: "replace", fields: [] }],
    ["DELETE", "faults?id=x", undefined],
    ["POST", "denials", {}],
    ["POST", "denials", { action: 1 }],
    ["GET", "requests?since=-1", undefined],
    ["GET", "requests?sinse=1", undefined],
    ["GET", "events?since=x", undefined],
    ["DELETE", "faults?idd=1", undefined],
    ["GET", "environment?format=cmd", undefined],
    ["POST", "faults", { kind: "drop", operation: "ImportKeyMatrial" }],
    ["POST", "faults", { kind: "drop", operation: "createkey" }],
    ["POST", "faults", { kind: "drop", opertion: "CreateKey" }],
    ["POST", "faults", { kind: "drop", code: "X" }],
    ["POST", "faults", { kind: "drop", nth: 2, times: 2 }],
    ["POST", "faults", { kind: "drop", region: "us-est 1" }],
    ["POST", "faults", { kind: "drop", keyId: "alias/app" }],
    ["POST", "denials", { action: "kms:ImportKeyMatrial" }],
    ["POST", "denials", { action: "ImportKeyMaterial" }],
    ["POST", "denials", { action: "s3:*" }],
    ["POST", "denials", { action: "kms:Encrypt", keyid: "x" }],
    ["POST", "denials", { action: "kms:Encrypt", keyId: "alias/app" }],
    ["DELETE", "denials?action=kms:ImportKeyMatrial", undefined],
  ])("answer wrong input with a clear error: %s %s %p", async (method, path, body) => {
    expect(await control(method, path, body)).toMatchObject({ status: 400, answer: { message: expect.any(String) } });
  });

  it("begin again, without keys and as it was started", async () => {
    await using started = await emulator({
      now: () => Date.parse("2027-01-01T00:00:00Z"),
      clock: "2030-01-01T00:00:00Z",
      faults: [{ operation: "ListAliases", kind: "error", code: "FromTheStart" }],
      quotas: { CreateKey: 1 },
    });
    const type = async (operation: string, input: object = {}) =>
      (await send(started, operation, input)).body["__type"];
    const { body } = await send(started, "CreateKey");
    const KeyId = textOf(body, "KeyMetadata.KeyId");
    await send(started, "CreateAlias", { AliasName: "alias/app", TargetKeyId: KeyId });
    expect(await type("CreateKey")).toBe("ThrottlingException");
    expect(await type("ListAliases")).toBe("FromTheStart");
    started.clock.advance("400d");
    started.faults.add({ operation: "ListKeys", kind: "error", code: "Later", times: 0 });
    started.permissions.deny("kms:CreateKey");
    const answer = await fetch(`${started.url}/_byok/reset`, { method: "POST" });
    expect([answer.status, await answer.json()]).toEqual([200, {}]);
    expect(started.clock.now()).toEqual(new Date("2030-01-01T00:00:00Z"));
    expect([started.permissions.list(), started.requests.all()]).toEqual([[], []]);
    expect((await send(started, "ListKeys")).body["Keys"]).toEqual([]);
    expect(await type("ListAliases")).toBe("FromTheStart");
    expect((await send(started, "ListAliases")).body["Aliases"]).toEqual([]);
    expect(await type("DescribeKey", { KeyId })).toBe("NotFoundException");
    expect((await send(started, "CreateKey")).status).toBe(200);
    started.clock.advance("1d");
    started.reset();
    expect(started.clock.now()).toEqual(new Date("2030-01-01T00:00:00Z"));
  });

  it("give the environment, as the caller reaches the emulator", async () => {
    const environment = async (query: string) => {
      const response = await fetch(`http://localhost:${kmsEmulator.port}/_byok/environment${query}`);
      return response.text();
    };
    const url = `http://localhost:${kmsEmulator.port}`;
    const variables: unknown = JSON.parse(await environment(""));
    expect(variables).toEqual({
      AWS_ENDPOINT_URL_KMS: url,
      AWS_ENDPOINT_URL_STS: url,
      AWS_REGION: "us-east-1",
      AWS_DEFAULT_REGION: "us-east-1",
      AWS_ACCESS_KEY_ID: "test",
      AWS_SECRET_ACCESS_KEY: "test",
      ALIBABA_CLOUD_KMS_ENDPOINT: url,
      ALIBABA_CLOUD_REGION: "cn-hangzhou",
      ALIBABA_CLOUD_ACCESS_KEY_ID: "test",
      ALIBABA_CLOUD_ACCESS_KEY_SECRET: "test",
      QKMS_ENDPOINT_URL: `${url}/qkms`,
      QKMS_ACCESS_KEY_ID: "test",
      QKMS_SECRET_ACCESS_KEY: "test",
    });
    expect(await environment("?format=sh")).toContain(`export AWS_ENDPOINT_URL_KMS=${url}\n`);
    expect(await environment("?format=fish")).toContain(`set -gx AWS_REGION us-east-1\n`);
    expect(await environment("?format=powershell")).toContain(`$env:AWS_REGION = 'us-east-1'\n`);
    expect(await environment("?format=dotenv")).toContain(`\nAWS_REGION=us-east-1\n`);
  });

  it("quote for the shell what needs it", () => {
    expect(environmentText({ A: "it's $HOME" }, "sh")).toBe(`export A='it'\\''s $HOME'\n`);
    expect(environmentText({ A: "it's" }, "powershell")).toBe(`$env:A = 'it''s'\n`);
  });

  it("name what there is", async () => {
    expect(await control("GET", "nothing")).toMatchObject({
      status: 404,
      answer: {
        message: expect.stringContaining("health, environment, reset, clock, requests, events, faults, denials"),
      },
    });
    expect(await control("POST", "clock", {})).toMatchObject({
      status: 405,
      answer: { message: "/_byok/clock takes GET, PUT." },
    });
  });

  it("are not for web pages", async () => {
    expect(await control("PUT", "clock", { advance: "1d" }, { Origin: "http://localhost:3000" })).toMatchObject({
      status: 403,
    });
  });
});
