import { constants, publicEncrypt } from "node:crypto";
import type { KmsName as Kms } from "../../src/kms/clouds";
import type { Emulator, EmulatorOptions, RequestWatch } from "../../src/emulator/index";
import { parseAlibabaKeyArn } from "../../src/kms/alibaba/arn";
import { startAlibabaLife } from "../support/alibaba";
import { startLife } from "../support/life";
import { startQkmsLife } from "../support/qkms";
import type { WalkTime } from "./clock";

/** A material as the embedded KMS keeps it for its state file. */
export interface KeptMaterial {
  readonly id: string;
  readonly role: "current" | "noncurrent" | "pending_rotation" | "pending_multi_region_import_and_rotation";
  readonly bytes?: string;
  readonly expiresAtMs?: number;
  readonly description?: string;
}

/** A key as the embedded KMS keeps it for its state file: nothing of byok's stands between it and the judgement. */
export interface KeptKey {
  readonly id: string;
  readonly arn: string;
  readonly region: string;
  readonly multiRegion: "none" | "primary" | "replica";
  readonly description: string;
  readonly policy: string;
  readonly enabled: boolean;
  readonly deletion?: object;
  readonly tags: readonly (readonly [string, string])[];
  readonly materials: readonly KeptMaterial[];
  /** The rotation that is under way. */
  readonly onDemandRotation?: { readonly materialId: string };
}

/** What a caller gets back, or the name of the error. */
export type Asked = Readonly<Record<string, unknown>> | string;

/** The embedded KMS of one walk, and what others than byok do with it. */
export interface Embedded {
  readonly kms: Kms;
  readonly emulator: Emulator;
  /** What befalls requests of byok; the requests of others pass. */
  watch: RequestWatch | undefined;
  /** The keys as they are now, or at the moment of a request. */
  keys(): readonly KeptKey[];
  /** One request of somebody else. */
  ask(operation: string, key: { readonly arn: string; readonly region: string }, input?: object): Promise<Asked>;
  /** Wraps and imports bytes by hand. */
  importByHand(key: KeptKey, bytes: Buffer, expiresAtMs: number | undefined, isNew?: boolean): Promise<Asked>;
  /** A ciphertext, or the name of the error after `!`. */
  encrypt(key: KeptKey): Promise<string>;
  decrypt(key: KeptKey, ciphertext: string): Promise<string>;
  close(): Promise<void>;
}

const engineKeys: ReadonlySet<string> = new Set(["AKIAENGINE", "ENGINE", "QENGINE"]);

export function isOfByok({ accessKeyId }: { readonly accessKeyId: string | undefined }): boolean {
  return accessKeyId !== undefined && engineKeys.has(accessKeyId);
}

/** How others speak to one service. */
interface Hands {
  readonly emulator: Emulator;
  ask(operation: string, key: { readonly arn: string; readonly region: string }, input?: object): Promise<Asked>;
  encrypt(key: KeptKey): Promise<string>;
  decrypt(key: KeptKey, ciphertext: string): Promise<string>;
  /** The fields with which this service takes an expiry. */
  lifetime(expiresAtMs: number | undefined): object;
  close(): Promise<void>;
}

const hands = {
  aws: async (options) => {
    const life = await startLife(options);
    return {
      emulator: life.kms,
      ask: (operation, { arn, region }, input) => askAws(life.kms, operation, region, { KeyId: arn, ...input }),
      encrypt: async ({ arn, region }) => Buffer.from(await life.encrypt(arn, region)).toString("base64"),
      decrypt: ({ region }, ciphertext) => life.decrypt(Buffer.from(ciphertext, "base64"), region),
      lifetime: epochLifetime,
      close: () => life.close(),
    };
  },
  alibaba: async (options) => {
    const life = await startAlibabaLife(options);
    const keyId = (arn: string): string => parseAlibabaKeyArn(arn).keyId;
    return {
      emulator: life.kms,
      ask: (operation, { arn }, input) =>
        refusalOf(life.ask(operation, { KeyId: keyId(arn), ...Object.fromEntries(Object.entries(input ?? {})) })),
      encrypt: ({ arn }) => life.encrypt(keyId(arn)),
      decrypt: (_key, ciphertext) => life.decrypt(ciphertext),
      lifetime: (expiresAtMs) =>
        expiresAtMs === undefined ? {} : { KeyMaterialExpireUnix: String(Math.floor(expiresAtMs / 1000)) },
      close: () => life.close(),
    };
  },
  qkms: async (options) => {
    const life = await startQkmsLife(options);
    return {
      emulator: life.kms,
      ask: (operation, { arn }, input) => refusalOf(life.ask(operation, { KeyId: arn, ...input })),
      encrypt: ({ arn }) => life.encrypt(arn),
      decrypt: (_key, ciphertext) => life.decrypt(ciphertext),
      lifetime: epochLifetime,
      close: () => life.close(),
    };
  },
} as const satisfies Record<Kms, (options: EmulatorOptions) => Promise<Hands>>;

