import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { terraformProviderProcess } from "../crash/terraform-process";
import { type ResourceChange, Workspace } from "../support/terraform";
import { terraformBinary } from "../support/terraform-binary";
import type { Embedded } from "./embedded";
import type { Disk } from "./repository";
import { connection, declaredIn, movedIn, named, types } from "./terraform-tool";
import type { Action, Change, Held, Order, Report, Surroundings, Tool } from "./tool";

const always = ["-input=false", "-no-color"];

interface StateFile {
  readonly resources: readonly {
    readonly type: string;
    readonly name: string;
    readonly instances: readonly { readonly status?: string; readonly attributes: Readonly<Record<string, unknown>> }[];
  }[];
}

/** The real CLI, and the built provider in a process that can be killed. */
export async function terraformCliTool(embedded: Embedded, disk: Disk, surroundings: Surroundings): Promise<Tool> {
  const workspace = await Workspace.create({
    terraform: await terraformBinary(),
    provider: { reattachProviders: "{}" },
  });
  const printed: string[] = [];
  let held: readonly Held[] = [];

  const look = async (): Promise<void> => {
    const written = await workspace.state();
    printed.push(written);
    const state: StateFile = written === "" ? { resources: [] } : JSON.parse(written);
    held = state.resources.flatMap(({ type, name, instances: [instance] }) =>
      instance === undefined ? [] : [heldIn(`${type}.${name}`, instance)],
    );
  };

  /** One command with a provider of its own. */
  const run = async ([command = "", ...args]: readonly string[]) => {
    const options = command === "plan" || command === "apply" ? always : [];
    const process = await terraformProviderProcess(workspace.folder, given(disk));
    surroundings.killedBy(() => process.kill());
    try {
      const ended = await workspace.run([command, ...options, ...args], {
        TF_REATTACH_PROVIDERS: process.reattachProviders,
      });
      printed.push(ended.stdout, ended.stderr);
      return ended;
    } finally {
      await process.kill();
    }
  };

  const asked: Readonly<Record<Order["verb"], readonly (readonly string[])[]>> = {
    plan: [["plan", "-out=saved.tfplan"]],
    save: [["plan", "-out=kept.tfplan"]],
    apply: [
      ["plan", "-out=saved.tfplan"],
      ["apply", "saved.tfplan"],
    ],
    "apply saved": [["apply", "kept.tfplan"]],
    refresh: [["apply", "-refresh-only", "-auto-approve"]],
    destroy: [
      ["plan", "-destroy", "-out=saved.tfplan"],
      ["apply", "saved.tfplan"],
    ],
  };

  return {
    interleaves: false,
    rotates: true,
    async run({ verb, repository, replace }) {
      await writeFile(join(workspace.folder, "main.tf.json"), configuration(embedded, repository, disk));
      const [first = [], ...rest] = asked[verb];
      const target = replace === undefined ? [] : [`-replace=${types[replace.kind]}.${replace.name}`];
      const errors: string[] = [];
      const warnings: string[] = [];
      let plan: readonly Change[] | undefined;
      for (const args of [[...first, ...target], ...rest]) {
        const { exitCode, stdout, stderr } = await run(args);
        warnings.push(...stdout.split("\n").filter((line) => line.includes("Warning") || line.includes("arn:")));
        if (exitCode !== 0) {
          errors.push(stderr);
          break;
        }
        const file =
          args.find((arg) => arg.startsWith("-out="))?.slice("-out=".length) ??
          (verb === "apply saved" ? "kept.tfplan" : undefined);
        if (file !== undefined) plan = await shown(file);
      }
      await look();
      return { ok: errors.length === 0, plan, isPlanned: plan !== undefined, errors, warnings } satisfies Report;
    },
    held: () => held,
    async forget(kind, name) {
      await run(["state", "rm", `${types[kind]}.${name}`]);
      await look();
    },
    written() {
      const all = printed.join("\n");
      printed.length = 0;
      return all;
    },
    close: () => workspace.remove(),
  };

  async function shown(file: string): Promise<readonly Change[] | undefined> {
    const { stdout, exitCode } = await run(["show", "-json", file]);
    if (exitCode !== 0) return undefined;
    const { resource_changes: all = [] }: { readonly resource_changes?: readonly ResourceChange[] } =
      JSON.parse(stdout);
    printed.push(await readFile(join(workspace.folder, file), "latin1"));
    return all.map(changeOf);
  }
}

const actions: Readonly<Record<string, Action>> = {
  "no-op": "no-op",
  create: "create",
  update: "update",
  delete: "delete",
  "delete,create": "replace",
  "create,delete": "replace",
};

function changeOf({ address, change: { actions: words, before, after } }: ResourceChange): Change {
  const { kind, name } = named(address);
  const attribute = kind === "key" ? "arn" : "key_arn";
  return {
    kind,
    name,
    action: actions[words.join()] ?? "no-op",
    from: text(before?.[attribute]),
    to: text(after?.[attribute]),
    deletionPolicy: text(before?.["deletion_policy"]),
  };
}

function heldIn(
  address: string,
  { status, attributes }: { readonly status?: string; readonly attributes: Readonly<Record<string, unknown>> },
): Held {
  const { kind, name } = named(address);
  return {
    kind,
    name,
    arn: text(attributes[kind === "key" ? "arn" : "key_arn"]) ?? "",
    verified: attributes["verified"] === true,
    fingerprint: text(attributes["fingerprint"]),
    deletionPolicy: text(attributes["deletion_policy"]),
    isBroken: status === "tainted",
    isLeaving: attributes["pending_deletion"] === true,
  };
}

function text(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

/** In JSON, where a reference is a template. */
function configuration(embedded: Embedded, repository: Order["repository"], disk: Disk): string {
  const resources: Record<string, Record<string, unknown>> = {
    [types.key]: {},
    [types.material]: {},
    [types.rotation]: {},
  };
  for (const declared of declaredIn(repository, disk)) {
    const { type, name } = declared;
    resources[type] = {
      ...resources[type],
      [name]: {
        ...declared.config((address, attribute) => `\${${address}.${attribute}}`),
        ...(declared.refersTo.length === 0 ? {} : { depends_on: [...new Set(declared.refersTo)] }),
      },
    };
  }
  const present = new Map(Object.entries(resources).filter(([, of]) => Object.keys(of).length > 0));
  const document = {
    terraform: { required_providers: { byok: { source: "byok/byok" } } },
    provider: { byok: connection(embedded) },
    ...(present.size === 0 ? {} : { resource: Object.fromEntries(present) }),
    moved: movedIn(repository).map(([from, to]) => ({ from, to })),
  };
  return JSON.stringify(document, (_name, inner: unknown) =>
    inner instanceof Map ? Object.fromEntries(inner) : inner,
  );
}

/** The bytes that are at hand now. */
function given({ env }: Disk): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).flatMap(([name, value]) =>
      name.startsWith("WALK_") && value !== undefined ? [[name, value]] : [],
    ),
  );
}
