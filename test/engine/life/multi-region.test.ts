import { DeleteImportedKeyMaterialCommand, DescribeKeyCommand, UpdatePrimaryRegionCommand } from "@aws-sdk/client-kms";
import { ensureKey, readKey, scheduleKeyDeletion } from "../../../src/engine/external-key";
import { assessKey } from "../../../src/engine/key-assessment";
import { applyMaterial } from "../../../src/engine/imported-key-material";
import type { KeyRecord } from "../../../src/engine/key-record";
import { isProved, type MaterialRecord } from "../../../src/engine/material-record";
import type { WantedKey } from "../../../src/engine/wanted-key";
import { awsProfile } from "../../../src/kms/aws/profile";
import { planAndApply, planned, settings, wantedKey } from "../../support/imported-key";
import { bytesSource, type Life, newBytes, plaintext, startLife } from "../../support/life";
import { importNewMaterial } from "../../support/new-material";

const [frankfurt, dublin, ohio] = ["eu-central-1", "eu-west-1", "us-east-2"] as const;
const lifetime = { validFor: "90d", renewBefore: "10d" };

describe("a multi-Region key", () => {
  let life: Life;
  beforeEach(async () => {
    life = await startLife();
  });
  afterEach(() => life.close());

  const primaryWanted: WantedKey = { ...wantedKey, region: frankfurt, multiRegion: true };
  const replicaWanted = (primaryKeyArn: string, region: string): WantedKey => ({
    kms: "aws",
    region,
    multiRegion: true,
    primaryKeyArn,
  });

  const ourReplica = (primaryKeyArn: string, region: string): WantedKey => ({
    ...replicaWanted(primaryKeyArn, region),
    creationToken: tokenOf(region),
  });
  const tokenOf = (region: string): string => `ledger/${region}`;

  /** A primary with material, and replicas with theirs, which bear the tokens of their Regions. */
  async function everywhere(bytes = newBytes(), regions: readonly string[] = [dublin, ohio]) {
    const run = life.run();
    const source = bytesSource(bytes);
    const primary = (await ensureKey(run, primaryWanted, undefined)).record;
    const keys: KeyRecord[] = [primary];
    const materials: MaterialRecord[] = [
      (await applyMaterial(run, settings(primary.arn, lifetime), source, undefined)).record,
    ];
    for (const region of regions) {
      const { record } = await ensureKey(run, ourReplica(primary.arn, region), undefined);
      keys.push(record);
      materials.push((await applyMaterial(run, settings(record.arn, lifetime), source, undefined)).record);
    }
    return { primary, keys, materials, source };
  }

  it("is created, replicated and imported Region by Region, with the same fingerprint everywhere", async () => {
    const { primary, keys, materials } = await everywhere();
    expect(keys.map(({ region, multiRegionKeyType, keyId }) => [region, multiRegionKeyType, keyId])).toEqual([
      [frankfurt, "PRIMARY", primary.keyId],
      [dublin, "REPLICA", primary.keyId],
      [ohio, "REPLICA", primary.keyId],
    ]);
    expect(new Set(materials.map(({ fingerprint }) => fingerprint)).size).toBe(1);
    const ciphertext = await life.encrypt(primary.arn, frankfurt);
    for (const region of [dublin, ohio]) expect(await life.decrypt(ciphertext, region)).toBe(plaintext);
    expect(life.calls().filter((name) => name === "ReplicateKey")).toHaveLength(2);
  });

  it("is never a replica where a primary is wanted, though the replica bears the token", async () => {
    const { primary } = await everywhere(newBytes(), []);
    const token = "ledger/dublin";
    await ensureKey(life.run(), { ...replicaWanted(primary.arn, dublin), creationToken: token }, undefined);
    const wanted = { ...primaryWanted, region: dublin, creationToken: token };
    await expect(ensureKey(life.run(), wanted, undefined)).rejects.toMatchObject({
      code: "key_conflict",
      message: expect.stringContaining("is of another kind"),
    });
  });

  it("repairs one Region alone where one Region's material is gone", async () => {
    const { keys, materials, source } = await everywhere();
    const ciphertext = await life.encrypt(keys[0]?.arn ?? "", frankfurt);
    const [, lost] = keys;
    await life.client(dublin).send(new DeleteImportedKeyMaterialCommand({ KeyId: lost?.arn ?? "" }));
    life.kms.clock.advance("2m");
    life.calls();
    const rows = [];
    for (const record of materials) {
      const { plan } = await planAndApply(life, settings(record.keyArn, lifetime), source, record);
      rows.push([plan.row, plan.action]);
    }
    expect(rows).toEqual([
      ["healthy", "nothing"],
      ["deleted", "reimport"],
      ["healthy", "nothing"],
    ]);
    for (const region of [frankfurt, dublin, ohio]) expect(await life.decrypt(ciphertext, region)).toBe(plaintext);
  });

  it("stays the same key when another Region becomes the primary", async () => {
    const { primary, keys, materials, source } = await everywhere();
    await life.client(frankfurt).send(new UpdatePrimaryRegionCommand({ KeyId: primary.arn, PrimaryRegion: dublin }));
    life.calls();
    for (const [i, key] of keys.entries()) {
      const wanted = i === 0 ? primaryWanted : replicaWanted(primary.arn, key.region);
      const seen = await readKey(life.run(), key.arn, key, { policy: false, tags: false });
      const { record, error } = await ensureKey(life.run(), wanted, seen);
      expect([record.arn, error]).toEqual([key.arn, undefined]);
      const material = materials[i];
      const { assessment } = await planned(life.run(), settings(key.arn, lifetime), source, material);
      expect(assessment.row).toBe("healthy");
    }
    expect(new Set(life.calls())).toEqual(new Set(["DescribeKey"]));
    const seen = await readKey(life.run(), primary.arn, primary, { policy: false, tags: false });
    expect(seen).toMatchObject({ multiRegionKeyType: "REPLICA", multiRegion: true });
  });

  it("cannot be replicated before its primary has material, and says from where to take the ARN", async () => {
    const run = life.run();
    const { record } = await ensureKey(run, primaryWanted, undefined);
    await expect(ensureKey(run, replicaWanted(record.arn, dublin), undefined)).rejects.toMatchObject({
      code: "primary_not_ready",
      attribute: "primary_key_arn",
      message: expect.stringContaining("imported key material"),
    });
  });

  it("passes on why a primary cannot be replicated otherwise", async () => {
    const single = (await ensureKey(life.run(), wantedKey, undefined)).record;
    await expect(ensureKey(life.run(), replicaWanted(single.arn, dublin), undefined)).rejects.toMatchObject({
      code: expect.stringMatching(/service_refused|primary_not_ready|invalid_argument/),
    });
    await expect(ensureKey(life.run(), replicaWanted("alias/payments", dublin), undefined)).rejects.toMatchObject({
      code: "invalid_key_arn",
      attribute: "primary_key_arn",
    });
    const { primary } = await everywhere(newBytes(), []);
    life.kms.faults.add({
      operation: "ReplicateKey",
      kind: "error",
      code: "KMSInvalidStateException",
      message: `${primary.arn} is updating.`,
    });
    await expect(ensureKey(life.run(), replicaWanted(primary.arn, dublin), undefined)).rejects.toMatchObject({
      code: "key_unusable",
    });
    life.kms.permissions.deny("kms:ReplicateKey");
    await expect(ensureKey(life.run(), replicaWanted(primary.arn, dublin), undefined)).rejects.toMatchObject({
      code: "access_denied",
    });
  });

  it("brings a replica back that waits for its deletion, instead of creating it again", async () => {
    const { primary, keys } = await everywhere(newBytes(), [dublin]);
    const replica = keys[1];
    if (replica === undefined) throw new Error("There is no replica.");
    await scheduleKeyDeletion(life.run(), replica, 7);
    const { record } = await ensureKey(life.run(), ourReplica(primary.arn, dublin), undefined);
    expect(record).toMatchObject({ arn: replica.arn });
    const { KeyMetadata } = await life.client(dublin).send(new DescribeKeyCommand({ KeyId: replica.arn }));
    expect(KeyMetadata?.KeyState).toBe("Enabled");
  });

  it("brings a replica back Disabled where that is configured", async () => {
    const { primary, keys } = await everywhere(newBytes(), [dublin]);
    const replica = keys[1];
    if (replica === undefined) throw new Error("There is no replica.");
    await scheduleKeyDeletion(life.run(), replica, 7);
    const wanted = { ...ourReplica(primary.arn, dublin), enabled: false };
    expect((await ensureKey(life.run(), wanted, undefined)).record).toMatchObject({
      state: "Disabled",
      enabled: false,
    });
  });

  it("takes a replica that is there only if its token is ours", async () => {
    const { primary, keys } = await everywhere(newBytes(), [dublin]);
    const other = replicaWanted(primary.arn, dublin);
    for (const creationToken of [undefined, "another"]) {
      await expect(ensureKey(life.run(), { ...other, creationToken }, undefined)).rejects.toMatchObject({
        code: "key_conflict",
        attribute: "region",
        message: expect.stringContaining(keys[1]?.arn ?? ""),
      });
    }
    const tokened = { ...replicaWanted(primary.arn, ohio), creationToken: "payments/ohio" };
    const { record } = await ensureKey(life.run(), tokened, undefined);
    expect((await ensureKey(life.run(), tokened, undefined)).record.arn).toBe(record.arn);
  });

  it("has no replica in the primary's own Region, and none that stands for two resources", async () => {
    const run = life.run();
    const primary = (await ensureKey(run, { ...primaryWanted, creationToken: "payments" }, undefined)).record;
    await applyMaterial(run, settings(primary.arn), bytesSource(newBytes()), undefined);
    life.calls();
    const beside = { ...replicaWanted(primary.arn, frankfurt), creationToken: "payments" };
    await expect(ensureKey(life.run(), beside, undefined)).rejects.toMatchObject({
      code: "invalid_argument",
      attribute: "region",
    });
    expect(life.calls()).toEqual([]);
    const tokened = { ...replicaWanted(primary.arn, dublin), creationToken: "payments/dublin" };
    const one = life.run();
    await ensureKey(one, tokened, undefined);
    await expect(ensureKey(one, tokened, undefined)).rejects.toMatchObject({
      code: "key_conflict",
      attribute: "creation_token",
    });
  });

  it("ends with one replica where the reply to the replication was lost", async () => {
    const { primary } = await everywhere(newBytes(), []);
    life.kms.faults.add({ operation: "ReplicateKey", kind: "drop", when: "after" });
    const { record } = await ensureKey(life.run(), ourReplica(primary.arn, dublin), undefined);
    expect(record).toMatchObject({ region: dublin, state: "PendingImport", multiRegionKeyType: "REPLICA" });
  });

  it("tells when a new replica does not show up", async () => {
    const { primary } = await everywhere(newBytes(), []);
    life.kms.faults.add({
      operation: "ReplicateKey",
      kind: "error",
      code: "KMSInternalException",
      status: 500,
      times: 1,
    });
    await expect(
      ensureKey(
        { ...life.run(), memory: { ...life.run().memory, made: new NeverMade() } },
        replicaWanted(primary.arn, dublin),
        undefined,
      ),
    ).rejects.toMatchObject({ code: "creation_unconfirmed", attribute: "region", effectUnknown: true });
  });

  it("is destroyed replicas first, the primary waiting for them", async () => {
    const { keys } = await everywhere();
    for (const key of keys.toReversed()) await scheduleKeyDeletion(life.run(), key, 7);
    const states = await Promise.all(
      keys.map(async ({ arn, region }) => {
        const { KeyMetadata } = await life.client(region).send(new DescribeKeyCommand({ KeyId: arn }));
        return KeyMetadata?.KeyState;
      }),
    );
    expect(states).toEqual(["PendingReplicaDeletion", "PendingDeletion", "PendingDeletion"]);
  });

  it("misses nothing in a replica that was made while its primary waits for a rotation", async () => {
    const { primary, source } = await everywhere(newBytes(), []);
    await importNewMaterial(life.client(frankfurt), primary.arn, newBytes());
    const { arn } = (await ensureKey(life.run(), replicaWanted(primary.arn, dublin), undefined)).record;
    const { record } = await applyMaterial(life.run(), settings(arn, lifetime), source, undefined);
    if (!isProved(record)) throw new Error("The import proved nothing.");
    const drifted = { ...record, importedValidTo: (record.importedValidTo ?? 0) + 1 };
    const { plan, outcome } = await planAndApply(life, settings(arn, lifetime), source, drifted);
    expect([plan.row, plan.warnings, outcome.error]).toEqual(["lifetime_drift", [], undefined]);
  });

  it("is brought back where the primary waits for the deletion of its replicas", async () => {
    const { primary } = await everywhere(newBytes(), [dublin]);
    const seen = await readKey(life.run(), primary.arn, primary, { policy: false, tags: false });
    await scheduleKeyDeletion(life.run(), primary, 7);
    const waiting = await readKey(life.run(), primary.arn, seen, { policy: false, tags: false });
    expect(waiting).toMatchObject({ state: "PendingReplicaDeletion", enabled: true });
    expect(assessKey({ wanted: primaryWanted, seen: waiting, profile: awsProfile })).toMatchObject({
      action: "update",
      reason: expect.stringContaining("waits for its deletion"),
    });
    const { record, warnings } = await ensureKey(life.run(), primaryWanted, waiting);
    expect(record.state).toBe("Enabled");
    expect(warnings).toEqual([expect.stringContaining("which was canceled")]);
  });

  it("describes the material of the primary only", async () => {
    const { keys, materials, source } = await everywhere(newBytes(), [dublin]);
    const described = { ...settings(keys[1]?.arn ?? "", lifetime), description: "safe 7" };
    life.calls();
    await expect(applyMaterial(life.run(), described, source, materials[1])).rejects.toMatchObject({
      code: "invalid_argument",
      attribute: "material_description",
    });
    expect(life.calls()).toEqual(["DescribeKey"]);
  });
});

/** A memory that forgets, so that nothing is waited for. */
class NeverMade extends Map<string, number> {
  override set(): this {
    return this;
  }
}
