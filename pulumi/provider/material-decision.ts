import type { Action, Assessment } from "../../src/engine/assessment";
import { ByokError } from "../../src/engine/errors";
import type { MaterialSettings } from "../../src/engine/imported-key-material";
import { sameLifetime } from "../../src/engine/lifetime";
import type { MaterialRecord } from "../../src/engine/material-record";
import { replaceable } from "../../src/engine/pending-material";
import { recordedMaterialArguments } from "./fields";
import { changed, type DiffResult, unchanged } from "./handler";
import type { MaterialArguments } from "./material-state";
import { planNotice, warningNotices } from "./notice";
import { type Props, sameValue } from "./props";

/** What a diff answers, and the messages that it prints. */
export interface MaterialDecision {
  /** What the update may do, or less. */
  readonly action: Action;
  readonly diff: DiffResult;
  readonly notices: readonly string[];
}

/**
 * What a diff answers for an assessment of the material.
 *
 * @throws ByokError what the assessment refuses.
 */
export function materialDecision(keyArn: string, { action, problem, reason, warnings }: Assessment): MaterialDecision {
  if (action === "refuse" && problem !== undefined) throw problem;
  const isChange = action !== "nothing" && action !== "refuse";
  return {
    action,
    diff: action === "nothing" ? unchanged : changed,
    notices: [
      ...(isChange ? [planNotice(keyArn, announcements[action], reason)] : []),
      ...warningNotices(warnings, keyArn),
    ],
  };
}

const announcements = {
  create: "key material will be imported",
  reimport: "the same key material will be imported again",
  disable: "the key will be disabled",
  record: "the state will be updated",
} as const satisfies Record<Exclude<Action, "nothing" | "refuse">, string>;

/** The refusal of other bytes for such material. */
export function onlyWaiting({ problem, reason }: Assessment): ByokError {
  return replaceable(problem ?? new ByokError("different_material", reason));
}

/** A date that was set before may have passed since, or be further away than a KMS would take today. */
export function isAsRecorded({ lifetime }: MaterialSettings, record: MaterialRecord): boolean {
  return record.lifetime !== undefined && sameLifetime(record.lifetime, lifetime);
}

/** Names of arguments that are not known yet and decide what is done. The update knows their values. */
export function decidingUnknown(unknown: ReadonlySet<string>): readonly string[] {
  return [...unknown].filter((name) => name !== "keyMaterial" && name !== "keyMaterialSource");
}

/** Whether something changes that only the state has, and not the KMS. */
export function changesUnrecorded(
  args: MaterialArguments,
  wanted: MaterialSettings,
  outs: Props,
  { lifetime }: MaterialRecord,
): boolean {
  const renewal = wanted.lifetime.kind === "renewed" ? wanted.lifetime.renewBefore : undefined;
  const recorded = lifetime?.kind === "renewed" ? lifetime.renewBefore : renewal;
  return (
    renewal !== recorded || recordedMaterialArguments.some((name) => !sameValue(Reflect.get(args, name), outs[name]))
  );
}
