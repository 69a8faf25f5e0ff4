import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type Run, Workspace } from "../support/terraform";
import { terraformBinary } from "../support/terraform-binary";
import type { Face, Place, Ran, RecordedStack, Stack } from "./face";
import { creationToken, policies, replicaToken, type Successor, successorFile, type Wanted } from "./flows";
import { type TerraformProviderProcess, terraformProviderProcess } from "./terraform-process";

/** The real CLI, and the built provider in a process that can be killed. */
export async function terraformFace(): Promise<Face> {
  const terraform = await terraformBinary();
  return {
    stack: (place) => terraformStack(terraform, place),
    close: async () => undefined,
  };
}

const always = ["-input=false", "-no-color", "-compact-warnings"];

async function terraformStack(terraform: string, place: Place): Promise<Stack> {
  const workspace = await Workspace.create({ terraform, provider: { reattachProviders: "{}" } });
  let serving: TerraformProviderProcess | undefined;
  const kill = async (): Promise<void> => {
    await serving?.kill();
    serving = undefined;
  };
  return configuredStack(workspace, place, {
    async run(args) {
      serving ??= await terraformProviderProcess(workspace.folder);
      return workspace.run(args, { TF_REATTACH_PROVIDERS: serving.reattachProviders });
    },
    kill,
    renew: kill,
    end: kill,
  });
}

/** How the CLI is run, and how its provider is killed. */
export interface Running {
  readonly run: (args: readonly string[]) => Promise<Run>;
  /** Kills the provider that is at work. */
  readonly kill: () => Promise<void>;
  /** Before each run that changes something: it gets a provider of its own. */
  readonly renew: () => Promise<void>;
  readonly end: () => Promise<void>;
}

export function configuredStack(workspace: Workspace, place: Place, { run, kill, renew, end }: Running): Stack {
  const stateFile = join(workspace.folder, "terraform.tfstate");
  return {
    async apply(wanted) {
      await workspace.write(configuration(place, wanted));
      await renew();
      return ran(await run(["apply", "-auto-approve", ...always]));
    },
    async destroy(wanted) {
      await workspace.write(configuration(place, wanted));
      await renew();
      return ran(await run(["destroy", "-auto-approve", ...always]));
    },
    async plan(wanted) {
      await workspace.write(configuration(place, wanted));
      const { exitCode, stdout, stderr } = await run(["plan", "-detailed-exitcode", ...always]);
      return { ok: exitCode !== 1, changes: exitCode === 0 ? "" : stdout, output: stdout + stderr };
    },
    kill,
    save: () => readFile(stateFile, "utf8"),
    restore: (text) => writeFile(stateFile, text),
    recorded: async () => recordedIn(await workspace.state()),
    async remove() {
      await end();
      await workspace.remove();
    },
  };
}

function ran({ exitCode, stdout, stderr }: Run): Ran {
  const [, added, changed, destroyed] =
    /Resources: (?:\d+ imported, )?(\d+) added, (\d+) changed, (\d+) destroyed/.exec(stdout) ?? [];
  const nothing = added === "0" && changed === "0" && destroyed === "0";
  return { ok: exitCode === 0, changes: nothing ? "" : stdout, output: stdout + stderr };
}

interface StateFile {
  readonly resources: readonly {
    readonly type: string;
    readonly name: string;
    readonly instances: readonly { readonly status?: string; readonly attributes: Readonly<Record<string, unknown>> }[];
  }[];
}

function recordedIn(text: string): RecordedStack {
  const { resources }: StateFile = text === "" ? { resources: [] } : JSON.parse(text);
  const of = (type: string) =>
    resources
      .filter((resource) => resource.type === type)
      .flatMap(({ name, instances: [one] }) => (one === undefined ? [] : [{ name, attributes: one.attributes }]));
  return {
    resources: resources.reduce((sum, { instances }) => sum + instances.length, 0),
    keyArn: of("byok_external_key").find(({ name }) => name === "ledger")?.attributes["arn"],
    materials: new Map(
      of("byok_imported_key_material").map(({ name, attributes }) => [
        name,
        {
          fingerprint: attributes["fingerprint"],
          verified: attributes["verified"],
          material_state: attributes["material_state"],
        },
      ]),
    ),
  };
}

