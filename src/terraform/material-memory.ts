import { type Action, actions } from "../engine/assessment";
import { type Fingerprint, isFingerprint } from "../engine/fingerprint";
import type { MaterialCondition } from "../engine/material-condition";
import type { MaterialRecord } from "../engine/material-record";
import { storedRecord } from "../engine/stored-record";
import { isJsonObject, type Json, type JsonObject, type PrivateState } from "./plugin/private-state";
import { rememberedCondition, rememberedRecord } from "./remembered-material";

/** What a plan announced, for its apply. `move`: an import into another key, which the record is not about. */
export type PlannedAction = Action | "move";

/** What is kept beside the state of imported key material. Nothing of it is secret: it can be read in the state file. */
export interface MaterialMemory {
  readonly record?: MaterialRecord | undefined;
  /** As of the last look: a plan judges by it and looks at no clock. */
  readonly condition?: MaterialCondition | undefined;
  readonly planned?: PlannedAction | undefined;
  /** Of the bytes that a plan has read and shows, where they are imported. */
  readonly plannedBytes?: Fingerprint | undefined;
  /** What the state calls the bytes although nothing was imported: its plan showed them, and no import came of it. */
  readonly unimported?: Fingerprint | undefined;
  /** A look found what a later look cannot tell, and no apply has recorded it yet. */
  readonly unrecorded?: boolean | undefined;
  /** Of a creation, which may be one half of a replacement: the key that the new material goes into, where it is known. */
  readonly createdIn?: string | undefined;
  /**
   * The material waited for a rotation, and its resource may delete it: one half of a replacement by other bytes drops it,
   * so that the other half can import them.
   */
  readonly drops?: boolean | undefined;
  /** The bytes are to be left in the key, since another resource of this plan needs them there. */
  readonly spare?: boolean | undefined;
  /** The key itself goes in the same run. */
  readonly keyLeaves?: boolean | undefined;
}

export function remember(memory: MaterialMemory): PrivateState {
  const { record, condition, ...small } = memory;
  const kept = new Map<string, Json>();
  if (record !== undefined) kept.set("record", jsonOf(storedRecord(record)));
  if (condition !== undefined) kept.set("condition", jsonOf(condition));
  for (const [name, value] of Object.entries(small)) {
    if (value !== undefined && value !== false) kept.set(name, value);
  }
  return kept;
}

/** What an earlier answer kept; nothing where that was none of ours or is incomplete. */
export function recall(kept: PrivateState): MaterialMemory {
  const [record, condition, planned, createdIn] = ["record", "condition", "planned", "createdIn"].map((name) =>
    kept.get(name),
  );
  return {
    record: rememberedRecord(record),
    condition: rememberedCondition(condition),
    planned: planned === "move" ? planned : actions.find((action) => action === planned),
    plannedBytes: fingerprintIn(kept.get("plannedBytes")),
    unimported: fingerprintIn(kept.get("unimported")),
    unrecorded: kept.get("unrecorded") === true,
    createdIn: typeof createdIn === "string" ? createdIn : undefined,
    drops: kept.get("drops") === true,
    spare: kept.get("spare") === true,
    keyLeaves: kept.get("keyLeaves") === true,
  };
}

function fingerprintIn(json: Json | undefined): Fingerprint | undefined {
  return typeof json === "string" && isFingerprint(json) ? json : undefined;
}

function jsonOf(value: object): JsonObject {
  const json: unknown = JSON.parse(JSON.stringify(value));
  if (isJsonObject(json)) return json;
  throw new TypeError("Only objects are remembered.");
}
