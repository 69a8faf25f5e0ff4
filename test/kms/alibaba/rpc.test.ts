import type { Clock } from "../../../src/engine/clock";
import { fieldsOf, type RpcCall, rpc } from "../../../src/kms/alibaba/rpc";
import { serviceTime } from "../../../src/kms/service-time";
import { stsService } from "../../../src/kms/alibaba/sts";
import { authorization } from "../../../src/kms/alibaba/signature";
import { silentLog } from "../../../src/engine/log";
import { requestLog } from "../../../src/kms/request-log";
import type { HttpAnswer, HttpRequest } from "../../../src/http/http-sender";

function clockAt(milliseconds: number): Clock & { moment: number } {
  const clock = { moment: milliseconds, now: () => clock.moment, monotonic: () => 0, sleep: async () => {} };
  return clock;
}

const noon = Date.UTC(2026, 0, 1, 12);
const endpoint = new URL("https://kms.example.com:8443/path");

/** Calls an API that answers so, and what it was sent. */
function calling(answer: Partial<HttpAnswer> & { readonly json?: unknown }, clock = clockAt(noon + 500)) {
  const sent: HttpRequest[] = [];
  const signals: unknown[] = [];
  const { json, ...rest } = answer;
  const sender = {
    async send(request: HttpRequest, signal?: AbortSignal): Promise<HttpAnswer> {
      sent.push(request);
      signals.push(signal);
      return { status: 200, headers: {}, body: Buffer.from(JSON.stringify(json ?? {})), ...rest };
    },
    destroy() {},
  };
  const time = serviceTime(clock);
  return { call: rpc(sender, time, requestLog(silentLog, clock)), sent, signals, time, clock };
}

const asked: RpcCall = {
  endpoint,
  action: "DescribeKey",
  version: "2016-01-20",
  parameters: { KeyId: "a b", A: "ä" },
  credentials: { accessKeyId: "id", accessKeySecret: "secret" },
};

describe("a call", () => {
  it("is one POST whose parameters are in the body, with every header that is signed", async () => {
    const { call, sent } = calling({});
    await call(asked);
    expect(sent).toHaveLength(1);
    const [request] = sent;
    if (request === undefined) throw new Error("Nothing was sent.");
    const {
      "x-acs-signature-nonce": nonce,
      "x-acs-content-sha256": hash,
      authorization: signature,
      ...rest
    } = request.headers;
    expect(request).toMatchObject({ method: "POST", url: endpoint, body: "A=%C3%A4&KeyId=a%20b" });
    expect(rest).toEqual({
      host: "kms.example.com:8443",
      accept: "application/json",
      "user-agent": "byok",
      "content-type": "application/x-www-form-urlencoded",
      "content-length": "20",
      "x-acs-action": "DescribeKey",
      "x-acs-version": "2016-01-20",
      "x-acs-date": "2026-01-01T12:00:00Z",
    });
    expect(nonce).toMatch(/^[0-9a-f-]{36}$/);
    expect(hash).toMatch(/^[0-9a-f]{64}$/);
    const { authorization: _, ...headers } = request.headers;
    const signable = { method: "POST", path: "/path", query: {}, headers, body: request.body ?? "" };
    expect(signature).toBe(authorization(signable, { id: "id", secret: "secret" }));
  });

  it("carries the token of temporary credentials, which is signed, and needs no credentials at all", async () => {
    const { call, sent, signals } = calling({});
    const { signal } = new AbortController();
    await call({ ...asked, credentials: { accessKeyId: "id", accessKeySecret: "s", securityToken: "token" } }, signal);
    const { credentials: _, ...unsigned } = asked;
    await call(unsigned);
    expect(sent.map(({ headers }) => headers["x-acs-security-token"])).toEqual(["token", undefined]);
    expect(sent[0]?.headers["authorization"]).toContain(";x-acs-security-token;");
    expect(sent[1]?.headers).not.toHaveProperty("authorization");
    expect(sent[1]?.headers).toHaveProperty("x-acs-signature-nonce");
    expect(signals).toEqual([signal, undefined]);
  });

  it("gives the members of a good answer, with its date", async () => {
    const date = new Date(noon).toUTCString();
    expect(await calling({ json: { a: 1 }, headers: { date } }).call(asked)).toEqual({
      ok: true,
      at: noon / 1000,
      fields: { a: 1 },
    });
    expect(await calling({ status: 204 }).call(asked)).toEqual({ ok: true, at: undefined, fields: {} });
    expect(await calling({ status: 299 }).call(asked)).toMatchObject({ ok: true });
  });

  it.each([199, 300, 400, 500])("gives the error of an answer with the status %d", async (status) => {
    const { call } = calling({ status, json: { Code: "Throttling", Message: "slowly" } });
    expect(await call(asked)).toEqual({ ok: false, at: undefined, status, name: "Throttling", words: "slowly" });
  });

  it.each([{ Code: 7, Message: {} }, {}, [], "x"])("gives an error without a name for %j", async (json) => {
    expect(await calling({ status: 400, json }).call(asked)).toMatchObject({ ok: false, name: "", words: "" });
  });

  it.each(["<html>", "[]", "null", '"x"', ""])("does not trust %j for a good answer", async (text) => {
    await expect(calling({ body: Buffer.from(text) }).call(asked)).rejects.toMatchObject({
      code: "untrusted_answer",
      effectUnknown: true,
      rawMessage: expect.stringContaining("not what Alibaba Cloud answers"),
    });
    expect(fieldsOf(Buffer.from(text))).toBeUndefined();
  });
});

