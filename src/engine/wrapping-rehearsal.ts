import { generateKeyPairSync } from "node:crypto";
import type { Call } from "./call";
import type { OfferedMaterial } from "./key-material-source";
import type { WrappingChoice } from "./wrapping-choice";
import { wrappingKeySpecs } from "./wrapping-key";

/**
 * Has what holds the key material wrap it once, where a key is emptied before its import: a device that fails then leaves
 * the key dead. It wraps for a key whose private half nobody keeps. Bytes in memory need no rehearsal.
 *
 * @throws ByokError what the wrapper throws.
 */
export async function rehearseWrapping(
  material: OfferedMaterial,
  { algorithm, wrappingKeySpec: spec }: WrappingChoice,
  call: Call,
): Promise<void> {
  if (material.algorithms === undefined) return;
  // A device may check that a modulus has no small factors, so that it has to be a real one.
  const { publicKey } = generateKeyPairSync("rsa", { modulusLength: wrappingKeySpecs[spec].bits });
  await material.wrap({ spec, publicKey }, algorithm, call);
}
