import type { Action } from "../engine/assessment";
import type { MaterialCondition } from "../engine/material-condition";
import type { MaterialRecord } from "../engine/material-record";
import { isJsonObject, type Json, type JsonObject, type PrivateState } from "./plugin/private-state";

/** What is kept beside the state of imported key material. Nothing of it is secret: it can be read in the state file. */
export interface MaterialMemory {
  readonly record: MaterialRecord | undefined;
  /** As of the last look: a plan judges by it and looks at no clock. */
  readonly condition: MaterialCondition | undefined;
  /** What the plan announced, for its apply. */
  readonly planned: Action | undefined;
}

export function remember(memory: Partial<MaterialMemory>): PrivateState {
  const kept = new Map<string, Json>();
  if (memory.record !== undefined) kept.set("record", jsonOf(memory.record));
  if (memory.condition !== undefined) kept.set("condition", jsonOf(memory.condition));
  if (memory.planned !== undefined) kept.set("planned", memory.planned);
  return kept;
}

/** What an earlier answer kept; nothing where that was none of ours or is incomplete. */
export function recall(kept: PrivateState): MaterialMemory {
  const [record, condition, planned] = [kept.get("record"), kept.get("condition"), kept.get("planned")];
  return {
    record: isRecord(record) ? record : undefined,
    condition: isCondition(condition) ? condition : undefined,
    planned: actions.find((action) => action === planned),
  };
}

const actions: readonly Action[] = ["create", "reimport", "record", "nothing", "refuse"];

// The private state is written by this provider alone, and by no version with another shape; a wrong guess could still
// not do harm, since an apply looks at the key itself.
function isRecord(json: unknown): json is MaterialRecord {
  return isJsonObject(json) && typeof json["keyArn"] === "string" && typeof json["verified"] === "boolean";
}

function isCondition(json: unknown): json is MaterialCondition {
  return isJsonObject(json) && typeof json["state"] === "string" && Array.isArray(json["missingMaterials"]);
}

function jsonOf(value: object): JsonObject {
  const json: unknown = JSON.parse(JSON.stringify(value));
  if (isJsonObject(json)) return json;
  throw new TypeError("Only objects are remembered.");
}
