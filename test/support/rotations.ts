import { ListKeyRotationsCommand, RotateKeyOnDemandCommand } from "@aws-sdk/client-kms";
import type { ConfigInput, ResourceInstance } from "../../src/terraform/plugin/testing/host";
import { type ByokHost, textIn } from "./byok-host";
import { type Life, newBytes, plaintext } from "./life";

/** Material of a key in one Region and, where it succeeds another, the rotation to it. */
export interface Successor {
  readonly material: ResourceInstance;
  readonly rotation: ResourceInstance;
  readonly config: ConfigInput;
  readonly rotationConfig: ConfigInput;
}

/** Bytes as a configuration gives them. */
export function bytesIn(bytes: Buffer = newBytes()): ConfigInput {
  return { key_material_wo: bytes.toString("base64") };
}

/** A key with its first material. */
export async function firstMaterial(
  { host }: ByokHost,
  changes: ConfigInput = {},
  settings: ConfigInput = {},
): Promise<{ readonly keyArn: string; readonly material: ResourceInstance; readonly config: ConfigInput }> {
  const key = host.resource("byok_external_key");
  await key.apply(changes);
  const keyArn = textIn(key, "arn");
  const material = host.resource("byok_imported_key_material");
  const config = { key_arn: keyArn, ...bytesIn(), ...settings };
  await material.apply(config);
  return { keyArn, material, config };
}

/** New material that succeeds another, and a rotation to it. */
export async function rotateOn(
  { host }: ByokHost,
  keyArn: string,
  succeeds: string,
  settings: ConfigInput = {},
): Promise<Successor> {
  const [material, rotation] = [host.resource("byok_imported_key_material"), host.resource("byok_key_rotation")];
  const config = { key_arn: keyArn, ...bytesIn(), succeeds, ...settings };
  await material.apply(config);
  const rotationConfig = { key_arn: keyArn, key_material_id: textIn(material, "key_material_id") };
  await rotation.apply(rotationConfig);
  return { material, rotation, config, rotationConfig };
}

/** Rotates as somebody else would, with the official client, and waits until it shows. */
export async function rotateByHand(life: Life, keyArn: string): Promise<string> {
  const before = await currentOf(life, keyArn);
  await life.client().send(new RotateKeyOnDemandCommand({ KeyId: keyArn }));
  for (;;) {
    const now = await currentOf(life, keyArn);
    if (now !== before) return now;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** What a key's list says of its materials: each id, its state and whether it is imported. */
export async function materialsIn(
  life: Life,
  KeyId: string,
  region?: string,
): Promise<ReadonlyMap<string, { readonly state: string; readonly imported: boolean }>> {
  const { Rotations = [] } = await life
    .client(region)
    .send(new ListKeyRotationsCommand({ KeyId, IncludeKeyMaterial: "ALL_KEY_MATERIAL" }));
  return new Map(
    Rotations.map(({ KeyMaterialId = "", KeyMaterialState = "", ImportState }) => [
      KeyMaterialId,
      { state: KeyMaterialState, imported: ImportState === "IMPORTED" },
    ]),
  );
}

async function currentOf(life: Life, keyArn: string): Promise<string> {
  const materials = await materialsIn(life, keyArn);
  return [...materials].find(([, { state }]) => state === "CURRENT")?.[0] ?? "";
}

/** Whether everything that was encrypted opens, in each of the Regions. */
export async function expectOpen(
  life: Life,
  ciphertexts: readonly Uint8Array[],
  regions: readonly (string | undefined)[] = [undefined],
): Promise<void> {
  for (const ciphertext of ciphertexts) {
    for (const region of regions) expect(await life.decrypt(ciphertext, region)).toBe(plaintext);
  }
}
