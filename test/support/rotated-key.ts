import { ensureKey } from "../../src/engine/external-key";
import { applyMaterial, type MaterialSettings } from "../../src/engine/imported-key-material";
import { rotateKey } from "../../src/engine/key-rotation";
import type { KeyMaterialSource } from "../../src/engine/key-material-source";
import type { LifetimeArguments } from "../../src/engine/lifetime";
import type { MaterialRecord } from "../../src/engine/material-record";
import type { Run } from "../../src/engine/run";
import { settings, wantedKey } from "./imported-key";
import { bytesSource, type Life, newBytes, testRegion } from "./life";

/** One material in one key, as a face keeps it. */
export interface HeldMaterial {
  readonly wanted: MaterialSettings;
  readonly source: KeyMaterialSource;
  readonly record: MaterialRecord;
}

/** A key in some Regions that was rotated some times, with all its materials in byok's hands. */
export interface RotatedKey {
  /** ARNs, the primary's first. */
  readonly arns: readonly string[];
  /** Materials, each in every Region, in the order of the rotations. */
  readonly materials: readonly (readonly HeldMaterial[])[];
  /** A ciphertext under each material, made in each Region. */
  readonly ciphertexts: readonly (readonly Uint8Array[])[];
}

export function idOf({ record }: HeldMaterial): string {
  if (record.materialId === undefined) throw new Error("The import was not answered with an id.");
  return record.materialId;
}

/** Imports material into each of the keys, the primary first, and rotates to it where it succeeds another. */
export async function succeed(
  run: Run,
  arns: readonly string[],
  succeeds: string | undefined,
  source: KeyMaterialSource = bytesSource(newBytes()),
  lifetime: LifetimeArguments = {},
): Promise<readonly HeldMaterial[]> {
  const held: HeldMaterial[] = [];
  for (const arn of arns) {
    const wanted = { ...settings(arn, lifetime), succeeds };
    const { record } = await applyMaterial(run, wanted, source, undefined);
    held.push({ wanted, source, record });
  }
  const [primary] = held;
  if (succeeds !== undefined && primary !== undefined) {
    await rotateKey(run, { keyArn: primary.wanted.keyArn, materialId: idOf(primary) });
  }
  return held;
}

/** @param regions Of the replicas. None: a single-Region key. */
export async function rotatedKey(
  life: Life,
  {
    rotations = 1,
    regions = [],
    lifetime = {},
  }: { rotations?: number; regions?: readonly string[]; lifetime?: LifetimeArguments } = {},
): Promise<RotatedKey> {
  const run = life.run();
  const multiRegion = regions.length > 0;
  const { record: primary } = await ensureKey(run, { ...wantedKey, multiRegion }, undefined);
  const first = bytesSource(newBytes());
  const arns = [primary.arn];
  const materials: HeldMaterial[][] = [[...(await succeed(run, arns, undefined, first, lifetime))]];
  for (const region of regions) {
    const wanted = { kms: "aws", region, multiRegion: true, primaryKeyArn: primary.arn };
    const { record } = await ensureKey(run, wanted, undefined);
    arns.push(record.arn);
    materials[0]?.push(...(await succeed(run, [record.arn], undefined, first, lifetime)));
  }
  const encrypted = async (): Promise<Uint8Array[]> =>
    Promise.all(arns.map((arn, at) => life.encrypt(arn, [testRegion, ...regions][at])));
  const ciphertexts = [await encrypted()];
  for (let made = 0; made < rotations; made++) {
    const before = materials.at(-1)?.[0];
    if (before === undefined) throw new Error("The key has no material.");
    materials.push([...(await succeed(run, arns, idOf(before), undefined, lifetime))]);
    ciphertexts.push(await encrypted());
  }
  return { arns, materials, ciphertexts };
}
