import { gzipSync } from "node:zlib";
import type { ServerResponse } from "node:http";
import { ByokError, type ErrorCode } from "../../src/engine/errors";
import { ensureKey } from "../../src/engine/external-key";
import { applyMaterial } from "../../src/engine/imported-key-material";
import type { KeyMaterialSource } from "../../src/engine/key-material-source";
import type { KeyRecord } from "../../src/engine/key-record";
import { reportFigures } from "../support/figures";
import { planned, settings } from "../support/imported-key";
import { bytesSource, newBytes } from "../support/life";
import { scriptedServer } from "../kms/aws/scripted-server";
import { type Cloud, clouds, type OpenCloud } from "./clouds";
import { hostilePublicKeys } from "./public-keys";
import {
  type Answer,
  answerWith,
  changed,
  type Fields,
  type Hostile,
  type RewritingProxy,
  rewritingProxy,
} from "./rewriting-proxy";

// Somebody has the endpoint, or stands before it, and answers as he likes. An honest KMS is behind him, so that
// everything but the lie is right.

const counted = { answers: 0, imports: 0, wraps: 0 };
const largestRead = { bytes: 0 };

afterAll(() => {
  reportFigures("hostile-kms", "jest test/hostile", {
    services: clouds.length,
    "hostile answers given before an import": counted.answers,
    "imports sent after one": counted.imports,
    "times that the material was wrapped after one": counted.wraps,
    "most bytes read of an answer without end, in megabytes": Math.ceil(largestRead.bytes / 2 ** 20),
  });
});

