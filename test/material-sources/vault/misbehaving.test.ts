import { generateKeyPairSync } from "node:crypto";
import { writeFile } from "node:fs/promises";
import type { ServerResponse } from "node:http";
import { join } from "node:path";
import * as fc from "fast-check";
import { deadlineAfter } from "../../../src/engine/deadline";
import { openSource } from "../../../src/engine/opened-source";
import { wrappingKeyFrom } from "../../../src/engine/wrapping-key";
import type { KeyMaterialSource } from "../../../src/engine/key-material-source";
import { sourceFromUri } from "../../../src/material-sources/source-uri";
import { systemClock } from "../../../src/system-clock";
import { ByokError } from "../../../src/engine/errors";
import { rejected } from "../../engine/thrown";
import { certificate } from "../../support/certificate";
import { hurriedClock } from "../../support/hurried-clock";
import { type SeenRequest, type StandIn, standInVault } from "../../support/vault/stand-in";
import { startStandIn, type TestVault } from "../../support/vault/subject";
import { inFolder } from "../folder";

const attribute = "key_material_source";
const pair = generateKeyPairSync("rsa", { modulusLength: 2048 });
const wrappingKey = wrappingKeyFrom(pair.publicKey.export({ format: "der", type: "spki" }), "RSA_2048");

let vault: TestVault & { readonly standIn: StandIn };
beforeEach(async () => {
  vault = await startStandIn();
  await vault.createKey("signing", "ecdsa-p256");
  await vault.createKey("data", "aes256-gcm96");
});
afterEach(() => vault.close());

const sourceOf = (path: string, more: object = {}): KeyMaterialSource =>
  sourceFromUri(`vault-transit:${path}`, { attribute, env: vault.env, clock: hurriedClock(), ...more });
const open = (key = "signing?version=1", more: object = {}) => sourceOf(`${vault.mount}/${key}`, more).open();
const seenOf = (method: string, part: string): readonly SeenRequest[] =>
  vault.standIn.requests.filter((one) => one.method === method && one.path.includes(part));

/** Answers so many requests that fit, in place of Vault. */
function answering(part: string, answer: (response: ServerResponse) => void, times = Number.POSITIVE_INFINITY): void {
  let left = times;
  vault.standIn.intercept = ({ path }, response) => {
    if (!path.includes(part) || left-- <= 0) return false;
    answer(response);
    return true;
  };
}
const saying =
  (status: number, json: unknown) =>
  (response: ServerResponse): void =>
    void response.writeHead(status).end(typeof json === "string" ? json : JSON.stringify(json));

