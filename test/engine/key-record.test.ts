import type { KeyDescription } from "../../src/engine/key";
import { keyRecord, userTags } from "../../src/engine/key-record";
import { arn, day, now, paperKey, region } from "./paper-run";

describe("the record of a key", () => {
  it("is what the KMS says of it", () => {
    const key: KeyDescription = {
      ...paperKey,
      description: "payments",
      validTo: now + day,
      deletionProtection: true,
      dkmsInstanceId: "kst-1",
      protectionLevel: "HSM",
    };
    expect(keyRecord("alibaba", region, key)).toEqual({
      arn,
      keyId: key.keyId,
      kms: "alibaba",
      region,
      state: "Enabled",
      spec: "SYMMETRIC_DEFAULT",
      usage: "ENCRYPT_DECRYPT",
      description: "payments",
      creationDate: key.creationDate,
      multiRegion: false,
      validTo: now + day,
      deletionProtection: true,
      dkmsInstanceId: "kst-1",
      protectionLevel: "HSM",
      enabled: true,
    });
  });

  it("carries over what a description does not tell", () => {
    const earlier = { enabled: false, policy: "{}", tags: { team: "a" } };
    expect(keyRecord("aws", region, paperKey, earlier)).toMatchObject({ ...earlier, enabled: true });
    const pending: KeyDescription = { ...paperKey, state: "PendingDeletion", deletionDate: now };
    expect(keyRecord("aws", region, pending, earlier)).toMatchObject({ ...earlier, deletionDate: now });
    expect(keyRecord("aws", region, pending).enabled).toBeUndefined();
    expect(keyRecord("aws", region, { ...paperKey, state: "Disabled" }, { enabled: true }).enabled).toBe(false);
  });

  it("names the primary of a replica", () => {
    const multiRegion = { primaryArn: "primary", replicaArns: [arn] };
    expect(keyRecord("aws", region, { ...paperKey, multiRegion: { type: "REPLICA", ...multiRegion } })).toMatchObject({
      multiRegion: true,
      multiRegionKeyType: "REPLICA",
      primaryKeyArn: "primary",
    });
    const primary = keyRecord("aws", region, { ...paperKey, multiRegion: { type: "PRIMARY", ...multiRegion } });
    expect(primary).toMatchObject({ multiRegion: true, multiRegionKeyType: "PRIMARY" });
    expect(primary.primaryKeyArn).toBeUndefined();
  });

  it("has the user's own tags only", () => {
    const own = { team: "a", "my:byok:tag": "1", awsome: "2", "x-acs:y": "3" };
    expect(userTags({ ...own, "byok:enabled": "false", "aws:created": "x", "ACS:rm": "y" })).toEqual(own);
  });
});
