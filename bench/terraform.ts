import { randomBytes } from "node:crypto";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Contender, contenders, installed, readable, recorder, type Surroundings } from "./contenders";
import { type Kms, startKms } from "./kms";
import { sayProfile } from "./profile";
import type { Providers } from "./providers";
import { startStateServer } from "./state-server";
import { median, ratio, say, tableText } from "./table";
import { measured, type Usage, wrap } from "./usage";

/** Plans of the usual size, of which the median counts. */
const runs = 3;

interface Bench {
  readonly root: string;
  /** A folder that is removed afterwards. */
  readonly scratch: string;
  readonly providers: Providers;
  readonly count: number;
  /** Resources in a larger plan. */
  readonly many: number;
  /** A folder for CPU profiles; undefined where none are taken. */
  readonly profile: string | undefined;
}

/** The figures of one contender over one number of instances. */
interface Figures {
  readonly contender: Contender;
  readonly apply: Usage;
  readonly plan: Usage;
}

/** Plan and first apply over many healthy materials, beside the others. */
export async function terraformPart({ root, scratch, providers, count, many, profile }: Bench): Promise<void> {
  await using kms = await startKms(root);
  await using states = await startStateServer();
  const folder = mkdtempSync(join(scratch, "terraform-"));
  const where: Surroundings = { kmsUrl: kms.url, materialFile: join(folder, "key.bin") };
  writeFileSync(where.materialFile, randomBytes(32), { mode: 0o600 });
  const all = contenders(providers);
  const mirror = join(folder, "mirror");
  for (const { name, program } of [...all, recorder(providers), readable(providers)]) {
    if (program !== undefined) wrap(program, installed(mirror, name));
  }
  const cliFile = join(folder, "cli.tfrc");
  writeFileSync(
    cliFile,
    `provider_installation {\n  filesystem_mirror {\n    path = ${JSON.stringify(mirror)}\n  }\n}\n`,
  );

  const callsFolder = join(folder, "calls");
  mkdirSync(callsFolder);
  const terraform = (contender: Contender, size: number, verb: "init" | "apply" | "plan"): Promise<Usage> => {
    const address = states.address(`${contender.name}-${size}`);
    const verbs = {
      init: ["init", `-backend-config=address=${address}`],
      apply: ["apply", "-auto-approve"],
      plan: ["plan", "-detailed-exitcode"],
    } as const;
    return measured(process.env["BYOK_TERRAFORM"] ?? "terraform", verbs[verb], {
      cwd: join(folder, `${contender.name}-${size}`),
      env: {
        PATH: process.env["PATH"] ?? "",
        HOME: folder,
        TF_CLI_CONFIG_FILE: cliFile,
        CHECKPOINT_DISABLE: "1",
        BYOK_BENCH_ANSWERS: join(folder, `${verb}.json`),
        BYOK_BENCH_CALLS: callsFolder,
        BYOK_BENCH_PROFILE: join(profile ?? folder, verb),
      },
    });
  };
  const prepare = async (contender: Contender, keyArns: readonly string[]): Promise<void> => {
    const own = contender.ownKeys ? keyArns : keyArns.map(() => recorded);
    mkdirSync(join(folder, `${contender.name}-${own.length}`));
    writeFileSync(join(folder, `${contender.name}-${own.length}`, "main.tf"), contender.configuration(own, where));
    await terraform(contender, own.length, "init");
  };

  // What the floor answers is what byok answered about one key.
  const [recorded = ""] = await kms.makeKeys(1);
  const recording = recorder(providers);
  await prepare(recording, [recorded]);
  await terraform(recording, 1, "apply");
  await terraform(recording, 1, "plan");

  const results = new Map<number, readonly Figures[]>();
  for (const size of [1, count, many]) {
    const keyArns = await kms.makeKeys(size);
    const applied = new Map<Contender, Usage>();
    const planned = new Map<Contender, Usage[]>(all.map((contender) => [contender, []]));
    for (const contender of all) {
      await prepare(contender, keyArns);
      emptied(callsFolder);
      applied.set(contender, await terraform(contender, size, "apply"));
      if (contender.name === "floor" && size === count) sayCalls("first apply", callsFolder, count);
    }
    // In turns, so that a busy moment does not befall one of them only.
    for (let run = 0; run < (size === many ? 1 : runs); run += 1) {
      for (const contender of all) {
        emptied(callsFolder);
        const mark = await kms.mark();
        planned.get(contender)?.push(await terraform(contender, size, "plan"));
        if (run > 0 || size !== count) continue;
        if (contender.name === "floor") sayCalls("plan", callsFolder, count);
        if (contender.name === "byok") sayRequests(await kms.operationsSince(mark), count);
      }
    }
    results.set(
      size,
      all.flatMap((contender) => {
        const apply = applied.get(contender);
        return apply === undefined ? [] : [{ contender, apply, plan: middle(planned.get(contender) ?? []) }];
      }),
    );
  }
  for (const [verb, callsPerResource] of [
    ["plan", 4],
    ["apply", 5],
  ] as const) {
    for (const size of [count, many]) {
      sayFigures({ verb, size, callsPerResource, at: results.get(size) ?? [], single: results.get(1) ?? [] });
    }
  }
  sayProportion(count, many, all, results);
  if (profile !== undefined) {
    const profiled = readable(providers);
    await prepare(profiled, await kms.makeKeys(count));
    for (const verb of ["apply", "plan"] as const) {
      await terraform(profiled, count, verb);
      sayProfile(`${verb === "plan" ? "plan over" : "first apply of"} ${count}`, join(profile, verb));
    }
  }
  await sayAim(root, kms, recorded, count, results.get(count) ?? []);
}

