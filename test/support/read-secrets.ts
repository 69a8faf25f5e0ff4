import type { Log, LogFields } from "../../src/engine/log";
import { type ConnectedKeyServices, keyServices, type KmsSettings } from "../../src/kms/key-services";
import type { Environment } from "../../src/http/surroundings";
import { type StandInStores, standInStores, storeKeyId, storeSecretKey } from "./secret-stores";

/** Stores with a secret in them, and a reader of theirs whose pauses take no time. */
export interface ReadSecrets {
  readonly stores: StandInStores;
  readonly services: ConnectedKeyServices;
  /** All that was logged, as one text. */
  logged(): string;
  /** How often a pause was made. */
  pauses(): number;
  /** Turns the clock, in milliseconds. */
  turn(by: number): void;
  /** The same stores, reached otherwise. */
  reached(settings: KmsSettings, env?: Environment): ConnectedKeyServices;
  close(): Promise<void>;
}

export async function readSecrets(): Promise<ReadSecrets> {
  const stores = await standInStores();
  const lines: string[] = [];
  const at = (message: string, fields?: LogFields): void => void lines.push(JSON.stringify([message, fields]));
  const log: Log = { debug: at, info: at, warn: at };
  let turned = 0;
  let pauses = 0;
  const clock = {
    now: () => Date.now() + turned,
    monotonic: () => turned,
    sleep: async () => {
      pauses++;
    },
  };
  const open: ConnectedKeyServices[] = [];
  const reached = (settings: KmsSettings, env: Environment = {}): ConnectedKeyServices => {
    const made = keyServices(settings, { clock, log, env });
    open.push(made);
    return made;
  };
  return {
    stores,
    services: reached(settingsFor(stores.url)),
    logged: () => lines.join("\n"),
    pauses: () => pauses,
    turn(by) {
      turned += by;
    },
    reached,
    async close() {
      for (const made of open) made.destroy();
      await stores[Symbol.asyncDispose]();
    },
  };
}

/** How the stand-in stores are reached, beside whatever KMS. */
export function settingsFor(url: string): Required<Pick<KmsSettings, "aws" | "alibaba" | "timeouts">> {
  return {
    aws: {
      region: "eu-central-1",
      accessKey: storeKeyId,
      secretKey: storeSecretKey,
      secretsmanagerEndpoint: url,
      ssmEndpoint: url,
    },
    alibaba: { region: "cn-hangzhou", accessKey: storeKeyId, secretKey: storeSecretKey, endpoint: url },
    timeouts: { request: 1_500 },
  };
}
