import { announceReturn } from "../../src/engine/announcements";
import { isToBeDisabled, readableTags, tellWish } from "../../src/engine/enabled-wish";
import { ByokError } from "../../src/engine/errors";
import { readKey } from "../../src/engine/external-key";
import { assessKey } from "../../src/engine/key-assessment";
import { type KeyRecord, wasEnabled } from "../../src/engine/key-record";
import type { Run } from "../../src/engine/run";
import { changed, type DiffResult } from "./handler";
import { changesUnrecorded, hiddenWish, keyDecision, wantedWhileUnknown } from "./key-decision";
import { type KeyArguments, keyRecordOf } from "./key-state";
import { planNotice } from "./notice";
import type { Inputs, Request, Standing } from "./request";

/** Looks at the key and tells what an update would do about it, and to the rest of the run what it must know of that. */
export async function diffKey(
  request: Request<KeyArguments>,
  { id, outs, name }: Standing,
  inputs: Inputs,
): Promise<DiffResult> {
  const { session, run, args, unknown } = request;
  refuseAnotherKey(id, args);
  if (unknown.has("connection")) {
    // Without it somebody else might be asked about the key.
    session.keyHolders.keep(id, name, inputs.name);
    session.tell([planNotice(id, "the key may be updated", "`connection` is known after an update")]);
    return changed;
  }
  const earlier = keyRecordOf(id, outs);
  const seen = session.seenKeys.take(name) ?? (await readKey(run, id, earlier, { policy: false, tags: false }));
  const wish = hiddenWish(args, earlier, seen);
  if (wish !== undefined) tellWish(run, id, wish);
  const isNewlySeen = args.enabled === undefined && seen !== undefined && (await isNews(run, earlier, seen));
  const assessment = assessKey({
    wanted: wantedWhileUnknown(args, unknown, earlier),
    seen,
    appliedEnabled: typeof outs["enabled"] === "boolean" ? outs["enabled"] : undefined,
    profile: run.services.service(earlier.kms, earlier.region).profile,
    otherChanges: changesUnrecorded(args, outs) || isNewlySeen,
  });
  if (assessment.action !== "replace") session.keyHolders.keep(id, name, inputs.name);
  if (seen === undefined) session.goneKeys.add(name);
  else session.goneKeys.delete(name);
  const { diff, notices, returns } = keyDecision({ keyArn: id, args, unknown, seen, isNewlySeen }, assessment);
  // The diff of its material comes later, and sees the key as it is now.
  if (returns) announceReturn(run, id);
  session.tell(notices);
  return diff;
}

function refuseAnotherKey(id: string, { existingKeyArn }: KeyArguments): void {
  if (existingKeyArn === undefined || existingKeyArn === id) return;
  throw new ByokError(
    "immutable_argument",
    `\`existing_key_arn\` is ${existingKeyArn}, but this resource already manages the key ${id}. Remove the argument, or add a resource for the other key.`,
    { attribute: "existing_key_arn" },
  );
}

/** What a later look cannot tell: a key that is pending deletion, or that has lost its material, hides it. */
async function isNews(run: Run, earlier: KeyRecord, seen: KeyRecord): Promise<boolean> {
  if (earlier.toEnable !== seen.toEnable) return true;
  if (wasEnabled(earlier) === wasEnabled(seen)) return false;
  if (seen.enabled !== true) return true;
  // An import has enabled it, and its material's resource has yet to disable it again.
  const service = run.services.service(seen.kms, seen.region);
  return !isToBeDisabled(await readableTags({ run, service, keyArn: seen.arn, call: {} })());
}