/** The median of each figure by itself. */
function middle(usages: readonly Usage[]): Usage {
  const of = (what: keyof Usage): number => median(usages.map((usage) => usage[what]));
  return {
    wallSeconds: of("wallSeconds"),
    cpuSeconds: of("cpuSeconds"),
    wrappedCpuSeconds: of("wrappedCpuSeconds"),
    wrappedStarts: of("wrappedStarts"),
    peakMegabytes: of("peakMegabytes"),
  };
}

interface Told {
  readonly verb: "plan" | "apply";
  readonly size: number;
  /** Calls for each instance, beside those for all of them at once. */
  readonly callsPerResource: number;
  readonly at: readonly Figures[];
  /** The same over one instance: what it costs to start. */
  readonly single: readonly Figures[];
}

function sayFigures({ verb, size, callsPerResource, at, single }: Told): void {
  const of = (name: Contender["name"]): Usage | undefined =>
    at.find(({ contender }) => contender.name === name)?.[verb];
  const [go, floor] = [of("go"), of("floor")];
  const rows = at.map(({ contender, [verb]: usage }) => {
    const perResourceMs = perResource(contender, verb, size, at, single);
    const served = contender.program !== undefined;
    return [
      contender.title,
      ...(served
        ? [
            usage.wrappedCpuSeconds.toFixed(2),
            perResourceMs.toFixed(2),
            ((perResourceMs * 1000) / callsPerResource).toFixed(0),
            ratio(usage.wrappedCpuSeconds, go?.wrappedCpuSeconds),
            ratio(usage.wrappedCpuSeconds, floor?.wrappedCpuSeconds),
          ]
        : ["-", "-", "-", "-", "-"]),
      usage.cpuSeconds.toFixed(2),
      ratio(usage.cpuSeconds, go?.cpuSeconds),
      usage.wallSeconds.toFixed(2),
      ratio(usage.wallSeconds, go?.wallSeconds),
      served ? usage.peakMegabytes.toFixed(0) : "-",
    ];
  });
  const head = [
    "",
    "CPU s",
    "ms/resource",
    "µs/call",
    "of Go",
    "of floor",
    "with terraform s",
    "of Go",
    "wall s",
    "of Go",
    "peak MB",
  ];
  say(`${verb === "plan" ? "Plan without changes over" : "First apply of"} ${size} (CPU of all provider processes)\n`);
  say(`${tableText(head, rows)}\n`);
}

