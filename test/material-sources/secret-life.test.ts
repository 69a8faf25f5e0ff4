import { randomBytes } from "node:crypto";
import { fingerprintOfRaw } from "../../src/engine/fingerprint";
import { applyMaterial } from "../../src/engine/imported-key-material";
import { sourceFromUri } from "../../src/material-sources/source-uri";
import { newKey, planAndApply, planned, settings } from "../support/imported-key";
import { type Life, plaintext, startLife } from "../support/life";
import { type ReadSecrets, readSecrets } from "../support/read-secrets";
import { awsRefusal } from "../support/secret-stores";
import { rejected } from "../engine/thrown";

describe.each([
  ["secretsmanager:payments", "version-id", (on: ReadSecrets, bytes: Buffer) => on.stores.putSecret("payments", bytes)],
  [
    "ssm:/payments",
    "version",
    (on: ReadSecrets, bytes: Buffer) => on.stores.putParameter("/payments", bytes.toString("base64")),
  ],
  [
    "alibaba-secrets:payments",
    "version-id",
    (on: ReadSecrets, bytes: Buffer) => on.stores.putAlibabaSecret("payments", bytes),
  ],
])("key material that %s keeps", (uri, pin, put) => {
  let life: Life;
  let on: ReadSecrets;
  beforeEach(async () => {
    [life, on] = await Promise.all([startLife(), readSecrets()]);
  });
  afterEach(() => Promise.all([life.close(), on.close()]));
  const source = (more = "") =>
    sourceFromUri(`${uri}${more}`, { attribute: "key_material_source", secrets: on.services.secrets });

  it("is imported, lapses, comes back, and is held to its fingerprint", async () => {
    const bytes = Buffer.from(randomBytes(32).map((byte) => byte | 0x80));
    const version = put(on, bytes);
    const { arn } = await newKey(life);
    const wanted = { ...settings(arn, { validFor: "90d" }), fingerprint: fingerprintOfRaw(bytes) };
    const { record } = await applyMaterial(life.run(), wanted, source(), undefined);
    const ciphertext = await life.encrypt(arn);

    life.kms.clock.advance("91d");
    const repaired = await planAndApply(life, wanted, source(), record);
    expect(repaired.plan).toMatchObject({ action: "reimport" });
    expect(await life.decrypt(ciphertext)).toBe(plaintext);

    put(on, Buffer.from(randomBytes(32).map((byte) => byte | 0x80)));
    life.kms.clock.advance("91d");
    const other = await rejected(planAndApply(life, wanted, source(), repaired.outcome.record));
    expect(other.code).toBe("different_material");

    const pinned = await planAndApply(life, wanted, source(`?${pin}=${version}`), repaired.outcome.record);
    expect(pinned.calls).toContain("ImportKeyMaterial");
    expect(await life.decrypt(ciphertext)).toBe(plaintext);
  });

  it("is none on offer at a plan that may not read it, and an error where an apply needs it", async () => {
    const { arn } = await newKey(life);
    const wanted = settings(arn);
    const denied = uri.startsWith("alibaba") ? [] : [awsRefusal(400, "AccessDeniedException")];
    for (const script of denied) on.stores.script(script, 2);
    const { offer, assessment } = await planned(life.run(), wanted, source(), undefined);
    expect(offer).toMatchObject({ kind: "none", why: expect.stringContaining(`\`${uri}\`: `) });
    expect(assessment).toMatchObject({ action: "create" });
    life.calls();
    const error = await rejected(applyMaterial(life.run(), wanted, source(), undefined));
    expect(error.code).toMatch(/^material_(?:missing|unavailable)$/);
    expect(life.calls()).not.toContain("ImportKeyMaterial");
  });
});
