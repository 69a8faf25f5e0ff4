import { randomBytes } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { ReplicateKeyCommand } from "@aws-sdk/client-kms";
import { applyMaterial } from "../../src/engine/imported-key-material";
import type { KeyRecord } from "../../src/engine/key-record";
import { type Bench, bench } from "../support/byok-terraform";
import { awsProvider } from "../support/aws-provider";
import { newKey, settings } from "../support/imported-key";
import { bytesSource, newBytes, plaintext } from "../support/life";

jest.setTimeout(120_000);

const key = "byok_external_key.this";
const material = "byok_imported_key_material.this";

describe("keys that others made", () => {
  let on: Bench;
  let bytes: Buffer;
  let record: KeyRecord;
  let source: string;
  beforeEach(async () => {
    on = await bench({}, { aws: awsProvider() });
    bytes = newBytes();
    const path = join(on.workspace.folder, "payments.bin");
    await writeFile(path, bytes, { mode: 0o600 });
    source = `file:${path}?encoding=raw`;
    record = await newKey(on.life, {
      description: "by hand",
      tags: { team: "payments" },
      multiRegion: true,
    });
    await applyMaterial(on.life.run(), settings(record.arn, { validFor: "90d" }), bytesSource(bytes), undefined);
  });
  afterEach(() => on.close());

  const resources = (keyLines = "", materialLines = ""): string => `
    resource "byok_external_key" "this" {
      ${keyLines}
    }
    resource "byok_imported_key_material" "this" {
      key_arn             = byok_external_key.this.arn
      key_material_source = "${source}"
      ${materialLines}
    }`;
  const writes = (): string[] => on.life.calls().filter((call) => !/^(Describe|Get|List)/.test(call));

  it("by id on the command line: nothing changes, and the KMS proves the bytes", async () => {
    await on.write(resources());
    const ciphertext = await on.life.encrypt(record.arn);
    on.life.calls();
    for (const address of [key, material]) {
      const { exitCode, stderr } = await on.workspace.run(["import", "-no-color", "-input=false", address, record.arn]);
      expect([exitCode, stderr]).toEqual([0, ""]);
    }
    expect(writes()).toEqual([]);
    expect(await on.workspace.attributes(key)).toMatchObject({
      arn: record.arn,
      description: "by hand",
      tags: { team: "payments" },
      multi_region: true,
      multi_region_key_type: "PRIMARY",
    });
    expect(await on.workspace.attributes(material)).toMatchObject({ verified: false, material_state: "imported" });
    const { run } = await on.workspace.plan();
    const changes = await on.workspace.changes();
    expect([...changes.keys()]).toEqual([material]);
    expect(run.stdout.replace(/\s*\n[│╷╵\s]*/g, " ")).toMatch(
      /not verified: an import will prove that the key holds these bytes; valid to \S+; configured: never expires/,
    );
    await on.workspace.apply("saved.tfplan");
    await on.settled();
    expect(await on.workspace.attributes(material)).toMatchObject({ verified: true, valid_to: null });
    expect(await on.life.decrypt(ciphertext)).toBe(plaintext);
  });

  it("by import block, without the bytes, then with wrong ones, then with the right ones", async () => {
    const blocks = `
      import {
        to = ${key}
        id = "${record.arn}"
      }
      import {
        to = ${material}
        id = "${record.arn}"
      }`;
    const settled = `
      description = "by hand"
      tags        = { team = "payments" }
      multi_region = true`;
    await on.write(
      blocks +
        resources(settled, `valid_for = "90d"`).replace(
          /key_material_source.*/,
          `key_material_source = "env:BYOK_NONE"`,
        ),
    );
    on.life.calls();
    const taken = await on.workspace.apply();
    expect(taken.stdout).toMatch(/2 imported, 0 added/);
    expect(taken.stdout).toMatch(/not verified/);
    expect(writes()).toEqual([]);
    await on.settled();

    await on.write(resources(settled, `valid_for = "90d"`));
    await writeFile(join(on.workspace.folder, "payments.bin"), randomBytes(32));
    const wrong = await on.workspace.run(["apply", "-auto-approve", "-no-color"]);
    expect(wrong.stderr).toMatch(/Different Key Material/);
    expect(await on.workspace.state()).not.toContain("tainted");
    await writeFile(join(on.workspace.folder, "payments.bin"), bytes);
    await on.workspace.apply();
    await on.settled();
    expect(await on.workspace.attributes(material)).toMatchObject({ verified: true });
  });

  it("by identity, with a command that knows it; any other says so and imports nothing", async () => {
    await on.write(`
      import {
        to       = ${key}
        identity = { arn = "${record.arn}" }
      }
      import {
        to       = ${material}
        identity = { key_arn = "${record.arn}" }
      }
      ${resources("", `valid_for = "90d"`)}`);
    on.life.calls();
    const { exitCode, stdout, stderr } = await on.workspace.run(["apply", "-auto-approve", "-no-color"]);
    if (exitCode !== 0) {
      expect(stderr).toMatch(/argument named "identity" is not expected here/);
      expect(on.life.calls()).toEqual([]);
      const { stdout: version } = await on.workspace.run(["version"]);
      // Terraform has it since 1.12.
      expect(version).toMatch(/^(Terraform v1\.11\.|OpenTofu )/);
      return;
    }
    expect(stdout).toMatch(/2 imported, 0 added/);
    const state: { resources: { instances: { identity?: unknown }[] }[] } = JSON.parse(await on.workspace.state());
    expect(state.resources.flatMap(({ instances }) => instances.map(({ identity }) => identity))).toEqual([
      { arn: record.arn },
      { key_arn: record.arn, key_material_id: null },
    ]);
    expect(await on.workspace.attributes(material)).toMatchObject({ verified: true });
    await on.settled();
  });

  it("what is configured for material that is not verified is kept until it can be proved", async () => {
    const path = source;
    source = "env:BYOK_NONE";
    const date = new Date(on.life.kms.clock.now().getTime() + 200 * 86_400_000).toISOString().slice(0, 19);
    const claims = `fingerprint = "cmac:${"0".repeat(32)}"\n valid_to = "${date}Z"\n material_description = "safe 7"`;
    await on.write(`
      import {
        to = ${material}
        id = "${record.arn}"
      }
      resource "byok_imported_key_material" "this" {
        key_arn             = "${record.arn}"
        key_material_source = "${source}"
        ${claims}
      }`);
    on.life.calls();
    await on.workspace.apply();
    await on.settled();
    expect(writes()).toEqual([]);
    // The key's material never expires: somebody imported it so.
    await applyMaterial(on.life.run(), settings(record.arn), bytesSource(bytes), undefined);
    await on.workspace.apply("-refresh-only");
    on.life.calls();
    await on.workspace.apply();
    await on.settled();
    expect(writes()).toEqual([]);
    await on.write(`
      resource "byok_imported_key_material" "this" {
        key_arn             = "${record.arn}"
        key_material_source = "${path}"
        ${claims}
      }`);
    const wrong = await on.workspace.run(["plan", "-no-color"]);
    expect(wrong.stderr).toMatch(/Different Key Material[\s\S]*correct `fingerprint`/);
  });

  it("moved from the resources of the AWS provider, whose state holds the bytes", async () => {
    await on.life.client().send(
      new ReplicateKeyCommand({
        KeyId: record.arn,
        ReplicaRegion: "eu-west-1",
        Tags: [{ TagKey: "a", TagValue: "b" }],
      }),
    );
    const replica = record.arn.replace("eu-central-1", "eu-west-1");
    await applyMaterial(on.life.run(), settings(replica), bytesSource(bytes), undefined);
    const secret = bytes.toString("base64");
    const old = `
      resource "aws_kms_external_key" "this" {
        arn                     = "${record.arn}"
        key_material_base64     = "${secret}"
        deletion_window_in_days = 9
      }
      resource "aws_kms_replica_external_key" "this" {
        arn                 = "${replica}"
        key_material_base64 = "${secret}"
        primary_key_arn     = "${record.arn}"
      }`;
    await on.write(old);
    await on.workspace.apply();
    expect(await on.workspace.state()).toContain(secret);

    await on.write(`
      moved {
        from = aws_kms_external_key.this
        to   = ${key}
      }
      moved {
        from = aws_kms_replica_external_key.this
        to   = byok_external_key.replica
      }
      ${resources(`deletion_window_in_days = 9\n key_spec = "SYMMETRIC_DEFAULT"\n multi_region = true\n region = "eu-central-1"`)}
      resource "byok_external_key" "replica" {
        region          = "eu-west-1"
        primary_key_arn = ${material}.key_arn
      }
      resource "byok_imported_key_material" "replica" {
        key_arn             = byok_external_key.replica.arn
        key_material_source = "${source}"
      }`);
    const ciphertext = await on.life.encrypt(record.arn);
    // Without a refresh nothing is known of the keys but their names, and still nothing is replaced.
    const blind = await on.workspace.changes("-refresh=false");
    expect([...blind.values()].map(({ actions }) => actions.join())).not.toContain("delete,create");
    const changes = await on.workspace.changes();
    expect([...changes].map(([address, { actions }]) => `${address} ${actions.join()}`).toSorted()).toEqual([
      "byok_imported_key_material.replica create",
      "byok_imported_key_material.this create",
    ]);
    on.life.calls();
    await on.workspace.apply("saved.tfplan");
    expect(new Set(writes())).toEqual(new Set(["ImportKeyMaterial"]));
    await on.settled();
    const state = await on.workspace.state();
    expect(state).not.toContain(secret);
    expect(state).not.toContain("key_material_base64");
    expect(await on.workspace.attributes("byok_external_key.replica")).toMatchObject({
      arn: replica,
      primary_key_arn: record.arn,
      multi_region_key_type: "REPLICA",
    });
    expect(await on.life.decrypt(ciphertext)).toBe(plaintext);
  });

  it("moved one by one from instances of a resource of the AWS provider, into a module too", async () => {
    const arns = [record.arn, (await newKey(on.life)).arn];
    await on.write(`
      resource "aws_kms_external_key" "this" {
        for_each = { a = "${arns[0]}", b = "${arns[1]}" }
        arn      = each.value
      }`);
    await on.workspace.apply();
    const inside = join(on.workspace.folder, "inside");
    await mkdir(inside);
    await writeFile(
      join(inside, "main.tf"),
      `terraform {
        required_providers {
          byok = { source = "byok/byok" }
        }
      }
      resource "byok_external_key" "this" {}`,
    );
    await on.write(`
      module "inside" { source = "./inside" }
      resource "byok_external_key" "b" {}
      moved {
        from = aws_kms_external_key.this["a"]
        to   = module.inside.byok_external_key.this
      }
      moved {
        from = aws_kms_external_key.this["b"]
        to   = byok_external_key.b
      }`);
    await on.workspace.run(["init"]);
    expect(await on.workspace.changes()).toEqual(new Map());
    await on.workspace.apply("saved.tfplan");
    await on.settled();
    expect(await on.workspace.attributes("byok_external_key.b")).toMatchObject({ arn: arns[1] });
    expect(await on.workspace.state()).not.toContain("aws_kms_external_key");
  });
});
