import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { providerAddresses } from "../support/byok-terraform";
import { alibabaRegion } from "../support/alibaba";
import { type Life, testRegion } from "../support/life";
import { terraformBinary } from "../support/terraform-binary";
import { nodeDebug, reportsOfNode } from "./exceptions";
import { complete, reportSearch } from "./figures";
import { type Front, front } from "./front";
import { failingSources, type Materials, materials } from "./materials";
import { type Ran, Room, type RunOptions } from "./room";
import { startServices } from "./services";
import { until } from "./until";

jest.setTimeout(1_500_000);

const dist = join(__dirname, "../../dist");

/** What the configuration says, apart from the keys. */
interface Configuration {
  readonly validFor?: string;
  /** Further arguments of the material that is given inline. */
  readonly inline?: string;
  /** Replaces the source of the raw file. */
  readonly raw?: string;
  readonly deletionPolicy?: "retain" | "delete";
  /** How many materials succeed that of the raw file, each with a rotation. Default: none. */
  readonly successors?: 1 | 2;
}

describe("the Terraform provider, as its own process", () => {
  let room: Room;
  let life: Life;
  let kms: Front;
  let terraform: string;
  let given: Materials;
  const flows: string[] = [];
  const order = (): string => room.path("logs", "crash");

  beforeAll(async () => {
    room = await Room.open();
    life = await startServices();
    kms = await front(life.kms.url);
    terraform = await terraformBinary();
    given = await materials(room);
    const overrides = providerAddresses.map((address) => `"${address}" = ${JSON.stringify(dist)}`).join("\n");
    await writeFile(
      room.path("home", "cli.tfrc"),
      `provider_installation {\ndev_overrides {\n${overrides}\n}\ndirect {}\n}\n`,
    );
    await mkdir(room.path("logs", "reports"));
  });
  afterAll(async () => {
    await kms.close();
    await life.close();
    await room.close();
  });

  async function write({
    validFor = "90d",
    inline = "",
    raw,
    deletionPolicy = "retain",
    successors,
  }: Configuration = {}): Promise<void> {
    const file = given.all[0]?.source;
    const all = [
      ...given.all.map(({ keySpec, ...rest }) => ({ ...rest, key: `key_spec = "${keySpec}"` })),
      ...["alibaba", "qkms"].map((name) => ({ name, source: file, key: `kms = "${name}"` })),
    ];
    const resources = all.map(
      ({ name, key, source }) => `
resource "byok_external_key" "${name}" {
  ${key}
}
resource "byok_imported_key_material" "${name}" {
  key_arn         = byok_external_key.${name}.arn
  valid_for       = "${validFor}"
  deletion_policy = "${deletionPolicy}"
  ${source === undefined ? `key_material_wo = var.bytes\n  ${inline}` : `key_material_source = "${name === "raw" ? (raw ?? source) : source}"`}
}`,
    );
    await writeFile(
      room.path("work", "main.tf"),
      `terraform {
  required_providers {
    byok = { source = "byok/byok" }
  }
}
provider "byok" {
  import_requests_per_second = 1000
  aws {
    region     = "${testRegion}"
    access_key = "AKIAENGINE"
    secret_key = "engine"
    endpoint   = "${kms.url}"
  }
  alibaba {
    region     = "${alibabaRegion}"
    access_key = "ENGINE"
    secret_key = "engine"
    endpoint   = "${kms.url}"
  }
  qkms {
    access_key = "QENGINE"
    secret_key = "engine"
    endpoint   = "${kms.url}/qkms"
  }
}
variable "bytes" {
  type      = string
  ephemeral = true
  sensitive = true
}
variable "successor" {
  type      = string
  ephemeral = true
  sensitive = true
}
output "arns" {
  value = [${all.map(({ name }) => `byok_external_key.${name}.arn`).join(", ")}]
}
${resources.join("\n")}
${successors === undefined ? "" : succession("raw", "second", `key_material_source = "${given.successors.source}"`, deletionPolicy)}
${successors === 2 ? succession("second", "third", "key_material_wo = var.successor", deletionPolicy) : ""}
`,
    );
  }

  /** Material of the key of the raw file that succeeds another, and the rotation to it. */
  function succession(before: string, name: string, bytes: string, deletionPolicy: string): string {
    const named = before === "raw" ? "byok_imported_key_material.raw" : `byok_key_rotation.${before}`;
    return `
resource "byok_imported_key_material" "${name}" {
  key_arn         = byok_external_key.raw.arn
  succeeds        = ${named}.key_material_id
  valid_for       = "90d"
  deletion_policy = "${deletionPolicy}"
  ${bytes}
}
resource "byok_key_rotation" "${name}" {
  key_arn         = byok_external_key.raw.arn
  key_material_id = byok_imported_key_material.${name}.key_material_id
}`;
  }

  /** One command, at the most talkative level of all that takes part in it. */
  async function run(args: readonly string[], bytes = given.inline, options: RunOptions = {}): Promise<Ran> {
    const talkative = {
      TF_LOG: "trace",
      TF_LOG_CORE: "trace",
      TF_LOG_PROVIDER: "trace",
      TF_LOG_PATH: room.path("logs", "terraform.log"),
      TF_CLI_CONFIG_FILE: room.path("home", "cli.tfrc"),
      CHECKPOINT_DISABLE: "1",
      NODE_DEBUG: nodeDebug,
      NODE_OPTIONS: [
        `--require=${join(__dirname, "crashing.cjs")}`,
        "--report-uncaught-exception",
        "--report-on-fatalerror",
        `--report-directory=${room.path("logs", "reports")}`,
      ].join(" "),
      CUSTODY_CRASH: order(),
      ...given.variables,
      ...room.variable("TF_VAR_bytes", bytes),
      ...room.variable("TF_VAR_successor", given.successors.inline),
    };
    flows.push(args.join(" "));
    return room.run(terraform, args, { ...options, env: { ...talkative, ...options.env } });
  }

  async function expectEnd(exitCode: number, args: readonly string[], bytes?: string): Promise<string> {
    const ran = await run(args, bytes);
    if (ran.exitCode !== exitCode)
      throw new Error(`${args.join(" ")} ended with ${ran.exitCode}:\n${ran.output.slice(-4000)}`);
    return ran.output;
  }

  const plan = ["plan", "-no-color", "-input=false"];
  const apply = ["apply", "-no-color", "-input=false", "-auto-approve"];

  /** An apply in whose middle something happens: a request for an import is on its way and is not answered. */
  async function disturbed(what: string, disturb: (pid: number) => Promise<void> | void): Promise<Ran> {
    const held = kms.hold("ImportKeyMaterial");
    const ran = await run([...apply, "-parallelism=1"], undefined, {
      meanwhile: async ({ pid }) => {
        await held;
        await disturb(pid);
      },
    });
    flows.push(what);
    kms.pass();
    await writeFile(order(), "");
    return ran;
  }

  const providers = (): readonly number[] =>
    room
      .running()
      .flatMap(({ pid, args }) => (args.some((arg) => arg.endsWith("terraform-provider-byok")) ? [pid] : []));

  it("leaves no byte in states, plans, traces, reports, outputs or processes", async () => {
    await writeFile(order(), "");
    await write();
    await expectEnd(0, ["validate", "-no-color"]);
    await expectEnd(0, [...plan, "-out=a.tfplan"]);
    await expectEnd(0, ["show", "-no-color", "a.tfplan"]);
    await expectEnd(0, ["show", "-json", "a.tfplan"]);
    await expectEnd(0, ["apply", "-no-color", "-input=false", "a.tfplan"]);
    await expectEnd(0, ["show", "-json"]);
    await expectEnd(0, ["state", "pull"]);

    // The same bytes again: they expired.
    life.kms.clock.advance("91d");
    await expectEnd(0, [...plan, "-out=b.tfplan"]);
    expect(await expectEnd(0, ["show", "-json", "b.tfplan"])).toContain("expired on");
    await expectEnd(0, ["apply", "-no-color", "-input=false", "-json", "b.tfplan"]);

    // Other bytes, bytes that are none, and sources that fail.
    const other = room.canary("other bytes").toString("base64");
    expect(await expectEnd(1, plan, other)).toContain("different_material");
    if (complete) await expectEnd(1, plan, `${given.inline}!`);
    await expectEnd(1, plan, given.inline.slice(2));
    for (const [name, source, code] of (await failingSources(room)).slice(0, complete ? undefined : 4)) {
      // Terraform itself quotes the line of a configuration in which a wrong URI stands.
      if (code === "invalid_argument") continue;
      flows.push(name);
      await write({ raw: source });
      await expectEnd(code === "material_unavailable" ? 0 : 1, plan);
    }

    // Refusals by the service, one that repeats all that it was sent, lost answers, missing permissions.
    life.kms.clock.advance("91d");
    await write();
    const refusals = [
      "InvalidCiphertextException",
      "IncorrectKeyMaterialException",
      "InvalidImportTokenException",
      "ExpiredImportTokenException",
      "KMSInternalException",
    ];
    for (const code of complete ? refusals : refusals.slice(0, 1)) {
      flows.push(`refused with ${code}`);
      life.kms.faults.add({ operation: "ImportKeyMaterial", kind: "error", code, times: 999, message: "Refused." });
      await expectEnd(1, apply);
      life.kms.faults.clear();
    }
    flows.push("a service that says all that it was sent");
    kms.echo("ImportKeyMaterial");
    await expectEnd(1, apply);
    kms.pass();
    if (complete) {
      for (const action of ["kms:ImportKeyMaterial", "kms:GetParametersForImport", "kms:DescribeKey"]) {
        flows.push(`denied: ${action}`);
        life.kms.permissions.deny(action);
        await expectEnd(1, apply);
        life.kms.permissions.allow();
      }
      for (const effect of [{ kind: "drop" }, { kind: "drop", when: "after" }, { kind: "truncate" }] as const) {
        flows.push(`answer lost: ${JSON.stringify(effect)}`);
        life.kms.faults.add({ operation: "ImportKeyMaterial", times: 2, ...effect });
        await run(apply);
        life.kms.faults.clear();
      }
      life.kms.clock.advance("91d");
    }

    // In the middle of an import: Ctrl-C, a kill, and the ways in which a program of Node's ends badly.
    const log = async (): Promise<string> => readFile(room.path("logs", "terraform.log"), "utf8");
    await disturbed("Ctrl-C", async (pid) => {
      process.kill(pid, "SIGINT");
      // The provider waits for what is on its way; its answer is lost as soon as the wish to stop has arrived.
      await until(async () => (await log()).includes("GRPCProvider.v6: Stop"));
      kms.pass();
    });
    await disturbed("kill of the provider", () => {
      for (const pid of providers()) ended(pid, "SIGKILL");
    });
    for (const how of complete ? ["throw", "reject", "abort"] : ["throw", "abort"]) {
      const { exitCode } = await disturbed(`the provider ends by ${how}`, () => writeFile(order(), how));
      expect([how, exitCode]).toEqual([how, 1]);
    }
    const reports = async (): Promise<number> => (await room.files("logs", "reports")).length;
    const before = await reports();
    await disturbed("a report is written in the middle", async () => {
      await writeFile(order(), "report");
      await until(async () => (await reports()) > before);
      for (const pid of providers()) ended(pid, "SIGKILL");
    });

    // And on from there: other arguments, a look only, another way to name the state, the end.
    await write({ inline: `material_description = "again"`, deletionPolicy: "delete" });
    await expectEnd(0, apply);
    if (complete) {
      await expectEnd(0, [...apply, "-refresh-only"]);
      await expectEnd(0, ["state", "mv", "byok_external_key.raw", "byok_external_key.moved"]);
      await expectEnd(0, ["state", "mv", "byok_external_key.moved", "byok_external_key.raw"]);
      const arns: readonly string[] = JSON.parse(await expectEnd(0, ["output", "-json", "arns"]));
      // Somebody else's keys, as it were.
      for (const [resource, arn] of [
        ["raw", arns[0]],
        ["qkms", arns.at(-1)],
      ] as const) {
        for (const type of ["byok_imported_key_material", "byok_external_key"]) {
          await expectEnd(0, ["state", "rm", `${type}.${resource}`]);
          await expectEnd(0, ["import", "-no-color", "-input=false", `${type}.${resource}`, String(arn)]);
        }
      }
      expect(await expectEnd(0, apply)).toContain("0 destroyed");
      await expectEnd(0, ["providers", "schema", "-json"]);
      await expectEnd(0, ["graph"]);
    }

    // New material in the same key: refused, interrupted, and rotated to; then more of it, given inline.
    const rotated = { inline: `material_description = "again"`, deletionPolicy: "delete" } as const;
    await write({ ...rotated, successors: 1 });
    flows.push("a successor, with a service that says all that it was sent");
    kms.echo("ImportKeyMaterial");
    await expectEnd(1, apply);
    kms.pass();
    await disturbed("kill of the provider that imports a successor", () => {
      for (const pid of providers()) ended(pid, "SIGKILL");
    });
    await expectEnd(0, [...plan, "-out=c.tfplan"]);
    await expectEnd(0, ["show", "-json", "c.tfplan"]);
    await expectEnd(0, ["apply", "-no-color", "-input=false", "c.tfplan"]);
    await write({ ...rotated, successors: 2 });
    if (complete) {
      flows.push("denied: kms:RotateKeyOnDemand");
      life.kms.permissions.deny("kms:RotateKeyOnDemand");
      await expectEnd(1, apply);
      life.kms.permissions.allow();
    }
    await expectEnd(0, apply);
    expect(await expectEnd(0, apply)).toContain("0 added, 0 changed, 0 destroyed");
    await expectEnd(0, ["show", "-json"]);
    // All of them again, each from its own place.
    life.kms.clock.advance("91d");
    await expectEnd(0, apply);
    await expectEnd(0, ["destroy", "-no-color", "-input=false", "-auto-approve"]);

    const searched = await room.search([reportsOfNode]);
    reportSearch("terraform", flows, room, searched);
    // There was something to look through.
    expect([...searched.artefacts.keys()]).toEqual(
      expect.arrayContaining([
        "Terraform state",
        "backup of a Terraform state",
        "saved plan",
        "log file",
        "diagnostic report of Node",
        "what a command was given",
        "arguments of a process",
      ]),
    );
    expect(await log()).toContain("PlanResourceChange");
    expect(searched.leaks).toEqual([]);
  });
});

/** A process may have ended by itself. */
function ended(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It has.
  }
}