function configuration({ kms, emulator, materialFile }: Place, wanted: Wanted): string {
  const { description, tags, enabled, policy, validForDays, replicated = false, successors = [] } = wanted;
  const managed = policy === true ? policies[kms] : undefined;
  const value = JSON.stringify;
  return `
terraform {
  required_providers {
    byok = { source = "byok/byok" }
  }
}
provider "byok" {
  import_requests_per_second = 1000
  aws {
    region     = "eu-central-1"
    access_key = "AKIAENGINE"
    secret_key = "engine"
    endpoint   = ${value(emulator.url)}
  }
  alibaba {
    region     = "cn-hangzhou"
    access_key = "ENGINE"
    secret_key = "engine"
    endpoint   = ${value(emulator.url)}
  }
  qkms {
    access_key = "QENGINE"
    secret_key = "engine"
    endpoint   = ${value(emulator.qkmsUrl)}
  }
}
resource "byok_external_key" "ledger" {
  kms            = ${value(kms)}
  creation_token = ${value(creationToken)}
  description    = ${value(description)}
  tags           = { ${Object.entries(tags)
    .map(([name, tag]) => `${name} = ${value(tag)}`)
    .join(", ")} }
  ${enabled === undefined ? "" : `enabled = ${enabled}`}
  ${managed === undefined ? "" : `policy = ${value(managed)}`}
  ${replicated ? "multi_region = true" : ""}
}
${material("ledger", "byok_external_key.ledger.arn", materialFile, validForDays)}
${replicated ? replica(materialFile, validForDays) : ""}
${successors.map((_, i) => succession(materialFile, wanted, i)).join("")}
`;
}

function material(name: string, keyArn: string, file: string, validForDays: number, more = ""): string {
  return `
resource "byok_imported_key_material" "${name}" {
  key_arn             = ${keyArn}
  key_material_source = ${JSON.stringify(`file:${file}?encoding=raw`)}
  valid_for           = "${validForDays}d"
  renew_before        = "30d"
  deletion_policy     = "delete"
  ${more}
}
`;
}

function replica(materialFile: string, validForDays: number): string {
  return `
resource "byok_external_key" "replica" {
  primary_key_arn = byok_imported_key_material.ledger.key_arn
  region          = "eu-west-1"
  creation_token  = "${replicaToken}"
}
${material("replica", "byok_external_key.replica.arn", materialFile, validForDays)}
`;
}

/** Material that succeeds what stands before it: in the key, then in the replica, then the rotation. */
function succession(materialFile: string, { successors = [], replicated, validForDays }: Wanted, i: number): string {
  const successor = successors[i];
  if (successor === undefined) return "";
  const { name, rotated } = successor;
  const file = successorFile(materialFile, name);
  const succeeds = `succeeds = ${predecessorOf(successors[i - 1])}`;
  const copy = `byok_imported_key_material.replica_${name}`;
  const elsewhere = replicated === true;
  return [
    material(name, "byok_external_key.ledger.arn", file, validForDays, succeeds),
    elsewhere
      ? material(
          `replica_${name}`,
          "byok_external_key.replica.arn",
          file,
          validForDays,
          `${succeeds}\n  depends_on = [byok_imported_key_material.${name}, byok_imported_key_material.replica]`,
        )
      : "",
    rotated
      ? `
resource "byok_key_rotation" "${name}" {
  key_arn         = byok_external_key.ledger.arn
  key_material_id = byok_imported_key_material.${name}.key_material_id
  ${elsewhere ? `depends_on = [${copy}]` : ""}
}
`
      : "",
  ].join("");
}

function predecessorOf(before: Successor | undefined): string {
  return before === undefined
    ? "byok_imported_key_material.ledger.key_material_id"
    : `byok_key_rotation.${before.name}.key_material_id`;
}