/** CPU of a contender's provider for each further instance, in milliseconds: without what it costs to start. */
function perResource(
  contender: Contender,
  verb: "plan" | "apply",
  size: number,
  at: readonly Figures[],
  single: readonly Figures[],
): number {
  const own = (figures: readonly Figures[]): number =>
    figures.find((one) => one.contender === contender)?.[verb].wrappedCpuSeconds ?? 0;
  return ((own(at) - own(single)) * 1000) / (size - 1);
}

/** Whether a resource costs more among many: a term that grows with the square of their number shows here. */
function sayProportion(
  count: number,
  many: number,
  all: readonly Contender[],
  results: ReadonlyMap<number, readonly Figures[]>,
): void {
  const at = (size: number): readonly Figures[] => results.get(size) ?? [];
  const growth = (contender: Contender, verb: "plan" | "apply"): string =>
    ratio(perResource(contender, verb, many, at(many), at(1)), perResource(contender, verb, count, at(count), at(1)));
  const rows = all
    .filter(({ program }) => program !== undefined)
    .map((contender) => [contender.title, growth(contender, "plan"), growth(contender, "apply")]);
  say(`CPU for each resource over ${many}, beside that over ${count}\n`);
  say(`${tableText(["", "plan", "first apply"], rows)}\n`);
}

/** How often the floor was called, which is what any provider is called. */
function sayCalls(what: string, folder: string, count: number): void {
  const calls = new Map<string, number>();
  for (const name of readdirSync(folder)) {
    const counted: Record<string, number> = JSON.parse(readFileSync(join(folder, name), "utf8"));
    for (const [path, times] of Object.entries(counted)) calls.set(path, (calls.get(path) ?? 0) + times);
  }
  const often = [...calls].filter(([path, times]) => path.includes("Resource") && times >= count);
  const each = often.reduce((sum, [, times]) => sum + times, 0) / count;
  const names = often.map(([path, times]) => `${times} ${path.split("/").at(-1)}`);
  say(`Calls of the ${what} over ${count}: ${each.toFixed(2)} for each resource (${names.join(", ")})\n`);
}

function sayRequests(operations: readonly string[], count: number): void {
  const describes = operations.filter((operation) => operation === "DescribeKey").length;
  const others = operations.length - describes;
  say(`Requests of byok's plan over ${count}: ${describes} DescribeKey, ${others} others\n`);
}

/** byok's own CPU beside one and a half times the floor's and what its requests cost. */
async function sayAim(root: string, kms: Kms, keyArn: string, count: number, at: readonly Figures[]): Promise<void> {
  const requests = async (times: number): Promise<number> => {
    const usage = await measured(
      process.execPath,
      [join(root, "dist/bench/requests.cjs"), kms.url, keyArn, String(times)],
      {
        cwd: root,
        env: { PATH: process.env["PATH"] ?? "" },
      },
    );
    return usage.cpuSeconds;
  };
  const asking = (await requests(count)) - (await requests(0));
  const own = (name: Contender["name"]): number =>
    at.find(({ contender }) => contender.name === name)?.plan.wrappedCpuSeconds ?? 0;
  const most = 1.5 * own("floor") + asking;
  say(`${count} DescribeKey through the SDK alone: ${asking.toFixed(2)} s of CPU`);
  say(
    `byok's plan: ${own("byok").toFixed(2)} s, ${ratio(own("byok"), most)} of 1.5 times the floor and the requests (${most.toFixed(2)} s)\n`,
  );
}

function emptied(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder);
}
