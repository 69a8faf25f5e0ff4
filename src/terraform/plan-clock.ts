import { checkLifetime, type Lifetime } from "../engine/lifetime";
import { defaultKms, kmsProfiles } from "../kms/clouds";
import type { ByokClient } from "./client";
import { refusals } from "./diagnose";
import { importedKeyMaterialSchema } from "./imported-key-material-schema";
import { localTime, timeOf } from "./kms-clock";
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
  const local = localTime(client);
  const findings = refusals(known, () => checkLifetime(lifetime, profile, local));
  return {
    errors: [],
    warnings: findings.map(
      ({ detail }) => `${detail} This is judged by the local clock, since the KMS has not been asked yet.`,
    ),
  };
}
