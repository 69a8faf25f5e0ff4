import { ByokError } from "../engine/errors";
import type { EpochSeconds } from "../engine/instant";
import { kmsNow } from "../engine/kms-time";
import { checkLifetime, type Lifetime } from "../engine/lifetime";
import { defaultKms, kmsProfiles } from "../kms/clouds";
import type { ByokClient } from "./client";
import { refusals } from "./diagnose";
import { importedKeyMaterialSchema } from "./imported-key-material-schema";
import { profileOf } from "./material-arguments";
import type { Diagnostic } from "./plugin/diagnostics";

/** What a plan has to say of a lifetime that is newly set. */
export interface LifetimeFindings {
  readonly errors: readonly Diagnostic[];
  readonly warnings: readonly string[];
}

/**
 * Judges a lifetime by the time of the key's KMS, as far as this process has seen it. Without that there are warnings
 * only, by the local clock: it may be wrong, and a plan that is made again in its apply has seen no KMS yet.
 *
 * @param keyArn Undefined: the key is not known yet.
 */
export function lifetimeFindings(client: ByokClient, keyArn: string | undefined, lifetime: Lifetime): LifetimeFindings {
  const now = keyArn === undefined ? undefined : timeOf(client, keyArn);
  const profile = keyArn === undefined ? kmsProfiles[defaultKms] : profileOf(keyArn);
  const known = importedKeyMaterialSchema.attributes;
  if (now !== undefined) return { errors: refusals(known, () => checkLifetime(lifetime, profile, now)), warnings: [] };
  const local = Math.floor(client.run.clock.now() / 1000);
  const findings = refusals(known, () => checkLifetime(lifetime, profile, local));
  return {
    errors: [],
    warnings: findings.map(
      ({ detail }) => `${detail} This is judged by the local clock, since the KMS has not been asked yet.`,
    ),
  };
}

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
