import { generateKeyPairSync } from "node:crypto";
import { testVaults, type TestVault } from "../../support/vault/subject";

const publicKey = generateKeyPairSync("rsa", { modulusLength: 2048 })
  .publicKey.export({ format: "pem", type: "spki" })
  .toString();
const imported = { type: "rsa-2048", public_key: publicKey };

/** What the product answers to what byok asks, in the order of a life: `MOUNT` is the test's own. */
describe.each(testVaults)("the answers of %s", (_, start) => {
  let vault: TestVault;
  beforeAll(async () => {
    vault = await start();
    await vault.createKey("source", "ecdsa-p256", false);
    await vault.createKey("symmetric", "aes256-gcm96");
  });
  afterAll(() => vault.close());

  const ask = async (method: string, path: string, body?: object, token = vault.env["VAULT_TOKEN"] ?? "") => {
    const response = await fetch(`${vault.url}/v1/${path.replace("MOUNT", vault.mount)}`, {
      method,
      headers: { "x-vault-token": token },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: response.status, text: await response.text() };
  };

  const rows: readonly (readonly [method: string, path: string, status: number, words: RegExp, body?: object])[] = [
    ["GET", "MOUNT/keys/none", 404, /^\{"errors":\[\]\}\s*$/],
    ["GET", "no-such-mount/keys/none", 404, /no handler for route/],
    ["GET", "MOUNT/no-such-path", 404, /unsupported path/],
    ["GET", "MOUNT/byok-export/none/source/1", 500, /no such destination key to export to/],
    ["POST", "MOUNT/keys/wrapping/import", 204, /^$/, imported],
    ["POST", "MOUNT/keys/wrapping/import", 500, /the import path cannot be used with an existing key/, imported],
    [
      "GET",
      "MOUNT/keys/wrapping",
      200,
      /"imported_key":true.*"latest_version":1|"latest_version":1.*"imported_key":true/,
    ],
    ["GET", "MOUNT/byok-export/wrapping/none/1", 500, /no such source key for export/],
    ["GET", "MOUNT/byok-export/wrapping/source/1", 400, /key is not exportable/],
    ["GET", "MOUNT/export/encryption-key/none/1", 404, /"errors":\[\]/],
    ["POST", "MOUNT/keys/source/config", 200, /"exportable":true/, { exportable: true }],
    ["GET", "MOUNT/byok-export/wrapping/source/2", 400, /version does not exist or cannot be found/],
    ["GET", "MOUNT/byok-export/wrapping/source/x", 400, /invalid key version/],
    ["GET", "MOUNT/byok-export/wrapping/source/1?hash=MD5", 500, /unknown hash function: MD5/],
    ["GET", "MOUNT/byok-export/wrapping/source/1?hash=SHA1", 200, /"keys":\{"1":"[A-Za-z0-9+/=]+"\}/],
    ["GET", "MOUNT/export/encryption-key/symmetric/1", 200, /"keys":\{"1":"[A-Za-z0-9+/]{43}="\}/],
    ["DELETE", "MOUNT/keys/wrapping", 400, /deletion is not allowed for this key/],
    ["POST", "MOUNT/keys/wrapping/config", 200, /"deletion_allowed":true/, { deletion_allowed: true }],
    ["DELETE", "MOUNT/keys/wrapping", 204, /^$/],
    ["DELETE", "MOUNT/keys/wrapping", 400, /could not delete key; not found/],
    ["POST", "MOUNT/keys/wrapping/config", 400, /no existing key named wrapping could be found/, {}],
  ];
  const cases = rows.map(([method, path, status, words, body]) => ({ method, path, status, words, body }));

  it.each(cases)("to $method $path: HTTP $status", async ({ method, path, status, words, body }) => {
    const answer = await ask(method, path, body);
    expect(answer).toEqual({ status, text: expect.stringMatching(words) });
  });

  it("are the same to a token that is unknown, or that may not, whatever is there", async () => {
    const token = await vault.tokenFor(`path "elsewhere" { capabilities = ["read"] }`);
    for (const [path, as] of [
      ["MOUNT/keys/source", "hvs.unknown"],
      ["MOUNT/keys/source", token],
      ["MOUNT/keys/none", token],
      ["no-such-mount/keys/none", token],
    ] as const) {
      expect(await ask("GET", path, undefined, as)).toEqual({
        status: 403,
        text: expect.stringContaining("permission denied"),
      });
    }
  });
});