describe("a Vault that gives nothing", () => {
  /** Why nothing is on offer, at a plan. */
  const reason = async (key = "signing"): Promise<string> => {
    const { offer } = await openSource(sourceOf(`${vault.mount}/${key}`), {});
    return offer.kind === "none" ? offer.why : offer.kind;
  };

  it("is sealed", async () => {
    vault.standIn.sealed = true;
    expect(await reason()).toMatch(/sealed \(HTTP 503\)\. Unseal it/);
    expect(seenOf("GET", "keys/signing")).toHaveLength(1);
  });

  it("is a standby, and its redirect is followed nowhere", async () => {
    const active = await startStandIn();
    vault.standIn.activeNode = active.url;
    expect(await reason()).toMatch(/sends requests on to another host \(HTTP 307\).*Set VAULT_ADDR to the active node/);
    expect(active.standIn.requests.filter(({ path }) => path.includes("signing"))).toEqual([]);
    await active.close();
  });

  it.each([
    [429, "throttled", /requests come too fast \(HTTP 429\)/, 11],
    [500, "failing", /Vault failed at .* \(HTTP 500\)/, 3],
    [502, "<html>", /Vault failed at .* \(HTTP 502\)/, 3],
    [503, "no leader", /Vault failed at .* \(HTTP 503\)/, 3],
    [412, "behind", /Vault failed at .* \(HTTP 412\)/, 3],
    [400, "bad", /Vault refused the request .* \(HTTP 400\)/, 1],
    [405, "unsupported operation", /does not know `read`/, 1],
  ])("answers %d, and is asked again where that may help", async (status, said, words, times) => {
    answering("keys/signing", saying(status, { errors: [said] }));
    if (status === 405) expect(await rejected(open())).toMatchObject({ code: "wrapper_refused" });
    else expect(await reason()).toMatch(words);
    const before = seenOf("GET", "keys/signing").length;
    expect(before).toBe(times);
  });

  it("is asked again until it answers", async () => {
    answering("keys/signing", saying(429, { errors: [] }), 4);
    expect(await open()).toMatchObject({ shape: { kind: "ec" } });
  });

  it("has deleted the key for now", async () => {
    await vault.admin("POST", `${vault.mount}/keys/signing/soft-delete`);
    expect(await reason()).toMatch(/deleted and waits to be restored/);
    await vault.admin("POST", `${vault.mount}/keys/data/soft-delete`);
    answering("keys/data", saying(200, { data: { type: "aes256-gcm96", exportable: true, latest_version: 1 } }));
    expect(await reason("data?export=true")).toMatch(/deleted and waits to be restored/);
  });

  it("is not there", async () => {
    await vault.standIn.close();
    expect(await reason()).toMatch(/Vault.* could not be reached: nothing listens there \(ECONNREFUSED\).*VAULT_ADDR/);
    vault = await startStandIn();
  });

  it("has let the token expire", async () => {
    const token = await vault.tokenFor(`path "${vault.mount}/*" { capabilities = ["read"] }`);
    const env = { ...vault.env, VAULT_TOKEN: token };
    await open("signing", { env });
    vault.standIn.expire(token);
    const error = await rejected(open("signing", { env }));
    expect(error.message).toMatch(/HTTP 403.*expired/);
    expect(error.message).not.toContain(token);
  });

  it("keeps its keys in a namespace", async () => {
    const admin = { ...vault.env, VAULT_NAMESPACE: "team" };
    const headers = { "x-vault-token": vault.standIn.root, "x-vault-namespace": "team" };
    for (const [path, body] of [
      ["sys/mounts/keys/of/team", { type: "transit" }],
      ["keys/of/team/keys/signing", { type: "ecdsa-p256", exportable: true }],
    ] as const) {
      await fetch(`${vault.url}/v1/${path}`, { method: "POST", headers, body: JSON.stringify(body) });
    }
    const source = sourceOf("keys/of/team/signing", { env: admin });
    expect((await source.open()).shape).toEqual({ kind: "ec", curve: "prime256v1" });
    expect(await rejected(sourceOf("keys/of/team/signing").open())).toMatchObject({ code: "material_unavailable" });
  });

  it("answers too late for the operation, or for anyone who has stopped it", async () => {
    answering("keys/signing", () => {});
    const stop = new AbortController();
    setTimeout(() => stop.abort(), 50);
    expect(await rejected(sourceOf(`${vault.mount}/signing`).open({ signal: stop.signal }))).toMatchObject({
      code: "canceled",
    });
    const over = { deadline: deadlineAfter(0, systemClock) };
    expect(await rejected(sourceOf(`${vault.mount}/signing`).open(over))).toMatchObject({ code: "timeout" });
  });
});

