import type { WrappedFile, WrappedKey } from "../../src/ceremony/wrapped-file";
import { freshParameters } from "../../src/engine/import-parameters";
import { keyContext } from "../../src/engine/key-context";
import { KeyMaterial } from "../../src/engine/key-material";
import type { KeyMaterialSource } from "../../src/engine/key-material-source";
import { isKeySpec } from "../../src/engine/key-spec";
import type { Run } from "../../src/engine/run";
import { chooseWrapping } from "../../src/engine/wrapping-choice";
import { WrappedMaterial } from "../../src/material-sources/wrapped";

/** Wraps bytes for one key as a key ceremony does, with parameters of the key's KMS. */
export async function wrappedElsewhere(run: Run, keyArn: string, bytes: Buffer): Promise<WrappedFile> {
  const context = keyContext(run, keyArn, "key_arn", {});
  const { value: key, at } = await context.service.describe(keyArn, {});
  if (key === null || !isKeySpec(key.spec)) throw new Error(`${keyArn} takes no material.`);
  const { profile } = context.service;
  const wrapping = chooseWrapping({ keySpec: key.spec, profile });
  const { wrappingKey, token, validTo } = await freshParameters(context, key, wrapping, undefined);
  const material = KeyMaterial.take(Buffer.from(bytes));
  const { fingerprint, shape } = material;
  const wrapped = await material.wrap(wrappingKey, wrapping.algorithm);
  material.destroy();
  const entry: WrappedKey = { keyArn, keySpec: key.spec, ...wrapping, token, wrapped, validTo };
  return { madeAt: at, fingerprint, shape, paramsDigest: "0".repeat(64), keys: [entry] };
}

/** A wrapped file with an entry changed. */
export function changedEntry(file: WrappedFile, changes: Partial<WrappedKey>): WrappedFile {
  return { ...file, keys: file.keys.map((key) => ({ ...key, ...changes })) };
}

/** A wrapped file as a source. */
export function wrappedFileSource(file: WrappedFile): KeyMaterialSource {
  const names = { name: "wrapped:w.json", attribute: "key_material_source" };
  return { ...names, open: async () => new WrappedMaterial(file, names) };
}