describe.each(clouds)("a malicious $title", (cloud: Cloud) => {
  let open: OpenCloud;
  let key: KeyRecord;
  let proxy: RewritingProxy;
  beforeAll(async () => {
    open = await cloud.start();
    key = await open.newKey();
  });
  afterAll(() => open.close());
  beforeEach(async () => {
    proxy = await rewritingProxy(open.port);
  });
  afterEach(() => proxy.close());

  /** What comes of a first import where one operation is lied about. Nothing may have been wrapped, and nothing sent. */
  async function refusedBy(
    operation: string,
    hostile: Hostile,
    changes: Parameters<OpenCloud["runBy"]>[1] = {},
  ): Promise<ErrorCode> {
    proxy.lieAbout(operation, hostile);
    const { source, wraps } = watched();
    const run = open.runBy(proxy.url, changes);
    const error = await applyMaterial(run, settings(key.arn), source, undefined).then(
      ({ error: told }) => told ?? new Error("The import succeeded."),
      (thrown: unknown) => thrown,
    );
    const imports = proxy.taken.filter(({ operation: name }) => name === "ImportKeyMaterial").length;
    counted.answers += 1;
    counted.imports += imports;
    counted.wraps += wraps();
    expect([wraps(), imports]).toEqual([0, 0]);
    if (!(error instanceof ByokError)) throw error;
    expect(error.message.length).toBeLessThan(4_000);
    return error.code;
  }

  const parameters = (change: (fields: Fields, asked: number) => object): Hostile => {
    return async ({ body }, response, honest) => {
      const asked = Number(/RSA_(\d{4})/.exec(body)?.[1] ?? 2048);
      answerWith(
        response,
        changed(await honest(), (fields) => change(fields, asked)),
      );
    };
  };
  const raw =
    (write: (response: ServerResponse) => void): Hostile =>
    (_request, response) =>
      write(response);

  it.each(hostilePublicKeys)("gets nothing wrapped for %s", async (_what, make) => {
    const lie = parameters((_fields, asked) => ({ PublicKey: make(asked).toString("base64") }));
    expect(await refusedBy("GetParametersForImport", lie)).toBe("untrusted_answer");
  });

  it.each<[string, (fields: Fields) => object]>([
    ["no public key", () => ({ PublicKey: undefined })],
    ["null for a public key", () => ({ PublicKey: null })],
    ["a number for a public key", () => ({ PublicKey: 1 })],
    ["an object for a public key", () => ({ PublicKey: { type: "Buffer", data: [1] } })],
    ["a public key that is no base64", () => ({ PublicKey: "not base64 at all" })],
    ["no token", () => ({ ImportToken: undefined })],
    ["an empty token", () => ({ ImportToken: "" })],
    ["a token of megabytes", () => ({ ImportToken: "A".repeat(4 * 1024 * 1024) })],
    ["a number for a token", () => ({ ImportToken: 7 })],
    ["a list for a token", () => ({ ImportToken: ["AA=="] })],
    ["no key id", () => ({ KeyId: undefined })],
    ["another key's id", ({ KeyId }) => ({ KeyId: other(String(KeyId)) })],
    ["a key id in a list", ({ KeyId }) => ({ KeyId: [KeyId] })],
    ["a key id with a blank", ({ KeyId }) => ({ KeyId: `${String(KeyId)} ` })],
    ["a key's id below another name", ({ KeyId }) => ({ KeyId: `${String(KeyId)}/../${String(KeyId)}` })],
    ["what has expired", () => expired],
    ["what expires at no time", () => ({ ParametersValidTo: "soon", TokenExpireTime: "soon" })],
  ])("gets nothing wrapped for %s", async (_what, change) => {
    expect(await refusedBy("GetParametersForImport", parameters(change))).toBe("untrusted_answer");
  });

  it.each<[string, (response: ServerResponse) => void]>([
    [
      "a page of HTML",
      (response) => response.writeHead(200, { "content-type": "text/html" }).end("<html>Sign in</html>"),
    ],
    ["nothing", (response) => response.writeHead(200).end()],
    ["null", (response) => response.end("null")],
    ["a list", (response) => response.end("[]")],
    ["lists in lists", (response) => response.end(`{"KeyId":${"[".repeat(100_000)}${"]".repeat(100_000)}}`)],
    [
      "objects in objects",
      (response) => response.end(`{"PublicKey":${'{"a":'.repeat(100_000)}1${"}".repeat(100_000)}}`),
    ],
    ["a prototype", (response) => response.end('{"__proto__":{"PublicKey":"AA==","ImportToken":"AA=="}}')],
    [
      "what a gzip bomb makes of it",
      (response) =>
        response.writeHead(200, { "content-encoding": "gzip" }).end(gzipSync(Buffer.alloc(64 * 1024 * 1024))),
    ],
  ])("gets nothing wrapped for %s instead of parameters", async (_what, write) => {
    expect(await refusedBy("GetParametersForImport", raw(write))).toBe("untrusted_answer");
  });

  it("is not listened to without end", async () => {
    const code = await refusedBy("GetParametersForImport", raw(endless));
    expect(code).toBe("untrusted_answer");
    largestRead.bytes = Math.max(largestRead.bytes, proxy.sent());
    // What was on the way when it was hung up on counts too.
    expect(proxy.sent()).toBeLessThan(64 * 1024 * 1024);
  });

  it("is not waited for without end, a byte at a time", async () => {
    const code = await refusedBy("GetParametersForImport", raw(dripping), { timeouts: { request: 200 } });
    expect(code).toBe("service_unavailable");
  });

  it.each([301, 302, 303, 307, 308])("sends nobody to another host (%s)", async (status) => {
    await using elsewhere = await scriptedServer((_request, response) => response.end("{}"));
    const lie = raw((response) => response.writeHead(status, { location: elsewhere.url }).end());
    expect(await refusedBy("GetParametersForImport", lie)).toBe("untrusted_answer");
    expect(elsewhere.requests).toEqual([]);
  });

  it("is reported that it sent somebody elsewhere by a header or an error as well", async () => {
    await using elsewhere = await scriptedServer((_request, response) => response.end("{}"));
    const lie = raw((response) =>
      response
        .writeHead(400, { location: elsewhere.url, refresh: `0; url=${elsewhere.url}`, "alt-svc": 'h2="127.0.0.1:1"' })
        .end(JSON.stringify({ __type: "PermanentRedirect", Code: "PermanentRedirect", Endpoint: elsewhere.url })),
    );
    expect(await refusedBy("GetParametersForImport", lie)).toBe("service_refused");
    expect(elsewhere.requests).toEqual([]);
  });

  it.each<[string, (metadata: Fields) => object, ErrorCode]>([
    ["another key", ({ Arn, KeyId }) => ({ Arn: other(String(Arn)), KeyId: other(String(KeyId)) }), "untrusted_answer"],
    ["the key of another account", ({ Arn }) => foreign(Arn), "untrusted_answer"],
    ["no key's name", () => ({ Arn: "x", KeyId: "y" }), "untrusted_answer"],
    ["a key whose bytes it made itself", () => ({ Origin: "AWS_KMS" }), "wrong_origin"],
    ["a key of no known state", () => ({ KeyState: "Excellent" }), "untrusted_answer"],
    [
      "a key of a spec that takes no bytes",
      () => ({ KeySpec: "ML_DSA_87", CustomerMasterKeySpec: "ML_DSA_87" }),
      "unsupported_key_spec",
    ],
    [
      "a key of a spec for other bytes",
      () => ({ KeySpec: "RSA_4096", CustomerMasterKeySpec: "RSA_4096" }),
      "wrong_material",
    ],
    ["a key made at no time", () => ({ CreationDate: {} }), "untrusted_answer"],
  ])("that describes %s is believed no further", async (_what, change, code) => {
    const lie: Hostile = async (_request, response, honest) =>
      answerWith(
        response,
        changed(await honest(), ({ KeyMetadata }) => {
          const metadata: Fields = typeof KeyMetadata === "object" && KeyMetadata !== null ? { ...KeyMetadata } : {};
          return { KeyMetadata: { ...metadata, ...change(metadata) } };
        }),
      );
    const told = await refusedBy("DescribeKey", lie);
    // A spec that a KMS does not have at all is as good as one that takes no bytes.
    expect([code, "unsupported_key_spec"]).toContain(told);
  });

  it("cannot keep anybody turning its pages", async () => {
    const creationToken = "pulumi:test/hostile";
    let pages = 0;
    let first: Promise<Answer> | undefined;
    proxy.lieAbout("ListKeys", async (_request, response, honest) => {
      pages += 1;
      first ??= honest();
      const more = { Truncated: true, NextMarker: "next", TotalCount: 1e9 };
      answerWith(
        response,
        changed(await first, () => more),
      );
    });
    await expect(ensureKey(open.runBy(proxy.url), { ...open.wanted, creationToken }, undefined)).rejects.toMatchObject({
      code: "untrusted_answer",
    });
    // The first page, a hundred that bring nothing new, and the one that is too much.
    expect(pages).toBe(102);
    expect(proxy.taken.filter(({ operation }) => operation === "CreateKey")).toEqual([]);
  });

  it("that says it imported what it did not is found out by the next plan", async () => {
    const { arn } = await open.newKey();
    proxy.lieAbout(
      "ImportKeyMaterial",
      raw((response) => response.end(JSON.stringify({ KeyId: arn }))),
    );
    const { source } = watched();
    const { record } = await applyMaterial(open.runBy(proxy.url), settings(arn), source, undefined);
    const { assessment } = await planned(open.honestRun(), settings(arn), source, record);
    expect(assessment).toMatchObject({ row: "deleted", action: expect.not.stringMatching("none") });
  });
});