describe("a Vault over TLS", () => {
  it("is known by the certificate that is named, under the name that is named, and shown one", async () => {
    const tls = certificate();
    const secure = await standInVault({ ...tls, ca: tls.cert, requestCert: true, rejectUnauthorized: true });
    await inFolder(async (folder) => {
      await writeFile(join(folder, "cert.pem"), tls.cert);
      await writeFile(join(folder, "key.pem"), tls.key);
      const named = { VAULT_CACERT: join(folder, "cert.pem") };
      const shown = { VAULT_CLIENT_CERT: join(folder, "cert.pem"), VAULT_CLIENT_KEY: join(folder, "key.pem") };
      const env = { VAULT_ADDR: secure.url, VAULT_TOKEN: secure.root, HOME: folder };
      const opening = (more: object) => rejected(sourceOf("transit/absent", { env: { ...env, ...more } }).open());

      expect((await opening({ ...named, ...shown })).message).toContain("(HTTP 404)");
      const unknown = await opening(shown);
      expect(unknown.code).toBe("material_unavailable");
      expect(unknown.message).toMatch(/identity of Vault's endpoint.* could not be verified.*VAULT_CACERT/);
      expect((await opening({ ...named, ...shown, VAULT_TLS_SERVER_NAME: "vault.internal" })).message).toContain(
        "ERR_TLS_CERT_ALTNAME_INVALID",
      );
      expect(await opening(named)).toMatchObject({ code: "material_unavailable" });
      expect(secure.requests).toHaveLength(1);
    });
    await secure.close();
  });
});

describe("an answer that is none of Vault's", () => {
  const secret = "c2VjcmV0LWJ5dGVzLW9mLWEta2V5LXRoYXQtaXMtMzI=";
  it.each<readonly [string, unknown]>([
    ["a page", "<html>Log in</html>"],
    ["nothing", ""],
    ["a list", []],
    ["no data", {}],
    ["no type", { data: { latest_version: 1, keys: {} } }],
    ["no version", { data: { type: "ecdsa-p256", exportable: true, keys: {} } }],
    [
      "versions that are none",
      { data: { type: "ecdsa-p256", exportable: true, latest_version: 1, keys: { latest: {} } } },
    ],
    ["a list of versions", { data: { type: "ecdsa-p256", exportable: true, latest_version: 1, keys: [] } }],
    ["no public key", { data: { type: "ecdsa-p256", exportable: true, latest_version: 1, keys: { 1: {} } } }],
    ["a time for a key", { data: { type: "ecdsa-p256", exportable: true, latest_version: 1, keys: { 1: 12 } } }],
    [
      "a broken public key",
      { data: { type: "ecdsa-p256", exportable: true, latest_version: 1, keys: { 1: { public_key: secret } } } },
    ],
  ])("has %s, and is not trusted", async (_, answer) => {
    answering("keys/signing", saying(200, answer));
    const error = await rejected(open());
    expect(error).toMatchObject({ code: "untrusted_answer", attribute });
    expect(error.message).not.toContain(secret);
  });

  it.each<readonly [string, unknown, string]>([
    ["a page", "<html>", "untrusted_answer"],
    ["no keys", { data: {} }, "untrusted_answer"],
    ["another version", { data: { keys: { 2: secret } } }, "untrusted_answer"],
    ["a number", { data: { keys: { 1: 12 } } }, "untrusted_answer"],
    ["no base64", { data: { keys: { 1: "*" } } }, "malformed_material"],
    ["too few bytes", { data: { keys: { 1: "AAAA" } } }, "malformed_material"],
    ["nothing", { data: { keys: { 1: "" } } }, "material_unavailable"],
  ])("gives %s for the bytes", async (_, answer, code) => {
    answering("export/encryption-key", saying(200, answer));
    const error = await rejected(open("data?export=true&version=1"));
    expect(error).toMatchObject({ code, attribute });
    expect(error.message).not.toContain(secret);
  });

  it.each<readonly [string, unknown, string]>([
    ["a page", "<html>", "untrusted_answer"],
    ["no base64", { data: { keys: { 1: "*" } } }, "untrusted_answer"],
    ["the bare key", { data: { keys: { 1: secret } } }, "wrapper_refused"],
  ])("gives %s for what is wrapped, and nothing is sent", async (_, answer, code) => {
    const material = await open();
    answering("byok-export", saying(200, answer));
    const error = await rejected(material.wrap(wrappingKey, "RSA_AES_KEY_WRAP_SHA_256"));
    expect(error).toMatchObject({ code, attribute });
    expect(error.message).not.toContain(secret);
    expect(await vault.keyNames()).toEqual(["signing", "data"]);
  });

  it("has no end", async () => {
    answering("keys/signing", (response) => {
      response.writeHead(200);
      const more = (): void => {
        while (response.write(Buffer.alloc(1 << 20))) {
          if (response.destroyed) return;
        }
        response.once("drain", more);
      };
      more();
    });
    expect(await rejected(open())).toMatchObject({ code: "untrusted_answer" });
  });

  it("is a key or an error of byok's, whatever it is", async () => {
    const json = fc.oneof(
      fc.string(),
      fc.json(),
      fc
        .record({
          data: fc.record({
            type: fc.constantFrom("ecdsa-p256", "aes256-gcm96", "rsa-2048", "hmac", "ed25519", 1, null),
            exportable: fc.boolean(),
            latest_version: fc.oneof(fc.integer(), fc.string()),
            keys: fc.dictionary(fc.oneof(fc.nat(3).map(String), fc.string()), fc.jsonValue()),
          }),
        })
        .map((value) => JSON.stringify(value)),
    );
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(200, 204, 301, 400, 404, 418), json, async (status, text) => {
        answering("keys/", (response) => void response.writeHead(status).end(text));
        expect(await rejected(open("data?export=true"))).toBeInstanceOf(ByokError);
        expect((await rejected(open())).code).not.toBe("internal");
      }),
      { numRuns: 100 },
    );
  });
});

