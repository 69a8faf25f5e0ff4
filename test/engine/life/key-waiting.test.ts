import { UpdatePrimaryRegionCommand } from "@aws-sdk/client-kms";
import { deadlineAfter } from "../../../src/engine/deadline";
import { ensureKey } from "../../../src/engine/external-key";
import { kmsNow } from "../../../src/engine/kms-time";
import { applyMaterial } from "../../../src/engine/imported-key-material";
import type { Run } from "../../../src/engine/run";
import type { WantedKey } from "../../../src/engine/wanted-key";
import { importedKey, settings, wantedKey } from "../../support/imported-key";
import { bytesSource, type Life, newBytes, startLife, testRegion } from "../../support/life";
import { turningClock } from "../../support/turning-clock";

const [dublin, ohio] = ["eu-west-1", "us-east-2"] as const;
const minutes = (count: number): number => count * 60_000;

describe("a replica that is in the making for ten minutes", () => {
  let life: Life;
  let wanted: WantedKey;
  beforeEach(async () => {
    life = await startLife({ replicationDelay: "10m" });
    const { key } = await importedKey(life, {}, { multiRegion: true });
    wanted = {
      kms: "aws",
      region: dublin,
      multiRegion: true,
      primaryKeyArn: key.arn,
      creationToken: "ledger/dublin",
    };
  });
  afterEach(() => life.close());

  /** A run whose waiting turns the embedded KMS's clock. */
  const turning = (): Run => ({ ...life.run(), clock: turningClock(life.kms) });

  it("is waited for by who made it", async () => {
    const run = turning();
    const { record, warnings } = await ensureKey(run, wanted, undefined);
    expect([record.state, warnings]).toEqual(["PendingImport", []]);
    expect(run.clock.monotonic()).toBeGreaterThan(minutes(9));
    expect(run.clock.monotonic()).toBeLessThan(minutes(11));
  });

  /** A run with no time to wait. */
  const hasty = () => {
    const run = turning();
    return { run, call: { deadline: deadlineAfter(minutes(3), run.clock) } };
  };

  it("is there with a warning where the operation has less time, and the next run goes on with it", async () => {
    const { run, call } = hasty();
    const { record, warnings } = await ensureKey(run, wanted, undefined, call);
    expect(record.state).toBe("Creating");
    expect(warnings).toEqual([expect.stringMatching(/longer than 180 seconds.*`timeouts`/)]);

    // On record, in another run.
    const next = turning();
    const again = await ensureKey(next, { ...wanted, description: "ledger" }, record);
    expect(again.record).toMatchObject({ state: "PendingImport", description: "ledger" });
    expect(next.clock.monotonic()).toBeGreaterThan(minutes(5));
  });

  it("is waited for by who finds it by its token, as long as that has time", async () => {
    const made = hasty();
    await ensureKey(made.run, wanted, undefined, made.call);
    const { run, call } = hasty();
    const early = await ensureKey(run, wanted, undefined, call);
    expect([early.record.state, early.warnings]).toEqual([
      "Creating",
      [expect.stringMatching(/the next apply repairs it.*longer than 180 seconds/)],
    ]);
    const { record, warnings } = await ensureKey(turning(), wanted, undefined);
    expect([record.state, warnings]).toEqual(["PendingImport", []]);
  });

  it("ends an update of it with the operation's time, and nothing is changed", async () => {
    const made = hasty();
    const { record } = await ensureKey(made.run, wanted, undefined, made.call);
    const { run, call } = hasty();
    life.calls();
    await expect(ensureKey(run, { ...wanted, description: "x" }, record, call)).rejects.toMatchObject({
      code: "timeout",
    });
    expect(new Set(life.calls())).toEqual(new Set(["DescribeKey"]));
  });

  it("tells the KMS's time with every look", async () => {
    const run = turning();
    const service = (region: string) => run.services.service("aws", region);
    await ensureKey(run, wanted, undefined);
    const now = Math.floor(life.kms.clock.now().getTime() / 1000);
    expect(Math.abs((kmsNow(run, service(dublin)) ?? 0) - now)).toBeLessThan(5);
    // ReplicateKey was answered by the primary's Region.
    expect(kmsNow(run, service(testRegion))).toBeDefined();
  });
});

describe("a key whose primary is another by now", () => {
  let life: Life;
  beforeEach(async () => {
    life = await startLife();
  });
  afterEach(() => life.close());

  it("has a further replica, made from the actual primary", async () => {
    const { key, source } = await importedKey(life, {}, { multiRegion: true });
    const replica = (region: string): WantedKey => ({
      kms: "aws",
      region,
      multiRegion: true,
      primaryKeyArn: key.arn,
    });
    const { record: promoted } = await ensureKey(life.run(), replica(dublin), undefined);
    await applyMaterial(life.run(), settings(promoted.arn), source, undefined);
    await life.client().send(new UpdatePrimaryRegionCommand({ KeyId: key.arn, PrimaryRegion: dublin }));

    life.calls();
    const { record } = await ensureKey(life.run(), replica(ohio), undefined);
    expect(life.calls()).toEqual(["ReplicateKey", "DescribeKey", "ReplicateKey", "DescribeKey"]);
    expect(record).toMatchObject({ region: ohio, state: "PendingImport", primaryKeyArn: promoted.arn });
    const { record: material } = await applyMaterial(life.run(), settings(record.arn), source, undefined);
    expect(material.verified).toBe(true);

    // Where the primary itself is, no replica can be.
    await expect(ensureKey(life.run(), replica(dublin), undefined)).rejects.toMatchObject({
      code: "key_conflict",
      attribute: "region",
      message: expect.stringContaining(`its primary key is in ${dublin}`),
    });
  });

  it("is made at once where the primary is as configured, with bytes of its own", async () => {
    const { key } = await importedKey(life, {}, { multiRegion: true });
    const other = { ...wantedKey, region: ohio, multiRegion: true, primaryKeyArn: key.arn };
    life.calls();
    const { record } = await ensureKey(life.run(), other, undefined);
    expect(life.calls()).toEqual(["ReplicateKey", "DescribeKey"]);
    await expect(
      applyMaterial(life.run(), settings(record.arn), bytesSource(newBytes()), undefined),
    ).rejects.toMatchObject({ code: "different_material" });
  });
});
