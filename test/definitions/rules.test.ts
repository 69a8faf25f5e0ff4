import { externalKeyFields } from "../../src/definitions/external-key";
import { externalKeyFaults, type ExternalKeyValues, newReplicaFaults } from "../../src/definitions/external-key-rules";
import type { Fault, Written } from "../../src/definitions/fault";
import { allFaults, ruleFaults } from "../../src/definitions/field-faults";
import { importedKeyMaterialFields } from "../../src/definitions/imported-key-material";
import {
  importedKeyMaterialFaults,
  type ImportedKeyMaterialValues,
  type KeyOfMaterial,
  materialFaults,
} from "../../src/definitions/imported-key-material-rules";
import { keyOfArn, kmsProfiles } from "../../src/kms/clouds";

const clouds = { profiles: kmsProfiles, keyOfArn };
const arn = "arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab";
const mrk = "arn:aws:kms:eu-central-1:111122223333:key/mrk-1234abcd12ab34cd56ef1234567890ab";
const qkmsArn = "arn:verenc:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab";

/** All that is given is known. */
function known<V extends object>(args: V): Written<V> {
  return { args, unknown: new Set(), set: new Set(Object.keys(args)) };
}

/** The same with nothing known. */
function later<V extends object>(args: V): Written<Partial<V>> {
  const names = new Set(Object.keys(args));
  return { args: {}, unknown: names, set: new Set() };
}

function told(faults: readonly Fault[]): string[] {
  return faults.map(({ attribute, code, message }) => `${attribute} [${code}] ${message}`);
}

const keyFaults = (written: Written<ExternalKeyValues>): readonly Fault[] =>
  allFaults(externalKeyFields, written, (fit) => externalKeyFaults(fit, clouds));

const cases: readonly (readonly [string, ExternalKeyValues, RegExp])[] = [
  ["a spec of another KMS", { keySpec: "Aliyun_SM4" }, /^key_spec \[unsupported_key_spec\] AWS KMS takes no/],
  [
    "a usage of another spec",
    { keySpec: "HMAC_256", keyUsage: "SIGN_VERIFY" },
    /^key_usage .* Use GENERATE_VERIFY_MAC/,
  ],
  ["a usage that the default spec does not have", { keyUsage: "SIGN_VERIFY" }, /^key_usage .*SYMMETRIC_DEFAULT/],
  ["an AWS usage elsewhere", { kms: "alibaba", keyUsage: "ENCRYPT_DECRYPT" }, /^key_usage .*ENCRYPT\/DECRYPT/],
  ["multi-Region keys where there are none", { kms: "qkms", multiRegion: true }, /^multi_region .*QKMS has no multi-/],
  [
    "a replica where there are none",
    { kms: "qkms", primaryKeyArn: mrk },
    /^primary_key_arn .*QKMS has no multi-Region/,
  ],
  ["an option of another KMS", { dkmsInstanceId: "kst" }, /^dkms_instance_id .*AWS KMS has no such thing/],
  ["a protection of another KMS", { deletionProtection: false }, /^deletion_protection .*has no such thing/],
  ["a window of another KMS", { deletionWindowInDays: 60 }, /^deletion_window_in_days .*from 7 to 30 on AWS KMS/],
  ["a policy that is none", { policy: "{}" }, /^policy \[invalid_policy\]/],
  ["the spec of a replica", { primaryKeyArn: mrk, keySpec: "HMAC_256" }, /^key_spec .*of its primary key\. Remove it/],
  ["the usage of a replica", { primaryKeyArn: mrk, keyUsage: "SIGN_VERIFY" }, /^key_usage .*of its primary key/],
  ["a single-Region replica", { primaryKeyArn: mrk, multiRegion: false }, /^multi_region .*Remove `multi_region`/],
  ["a primary that is no ARN", { primaryKeyArn: "mrk-1" }, /^primary_key_arn \[invalid_key_arn\]/],
  ["a primary of another KMS", { primaryKeyArn: qkmsArn }, /^primary_key_arn \[invalid_key_arn\] .*key of QKMS/],
  ["a tag of byok's own", { tags: { "byok:x": "" } }, /^tags .*begin with byok: are set by others/],
  ["a tag of AWS's", { tags: { "AWS:x": "" } }, /^tags .*begin with AWS: are set by others/],
  ["a tag without a key", { tags: { "": "" } }, /^tags .*from 1 to 128 characters/],
  ["a long tag", { tags: { ["k".repeat(129)]: "" } }, /^tags .*from 1 to 128 characters/],
  ["a long value of a tag", { tags: { k: "v".repeat(257) } }, /^tags .*its value up to 256/],
];

