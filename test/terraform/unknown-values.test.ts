import { randomBytes } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type Bench, bench, providerBlock } from "../support/byok-terraform";
import { plaintext } from "../support/life";

jest.setTimeout(120_000);

const key = "byok_external_key.this";
const material = "byok_imported_key_material.this";

describe("what a plan does not know", () => {
  let on: Bench;
  beforeEach(async () => {
    on = await bench();
  });
  afterEach(() => on.close());

  const file = async (name: string): Promise<string> => {
    const path = join(on.workspace.folder, name);
    await writeFile(path, randomBytes(32), { mode: 0o600 });
    return `file:${path}?encoding=raw`;
  };

  it("arguments that are read late never replace, and come out the same", async () => {
    const bytes = randomBytes(32).toString("base64");
    const write = (round: number, facts = ""): Promise<void> =>
      on.write(`
        resource "terraform_data" "late" {
          triggers_replace = ${round}
          input = {
            region = "eu-central-1"
            spec   = "SYMMETRIC_DEFAULT"
            usage  = "ENCRYPT_DECRYPT"
            many   = false
            round  = "${round}"
            life   = "90d"
            bytes  = "${bytes}"
            ${facts}
          }
        }
        resource "byok_external_key" "this" {
          region       = terraform_data.late.output.region
          key_spec     = terraform_data.late.output.spec
          key_usage    = terraform_data.late.output.usage
          multi_region = terraform_data.late.output.many
          description  = "round \${terraform_data.late.output.round}"
          tags         = { round = terraform_data.late.output.round }
        }
        resource "byok_imported_key_material" "this" {
          key_arn         = terraform_data.arn.output
          key_material_wo = terraform_data.late.output.bytes
          valid_for       = terraform_data.late.output.life
        }
        resource "terraform_data" "arn" {
          triggers_replace = ${round}
          input            = byok_external_key.this.arn
        }`);
    await write(1);
    await on.workspace.apply();
    await on.settled();
    const { arn, tags } = await on.workspace.attributes(key);
    expect(tags).toEqual({ round: "1" });
    const ciphertext = await on.life.encrypt(String(arn));

    await write(2);
    const changes = await on.workspace.changes();
    expect(changes.get(key)).toMatchObject({ actions: ["update"], after: { id: arn, arn } });
    expect(changes.get(material)).toMatchObject({ actions: ["update"], after_unknown: { key_arn: true } });
    await on.workspace.apply("saved.tfplan");
    await on.settled();
    expect(await on.workspace.attributes(key)).toMatchObject({ arn, description: "round 2", tags: { round: "2" } });
    expect(await on.workspace.attributes(material)).toMatchObject({ id: arn, verified: true });
    expect(await on.life.decrypt(ciphertext)).toBe(plaintext);

    // It turns out different from what the key is: refused, and nothing is replaced.
    await write(3, `region = "us-east-1"`);
    on.life.calls();
    const other = await on.workspace.run(["apply", "-auto-approve", "-no-color"]);
    expect(other.exitCode).toBe(1);
    expect(on.life.calls().filter((call) => !call.startsWith("Describe") && !call.startsWith("List"))).toEqual([]);
    expect(await on.life.decrypt(ciphertext)).toBe(plaintext);
  });

  it("bytes from an ephemeral variable, given again when a saved plan is applied", async () => {
    await on.write(`
      variable "bytes" {
        type      = string
        ephemeral = true
        default   = null
      }
      resource "byok_external_key" "this" {}
      resource "byok_imported_key_material" "this" {
        key_arn         = byok_external_key.this.arn
        key_material_wo = var.bytes
        valid_for       = "90d"
      }`);
    const bytes = { TF_VAR_bytes: randomBytes(32).toString("base64") };
    const run = async (
      [command = "", ...args]: string[],
      environment: Record<string, string> = {},
    ): Promise<string> => {
      const all = [command, "-no-color", "-input=false", ...args];
      const { exitCode, stdout, stderr } = await on.workspace.run(all, environment);
      return `${exitCode} ${stdout}${stderr}`;
    };
    expect(await run(["plan", "-out=a.tfplan"], bytes)).toMatch(/^0 [^]*2 to add/);
    // The clock of the KMS goes on between a plan and its apply.
    on.life.kms.clock.advance("2h");
    expect(await run(["apply", "a.tfplan"], bytes)).toMatch(/^0 [^]*2 added/);
    for (const refresh of ["-refresh=true", "-refresh=false"]) {
      expect(await run(["plan", "-detailed-exitcode", refresh], bytes)).toMatch(/^0 /);
      // A person who may not see the bytes plans as well.
      expect(await run(["plan", "-detailed-exitcode", refresh])).toMatch(/^0 /);
    }
    const { arn } = await on.workspace.attributes(key);
    const ciphertext = await on.life.encrypt(String(arn));
    on.life.kms.clock.advance("91d");
    expect(await run(["plan", "-out=b.tfplan"])).toMatch(/^0 [^]*Applying this will need the key material/);
    expect(await run(["apply", "b.tfplan"])).toMatch(/^1 [^]*Key Material Needed/);
    expect(await run(["plan", "-out=c.tfplan"], bytes)).toMatch(/^0 /);
    const other = { TF_VAR_bytes: randomBytes(32).toString("base64") };
    expect(await run(["apply", "c.tfplan"], other)).toMatch(/^1 [^]*Different Key Material/);
    expect(await run(["plan", "-out=d.tfplan"], bytes)).toMatch(/^0 /);
    expect(await run(["apply", "d.tfplan"], bytes)).toMatch(/^0 /);
    expect(await on.life.decrypt(ciphertext)).toBe(plaintext);
    expect(await run(["plan", "-detailed-exitcode"], bytes)).toMatch(/^0 /);
    expect(await run(["destroy", "-auto-approve"])).toMatch(/^0 [^]*stays in/);
  });

  it.each<[string, string, string]>([
    ["key_spec", `"SYMMETRIC_DEFAULT"`, `"HMAC_256"`],
    ["multi_region", "false", "true"],
    ["region", `"eu-central-1"`, `"us-east-1"`],
    ["kms", `"aws"`, `"alibaba"`],
  ])(
    "a fixed argument that turns out different ends with an error, and the next plan replaces: %s",
    async (name, is, next) => {
      const write = (round: number, value: string): Promise<void> =>
        on.write(`
        resource "terraform_data" "late" {
          triggers_replace = ${round}
          input            = ${value}
        }
        resource "byok_external_key" "this" {
          ${name} = terraform_data.late.output
        }`);
      await write(1, is);
      await on.workspace.apply();
      const { arn } = await on.workspace.attributes(key);
      await write(2, next);
      expect((await on.workspace.changes()).get(key)?.actions).toEqual(["update"]);
      on.life.calls();
      const late = await on.workspace.run(["apply", "-no-color", "-input=false", "saved.tfplan"]);
      expect([late.exitCode, late.stderr]).toEqual([1, expect.stringMatching(/Immutable Argument[^]*Plan again/)]);
      expect(late.stderr).not.toMatch(/inconsistent/);
      expect(on.life.calls()).toEqual([]);
      expect(await on.workspace.attributes(key)).toMatchObject({ arn });
      expect((await on.workspace.changes()).get(key)).toMatchObject({
        actions: ["delete", "create"],
        replace_paths: [[name]],
      });
      // Without a refresh it might be an apply.
      const unread = await on.workspace.plan("-refresh=false");
      expect(unread.run.stdout).toMatch(/plan\s+once\s+with\s+a\s+refresh/);
      expect(unread.plan.resource_changes?.find(({ address }) => address === key)?.change.actions).toEqual(["update"]);
    },
  );

  it("-replace of a multi-Region primary beside a replica", async () => {
    const source = await file("one.bin");
    await on.write(`
      resource "byok_external_key" "this" { multi_region = true }
      resource "byok_imported_key_material" "this" {
        key_arn             = byok_external_key.this.arn
        key_material_source = "${source}"
      }
      resource "byok_external_key" "replica" {
        region          = "eu-west-1"
        primary_key_arn = byok_imported_key_material.this.key_arn
      }
      resource "byok_imported_key_material" "replica" {
        key_arn             = byok_external_key.replica.arn
        key_material_source = "${source}"
      }`);
    await on.workspace.apply();
    const { arn } = await on.workspace.attributes(key);
    const ciphertext = await on.life.encrypt(String(arn));
    const first = await on.workspace.run(["apply", "-auto-approve", "-no-color", "-input=false", `-replace=${key}`]);
    expect([first.exitCode, first.stderr]).toEqual([1, expect.stringMatching(/Immutable Argument[^]*Plan again/)]);
    expect(first.stderr).not.toMatch(/inconsistent/);
    expect(await on.workspace.state()).not.toContain("tainted");
    // The former replica still opens what the former primary encrypted.
    expect(await on.life.decrypt(ciphertext, "eu-west-1")).toBe(plaintext);
    expect((await on.workspace.changes()).get("byok_external_key.replica")?.actions).toEqual(["delete", "create"]);
    await on.workspace.apply("saved.tfplan");
    await on.settled();
    const { arn: now } = await on.workspace.attributes(key);
    expect(await on.life.decrypt(await on.life.encrypt(String(now)), "eu-west-1")).toBe(plaintext);
  });

  it("arguments of living material that are read late", async () => {
    const source = await file("one.bin");
    const write = (round: number, lines = ""): Promise<void> =>
      on.write(`
        resource "terraform_data" "late" {
          triggers_replace = ${round}
          input = {
            description = "round ${round}"
            life        = "90d"
            policy      = "${round % 2 === 0 ? "retain" : "delete"}"
            deletion    = "${round % 2 === 0 ? "report" : "reimport"}"
            algorithm   = "RSAES_OAEP_SHA_256"
          }
        }
        resource "byok_external_key" "this" {}
        resource "byok_imported_key_material" "this" {
          key_arn              = byok_external_key.this.arn
          key_material_source  = "${source}"
          ${lines}
        }`);
    await write(1);
    await on.workspace.apply();
    const { arn } = await on.workspace.attributes(key);
    const ciphertext = await on.life.encrypt(String(arn));
    const readLate = [
      "material_description = terraform_data.late.output.description",
      "valid_for = terraform_data.late.output.life",
      "deletion_policy = terraform_data.late.output.policy",
      "on_deletion = terraform_data.late.output.deletion",
      "wrapping_algorithm = terraform_data.late.output.algorithm",
    ];
    let round = 1;
    for (const lines of [...readLate, readLate.join("\n")]) {
      round += 1;
      await write(round, lines);
      expect((await on.workspace.changes()).get(material)?.actions).toEqual(["update"]);
      await on.workspace.apply("saved.tfplan");
      await on.settled();
    }
    expect(await on.life.decrypt(ciphertext)).toBe(plaintext);
  });

  it("a key that is replaced together with its material, in one run", async () => {
    const source = await file("one.bin");
    const write = (lines: string): Promise<void> =>
      on.write(`
        resource "byok_external_key" "this" {
          ${lines}
        }
        resource "byok_imported_key_material" "this" {
          key_arn             = byok_external_key.this.arn
          key_material_source = "${source}"
          deletion_policy     = "delete"
        }`);
    await write("");
    await on.workspace.apply();
    const { arn: old } = await on.workspace.attributes(key);
    await write("multi_region = true");
    const changes = await on.workspace.changes();
    expect(changes.get(key)?.actions).toEqual(["delete", "create"]);
    expect(changes.get(material)).toMatchObject({ actions: ["update"], after_unknown: { key_arn: true, id: true } });
    await on.workspace.apply("saved.tfplan");
    await on.settled();
    const { arn } = await on.workspace.attributes(key);
    expect(arn).not.toBe(old);
    expect(await on.life.decrypt(await on.life.encrypt(String(arn)))).toBe(plaintext);

    // The other way round: the new key is made first, and the old one has its bytes until then.
    await write(`multi_region = false\n lifecycle { create_before_destroy = true }`);
    await on.workspace.apply();
    await on.settled();
    const { arn: last } = await on.workspace.attributes(key);
    expect(await on.life.decrypt(await on.life.encrypt(String(last)))).toBe(plaintext);
    expect(await on.life.decrypt(await on.life.encrypt(String(last)))).toBe(plaintext);
  });

  it("a provider that is configured with what a plan does not know", async () => {
    const source = await file("one.bin");
    const resources = `
      resource "byok_external_key" "this" {}
      resource "byok_imported_key_material" "this" {
        key_arn             = byok_external_key.this.arn
        key_material_source = "${source}"
      }`;
    await on.workspace.write(`
      terraform {
        required_providers {
          byok = { source = "byok/byok" }
        }
      }
      resource "terraform_data" "url" { input = "${on.life.kms.url}" }
      provider "byok" {
        import_requests_per_second = 1000
        aws {
          region     = "eu-central-1"
          access_key = "AKIAENGINE"
          secret_key = "engine"
          endpoint   = terraform_data.url.output
        }
      }
      ${resources}`);
    await on.workspace.apply();
    await on.settled();
    expect(await on.workspace.attributes(material)).toMatchObject({ verified: true });
  });

  it("default tags and allowed sources that a plan does not know", async () => {
    const source = await file("one.bin");
    const write = (stage: string, settings: string, tags: string): Promise<void> =>
      on.workspace.write(`
        ${providerBlock(on.life.kms.url, settings).replace(/( endpoint {3}= .*)/, `$1\n${tags}`)}
        resource "terraform_data" "stage" { input = "${stage}" }
        resource "terraform_data" "kind" { input = "file" }
        resource "byok_external_key" "this" { tags = { team = "payments" } }
        resource "byok_imported_key_material" "this" {
          key_arn             = byok_external_key.this.arn
          key_material_source = "${source}"
        }`);
    const allowed = "allowed_material_sources = [terraform_data.kind.output]";
    const tags = `default_tags { tags = { stage = terraform_data.stage.output } }`;
    await write("test", allowed, tags);
    await on.workspace.apply();
    await on.settled();
    // The key exists by now, and the tags are unknown again.
    for (const [stage, ...how] of [["next"], ["live", "-refresh=false"]] as const) {
      await write(stage, allowed, tags);
      const changes = await on.workspace.changes(...how);
      expect(changes.get(key)).toMatchObject({ actions: ["update"], after_unknown: { tags_all: true } });
      await on.workspace.apply("saved.tfplan");
      await on.settled();
      expect(await on.workspace.attributes(key)).toMatchObject({
        tags: { team: "payments" },
        tags_all: { team: "payments", stage },
      });
    }
  });
});
