import {
  constants,
  createHmac,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  publicEncrypt,
  randomBytes,
} from "node:crypto";
import { aeskwp } from "@noble/ciphers/aes.js";

/** An answer of Vault's: its status and what is sent as JSON. */
export interface Answer {
  readonly status: number;
  readonly json?: unknown;
}

interface Version {
  readonly privateKey?: KeyObject | undefined;
  readonly publicKey?: KeyObject | undefined;
  readonly bytes?: Buffer | undefined;
  readonly created: number;
}

interface TransitKey {
  readonly type: string;
  exportable: boolean;
  deletionAllowed: boolean;
  minDecryptionVersion: number;
  softDeleted: boolean;
  readonly imported: boolean;
  readonly versions: Version[];
}

export type Fields = Readonly<Record<string, unknown>>;

/** What Vault answers with errors of its own code: as a failure of the server. */
const failure = (words: string): Answer => ({
  status: 500,
  json: { errors: [`1 error occurred:\n\t* ${words}\n\n`] },
});
const refusal = (words: string, status = 400): Answer => ({ status, json: { errors: [words] } });
const nothing: Answer = { status: 404, json: { errors: [] } };
const done: Answer = { status: 204 };

/** Bytes of symmetric keys by their types. */
const sizes: Readonly<Record<string, number>> = {
  "aes128-gcm96": 16,
  "aes256-gcm96": 32,
  "chacha20-poly1305": 32,
  hmac: 32,
};
const curves: Readonly<Record<string, string>> = {
  "ecdsa-p256": "P-256",
  "ecdsa-p384": "P-384",
  "ecdsa-p521": "P-521",
};

/** A Transit engine as OpenBao 2.6 and Vault 1.14 have it, as far as byok and the tests ask. */
export class TransitEngine {
  readonly #keys = new Map<string, TransitKey>();

  /** The names of its keys. */
  get names(): readonly string[] {
    return [...this.#keys.keys()];
  }

  /** What a key is, for a test that compares. */
  privateKey(name: string, version: number): KeyObject | undefined {
    return this.#keys.get(name)?.versions[version - 1]?.privateKey;
  }

  /** The bytes of a symmetric key, for a test that compares. */
  bytes(name: string, version: number): Buffer | undefined {
    return this.#keys.get(name)?.versions[version - 1]?.bytes;
  }

  answer(method: string, path: readonly string[], query: URLSearchParams, fields: Fields): Answer {
    const [area = "", name = "", ...rest] = path;
    if (area === "keys" && name === "")
      return this.names.length === 0 ? nothing : { status: 200, json: { data: { keys: this.names } } };
    if (area === "keys" && rest.length === 0) return this.#key(method, name, fields);
    if (area === "keys" && method === "POST") return this.#change(name, rest.join("/"), fields);
    if (method === "GET" && area === "export") return this.#export(name, rest[0] ?? "", rest[1] ?? "");
    if (method === "GET" && area === "byok-export") {
      return this.#byokExport(name, rest[0] ?? "", rest[1] ?? "", query.get("hash") ?? "SHA256");
    }
    return { status: 404, json: { errors: ["unsupported path"] } };
  }

  #key(method: string, name: string, fields: Fields): Answer {
    const key = this.#keys.get(name);
    if (method === "POST") {
      const { type = "aes256-gcm96", exportable = false } = fields;
      this.#keys.set(name, key ?? newKey(String(type), exportable === true, generated(String(type)), false));
      return { status: 200, json: { data: described(name, this.#keys.get(name)) } };
    }
    if (method === "GET") return key === undefined ? nothing : { status: 200, json: { data: described(name, key) } };
    if (key === undefined) return refusal(`error deleting policy ${name}: could not delete key; not found`);
    if (!key.deletionAllowed) return refusal(`error deleting policy ${name}: deletion is not allowed for this key`);
    this.#keys.delete(name);
    return done;
  }

  #change(name: string, what: string, fields: Fields): Answer {
    const key = this.#keys.get(name);
    if (what === "import") {
      if (key !== undefined) {
        return failure(
          "the import path cannot be used with an existing key; use import-version to rotate an existing imported key",
        );
      }
      const publicKey = createPublicKey(String(fields["public_key"]));
      this.#keys.set(name, newKey(String(fields["type"]), false, { publicKey, created: Date.now() }, true));
      return done;
    }
    if (key === undefined) return refusal(`no existing key named ${name} could be found`);
    if (what === "rotate") key.versions.push(generated(key.type));
    if (what === "soft-delete") key.softDeleted = true;
    if (what === "config") {
      key.exportable ||= fields["exportable"] === true;
      key.deletionAllowed =
        fields["deletion_allowed"] === undefined ? key.deletionAllowed : fields["deletion_allowed"] === true;
      key.minDecryptionVersion = Number(fields["min_decryption_version"] ?? key.minDecryptionVersion);
    }
    return { status: 200, json: { data: described(name, key) } };
  }

  #export(type: string, name: string, version: string): Answer {
    const key = this.#keys.get(name);
    if (key === undefined) return nothing;
    if (!key.exportable) return refusal("private key material is not exportable");
    return this.#versionsOf(name, key, version, ({ bytes, privateKey }) => {
      if (bytes === undefined) return String(privateKey?.export({ format: "pem", type: "pkcs8" }));
      // A key for encryption has another one for HMACs beside it.
      const other = key.type !== "hmac" && type === "hmac-key";
      return (other ? createHmac("sha256", bytes).update("hmac").digest() : bytes).toString("base64");
    });
  }

  #byokExport(destination: string, source: string, version: string, hash: string): Answer {
    const [to, from] = [this.#keys.get(destination), this.#keys.get(source)];
    if (to === undefined) return failure("no such destination key to export to");
    if (from === undefined) return failure("no such source key for export");
    if (!from.exportable) return refusal("key is not exportable");
    if (!/^SHA(1|256)$/.test(hash)) return failure(`unknown hash function: ${hash}`);
    const wrappingKey = to.versions.at(-1)?.publicKey;
    if (wrappingKey === undefined) return failure("unsupported key type for wrapping");
    return this.#versionsOf(source, from, version, ({ bytes, privateKey }) => {
      const target = bytes ?? privateKey?.export({ format: "der", type: "pkcs8" }) ?? Buffer.alloc(0);
      return wrapped(target, wrappingKey, hash).toString("base64");
    });
  }

  #versionsOf(name: string, key: TransitKey, version: string, shown: (version: Version) => string): Answer {
    if (key.softDeleted) return failure("key has been soft-deleted");
    const number = version === "latest" ? key.versions.length : Number(version.replace(/^v/, ""));
    if (Number.isNaN(number)) return refusal("invalid key version");
    if (number < key.minDecryptionVersion) return refusal("version for export is below minimum decryption version");
    const found = key.versions[number - 1];
    if (found === undefined) return refusal("version does not exist or cannot be found");
    return { status: 200, json: { data: { name, type: key.type, keys: { [number]: shown(found) } } } };
  }
}

