import { hidesDisabling, isNoteOutstanding, isUsable } from "../engine/key-record";
import type { SeenKey } from "./external-key-memory";
import type { externalKeySchema } from "./external-key-schema";
import { present } from "./known";
import type { Diagnostic } from "./plugin/diagnostics";
import type { Config, State } from "./plugin/schema/schema";
import { UNKNOWN } from "./plugin/value";
import { warnings } from "./warning";

type Schema = typeof externalKeySchema;

/** What an apply puts right on a key, though nobody changed its configuration. */
export interface KeyRepair {
  /** What the key becomes where `enabled` is not configured. Undefined: as it is. */
  readonly enabled?: boolean | undefined;
  readonly warnings: readonly Diagnostic[];
}

/**
 * What the apply of this plan puts right; undefined where there is nothing.
 *
 * @param enabled As configured.
 * @param seen The key as the last look saw it.
 */
export function keyRepair(
  { arn, pending_deletion: isLeaving }: State<Schema>,
  enabled: Config<Schema>["enabled"],
  seen: SeenKey | undefined,
): KeyRepair | undefined {
  if (isLeaving === true) return { warnings: returning(arn) };
  if (seen === undefined) return undefined;
  const { toEnable } = seen;
  const isLeftOtherwise = toEnable !== undefined && isUsable(seen);
  // What a canceled deletion changed is put right where nobody says otherwise.
  if (enabled === null && isLeftOtherwise) return { enabled: toEnable, warnings: reviving(seen) };
  // Said in the apply, since a material that is new in the key hears nothing of this plan.
  if (enabled !== UNKNOWN && hidesDisabling(seen, present(enabled))) return { warnings: hiding(arn) };
  if (isNoteOutstanding(seen)) return { enabled: false, warnings: leftNote(arn) };
  // What is not known yet may turn out to be any of that, and the apply may change no more than was planned.
  const isOpen = enabled === UNKNOWN && (isLeftOtherwise || hidesDisabling(seen, false));
  return isOpen ? { warnings: [] } : undefined;
}

function returning(arn: string | null): Diagnostic[] {
  return warnings("key_pending_deletion", present(arn), [
    `${arn} is pending deletion, which is canceled in place. To let it go, remove it from the configuration.`,
  ]);
}

function reviving({ arn, state, toEnable }: SeenKey): Diagnostic[] {
  const was = toEnable === true ? "Enabled" : "Disabled";
  return warnings(toEnable === true ? "key_left_disabled" : "key_left_enabled", arn, [
    `The deletion of ${arn} was canceled, which left the key ${state}. It was ${was} before, and becomes so again in place. To have it otherwise, set \`enabled\`.`,
  ]);
}

function hiding(arn: string | null): Diagnostic[] {
  return warnings("key_to_stay_disabled", present(arn), [
    `${arn} has no key material, which hides that it is to be Disabled. That is noted on the key, so that an import leaves it Disabled.`,
  ]);
}

function leftNote(arn: string | null): Diagnostic[] {
  return warnings("note_left", present(arn), [
    `${arn} carries a note that it is to be Disabled once it has key material, which somebody else imported. Its state becomes as configured, or Disabled where \`enabled\` is not set, and the note is removed.`,
  ]);
}