describe("a malicious AWS KMS", () => {
  it("cannot pass other material off for what was brought back", async () => {
    const [aws] = clouds;
    if (aws === undefined) throw new Error("There is no AWS.");
    const open = await aws.start();
    const proxy = await rewritingProxy(open.port);
    try {
      const { arn } = await open.newKey();
      const { source } = watched();
      const { record } = await applyMaterial(open.honestRun(), settings(arn, { validFor: "90d" }), source, undefined);
      proxy.lieAbout("ImportKeyMaterial", (_request, response) => {
        response.end(JSON.stringify({ KeyId: arn, KeyMaterialId: "ab".repeat(32) }));
      });
      const changedLifetime = settings(arn, { validFor: "100d" });
      await expect(applyMaterial(open.runBy(proxy.url), changedLifetime, source, record)).rejects.toMatchObject({
        code: "untrusted_answer",
        effectUnknown: true,
      });
      proxy.lieAbout("ImportKeyMaterial", async (_request, response, honest) => {
        answerWith(
          response,
          changed(await honest(), () => ({ KeyMaterialId: undefined })),
        );
      });
      const { record: again } = await applyMaterial(open.runBy(proxy.url), changedLifetime, source, record);
      expect(again.materialId).toBe(record.materialId);
      const imported = proxy.taken.find(({ operation }) => operation === "ImportKeyMaterial");
      expect(imported?.body).toContain(record.materialId);
    } finally {
      await proxy.close();
      await open.close();
    }
  });
});

/** A source that tells how often it was asked to wrap. */
function watched(): { readonly source: KeyMaterialSource; readonly wraps: () => number } {
  const inner = bytesSource(newBytes());
  let count = 0;
  return {
    source: {
      ...inner,
      async open(call) {
        const material = await inner.open(call);
        return {
          fingerprint: material.fingerprint,
          shape: material.shape,
          warnings: material.warnings,
          wrap: (key, algorithm) => {
            count += 1;
            return material.wrap(key, algorithm);
          },
          destroy: () => material.destroy(),
        };
      },
    },
    wraps: () => count,
  };
}

/** The name of a key that is another one, of the same form. */
function other(name: string): string {
  return name.replace(/[0-9a-f]{8}(?=-)/, (digits) => (digits === "00000000" ? "11111111" : "00000000"));
}

function foreign(arn: unknown): object {
  return { Arn: String(arn).replace(/\d{12,16}/, (digits) => "9".repeat(digits.length)) };
}

const expired = { ParametersValidTo: 1_000_000_000, TokenExpireTime: "2001-09-09T01:46:40Z" };

/** An answer that goes on for as long as it is read. */
function endless(response: ServerResponse): void {
  const part = Buffer.alloc(1024 * 1024, " ");
  response.writeHead(200, { "content-type": "application/json" });
  const more = (): void => {
    while (!response.destroyed && response.write(part)) {
      // Until it is reported to wait.
    }
  };
  response.on("drain", more);
  more();
}

/** An answer that never ends and never stands still. */
function dripping(response: ServerResponse): void {
  response.writeHead(200, { "content-type": "application/json" });
  const timer = setInterval(() => void response.write(" "), 10);
  response.on("close", () => clearInterval(timer));
}
