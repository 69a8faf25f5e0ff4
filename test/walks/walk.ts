import { type KmsName as Kms, kmsProfiles } from "../../src/kms/clouds";
import { WalkTime } from "./clock";
import { embedded, type Embedded, isOfByok, type KeptKey } from "./embedded";
import { Judge, type Violation } from "./judge";
import { act, type Outside, type OutsiderAct } from "./outsider";
import { begun, type Beginning, copied, type Disk, type Repository, write } from "./repository";
import type { Kind, Order, Report, Surroundings, Tool } from "./tool";
import { edit, type UserEdit } from "./user";
import { Skies, type Weather } from "./weather";

/** One step of a walk. */
export type Step =
  | { readonly who: "user"; readonly edit: UserEdit }
  | { readonly who: "outsider"; readonly act: OutsiderAct }
  | {
      readonly who: "tool";
      readonly verb: Order["verb"] | "replace" | "forget";
      readonly n: number;
      readonly firstFree: Order["firstFree"];
      readonly weather: Weather;
    };

export interface Walk {
  readonly beginning: Beginning;
  readonly steps: readonly Step[];
}

export type OpenTool = (embedded: Embedded, disk: Disk, surroundings: Surroundings) => Tool | Promise<Tool>;

export interface Walked {
  readonly violations: readonly Violation[];
  /** Steps that were walked; a walk ends with its first violation. */
  readonly steps: number;
  /** Rotations that byok began. */
  readonly rotations: number;
  /** What happened, for anyone who looks for the cause. */
  readonly story: readonly string[];
}

const minute = 60_000;
const pool = [
  ...["0b".repeat(32), "c4".repeat(32), "5a17".repeat(16), "e3d2c1b0".repeat(8), "77665544".repeat(8)],
  // Of successors: see `successorFiles`.
  ...["19fe".repeat(16), "2d8c71a6".repeat(8), "91ab34".repeat(10) + "91ab", "6f05".repeat(16)],
].map((hex) => Buffer.from(hex, "hex"));

/** Lives through a walk on a KMS of its own. */
export async function walked(kms: Kms, open: OpenTool, { beginning, steps }: Walk): Promise<Walked> {
  const time = new WalkTime();
  time.install();
  const on = await embedded(kms, time);
  const way = new Way(on, { env: process.env, pool }, begun(kms, beginning), time);
  try {
    await way.start(open, beginning);
    let count = 0;
    for (const step of steps) {
      count++;
      await way.step(step);
      if (way.judge.violations.length > 0) break;
    }
    if (way.judge.violations.length === 0) await way.settle();
    const rotations = on.emulator.requests
      .all()
      .filter((one) => isOfByok(one) && one.operation === "RotateKeyOnDemand" && one.status === 200).length;
    return { violations: way.judge.violations, steps: count, rotations, story: way.story };
  } finally {
    await way.close();
  }
}

class Way {
  readonly judge: Judge;
  readonly story: string[] = [];
  readonly #embedded: Embedded;
  readonly #disk: Disk;
  readonly #time: WalkTime;
  readonly #skies: Skies;
  readonly #removed = { keys: new Map(), materials: new Map(), rotations: new Map() };
  readonly #repository: Repository;
  #saved: Repository | undefined;
  #tool: Tool | undefined;

  constructor(on: Embedded, disk: Disk, repository: Repository, time: WalkTime) {
    this.#embedded = on;
    this.#disk = disk;
    this.#repository = repository;
    this.#time = time;
    this.judge = new Judge(on, disk);
    this.#skies = new Skies(on, async (done) => void (await this.#outside(done)));
    on.watch = async (request, moment) => {
      // What others do before the request is none of its effects.
      const verdict = await this.#skies.watch(request, moment);
      await this.judge.watch(request, moment);
      return verdict;
    };
  }