/** @param options Of the emulator. Default: as little as can be late. */
export async function embedded(
  kms: Kms,
  time: Pick<WalkTime, "now">,
  options: EmulatorOptions = {},
): Promise<Embedded> {
  const watching: { watch: RequestWatch | undefined } = { watch: undefined };
  const at = await hands[kms]({
    ...options,
    now: () => time.now(),
    onRequest: async (request, moment) => (isOfByok(request) ? watching.watch?.(request, moment) : undefined),
  });
  return Object.assign(watching, {
    kms,
    emulator: at.emulator,
    keys() {
      const state: { readonly keys: readonly KeptKey[] } = JSON.parse(at.emulator.snapshot());
      return state.keys;
    },
    ask: at.ask,
    async importByHand(key: KeptKey, bytes: Buffer, expiresAtMs: number | undefined, isNew = false) {
      const parameters = await at.ask("GetParametersForImport", key, {
        WrappingAlgorithm: "RSAES_OAEP_SHA_256",
        WrappingKeySpec: "RSA_2048",
      });
      if (typeof parameters === "string") return parameters;
      const der = Buffer.from(String(parameters["PublicKey"]), "base64");
      const publicKey = { key: der, format: "der", type: "spki" } as const;
      const wrapped = publicEncrypt(
        { ...publicKey, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: "sha256" },
        bytes,
      );
      return at.ask("ImportKeyMaterial", key, {
        ImportToken: parameters["ImportToken"],
        EncryptedKeyMaterial: wrapped.toString("base64"),
        ...(isNew ? { ImportType: "NEW_KEY_MATERIAL" } : {}),
        ...at.lifetime(expiresAtMs),
      });
    },
    encrypt: async (key: KeptKey) => {
      try {
        return await at.encrypt(key);
      } catch (error) {
        return `!${error instanceof Error ? error.name : String(error)}`;
      }
    },
    decrypt: at.decrypt,
    close: () => at.close(),
  });
}

function epochLifetime(expiresAtMs: number | undefined): object {
  return expiresAtMs === undefined
    ? { ExpirationModel: "KEY_MATERIAL_DOES_NOT_EXPIRE" }
    : { ExpirationModel: "KEY_MATERIAL_EXPIRES", ValidTo: Math.floor(expiresAtMs / 1000) };
}

/** The embedded AWS KMS takes the caller from the signature's scope and does not verify the rest. */
async function askAws(emulator: Emulator, operation: string, region: string, input: object): Promise<Asked> {
  const scope = `AKIAUSER/20270101/${region}/kms/aws4_request`;
  const answer = await fetch(emulator.url, {
    method: "POST",
    headers: {
      "content-type": "application/x-amz-json-1.1",
      "x-amz-target": `TrentService.${operation}`,
      authorization: `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=host, Signature=none`,
    },
    body: JSON.stringify(input),
  });
  const text = await answer.text();
  const body: Readonly<Record<string, unknown>> = text === "" ? {} : JSON.parse(text);
  return answer.ok ? body : String(body["__type"]);
}

async function refusalOf(asking: Promise<Readonly<Record<string, unknown>>>): Promise<Asked> {
  try {
    return await asking;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** The materials that must be there for the key to work. */
export function lasting(key: KeptKey): readonly KeptMaterial[] {
  return key.materials.filter(({ role }) => role === "current" || role === "noncurrent");
}

/** Whether the bytes are in the key at a moment of the KMS's clock. */
export function holds(key: KeptKey | undefined, bytes: Buffer, nowMs: number): boolean {
  const text = bytes.toString("base64");
  return key?.materials.some((material) => material.bytes === text && isThere(material, nowMs)) === true;
}

export function isThere({ bytes, expiresAtMs }: KeptMaterial, nowMs: number): boolean {
  return bytes !== undefined && (expiresAtMs === undefined || expiresAtMs > nowMs);
}

/** Whether the key could be used if it were Enabled. */
export function isWhole(key: KeptKey, nowMs: number): boolean {
  const all = lasting(key);
  return all.length > 0 && all.every((material) => isThere(material, nowMs));
}
