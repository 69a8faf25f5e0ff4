import { assessKey, type KeyFactsAtPlan } from "../../src/engine/key-assessment";
import type { KeyRecord } from "../../src/engine/key-record";
import { paperProfile } from "../support/profile";

const seen: KeyRecord = {
  arn: "arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab",
  keyId: "1234abcd-12ab-34cd-56ef-1234567890ab",
  kms: "aws",
  region: "eu-central-1",
  state: "Enabled",
  spec: "SYMMETRIC_DEFAULT",
  usage: "ENCRYPT_DECRYPT",
  description: "payments",
  creationDate: 0,
  multiRegion: false,
  policy: "{}",
  tags: { team: "a" },
  deletionProtection: false,
};
const wanted: KeyFactsAtPlan["wanted"] = { kms: "aws", multiRegion: false };

const primary = (keyId: string): string => `arn:aws:kms:us-east-1:111122223333:key/${keyId}`;

const verdict = (facts: Partial<KeyFactsAtPlan>): unknown[] => {
  const { action, attributes } = assessKey({ wanted, seen, profile: paperProfile, ...facts });
  return [action, ...attributes];
};

describe("what is to be done about a key", () => {
  it.each<[string, Partial<KeyFactsAtPlan>, unknown[]]>([
    ["as configured", {}, ["nothing"]],
    ["only our own settings", { otherChanges: true }, ["record"]],
    ["gone for good", { seen: undefined }, ["replace", "arn"]],
    ["another KMS", { wanted: { ...wanted, kms: "qkms" } }, ["replace", "kms"]],
    ["another Region", { wanted: { ...wanted, region: "eu-west-1" } }, ["replace", "region"]],
    ["the same Region", { wanted: { ...wanted, region: "eu-central-1" } }, ["nothing"]],
    [
      "another spec and usage",
      { wanted: { ...wanted, spec: "HMAC_256", usage: "GENERATE_VERIFY_MAC" } },
      ["replace", "key_spec", "key_usage"],
    ],
    ["multi-Region", { wanted: { ...wanted, multiRegion: true } }, ["replace", "multi_region"]],
    [
      "a replica of a multi-Region key",
      { wanted: { ...wanted, primaryKeyArn: primary(seen.keyId) }, seen: { ...seen, multiRegion: true } },
      ["nothing"],
    ],
    [
      "a replica of another multi-Region key",
      { wanted: { ...wanted, primaryKeyArn: primary("mrk-1") }, seen: { ...seen, multiRegion: true } },
      ["replace", "primary_key_arn"],
    ],
    ["another KMS instance", { wanted: { ...wanted, dkmsInstanceId: "kst-1" } }, ["replace", "dkms_instance_id"]],
    [
      "the KMS instance that it is in",
      { wanted: { ...wanted, dkmsInstanceId: "kst-1" }, seen: { ...seen, dkmsInstanceId: "kst-1" } },
      ["nothing"],
    ],
    ["another protection", { wanted: { ...wanted, protectionLevel: "HSM" } }, ["replace", "protection_level"]],
    [
      "another protection than its instance gives, which ignores what is asked for",
      {
        wanted: { ...wanted, dkmsInstanceId: "kst-1", protectionLevel: "SOFTWARE" },
        seen: { ...seen, dkmsInstanceId: "kst-1", protectionLevel: "HSM" },
      },
      ["nothing"],
    ],
    [
      "the protection that it has",
      { wanted: { ...wanted, protectionLevel: "HSM" }, seen: { ...seen, protectionLevel: "HSM" } },
      ["nothing"],
    ],
    ["pending deletion", { seen: { ...seen, state: "PendingDeletion" } }, ["update", "arn"]],
    [
      "pending deletion, other tags",
      { wanted: { ...wanted, tags: {} }, seen: { ...seen, state: "PendingDeletion" } },
      ["update", "arn", "tags"],
    ],
    ["another description", { wanted: { ...wanted, description: "x" } }, ["update", "description"]],
    [
      "the same description, policy and tags",
      { wanted: { ...wanted, description: "payments", policy: "{}", tags: { team: "a" } } },
      ["nothing"],
    ],
    ["another policy", { wanted: { ...wanted, policy: "[]" } }, ["update", "policy"]],
    [
      "a policy that was never read",
      { wanted: { ...wanted, policy: "{}" }, seen: { ...seen, policy: undefined } },
      ["update", "policy"],
    ],
    ["another tag value", { wanted: { ...wanted, tags: { team: "b" } } }, ["update", "tags"]],
    ["a tag more", { wanted: { ...wanted, tags: { team: "a", new: "1" } } }, ["update", "tags"]],
    [
      "tags that were never read",
      { wanted: { ...wanted, tags: { team: "a" } }, seen: { ...seen, tags: undefined } },
      ["update", "tags"],
    ],
    ["protected from deletion", { wanted: { ...wanted, deletionProtection: true } }, ["update", "deletion_protection"]],
    [
      "disabled by others",
      { wanted: { ...wanted, enabled: true }, seen: { ...seen, state: "Disabled" } },
      ["update", "enabled"],
    ],
    ["a tag less", { wanted: { ...wanted, tags: {} } }, ["update", "tags"]],
    ["as many tags, of other names", { wanted: { ...wanted, tags: { owner: "a" } } }, ["update", "tags"]],
    ["no tags, as wished", { wanted: { ...wanted, tags: {} }, seen: { ...seen, tags: {} } }, ["nothing"]],
    [
      "disabled as wished",
      { wanted: { ...wanted, enabled: false }, seen: { ...seen, state: "Disabled" } },
      ["nothing"],
    ],
    [
      "enabled, whatever was wished before",
      { wanted: { ...wanted, enabled: false }, appliedEnabled: false },
      ["update", "enabled"],
    ],
    ["protected as wished", { wanted: { ...wanted, deletionProtection: false } }, ["nothing"]],
    ["enabled as wished", { wanted: { ...wanted, enabled: true } }, ["nothing"]],
    [
      "a wish that waits for the import",
      { wanted: { ...wanted, enabled: false }, seen: { ...seen, state: "PendingImport" }, appliedEnabled: false },
      ["nothing"],
    ],
    ["still to be enabled", { seen: { ...seen, state: "Disabled", toEnable: true } }, ["update", "enabled"]],
    ["still to be disabled", { seen: { ...seen, toEnable: false } }, ["update", "enabled"]],
    [
      "still to be enabled, without material",
      { seen: { ...seen, state: "PendingImport", toEnable: true } },
      ["nothing"],
    ],
    [
      "still to be enabled, and disabled as wished by now",
      { wanted: { ...wanted, enabled: false }, seen: { ...seen, state: "Disabled", toEnable: true } },
      ["nothing"],
    ],
    [
      "a new wish without material",
      { wanted: { ...wanted, enabled: false }, seen: { ...seen, state: "PendingImport" } },
      ["update", "enabled"],
    ],
  ])("%s", (_name, facts, expected) => {
    expect(verdict(facts)).toEqual(expected);
  });

  it("compares no policy that was never read", () => {
    const samePolicy = (one: string): boolean => one.length > 0;
    const profile = { ...paperProfile, samePolicy };
    const unread = { ...seen, policy: undefined };
    expect(verdict({ wanted: { ...wanted, policy: "{}" }, seen: unread, profile })).toEqual(["update", "policy"]);
    expect(verdict({ wanted: { ...wanted, policy: "[]" }, profile })).toEqual(["nothing"]);
  });

  it("says why", () => {
    const reason = (facts: Partial<KeyFactsAtPlan>): string =>
      assessKey({ wanted, seen, profile: paperProfile, ...facts }).reason;
    expect(reason({ wanted: { ...wanted, spec: "HMAC_256" } })).toBe(
      "`key_spec` is SYMMETRIC_DEFAULT, cannot be changed, and is to be HMAC_256",
    );
    const primaryKeyArn = primary("mrk-1");
    expect(reason({ wanted: { ...wanted, primaryKeyArn }, seen: { ...seen, multiRegion: true } })).toBe(
      `\`primary_key_arn\` is the ARN of a key with the id ${seen.keyId}, cannot be changed, and is to be ${primaryKeyArn}`,
    );
    expect(reason({ seen: { ...seen, state: "Disabled", toEnable: true } })).toBe(
      "`enabled` returns to what it was before the deletion was scheduled",
    );
    const pending: KeyRecord = { ...seen, state: "PendingDeletion" };
    expect(reason({ seen: { ...pending, deletionDate: 86_400 } })).toBe(
      "the key waits for its deletion on 1970-01-02T00:00:00Z, which is to be canceled",
    );
    expect(reason({ seen: pending })).toBe("the key waits for its deletion, which is to be canceled");
    expect(reason({ seen: undefined })).toBe("the key does not exist any more");
    expect(reason({})).toBe("as configured");
    expect(reason({ otherChanges: true })).toBe("only settings of byok's own change");
    expect(reason({ wanted: { ...wanted, dkmsInstanceId: "kst-1", protectionLevel: "HSM", multiRegion: true } })).toBe(
      "`multi_region` is false, cannot be changed, and is to be true, `dkms_instance_id` is none, cannot be changed, and is to be kst-1, `protection_level` is none, cannot be changed, and is to be HSM",
    );
    const all = { description: "x", policy: "[]", tags: {}, deletionProtection: true, enabled: false };
    expect(reason({ wanted: { ...wanted, ...all } })).toBe(
      "`description` differs, `policy` differs in its meaning, `tags` differ, `deletion_protection` is to be true, `enabled` is to be false",
    );
  });
});
