import { randomBytes } from "node:crypto";
import { ByokError } from "../../../src/engine/errors";
import { ensureKey } from "../../../src/engine/external-key";
import { importMaterial } from "../../../src/engine/importing";
import { applyMaterial } from "../../../src/engine/imported-key-material";
import { keyContext } from "../../../src/engine/key-context";
import { openSource } from "../../../src/engine/opened-source";
import { importedKey, newKey, settings } from "../../support/imported-key";
import { bytesSource, type Life, newBytes, plaintext, startLife } from "../../support/life";
import { type QkmsLife, startQkmsLife } from "../../support/qkms";
import { changedEntry, wrappedElsewhere, wrappedFileSource } from "../../support/wrapped-material";
import { rejected } from "../thrown";

const attribute = "key_material_source";

describe("material that was wrapped elsewhere", () => {
  let life: Life;
  beforeEach(async () => {
    life = await startLife();
  });
  afterEach(() => life.close());

  it("is imported with the token that it was wrapped for, and no other is asked for", async () => {
    const { arn } = await newKey(life);
    const file = await wrappedElsewhere(life.run(), arn, newBytes());
    life.calls();
    const { record, proof } = await applyMaterial(life.run(), settings(arn), wrappedFileSource(file), undefined);
    expect(life.calls()).toEqual(["DescribeKey", "ListResourceTags", "ImportKeyMaterial"]);
    expect(record).toMatchObject({ verified: true, fingerprint: file.fingerprint });
    expect(proof?.fingerprint).toBe(file.fingerprint);
    expect(await life.decrypt(await life.encrypt(arn))).toBe(plaintext);
  });

  it("brings back what expired, and lives from its import on", async () => {
    const { key, bytes, record, wanted } = await importedKey(life, { validFor: "30d" });
    const ciphertext = await life.encrypt(key.arn);
    life.kms.clock.advance("31d");
    const file = await wrappedElsewhere(life.run(), key.arn, bytes);
    life.kms.clock.advance("20h");
    const outcome = await applyMaterial(life.run(), wanted, wrappedFileSource(file), record);
    expect(await life.decrypt(ciphertext)).toBe(plaintext);
    const now = Math.floor(Number(life.kms.clock.now()) / 1000);
    expect((outcome.record.validTo ?? 0) - now).toBeGreaterThan(30 * 86_400 - 60);
  });

  it("is on offer for its key until its token expires", async () => {
    const { arn } = await newKey(life);
    const file = await wrappedElsewhere(life.run(), arn, newBytes());
    const { validTo: until = 0 } = file.keys[0] ?? {};
    const source = wrappedFileSource(file);
    const bytes = { kind: "bytes", fingerprint: file.fingerprint, attribute };
    expect((await openSource(source, {}, { keyArn: arn, now: until - 1 })).offer).toEqual({ ...bytes, until });
    expect((await openSource(source, {}, { keyArn: arn })).offer).toEqual({ ...bytes, until });
    expect((await openSource(source, {}, { now: until + 1 })).offer).toEqual(bytes);
    const { offer, material } = await openSource(source, {}, { keyArn: arn, now: until });
    expect(offer).toMatchObject({ kind: "none", attribute, why: expect.stringMatching(/expired on 20.*byok params/) });
    expect(material).toBeUndefined();
    const other = arn.replace(/.$/, (last) => (last === "0" ? "1" : "0"));
    const error = await rejected(openSource(source, {}, { keyArn: other }));
    expect(error).toMatchObject({ code: "wrapper_refused", attribute });
    expect(error.rawMessage).toContain(`not wrapped for ${other}, but for ${arn}`);
  });

  it("is not sent once its token has expired by the KMS's clock", async () => {
    const { arn } = await newKey(life);
    const file = await wrappedElsewhere(life.run(), arn, newBytes());
    life.kms.clock.advance("25h");
    const error = await rejected(applyMaterial(life.run(), settings(arn), wrappedFileSource(file), undefined));
    expect(error).toMatchObject({ code: "material_missing", attribute });
    expect(error.rawMessage).toContain(`Nothing was imported into ${arn}`);
    expect(life.calls()).not.toContain("ImportKeyMaterial");
  });

  it.each<[string, object]>([
    ["has expired, as nothing in the file says", { validTo: undefined }],
    ["is none", { validTo: undefined, token: Buffer.from("none") }],
  ])("is refused once where its token %s", async (_, changes) => {
    const { arn } = await newKey(life);
    const file = await wrappedElsewhere(life.run(), arn, newBytes());
    life.kms.clock.advance("25h");
    life.calls();
    const source = wrappedFileSource(changedEntry(file, changes));
    const error = await rejected(applyMaterial(life.run(), settings(arn), source, undefined));
    expect(error).toMatchObject({ code: "import_refused", attribute, retry: "never" });
    expect(error.rawMessage).toMatch(/^The KMS did not take what was wrapped elsewhere for .*`byok params`/);
    expect(life.calls()).toEqual(["DescribeKey", "ListResourceTags", "ImportKeyMaterial"]);
  });

  it("is refused where its bytes were changed, or belong to another key's token", async () => {
    const [one, two] = [await newKey(life), await newKey(life)];
    const bytes = newBytes();
    const file = await wrappedElsewhere(life.run(), one.arn, bytes);
    const other = await wrappedElsewhere(life.run(), two.arn, bytes);
    const token = other.keys[0]?.token ?? Buffer.alloc(0);
    for (const changes of [{ wrapped: randomBytes(512) }, { token }]) {
      const source = wrappedFileSource(changedEntry(file, changes));
      const error = await rejected(applyMaterial(life.run(), settings(one.arn), source, undefined));
      expect(error).toMatchObject({ code: "import_refused", attribute });
    }
    // What was not changed is still taken.
    const { record } = await applyMaterial(life.run(), settings(one.arn), wrappedFileSource(file), undefined);
    expect(record.verified).toBe(true);
  });

  it("is refused for another key before anything is asked for", async () => {
    const [one, two] = [await newKey(life), await newKey(life)];
    const source = wrappedFileSource(await wrappedElsewhere(life.run(), one.arn, newBytes()));
    life.calls();
    const error = await rejected(applyMaterial(life.run(), settings(two.arn), source, undefined));
    expect(error).toMatchObject({ code: "wrapper_refused", attribute });
    expect(life.calls()).toEqual([]);
  });

  it("is refused where another wrapping is configured", async () => {
    const { arn } = await newKey(life);
    const source = wrappedFileSource(await wrappedElsewhere(life.run(), arn, newBytes()));
    const wanted = { ...settings(arn), wrappingAlgorithm: "RSAES_OAEP_SHA_1" };
    const error = await rejected(applyMaterial(life.run(), wanted, source, undefined));
    expect(error).toMatchObject({ code: "unsupported_wrapping", attribute: "wrapping_algorithm" });
    const same = { ...wanted, wrappingAlgorithm: "RSAES_OAEP_SHA_256" };
    expect((await applyMaterial(life.run(), same, source, undefined)).record.verified).toBe(true);
  });

  const quick = () => life.run({ retry: { firstPause: 1, longestPause: 1 } });
  const lost = { operation: "ImportKeyMaterial", kind: "drop" } as const;

  it("is in, and not proved, where the answer was lost and its token has served", async () => {
    const { arn } = await newKey(life);
    const source = wrappedFileSource(await wrappedElsewhere(life.run(), arn, newBytes()));
    life.kms.faults.add({ ...lost, when: "after" });
    const { record, warnings } = await applyMaterial(quick(), settings(arn), source, undefined);
    expect(record.verified).toBe(false);
    expect(warnings).toEqual([expect.stringContaining("The answer to the import was lost.")]);
    expect(await life.decrypt(await life.encrypt(arn))).toBe(plaintext);
  });

  it("may be in where an answer was lost and nothing shows it", async () => {
    const { arn } = await newKey(life);
    const source = wrappedFileSource(await wrappedElsewhere(life.run(), arn, newBytes()));
    life.kms.faults.add({ ...lost, when: "before" });
    life.kms.faults.add({ ...lost, kind: "error", code: "InvalidImportTokenException", nth: 2 });
    const error = await rejected(applyMaterial(quick(), settings(arn), source, undefined));
    expect(error).toMatchObject({ code: "import_refused", effectUnknown: true });
    expect(error.rawMessage).toContain("look with `byok status` whether that brought it in");
    // Its token is still good.
    const { record } = await applyMaterial(quick(), settings(arn), source, undefined);
    expect(record.verified).toBe(true);
  });

  it("replaces no other material, and the key lives on", async () => {
    const { key, wanted } = await importedKey(life);
    const ciphertext = await life.encrypt(key.arn);
    const source = wrappedFileSource(await wrappedElsewhere(life.run(), key.arn, newBytes()));
    const error = await rejected(applyMaterial(life.run(), wanted, source, undefined));
    expect(error.code).toBe("different_material");
    expect(await life.decrypt(ciphertext)).toBe(plaintext);
  });

  it("is dated by a look where the run has seen no time of the KMS yet", async () => {
    const { arn } = await newKey(life);
    const file = await wrappedElsewhere(life.run(), arn, newBytes());
    const run = life.run();
    const context = keyContext(life.run(), arn, attribute, {});
    const { value: key } = await context.service.describe(arn, {});
    if (key === null) throw new Error("The key is gone.");
    const material = await wrappedFileSource(file).open();
    life.calls();
    const imported = await importMaterial(
      { ...context, run },
      { key, material, attribute, lifetime: { kind: "renewed", validFor: 86_400, renewBefore: 60 }, again: false },
    );
    expect(life.calls()).toEqual(["DescribeKey", "ImportKeyMaterial"]);
    expect((imported.validTo ?? 0) - imported.at).toBeGreaterThan(86_390);
  });

  it("is not asked for anew where the import took longer than the material was to live", async () => {
    const { arn } = await newKey(life);
    const source = wrappedFileSource(await wrappedElsewhere(life.run(), arn, newBytes()));
    const past = new ByokError("invalid_argument", "ValidTo is in the past.");
    const run = life.run({
      watch: (service) =>
        new Proxy(service, { get: (of, name) => (name === "importMaterial" ? refuse : get(of, name)) }),
    });
    const refuse = async () => {
      life.kms.clock.advance("2h");
      throw past;
    };
    const get = (of: object, name: string | symbol): unknown => {
      const found: unknown = Reflect.get(of, name);
      return typeof found === "function" ? found.bind(of) : found;
    };
    const error = await rejected(applyMaterial(run, settings(arn, { validFor: "1h" }), source, undefined));
    expect(error).toMatchObject({ code: "invalid_argument", retry: "never" });
  });
});

