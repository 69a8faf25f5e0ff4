import { type Key, type KeyState, keyState } from "../key";
import { AlibabaError, type AlibabaErrorCode } from "./errors";

type Verdict = "ok" | Extract<AlibabaErrorCode, `Rejected.${string}`>;

const SMF = "Rejected.StateModifiedFailed";
const RD = "Rejected.Disabled";
const RPD = "Rejected.PendingDeletion";
const RPI = "Rejected.PendingImport";

/** enabled, disabled, pending deletion, pending import */
type Row = readonly [Verdict, Verdict, Verdict, Verdict];

const COLUMNS = {
  enabled: 0,
  disabled: 1,
  pending_deletion: 2,
  pending_replica_deletion: 2,
  pending_import: 3,
  creating: 3,
  updating: 0,
} as const satisfies Record<KeyState, keyof Row>;

const USE: Row = ["ok", RD, RPD, RPI];
const TOGGLE: Row = ["ok", "ok", SMF, SMF];
const CHANGE: Row = ["ok", "ok", RPD, "ok"];

/** "How the status of a CMK affects API calls" of the documentation. Whatever is not listed works in every state. */
export const STATES: Readonly<Record<string, Row>> = {
  ImportKeyMaterial: ["ok", "ok", SMF, "ok"],
  EnableKey: TOGGLE,
  DisableKey: TOGGLE,
  ScheduleKeyDeletion: ["ok", "ok", SMF, "ok"],
  CancelKeyDeletion: [SMF, SMF, "ok", SMF],
  CreateAlias: ["ok", "ok", SMF, "ok"],
  UpdateAlias: CHANGE,
  UpdateKeyDescription: CHANGE,
  SetDeletionProtection: CHANGE,
  TagResource: CHANGE,
  UntagResource: CHANGE,
  Encrypt: USE,
  Decrypt: USE,
  GenerateDataKey: USE,
  GenerateDataKeyWithoutPlaintext: USE,
};

/** @throws AlibabaError where the operation is refused for a key in its state */
export function requireState(operation: string, key: Key, nowMs: number): void {
  const verdict = STATES[operation]?.[COLUMNS[keyState(key, nowMs)]] ?? "ok";
  if (verdict !== "ok") throw new AlibabaError(verdict);
}