describe("the configuration of a key", () => {
  it.each(cases)("%s is at fault, once", (_what, args, fault) => {
    expect(told(keyFaults(known(args)))).toEqual([expect.stringMatching(fault)]);
  });

  it.each(cases)("%s is none while it is not known", (_what, args) => {
    expect(told(keyFaults(later(args)))).toEqual([]);
  });

  it.each<[string, ExternalKeyValues]>([
    ["nothing", {}],
    ["a spec with its usage", { keySpec: "RSA_2048", keyUsage: "SIGN_VERIFY", multiRegion: true }],
    [
      "what Alibaba Cloud has",
      { kms: "alibaba", dkmsInstanceId: "k", protectionLevel: "HSM", deletionProtection: true },
    ],
    ["Alibaba Cloud's longest window", { kms: "alibaba", deletionWindowInDays: 366 }],
    ["Alibaba Cloud's usage", { kms: "alibaba", keyUsage: "ENCRYPT/DECRYPT" }],
    ["a replica", { primaryKeyArn: mrk, region: "eu-west-1" }],
    ["the longest tag", { tags: { ["k".repeat(128)]: "v".repeat(256) } }],
  ])("%s is none", (_what, args) => {
    expect(told(keyFaults(known(args)))).toEqual([]);
  });

  it("is at fault for what is set beside a primary, whatever the two turn out to be", () => {
    const names = new Set(["primaryKeyArn", "keySpec"]);
    expect(told(keyFaults({ args: {}, unknown: names, set: names }))).toEqual([expect.stringMatching(/^key_spec/)]);
  });

  it("holds nothing against a KMS that is not known yet", () => {
    const args = { keySpec: "Aliyun_SM4", deletionWindowInDays: 60, multiRegion: true, policy: "{}" } as const;
    const written = { args, unknown: new Set(["kms"]), set: new Set(["kms", ...Object.keys(args)]) };
    expect(told(keyFaults(written))).toEqual([]);
    const never = { ...written, args: { ...args, deletionWindowInDays: 400 } };
    expect(told(keyFaults(never))).toEqual([expect.stringMatching(/^deletion_window_in_days .*from 7 to 366/)]);
  });

  it("tells of a value that no KMS takes, and concludes nothing from it", () => {
    const written = known({ keySpec: "AES_512", keyUsage: "SIGN_VERIFY" });
    expect(told(keyFaults(written))).toEqual([expect.stringMatching(/^key_spec .* must be one of/)]);
    expect(told(ruleFaults(externalKeyFields, written, (fit) => externalKeyFaults(fit, clouds)))).toEqual([]);
  });

  it("is that of a new replica only beside another multi-Region key", () => {
    expect(told(newReplicaFaults(known({ primaryKeyArn: arn }), clouds))).toEqual([
      expect.stringMatching(/^primary_key_arn .*begins with mrk-/),
    ]);
    expect(told(newReplicaFaults(known({ primaryKeyArn: mrk, region: "eu-central-1" }), clouds))).toEqual([
      expect.stringMatching(/^region .*where the primary is/),
    ]);
    const fine = [{}, { primaryKeyArn: mrk }, { primaryKeyArn: mrk, region: "eu-west-1" }, { primaryKeyArn: "none" }];
    for (const args of fine) expect(told(newReplicaFaults(known(args), clouds))).toEqual([]);
  });
});

