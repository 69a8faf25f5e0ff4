import { ByokError } from "../engine/errors";
import type { EpochSeconds } from "../engine/instant";
import { kmsNow } from "../engine/kms-time";
import type { ByokClient } from "./client";

/** The time of the KMS that a key is in. Undefined: it has not been asked in this process, or cannot be reached yet. */
export function timeOf({ run, services }: ByokClient, keyArn: string): EpochSeconds | undefined {
  try {
    const { kms, region } = services.locate(keyArn, "key_arn");
    return kmsNow(run, services.service(kms, region));
  } catch (error) {
    if (error instanceof ByokError) return undefined;
    throw error;
  }
}

/** The time of this machine, for lack of a better one: it may be wrong. */
export function localTime({ run }: ByokClient): EpochSeconds {
  return Math.floor(run.clock.now() / 1000);
}
