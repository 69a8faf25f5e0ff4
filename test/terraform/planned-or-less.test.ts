import { DeleteImportedKeyMaterialCommand } from "@aws-sdk/client-kms";
import type { ConfigInput, ResourceInstance } from "../../src/terraform/plugin/testing/host";
import { UNKNOWN, type Value } from "../../src/terraform/plugin/value";
import { type ByokHost, byokHost, refusal, textIn } from "../support/byok-host";
import { newBytes, plaintext } from "../support/life";

let on: ByokHost;
let key: ResourceInstance;
let material: ResourceInstance;
beforeEach(async () => {
  on = await byokHost();
  key = on.host.resource("byok_external_key");
  material = on.host.resource("byok_imported_key_material");
});
afterEach(() => on.close());

const arn = (): string => textIn(key, "arn");

async function imported(more: ConfigInput = {}): Promise<ConfigInput> {
  await key.applyAndSettle({});
  const config = { key_arn: arn(), key_material_wo: newBytes().toString("base64"), ...more };
  await material.applyAndSettle(config);
  await on.restart();
  on.life.calls();
  return config;
}

/** Does something between a plan's look at the key and its apply's, which waits for it. */
async function between(work: Promise<unknown>, act: () => Promise<unknown>): Promise<void> {
  const { faults } = on.life.kms;
  // The fault is in the list until the request that it befalls has come.
  while (faults.list().length > 0) await new Promise((resolve) => setTimeout(resolve, 5));
  await act();
  await work;
}

describe("an apply does what was planned, or less", () => {
  const slowly = { operation: "DescribeKey", nth: 2, kind: "delay", delayMs: 500 } as const;
  const deleted = () => on.life.client().send(new DeleteImportedKeyMaterialCommand({ KeyId: arn() }));

  it("leaves for the next one what came up after a plan that only records", async () => {
    const given = await imported({ valid_for: "90d" });
    const ciphertext = await on.life.encrypt(arn());
    const changed = { ...given, renew_before: "20d" };
    on.life.kms.faults.add(slowly);
    await between(material.apply(changed), deleted);
    // Nothing but looks.
    expect(on.life.calls().filter((name) => !/^(?:Describe|List)/.test(name))).toEqual([]);
    expect(material.state).toMatchObject({ renew_before: "20d", verified: true });
    // The next plan says it, and its apply brings the same bytes back.
    const next = await material.plan(changed);
    expect([next.action, next.warnings.map(({ detail }) => detail)]).toEqual([
      "update",
      [expect.stringMatching(/deleted/)],
    ]);
    await material.applyAndSettle(changed);
    expect(await on.life.decrypt(ciphertext)).toBe(plaintext);
  });

  it("imports what it announced, whatever the reason has become", async () => {
    const given = await imported({ valid_for: "90d" });
    const ciphertext = await on.life.encrypt(arn());
    on.life.kms.clock.advance("61d");
    on.life.kms.faults.add(slowly);
    await between(material.apply(given), deleted);
    expect(on.life.calls()).toContain("ImportKeyMaterial");
    expect(await on.life.decrypt(ciphertext)).toBe(plaintext);
  });
});

describe("arguments of byok's own", () => {
  it.each<[string, Value]>([
    ["on_deletion", "report"],
    ["deletion_policy", "delete"],
    ["allow_interruption", false],
    ["wrapping_algorithm", "RSAES_OAEP_SHA_256"],
    ["wrapping_key_spec", "RSA_3072"],
    ["renew_before", "20d"],
    ["timeouts", { create: "1m", read: null, update: null, delete: null }],
  ])("are a change each by itself that only records: `%s`", async (name, value) => {
    const given = await imported({ valid_for: "90d" });
    const changed: ConfigInput = { ...given, key_material_wo: null, [name]: value };
    const plan = await material.applyAndSettle(changed);
    expect([plan.action, plan.replacePaths]).toEqual(["update", []]);
    // What follows from them may change; everything that an import decides is known to stay.
    const unknown = Object.entries(plan.planned ?? {}).flatMap(([one, planned]) => (planned === UNKNOWN ? [one] : []));
    expect(unknown).toEqual(expect.arrayContaining(["ready_for_renewal", "reason", "renewal_time"]));
    for (const decided of ["id", "key_arn", "fingerprint", "key_material_id", "verified", "material_state"]) {
      expect(unknown).not.toContain(decided);
    }
    expect(material.state).toMatchObject({ [name]: value, verified: true, material_state: "imported" });
    expect(new Set(on.life.calls())).toEqual(new Set(["DescribeKey"]));
    // And back again.
    expect((await material.plan({ ...given, key_material_wo: null })).action).toBe("update");
  });
});

describe("a key that the KMS does not know", () => {
  const keyId = "1234abcd-12ab-34cd-56ef-1234567890ab";
  const absent = `arn:aws:kms:eu-central-1:111122223333:key/${keyId}`;
  const daysAgo = (days: number): string =>
    `${new Date(on.life.kms.clock.now().getTime() - days * 86_400_000).toISOString().slice(0, 19)}Z`;
  const stored = async (creationDate: string | null): Promise<void> => {
    const state = { arn: absent, id: absent, key_id: keyId, kms: "aws", region: "eu-central-1" };
    await key.load(0, { ...state, creation_date: creationDate });
  };

  it("is gone where it is more than a week old", async () => {
    await stored(daysAgo(8));
    await key.refresh();
    expect(key.state).toBeNull();
  });

  it.each<[string, (() => string) | null]>([
    ["is younger", () => daysAgo(6)],
    ["has an age that is not known", null],
  ])("is never believed gone where it %s", async (_what, creationDate) => {
    await stored(creationDate === null ? null : creationDate());
    expect(await refusal(key.refresh())).toEqual([
      { at: "arn", detail: expect.stringMatching(/does not know .*cannot vanish within a week of its creation/) },
    ]);
    expect(key.state).toMatchObject({ arn: absent });
    expect(await refusal(key.destroy())).toHaveLength(1);
    expect(key.state).toMatchObject({ arn: absent });
  });
});
