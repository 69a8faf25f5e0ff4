import type { ExternalKeyProps, KeyRotationProps } from "../../cdktf/index";
import { families } from "./families";
import { newStack, refusalOf, resourcesOf, synthesise } from "./synthesis";

const keyArn = "arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab";
const materialId = "0123456789abcdef".repeat(4);

describe.each(families)("KeyRotation of $name", (family) => {
  const { ByokProvider, ExternalKey, ImportedKeyMaterial, KeyRotation } = family.byok;

  it("rotates a key to material that succeeds another, once both are there", () => {
    const stack = newStack(family);
    const key = new ExternalKey(stack, "payments");
    const first = new ImportedKeyMaterial(stack, "first", { key, keyMaterialSource: "env:FIRST" });
    const { keyMaterialId: succeeds } = first;
    const next = new ImportedKeyMaterial(stack, "next", { key, succeeds, keyMaterialSource: "env:NEXT" });
    const rotation = new KeyRotation(stack, "rotation", { key, keyMaterialId: next.keyMaterialId });
    expect(rotation.node.defaultChild).toBe(rotation.resource);
    expect(resourcesOf(synthesise(family, stack), "byok_key_rotation")).toEqual([
      {
        key_arn: "${byok_external_key.payments.arn}",
        key_material_id: "${byok_imported_key_material.next.key_material_id}",
      },
    ]);
  });

  it("hands every property on, and gives its results as tokens", () => {
    const stack = newStack(family);
    const rotation = new KeyRotation(stack, "rotation", {
      key: ExternalKey.fromKeyArn(stack, "key", keyArn),
      keyMaterialId: materialId,
      timeouts: { create: "1h" },
      provider: new ByokProvider(stack, "other", { alias: "other" }),
    });
    const { keyArn: arn, keyMaterialId: id, rotatedAt, currentKeyMaterialId, rotations, rotationsLeft } = rotation;
    new family.library.TerraformOutput(stack, "out", {
      value: { arn, id, rotatedAt, currentKeyMaterialId, rotations, rotationsLeft },
    });
    const synthesised = synthesise(family, stack);
    expect(resourcesOf(synthesised, "byok_key_rotation")).toEqual([
      { key_arn: keyArn, key_material_id: materialId, timeouts: { create: "1h" }, provider: "byok.other" },
    ]);
    const address = "byok_key_rotation.rotation";
    expect(synthesised.output?.["out"]?.["value"]).toEqual({
      arn: `\${${address}.key_arn}`,
      id: `\${${address}.key_material_id}`,
      rotatedAt: `\${${address}.rotated_at}`,
      currentKeyMaterialId: `\${${address}.current_key_material_id}`,
      rotations: `\${${address}.rotations}`,
      rotationsLeft: `\${${address}.rotations_left}`,
    });
  });

  const refusals: readonly (readonly [string, Partial<KeyRotationProps>, ExternalKeyProps, RegExp])[] = [
    [
      "what is no id of key material",
      { keyMaterialId: "2027" },
      {},
      /keys\/rotation\] \[invalid_argument\] `keyMaterialId` must be the id of key material, 64 lower-case/,
    ],
    [
      "a KMS whose keys have one material",
      {},
      { kms: "qkms" },
      /keys\/rotation\] .*`key` is a key of QKMS, which cannot rotate a key to imported key material\. Create another key/,
    ],
    [
      "a key of one material",
      {},
      { keySpec: "RSA_2048" },
      /`key` has the spec RSA_2048, and keeps its first key material for life\. Create another key/,
    ],
    [
      "a replica",
      {},
      {
        region: "eu-west-1",
        primaryKeyArn: keyArn.replace("1234abcd-", "mrk-1234abcd").replaceAll("-12ab-34cd-56ef-", "12ab34cd56ef"),
      },
      /`key` is a replica, and a multi-Region key is rotated in all its Regions by its primary\. Set the primary/,
    ],
  ];

  it.each(refusals)("refuses %s", (_what, props, keyProps, sentence) => {
    const stack = newStack(family);
    const key = new ExternalKey(stack, "payments", keyProps);
    new KeyRotation(stack, "rotation", { key, keyMaterialId: materialId, ...props });
    expect(refusalOf(() => synthesise(family, stack)).replaceAll(/\s+/g, " ")).toMatch(sentence);
  });

  it("leaves to Terraform what is not known of the key", () => {
    const stack = newStack(family);
    const key = ExternalKey.fromLookup(stack, "key", { keyId: "alias/payments" });
    new KeyRotation(stack, "rotation", { key, keyMaterialId: materialId });
    expect(resourcesOf(synthesise(family, stack), "byok_key_rotation")).toHaveLength(1);
  });
});
