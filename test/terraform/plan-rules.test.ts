import { randomBytes } from "node:crypto";
import { DeleteImportedKeyMaterialCommand, DisableKeyCommand, ScheduleKeyDeletionCommand } from "@aws-sdk/client-kms";
import { applyMaterial } from "../../src/engine/imported-key-material";
import type { ConfigInput, ResourceInstance } from "../../src/terraform/plugin/testing/host";
import { UNKNOWN } from "../../src/terraform/plugin/value";
import { type ByokHost, byokHost, refusal, textIn } from "../support/byok-host";
import { settings } from "../support/imported-key";
import { bytesSource, plaintext } from "../support/life";

// The host refuses every plan and every result that Terraform's core would refuse: what was planned must come out, and
// nothing may stay unknown. So the rules are held to here in milliseconds.

function notKnown(...names: readonly string[]): ConfigInput {
  return Object.fromEntries(names.map((name) => [name, UNKNOWN] as const));
}

function afterDaysOf(days: number): string {
  return `${new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 19)}Z`;
}

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
    expect(unknowns(plan)).toEqual(expect.arrayContaining(["arn", "id", "key_id", "pending_deletion"]));
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

  it.each<[string, ConfigInput[string], ConfigInput]>([
    ["material_description", "safe 7", {}],
    ["on_deletion", "report", {}],
    ["deletion_policy", "delete", {}],
    ["allow_interruption", false, {}],
    ["wrapping_algorithm", "RSAES_OAEP_SHA_256", {}],
    ["wrapping_key_spec", "RSA_3072", {}],
    ["valid_for", "90d", {}],
    ["valid_to", afterDaysOf(30), {}],
    ["renew_before", "20d", { valid_for: "90d" }],
  ])("`%s` that is not known: what follows from it is unknown, other bytes are refused", async (name, value, more) => {
    const given = await imported(more);
    const ciphertext = await on.life.encrypt(arn());
    const late = { ...given, ...notKnown(name) };
    const plan = await material.plan(late);
    expect([plan.action, plan.planned?.["id"], plan.planned?.["key_arn"]]).toEqual(["update", arn(), arn()]);
    const other: ConfigInput = { ...late, key_material_wo: randomBytes(32).toString("base64") };
    const named: ConfigInput = { ...late, fingerprint: `cmac:${"0".repeat(32)}` };
    expect(await refusal(material.plan(other))).toEqual([
      { at: "key_material_wo", detail: expect.stringMatching(/than the key holds/) },
    ]);
    expect(await refusal(material.plan(named))).toEqual([
      { at: "fingerprint", detail: expect.stringMatching(/To rotate/) },
    ]);
    // It turns out to be what it was, and then something else.
    const outcomes: readonly ConfigInput[] = [given, { ...given, [name]: value }];
    for (const then of outcomes) {
      await material.apply({ ...then, ...notKnown(name) }, { then, between: () => on.restart() });
      expect((await material.plan(then)).action).toBe("no-op");
    }
    await material.applyAndSettle({ ...given, [name]: value });
    expect(await on.life.decrypt(ciphertext)).toBe(plaintext);
  });

  it.each<[string, ConfigInput[string]]>([
    ["description", "new"],
    ["policy", null],
    ["enabled", false],
    ["bypass_policy_lockout_safety_check", true],
    ["deletion_window_in_days", 7],
    ["creation_token", "one"],
    ["tags", new Map([["a", "b"]])],
  ])("`%s` of a key that is not known", async (name, value) => {
    await imported();
    const outcomes: readonly ConfigInput[] = [{}, { [name]: value }];
    for (const then of outcomes) {
      const plan = await key.apply(notKnown(name), { then, between: () => on.restart() });
      expect([plan.action, plan.replacePaths]).toEqual(["update", []]);
      await key.applyAndSettle(then);
    }
  });

  it("everything at once that is not known", async () => {
    const given = await imported({ valid_for: "90d" });
    const names = ["key_arn", "key_material_wo", "fingerprint", "valid_for", "renew_before", "on_deletion"];
    const more = ["material_description", "deletion_policy", "allow_interruption", "wrapping_algorithm"];
    const unknown = notKnown(...names, ...more);
    const then = { ...given, renew_before: "20d", material_description: "x", on_deletion: "report" };
    const plan = await material.apply({ ...given, ...unknown }, { then, between: () => on.restart() });
    expect([plan.action, plan.replacePaths]).toEqual(["update", []]);
    expect((await material.plan(then)).action).toBe("no-op");
  });

  it("what is seen is not forgotten: a deletion stays one, though its former expiry date has passed", async () => {
    const given = await imported({ on_deletion: "report", valid_for: "90d" });
    on.life.kms.clock.advance("1d");
    await on.life.client().send(new DeleteImportedKeyMaterialCommand({ KeyId: arn() }));
    on.life.calls();
    // Only looked at: no apply records it, and the mark stays.
    await material.refresh();
    for (const refresh of [true, false]) expect((await material.plan(given, { refresh })).action).toBe("update");
    on.life.kms.clock.advance("100d");
    await on.restart();
    expect((await material.plan(given)).action).toBe("update");
    await material.applyAndSettle(given);
    expect(material.state).toMatchObject({ material_state: "deleted", reason: null });
    expect(on.life.calls()).not.toContain("ImportKeyMaterial");
  });

  it("what is seen is not forgotten: a key that others disabled is Disabled after a reimport", async () => {
    const given = await imported();
    await on.life.client().send(new DisableKeyCommand({ KeyId: arn() }));
    expect((await material.plan(given)).action).toBe("update");
    await material.refresh();
    on.life.kms.clock.advance("1h");
    await on.life.client().send(new DeleteImportedKeyMaterialCommand({ KeyId: arn() }));
    await on.restart();
    await material.applyAndSettle(given);
    expect(material.state).toMatchObject({ key_state: "Disabled", material_state: "imported" });
    await expect(on.life.encrypt(arn())).rejects.toThrow(/disabled/i);
  });

  it("a key that is to be Disabled and could not be: planned until it is", async () => {
    const given = await imported();
    await on.life.client().send(new DisableKeyCommand({ KeyId: arn() }));
    await material.apply(given);
    on.life.kms.clock.advance("1h");
    await on.life.client().send(new DeleteImportedKeyMaterialCommand({ KeyId: arn() }));
    await on.restart();
    on.life.kms.permissions.deny("kms:DisableKey");
    expect(await refusal(material.apply(given))).toEqual([
      { at: "-", detail: expect.stringMatching(/now Enabled although it is to be Disabled/) },
    ]);
    on.life.kms.permissions.allow();
    await on.restart();
    const plan = await material.plan(without(given));
    expect([plan.action, unknowns(plan).toSorted()]).toEqual([
      "update",
      ["key_state", "ready_for_renewal", "reason", "renewal_time"],
    ]);
    expect(material.state?.["reason"]).toMatch(/to be Disabled and is Enabled/);
    await material.applyAndSettle(without(given));
    expect(material.state).toMatchObject({ key_state: "Disabled", reason: null });
  });

  it("settings of byok's own change nothing but the state", async () => {
    const given = await imported({ valid_for: "90d" });
    on.life.calls();
    const changed = { ...given, renew_before: "5d", on_deletion: "report", deletion_policy: "delete" };
    const plan = await material.applyAndSettle(changed);
    expect(plan.action).toBe("update");
    expect(unknowns(plan).toSorted()).toEqual(["key_state", "ready_for_renewal", "reason", "renewal_time"]);
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
    expect([plan.action, unknowns(plan)]).toEqual(["update", ["pending_deletion"]]);
    for (const name of ["id", "arn", "key_id"]) expect(plan.planned?.[name]).toBe(key.state?.[name]);
    await key.applyAndSettle({});
    expect(key.state).toMatchObject({ pending_deletion: false, enabled: null });
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
    on.life.calls();
    for (const [name, value, seen] of [
      ["region", "us-east-1", "eu-central-1"],
      ["kms", "alibaba", "aws"],
      ["key_spec", "HMAC_256", "SYMMETRIC_DEFAULT"],
      ["multi_region", true, false],
      ["primary_key_arn", `${arn().slice(0, -4)}0000`, null],
    ] as const) {
      const late = key.apply(notKnown(name), { then: { [name]: value }, between: () => on.restart() });
      expect(await refusal(late)).toEqual([{ at: name, detail: expect.stringMatching(/Plan again/) }]);
      expect(key.state?.[name]).toBe(seen);
    }
    expect(new Set(on.life.calls())).toEqual(new Set(["DescribeKey"]));
    // Nothing was refreshed, so that this might be an apply.
    await on.restart();
    const unread = await key.plan({ key_spec: "HMAC_256" }, { refresh: false });
    expect([unread.action, unread.warnings.map(({ detail }) => detail)]).toEqual([
      "update",
      [expect.stringMatching(/plan once with a refresh/)],
    ]);
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

  it("refuses to let two resources swap their keys while both delete what they leave", async () => {
    const [otherKey, other] = [on.host.resource("byok_external_key"), on.host.resource("byok_imported_key_material")];
    await otherKey.applyAndSettle({});
    const [here, there] = [await imported({ deletion_policy: "delete" }), textIn(otherKey, "arn")];
    await other.applyAndSettle({ ...here, key_arn: there });
    await on.restart();
    const ciphertexts = [await on.life.encrypt(arn()), await on.life.encrypt(there)];
    expect((await material.plan({ ...here, key_arn: there })).action).toBe("update");
    expect(await refusal(other.plan(here))).toEqual([
      { at: "key_arn", detail: expect.stringMatching(/deletion_policy` of the other resource to retain/) },
      { at: "deletion_policy", detail: expect.stringMatching(/another resource of this plan needs it there/) },
    ]);
    await on.restart();
    // The other way round, the one that is planned last leaves what the first needs.
    await other.plan({ ...here, key_arn: there });
    const spared = await material.plan({ ...here, key_arn: textIn(key, "arn"), deletion_policy: "retain" });
    expect(spared.action).toBe("update");
    const kept = { ...here, deletion_policy: "retain" };
    await material.apply(kept);
    await other.apply({ ...kept, key_arn: there });
    await on.restart();
    await material.apply({ ...kept, key_arn: there });
    await other.apply(kept);
    await on.restart();
    for (const ciphertext of ciphertexts) expect(await on.life.decrypt(ciphertext)).toBe(plaintext);
    await material.applyAndSettle({ ...kept, key_arn: there });
    await other.applyAndSettle(kept);
  });

  it("destroys without deleting what another resource of the same plan needs, and deletes what nobody does", async () => {
    const given = await imported({ deletion_policy: "delete" });
    const ciphertext = await on.life.encrypt(arn());
    const successor = on.host.resource("byok_imported_key_material");
    // The one that is created is planned first.
    await successor.plan(given);
    const warnings = await material.destroy();
    expect(warnings.map(({ detail }) => detail)).toEqual([
      expect.stringMatching(/is not deleted although `deletion_policy` is delete[^]*`moved` block/),
      expect.stringMatching(/another resource of this run needs it/),
    ]);
    expect(await on.life.decrypt(ciphertext)).toBe(plaintext);
    await successor.applyAndSettle(given);
    await on.restart();
    await successor.destroy();
    expect(await on.life.decrypt(ciphertext)).toBe("KMSInvalidStateException");
  });

  it("does not delete material that nothing proves, and says what to do", async () => {
    await imported();
    const ciphertext = await on.life.encrypt(arn());
    const taken = on.host.resource("byok_imported_key_material");
    await taken.import(arn());
    await taken.apply({ key_arn: arn(), deletion_policy: "delete" });
    await on.restart();
    expect(await refusal(taken.destroy())).toEqual([
      { at: "deletion_policy", detail: expect.stringMatching(/no import of byok's has proved/) },
    ]);
    expect(taken.state).toMatchObject({ key_arn: arn() });
    expect(await on.life.decrypt(ciphertext)).toBe(plaintext);
    // With the bytes at hand it is proved first.
    await on.restart();
    await taken.applyAndSettle(config({ deletion_policy: "delete" }));
    await on.restart();
    await taken.destroy();
    expect(await on.life.decrypt(ciphertext)).toBe("KMSInvalidStateException");
  });

  it("tainted material is created again in its own place: nothing is deleted, other bytes are refused", async () => {
    const given = await imported({ deletion_policy: "delete" });
    const ciphertext = await on.life.encrypt(arn());
    material.taint();
    const other = { ...given, key_material_wo: randomBytes(32).toString("base64") };
    expect(await refusal(material.apply(other, { between: () => on.restart() }))).toHaveLength(1);
    expect(await on.life.decrypt(ciphertext)).toBe(plaintext);
    expect(on.life.calls()).not.toContain("DeleteImportedKeyMaterial");
    await on.restart();
    await material.applyAndSettle(given);
    expect(await on.life.decrypt(ciphertext)).toBe(plaintext);
  });

  it("reads a state of an earlier version, with attributes that are gone", async () => {
    await imported();
    const { timeouts: _none, ...attributes } = key.state ?? {};
    const { pending_deletion: _new, ...former } = attributes;
    const stored = { ...former, tags_all: {}, tags: null, enabled: true, key_state: "Enabled", valid_to: null };
    const old = on.host.resource("byok_external_key");
    await old.load(0, JSON.parse(JSON.stringify(stored)));
    expect(old.state).not.toHaveProperty("key_state");
    // Nothing says whether `enabled` was configured: a value is taken for it, and given up in the first apply.
    on.life.calls();
    await old.applyAndSettle({});
    expect(old.state).toMatchObject({ arn: arn(), enabled: null, pending_deletion: false });
    expect(on.life.calls().filter((call) => !/^(Describe|List|Get)/.test(call))).toEqual([]);
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
