import type { Emulator } from "../../../src/emulator/index";
import {
  importSymmetric,
  importAsymmetric,
  importRsa,
  importEcc,
  importHmac,
  rotateUpdatesMaterial,
  rotateDecryptsWithPrevious,
  pendingRefusesAnother,
  noPending,
  rotateWithoutMaterial,
  parametersOfOwnKey,
} from "./import-scripts";
import {
  symmetricSpec,
  tags,
  differentRegion,
  missingKey,
  malformedIds,
  replicateKey,
  replicateReplica,
  wrongUsages,
  invalidMac,
  invalidHmacKeys,
  hmacKey,
  tagChange,
  tagExisting,
  refusedTags,
  rotate,
  rotateWithStatus,
  automaticRotation,
  rotationLimit,
  aliasArn,
  createdKey,
} from "./key-scripts";
import { type Answers, Recording, type Script } from "./recording";

/** Does what a recorded test did. */
export function replay(emulator: Emulator, name: string): Promise<Answers> {
  const script = scripts.get(name);
  if (script === undefined) throw new Error(`There is no script for ${name}.`);
  return script(new Recording(emulator));
}

const scripts: ReadonlyMap<string, Script> = new Map(
  Object.entries({
    test_create_key: createdKey("describe-key", { Description: "test key 123", KeyUsage: "ENCRYPT_DECRYPT" }),
    test_get_key_in_different_region: differentRegion,
    test_get_key_does_not_exist: missingKey,
    test_get_key_invalid_uuid: malformedIds,
    test_replicate_key: replicateKey,
    test_create_alias: async (aws) => {
      const input = { AliasName: "1234abcd", TargetKeyId: (await aws.create()).id };
      return { create_alias: await aws.send("CreateAlias", input) };
    },
    test_hmac_create_key: hmacKey,
    test_hmac_create_key_invalid_operations: invalidHmacKeys,
    "test_invalid_verify_mac[HMAC_256-HMAC_SHA_256-some different important message]": invalidMac(
      "HMAC_SHA_256",
      "some different important message",
    ),
    "test_invalid_verify_mac[HMAC_256-HMAC_SHA_512-some important message]": invalidMac(
      "HMAC_SHA_512",
      "some important message",
    ),
    "test_invalid_verify_mac[HMAC_256-INVALID-some important message]": invalidMac("INVALID", "some important message"),
    test_import_key_symmetric: importSymmetric,
    test_import_key_asymmetric: importAsymmetric,
    test_error_messaging_for_invalid_keys: wrongUsages,
    test_get_parameters_for_import: parametersOfOwnKey("response-error"),
    test_create_multi_region_key: createdKey("create_multi_region_key", {
      MultiRegion: true,
      Description: "test multi region key",
    }),
    test_non_multi_region_keys_should_not_have_multi_region_properties: createdKey(
      "non_multi_region_keys_should_not_have_multi_region_properties",
      { MultiRegion: false, Description: "test non multi region key" },
    ),
    test_tag_existing_key_and_untag: tagExisting,
    test_create_key_with_tag_and_untag: tagChange(
      "list-resource-tags-after-all-untagged",
      tags(1, 2),
      "UntagResource",
      {
        TagKeys: ["tag1", "tag2"],
      },
    ),
    test_untag_key_partially: tagChange("list-resource-tags-after-partially-untagged", tags(1, 2, 3), "UntagResource", {
      TagKeys: ["tag2"],
    }),
    test_update_and_add_tags_on_tagged_key: tagChange(
      "list-resource-tags-after-tags-updated",
      tags(1, 2, 3),
      "TagResource",
      {
        Tags: [...tags(4), { TagKey: "tag2", TagValue: "updated_value2" }, ...tags(5)],
      },
    ),
    test_tag_key_with_duplicate_tag_keys_raises_error: refusedTags(
      "duplicate-tag-keys",
      [...tags(1), ...tags(1)],
      true,
    ),
    test_create_key_with_too_many_tags_raises_error: refusedTags("invalid-tag-key", tags(...Array(51).keys())),
    test_tag_existing_key_with_invalid_tag_key: refusedTags(
      "invalid-tag-key",
      [{ TagKey: "aws:key1", TagValue: "value1" }],
      true,
    ),
    test_key_with_long_tag_value_raises_error: refusedTags("too-long-tag-value", [
      { TagKey: "tag1", TagValue: "v".repeat(257) },
    ]),
    "test_create_key_with_invalid_tag_key[lowercase_prefix]": refusedTags("invalid-tag-key", [
      { TagKey: "aws:key1", TagValue: "value1" },
    ]),
    "test_create_key_with_invalid_tag_key[uppercase_prefix]": refusedTags("invalid-tag-key", [
      { TagKey: "AWS:key1", TagValue: "value1" },
    ]),
    "test_create_key_with_invalid_tag_key[too_long_key]": refusedTags("invalid-tag-key", [
      { TagKey: "a".repeat(129), TagValue: "value1" },
    ]),
    "test_key_enable_rotation_status[90]": automaticRotation(90),
    "test_key_enable_rotation_status[180]": automaticRotation(180),
    test_rotate_key_on_demand_modifies_key_material: rotate("rotate-on-demand-response", symmetricSpec),
    test_rotate_key_on_demand_with_symmetric_key_and_automatic_rotation_disabled: rotateWithStatus(false),
    test_rotate_key_on_demand_with_symmetric_key_and_automatic_rotation_enabled: rotateWithStatus(true),
    test_rotate_key_on_demand_raises_error_given_key_is_disabled: rotate(
      "error-response",
      { KeyUsage: "ENCRYPT_DECRYPT", KeySpec: "RSA_2048" },
      "DisableKey",
    ),
    test_rotate_key_on_demand_raises_error_given_key_that_does_not_exist: async (aws) => ({
      "error-response": await aws.send("RotateKeyOnDemand", { KeyId: "1234abcd-12ab-34cd-56ef-1234567890ab" }),
    }),
    test_rotate_key_on_demand_raises_error_given_non_symmetric_key: rotate("error-response", {
      KeyUsage: "ENCRYPT_DECRYPT",
      KeySpec: "RSA_2048",
    }),
    test_key_rotations_limits: rotationLimit,
    test_import_key_rsa_aes_wrap_sha256: importRsa,
    test_describe_with_alias_arn: aliasArn,
    "test_import_key_ecc_keys[ECC_NIST_P256]": importEcc(
      "ECC_NIST_P256",
      "ECDSA_SHA_256",
      "RSAES_OAEP_SHA_1",
      "RSA_2048",
    ),
    "test_import_key_ecc_keys[ECC_NIST_P384]": importEcc(
      "ECC_NIST_P384",
      "ECDSA_SHA_384",
      "RSAES_OAEP_SHA_1",
      "RSA_2048",
    ),
    "test_import_key_ecc_keys[ECC_SECG_P256K1]": importEcc(
      "ECC_SECG_P256K1",
      "ECDSA_SHA_256",
      "RSAES_OAEP_SHA_1",
      "RSA_2048",
    ),
    "test_import_key_ecc_keys[ECC_NIST_P521]": importEcc(
      "ECC_NIST_P521",
      "ECDSA_SHA_512",
      "RSAES_OAEP_SHA_256",
      "RSA_4096",
    ),
    "test_import_key_hmac_keys[HMAC_224]": importHmac("HMAC_224"),
    "test_import_key_hmac_keys[HMAC_256]": importHmac("HMAC_256"),
    "test_import_key_hmac_keys[HMAC_384]": importHmac("HMAC_384"),
    "test_import_key_hmac_keys[HMAC_512]": importHmac("HMAC_512"),
    test_replicate_replica_key_should_fail: replicateReplica,
    "test_rotate_key_on_demand_on_external_key_with_no_key_material[SYMMETRIC_DEFAULT]":
      rotateWithoutMaterial("SYMMETRIC_DEFAULT"),
    "test_rotate_key_on_demand_on_external_key_with_no_key_material[RSA_4096]": rotateWithoutMaterial("RSA_4096"),
    test_rotate_on_demand_returns_arn_for_key_id: rotate("rotate-on-demand-aws-key", symmetricSpec),
    test_rotate_key_on_demand_updates_current_key_material_for_external_keys: rotateUpdatesMaterial,
    test_get_parameters_for_import_raises_for_non_external_kms_keys: parametersOfOwnKey("get-import-parameters-error"),
    test_import_key_material_raises_if_there_is_already_key_material_pending: pendingRefusesAnother,
    test_rotate_key_on_demand_for_external_keys_decrypts_with_previous_material: rotateDecryptsWithPrevious,
    test_rotate_key_on_demand_raises_for_no_pending_key_material: noPending,
  } satisfies Record<string, Script>),
);

export const replayed: readonly string[] = [...scripts.keys()];
