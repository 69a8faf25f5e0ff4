import type { KeyDescription } from "../../src/engine/key";
import { type KeyRecord, keyRecord, userTags, wasEnabled } from "../../src/engine/key-record";
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

  it.each<[string, KeyDescription["state"], Partial<KeyRecord> | undefined, boolean | undefined]>([
    ["that nobody knew", "Disabled", undefined, undefined],
    ["that others disabled", "Disabled", { state: "Enabled", enabled: true }, undefined],
    ["whose deletion was canceled", "Disabled", { state: "PendingDeletion", enabled: true }, true],
    ["whose deletion was canceled, a primary's", "Disabled", { state: "PendingReplicaDeletion", enabled: true }, true],
    ["whose deletion was canceled, and nobody knows how it was", "Disabled", { state: "PendingDeletion" }, true],
    ["that was Disabled before", "Disabled", { state: "PendingDeletion", enabled: false }, undefined],
    [
      "that was Disabled before, and others enabled",
      "Enabled",
      { state: "PendingDeletion", enabled: false },
      undefined,
    ],
    ["that is back, Enabled", "Enabled", { state: "PendingDeletion", enabled: true }, undefined],
    ["that is back, without material", "PendingImport", { state: "PendingDeletion", enabled: true }, undefined],
    ["that is pending deletion", "PendingDeletion", { state: "PendingDeletion", enabled: true }, undefined],
    ["that is still to be enabled", "Disabled", { state: "Disabled", toEnable: true }, true],
    ["that was enabled at last", "Enabled", { state: "Disabled", toEnable: true }, undefined],
    ["that lost its material meanwhile", "PendingImport", { state: "Disabled", toEnable: true }, true],
    ["whose deletion was scheduled again meanwhile", "PendingDeletion", { toEnable: true, enabled: false }, true],
    ["that is still to be disabled", "Enabled", { state: "Enabled", toEnable: false }, false],
    ["that was disabled at last", "Disabled", { state: "Enabled", toEnable: false }, undefined],
  ])("says of a key %s what is left to do", (_, state, earlier, toEnable) => {
    expect(keyRecord("aws", region, { ...paperKey, state }, earlier).toEnable).toBe(toEnable);
  });

  it("takes a key for one that was Enabled where nothing says otherwise", () => {
    expect([{}, { enabled: true }, { enabled: false }, { enabled: false, toEnable: true }].map(wasEnabled)).toEqual([
      true,
      true,
      false,
      true,
    ]);
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
