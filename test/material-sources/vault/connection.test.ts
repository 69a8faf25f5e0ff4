import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Environment } from "../../../src/http/surroundings";
import { vaultConnection } from "../../../src/material-sources/vault/connection";
import { thrown } from "../../engine/thrown";
import { certificate } from "../../support/certificate";
import { inFolder } from "../folder";

const source = { name: "vault-transit:transit/payments", attribute: "key_material_source" };
const env: Environment = {
  VAULT_ADDR: "https://vault.example.com:8200",
  VAULT_TOKEN: "hvs.token",
  HOME: "/nonexistent",
};

const connection = (more: Environment = {}) => vaultConnection({ ...env, ...more }, source);
const failure = (more: Environment = {}) => {
  const error = thrown(() => connection(more));
  expect(error.attribute).toBe(source.attribute);
  expect(error.message).toContain("`vault-transit:transit/payments`: ");
  expect(error.message).not.toContain("hvs.");
  return error;
};

describe("a connection to Vault", () => {
  it("is the one that the variables name", () => {
    expect(connection({ VAULT_NAMESPACE: "team", VAULT_TLS_SERVER_NAME: "vault.internal" })).toEqual({
      url: new URL("https://vault.example.com:8200"),
      token: "hvs.token",
      namespace: "team",
      serverName: "vault.internal",
      caBundle: undefined,
      clientCertificate: undefined,
    });
  });

  it("is that of OpenBao where its address is set, with Vault's variables for the rest", () => {
    const bao = { VAULT_ADDR: "", BAO_ADDR: "http://127.0.0.1:8200", BAO_TOKEN: "s.bao", VAULT_NAMESPACE: "team" };
    expect(connection(bao)).toMatchObject({ token: "s.bao", namespace: "team" });
    expect(connection({ BAO_TOKEN: "s.bao" }).token).toBe("hvs.token");
    expect(connection({ BAO_TOKEN: "s.bao", VAULT_TOKEN: "" }).token).toBe("s.bao");
  });

  it("is not guessed between two servers", () => {
    expect(failure({ BAO_ADDR: "https://bao.example.com" })).toMatchObject({ code: "invalid_argument" });
    expect(connection({ BAO_ADDR: env["VAULT_ADDR"] }).token).toBe("hvs.token");
  });

  it("takes the token that a login left", async () => {
    await inFolder(async (HOME) => {
      await writeFile(join(HOME, ".vault-token"), "hvs.from-file\n");
      expect(connection({ HOME, VAULT_TOKEN: undefined }).token).toBe("hvs.from-file");
      expect(connection({ HOME: undefined, USERPROFILE: HOME, VAULT_TOKEN: "" }).token).toBe("hvs.from-file");
      expect(connection({ HOME }).token).toBe("hvs.token");
      await writeFile(join(HOME, ".vault-token"), "\n");
      expect(failure({ HOME, VAULT_TOKEN: "" })).toMatchObject({ code: "material_unavailable" });
    });
  });

  it("has nothing on offer without an address or a token, and says which variables there are", async () => {
    const noAddress = failure({ VAULT_ADDR: undefined });
    expect(noAddress.code).toBe("material_unavailable");
    expect(noAddress.message).toMatch(/VAULT_ADDR.*BAO_ADDR.*VAULT_TOKEN/);
    const noToken = failure({ VAULT_TOKEN: "" });
    expect(noToken.code).toBe("material_unavailable");
    expect(noToken.message).toMatch(/VAULT_TOKEN.*vault login/);
    await inFolder(async (HOME) => {
      await mkdir(join(HOME, ".vault-token"));
      const unreadable = failure({ HOME, VAULT_TOKEN: "" });
      expect(unreadable.code).toBe("material_unavailable");
      expect(unreadable.message).toContain("cannot be read (EISDIR)");
    });
  });

  it.each(["hvs.a b", "hvs.a\nb", "hvs.ü"])("is refused with a token that could be no header", (VAULT_TOKEN) => {
    expect(failure({ VAULT_TOKEN })).toMatchObject({ code: "invalid_argument" });
  });

  it.each([
    ["http://vault.example.com:8200", /plain HTTP to vault\.example\.com:8200/],
    ["vault.example.com:8200", /not a URL like https:/],
    ["unix:///run/vault.sock", /not a URL like https:/],
    ["https://user:secret@vault.example.com", /more than a host, a port and a path/],
    ["https://vault.example.com/?a=b", /more than a host, a port and a path/],
  ])("is refused for %s", (VAULT_ADDR, words) => {
    const error = failure({ VAULT_ADDR });
    expect(error.code).toBe("endpoint_not_allowed");
    expect(error.message).toMatch(words);
    expect(error.message).toContain("VAULT_ADDR");
    expect(error.message).not.toContain("secret");
  });

  it.each(["http://127.0.0.1:8200", "http://[::1]:8200", "http://localhost:8200", "https://vault.example.com/prefix"])(
    "may be to %s",
    (VAULT_ADDR) => {
      expect(connection({ VAULT_ADDR }).url.href).toContain(VAULT_ADDR);
    },
  );

  it.each(["1", "true", "T", "yes"])("verifies who answers, whatever VAULT_SKIP_VERIFY=%s asks for", (word) => {
    for (const name of ["VAULT_SKIP_VERIFY", "BAO_SKIP_VERIFY"]) {
      const error = failure({ [name]: word });
      expect(error.code).toBe("invalid_argument");
      expect(error.message).toMatch(new RegExp(`${name} is set.*VAULT_CACERT`));
    }
  });

  it.each(["", "0", "f", "false", "FALSE"])("goes on with VAULT_SKIP_VERIFY=%s", (VAULT_SKIP_VERIFY) => {
    expect(connection({ VAULT_SKIP_VERIFY }).token).toBe("hvs.token");
  });

  it("shows and trusts the certificates that are named", async () => {
    await inFolder(async (folder) => {
      const { key, cert } = certificate();
      const file = async (name: string, text: string): Promise<string> => {
        await writeFile(join(folder, name), text);
        return join(folder, name);
      };
      const [VAULT_CACERT, VAULT_CLIENT_KEY] = [await file("ca.pem", cert), await file("key.pem", key)];
      expect(connection({ VAULT_CACERT, VAULT_CLIENT_CERT: VAULT_CACERT, VAULT_CLIENT_KEY })).toMatchObject({
        caBundle: cert,
        clientCertificate: { cert, key },
      });
      const broken = await file("broken.pem", "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n");
      const der = await file("ca.der", "0\u0082");
      for (const [more, words] of [
        [{ VAULT_CLIENT_CERT: VAULT_CACERT }, /go together/],
        [{ VAULT_CLIENT_KEY }, /go together/],
        [{ VAULT_CLIENT_CERT: broken, VAULT_CLIENT_KEY }, /cannot be used/],
        [{ VAULT_CACERT: der }, /not PEM/],
        [{ VAULT_CACERT: join(folder, "absent.pem") }, /VAULT_CACERT names cannot be read \(ENOENT\)/],
      ] as const) {
        const error = failure(more);
        expect(error.code).toBe("invalid_argument");
        expect(error.message).toMatch(words);
      }
    });
  });
});
