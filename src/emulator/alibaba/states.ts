import { type Key, type KeyState, keyState } from "../key";
import { AlibabaError, type AlibabaErrorCode } from "./errors";

type Verdict = "ok" | Extract<AlibabaErrorCode, `Rejected.${string}`>;

const stateFailed = "Rejected.StateModifiedFailed";
const disabled = "Rejected.Disabled";
const pendingDeletion = "Rejected.PendingDeletion";
const pendingImport = "Rejected.PendingImport";

/** enabled, disabled, pending deletion, pending import */
type Row = readonly [Verdict, Verdict, Verdict, Verdict];

const columns = {
  enabled: 0,
  disabled: 1,
  pending_deletion: 2,
  pending_replica_deletion: 2,
  pending_import: 3,
  creating: 3,
  updating: 0,
} as const satisfies Record<KeyState, keyof Row>;

const use: Row = ["ok", disabled, pendingDeletion, pendingImport];
const toggle: Row = ["ok", "ok", stateFailed, stateFailed];
const change: Row = ["ok", "ok", pendingDeletion, "ok"];

/** "How the status of a CMK affects API calls" of the documentation. Whatever is not listed works in every state. */
export const states: Readonly<Record<string, Row>> = {
  ImportKeyMaterial: ["ok", "ok", stateFailed, "ok"],
  EnableKey: toggle,
  DisableKey: toggle,
  ScheduleKeyDeletion: ["ok", "ok", stateFailed, "ok"],
  CancelKeyDeletion: [stateFailed, stateFailed, "ok", stateFailed],
  CreateAlias: ["ok", "ok", stateFailed, "ok"],
  UpdateAlias: change,
  UpdateKeyDescription: change,
  SetDeletionProtection: change,
  TagResource: change,
  UntagResource: change,
  Encrypt: use,
  Decrypt: use,
  GenerateDataKey: use,
  GenerateDataKeyWithoutPlaintext: use,
};

/** @throws AlibabaError where the operation is refused for a key in its state */
export function requireState(operation: string, key: Key, nowMs: number): void {
  const verdict = states[operation]?.[columns[keyState(key, nowMs)]] ?? "ok";
  if (verdict !== "ok") throw new AlibabaError(verdict);
}
