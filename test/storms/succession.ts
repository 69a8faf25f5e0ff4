import { deadlineAfter } from "../../src/engine/deadline";
import { ByokError } from "../../src/engine/errors";
import { ensureKey } from "../../src/engine/external-key";
import { applyMaterial } from "../../src/engine/imported-key-material";
import { rotateKey } from "../../src/engine/key-rotation";
import type { MaterialRecord } from "../../src/engine/material-record";
import type { Run } from "../../src/engine/run";
import type { WantedKey } from "../../src/engine/wanted-key";
import { planned, settings } from "../support/imported-key";
import { bytesSource, newBytes } from "../support/life";
import type { Sea } from "./voyage";

/** A primary and its replica, each with the first material, and the bytes that are to succeed it. */
export interface Chain {
  readonly primaryArn: string;
  readonly replicaArn: string;
  /** The id of the first material. */
  readonly first: string;
  readonly bytes: Buffer;
  /** What is on record of the new material, by the ARN of the key. */
  readonly records: Map<string, MaterialRecord>;
}

const lifetime = { validFor: "90d", renewBefore: "30d" };
const limit = 20 * 60_000;
const elsewhere = "eu-west-1";

/** Makes the two keys, in calm weather. */
export async function firstMaterial(run: Run, wanted: WantedKey): Promise<Chain> {
  const bytes = newBytes();
  const imported = async (keyArn: string): Promise<MaterialRecord> => {
    const { record, error } = await applyMaterial(run, settings(keyArn, lifetime), bytesSource(bytes), undefined);
    if (error !== undefined) throw error;
    return record;
  };
  const { record: primary } = await ensureKey(run, { ...wanted, multiRegion: true }, undefined);
  const { materialId: first = "" } = await imported(primary.arn);
  const replicated = { ...wanted, multiRegion: true, region: elsewhere, primaryKeyArn: primary.arn };
  const { record: replica } = await ensureKey(run, replicated, undefined);
  await imported(replica.arn);
  return { primaryArn: primary.arn, replicaArn: replica.arn, first, bytes: newBytes(), records: new Map() };
}

/** One apply of new material over two Regions and of the rotation to it, as a process of its own. */
export async function rotated(run: Run, { primaryArn, replicaArn, first, bytes, records }: Chain) {
  const call = { deadline: deadlineAfter(limit, run.clock) };
  try {
    for (const keyArn of [primaryArn, replicaArn]) {
      const asked = { ...settings(keyArn, lifetime), succeeds: first };
      const source = bytesSource(bytes);
      const plan = await planned(run, asked, source, records.get(keyArn));
      const done = await applyMaterial(run, asked, source, plan.record, call, plan.assessment.action);
      records.set(keyArn, done.record);
      if (done.error !== undefined) return done.error;
    }
    await rotateKey(
      run,
      { keyArn: primaryArn, materialId: records.get(primaryArn)?.materialId ?? "" },
      undefined,
      call,
    );
    return undefined;
  } catch (thrown) {
    return ByokError.from(thrown);
  }
}

/** Both Regions have both materials, the new one is the current one, and it was rotated to once. */
export async function expectRotated(sea: Sea, { primaryArn, replicaArn, first, records }: Chain): Promise<void> {
  const { clock, harbour, kms } = sea;
  // By a way of its own, over which no weather comes.
  const run = sea.run(harbour.reach(kms.port));
  for (const keyArn of [primaryArn, replicaArn]) {
    const { kms: name, region } = run.services.locate(keyArn, "key_arn");
    const service = run.services.service(name, region);
    const materials = await clock.run(service.materials(keyArn));
    expect(materials.map(({ materialId, state, imported }) => ({ materialId, state, imported }))).toEqual([
      { materialId: first, state: "NON_CURRENT", imported: true },
      { materialId: records.get(keyArn)?.materialId, state: "CURRENT", imported: true },
    ]);
    expect(records.get(keyArn)).toMatchObject({ verified: true });
  }
  const begun = kms.requests
    .all()
    .filter(({ operation, status }) => operation === "RotateKeyOnDemand" && status === 200);
  expect(begun).toHaveLength(1);
}
