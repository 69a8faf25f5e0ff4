import { ensureKey } from "../../src/engine/external-key";
import { applyMaterial } from "../../src/engine/imported-key-material";
import type { KeyRecord } from "../../src/engine/key-record";
import type { LifetimeArguments } from "../../src/engine/lifetime";
import type { MaterialRecord } from "../../src/engine/material-record";
import type { WantedKey } from "../../src/engine/wanted-key";
import { settings } from "../support/imported-key";
import { bytesSource, newBytes } from "../support/life";
import type { Given, Scene } from "./flow";

export const lifetime: LifetimeArguments = { validFor: "90d", renewBefore: "30d" };
export const [dublin] = ["eu-west-1"] as const;

export const wantedOn = ({ cloud }: Scene, changes: Partial<WantedKey> = {}): WantedKey => ({
  ...cloud.wantedKey,
  ...changes,
});

/** A key as somebody made it, without material. */
export async function emptyKey(
  scene: Scene,
  changes: Partial<WantedKey> = {},
): Promise<Given & { readonly key: KeyRecord }> {
  const { record, error } = await ensureKey(scene.free, wantedOn(scene, changes), undefined);
  if (error !== undefined) throw error;
  return { key: record };
}

/** An account that is not empty. */
export async function anotherKey(scene: Scene): Promise<Given> {
  await emptyKey(scene);
  return {};
}

export type Imported = Required<Omit<Given, "successor">>;

/** A key with material for ninety days. */
export async function importedKey(scene: Scene, changes: Partial<WantedKey> = {}): Promise<Imported> {
  const { key } = await emptyKey(scene, changes);
  const bytes = newBytes();
  const { record } = await applyMaterial(scene.free, settings(key.arn, lifetime), bytesSource(bytes), undefined);
  return { key, bytes, material: record, ciphertext: await scene.life.encrypt(key.arn) };
}

export const later = (scene: Scene, duration: string): void => scene.life.kms.clock.advance(duration);

export function keyOf({ key }: Given): KeyRecord {
  if (key === undefined) throw new Error("This flow was given no key.");
  return key;
}

export function materialOf({ material }: Given): MaterialRecord {
  if (material === undefined) throw new Error("This flow was given no material.");
  return material;
}

export const replicaOf = (given: Given): Partial<WantedKey> => ({
  region: dublin,
  multiRegion: true,
  primaryKeyArn: keyOf(given).arn,
  creationToken: "payments/replica",
});
