import { wantedKeyOf } from "../../src/definitions/external-key-record";
import { ByokError } from "../../src/engine/errors";
import { waitsForDeletion } from "../../src/engine/key";
import type { KeyAction, KeyAssessment, WantedOfKnownKey } from "../../src/engine/key-assessment";
import type { KeyRecord } from "../../src/engine/key-record";
import { pulumiName, recordedKeyArguments } from "./fields";
import { changed, type DiffResult, unchanged } from "./handler";
import type { KeyArguments } from "./key-state";
import { planNotice } from "./notice";
import { type Props, sameValue } from "./props";

/** What a diff looks at: the key's arguments as far as they are known, and the key as it was just seen. */
export interface KeyFacts {
  readonly keyArn: string;
  readonly args: KeyArguments;
  readonly unknown: ReadonlySet<string>;
  /** Undefined: the key is gone. */
  readonly seen: KeyRecord | undefined;
  /** The look found something that is not on record and that a later look could not find. */
  readonly isNewlySeen: boolean;
}

/** What a diff answers, and the messages that it prints. */
export interface KeyDecision {
  readonly diff: DiffResult;
  readonly notices: readonly string[];
  /** The key's deletion will be canceled. */
  readonly returns: boolean;
}

/**
 * What a diff answers for an assessment of the key.
 *
 * @throws ByokError `immutable_argument` where a key that is taken over would be replaced.
 */
export function keyDecision(
  { keyArn, args, unknown, seen, isNewlySeen }: KeyFacts,
  { action, attributes, reason }: KeyAssessment,
): KeyDecision {
  if (action === "nothing") {
    const mayChange = [...unknown].some((name) => name !== "creationToken");
    return { diff: mayChange ? changed : unchanged, notices: [], returns: false };
  }
  // The key would be deleted first, and then be what is to be taken over.
  if (action === "replace" && seen !== undefined && args.existingKeyArn !== undefined) {
    throw new ByokError(
      "immutable_argument",
      `${reason}: \`existing_key_arn\` takes over ${keyArn} as it is. Restore the former values, or remove \`existing_key_arn\` to delete the key and create another one.`,
      { attribute: "existing_key_arn" },
    );
  }
  return {
    diff:
      action === "replace"
        ? { changes: true, replaces: attributes.map(pulumiName), deleteBeforeReplace: true }
        : changed,
    notices: [
      planNotice(keyArn, announcements[action], reason),
      // Pulumi stores nothing of what a preview sees, so a run that was killed may have left the key like this.
      ...(isNewlySeen && seen?.state === "Disabled" && seen.toEnable === undefined ? [foundDisabled(keyArn)] : []),
    ],
    returns: action === "update" && seen !== undefined && waitsForDeletion(seen),
  };
}

function foundDisabled(keyArn: string): string {
  return `byok: warning: ${keyArn}: the key is Disabled, and byok has no record of it: somebody disabled it, or a run was interrupted while it canceled the key's deletion. It stays Disabled. To enable it, set \`enabled\` to true.`;
}

const announcements = {
  record: "the state will be updated",
  update: "the key will be updated",
  replace: "the key will be deleted and a new one created",
} as const satisfies Record<Exclude<KeyAction, "nothing">, string>;

/** What has a default is not that while it is unknown, and a key is replaced only for what is known to differ. */
export function wantedWhileUnknown(
  args: KeyArguments,
  unknown: ReadonlySet<string>,
  { kms, multiRegion }: KeyRecord,
): WantedOfKnownKey {
  const wanted = wantedKeyOf(args);
  return {
    ...wanted,
    kms: unknown.has("kms") ? kms : wanted.kms,
    multiRegion: unknown.has("multiRegion") || unknown.has("primaryKeyArn") ? multiRegion : wanted.multiRegion,
  };
}

/**
 * Whether the key is to be Enabled, for anyone who imports into it in this run. Undefined: the key shows it itself, or
 * nothing says it. A key without material hides what is to become of it.
 */
export function hiddenWish(
  { enabled }: KeyArguments,
  earlier: KeyRecord,
  seen: KeyRecord | undefined,
): boolean | undefined {
  if (seen?.state !== "PendingImport") return undefined;
  return enabled ?? seen.toEnable ?? (earlier.enabled === false ? false : undefined);
}

/** Whether something changes that only the state has, and not the KMS. */
export function changesUnrecorded(args: KeyArguments, outs: Props): boolean {
  return recordedKeyArguments.some((name) => !sameValue(Reflect.get(args, name), outs[name]));
}
