import { runInNewContext } from "node:vm";
import { ByokError } from "../../src/engine/errors";
import { isError, networkError } from "../../src/http/network-errors";

const vendor = { name: "Example Cloud", trusts: "`its_bundle`" };

const thrown = (code: string, more: object = {}): Error => Object.assign(new Error("secret"), { code, ...more });
const timeout = (message: string): Error => Object.assign(new Error(message), { name: "TimeoutError" });

describe("an endpoint that is not reached", () => {
  it.each([
    ["ECONNREFUSED", "nothing listens there"],
    ["ENOTFOUND", "name is not known"],
    ["EAI_AGAIN", "could not be looked up"],
    ["EHOSTUNREACH", "no way to it"],
    ["EHOSTDOWN", "no way to it"],
    ["ENETUNREACH", "no network"],
    ["ENETDOWN", "no network"],
    ["EADDRNOTAVAIL", "no local address left"],
  ])("with %s is reported as one, nothing having been sent", (code, why) => {
    const error = networkError(thrown(code), vendor);
    expect(error).toMatchObject({
      code: "service_unavailable",
      retry: "backoff",
      effectUnknown: false,
      serviceCode: code,
    });
    expect(error?.rawMessage).toMatch(
      new RegExp(`^Example Cloud could not be reached: .*${why}.*\\(${code}\\).* Look at the network`),
    );
  });

  it.each([
    [{ hostname: "kms.example" }, "kms.example"],
    [{ host: "kms.example" }, "kms.example"],
    [{ address: "192.0.2.7" }, "192.0.2.7"],
    [{ hostname: "first.example", host: "second.example", address: "192.0.2.7" }, "first.example"],
    [{ host: "second.example", address: "192.0.2.7" }, "second.example"],
  ])("is named as Node names it: %j", (where, host) => {
    expect(networkError(thrown("ECONNREFUSED", where), vendor)?.rawMessage).toContain(
      `Example Cloud (${host}) could not be reached`,
    );
  });

  it("is not named by what is no text", () => {
    expect(networkError(thrown("ECONNREFUSED", { hostname: 7 }), vendor)?.rawMessage).toContain(
      "Example Cloud could not be reached",
    );
  });

  it("is shown by the first of several attempts", () => {
    const attempts = { errors: [thrown("ENETUNREACH"), thrown("ECONNREFUSED")] };
    expect(networkError(Object.assign(new Error("x"), attempts), vendor)).toMatchObject({ serviceCode: "ENETUNREACH" });
    for (const errors of [[], 7, "ECONNREFUSED", ["ECONNREFUSED"], [undefined]]) {
      expect(networkError(Object.assign(new Error("x"), { errors }), vendor)).toBeUndefined();
    }
  });

  it("may be one that gives no connection in time", () => {
    const slow = networkError(timeout("socket did not establish a connection with the server"), vendor);
    expect(slow).toMatchObject({ retry: "backoff", effectUnknown: false, serviceCode: "TimeoutError" });
    expect(slow?.rawMessage).toContain("no connection within the time for it");
    const late = networkError(thrown("ETIMEDOUT", { syscall: "connect" }), vendor);
    expect(late).toMatchObject({ retry: "backoff", effectUnknown: false, serviceCode: "ETIMEDOUT" });
    // The same words in an error of another kind are no timeout.
    expect(networkError(new Error("did not establish a connection"), vendor)).toBeUndefined();
  });
});

