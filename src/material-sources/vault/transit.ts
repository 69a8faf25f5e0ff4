import { createHash } from "node:crypto";
import type { Call } from "../../engine/call";
import { ByokError } from "../../engine/errors";
import { decodeBase64 } from "../../engine/text-decoding";
import type { WrappingAlgorithm } from "../../engine/wrapping-algorithm";
import type { WrappingKey, WrappingKeySpec } from "../../engine/wrapping-key";
import { named, type SourceNames } from "../opened";
import type { VaultClient } from "./client";
import { exportedFrom, publicKeyOf, type TransitKey, transitKeyFrom, untrusted } from "./transit-answers";
import type { TransitPlace } from "./transit-place";

/** A key of which the version is settled. */
export interface TransitVersion extends Pick<TransitPlace, "mount" | "key"> {
  readonly version: number;
}

/** What a Transit engine does with keys, over one connection. */
export interface Transit {
  /** One request. @throws ByokError `material_unavailable`, `untrusted_answer` */
  describe(place: Pick<TransitPlace, "mount" | "key">, call?: Call): Promise<TransitKey>;
  /** The key in base64, for the caller to wipe. One request. @throws ByokError also `wrapper_refused` */
  export(of: TransitVersion, type: ExportType, call?: Call): Promise<Buffer>;
  /**
   * The key, wrapped for another one: Vault takes the wrapping key into the mount, wraps for it, and drops it again.
   *
   * @param warn What could not be cleaned up afterwards.
   * @throws ByokError also `wrapper_refused`
   */
  wrap(of: TransitVersion, key: WrappingKey, algorithm: ByokExportAlgorithm, warn: Warn, call?: Call): Promise<Buffer>;
}

/** What of a key is exported. */
export type ExportType = "encryption-key" | "hmac-key";

type Warn = (warning: string) => void;

/** The hash that Vault uses in OAEP, for each algorithm that its wrapped export is. */
const hashes = {
  RSA_AES_KEY_WRAP_SHA_256: "SHA256",
  RSA_AES_KEY_WRAP_SHA_1: "SHA1",
} as const satisfies Partial<Record<WrappingAlgorithm, string>>;

export type ByokExportAlgorithm = keyof typeof hashes;

export function isByokExportAlgorithm(algorithm: WrappingAlgorithm): algorithm is ByokExportAlgorithm {
  return Object.hasOwn(hashes, algorithm);
}

/** Each in Vault's words. */
const transitTypes = {
  RSA_2048: "rsa-2048",
  RSA_3072: "rsa-3072",
  RSA_4096: "rsa-4096",
} as const satisfies Record<WrappingKeySpec, string>;

export function transit(client: VaultClient, source: SourceNames): Transit {
  const describe: Transit["describe"] = async ({ mount, key }, call) =>
    asked(() => client.send({ method: "GET", path: [...segments(mount), "keys", key] }, call), transitKeyFrom, source);
  return {
    describe,
    async export({ mount, key, version }, type, call) {
      const path = [...segments(mount), "export", type, key, String(version)];
      return asked(
        () => client.send({ method: "GET", path }, call),
        (body) => exportedFrom(body, version),
        source,
      );
    },
    async wrap(of, wrappingKey, algorithm, warn, call) {
      const { mount, key, version } = of;
      const destination = destinationFor(wrappingKey);
      await offer(client, mount, destination, call, source);
      try {
        const path = [...segments(mount), "byok-export", destination.name, key, String(version)];
        return await asked(
          () => client.send({ method: "GET", path, query: { hash: hashes[algorithm] } }, call),
          (body) => wrappedFrom(body, version),
          source,
        );
      } finally {
        await withdraw(client, mount, destination).catch((error: unknown) => warn(leftover(mount, destination, error)));
      }
    },
  };
}

/** A wrapping key as a public-only key of the mount. */
interface Destination {
  readonly name: string;
  readonly type: string;
  readonly publicKey: WrappingKey["publicKey"];
}

/**
 * Named after the wrapping key itself, so that what an interrupted run has left is found by its repetition, and no two runs
 * use the same.
 */
function destinationFor({ spec, publicKey }: WrappingKey): Destination {
  const digest = createHash("sha256").update(publicKey.export({ format: "der", type: "spki" }));
  return { name: `byok-${digest.digest("hex").slice(0, 32)}`, type: transitTypes[spec], publicKey };
}

/** Has the mount know the destination. What stands there under its name and is another key is not touched. */
async function offer(
  client: VaultClient,
  mount: string,
  destination: Destination,
  call: Call | undefined,
  source: SourceNames,
): Promise<void> {
  if (await isThere(client, mount, destination, call, source)) return;
  const { name, type, publicKey } = destination;
  const pem = publicKey.export({ format: "pem", type: "spki" }).toString();
  const path = [...segments(mount), "keys", name, "import"];
  const answer = await client.ask({ method: "POST", path, body: { type, public_key: pem } }, call);
  if ("body" in answer) return;
  // A repetition finds what its first attempt has done.
  if (answer.refused === "taken" && (await isThere(client, mount, destination, call, source))) return;
  throw answer.error;
}

async function isThere(
  client: VaultClient,
  mount: string,
  { name, publicKey }: Destination,
  call: Call | undefined,
  source: SourceNames,
): Promise<boolean> {
  const answer = await client.ask({ method: "GET", path: [...segments(mount), "keys", name] }, call);
  if (!("body" in answer)) {
    if (answer.refused === "absent") return false;
    throw answer.error;
  }
  const { latestVersion, versions } = await asked(async () => answer.body, transitKeyFrom, source);
  if (publicKeyOf(versions.get(latestVersion))?.equals(publicKey) === true) return true;
  throw named(
    new ByokError(
      "wrapper_refused",
      `The key \`${name}\` in the mount \`${mount}\` is not the one that byok puts there for a moment, and Vault would wrap for its maker. It was not touched, and nothing was wrapped. Find out where it comes from, then delete it.`,
    ),
    source,
  );
}

/** Needs no signal: what was put there goes, whatever became of the operation. */
async function withdraw(client: VaultClient, mount: string, { name }: Destination): Promise<void> {
  const path = [...segments(mount), "keys", name];
  await client.send({ method: "POST", path: [...path, "config"], body: { deletion_allowed: true } });
  const answer = await client.ask({ method: "DELETE", path });
  if ("error" in answer && answer.refused !== "no_such_key" && answer.refused !== "absent") throw answer.error;
}

function leftover(mount: string, { name }: Destination, error: unknown): string {
  const why = ByokError.from(error).rawMessage;
  const path = `${mount}/keys/${name}`;
  return `The key \`${name}\`, which holds only a public key of the KMS, stays in the mount \`${mount}\`: ${why} To delete it: \`vault write ${path}/config deletion_allowed=true\`, then \`vault delete ${path}\`.`;
}

function wrappedFrom(body: Buffer, version: number): Buffer {
  const text = exportedFrom(body, version);
  try {
    const wrapped = decodeBase64(text);
    if (wrapped === null) throw untrusted();
    return wrapped;
  } finally {
    text.fill(0);
  }
}

/** What is read in an answer. The body is wiped, whatever comes of it. */
async function asked<T>(answer: () => Promise<Buffer>, read: (body: Buffer) => T, source: SourceNames): Promise<T> {
  const body = await answer();
  try {
    return read(body);
  } catch (error) {
    throw named(ByokError.from(error), source);
  } finally {
    body.fill(0);
  }
}

function segments(mount: string): readonly string[] {
  return mount.split("/");
}