const materialCases: readonly (readonly [string, ImportedKeyMaterialValues, RegExp])[] = [
  ["no ARN", { keyArn: "alias/payments" }, /^key_arn \[invalid_key_arn\]/],
  ["a fingerprint of no kind", { fingerprint: "sha256:00" }, /^fingerprint .*is not a fingerprint/],
  ["two lifetimes", { validTo: "2030-01-01T00:00:00Z", validFor: "90d" }, /^valid_for \[invalid_lifetime\]/],
  ["a lifetime that the KMS does not keep", { keyArn: arn, validFor: "366d" }, /^valid_for \[lifetime_too_long\]/],
  ["a margin without a lifetime", { renewBefore: "10d" }, /^renew_before \[invalid_lifetime\]/],
  ["a wrapping of no kind", { wrappingAlgorithm: "ROT13" }, /^wrapping_algorithm .*must be one of RSAES_OAEP_SHA_1/],
  [
    "a description where none is kept",
    { keyArn: qkmsArn, materialDescription: "x" },
    /^material_description .*QKMS keeps no/,
  ],
  ["a description of other signs", { keyArn: arn, materialDescription: "x!" }, /^material_description .*must match/],
];

describe("the configuration of key material", () => {
  const faults = (written: Written<ImportedKeyMaterialValues>): readonly Fault[] =>
    allFaults(importedKeyMaterialFields, written, (fit) => importedKeyMaterialFaults(fit, clouds));

  it.each(materialCases)("%s is at fault, once", (_what, args, fault) => {
    expect(told(faults(known(args)))).toEqual([expect.stringMatching(fault)]);
  });

  it.each(materialCases)("%s is none while it is not known", (_what, args) => {
    expect(told(faults(later(args)))).toEqual([]);
  });

  it("is at fault with two sources of bytes, known or not", () => {
    const names = new Set(["keyMaterialWo", "keyMaterialSource"]);
    const both = expect.stringMatching(/^key_material_source .*are both set\. Remove one of them/);
    expect(told(faults({ args: {}, unknown: names, set: names }))).toEqual([both]);
    expect(told(faults(known({ keyMaterialWo: "AAAA", keyMaterialSource: "env:A" })))).toEqual([both]);
    // What is empty is not given.
    expect(told(faults(known({ keyMaterialWo: "", keyMaterialSource: "env:A" })))).toEqual([]);
    expect(told(faults(known({ keyMaterialWo: "AAAA", keyMaterialSource: "" })))).toEqual([]);
    expect(told(faults(known({ keyMaterialSource: "env:A" })))).toEqual([]);
  });

  it("leaves a lifetime alone of which a part is not known", () => {
    const written = { args: { renewBefore: "30d" }, unknown: new Set(["validFor"]), set: new Set(["renewBefore"]) };
    expect(told(faults(written))).toEqual([]);
  });

  it.each<[string, ImportedKeyMaterialValues, KeyOfMaterial, RegExp]>([
    [
      "a fingerprint of other bytes",
      { fingerprint: `cmac:${"0".repeat(32)}` },
      { keySpec: "RSA_2048", isReplica: false },
      /^fingerprint .*begins with cmac:.*RSA_2048 begins with spki:/,
    ],
    [
      "a fingerprint of bytes of another size",
      { fingerprint: `cmac:${"0".repeat(32)}` },
      { keySpec: "HMAC_224", isReplica: false },
      /^fingerprint .*HMAC_224 begins with hmac:/,
    ],
    [
      "a wrapping for other keys",
      { wrappingAlgorithm: "RSAES_OAEP_SHA_256" },
      { keySpec: "RSA_2048", profile: kmsProfiles.aws, isReplica: false },
      /^wrapping_algorithm \[unsupported_wrapping\]/,
    ],
    [
      "a description of a replica's",
      { materialDescription: "x" },
      { profile: kmsProfiles.aws, isReplica: true },
      /^material_description .*cannot be set on a replica/,
    ],
  ])("%s is at fault where more is known of the key", (_what, args, key, fault) => {
    expect(told(materialFaults(known(args), key))).toEqual([expect.stringMatching(fault)]);
  });

  it("is none with the bytes' own fingerprint", () => {
    const pairs = [
      ["cmac", 32, "SYMMETRIC_DEFAULT"],
      ["hmac", 64, "HMAC_512"],
      ["spki", 64, "ECC_NIST_P256"],
    ] as const;
    for (const [kind, digits, keySpec] of pairs) {
      const written = known({ fingerprint: `${kind}:${"0".repeat(digits)}` });
      expect(told(materialFaults(written, { keySpec, isReplica: false }))).toEqual([]);
    }
  });
});