describe("an endpoint that cannot be verified", () => {
  it.each([
    "CERT_HAS_EXPIRED",
    "ERR_TLS_CERT_ALTNAME_INVALID",
    "ERR_SSL_WRONG_VERSION_NUMBER",
    "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
    "SELF_SIGNED_CERT_IN_CHAIN",
    "DEPTH_ZERO_SELF_SIGNED_CERT",
    "HOSTNAME_MISMATCH",
    "INVALID_CA",
    "INVALID_PURPOSE",
    "EPROTO",
  ])("is shown by %s, with what may be trusted instead, and not asked again", (code) => {
    const error = networkError(thrown(code, { host: "kms.example" }), vendor);
    expect(error).toMatchObject({
      code: "service_unavailable",
      retry: "never",
      effectUnknown: false,
      serviceCode: code,
    });
    expect(error?.rawMessage).toContain(`Example Cloud's endpoint (kms.example) could not be verified (${code})`);
    expect(error?.rawMessage).toContain("name its certificates in `its_bundle`");
  });

  it("is not what only speaks of certificates", () => {
    expect(networkError(thrown("MY_CERT_EXPIRED"), vendor)).toBeUndefined();
  });
});

describe("a connection that breaks", () => {
  it.each([
    "ECONNRESET",
    "ECONNABORTED",
    "EPIPE",
    "ETIMEDOUT",
    "ERR_STREAM_PREMATURE_CLOSE",
    "ERR_HTTP2_STREAM_ERROR",
    "HPE_INVALID_CONSTANT",
    "UND_ERR_SOCKET",
  ])("with %s leaves open what was done", (code) => {
    const error = networkError(thrown(code), vendor);
    expect(error).toMatchObject({ code: "service_unavailable", retry: "backoff", effectUnknown: true });
    expect(error?.serviceCode).toBe(code);
    expect(error?.rawMessage).toContain(
      `The connection to Example Cloud broke before its answer was complete (${code}).`,
    );
  });

  it("is not what only sounds like it", () => {
    expect(networkError(thrown("NOT_ECONNRESET"), vendor)).toBeUndefined();
  });

  it("may stand already when a request has no more time", () => {
    const error = networkError(thrown("ETIMEDOUT", { syscall: "read" }), vendor);
    expect(error).toMatchObject({ effectUnknown: true, serviceCode: "ETIMEDOUT" });
  });

  it.each([
    timeout("the answer took too long"),
    Object.assign(timeout("of several"), { errors: [] }),
    new Error("aborted"),
  ])("may have no code: %s", (error) => {
    const told = networkError(error, vendor);
    expect(told).toMatchObject({ code: "service_unavailable", retry: "backoff", effectUnknown: true });
    expect(told?.rawMessage).toContain("was complete. Run again.");
    expect(told?.serviceCode).toBeUndefined();
  });
});

it("takes an answer that the SDK could not read for one that is not the vendor's", () => {
  const error = networkError(Object.assign(new SyntaxError("<html> secret"), { $response: {} }), vendor);
  expect(error).toMatchObject({ code: "untrusted_answer", retry: "never", effectUnknown: true });
  expect(error?.rawMessage).toMatch(/not what Example Cloud answers.*between here and Example Cloud/);
});

it("knows that somebody gave up, which leaves open what was done", () => {
  const error = networkError(Object.assign(new Error("x"), { name: "AbortError" }), vendor);
  expect(error).toMatchObject({ code: "canceled", effectUnknown: true });
  expect(error?.rawMessage).toContain("was canceled. Run it again");
});

it("leaves alone what it knows, and does not know what is something else", () => {
  const known = new ByokError("throttled", "slowly");
  expect(networkError(known, vendor)).toBe(known);
  for (const other of [undefined, "ECONNRESET", { code: "ECONNRESET" }, new TypeError("x"), thrown("EACCES")]) {
    expect(networkError(other, vendor)).toBeUndefined();
  }
  for (const code of [7, ["ECONNRESET"]]) {
    expect(networkError(Object.assign(new Error("x"), { code }), vendor)).toBeUndefined();
  }
});

it("knows errors of another context of the same process", () => {
  const foreign: unknown = runInNewContext("Object.assign(new Error('x'), { code: 'ECONNRESET' })");
  expect(foreign instanceof Error).toBe(false);
  expect(isError(foreign)).toBe(true);
  expect(networkError(foreign, vendor)).toMatchObject({ serviceCode: "ECONNRESET" });
  expect(isError({ message: "x" })).toBe(false);
});
