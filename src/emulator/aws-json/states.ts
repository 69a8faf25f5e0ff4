import type { Key, KeyState } from "../key";
import { type AwsError, disabled, invalidState } from "./errors";

type Verdict = "ok" | "invalid" | "disabled";

/** enabled, disabled, pending deletion (of the key or, for a primary, of its replicas), pending import, creating, updating */
type Row = readonly [Verdict, Verdict, Verdict, Verdict, Verdict, Verdict];

const columns = {
  enabled: 0,
  disabled: 1,
  pending_deletion: 2,
  pending_replica_deletion: 2,
  pending_import: 3,
  creating: 4,
  updating: 5,
} as const satisfies Record<KeyState, keyof Row>;

const always: Row = ["ok", "ok", "ok", "ok", "ok", "ok"];
const use: Row = ["ok", "disabled", "invalid", "invalid", "invalid", "ok"];
const change: Row = ["ok", "ok", "invalid", "ok", "ok", "ok"];
const toggle: Row = ["ok", "ok", "invalid", "invalid", "invalid", "invalid"];

/** "Key states of AWS KMS keys" of the developer guide. Whatever is not listed works in every state. */
export const states: Readonly<Record<string, Row>> = {
  GetParametersForImport: ["ok", "ok", "invalid", "ok", "invalid", "invalid"],
  ImportKeyMaterial: ["ok", "ok", "invalid", "ok", "invalid", "ok"],
  DeleteImportedKeyMaterial: ["ok", "ok", "ok", "ok", "invalid", "invalid"],
  EnableKey: toggle,
  DisableKey: toggle,
  EnableKeyRotation: ["ok", "disabled", "invalid", "invalid", "invalid", "invalid"],
  DisableKeyRotation: ["ok", "disabled", "invalid", "invalid", "invalid", "invalid"],
  ReplicateKey: ["ok", "disabled", "invalid", "invalid", "invalid", "invalid"],
  UpdatePrimaryRegion: ["ok", "disabled", "invalid", "invalid", "invalid", "ok"],
  RotateKeyOnDemand: ["ok", "disabled", "invalid", "invalid", "invalid", "invalid"],
  ScheduleKeyDeletion: ["ok", "ok", "invalid", "ok", "ok", "invalid"],
  CancelKeyDeletion: ["invalid", "invalid", "ok", "invalid", "invalid", "invalid"],
  TagResource: change,
  UntagResource: change,
  UpdateKeyDescription: change,
  CreateAlias: change,
  UpdateAlias: change,
  DescribeKey: always,
  GetKeyPolicy: always,
  PutKeyPolicy: always,
  ListResourceTags: always,
  Encrypt: use,
  Decrypt: use,
  ReEncrypt: use,
  GenerateDataKey: use,
  GenerateDataKeyWithoutPlaintext: use,
  Sign: use,
  Verify: use,
  GenerateMac: use,
  VerifyMac: use,
  GetPublicKey: use,
  GenerateDataKeyPair: use,
  GenerateDataKeyPairWithoutPlaintext: use,
  DeriveSharedSecret: use,
  CreateGrant: use,
};

const stateTexts = {
  enabled: "is enabled.",
  disabled: "is disabled.",
  pending_deletion: "is pending deletion (or pending replica deletion).",
  pending_replica_deletion: "is pending deletion (or pending replica deletion).",
  pending_import: "is pending import.",
  creating: "is creating.",
  updating: "is updating.",
} as const satisfies Record<KeyState, string>;

/** Why the operation is refused for a key in this state; undefined where it is not. */
export function stateRefusal(operation: string, key: Key, state: KeyState): AwsError | undefined {
  const row = states[operation] ?? always;
  const verdict = row[columns[state]];
  if (verdict === "ok") return undefined;
  if (verdict === "disabled") return disabled(key);
  return operation === "CancelKeyDeletion"
    ? invalidState(`${key.arn} is not pending deletion (or pending replica deletion).`)
    : invalidState(`${key.arn} ${stateTexts[state]}`);
}
