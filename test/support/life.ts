import { randomBytes } from "node:crypto";
import { DecryptCommand, EncryptCommand, KMSClient } from "@aws-sdk/client-kms";
import type { Call } from "../../src/engine/call";
import type { KeyService } from "../../src/engine/key-service";
import type { KeyMaterialSource } from "../../src/engine/key-material-source";
import { KeyMaterial } from "../../src/engine/key-material";
import { ByokError } from "../../src/engine/errors";
import { silentLog } from "../../src/engine/log";
import { type Run, startRun } from "../../src/engine/run";
import type { Emulator, EmulatorOptions } from "../../src/emulator/index";
import { type KmsSettings, keyServices } from "../../src/kms/key-services";
import { systemClock } from "../../src/system-clock";
import { emulator } from "./emulator";

export const testRegion = "eu-central-1";

/** Stands between the engine and the real service. */
type Watch = (service: KeyService) => KeyService;

/** Runs of the engine against one embedded KMS, and what a user of the cloud would do beside them. */
export interface Life {
  readonly kms: Emulator;
  /** A new run: its memory is empty, as in a new process. */
  run(settings?: KmsSettings & { readonly allowed?: Run["allowed"]; readonly watch?: Watch }): Run;
  /** The official client, as anyone who uses the key has it. */
  client(region?: string): KMSClient;
  encrypt(keyArn: string, region?: string): Promise<Uint8Array>;
  /** The text that `encrypt` took, or the name of the error. */
  decrypt(ciphertext: Uint8Array, region?: string): Promise<string>;
  /** Names of the requests that the KMS saw since the last call, the client's own left out. */
  calls(): string[];
  close(): Promise<void>;
}

export async function startLife(options: EmulatorOptions = {}): Promise<Life> {
  const kms = await emulator({ region: testRegion, ...options });
  const clients = new Map<string, KMSClient>();
  const connected: { destroy(): void }[] = [];
  let seen = 0;
  const client = (region = testRegion): KMSClient => {
    const known =
      clients.get(region) ??
      new KMSClient({
        region,
        endpoint: kms.url,
        maxAttempts: 1,
        credentials: { accessKeyId: userKeyId, secretAccessKey: "user" },
      });
    clients.set(region, known);
    return known;
  };
  return {
    kms,
    run({ allowed = {}, watch = asItIs, ...changes } = {}) {
      // Here nobody throttles, so nobody waits.
      const settings = { importRequestsPerSecond: 1_000, ...changes };
      const services = keyServices(
        {
          aws: {
            endpoint: kms.url,
            stsEndpoint: kms.url,
            region: testRegion,
            accessKey: engineKeyId,
            secretKey: "engine",
          },
          ...settings,
        },
        { clock: systemClock, log: silentLog, env: {}, watch },
      );
      connected.push(services);
      return startRun({ clock: systemClock, log: silentLog, services, allowed });
    },
    client,
    async encrypt(KeyId, region) {
      const { CiphertextBlob } = await client(region).send(
        new EncryptCommand({ KeyId, Plaintext: Buffer.from(plaintext) }),
      );
      if (CiphertextBlob === undefined) throw new Error("No ciphertext came back.");
      return CiphertextBlob;
    },
    async decrypt(CiphertextBlob, region) {
      try {
        const { Plaintext } = await client(region).send(new DecryptCommand({ CiphertextBlob }));
        return Buffer.from(Plaintext ?? []).toString();
      } catch (error) {
        return error instanceof Error ? error.name : String(error);
      }
    },
    calls() {
      const all = kms.requests.since(seen).filter(({ accessKeyId }) => accessKeyId === engineKeyId);
      seen = kms.requests.mark();
      return all.map(({ operation }) => operation);
    },
    async close() {
      for (const open of [...clients.values(), ...connected]) open.destroy();
      await kms.close();
    },
  };
}

const asItIs: Watch = (service) => service;

export const plaintext = "what must stay readable";
const engineKeyId = "AKIAENGINE";
const userKeyId = "AKIAUSER";

/** Bytes as a source that can be opened again and again; each opening takes a copy, which is wiped after use. */
export function bytesSource(bytes: Buffer, attribute = "key_material_source"): KeyMaterialSource {
  return { name: "test:bytes", attribute, open: async () => KeyMaterial.take(Buffer.from(bytes)) };
}

/** A source that has nothing to give today. */
export function emptySource(): KeyMaterialSource {
  return {
    name: "file:absent.bin",
    attribute: "key_material_source",
    open: async (_call?: Call) => {
      throw new ByokError("material_unavailable", "file:absent.bin does not exist.", {
        attribute: "key_material_source",
      });
    },
  };
}

export const newBytes = (length = 32): Buffer => randomBytes(length);
