import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { materialRecordOf } from "../../pulumi/provider/material-state";
import { hasUnknown, plainProps, unknownValue } from "../../pulumi/provider/props";
import { migratedKey, migratedMaterial } from "../../pulumi/provider/schema-version";
import { type Life, newBytes, startLife, testRegion } from "../support/life";
import { keyWithMaterial, reaching } from "./life";
import { inProcess } from "./support/in-process";
import type { ResourceType } from "./support/methods";
import { Stack } from "./support/stack";

describe("the provider", () => {
  let life: Life;
  beforeEach(async () => {
    life = await startLife();
  });
  afterEach(() => life.close());

  const provider = (config: Readonly<Record<string, string>> = { "aws:region": testRegion }, folder = tmpdir()) =>
    inProcess(reaching(life.kms.url), config, folder);
  const stack = (config?: Readonly<Record<string, string>>, folder?: string) =>
    new Stack(
      async () => provider(config, folder),
      () => "(the provider)",
    );

  it.each([1, 2])("reads the state of the schema version %d", async (version) => {
    const bytes = Buffer.alloc(32, 7);
    const written = await readFile(join(__dirname, `states/schema-${version}.json`), "utf8");
    const program = keyWithMaterial({ keyMaterial: bytes.toString("base64"), validFor: "90d" });
    const today = stack();
    expect((await today.up(program)).error).toBeUndefined();
    const arn = String(today.outs("ExternalKey", "payments")["arn"]);
    const later = stack();
    // The state of then is about the key of today, whose names and dates are new.
    const { keyMaterialId, importedAt, validTo } = today.outs("ImportedKeyMaterial", "payments");
    const seconds = (date: unknown): string => String(Date.parse(String(date)) / 1000);
    later.restore(
      written
        .replaceAll(/arn:aws:kms:[^"]+/g, arn)
        .replaceAll(/"[0-9a-f]{64}"/g, `"${String(keyMaterialId)}"`)
        .replaceAll("1795319500", seconds(importedAt))
        .replaceAll("1803095500", seconds(validTo)),
    );
    expect(await later.preview(program)).toMatchObject({ steps: [] });
    life.kms.clock.advance("91d");
    expect((await later.up(program)).steps).toEqual(["update payments"]);
    expect((await later.refresh()).steps).toEqual([]);
    for (const gone of ["keyState", "validTo", "enabled"]) {
      expect(Object.keys(later.outs("ExternalKey", "payments"))).not.toContain(gone);
    }
    expect((await later.destroy()).error).toBeUndefined();
  });

  it("takes an id that the first schema version had merely seen for none", async () => {
    const outs = { record: { verified: false, materialId: "seen" }, schemaVersion: 1 };
    expect(materialRecordOf("arn", migratedMaterial(outs)).materialId).toBeUndefined();
    const proved = { record: { verified: true, materialId: "ours" }, schemaVersion: 1 };
    expect(materialRecordOf("arn", migratedMaterial(proved)).materialId).toBe("ours");
  });

  it("keeps what the first schema version showed of a key without material", async () => {
    const outs = {
      keyState: "PendingImport",
      enabled: false,
      validTo: "x",
      record: { enabled: true },
      schemaVersion: 1,
    };
    expect(migratedKey(outs)).toEqual({
      enabled: false,
      record: { enabled: true, state: "PendingImport" },
      schemaVersion: 1,
    });
    expect(migratedKey({ ...outs, keyState: "Enabled" })).not.toHaveProperty("enabled");
  });

  it("refuses the state of a later version", async () => {
    const written = await readFile(join(__dirname, "states/schema-2.json"), "utf8");
    const later = stack();
    later.restore(written.replaceAll(/"schemaVersion": ?2/g, '"schemaVersion":3'));
    expect((await later.refresh()).error).toMatch(/written by a later version of byok.*Install that version/);
  });

  it("looks up a key and material that are there, and fails for what is not", async () => {
    const made = stack();
    await made.up(keyWithMaterial({ keyMaterial: newBytes().toString("base64"), validFor: "90d" }));
    const arn = String(made.outs("ExternalKey", "payments")["arn"]);
    const methods = (type: ResourceType) => provider().methods(type);
    expect(await methods("ExternalKey").read(arn, {})).toMatchObject({
      id: arn,
      props: { pendingDeletion: false, arn },
    });
    expect(await methods("ImportedKeyMaterial").read(arn, { keyArn: arn })).toMatchObject({
      id: arn,
      props: { materialState: "imported", keyState: "Enabled", verified: false, validTo: expect.stringMatching(/Z$/) },
    });
    const gone = arn.replace(/.{4}$/, "0000");
    for (const type of ["ExternalKey", "ImportedKeyMaterial"] as const) {
      await expect(methods(type).read(gone, { keyArn: gone })).rejects.toThrow(/key_not_found/);
    }
  });

  it("takes its settings from the configuration, and those of a resource before it", async () => {
    const config = { "aws:region": testRegion, "byok:allowedRegions": '["eu-west-1"]' };
    const refused = await stack(config).preview(
      keyWithMaterial(
        {},
        { existingKeyArn: `arn:aws:kms:${testRegion}:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab` },
      ),
    );
    expect(refused.error).toMatch(/`existingKeyArn`: \[region_not_allowed\]/);
    const own = await stack(config).preview(keyWithMaterial({}, { connection: { allowedRegions: [testRegion] } }));
    expect(own.error).toBeUndefined();
    const wrong = await stack({ ...config, "byok:allowedRegions": "eu-west-1" }).preview(keyWithMaterial({}));
    expect(wrong.error).toMatch(/`connection`: The stack's configuration `byok:allowedRegions` must be a list/);
    const nowhere = await stack({}).preview(keyWithMaterial({}));
    expect(nowhere.error).toMatch(/`region`.*pulumi config set byok:region/);
  });

  it.each([
    ["configuration", { "byok:allowedAccountIds": "999999999999" }, {}],
    ["configuration", { "byok:allowedAccountIds": '[{"id":"1"}]' }, {}],
    ["state", {}, { connection: { allowedAccountIds: "999999999999" } }],
    ["state", {}, { connection: "allowedAccountIds" }],
  ])("touches no key while what it may touch cannot be read, in the %s: %j %j", async (_where, config, stored) => {
    const made = stack();
    await made.up(keyWithMaterial({ keyMaterial: newBytes().toString("base64") }));
    const id = String(made.outs("ExternalKey", "payments")["arn"]);
    life.calls();
    for (const type of ["ExternalKey", "ImportedKeyMaterial"] as const) {
      const methods = provider({ "aws:region": testRegion, ...config }).methods(type);
      const outs = { ...made.outs(type, "payments"), ...stored };
      const props = { keyArn: id, ...stored };
      const requests = [
        () => methods.read(id, outs),
        () => methods.read(id, props),
        () => methods.diff(id, outs, props),
        () => methods.update(id, outs, props),
        () => methods.create(props),
        () => methods.delete(id, outs),
      ];
      for (const request of requests)
        await expect(request()).rejects.toThrow(/\[invalid_argument\] `connection.*must be/);
    }
    expect(life.calls()).toEqual([]);
  });

  it("takes the numbers that the command line makes of account ids for the text that they are", async () => {
    const config = {
      "aws:region": testRegion,
      "byok:allowedAccountIds": "[111122223333]",
      "byok:assumeRoles": JSON.stringify([{ roleArn: "arn:aws:iam::111122223333:role/keys", externalId: 42 }]),
      "byok:alibaba": JSON.stringify({
        region: "cn-hangzhou",
        assumeRole: { roleArn: "acs:ram::1:role/keys", durationSeconds: 900 },
      }),
    };
    expect((await stack(config).preview(keyWithMaterial({}))).error).toBeUndefined();
    const elsewhere = { ...config, "byok:allowedAccountIds": "[444455556666]" };
    const arn = `arn:aws:kms:${testRegion}:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab`;
    expect((await stack(elsewhere).preview(keyWithMaterial({}, { existingKeyArn: arn }))).error).toMatch(
      /\[account_not_allowed\]/,
    );
  });

  it("reads a source at the preview of new material, unless it is reported to wait, and keeps its bytes to itself", async () => {
    const folder = await mkdtemp(join(tmpdir(), "pulumi-source-"));
    try {
      await writeFile(join(folder, "payments.bin"), Buffer.alloc(31, 1), { mode: 0o600 });
      const program = keyWithMaterial({ keyMaterialSource: "file:payments.bin" });
      expect((await stack(undefined, folder).preview(program)).error).toMatch(
        /`keyMaterialSource`: \[malformed_material\]/,
      );
      const waiting = { "aws:region": testRegion, "byok:materialAccess": "apply" };
      expect((await stack(waiting, folder).preview(program)).error).toBeUndefined();
      await writeFile(join(folder, "payments.bin"), Buffer.alloc(32, 1));
      const made = stack(undefined, folder);
      expect((await made.up(program)).error).toBeUndefined();
      expect(made.state).not.toContain(Buffer.alloc(32, 1).toString("base64"));
      expect((await made.up(program)).steps).toEqual([]);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it("holds to what of a connection is known, and looks nowhere else while the rest is not", async () => {
    const folder = await mkdtemp(join(tmpdir(), "pulumi-source-"));
    try {
      const handlers = (config?: Readonly<Record<string, string>>) => provider(config, folder);
      const later = { assumeRoles: [{ roleArn: unknownValue }] };
      const material = (connection: object) =>
        handlers()
          .methods("ImportedKeyMaterial")
          .check({}, { keyArn: unknownValue, keyMaterialSource: "exec:touch ran", connection });
      expect(await material({ ...later, allowedMaterialSources: ["file"] })).toMatchObject({
        failures: [{ reason: expect.stringContaining("[source_not_allowed]") }],
      });
      expect(await material({ ...later, materialAccess: "apply" })).toMatchObject({ failures: [] });
      expect(await material({ materialAccess: unknownValue })).toMatchObject({ failures: [] });
      expect(await readdir(folder)).toEqual([]);
      const keys = handlers().methods("ExternalKey");
      const arn = `arn:aws:kms:${testRegion}:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab`;
      expect(
        await keys.check({}, { existingKeyArn: arn, connection: { ...later, allowedRegions: ["eu-west-1"] } }),
      ).toMatchObject({ failures: [{ reason: expect.stringContaining("[region_not_allowed]") }] });
      const made = stack();
      await made.up(keyWithMaterial({}));
      const outs = made.outs("ExternalKey", "payments");
      life.calls();
      const changed = await keys.diff(String(outs["arn"]), outs, { connection: later });
      expect(changed).toMatchObject({ changes: true, replaces: [] });
      expect(life.calls()).toEqual([]);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it("says of bytes that are not in memory that they must be given again", async () => {
    const made = stack();
    await made.up(keyWithMaterial({ keyMaterial: newBytes().toString("base64") }));
    const arn = String(made.outs("ExternalKey", "payments")["arn"]);
    const fingerprint = String(made.outs("ImportedKeyMaterial", "payments")["fingerprint"]);
    life.kms.clock.advance("1d");
    const update = provider().methods("ImportedKeyMaterial").update(arn, made.outs("ImportedKeyMaterial", "payments"), {
      keyArn: arn,
      keyMaterialFingerprint: fingerprint,
      validFor: "9d",
    });
    await expect(update).rejects.toThrow(/`keyMaterial` are no longer in memory. Run again with them/);
  });

  it("prints no stack of an error", async () => {
    const methods = (type: ResourceType) => provider().methods(type);
    const error: unknown = await methods("ExternalKey")
      .read("nothing", {})
      .catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ name: "byok", stack: "", message: expect.stringContaining("[invalid_key_arn]") });
  });
});

describe("properties", () => {
  it("are free of what is undefined, at every depth", () => {
    expect(plainProps({ a: undefined, b: { c: undefined, d: [{ e: undefined, f: null }] } })).toEqual({
      b: { d: [{ f: null }] },
    });
    expect(hasUnknown({ a: [{ b: unknownValue }] })).toBe(true);
  });
});
