import { ensureKey } from "../../../src/engine/external-key";
import { applyMaterial } from "../../../src/engine/imported-key-material";
import type { LifetimeArguments } from "../../../src/engine/lifetime";
import type { WantedKey } from "../../../src/engine/wanted-key";
import { newKey, planAndApply, settings } from "../../support/imported-key";
import { bytesSource, newBytes, plaintext, startLife } from "../../support/life";
import { type QkmsLife, startQkmsLife } from "../../support/qkms";
import { systemClock } from "../../../src/system-clock";

const wantedKey: WantedKey = { kms: "qkms", region: "", multiRegion: false };
const [look, tags, tag, parameters, put] = [
  "DescribeKey",
  "ListResourceTags",
  "TagResource",
  "GetParametersForImport",
  "ImportKeyMaterial",
];

describe("an import whose reply was lost, where a full key takes no other", () => {
  let life: QkmsLife;
  beforeEach(async () => {
    life = await startQkmsLife();
  });
  afterEach(() => life.close());

  const emptyKey = async (): Promise<string> => {
    const { record } = await ensureKey(life.run(), wantedKey, undefined);
    life.calls();
    return record.arn;
  };

  it.each<[string, LifetimeArguments]>([
    ["for ninety days", { validFor: "90d" }],
    ["forever", {}],
  ])(
    "%s is not made twice, and proves nothing: somebody else may have imported meanwhile",
    async (_title, lifetime) => {
      const arn = await emptyKey();
      life.kms.faults.add({ operation: put, kind: "drop", when: "after" });
      const { record, error, proof, warnings } = await applyMaterial(
        life.run(),
        settings(arn, lifetime),
        bytesSource(newBytes()),
        undefined,
      );
      expect(error).toBeUndefined();
      expect(record).toMatchObject({ verified: false });
      expect([record.importedAt, proof]).toEqual([undefined, undefined]);
      expect(warnings).toEqual([expect.stringContaining("The answer to the import was lost.")]);
      expect(life.calls()).toEqual([look, tags, tag, parameters, put, put, look]);
      // The intention stays: nobody knows yet what became of it.
      expect(Object.keys(await life.service().tags(arn))).toEqual(["byok:importing"]);
    },
  );

  it("is not taken for one of another lifetime, nor for one that is not there", async () => {
    for (const fields of [{ ValidTo: 4_000_000_000 }, { ExpirationModel: null, ValidTo: null }]) {
      const arn = await emptyKey();
      life.kms.faults.add({ operation: put, kind: "drop", when: "after" });
      life.kms.faults.add({ operation: look, kind: "replace", fields: { KeyMetadata: fields }, nth: 2 });
      const wanted = settings(arn, { validFor: "90d" });
      await expect(applyMaterial(life.run(), wanted, bytesSource(newBytes()), undefined)).rejects.toMatchObject({
        code: "key_unusable",
        effectUnknown: true,
      });
    }
  });

  it("is not looked for where no reply was lost", async () => {
    const arn = await emptyKey();
    life.kms.faults.add({ operation: put, kind: "error", code: "KMSInvalidStateException" });
    await expect(applyMaterial(life.run(), settings(arn), bytesSource(newBytes()), undefined)).rejects.toMatchObject({
      code: "key_unusable",
      effectUnknown: false,
    });
    expect(life.calls()).toEqual([look, tags, tag, parameters, put, "UntagResource"]);
  });

  it("is none where nothing arrived, whatever an empty key says of its lifetime", async () => {
    const arn = await emptyKey();
    life.kms.faults.add({ operation: put, kind: "drop" });
    life.kms.faults.add({ operation: put, kind: "error", code: "KMSInvalidStateException", nth: 2 });
    await expect(applyMaterial(life.run(), settings(arn), bytesSource(newBytes()), undefined)).rejects.toMatchObject({
      code: "key_unusable",
      effectUnknown: true,
    });
    expect(life.calls()).toEqual([look, tags, tag, parameters, put, put, look]);
  });

  it("is none where the key is gone meanwhile, and does not hide another error", async () => {
    const gone = await emptyKey();
    life.kms.faults.add({ operation: put, kind: "drop", when: "after" });
    life.kms.faults.add({ operation: look, kind: "error", code: "NotFoundException", skip: 1, times: 9 });
    await expect(applyMaterial(life.run(), settings(gone), bytesSource(newBytes()), undefined)).rejects.toMatchObject({
      code: "key_unusable",
    });
    life.kms.faults.clear();

    const arn = await emptyKey();
    life.kms.faults.add({ operation: put, kind: "drop", when: "after" });
    life.kms.faults.add({ operation: put, kind: "error", code: "AccessDeniedException", nth: 2 });
    await expect(applyMaterial(life.run(), settings(arn), bytesSource(newBytes()), undefined)).rejects.toMatchObject({
      code: "access_denied",
      effectUnknown: true,
    });
  });

  it("is looked for again while the KMS has not heard of it", async () => {
    life.kms.faults.add({ operation: put, kind: "drop", when: "after" });
    life.kms.faults.add({ operation: put, kind: "eventual", forRequests: 1 });
    const run = life.run({ clock: { ...systemClock, sleep: async () => {} } });
    const { record } = await ensureKey(run, wantedKey, undefined);
    const done = await applyMaterial(run, settings(record.arn), bytesSource(newBytes()), undefined);
    expect(done.record).toMatchObject({ verified: false });
  });

  it("is proved again by what is on record, for the KMS takes only the same bytes", async () => {
    const arn = await emptyKey();
    const [wanted, source] = [settings(arn, { validFor: "90d" }), bytesSource(newBytes())];
    const { record } = await applyMaterial(life.run(), wanted, source, undefined);
    life.kms.clock.advance("91d");
    life.kms.faults.add({ operation: put, kind: "drop", when: "after" });
    const done = await applyMaterial(life.run(), wanted, source, record);
    expect(done.proof).toBeUndefined();
    expect(done.warnings).toEqual([]);
    expect(done.record).toMatchObject({ verified: true, fingerprint: record.fingerprint });
    expect(done.record.importedAt).toBeGreaterThan(record.importedAt ?? 0);
  });

  it("deletes nothing of what somebody else imported meanwhile, whose material looks the same", async () => {
    const { record: key } = await ensureKey(life.run(), wantedKey, undefined);
    const [ours, theirs] = [bytesSource(newBytes()), bytesSource(newBytes())];
    // The request is lost, and not only its reply.
    life.kms.faults.add({ operation: put, kind: "drop" });
    let others = 0;
    const run = life.run({
      watch: (service) => ({
        ...service,
        importMaterial: async (...request) => {
          if (others++ === 1) await applyMaterial(life.run(), settings(key.arn), theirs, undefined);
          return service.importMaterial(...request);
        },
      }),
    });
    const { record } = await applyMaterial(run, settings(key.arn), ours, undefined);
    expect(record.verified).toBe(false);
    const ciphertext = await life.encrypt(key.arn);
    const changed = settings(key.arn, { validFor: "90d" });
    for (const known of [record, undefined]) {
      const attempt = planAndApply(life, changed, ours, known);
      await attempt.catch(() => undefined);
      expect(life.calls()).not.toContain("DeleteImportedKeyMaterial");
    }
    expect(await life.decrypt(ciphertext)).toBe(plaintext);
  });
});

it("an import that is refused for the key's state is no import where keys are imported into in place", async () => {
  const life = await startLife();
  try {
    const { arn } = await newKey(life);
    life.kms.faults.add({ operation: put, kind: "drop", when: "after" });
    life.kms.faults.add({ operation: put, kind: "error", code: "KMSInvalidStateException", nth: 2 });
    const run = life.run({ retry: { firstPause: 1 } });
    await expect(applyMaterial(run, settings(arn), bytesSource(newBytes()), undefined)).rejects.toMatchObject({
      serviceCode: "KMSInvalidStateException",
    });
  } finally {
    await life.close();
  }
});
