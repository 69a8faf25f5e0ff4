import { spawn } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** How a run of the CLI ended. */
export interface Run {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Where the provider comes from: served in this process, or a folder with its executable, by provider address. */
export type ProviderSource =
  | { readonly reattachProviders: string }
  | { readonly devOverrides: Readonly<Record<string, string>> };

export interface WorkspaceOptions {
  /** The CLI to run: see terraform-binary.ts. */
  readonly terraform: string;
  readonly provider: ProviderSource;
  /** Further variables. Nothing else is inherited but what a program needs to run. */
  readonly environment?: Readonly<Record<string, string>>;
}

/** One action on one resource, as a plan in JSON has it; only what tests look at. */
export interface ResourceChange {
  readonly address: string;
  readonly change: {
    readonly actions: readonly string[];
    readonly before: Readonly<Record<string, unknown>> | null;
    readonly after: Readonly<Record<string, unknown>> | null;
    readonly after_unknown: Readonly<Record<string, unknown>>;
    readonly replace_paths?: readonly (readonly unknown[])[];
  };
}

export interface JsonPlan {
  readonly resource_changes?: readonly ResourceChange[];
  readonly [other: string]: unknown;
}

/** OpenTofu's plans tell of the ephemeral resources that an apply opens, too. */
const nothing: ReadonlySet<string> = new Set(["no-op", "open"]);

/** A folder with a configuration and its state, and the CLI in it. Nothing outside of the folder is read or written. */
export class Workspace {
  readonly folder: string;
  readonly #options: WorkspaceOptions;

  constructor(folder: string, options: WorkspaceOptions) {
    this.folder = folder;
    this.#options = options;
  }

  static async create(options: WorkspaceOptions): Promise<Workspace> {
    const folder = await mkdtemp(join(tmpdir(), "terraform-test-"));
    await mkdir(join(folder, "home"));
    const overrides = "devOverrides" in options.provider ? options.provider.devOverrides : {};
    const lines = Object.entries(overrides).map(
      ([address, at]) => `    ${JSON.stringify(address)} = ${JSON.stringify(at)}`,
    );
    const installation = `provider_installation {\n  dev_overrides {\n${lines.join("\n")}\n  }\n  direct {}\n}\n`;
    await writeFile(join(folder, "cli.tfrc"), lines.length > 0 ? installation : "");
    return new Workspace(folder, options);
  }

  /** Replaces the configuration. */
  async write(configuration: string, name = "main.tf"): Promise<void> {
    await writeFile(join(this.folder, name), configuration);
  }

  /** Runs a command to its end; `signal` aborts as Ctrl-C would. */
  async run(args: readonly string[], extra: Readonly<Record<string, string>> = {}, signal?: AbortSignal): Promise<Run> {
    const child = spawn(this.#options.terraform, args, {
      cwd: this.folder,
      env: { ...this.environment(), ...extra },
      stdio: ["ignore", "pipe", "pipe"],
    });
    signal?.addEventListener("abort", () => child.kill("SIGINT"), { once: true });
    const stdout: Buffer[] = [];
    const stderr: Buffer[] = [];
    child.stdout.on("data", (part: Buffer) => stdout.push(part));
    child.stderr.on("data", (part: Buffer) => stderr.push(part));
    const exitCode = await new Promise<number>((resolve, reject) => {
      child.on("error", reject);
      child.on("close", (code) => resolve(code ?? -1));
    });
    return { exitCode, stdout: text(stdout), stderr: text(stderr) };
  }

  /** `apply -auto-approve`, which must succeed. */
  async apply(...args: readonly string[]): Promise<Run> {
    return this.#succeed(["apply", "-auto-approve", "-input=false", "-no-color", ...args]);
  }

  async destroy(...args: readonly string[]): Promise<Run> {
    return this.#succeed(["destroy", "-auto-approve", "-input=false", "-no-color", ...args]);
  }

  /** A saved plan in JSON, with what was printed. */
  async plan(...args: readonly string[]): Promise<{ readonly run: Run; readonly plan: JsonPlan }> {
    const run = await this.#succeed(["plan", "-input=false", "-no-color", "-out=saved.tfplan", ...args]);
    const shown = await this.#succeed(["show", "-json", "saved.tfplan"]);
    const plan: JsonPlan = JSON.parse(shown.stdout);
    return { run, plan };
  }

  /** What a plan would do, by address; without what it would leave alone. */
  async changes(...args: readonly string[]): Promise<ReadonlyMap<string, ResourceChange["change"]>> {
    const { plan } = await this.plan(...args);
    const changed = (plan.resource_changes ?? []).filter(({ change }) => !nothing.has(change.actions.join()));
    return new Map(changed.map(({ address, change }) => [address, change]));
  }

  /** The state file, as text; empty if there is none. */
  async state(): Promise<string> {
    return readFile(join(this.folder, "terraform.tfstate"), "utf8").catch(() => "");
  }

  /** The attributes of one resource in the state. */
  async attributes(address: string): Promise<Readonly<Record<string, unknown>>> {
    const shown = await this.#succeed(["show", "-json"]);
    const root: {
      values?: { root_module?: { resources?: { address: string; values: Record<string, unknown> }[] } };
    } = JSON.parse(shown.stdout);
    const found = root.values?.root_module?.resources?.find((resource) => resource.address === address);
    if (!found) throw new Error(`${address} is not in the state`);
    return found.values;
  }

  async remove(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
  }

  environment(): Record<string, string> {
    const { provider, environment } = this.#options;
    return {
      PATH: process.env["PATH"] ?? "",
      HOME: join(this.folder, "home"),
      TMPDIR: tmpdir(),
      TF_CLI_CONFIG_FILE: join(this.folder, "cli.tfrc"),
      TF_DATA_DIR: join(this.folder, "data"),
      TF_IN_AUTOMATION: "1",
      CHECKPOINT_DISABLE: "1",
      ...("reattachProviders" in provider && { TF_REATTACH_PROVIDERS: provider.reattachProviders }),
      ...environment,
    };
  }

  async #succeed(args: readonly string[]): Promise<Run> {
    const run = await this.run(args);
    if (run.exitCode !== 0) throw new Error(`terraform ${args.join(" ")} failed:\n${run.stdout}\n${run.stderr}`);
    return run;
  }
}

function text(parts: readonly Buffer[]): string {
  return Buffer.concat(parts).toString("utf8");
}
