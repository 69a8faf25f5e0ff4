import { randomBytes } from "node:crypto";
import { fingerprintOfRaw } from "../../src/engine/fingerprint";
import type { ConfigInput } from "../../src/terraform/plugin/testing/host";
import { awsBlock, type ByokHost, byokHost, refusal, textIn } from "../support/byok-host";
import { plaintext } from "../support/life";
import { type StandInStores, standInStores } from "../support/secret-stores";

const newKey = (): Buffer => Buffer.from(randomBytes(32).map((byte) => byte | 0x80));

describe("in the provider, key material in a store of secrets", () => {
  let on: ByokHost;
  let stores: StandInStores;
  const blocks = (): ConfigInput => ({
    aws: awsBlock(on.life.kms.url, { secretsmanager_endpoint: stores.url, ssm_endpoint: stores.url }),
    alibaba: { region: "cn-hangzhou", access_key: "AKIAENGINE", secret_key: "engine", endpoint: stores.url },
  });
  beforeEach(async () => {
    [on, stores] = await Promise.all([byokHost(), standInStores()]);
    await on.restart(blocks());
  });
  afterEach(() => Promise.all([on.close(), stores[Symbol.asyncDispose]()]));

  it("is imported, lapses, comes back, and is held to its fingerprint", async () => {
    const key = on.host.resource("byok_external_key");
    await key.apply({});
    const key_arn = textIn(key, "arn");
    const [bytes, version] = [newKey(), [""]];
    version[0] = stores.putSecret("payments", JSON.stringify({ key: bytes.toString("hex") }));
    const config = { key_arn, key_material_source: "secretsmanager:payments?field=key&encoding=hex", valid_for: "90d" };
    const material = on.host.resource("byok_imported_key_material");
    const plan = await material.plan(config);
    expect(plan.planned).toMatchObject({ fingerprint: fingerprintOfRaw(bytes) });
    expect(plan.warnings.map(({ detail }) => detail)).toEqual([
      expect.stringContaining(`\`?version-id=${version[0]}\` for the one that was read now, or set \`fingerprint\``),
    ]);
    await material.apply(config);
    expect(JSON.stringify(material.state)).not.toContain(bytes.toString("hex"));
    const ciphertext = await on.life.encrypt(key_arn);

    await on.restart(blocks());
    on.life.kms.clock.advance("91d");
    const pinned = { ...config, fingerprint: fingerprintOfRaw(bytes) };
    expect((await material.apply(pinned)).warnings.filter(({ detail }) => /version/.test(detail))).toEqual([]);
    expect(await on.life.decrypt(ciphertext)).toBe(plaintext);

    stores.putSecret("payments", JSON.stringify({ key: newKey().toString("hex") }));
    expect(await refusal(material.plan(pinned))).toEqual([
      { at: "key_material_source", detail: expect.stringContaining("[different_material]") },
    ]);
    const older = { ...pinned, key_material_source: `${config.key_material_source}&version-id=${version[0]}` };
    expect(await refusal(material.plan(older))).toEqual([]);
  });

  it.each([
    ["ssm:/payments/key", (bytes: Buffer) => stores.putParameter("/payments/key", bytes.toString("base64"))],
    ["alibaba-secrets:payments", (bytes: Buffer) => stores.putAlibabaSecret("payments", bytes)],
  ])("is read from %s with the credentials of the provider", async (uri, put) => {
    const key = on.host.resource("byok_external_key");
    await key.apply({});
    const bytes = newKey();
    put(bytes);
    const material = on.host.resource("byok_imported_key_material");
    await material.applyAndSettle({ key_arn: textIn(key, "arn"), key_material_source: uri });
    expect(material.state).toMatchObject({ fingerprint: fingerprintOfRaw(bytes), verified: true });
  });

  it("is planned without where the store has none, and refused where the place is not allowed", async () => {
    const key = on.host.resource("byok_external_key");
    await key.apply({});
    const config = { key_arn: textIn(key, "arn"), key_material_source: "ssm:/payments/key" };
    const material = on.host.resource("byok_imported_key_material");
    const { warnings } = await material.plan(config);
    expect(warnings.map(({ detail }) => detail).join()).toContain("There is no such parameter in eu-central-1.");
    stores.putParameter("/payments/key", newKey().toString("hex"));
    await on.restart({ ...blocks(), allowed_material_sources: ["ssm:/payroll/", "file"] });
    expect(await refusal(material.plan(config))).toEqual([
      { at: "key_material_source", detail: expect.stringContaining("[source_not_allowed]") },
    ]);
    await on.restart({ ...blocks(), allowed_material_sources: ["ssm:/payments/"] });
    expect(await refusal(material.plan({ ...config, key_material_source: "ssm:/payments/key?encoding=hex" }))).toEqual(
      [],
    );
    expect(await refusal(on.restart({ allowed_material_sources: ["ssm:/payments/../"] }))).toMatchObject([
      { at: "allowed_material_sources" },
    ]);
  });
});
