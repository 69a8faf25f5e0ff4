import { randomBytes } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import {
  DescribeKeyCommand,
  GetKeyPolicyCommand,
  PutKeyPolicyCommand,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateKeyDescriptionCommand,
} from "@aws-sdk/client-kms";
import { type Bench, bench } from "../support/byok-terraform";
import { plaintext } from "../support/life";

jest.setTimeout(120_000);

const policy = (effect: string): string =>
  JSON.stringify({
    Version: "2012-10-17",
    Statement: [{ Sid: "All", Effect: effect, Principal: { AWS: "111122223333" }, Action: ["kms:*"], Resource: ["*"] }],
  });

describe("the arguments of both resources", () => {
  let on: Bench;
  beforeEach(async () => {
    on = await bench();
    await writeFile(join(on.workspace.folder, "payments.bin"), randomBytes(32), { mode: 0o600 });
  });
  afterEach(() => on.close());

  const key = (lines = ""): string => `resource "byok_external_key" "this" {\n${lines}\n}\n`;
  const material = (lines = ""): string => `resource "byok_imported_key_material" "this" {
    key_arn             = byok_external_key.this.arn
    key_material_source = "file:${on.workspace.folder}/payments.bin?encoding=raw"
    ${lines}
  }\n`;
  const describeKey = async (arn: string) =>
    (await on.life.client().send(new DescribeKeyCommand({ KeyId: arn }))).KeyMetadata;

  /** Applies, and expects updates in place which leave what others depend on known. */
  async function update(configuration: string, addresses: readonly string[]): Promise<void> {
    await on.write(configuration);
    const changes = await on.workspace.changes();
    expect([...changes].map(([address, { actions }]) => [address, ...actions])).toEqual(
      addresses.map((address) => [address, "update"]),
    );
    for (const { after, after_unknown: unknown } of changes.values()) {
      for (const name of ["id", "arn", "key_id", "key_arn"]) expect(unknown[name]).toBeUndefined();
      expect(after?.["id"]).toMatch(/^arn:/);
    }
    await on.workspace.apply("saved.tfplan");
    await on.settled();
  }

  it("a key first and its material later; every argument of the key in place", async () => {
    const address = "byok_external_key.this";
    await on.write(key());
    await on.workspace.apply();
    await on.settled();
    const { arn: id } = await on.workspace.attributes(address);
    const arn = String(id);
    expect(await on.workspace.attributes(address)).toMatchObject({
      pending_deletion: false,
      region: "eu-central-1",
      kms: "aws",
      key_spec: "SYMMETRIC_DEFAULT",
      key_usage: "ENCRYPT_DECRYPT",
      multi_region: false,
      deletion_window_in_days: 30,
      enabled: null,
      tags: null,
    });
    await on.write(key() + material());
    const created = await on.workspace.changes();
    expect([...created.keys()]).toEqual(["byok_imported_key_material.this"]);
    await on.workspace.apply("saved.tfplan");
    await on.settled();
    const ciphertext = await on.life.encrypt(arn);

    await update(
      key(`
        description             = "payments"
        enabled                 = false
        deletion_window_in_days = 7
        policy                  = ${JSON.stringify(policy("Allow"))}
        bypass_policy_lockout_safety_check = true
        tags                    = { team = "payments", cost = "1" }
        creation_token          = "payments"
        timeouts { update = "5m" }`) + material(),
      // The state of the key is a result of its material, and changes with it.
      [address, "byok_imported_key_material.this"],
    );
    expect(await describeKey(arn)).toMatchObject({ Description: "payments", KeyState: "Disabled" });
    expect(await on.workspace.attributes(address)).toMatchObject({ pending_deletion: false, enabled: false });
    await update(
      key(`
        description = "invoices"
        enabled     = true
        policy      = ${JSON.stringify(policy("Allow").replace("kms:*", "kms:Describe*"))}
        tags        = { team = "invoices" }`) + material(),
      [address, "byok_imported_key_material.this"],
    );
    const { Policy } = await on.life.client().send(new GetKeyPolicyCommand({ KeyId: arn, PolicyName: "default" }));
    expect(Policy).toContain("kms:Describe*");
    expect(await on.life.decrypt(ciphertext)).toBe(plaintext);

    // What is taken out of the configuration is left as it is.
    on.life.calls();
    await on.write(key() + material());
    await on.workspace.apply();
    await on.settled();
    expect(on.life.calls().filter((call) => !/^(Describe|Get|List)/.test(call))).toEqual([]);
    expect(await describeKey(arn)).toMatchObject({ Description: "invoices", KeyState: "Enabled" });
    expect(await on.workspace.attributes(address)).toMatchObject({ tags_all: { team: "invoices" } });

    // Only what is fixed for good replaces.
    await on.write(key(`key_spec = "HMAC_256"\n key_usage = "GENERATE_VERIFY_MAC"`));
    expect((await on.workspace.changes()).get(address)).toMatchObject({
      actions: ["delete", "create"],
      replace_paths: [["key_spec"], ["key_usage"]],
    });
    for (const line of [`region = "eu-west-1"`, "multi_region = true"]) {
      await on.write(key(line));
      expect((await on.workspace.changes()).get(address)).toMatchObject({ actions: ["delete", "create"] });
    }
  });

  it("default tags, and drift of whatever is managed", async () => {
    const defaults = `default_tags { tags = { team = "platform", stage = "test" } }`;
    const configure = async (lines: string): Promise<void> => {
      await on.write(key(lines));
      const main = join(on.workspace.folder, "main.tf");
      await writeFile(main, (await readFile(main, "utf8")).replace(/( endpoint {3}= .*)/, `$1\n${defaults}`));
    };
    await configure(
      `tags = { team = "payments" }\n description = "payments"\n policy = ${JSON.stringify(policy("Allow"))}`,
    );
    await on.workspace.apply();
    await on.settled();
    const address = "byok_external_key.this";
    const { arn } = await on.workspace.attributes(address);
    expect(await on.workspace.attributes(address)).toMatchObject({
      tags: { team: "payments" },
      tags_all: { team: "payments", stage: "test" },
    });
    const KeyId = String(arn);
    const client = on.life.client();
    await client.send(new TagResourceCommand({ KeyId, Tags: [{ TagKey: "hand", TagValue: "made" }] }));
    await client.send(new UntagResourceCommand({ KeyId, TagKeys: ["stage"] }));
    await client.send(new UpdateKeyDescriptionCommand({ KeyId, Description: "by hand" }));
    const byHand = policy("Allow").replace("kms:*", "kms:List*");
    await client.send(new PutKeyPolicyCommand({ KeyId, PolicyName: "default", Policy: byHand }));
    const change = (await on.workspace.changes()).get(address);
    expect(change).toMatchObject({
      actions: ["update"],
      before: { description: "by hand", tags: { team: "payments", hand: "made" } },
      after: { description: "payments", tags: { team: "payments" }, tags_all: { team: "payments", stage: "test" } },
    });
    await on.workspace.apply("saved.tfplan");
    await on.settled();
    expect((await describeKey(KeyId))?.Description).toBe("payments");
  });

  it("default tags that change are nobody's own tags", async () => {
    const address = "byok_external_key.this";
    const configure = async (stage: string): Promise<void> => {
      await on.write(key());
      const main = join(on.workspace.folder, "main.tf");
      const defaults = `default_tags { tags = { stage = "${stage}" } }`;
      await writeFile(main, (await readFile(main, "utf8")).replace(/( endpoint {3}= .*)/, `$1\n${defaults}`));
    };
    await configure("test");
    await on.workspace.apply();
    await configure("live");
    expect((await on.workspace.changes()).get(address)).toMatchObject({
      actions: ["update"],
      before: { tags: null, tags_all: { stage: "test" } },
      after: { tags_all: { stage: "live" } },
    });
    await on.workspace.apply("saved.tfplan");
    await on.settled();
    expect(await on.workspace.attributes(address)).toMatchObject({ tags: null, tags_all: { stage: "live" } });
  });

  it("own tags that are no longer configured, beside default tags", async () => {
    const address = "byok_external_key.this";
    const configure = async (lines: string): Promise<void> => {
      await on.write(key(lines));
      const main = join(on.workspace.folder, "main.tf");
      const defaults = `default_tags { tags = { stage = "test" } }`;
      await writeFile(main, (await readFile(main, "utf8")).replace(/( endpoint {3}= .*)/, `$1\n${defaults}`));
    };
    await configure(`tags = { team = "payments" }`);
    await on.workspace.apply();
    await configure("");
    const change = (await on.workspace.changes()).get(address);
    expect(change).toMatchObject({ actions: ["update"], after: { tags: null, tags_all: { stage: "test" } } });
    await on.workspace.apply("saved.tfplan");
    expect(await on.workspace.attributes(address)).toMatchObject({ tags: null, tags_all: { stage: "test" } });
    await on.settled();
  });

  it("every argument of the material, in place", async () => {
    const address = "byok_imported_key_material.this";
    await on.write(key() + material());
    await on.workspace.apply();
    await on.settled();
    const first = await on.workspace.attributes(address);
    expect(first).toMatchObject({
      verified: true,
      material_state: "imported",
      expiration_model: "KEY_MATERIAL_DOES_NOT_EXPIRE",
      fingerprint: expect.stringMatching(/^cmac:[0-9a-f]{32}$/),
      valid_to: null,
      reason: null,
      key_material_source: null,
    });
    const ciphertext = await on.life.encrypt(String(first["id"]));
    const date = new Date(on.life.kms.clock.now().getTime() + 100 * 86_400_000);
    const local = `${new Date(date.getTime() + 7_200_000).toISOString().slice(0, 19)}+02:00`;
    const everything = (lifetime: string): string => `
      ${lifetime}
      fingerprint          = "${String(first["fingerprint"])}"
      wrapping_algorithm   = "RSAES_OAEP_SHA_256"
      wrapping_key_spec    = "RSA_3072"
      material_description = "safe 7"
      on_deletion          = "report"
      deletion_policy      = "delete"
      allow_interruption   = false
      timeouts { update = "5m" }`;
    await update(key() + material(everything(`valid_to = "${local}"`)), [address]);
    const dated = await on.workspace.attributes(address);
    expect(dated).toMatchObject({ valid_to: local, expiration_model: "KEY_MATERIAL_EXPIRES" });
    expect((await describeKey(String(first["id"])))?.ValidTo?.getTime()).toBe(Math.floor(date.getTime() / 1000) * 1000);

    // The same moment spelled otherwise is no change.
    await on.write(key() + material(everything(`valid_to = "${date.toISOString().slice(0, 19)}Z"`)));
    await on.settled();

    await update(key() + material(everything(`valid_for = "90d"`)), [address]);
    const renewed = await on.workspace.attributes(address);
    expect(renewed).toMatchObject({ valid_for: "90d", renewal_time: expect.stringMatching(/Z$/) });
    on.life.calls();
    await update(key() + material(everything(`valid_for = "90d"\n renew_before = "10d"`)), [address]);
    expect(new Set(on.life.calls())).toEqual(new Set(["DescribeKey"]));
    const later = await on.workspace.attributes(address);
    expect(later["imported_at"]).toBe(renewed["imported_at"]);
    expect(later["renewal_time"]).not.toBe(renewed["renewal_time"]);
    await update(key() + material(), [address]);
    expect(await on.workspace.attributes(address)).toMatchObject({ valid_to: null, on_deletion: "reimport" });
    expect(await on.life.decrypt(ciphertext)).toBe(plaintext);
  });

  it.each(["all", "[valid_to]"])("a date that `valid_for` made, and `ignore_changes = %s`", async (ignored) => {
    const address = "byok_imported_key_material.this";
    const frozen = (lines: string): string => `${key()}${material(`valid_for = "90d"\n ${lines}`)}`;
    await on.write(frozen(""));
    await on.workspace.apply();
    const { arn } = await on.workspace.attributes("byok_external_key.this");
    const ciphertext = await on.life.encrypt(String(arn));
    await on.write(frozen(`lifecycle {\n ignore_changes = ${ignored}\n }`));
    await on.settled();
    on.life.kms.clock.advance("91d");
    expect([...(await on.workspace.changes())].map(([at, { actions }]) => [at, ...actions])).toEqual([
      [address, "update"],
    ]);
    await on.workspace.apply("saved.tfplan");
    await on.settled();
    expect(await on.life.decrypt(ciphertext)).toBe(plaintext);
    expect(await on.workspace.attributes(address)).toMatchObject({ material_state: "imported", reason: null });
  });
});
