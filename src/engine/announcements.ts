import type { Fingerprint } from "./fingerprint";
import type { AnyFingerprint, Run } from "./run";

/**
 * What the plans of one run announce to each other: a tool plans its resources one by one, and what one of them deletes
 * another may need. An announcement decides for caution only; it never permits anything.
 */

/** A resource is configured to have these bytes in the key. Undefined: it is not known which. */
export function announceNeed(run: Run, keyArn: string, fingerprint: Fingerprint | undefined): void {
  note(run.memory.announced.neededMaterial, keyArn, fingerprint);
}

/** Whether a resource of this run may need these bytes in the key. */
export function isNeeded(run: Run, keyArn: string, fingerprint: Fingerprint | undefined): boolean {
  return holds(run.memory.announced.neededMaterial, keyArn, fingerprint);
}

/** A resource that is to be destroyed will delete these bytes from the key. */
export function announceDeletion(run: Run, keyArn: string, fingerprint: Fingerprint | undefined): void {
  note(run.memory.announced.deletedMaterial, keyArn, fingerprint);
}

/** Whether a destruction of this run may delete these bytes from the key. */
export function isDeletionAnnounced(run: Run, keyArn: string, fingerprint: Fingerprint | undefined): boolean {
  return holds(run.memory.announced.deletedMaterial, keyArn, fingerprint);
}

/** The key itself will be scheduled for deletion. */
export function announceLeaving(run: Run, keyArn: string): void {
  run.memory.announced.leavingKeys.add(keyArn);
}

export function isLeaving(run: Run, keyArn: string): boolean {
  return run.memory.announced.leavingKeys.has(keyArn);
}

/** A resource of this run takes the key for its own: it was found in place of a new one, or is taken over. */
export function announceTaking(run: Run, keyArn: string): void {
  run.memory.announced.takenKeys.add(keyArn);
}

/** A later step found it on record: who is asked to let go of it from now on has it. */
export function concludeTaking(run: Run, keyArn: string): void {
  run.memory.announced.takenKeys.delete(keyArn);
}

/** Whether another resource has taken the key from the one that is to be destroyed. */
export function isTaken(run: Run, keyArn: string): boolean {
  return run.memory.announced.takenKeys.has(keyArn);
}

/** The key is pending deletion, and its own resource will cancel that. */
export function announceReturn(run: Run, keyArn: string): void {
  run.memory.announced.returningKeys.add(keyArn);
}

export function isReturning(run: Run, keyArn: string): boolean {
  return run.memory.announced.returningKeys.has(keyArn);
}

function note(book: Map<string, Set<AnyFingerprint>>, keyArn: string, fingerprint: AnyFingerprint = "unknown"): void {
  book.set(keyArn, (book.get(keyArn) ?? new Set<AnyFingerprint>()).add(fingerprint));
}

/** Bytes that are not known may be any. */
function holds(
  book: ReadonlyMap<string, ReadonlySet<AnyFingerprint>>,
  keyArn: string,
  fingerprint: Fingerprint | undefined,
): boolean {
  const noted = book.get(keyArn);
  if (noted === undefined) return false;
  return fingerprint === undefined || noted.has(fingerprint) || noted.has("unknown");
}
