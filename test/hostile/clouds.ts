import type { KeyRecord } from "../../src/engine/key-record";
import type { Run } from "../../src/engine/run";
import { ensureKey } from "../../src/engine/external-key";
import type { WantedKey } from "../../src/engine/wanted-key";
import type { KmsSettings } from "../../src/kms/key-services";
import { alibabaRegion, startAlibabaLife } from "../support/alibaba";
import { startLife, testRegion } from "../support/life";
import { startQkmsLife } from "../support/qkms";

/** One of the three services, honest, and how a run of the engine gets to it by way of somebody else. */
export interface Cloud {
  readonly title: string;
  start(): Promise<OpenCloud>;
}

export interface OpenCloud {
  readonly port: number;
  readonly wanted: WantedKey;
  newKey(): Promise<KeyRecord>;
  /** A run whose requests go to this address. */
  runBy(url: string, changes?: KmsSettings): Run;
  honestRun(): Run;
  close(): Promise<void>;
}

interface Life {
  readonly kms: { readonly port: number };
  run(settings?: KmsSettings): Run;
  close(): Promise<void>;
}

/** Nothing is waited for, and nothing is tried for long. */
const impatient: KmsSettings = {
  importRequestsPerSecond: 1_000,
  retry: { firstPause: 1, longestPause: 1, attempts: 2 },
};

function opened(life: Life, wanted: WantedKey, by: (url: string) => KmsSettings): OpenCloud {
  return {
    port: life.kms.port,
    wanted,
    newKey: async () => (await ensureKey(life.run(), wanted, undefined)).record,
    runBy: (url, changes = {}) => life.run({ ...impatient, ...by(url), ...changes }),
    honestRun: () => life.run(),
    close: () => life.close(),
  };
}

export const clouds: readonly Cloud[] = [
  {
    title: "AWS KMS",
    start: async () =>
      opened(await startLife(), { kms: "aws", region: testRegion, multiRegion: false }, (endpoint) => ({
        aws: { endpoint, stsEndpoint: endpoint, region: testRegion, accessKey: "AKIAENGINE", secretKey: "engine" },
      })),
  },
  {
    title: "Alibaba Cloud KMS",
    start: async () =>
      opened(await startAlibabaLife(), { kms: "alibaba", region: alibabaRegion, multiRegion: false }, (endpoint) => ({
        alibaba: { endpoint, region: alibabaRegion, accessKey: "ENGINE", secretKey: "engine" },
      })),
  },
  {
    title: "QKMS",
    start: async () =>
      opened(await startQkmsLife(), { kms: "qkms", region: "", multiRegion: false }, (url) => ({
        qkms: { endpoint: `${url}/qkms`, accessKey: "QENGINE", secretKey: "engine" },
      })),
  },
];
