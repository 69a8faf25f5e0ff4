import { ensureKey } from "../../../src/engine/external-key";
import { applyMaterial } from "../../../src/engine/imported-key-material";
import type { LifetimeArguments } from "../../../src/engine/lifetime";
import type { WantedKey } from "../../../src/engine/wanted-key";
import { newKey, settings } from "../../support/imported-key";
import { bytesSource, newBytes, startLife } from "../../support/life";
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
  ])("%s is recognised by its lifetime, and not made twice", async (_title, lifetime) => {
    const arn = await emptyKey();
    life.kms.faults.add({ operation: put, kind: "drop", when: "after" });
    const { record, error } = await applyMaterial(
      life.run(),
      settings(arn, lifetime),
      bytesSource(newBytes()),
      undefined,
    );
    expect(error).toBeUndefined();
    expect(record).toMatchObject({ verified: true });
    expect(life.calls()).toEqual([look, tags, tag, parameters, put, put, look]);
  });

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
    expect(life.calls()).toEqual([look, tags, tag, parameters, put]);
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
    life.kms.faults.add({ operation: look, kind: "error", code: "NotFoundException", nth: 2, times: 9 });
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
    expect(done.record).toMatchObject({ verified: true });
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
