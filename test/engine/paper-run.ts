import type { KeyDescription } from "../../src/engine/key";
import type { KeyService } from "../../src/engine/key-service";
import type { KmsProfile } from "../../src/engine/kms-profile";
import type { Log } from "../../src/engine/log";
import { type Run, startRun } from "../../src/engine/run";
import { paperProfile } from "../support/profile";
import { VirtualClock } from "../support/virtual-clock";

export const now = Date.UTC(2027, 0, 1) / 1000;
export const day = 86_400;
export const account = "111122223333";
export const region = "eu-central-1";
export const arn = `arn:aws:kms:${region}:${account}:key/1234abcd-12ab-34cd-56ef-1234567890ab`;

/** A key older than a year, with material that never expires. */
export const paperKey: KeyDescription = {
  arn,
  keyId: "1234abcd-12ab-34cd-56ef-1234567890ab",
  state: "Enabled",
  origin: "EXTERNAL",
  spec: "SYMMETRIC_DEFAULT",
  usage: "ENCRYPT_DECRYPT",
  description: "",
  creationDate: now - 400 * day,
  expirationModel: "KEY_MATERIAL_DOES_NOT_EXPIRE",
};

/** Answers of a KMS, by request; whatever else is asked fails the test. */
export type Answers = Partial<Omit<KeyService, "profile" | "region">> & { readonly profile?: Partial<KmsProfile> };

/** A run against a KMS on paper, for what is said to the user and for calls that no embedded KMS refuses. */
export function paperRun(
  { profile, ...answers }: Answers,
  allowed: Run["allowed"] = {},
): { readonly run: Run; readonly clock: VirtualClock; readonly asked: string[]; readonly told: unknown[][] } {
  const asked: string[] = [];
  const told: unknown[][] = [];
  const given: Readonly<Record<string, unknown>> = answers;
  const service = new Proxy({} as KeyService, {
    get(_, name) {
      if (name === "profile") return { ...paperProfile, ...profile };
      if (name === "region") return region;
      const answer = given[String(name)];
      if (typeof answer !== "function") return undefined;
      return async (...args: unknown[]): Promise<unknown> => {
        asked.push(String(name));
        return Reflect.apply(answer, undefined, args);
      };
    },
  });
  const clock = new VirtualClock(now * 1000);
  const log: Log = {
    debug: (...words) => void told.push(["debug", ...words]),
    info: (...words) => void told.push(["info", ...words]),
    warn: (...words) => void told.push(["warn", ...words]),
  };
  const services: Run["services"] = {
    locate: (keyArn) => {
      const [, , , where = "", accountId, key = ""] = keyArn.split(":");
      return { kms: "aws", region: where, accountId, keyId: key.slice("key/".length) };
    },
    service: () => service,
    arnInRegion: (keyArn, other) => keyArn.split(":").with(3, other).join(":"),
  };
  return { run: startRun({ clock, log, services, allowed }), clock, asked, told };
}

/** An answer at the moment of the tests. */
export const answered =
  <T>(value: T) =>
  async (): Promise<{ readonly value: T; readonly at: number }> => ({ value, at: now });

export const failing = (error: unknown) => async (): Promise<never> => {
  throw error;
};
