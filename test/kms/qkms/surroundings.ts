import type { Clock } from "../../../src/engine/clock";
import type { KeyService } from "../../../src/engine/key-service";
import type { Log } from "../../../src/engine/log";
import type { ConnectionOptions } from "../../../src/kms/cloud";
import { qkmsKeyServices } from "../../../src/kms/qkms/connection";
import type { QkmsSettings } from "../../../src/kms/qkms/settings";
import { scriptedServer, type Script, type SeenRequest } from "../aws/scripted-server";

export const keyId = "1234abcd-12ab-34cd-56ef-1234567890ab";
export const keyArn = `arn:verenc:111122223333:key/${keyId}`;

/** A local clock that stands still, far from any answer's date. */
export const localNow = 1_700_000_000;
export const stillClock: Clock = { now: () => localNow * 1000 + 999, monotonic: () => 0, sleep: async () => {} };

export const silent: Log = { debug: () => {}, info: () => {}, warn: () => {} };

export function connected(settings: QkmsSettings, options: Partial<ConnectionOptions> = {}) {
  return qkmsKeyServices(settings, { clock: stillClock, log: silent, env: {}, ...options });
}

/** Asks a service whose KMS answers as the script says; gives the answer, or the error, and what was sent. */
export async function against<T>(
  script: Script,
  ask: (service: KeyService) => Promise<T>,
  settings: QkmsSettings = {},
): Promise<{ readonly answer: T | undefined; readonly error: unknown; readonly requests: readonly SeenRequest[] }> {
  await using server = await scriptedServer(script);
  const services = connected({ accessKey: "QA", secretKey: "secret", endpoint: server.url, ...settings });
  try {
    return { answer: await ask(services.service()), error: undefined, requests: server.requests };
  } catch (error) {
    return { answer: undefined, error, requests: server.requests };
  } finally {
    services.destroy();
  }
}
