import { scheduleKeyDeletion } from "../../src/engine/external-key";
import type { Operation } from "../../src/engine/kms-profile";
import type { KeyService } from "../../src/engine/key-service";
import { silentLog } from "../../src/engine/log";
import { startRun } from "../../src/engine/run";
import type { WantedKey } from "../../src/engine/wanted-key";
import { type ConnectedKeyServices, keyServices } from "../../src/kms/key-services";
import { systemClock } from "../../src/system-clock";
import { plaintext } from "../support/life";
import type { ContractLife } from "./material-contract";

/** What somebody who uses a key does with it, given key ARNs. Wire by wire, since byok itself never does. */
export interface KeyUser {
  encrypt(keyArn: string, text: Buffer): Promise<string>;
  /** Throws an error whose name is the KMS's own. */
  decrypt(ciphertext: string): Promise<Buffer>;
  close(): void;
}

/** How long a row may take where every request goes over the Internet. */
export const realTimeoutMs = 180_000;

/**
 * Runs against the service that the environment reaches, with the credentials that it gives. Every key that a row makes
 * bears the tag `byok-contract` and waits for its deletion afterwards, with the shortest window.
 *
 * @param names what the KMS calls the requests that the engine makes
 */
export function startRealLife(
  { kms, region }: Pick<WantedKey, "kms" | "region">,
  names: Readonly<Partial<Record<Operation, string>>>,
  user: KeyUser,
): ContractLife {
  const connected: ConnectedKeyServices[] = [];
  const made: string[] = [];
  let seen: string[] = [];
  const watched = (service: KeyService): KeyService =>
    new Proxy(service, {
      get(target, property) {
        const member: unknown = Reflect.get(target, property);
        if (typeof member !== "function") return member;
        return async (...args: unknown[]) => {
          const name = Object.entries(names).find(([operation]) => operation === property)?.[1];
          seen.push(name ?? String(property));
          const answer: unknown = await Reflect.apply(member, target, args);
          if (property === "create") made.push(arnIn(answer));
          return answer;
        };
      },
    });
  const open = (watch: (service: KeyService) => KeyService): ConnectedKeyServices => {
    const services = keyServices({}, { clock: systemClock, log: silentLog, watch });
    connected.push(services);
    return services;
  };
  const aside = open((service) => service).service(kms, region);
  return {
    run: () => startRun({ clock: systemClock, log: silentLog, services: open(watched), allowed: {} }),
    calls() {
      const since = seen;
      seen = [];
      return since;
    },
    encrypt: (arn) => user.encrypt(arn, Buffer.from(plaintext)),
    async decrypt(ciphertext) {
      try {
        return (await user.decrypt(ciphertext)).toString();
      } catch (error) {
        return error instanceof Error ? error.name : String(error);
      }
    },
    deleteMaterial: (arn) => aside.deleteMaterial(arn, undefined),
    disable: (arn) => aside.setEnabled(arn, false),
    scheduleDeletion: async (arn) => void (await aside.scheduleDeletion(arn, aside.profile.deletionWindowDays.least)),
    async close() {
      const run = startRun({ clock: systemClock, log: silentLog, services: open((service) => service), allowed: {} });
      for (const arn of made) {
        const { value: key } = await aside.describe(arn);
        if (key === null || key.state === "PendingDeletion") continue;
        const record = { ...key, kms, region, multiRegion: false, multiRegionKeyType: undefined };
        await scheduleKeyDeletion(run, record, aside.profile.deletionWindowDays.least);
      }
      user.close();
      for (const services of connected) services.destroy();
    },
  };
}

/** A key that a test made, so that it is found where a sweep did not come about. */
export const contractTags = { "byok-contract": "swept" } as const;

function arnIn(answer: unknown): string {
  const value: unknown = typeof answer === "object" && answer !== null && "value" in answer ? answer.value : undefined;
  const arn: unknown = typeof value === "object" && value !== null && "arn" in value ? value.arn : undefined;
  if (typeof arn !== "string") throw new Error("CreateKey gave no key.");
  return arn;
}
