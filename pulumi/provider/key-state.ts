import {
  keyRecordOf as recordOfValues,
  recordedKeyValues,
  wantedKeyOf,
} from "../../src/definitions/external-key-record";
import { formatInstant, parseInstant } from "../../src/engine/instant";
import { keyStates } from "../../src/engine/key";
import type { KeyRecord } from "../../src/engine/key-record";
import type { KmsProfile } from "../../src/engine/kms-profile";
import type { WantedKey } from "../../src/engine/wanted-key";
import { keyResultFields, type keyFields, storedKeyArguments } from "./fields";
import { plainProps, type Props } from "./props";
import { schemaVersion } from "./schema-version";
import { type ArgumentsOf, flag, object, readArguments, text, word } from "./shape";

export type KeyArguments = ArgumentsOf<typeof keyFields>;

/** What the outputs of a key hold of its record, in addition to arguments and results. */
const outputFields = {
  ...keyResultFields,
  deletionDate: text,
  enabled: flag,
  record: object({ state: word(...keyStates), enabled: flag, toEnable: flag, disablingNoted: flag }),
} as const;

/**
 * The outputs of a key: its arguments, what is on record of it, and the version of the two. What the key's material
 * changes in the same run, its state and when it expires, is no output: nobody updates the key for it, so that it would
 * stand there out of date. What the next run has to know of the last look goes into `record`.
 */
export function keyOuts(args: KeyArguments, record: KeyRecord): Record<string, unknown> {
  const shown = record.state === "Enabled" || record.state === "Disabled" ? record.enabled : args.enabled;
  return plainProps({
    ...storedKeyArguments(args),
    schemaVersion,
    ...recordedKeyValues(record),
    deletionDate: instantOut(record.deletionDate),
    // Whether it is managed is all that tells of it later.
    enabled: args.enabled === undefined ? undefined : shown,
    record: {
      state: record.state,
      enabled: record.enabled,
      toEnable: record.toEnable,
      disablingNoted: record.disablingNoted,
    },
  });
}

/** The record that outputs of this schema version hold. The reverse of `keyOuts`. */
export function keyRecordOf(id: string, outs: Props): KeyRecord {
  const { args } = readArguments(outputFields, outs);
  return {
    ...recordOfValues(id, args),
    state: args.record?.state ?? "Unavailable",
    deletionDate: instantIn(args.deletionDate),
    // A key that no look on record has shown with material is as it was asked for.
    enabled: args.record?.enabled ?? args.enabled,
    toEnable: args.record?.toEnable,
    disablingNoted: args.record?.disablingNoted,
  };
}

/** The same, with the Region that is meant where none is written. */
export function wantedKey(args: KeyArguments, region: string): WantedKey {
  return { ...wantedKeyOf(args), region };
}

/** A record as seen now, with the policy in the spelling of before where it means the same. */
export function withKnownPolicy(seen: KeyRecord, earlier: KeyRecord, profile: KmsProfile): KeyRecord {
  const { policy } = earlier;
  const same = policy !== undefined && seen.policy !== undefined && profile.samePolicy(policy, seen.policy);
  return same ? { ...seen, policy } : seen;
}

export function instantOut(instant: number | undefined): string | undefined {
  return instant === undefined ? undefined : formatInstant(instant);
}

function instantIn(written: string | undefined): number | undefined {
  return written === undefined ? undefined : parseInstant(written, "state");
}
