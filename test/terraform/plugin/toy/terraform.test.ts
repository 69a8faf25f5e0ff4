import { execFile } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { type Reattachable, serveForReattach } from "../../../../src/terraform/plugin/reattach";
import { Workspace } from "../../../support/terraform";
import { terraformBinary } from "../../../support/terraform-binary";
import { toyProvider } from "./provider";

// The real CLI. Most of it against a provider inside of this process; the last part starts the bundled file.

jest.setTimeout(120_000);

const addresses = ["registry.terraform.io/acme/toy", "registry.opentofu.org/acme/toy"];
const canary = "canary-4711-value";

describe("the real CLI", () => {
  let terraform: string;
  let served: Reattachable;
  let workspace: Workspace;
  let shelf: string;

  beforeAll(async () => {
    terraform = await terraformBinary();
  });

  beforeEach(async () => {
    served = await serveForReattach(toyProvider(), addresses);
    workspace = await Workspace.create({ terraform, provider: { reattachProviders: served.reattachProviders } });
    shelf = join(workspace.folder, "shelf");
  });

  afterEach(async () => {
    await served.close();
    await workspace.remove();
  });

  const configure = (body: string): Promise<void> => workspace.write(`${head(shelf)}\n${body}`);

  it("creates, settles with and without refresh, updates in place, destroys", async () => {
    await configure(`
      resource "toy_box" "a" {
        name      = "one"
        label     = "Caffè"
        weight    = 0.1
        secret_wo = "${canary}"
        tags      = { a = "b", __proto__ = "c" }
        shelves   = ["z", "a"]
        contents  = [{ what = "x", hidden_wo = "${canary}" }, { what = "y", serial = "mine" }]
        lid { colour = "red" }
        owner { who = "me" }
        timeouts { create = "90s" }
      }
      resource "toy_box" "b" {
        name  = "two"
        label = "of/\${toy_box.a.id}"
        notes = [for note in [toy_box.a.colour, "plain"] : upper(note)]
      }
      data "toy_box" "a" { id = toy_box.a.id }
      ephemeral "toy_token" "t" { length = 3 }
      output "shouted" { value = provider::toy::shout("a", "b", data.toy_box.a.name) }
    `);
    const applied = await workspace.apply();
    expect(applied.stdout).toContain('shouted = "A B ONE"');
    expect([...(await workspace.changes()).keys()]).toEqual([]);
    expect([...(await workspace.changes("-refresh=false")).keys()]).toEqual([]);
    const a = await workspace.attributes("toy_box.a");
    expect(a).toMatchObject({
      weight: 0.1,
      secret_wo: null,
      contents: [
        { what: "x", serial: "sn-x", hidden_wo: null },
        { what: "y", serial: "mine", hidden_wo: null },
      ],
      lid: [{ colour: "red" }],
    });
    expect(Object.entries(a["tags"] ?? {})).toContainEqual(["__proto__", "c"]);
    expect(await workspace.attributes("toy_box.b")).toMatchObject({
      label: `of/${String(a["id"])}`,
      notes: ["RED", "PLAIN"],
    });
    expect(JSON.parse(readFileSync(join(shelf, "closed"), "utf8"))).toEqual({ opened: true });

    await configure('resource "toy_box" "a" {\n name = "one"\n size = 2\n}');
    const changes = await workspace.changes();
    expect(changes.get("toy_box.a")).toMatchObject({ actions: ["update"], after_unknown: { revision: true } });
    expect(changes.get("toy_box.b")).toMatchObject({ actions: ["delete"] });
    await workspace.apply("saved.tfplan");
    expect(await workspace.attributes("toy_box.a")).toMatchObject({ size: 2, revision: 2, lid: [] });
    await workspace.destroy();
    expect(readdirSync(shelf).filter((file) => file.endsWith(".json"))).toEqual([]);
  });

  it("shows a write-only value in no state, plan, output or trace", async () => {
    await workspace.write(
      `${head(shelf)}
      variable "secret" {
        ephemeral = true
        type      = string
      }
      resource "toy_box" "a" {
        name      = "one"
        secret_wo = var.secret
      }`,
    );
    const secret = { TF_VAR_secret: canary, TF_LOG: "trace" };
    const planned = await workspace.run(["plan", "-no-color", "-out=saved.tfplan"], secret);
    const applied = await workspace.run(["apply", "-no-color", "saved.tfplan"], secret);
    const shown = await workspace.run(["show", "-json", "saved.tfplan"]);
    expect([planned.exitCode, applied.exitCode, shown.exitCode]).toEqual([0, 0, 0]);
    expect(planned.stderr).toContain("PlanResourceChange");
    for (const text of [planned.stdout, planned.stderr, applied.stdout, applied.stderr, shown.stdout]) {
      expect(text).not.toContain(canary);
    }
    expect(await workspace.state()).not.toContain(canary);
    expect(readFileSync(join(workspace.folder, "saved.tfplan")).includes(canary)).toBe(false);
    const again = await workspace.run(["plan", "-no-color", "-detailed-exitcode"], { TF_VAR_secret: canary });
    expect(again.exitCode).toBe(0);
    const other = await workspace.run(["plan", "-no-color", "-detailed-exitcode"], { TF_VAR_secret: "different" });
    expect(other.exitCode).toBe(2);
    expect(other.stdout).toContain("~ secret_hash = ");
  });

  it("replaces, imports, moves and reports drift", async () => {
    await configure('resource "toy_box" "a" { name = "one" }');
    await workspace.apply();
    const id = String((await workspace.attributes("toy_box.a"))["id"]);
    await configure('resource "toy_box" "a" { name = "two" }');
    expect((await workspace.changes()).get("toy_box.a")).toMatchObject({
      actions: ["delete", "create"],
      replace_paths: [["name"]],
    });

    await workspace.run(["state", "rm", "toy_box.a"]);
    await configure(`
      import {
        to = toy_box.again
        id = "${id}"
      }
      resource "toy_box" "again" { name = "one" }
    `);
    const imported = await workspace.apply();
    expect(imported.stdout).toContain("1 imported, 0 added, 0 changed");
    expect([...(await workspace.changes()).keys()]).toEqual([]);

    await workspace.run(["state", "rm", "toy_box.again"]);
    await configure(`resource "terraform_data" "old" { input = "${id}" }`);
    await workspace.apply();
    await configure(`
      moved {
        from = terraform_data.old
        to   = toy_box.moved
      }
      resource "toy_box" "moved" { name = "one" }
    `);
    const moved = await workspace.apply();
    expect(moved.stdout).toContain("0 added");
    expect(await workspace.attributes("toy_box.moved")).toMatchObject({ id, name: "one" });

    rmSync(join(shelf, `${id}.json`));
    expect((await workspace.changes()).get("toy_box.moved")).toMatchObject({ actions: ["create"] });
  });

  it("points at the attribute that is wrong, and taints what failed half way", async () => {
    await configure('resource "toy_box" "a" {\n  name = "one"\n  size = 101\n}');
    const refused = await workspace.run(["validate", "-no-color"]);
    expect(refused.stderr).toMatch(/Invalid Attribute Value[\s\S]*size = 101[\s\S]*between 0 and 100/);

    await configure('resource "toy_box" "a" {\n  name = "one"\n  fail = "after"\n}');
    const failed = await workspace.run(["apply", "-auto-approve", "-no-color"]);
    expect(failed.stderr).toContain("The box has a dent.");
    expect(await workspace.state()).toMatch(/"status": ?"tainted"/);
    await configure('resource "toy_box" "a" { name = "one" }');
    expect((await workspace.changes()).get("toy_box.a")).toMatchObject({ actions: ["delete", "create"] });

    await configure('resource "toy_box" "b" {\n  name = "one"\n  fail = "throw"\n}');
    const broken = await workspace.run(["apply", "-auto-approve", "-no-color"]);
    expect(broken.stderr).toContain("This is a bug in the provider");
    expect(await workspace.state()).not.toContain('"b"');
  });
});