  async start(open: OpenTool, { rotations = 0 }: Beginning): Promise<void> {
    const skies = this.#skies;
    this.#tool = await open(this.#embedded, this.#disk, {
      isDead: () => skies.isDead,
      killedBy(kill) {
        skies.kill = kill;
      },
    });
    const { kms } = this.#embedded;
    this.#repository.hasRotations = this.#tool.rotates && kmsProfiles[kms].severalMaterials.length > 0;
    const at = { repository: this.#repository, removed: this.#removed, nowMs: this.#nowMs() };
    // Of the first key, with the rotation.
    for (let i = 0; i < rotations; i++) edit(at, { what: "material succeeds the last", n: 4 });
  }

  async close(): Promise<void> {
    await this.#tool?.close();
    await this.#embedded.close();
  }

  async step(step: Step): Promise<void> {
    this.#time.pass(minute);
    switch (step.who) {
      case "user":
        edit({ repository: this.#repository, removed: this.#removed, nowMs: this.#nowMs() }, step.edit);
        this.judge.afterEdit(this.#repository);
        this.story.push(`user: ${step.edit.what} (${step.edit.n})`);
        return;
      case "outsider":
        await this.#outside(step.act);
        return;
      case "tool":
        await this.#toolStep(step);
        return;
      default:
        step satisfies never;
    }
  }

  /** The interference stops: after two runs at most nothing is left to be done, but for what a person must do. */
  async settle(): Promise<void> {
    this.#time.pass(10 * minute);
    const runs: Report[] = [];
    for (const verb of ["apply", "apply", "plan"] as const) {
      runs.push(await this.#run(verb, { kind: "calm" }));
      if (this.judge.violations.length > 0) return;
    }
    const [last, plan] = runs.slice(1);
    const errors = [...(last?.errors ?? []), ...(plan?.errors ?? [])];
    const left = (plan?.plan ?? []).filter(({ action }) => action !== "no-op");
    if (errors.length === 0 && left.length === 0) return;
    for (const error of errors) {
      if (!/\[\w+\]/.test(error)) this.judge.stuck("an error has no code", error);
    }
    const excuses = this.judge.excuses(this.#repository, this.#tool?.held() ?? [], this.#embedded.keys(), errors);
    if (excuses.length > 0) return;
    const code = /\[(\w+)\]/.exec(errors.join(" "))?.[1];
    const changes = left.map(({ kind, name, action }) => `${action} ${kind} ${name}`).join(", ");
    const what = code === undefined ? "a third run would change something" : `a third run fails (${code})`;
    this.judge.stuck(what, [changes, ...errors].join("\n"));
  }

  async #toolStep({ verb, n, firstFree, weather }: Step & { readonly who: "tool" }): Promise<void> {
    if (verb === "forget") {
      const [, material] = nth([...this.#repository.materials], n) ?? [];
      if (material === undefined) return;
      await this.#tool?.forget("material", material.address);
      this.judge.forget(material.address);
      this.story.push(`state rm material ${material.address}`);
      return;
    }
    if (verb === "replace") {
      const kind: Kind = n % 4 === 0 ? "key" : "material";
      const all = kind === "key" ? this.#repository.keys : this.#repository.materials;
      const [, declared] = nth([...all], n) ?? [];
      if (declared === undefined) return;
      if (kind === "material") this.judge.forget(declared.address);
      await this.#run("apply", weather, firstFree, { kind, name: declared.address });
      return;
    }
    await this.#run(verb, weather, firstFree);
  }

  async #run(
    verb: Order["verb"],
    weather: Weather,
    firstFree: Order["firstFree"] = "creators",
    replace?: Order["replace"],
  ): Promise<Report> {
    const tool = this.#tool;
    if (tool === undefined) throw new Error("There is no tool.");
    if (verb === "save") this.#saved = copied(this.#repository);
    const { files } = this.#repository;
    // The configuration of the plan, and the disk of today.
    const saved = this.#saved === undefined ? undefined : { ...this.#saved, files };
    const repository = verb === "apply saved" ? saved : this.#repository;
    if (repository === undefined) return { ok: true, plan: [], isPlanned: true, errors: [], warnings: [] };
    write(this.#repository, this.#disk);
    const order: Order = { verb, repository, firstFree, ...(replace === undefined ? {} : { replace }) };
    await this.judge.begin(order, tool);
    this.#skies.begin(weather);
    const report = await tool.run(order);
    const { isDead, befell } = this.#skies;
    this.#skies.end();
    this.#tell(order, weather, report, befell);
    await this.judge.end(report, tool, { isDead, befell });
    return report;
  }

  async #outside(done: OutsiderAct): Promise<KeptKey | undefined> {
    const before = this.#embedded.keys();
    const { judge } = this;
    const outside: Outside = {
      embedded: this.#embedded,
      bytesOf: (key, n) => judge.bytesOfOne(key, n),
      strange: (n) => Buffer.from(pool[2 + (n % 3)] ?? Buffer.alloc(32)),
    };
    const touched = await act(outside, before, done);
    await judge.afterOthers(done.what, before, touched);
    this.story.push(`outsider: ${done.what} (${done.n}) ${touched?.arn.slice(-8) ?? "nothing"}`);
    return touched;
  }

  #tell({ verb, replace }: Order, weather: Weather, { ok, plan, errors, warnings }: Report, befell: boolean): void {
    const said = [...errors, ...warnings].map((line) => `    ${line}`).join("\n");
    const changes = (plan ?? []).map(({ kind, name, action }) => `${kind} ${name} ${action}`).join(", ");
    const asked = replace === undefined ? "" : ` -replace=${replace.kind}.${replace.name}`;
    this.story.push(
      `tool: ${verb}${asked} ${JSON.stringify(weather)}${befell ? " (befell)" : ""}: ${ok ? "ok" : "FAILED"}: ${changes}\n${said}`,
    );
  }

  #nowMs(): number {
    return this.#embedded.emulator.clock.now().getTime();
  }
}

function nth<T>(all: readonly T[], n: number): T | undefined {
  return all[n % Math.max(1, all.length)];
}
