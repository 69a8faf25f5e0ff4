import type { Action, Assessment } from "../../src/engine/assessment";
import { assess } from "../../src/engine/assessment";
import { ensureKey } from "../../src/engine/external-key";
import {
  applyMaterial,
  type MaterialOutcome,
  type MaterialSettings,
  recordAfter,
} from "../../src/engine/imported-key-material";
import { observeMaterial } from "../../src/engine/material-observation";
import type { KeyMaterialSource } from "../../src/engine/key-material-source";
import type { KeyRecord } from "../../src/engine/key-record";
import { type LifetimeArguments, lifetimeFrom } from "../../src/engine/lifetime";
import type { MaterialRecord } from "../../src/engine/material-record";
import type { Offer } from "../../src/engine/offered-bytes";
import { openSource } from "../../src/engine/opened-source";
import type { Run } from "../../src/engine/run";
import type { WantedKey } from "../../src/engine/wanted-key";
import { bytesSource, type Life, newBytes, testRegion } from "./life";

export const wantedKey: WantedKey = { kms: "aws", region: testRegion, multiRegion: false };

export async function newKey(life: Life, changes: Partial<WantedKey> = {}, run = life.run()): Promise<KeyRecord> {
  return (await ensureKey(run, { ...wantedKey, ...changes }, undefined)).record;
}

/** A key with its material and all that is needed to go on with it. */
export interface ImportedKey {
  readonly key: KeyRecord;
  readonly bytes: Buffer;
  readonly source: KeyMaterialSource;
  readonly wanted: MaterialSettings;
  readonly record: MaterialRecord;
}

export function settings(keyArn: string, lifetime: LifetimeArguments = {}): MaterialSettings {
  return { keyArn, lifetime: lifetimeFrom(lifetime), onDeletion: "reimport" };
}

export async function importedKey(
  life: Life,
  lifetime: LifetimeArguments = {},
  changes: Partial<WantedKey> = {},
  bytes = newBytes(),
): Promise<ImportedKey> {
  const run = life.run();
  const key = await newKey(life, changes, run);
  const source = bytesSource(bytes);
  const wanted = settings(key.arn, lifetime);
  const { record } = await applyMaterial(run, wanted, source, undefined);
  return { key, bytes, source, wanted, record };
}

/** What a plan does: looks, opens what is on offer, and assesses. Writes nothing. */
export async function planned(
  run: Run,
  wanted: MaterialSettings,
  source: KeyMaterialSource | undefined,
  record: MaterialRecord | undefined,
): Promise<{ readonly assessment: Assessment; readonly record: MaterialRecord | undefined; readonly offer: Offer }> {
  const lifetime = record?.lifetime ?? wanted.lifetime;
  const { condition, at } = await observeMaterial(run, wanted.keyArn, record, { ...wanted, lifetime });
  const { offer, material } = await openSource(source, {});
  material?.destroy();
  const seen = record === undefined ? undefined : recordAfter(record, condition);
  return { assessment: assess({ wanted, condition, record: seen, offer, now: at }), record: seen, offer };
}

/** Plan and apply, each in a process of its own as it were. */
export async function planAndApply(
  life: Pick<Life, "calls" | "run">,
  wanted: MaterialSettings,
  source: KeyMaterialSource | undefined,
  record: MaterialRecord | undefined,
): Promise<{
  readonly plan: Assessment;
  readonly planCalls: string[];
  readonly outcome: MaterialOutcome;
  readonly calls: string[];
}> {
  life.calls();
  const plan = await planned(life.run(), wanted, source, record);
  const planCalls = life.calls();
  const action: Action = plan.assessment.action;
  const outcome = await applyMaterial(life.run(), wanted, source, plan.record, {}, action);
  return { plan: plan.assessment, planCalls, outcome, calls: life.calls() };
}