function newKey(type: string, exportable: boolean, first: Version, imported: boolean): TransitKey {
  const fixed = { type, imported, versions: [first] };
  return { ...fixed, exportable, deletionAllowed: false, minDecryptionVersion: 1, softDeleted: false };
}

function generated(type: string): Version {
  const created = Date.now();
  const [, bits] = /^rsa-(\d+)$/.exec(type) ?? [];
  if (bits !== undefined) return { ...generateKeyPairSync("rsa", { modulusLength: Number(bits) }), created };
  const namedCurve = curves[type];
  if (namedCurve !== undefined) return { ...generateKeyPairSync("ec", { namedCurve }), created };
  if (type === "ed25519") return { ...generateKeyPairSync("ed25519"), created };
  return { bytes: randomBytes(sizes[type] ?? 32), created };
}

function described(name: string, key: TransitKey | undefined): object {
  if (key === undefined) return {};
  const shown = key.versions.flatMap(({ publicKey, created }, index) => {
    if (index + 1 < key.minDecryptionVersion) return [];
    const pem = publicKey?.export({ format: "pem", type: "spki" }).toString();
    const told = { name: key.type, public_key: pem, creation_time: new Date(created).toISOString() };
    return [[String(index + 1), pem === undefined ? Math.floor(created / 1000) : told]];
  });
  return {
    name,
    type: key.type,
    exportable: key.exportable,
    deletion_allowed: key.deletionAllowed,
    min_decryption_version: key.minDecryptionVersion,
    latest_version: key.versions.length,
    imported_key: key.imported,
    soft_deleted: key.softDeleted,
    // Of an HMAC key no versions are listed.
    ...(key.type === "hmac" ? {} : { keys: Object.fromEntries(shown) }),
  };
}

/** CKM_RSA_AES_KEY_WRAP, by @noble/ciphers. */
function wrapped(target: Buffer, publicKey: KeyObject, hash: string): Buffer {
  const aesKey = randomBytes(32);
  const oaepHash = hash.toLowerCase();
  const head = publicEncrypt({ key: publicKey, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash }, aesKey);
  return Buffer.concat([head, aeskwp(aesKey).encrypt(target)]);
}