describe("material that was wrapped elsewhere, for an import token that serves one import", () => {
  it("is refused the second time", async () => {
    const life = await startLife({ singleUseImportTokens: true });
    try {
      const { arn } = await newKey(life);
      const source = wrappedFileSource(await wrappedElsewhere(life.run(), arn, newBytes()));
      const { record } = await applyMaterial(life.run(), settings(arn), source, undefined);
      const longer = settings(arn, { validFor: "30d" });
      const error = await rejected(applyMaterial(life.run(), longer, source, record));
      expect(error).toMatchObject({ code: "import_refused", attribute });
      expect(error.rawMessage).toContain("has served its import");
      expect(await life.decrypt(await life.encrypt(arn))).toBe(plaintext);
    } finally {
      await life.close();
    }
  });
});

describe("material that was wrapped elsewhere, on a KMS that takes imports into empty keys only", () => {
  let life: QkmsLife;
  beforeEach(async () => {
    life = await startQkmsLife();
  });
  afterEach(() => life.close());

  it("empties no key, since its token may be refused afterwards, and comes in once the key is empty", async () => {
    const { record: key } = await ensureKey(life.run(), { kms: "qkms", region: "", multiRegion: false }, undefined);
    const bytes = newBytes();
    // Asked for while the key is empty: a full one gets no parameters.
    const source = wrappedFileSource(await wrappedElsewhere(life.run(), key.arn, bytes));
    const { record } = await applyMaterial(
      life.run(),
      settings(key.arn, { validFor: "90d" }),
      bytesSource(bytes),
      undefined,
    );
    const ciphertext = await life.encrypt(key.arn);
    life.calls();
    const longer = settings(key.arn, { validFor: "120d" });
    const error = await rejected(applyMaterial(life.run(), longer, source, record));
    expect(error).toMatchObject({ code: "import_refused", attribute });
    expect(error.rawMessage).toMatch(/nothing tells before the deletion .*Nothing was deleted/);
    expect(life.calls()).not.toContain("DeleteImportedKeyMaterial");
    expect(await life.decrypt(ciphertext)).toBe(plaintext);

    life.kms.clock.advance("91d");
    const again = wrappedFileSource(await wrappedElsewhere(life.run(), key.arn, bytes));
    await applyMaterial(life.run(), longer, again, record);
    expect(await life.decrypt(ciphertext)).toBe(plaintext);
  });
});