describe("wrapping by Vault", () => {
  const wrap = async () => (await open()).wrap(wrappingKey, "RSA_AES_KEY_WRAP_SHA_256");

  it("asks for no more than it needs", async () => {
    const material = await open();
    const before = vault.standIn.requests.length;
    await material.wrap(wrappingKey, "RSA_AES_KEY_WRAP_SHA_1");
    const asked = vault.standIn.requests.slice(before).map(({ method, path }) => `${method} ${path}`);
    expect(asked.map((one) => one.replaceAll(/byok-[0-9a-f]{32}/g, "DST").replaceAll(vault.mount, "MOUNT"))).toEqual([
      "GET MOUNT/keys/DST",
      "POST MOUNT/keys/DST/import",
      "GET MOUNT/byok-export/DST/signing/1?hash=SHA1",
      "POST MOUNT/keys/DST/config",
      "DELETE MOUNT/keys/DST",
    ]);
  });

  it("goes on where the answer to the import is lost", async () => {
    const { standIn } = vault;
    let lost = false;
    standIn.intercept = ({ method, path }, response) => {
      if (lost || method !== "POST" || !path.endsWith("/import")) return false;
      lost = true;
      // Vault does its work; only what it says does not arrive.
      response.once("pipe", () => {});
      response.end = ((): ServerResponse => {
        response.socket?.destroy();
        return response;
      }) as typeof response.end;
      return false;
    };
    expect((await wrap()).length).toBeGreaterThan(256);
    expect(await vault.keyNames()).toEqual(["signing", "data"]);
  });

  it.each([
    ["config", "POST"],
    ["keys/byok-", "DELETE"],
  ])("is done where cleaning up fails, with a warning", async (part, method) => {
    const material = await open();
    vault.standIn.intercept = (request, response) => {
      if (request.method !== method || !request.path.includes(part)) return false;
      saying(403, { errors: ["permission denied"] })(response);
      return true;
    };
    await material.wrap(wrappingKey, "RSA_AES_KEY_WRAP_SHA_256");
    expect(material.warnings).toEqual([
      expect.stringMatching(/The key `byok-[0-9a-f]{32}`.* stays in the mount .*\(HTTP 403\).*`vault delete /),
    ]);
  });

  it("does not miss what is gone already", async () => {
    const material = await open();
    answering("keys/byok-", saying(400, { errors: ["error deleting policy x: could not delete key; not found"] }));
    vault.standIn.intercept = (
      (before) => (request: SeenRequest, response: ServerResponse) =>
        request.method === "DELETE" && before(request, response)
    )(vault.standIn.intercept);
    await material.wrap(wrappingKey, "RSA_AES_KEY_WRAP_SHA_256");
    expect(material.warnings).toEqual([]);
  });

  it("cleans up where the operation is stopped in between", async () => {
    const material = await open();
    const stop = new AbortController();
    vault.standIn.intercept = ({ path }) => {
      if (!path.includes("byok-export")) return false;
      stop.abort();
      return true;
    };
    const wrapping = material.wrap(wrappingKey, "RSA_AES_KEY_WRAP_SHA_256", { signal: stop.signal });
    expect(await rejected(wrapping)).toMatchObject({ code: "canceled" });
    expect(await vault.keyNames()).toEqual(["signing", "data"]);
  });

  it.each([
    ["keys/byok-", 403, "permission denied", "material_unavailable"],
    ["import", 403, "permission denied", "material_unavailable"],
    ["import", 500, "the import path cannot be used with an existing key", "wrapper_refused"],
    ["byok-export", 404, "unsupported path", "wrapper_refused"],
    ["byok-export", 400, "key is not exportable", "wrapper_refused"],
    ["byok-export", 400, "version does not exist or cannot be found", "material_unavailable"],
    ["byok-export", 500, "no such source key for export", "material_unavailable"],
    ["byok-export", 500, "key has been soft-deleted", "material_unavailable"],
  ])("fails at %s with %d: %s", async (part, status, said, code) => {
    const material = await open();
    answering(part, saying(status, { errors: [said] }));
    const error = await rejected(material.wrap(wrappingKey, "RSA_AES_KEY_WRAP_SHA_256"));
    expect(error).toMatchObject({ code, attribute });
  });

  it("is not asked for by another algorithm", async () => {
    const material = await open();
    const error = await rejected(material.wrap(wrappingKey, "RSAES_OAEP_SHA_256"));
    expect(error).toMatchObject({ code: "unsupported_wrapping", attribute });
    expect(seenOf("POST", "import")).toEqual([]);
  });
});
