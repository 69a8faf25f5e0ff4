import { randomBytes } from "node:crypto";
import { DeleteImportedKeyMaterialCommand, ScheduleKeyDeletionCommand } from "@aws-sdk/client-kms";
import { applyMaterial } from "../../src/engine/imported-key-material";
import type { ConfigInput, ResourceInstance } from "../../src/terraform/plugin/testing/host";
import { UNKNOWN } from "../../src/terraform/plugin/value";
import { type ByokHost, byokHost, refusal, textIn } from "../support/byok-host";
import { settings } from "../support/imported-key";
import { bytesSource, plaintext } from "../support/life";

// The host refuses every plan and every result that Terraform's core would refuse: what was planned must come out, and
// nothing may stay unknown. So the rules are held to here in milliseconds.

describe("plans and what comes of them", () => {
  let on: ByokHost;
  let key: ResourceInstance;
  let material: ResourceInstance;
  let bytes: Buffer;
  beforeEach(async () => {
    on = await byokHost();
    key = on.host.resource("byok_external_key");
    material = on.host.resource("byok_imported_key_material");
    bytes = randomBytes(32);
  });
  afterEach(() => on.close());

  const arn = (): string => textIn(key, "arn");
  const config = (more: ConfigInput = {}): ConfigInput => ({
    key_arn: arn(),
    key_material_wo: bytes.toString("base64"),
    ...more,
  });
  const imported = async (more: ConfigInput = {}): Promise<ConfigInput> => {
    await key.applyAndSettle({});
    await material.applyAndSettle(config(more));
    // What the process remembered is gone.
    await on.restart();
    return config(more);
  };
  const without = (given: ConfigInput): ConfigInput => ({ ...given, key_material_wo: null });
  const afterDays = (days: number): string =>
    `${new Date(on.life.kms.clock.now().getTime() + days * 86_400_000).toISOString().slice(0, 19)}Z`;
  const unknowns = ({ planned }: { readonly planned: Readonly<Record<string, unknown>> | null }): string[] =>
    Object.entries(planned ?? {}).flatMap(([name, value]) => (value === UNKNOWN ? [name] : []));

  it("creates, and leaves unknown only what the KMS is to say", async () => {
    on.life.calls();
    const plan = await key.plan({ description: "payments" });
    // A plan for a new key calls nothing.
    expect(on.life.calls()).toEqual([]);
    expect(unknowns(plan)).toEqual(expect.arrayContaining(["arn", "id", "key_id", "key_state"]));
    await key.applyAndSettle({ description: "payments" });
    expect(unknowns(await material.plan({ ...config(), key_arn: UNKNOWN, key_material_wo: UNKNOWN }))).toEqual(
      expect.arrayContaining(["key_arn", "id", "fingerprint"]),
    );
    await material.apply({ ...config(), key_arn: UNKNOWN, key_material_wo: UNKNOWN }, { then: config() });
    expect((await material.plan(config())).action).toBe("no-op");
    expect(material.state).toMatchObject({ key_material_wo: null, verified: true, reason: null });
  });

  it.each<[string, ConfigInput, (on: ByokHost, keyArn: string, bytes: Buffer) => unknown, RegExp]>([
    ["expired", { valid_for: "90d" }, ({ life }) => life.kms.clock.advance("91d"), /expired on/],
    ["renewal due", { valid_for: "90d" }, ({ life }) => life.kms.clock.advance("61d"), /renewal due since/],
    [
      "deleted behind our back",
      {},
      ({ life }, KeyId) => life.client().send(new DeleteImportedKeyMaterialCommand({ KeyId })),
      /deleted/,
    ],
    [
      "imported by someone else with another lifetime",
      { valid_for: "90d" },
      ({ life }, keyArn, same) =>
        applyMaterial(life.run(), settings(keyArn, { validFor: "5d" }), bytesSource(same), undefined),
      /someone else changed the lifetime/,
    ],
  ])(
    "%s: in place, with its reason, and only what follows from the import is unknown",
    async (_what, more, act, reason) => {
      const given = await imported(more);
      const ciphertext = await on.life.encrypt(arn());
      await act(on, arn(), bytes);
      const plan = await material.plan(given);
      expect([plan.action, plan.replacePaths]).toEqual(["update", []]);
      expect(plan.warnings.map(({ detail }) => detail)).toEqual([expect.stringMatching(reason)]);
      expect(material.state?.["reason"]).toMatch(reason);
      expect(unknowns(plan)).not.toEqual(expect.arrayContaining(["key_arn"]));
      for (const name of ["id", "key_arn", "fingerprint", "key_material_id", "verified"]) {
        expect([name, plan.planned?.[name]]).toEqual([name, material.state?.[name]]);
      }
      await material.applyAndSettle(given);
      expect(await on.life.decrypt(ciphertext)).toBe(plaintext);
    },
  );

  it.each<[string, ConfigInput, string, "update" | "no-op"]>([
    ["expired", { valid_for: "90d" }, "91d", "update"],
    ["renewal due", { valid_for: "90d" }, "61d", "no-op"],
    ["healthy", { valid_for: "90d" }, "1d", "no-op"],
  ])("%s, without the bytes", async (_what, more, advance, action) => {
    const given = without(await imported(more));
    on.life.kms.clock.advance(advance);
    const plan = await material.plan(given);
    expect(plan.action).toBe(action);
    expect(plan.warnings).toHaveLength(_what === "healthy" ? 0 : 1);
    if (action === "update") {
      expect(await refusal(material.apply(given))).toEqual([
        { at: "key_material_source", detail: expect.stringMatching(/Key material is needed: expired on/) },
      ]);
      expect(material.tainted).toBe(false);
      expect(material.state).toMatchObject({ material_state: "expired", verified: true });
    }
  });

  it("a fixed date that has passed: nothing, until a later date brings the same bytes back", async () => {
    const date = afterDays(30);
    const given = await imported({ valid_to: date });
    const ciphertext = await on.life.encrypt(arn());
    on.life.kms.clock.advance("31d");
    const plan = await material.plan(given);
    expect([plan.action, plan.warnings.length]).toEqual(["no-op", 1]);
    expect((await material.plan(without(given))).action).toBe("no-op");
    await material.applyAndSettle({ ...given, valid_to: afterDays(30) });
    expect(await on.life.decrypt(ciphertext)).toBe(plaintext);
  });

  it("other bytes are refused, also where the plan did not see them", async () => {
    const given = await imported();
    const other = { ...given, key_material_wo: randomBytes(32).toString("base64") };
    on.life.calls();
    expect(await refusal(material.plan(other))).toEqual([
      { at: "key_material_wo", detail: expect.stringMatching(/To rotate/) },
    ]);
    const late = material.apply({ ...given, key_material_wo: UNKNOWN, material_description: "x" }, { then: other });
    expect(await refusal(late)).toHaveLength(1);
    expect(new Set(on.life.calls())).toEqual(new Set(["DescribeKey"]));
    expect(material.state).toMatchObject({ verified: true });
    const named = { ...given, fingerprint: `cmac:${"0".repeat(32)}` };
    expect(await refusal(material.plan(named))).toEqual([
      { at: "fingerprint", detail: expect.stringMatching(/To rotate/) },
    ]);
  });

  it("settings of byok's own change nothing but the state", async () => {
    const given = await imported({ valid_for: "90d" });
    on.life.calls();
    const changed = { ...given, renew_before: "5d", on_deletion: "report", deletion_policy: "delete" };
    const plan = await material.applyAndSettle(changed);
    expect(plan.action).toBe("update");
    expect(unknowns(plan).toSorted()).toEqual(["ready_for_renewal", "reason", "renewal_time"]);
    await material.applyAndSettle(
      without({ ...changed, renew_before: null, timeouts: { create: "1m", read: null, update: null, delete: null } }),
    );
    expect(new Set(on.life.calls())).toEqual(new Set(["DescribeKey"]));
  });

  it("another key is an update in place: import there, let go here", async () => {
    const given = await imported({ deletion_policy: "delete" });
    const old = arn();
    const other = on.host.resource("byok_external_key");
    await other.applyAndSettle({});
    const next = { ...given, key_arn: textIn(other, "arn") };
    const plan = await material.plan({ ...given, key_arn: UNKNOWN });
    expect([plan.action, plan.replacePaths]).toEqual(["update", []]);
    on.life.calls();
    await material.apply({ ...given, key_arn: UNKNOWN }, { then: next });
    expect(on.life.calls()).toEqual(expect.arrayContaining(["ImportKeyMaterial", "DeleteImportedKeyMaterial"]));
    expect((await material.plan(next)).action).toBe("no-op");
    expect(material.state).toMatchObject({ id: next.key_arn, verified: true });
    await expect(on.life.encrypt(old)).rejects.toThrow(/pending import/i);
  });

  it("a key that waits for its deletion comes back; its material is left alone meanwhile", async () => {
    const given = await imported();
    await on.life.client().send(new ScheduleKeyDeletionCommand({ KeyId: arn(), PendingWindowInDays: 7 }));
    const left = await material.plan(given);
    expect([left.action, left.warnings.length]).toEqual(["no-op", 1]);
    const plan = await key.plan({});
    expect([plan.action, unknowns(plan)]).toEqual(["update", expect.arrayContaining(["key_state"])]);
    for (const name of ["id", "arn", "key_id"]) expect(plan.planned?.[name]).toBe(key.state?.[name]);
    await key.applyAndSettle({});
    expect(key.state).toMatchObject({ key_state: "Enabled", enabled: true });
    expect((await material.plan(given)).action).toBe("no-op");
  });

  it("only what is known to differ replaces a key", async () => {
    await key.applyAndSettle({ tags: new Map([["a", "b"]]) });
    const fixed: ConfigInput = {
      region: UNKNOWN,
      key_spec: UNKNOWN,
      key_usage: UNKNOWN,
      multi_region: UNKNOWN,
      kms: UNKNOWN,
    };
    const more: ConfigInput = { ...fixed, tags: UNKNOWN, policy: UNKNOWN, enabled: UNKNOWN, description: UNKNOWN };
    for (const given of [fixed, more]) {
      const plan = await key.plan(given);
      expect([plan.action, plan.replacePaths]).toEqual(["update", []]);
      for (const name of ["id", "arn", "key_id"]) expect(plan.planned?.[name]).toBe(key.state?.[name]);
      for (const name of Object.keys(given)) expect(plan.planned?.[name]).toBe(UNKNOWN);
    }
    for (const [name, value] of [
      ["region", "us-east-1"],
      ["key_spec", "HMAC_256"],
      ["multi_region", true],
    ] as const) {
      const plan = await key.plan({ [name]: value });
      expect([plan.action, plan.replacePaths]).toEqual(["replace", [name]]);
    }
    await key.apply(fixed, {
      then: {
        region: "eu-central-1",
        key_spec: "SYMMETRIC_DEFAULT",
        key_usage: "ENCRYPT_DECRYPT",
        multi_region: false,
        kms: "aws",
      },
    });
    expect((await key.plan({})).action).toBe("no-op");
    const late = key.apply({ key_spec: UNKNOWN }, { then: { key_spec: "HMAC_256", key_usage: "GENERATE_VERIFY_MAC" } });
    expect(await refusal(late)).not.toEqual([]);
    expect(key.state).toMatchObject({ key_spec: "SYMMETRIC_DEFAULT" });
  });

  it("the level of protection that a KMS instance decides by itself replaces no key", async () => {
    const alibaba = { region: "cn-hangzhou", access_key: "test", secret_key: "test", endpoint: on.life.kms.url };
    await on.restart({ alibaba });
    const inInstance = { kms: "alibaba", dkms_instance_id: "kst-1", protection_level: "SOFTWARE" };
    const KeyMetadata = { ProtectionLevel: "HSM" };
    for (const operation of ["CreateKey", "DescribeKey"]) {
      on.life.kms.faults.add({ operation, kind: "replace", fields: { KeyMetadata }, times: 99 });
    }
    await key.apply(inInstance);
    await key.refresh();
    expect((await key.plan(inInstance)).action).toBe("no-op");
    const later = { ...inInstance, protection_level: "HSM" };
    expect((await key.plan(later)).action).toBe("update");
    await key.applyAndSettle(later);
    expect((await key.plan({ ...later, dkms_instance_id: "kst-2" })).replacePaths).toEqual(["dkms_instance_id"]);
  });

  it("a failed creation leaves nothing, a failed update what was there", async () => {
    await key.applyAndSettle({});
    on.life.kms.permissions.deny("kms:ImportKeyMaterial");
    expect(await refusal(material.apply(config()))).toHaveLength(1);
    expect([material.state, material.tainted]).toEqual([null, false]);
    on.life.kms.permissions.allow();
    await material.applyAndSettle(config());
    on.life.kms.permissions.deny("kms:ImportKeyMaterial");
    const before = material.state;
    expect(await refusal(material.apply(config({ valid_for: "90d" })))).toHaveLength(1);
    expect(material.state).toEqual(before);
    on.life.kms.permissions.allow();
    await material.applyAndSettle(config({ valid_for: "90d" }));
  });

  it("deletes nothing from a key that another resource has moved to in the same run", async () => {
    const [otherKey, other] = [on.host.resource("byok_external_key"), on.host.resource("byok_imported_key_material")];
    await otherKey.applyAndSettle({});
    const [here, there] = [await imported({ deletion_policy: "delete" }), textIn(otherKey, "arn")];
    await other.applyAndSettle({ ...here, key_arn: there });
    await on.restart();
    const ciphertexts = [await on.life.encrypt(arn()), await on.life.encrypt(there)];
    await material.apply({ ...here, key_arn: there });
    await other.apply(here);
    await on.restart();
    for (const ciphertext of ciphertexts) expect(await on.life.decrypt(ciphertext)).toBe(plaintext);
    await material.applyAndSettle({ ...here, key_arn: there });
    await other.applyAndSettle(here);
  });

  it("looks a key up by its id, its ARN and an alias's name", async () => {
    await imported({ valid_for: "90d" });
    for (const id of [arn(), arn().slice(arn().lastIndexOf("/") + 1)]) {
      expect(await on.host.readDataSource("byok_external_key", { key_id: id })).toMatchObject({
        arn: arn(),
        region: "eu-central-1",
        origin: "EXTERNAL",
        key_state: "Enabled",
        expiration_model: "KEY_MATERIAL_EXPIRES",
      });
    }
  });
});
