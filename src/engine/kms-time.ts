import type { EpochSeconds } from "./instant";
import type { KmsIdentity } from "./key-service";
import type { Run } from "./run";

/** To be called with the moment of each look: what is *now* for a key is what its KMS says. */
export function noteKmsTime(run: Run, service: KmsIdentity, at: EpochSeconds): void {
  run.memory.times.set(placeOf(service), { at, since: run.clock.monotonic() });
}

/**
 * The KMS's time: the last moment that it gave in this run, moved on by the local clock's pace. Undefined: this run has
 * not asked it anything yet, and a local clock may be wrong.
 */
export function kmsNow(run: Run, service: KmsIdentity): EpochSeconds | undefined {
  const seen = run.memory.times.get(placeOf(service));
  if (seen === undefined) return undefined;
  return seen.at + Math.floor((run.clock.monotonic() - seen.since) / 1000);
}

function placeOf({ profile, region }: KmsIdentity): string {
  return `${profile.kms}/${region}`;
}