describe("a provider bundled into one file", () => {
  let folder: string;
  let workspace: Workspace;
  let shelf: string;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "toy-bundle-"));
    const script = resolve("scripts/bundle-provider.mjs");
    const main = resolve("test/terraform/plugin/toy/main.ts");
    await promisify(execFile)(process.execPath, [script, main, join(folder, "terraform-provider-toy")]);
    const devOverrides = Object.fromEntries(addresses.map((address) => [address, folder]));
    workspace = await Workspace.create({ terraform: await terraformBinary(), provider: { devOverrides } });
    shelf = join(workspace.folder, "shelf");
  });

  afterAll(async () => {
    await workspace.remove();
    rmSync(folder, { recursive: true, force: true });
  });

  it("is started, logs, and ends", async () => {
    await workspace.write(`${head(shelf, "print = true")}\nresource "toy_box" "a" { name = "one" }`);
    const run = await workspace.run(["apply", "-auto-approve", "-no-color"], { TF_LOG: "trace" });
    expect(run.exitCode).toBe(0);
    // Taken apart and levelled again by the host: level, module and time come from the line's own fields.
    expect(run.stderr).toMatch(/\[TRACE\] provider\.terraform-provider-toy: call: .*method=ApplyResourceChange/);
    expect(run.stderr).toMatch(/\[INFO\] +provider\.terraform-provider-toy: this would break the handshake/);
    expect(run.stderr).toContain("plugin process exited");
    expect(run.stderr).not.toContain("plugin failed to exit gracefully");
    const silent = await workspace.run(["plan", "-no-color", "-detailed-exitcode"]);
    expect(silent).toMatchObject({ exitCode: 0, stderr: "" });
  });

  it("finishes what it is at when Terraform is interrupted, and keeps the state", async () => {
    await workspace.write(`${head(shelf)}\nresource "toy_box" "slow" {\n  name = "slow"\n  wait = true\n}`);
    const interrupt = new AbortController();
    const running = workspace.run(["apply", "-auto-approve", "-no-color"], {}, interrupt.signal);
    while (!existsSync(join(shelf, "waiting"))) await new Promise(setImmediate);
    interrupt.abort();
    const run = await running;
    expect(run.exitCode).toBe(1);
    expect(run.stderr).toContain("The box is only half built.");
    expect(await workspace.state()).toContain('"slow"');
  });
});

function head(folder: string, more = ""): string {
  return `
    terraform {
      required_providers {
        toy = { source = "acme/toy" }
      }
    }
    provider "toy" {
      folder = "${folder}"
      ${more}
    }`;
}
