import { createPrivateKey, randomBytes } from "node:crypto";
import { type StandIn, standInVault } from "./stand-in";

/** A Vault that a test works with, and what its administrator does there. */
export interface TestVault {
  readonly url: string;
  /** A mount of a Transit engine of this test's own. */
  readonly mount: string;
  /** Absent: a real Vault. */
  readonly standIn?: StandIn;
  /** Variables for a client with all rights. */
  readonly env: Readonly<Record<string, string>>;
  /** A request of the administrator's. Fails the test where Vault refuses it. */
  admin(method: string, path: string, body?: object): Promise<unknown>;
  createKey(name: string, type: string, exportable?: boolean): Promise<void>;
  /** The names of the keys in the mount. */
  keyNames(): Promise<readonly string[]>;
  /** The private number of the first version of a key on a curve, for a test that searches for it. */
  privateNumber(name: string): Promise<Buffer>;
  /** A token that may do what a policy says. */
  tokenFor(policy: string): Promise<string>;
  close(): Promise<void>;
}

/** The Vaults that tests run against: the stand-in, and with `BYOK_VAULT="http://127.0.0.1:8200 TOKEN"` a real one. */
export const testVaults: readonly (readonly [name: string, start: () => Promise<TestVault>])[] = [
  ["the stand-in", startStandIn],
  ...realVault(process.env["BYOK_VAULT"]),
];

export async function startStandIn(): Promise<TestVault & { readonly standIn: StandIn }> {
  const standIn = await standInVault();
  return { ...(await subject(standIn.url, standIn.root, () => standIn.close())), standIn };
}

function realVault(given: string | undefined): typeof testVaults {
  const [url = "", token = ""] = given?.split(" ") ?? [];
  return url === "" ? [] : [["a real Vault", () => subject(url, token, async () => {})]];
}

async function subject(url: string, root: string, close: () => Promise<void>): Promise<TestVault> {
  const mount = `transit-${randomBytes(4).toString("hex")}`;
  const admin: TestVault["admin"] = async (method, path, body) => {
    const response = await fetch(`${url}/v1/${path}`, {
      method,
      headers: { "x-vault-token": root, "x-vault-request": "true" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok && response.status !== 404) throw new Error(`${method} ${path}: HTTP ${response.status} ${text}`);
    return text === "" ? {} : JSON.parse(text);
  };
  await admin("POST", `sys/mounts/${mount}`, { type: "transit" });
  return {
    url,
    mount,
    env: { VAULT_ADDR: url, VAULT_TOKEN: root, HOME: "/nonexistent" },
    admin,
    async createKey(name, type, exportable = true) {
      await admin("POST", `${mount}/keys/${name}`, { type, exportable });
    },
    async keyNames() {
      const { data } = (await admin("GET", `${mount}/keys?list=true`)) as { data?: { keys?: readonly string[] } };
      return data?.keys ?? [];
    },
    async privateNumber(name) {
      const { data } = (await admin("GET", `${mount}/export/signing-key/${name}/1`)) as {
        data: { keys: Record<string, string> };
      };
      return Buffer.from(createPrivateKey(data.keys[1] ?? "").export({ format: "jwk" }).d ?? "", "base64url");
    },
    async tokenFor(policy) {
      const name = `byok-${randomBytes(4).toString("hex")}`;
      await admin("POST", `sys/policies/acl/${name}`, { policy });
      const { auth } = (await admin("POST", "auth/token/create", { policies: [name] })) as {
        auth: { client_token: string };
      };
      return auth.client_token;
    },
    close,
  };
}
