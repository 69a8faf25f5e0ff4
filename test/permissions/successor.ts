import { ensureKey } from "../../src/engine/external-key";
import { applyMaterial } from "../../src/engine/imported-key-material";
import { observeRotation, rotateKey } from "../../src/engine/key-rotation";
import type { MaterialRecord } from "../../src/engine/material-record";
import { dropPendingMaterial, releaseMaterial } from "../../src/engine/material-release";
import { assessRotation, type WantedRotation } from "../../src/engine/rotation-assessment";
import { planned, settings } from "../support/imported-key";
import { bytesSource, newBytes } from "../support/life";
import type { Flow, Given, Scene, Successor } from "./flow";
import { type Imported, importedKey, keyOf, lifetime, replicaOf, wantedOn } from "./given";

export type Succeeding = Imported & { readonly successor: Successor };

/** Material that succeeds the one that was there before, in a key that may be a replica of that. */
export async function succeeding(given: Imported, keyArn = given.key.arn): Promise<Succeeding> {
  return { ...given, successor: { keyArn, bytes: newBytes(), succeeds: materialIdOf(given.material) } };
}

/** The same, imported. */
export async function waiting({ free }: Scene, given: Imported): Promise<Succeeding> {
  const { successor, ...rest } = await succeeding(given);
  const { record } = await applyMaterial(free, successorSettings(successor), bytesSource(successor.bytes), undefined);
  return { ...rest, successor: { ...successor, material: record } };
}

/** A replica that has the material of its primary, which has been given another one since. */
export async function waitingElsewhere(scene: Scene): Promise<Succeeding> {
  const given = await importedKey(scene, { multiRegion: true });
  const { record: replica } = await ensureKey(scene.free, wantedOn(scene, replicaOf(given)), undefined);
  await applyMaterial(scene.free, settings(replica.arn, lifetime), bytesSource(given.bytes), undefined);
  const { successor, ...rest } = await waiting(scene, given);
  return { ...rest, successor: { keyArn: replica.arn, bytes: successor.bytes, succeeds: successor.succeeds } };
}

function successorSettings({ keyArn, succeeds }: Successor) {
  return { ...settings(keyArn, lifetime), succeeds };
}

/** Plan and apply of material that succeeds another, of one process. */
export const importsSuccessor: Flow["act"] = async (_scene, run, given, earlier) => {
  const { bytes, ...successor } = successorOf(given);
  const [asked, source] = [successorSettings({ ...successor, bytes }), bytesSource(bytes)];
  const plan = await planned(run, asked, source, earlier?.material);
  const { action } = plan.assessment;
  const { record, warnings, error } = await applyMaterial(run, asked, source, plan.record, {}, action);
  return { material: record, warnings, error };
};

export const plansRotation: Flow["act"] = async (_scene, run, given) => {
  const wanted = rotationOf(given);
  const { row, reason, warnings } = assessRotation({ wanted, condition: await observeRotation(run, wanted) });
  return { key: keyOf(given), saw: `${row}: ${reason}`, warnings };
};

export const rotates: Flow["act"] = async (_scene, run, given) => {
  const { warnings } = await rotateKey(run, rotationOf(given));
  return { key: keyOf(given), warnings };
};

export function rotationOf(given: Given): WantedRotation {
  return { keyArn: keyOf(given).arn, materialId: materialIdOf(successorOf(given).material) };
}

function successorOf({ successor }: Given): Successor {
  if (successor === undefined) throw new Error("This flow was given no material that succeeds another.");
  return successor;
}

function materialIdOf(record: MaterialRecord | undefined): string {
  if (record?.materialId === undefined) throw new Error("This material was not imported.");
  return record.materialId;
}

/** Lets go of the material that waits, as its own resource does. */
export const releasesWaiting: Flow["act"] = async (_scene, run, given) => {
  const material = waitingIn(given);
  return { material, ...(await releaseMaterial(run, material, "delete", {}, { wasPending: true })) };
};

/** Drops the material that waits, for other bytes to take its place. */
export const dropsWaiting: Flow["act"] = async (_scene, run, given) => {
  const material = waitingIn(given);
  const isDropped = await dropPendingMaterial(run, material);
  return { material, saw: isDropped ? "dropped" : "kept" };
};

function waitingIn(given: Given): MaterialRecord {
  const { material } = successorOf(given);
  if (material === undefined) throw new Error("This material was not imported.");
  return material;
}