describe("the time of the service", () => {
  it.each([
    ["a minute ahead", 60_000, 0],
    ["more than a minute ahead", 61_000, 61_000],
    ["a minute behind", -60_000, 0],
    ["more than a minute behind", -61_000, -61_000],
  ])("is the local one where that is off by no more than a minute: %s", (_what, off, ahead) => {
    const clock = clockAt(noon);
    const time = serviceTime(clock);
    expect(time.now()).toBe(noon);
    time.heard(noon + off);
    expect(time.now()).toBe(noon + ahead);
    clock.moment += 5_000;
    expect(time.now()).toBe(noon + 5_000 + ahead);
    time.heard(clock.moment);
    expect(time.now()).toBe(clock.moment);
  });

  it("is taken from every answer that has a date, and signs the next request", async () => {
    const later = noon + 3_600_000;
    const { call, sent, time } = calling({ status: 400, headers: { date: new Date(later).toUTCString() } });
    await call(asked);
    await call(asked);
    expect(sent.map(({ headers }) => headers["x-acs-date"])).toEqual(["2026-01-01T12:00:00Z", "2026-01-01T13:00:00Z"]);
    expect(time.now()).toBe(later);
    const dateless = calling({});
    dateless.time.heard(later);
    await dateless.call(asked);
    // What was heard before holds on.
    expect(dateless.time.now()).toBe(later);
  });
});

describe("STS", () => {
  const given = {
    AccessKeyId: "STS.id",
    AccessKeySecret: "s",
    SecurityToken: "t",
    Expiration: "2026-01-01T13:00:00Z",
  };
  const credentials = { accessKeyId: "id", accessKeySecret: "secret" };
  const url = new URL("https://sts.aliyuncs.com");
  const role = { roleArn: "acs:ram::1:role/r" };
  const formOf = ({ body = "" }: HttpRequest) => Object.fromEntries(new URLSearchParams(body));

  it("is asked for a role with everything that is set, signed by the credentials at hand", async () => {
    const { call, sent } = calling({ json: { Credentials: given } });
    const whole = { ...role, sessionName: "me", durationSeconds: 900, externalId: "e", policy: "{}" };
    expect(await stsService(call, url).assumeRole(credentials, whole)).toEqual({
      accessKeyId: "STS.id",
      accessKeySecret: "s",
      securityToken: "t",
      expiresAt: Date.UTC(2026, 0, 1, 13) / 1000,
    });
    await stsService(call, url).assumeRole(credentials, role);
    expect(sent.map(formOf)).toEqual([
      { RoleArn: role.roleArn, RoleSessionName: "me", DurationSeconds: "900", ExternalId: "e", Policy: "{}" },
      { RoleArn: role.roleArn, RoleSessionName: "byok", DurationSeconds: "3600" },
    ]);
    expect(sent[0]?.url).toBe(url);
    expect(sent[0]?.headers).toMatchObject({
      "x-acs-action": "AssumeRole",
      "x-acs-version": "2015-04-01",
      authorization: expect.stringContaining("Credential=id,"),
    });
  });

  it("is asked for a role by a token, unsigned", async () => {
    const { call, sent } = calling({ json: { Credentials: given } });
    await stsService(call, url).assumeRoleWithOidc(role, "provider", "jwt");
    expect(sent.map(formOf)).toEqual([
      {
        RoleArn: role.roleArn,
        RoleSessionName: "byok",
        DurationSeconds: "3600",
        OIDCProviderArn: "provider",
        OIDCToken: "jwt",
      },
    ]);
    expect(sent[0]?.headers["x-acs-action"]).toBe("AssumeRoleWithOIDC");
    expect(sent[0]?.headers).not.toHaveProperty("authorization");
  });

  it.each(["AccessKeyId", "AccessKeySecret", "SecurityToken", "Expiration"])(
    "is not trusted where it leaves out %s",
    async (member) => {
      const { call } = calling({ json: { Credentials: { ...given, [member]: undefined } } });
      await expect(stsService(call, url).assumeRole(credentials, role)).rejects.toMatchObject({
        code: "untrusted_answer",
        effectUnknown: false,
        rawMessage: expect.stringContaining(`The answer to AssumeRole lacks \`${member}\``),
      });
    },
  );

  it("is not trusted without credentials, and has its refusals told", async () => {
    await expect(stsService(calling({}).call, url).assumeRoleWithOidc(role, "p", "t")).rejects.toMatchObject({
      rawMessage: expect.stringContaining("The answer to AssumeRoleWithOIDC lacks `Credentials`"),
    });
    const { call } = calling({ status: 403, json: { Code: "NoPermission", Message: "no" } });
    await expect(stsService(call, url).assumeRole(credentials, role)).rejects.toMatchObject({
      code: "access_denied",
      rawMessage: expect.stringContaining("permission sts:AssumeRole: no"),
    });
  });
});
