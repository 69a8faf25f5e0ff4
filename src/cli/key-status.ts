import { whatIsDue } from "../engine/assessment";
import { defined } from "../engine/defined";
import { ByokError } from "../engine/errors";
import { observeMaterial } from "../engine/material-observation";
import { type EpochSeconds, formatInstant, type Seconds } from "../engine/instant";
import type { KeyDescription, KeyState, MaterialEntry } from "../engine/key";
import type { Lifetime } from "../engine/lifetime";
import { materialFacts, type MaterialState } from "../engine/material-condition";
import type { AssumedRecord } from "../engine/material-record";
import type { Run } from "../engine/run";
import { type MaterialForScripts, materialForScripts, materialsIn } from "./material-status";

/**
 * What became of a key's material. A KMS shows no difference between material that expired and material that was deleted,
 * save where it goes on telling the date.
 */
export type ShownMaterial = Exclude<MaterialState, "deleted"> | "expired_or_deleted";

/** What `byok status` shows of one key. Moments are whole seconds since 1970. */
export interface KeyStatus {
  readonly arn: string;
  /** The KMS's own time. */
  readonly now: EpochSeconds;
  /** Null: the KMS does not know the key. */
  readonly keyState: KeyState | null;
  readonly material: ShownMaterial;
  /** When the material expires, or expired. Absent: never, or the KMS does not tell. */
  readonly validTo?: EpochSeconds;
  /** The material is there and has no date of expiry. */
  readonly neverExpires: boolean;
  /** From when on the material should be renewed. */
  readonly renewalTime?: EpochSeconds;
  readonly renewalDue: boolean;
  /** The assessment's words. */
  readonly reason: string;
  /** All materials of a key that may hold several. Absent: it takes one only, or they may not be listed. */
  readonly materials?: readonly MaterialEntry[];
}

/**
 * Looks at one key and assesses it as a plan would, for a configuration that takes the material as it is and wants it
 * renewed so long before it expires. Writes nothing.
 */
export async function keyStatus(run: Run, arn: string, renewBefore: Seconds): Promise<KeyStatus> {
  const lifetime: Lifetime = { kind: "renewed", validFor: Number.MAX_SAFE_INTEGER, renewBefore };
  const record: AssumedRecord = { keyArn: arn, verified: true, lifetime };
  const look = await observeMaterial(run, arn, record, { lifetime });
  const { condition, key, at } = look;
  const { reason } = whatIsDue({ wanted: { keyArn: arn, lifetime, onDeletion: "reimport" }, condition, record });
  const { validTo, renewalTime, renewalDue, expirationModel } = materialFacts(condition);
  const materials = await materialsIn(run, look);
  const seen = { arn, now: at, keyState: key?.state ?? null, renewalDue, ...defined({ materials }) };
  if (condition.state !== "deleted") {
    const neverExpires = condition.state === "imported" && expirationModel === "KEY_MATERIAL_DOES_NOT_EXPIRE";
    return { ...seen, material: condition.state, ...defined({ validTo, renewalTime }), neverExpires, reason };
  }
  const lapsed = expiredOn(at, key, materials);
  if (lapsed === undefined) return { ...seen, material: "expired_or_deleted", neverExpires: false, reason };
  return {
    ...seen,
    material: "expired",
    validTo: lapsed,
    neverExpires: false,
    reason: `expired on ${formatInstant(lapsed)}`,
  };
}

/** The date on which the lost material expired, where the KMS still tells it. */
export function expiredOn(
  now: EpochSeconds,
  key: Pick<KeyDescription, "validTo"> | null,
  materials: readonly MaterialEntry[] | undefined,
): EpochSeconds | undefined {
  const lost = (materials ?? []).filter(({ imported }) => !imported);
  return [key, ...lost].flatMap((one) => one?.validTo ?? []).find((validTo) => validTo <= now);
}

/** Whether the key cannot be used, or will not be usable any more so many seconds from now. */
export function lapsesWithin({ material, validTo, now }: KeyStatus, seconds: Seconds): boolean {
  if (material !== "imported") return true;
  return validTo !== undefined && validTo - now <= seconds;
}

/** With moments as text, for scripts. */
export function statusForScripts(
  status: KeyStatus,
): Readonly<Record<string, string | boolean | null | readonly MaterialForScripts[]>> {
  const { now, validTo, renewalTime, materials, ...rest } = status;
  return {
    ...rest,
    now: formatInstant(now),
    validTo: validTo === undefined ? null : formatInstant(validTo),
    renewalTime: renewalTime === undefined ? null : formatInstant(renewalTime),
    materials: materials?.map(materialForScripts) ?? null,
  };
}

/** What to say of a key that could not be looked at. */
export function failureOf(arn: string, thrown: unknown): { readonly arn: string; readonly error: ByokError } {
  return { arn, error: ByokError.from(thrown) };
}
