import { defined } from "../engine/defined";
import { keyStates, type KeyState } from "../engine/key";
import type { KeyRecord } from "../engine/key-record";
import type { WantedKey } from "../engine/wanted-key";
import { isJsonObject, type Json, type PrivateState } from "./plugin/private-state";

/** What is kept beside the state of a key. Nothing of it is secret: it can be read in the state file. */
export interface KeyMemory {
  /** What the last apply managed, so that a refresh reads and shows it. Absent: nothing says so. */
  readonly managed: Partial<Readonly<Record<Aspect, boolean>>>;
  /**
   * What the last look found and the attributes do not say, since the key's material changes it in the same run. Absent
   * after an import, and after a crash: Terraform forgets it when the provider dies during an update.
   */
  readonly seen?: SeenKey | undefined;
  /** The key was imported or moved into the state, and no apply has been since. */
  readonly takenOver?: boolean;
  /** Tells the resource from another one that has the same key. Absent after a crash. */
  readonly holder?: string | undefined;
  /** Of a key that is to be destroyed: another resource of this plan has it. */
  readonly spare?: boolean;
}

const aspects = ["policy", "tags", "enabled"] as const;
type Aspect = (typeof aspects)[number];

export type SeenKey = Pick<KeyRecord, "arn" | "state" | "enabled" | "toEnable" | "disablingNoted">;

export function rememberKey({ managed, seen, takenOver, holder, spare }: KeyMemory): PrivateState {
  const kept = new Map<string, Json>(Object.entries(managed));
  if (takenOver === true) kept.set("takenOver", true);
  if (holder !== undefined) kept.set("holder", holder);
  if (spare === true) kept.set("spare", true);
  if (seen === undefined) return kept;
  const { arn, state, enabled, toEnable, disablingNoted } = seen;
  const noted = disablingNoted === true ? true : undefined;
  return kept.set("seen", defined({ arn, state, enabled, toEnable, disablingNoted: noted }));
}

export function recallKey(kept: PrivateState): KeyMemory {
  const managed = aspects.flatMap((aspect) => {
    const flag = kept.get(aspect);
    return typeof flag === "boolean" ? [[aspect, flag] as const] : [];
  });
  const holder = kept.get("holder");
  return {
    managed: Object.fromEntries(managed),
    seen: seenIn(kept.get("seen")),
    takenOver: kept.get("takenOver") === true,
    holder: typeof holder === "string" ? holder : undefined,
    spare: kept.get("spare") === true,
  };
}

/** Which aspects a refresh reads and shows: those that somebody manages. */
export function managedOf({ policy, tags, enabled }: WantedKey): KeyMemory["managed"] {
  return { policy: policy !== undefined, tags: tags !== undefined, enabled: enabled !== undefined };
}

function seenIn(json: Json | undefined): SeenKey | undefined {
  if (!isJsonObject(json)) return undefined;
  const { arn, state: name, enabled, toEnable, disablingNoted } = json;
  const state = keyStates.find((one): one is KeyState => one === name);
  if (typeof arn !== "string" || state === undefined) return undefined;
  return {
    arn,
    state,
    enabled: typeof enabled === "boolean" ? enabled : undefined,
    toEnable: typeof toEnable === "boolean" ? toEnable : undefined,
    disablingNoted: disablingNoted === true ? true : undefined,
  };
}
