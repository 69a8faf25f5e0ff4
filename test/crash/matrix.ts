import { randomBytes } from "node:crypto";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type KmsName as Kms, kmsProfiles } from "../../src/kms/clouds";
import { reportFigures } from "../support/figures";
import { type Cloud, clouds } from "./cloud";
import type { Face, Ran, Stack } from "./face";
import { type Flow, flows, type Meanwhile, successorFile, successorNames, type Wanted } from "./flows";
import { type Bytes, type Case, onlyKey, wrongs, wrongsOfDestroyed } from "./judge";
import { Disturbance, type Kind, nameOf, oneForEach, type Point, pointsOf } from "./points";

/** Points that are tried side by side: while one waits for a repetition, another works. */
const sideBySide = 3;

/** Which of all points are tried. Default: each of them. */
export interface Choice {
  readonly flow?: (flow: Flow) => boolean;
  readonly point?: (point: Point) => boolean;
}

const isLong = process.env["BYOK_CRASH"] === "full";

/**
 * Kills the provider before and after each request that each flow makes, and loses the reply to each once. The requests
 * are those that the flow makes when it is left alone, so that a new request is a new point by itself.
 */
export function crashMatrix(name: string, open: () => Promise<Face>, kms: Kms, chosen: Choice = {}): void {
  const tried = new Map<Kind, number>();
  const figures = { points: 0, converged: 0, failures: 0, "ended well in spite of it": 0, "left to the long form": 0 };
  const lived = flows
    .filter((flow) => (isLong || flow.long !== true) && (chosen.flow?.(flow) ?? true))
    .filter((flow) => flow.terraformOnly !== true || name.startsWith("terraform"))
    .filter((flow) => flow.severalMaterials !== true || kmsProfiles[kms].severalMaterials.length > 0);
  const perFlow: Record<string, number> = {};
  const bench: { face?: Face; folder?: string; start?: (flow: Flow) => Promise<Start> } = {};

  beforeAll(async () => {
    const folder = await mkdtemp(join(tmpdir(), "crash-"));
    const materialFile = join(folder, "ledger.bin");
    for (const file of [materialFile, ...successorNames.map((each) => successorFile(materialFile, each))])
      await writeFile(file, randomBytes(32), { mode: 0o600 });
    bench.folder = folder;
    bench.face = await open();
    bench.start = starts(bench.face, kms, materialFile);
  }, 600_000);

  afterAll(async () => {
    await bench.face?.close();
    if (bench.folder !== undefined) await rm(bench.folder, { recursive: true, force: true });
    reportFigures(`crash-${name}-${kms}`, isLong ? "npm run test:crash" : "npm test", {
      ...figures,
      ...Object.fromEntries([...tried].map(([kind, count]) => [`points ${kind}`, count])),
      ...Object.fromEntries(Object.entries(perFlow).map(([flow, count]) => [`points of ${flow}`, count])),
    });
  });

  it.each(lived.map((flow) => [flow.name, flow] as const))(
    "%s",
    async (flowName, flow) => {
      const { start: startOf } = bench;
      if (startOf === undefined) throw new Error("There is no face.");
      const start = await startOf(flow);
      const all = (await recorded(start, flow)).filter(chosen.point ?? (() => true));
      const points = isLong || flow.manyPoints !== true ? all : oneForEach(all);
      figures["left to the long form"] += all.length - points.length;
      perFlow[flowName] = points.length;
      const failures: string[] = [];
      await inPool(points, async (point) => {
        tried.set(point.kind, (tried.get(point.kind) ?? 0) + 1);
        figures.points += 1;
        const { wrong, well } = await disturbed(start, flow, point).catch(broken);
        if (well) figures["ended well in spite of it"] += 1;
        if (wrong.length === 0) figures.converged += 1;
        else figures.failures += 1;
        failures.push(...wrong.map((what) => `${nameOf(point)}: ${what}`));
      });
      expect(failures).toEqual([]);
      expect(points.length).toBeGreaterThan(0);
    },
    1_800_000,
  );
}

/** Where a flow's last step starts: the keys of the KMS, the tool's state, and ciphertexts of the key. */
interface Start {
  readonly keys: string;
  readonly state: string | undefined;
  readonly ciphertexts: readonly string[];
  readonly bytes: Bytes;
  readonly open: (disturbance: Disturbance) => Promise<Opened>;
}

interface Opened {
  readonly kms: Kms;
  readonly cloud: Cloud;
  readonly stack: Stack;
  readonly stateFile: string;
  readonly close: () => Promise<void>;
}

/** Gives the start of a flow. What flows have in common is applied once. */
function starts(face: Face, kms: Kms, materialFile: string): (flow: Flow) => Promise<Start> {
  const known = new Map<string, Promise<Omit<Start, "open">>>();
  const open = async (start: Partial<Start>, disturbance?: Disturbance): Promise<Opened> => {
    const folder = await mkdtemp(join(tmpdir(), "crash-kms-"));
    const stateFile = join(folder, "keys.json");
    if (start.keys !== undefined) await writeFile(stateFile, start.keys, { mode: 0o600 });
    const cloud = await clouds[kms]({
      stateFile,
      // As AWS does: what is begun shows a little later.
      rotationDelay: "1s",
      replicaMaterialDelay: "500ms",
      ...(disturbance === undefined ? {} : { onRequest: disturbance.watch }),
    });
    const stack = await face.stack({ kms, emulator: cloud.emulator, materialFile });
    if (start.state !== undefined) await stack.restore(start.state);
    const close = async (): Promise<void> => {
      await stack.remove();
      await cloud.close();
      await rm(folder, { recursive: true, force: true });
    };
    return { kms, cloud, stack, stateFile, close };
  };
  const lived = async (before: Flow["before"]): Promise<Omit<Start, "open">> => {
    const { cloud, stack, stateFile, close } = await open({});
    try {
      await cloud.createForeignKey();
      const ciphertexts: string[] = [];
      for (const wanted of before) {
        // One run after the other: that is what is lived through.
        if (isMeanwhile(wanted)) await wanted(cloud, await onlyKey(stateFile));
        else succeeded(await stack.apply(wanted));
        // A rotation makes another material the current one.
        if (ciphertexts.length === 0 || (!isMeanwhile(wanted) && wanted.successors !== undefined))
          ciphertexts.push(await cloud.encrypt(await onlyKey(stateFile)));
      }
      const state = before.length === 0 ? undefined : await stack.save();
      return { keys: await readFile(stateFile, "utf8"), state, ciphertexts, bytes: await bytesIn(materialFile) };
    } finally {
      await close();
    }
  };
  return async ({ before, meanwhile }) => {
    const name = JSON.stringify(before.map((one) => (isMeanwhile(one) ? one.name : one)));
    const living = known.get(name) ?? lived(before);
    known.set(name, living);
    const start = await living;
    if (meanwhile === undefined) return { ...start, open: (disturbance) => open(start, disturbance) };
    const { cloud, stateFile, close } = await open(start);
    await meanwhile(cloud, await onlyKey(stateFile));
    const keys = await readFile(stateFile, "utf8");
    await close();
    const later = { ...start, keys };
    return { ...later, open: (disturbance) => open(later, disturbance) };
  };
}

async function bytesIn(materialFile: string): Promise<Bytes> {
  return {
    first: await readFile(materialFile),
    second: await readFile(successorFile(materialFile, "second")),
    third: await readFile(successorFile(materialFile, "third")),
  };
}

/** Lives through a flow undisturbed, and gives the points of its last step. */
async function recorded(start: Start, flow: Flow): Promise<readonly Point[]> {
  const disturbance = new Disturbance();
  const opened = await start.open(disturbance);
  try {
    const runs: Ran[] = [];
    const operations = await disturbance.during(async () => runs.push(succeeded(await step(opened.stack, flow))));
    const left = await Promise.all(runs.map((run) => leftOver(opened.stack, flow, run)));
    const wrong = [...(await judged(start, flow, opened)), ...left.filter((what) => what !== undefined)];
    if (wrong.length > 0) throw new Error(`It does not end well even when it is left alone:\n${wrong.join("\n")}`);
    return pointsOf(operations);
  } finally {
    await opened.close();
  }
}

interface Outcome {
  /** Nothing where the key ended as configured. */
  readonly wrong: readonly string[];
  /** Whether the disturbed run itself ended well. */
  readonly well: boolean;
}

/** What was thrown must not keep the other points from being tried. */
function broken(error: unknown): Outcome {
  const what = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { wrong: [what], well: false };
}

/** Lets a point befall the last step, applies again, and judges. */
async function disturbed(start: Start, flow: Flow, point: Point): Promise<Outcome> {
  const disturbance = new Disturbance();
  const opened = await start.open(disturbance);
  try {
    const { stack } = opened;
    disturbance.arm(point, () => stack.kill());
    const first = await step(stack, flow);
    disturbance.disarm();
    const ended = { well: first.ok };
    const isOver = first.ok && isRepeated(flow, point.operation);
    if (!disturbance.befell && !isOver) return { ...ended, wrong: [`the request was not made\n${first.output}`] };
    const next = await step(stack, flow);
    if (!next.ok) return { ...ended, wrong: [`the next run failed\n${next.output}\nafter\n${first.output}`] };
    const left = await leftOver(stack, flow, next);
    if (left === undefined) return { ...ended, wrong: await judged(start, flow, opened, point) };
    return { ...ended, wrong: [`a third run would change something\n${left}`] };
  } finally {
    await opened.close();
  }
}

/**
 * Whether a step makes such requests until time has passed, and so sometimes fewer: a rotation is asked after until it is
 * done, and an import into a replica is repeated until its Region knows the material.
 */
function isRepeated({ step: wanted }: Flow, operation: string): boolean {
  const isIntoReplica = wanted !== "destroy" && wanted.replicated === true && operation === "ImportKeyMaterial";
  return isIntoReplica || /^(?:Describe|List|Get)/.test(operation);
}

/** What a run has left to be done. Where it did nothing itself, nothing is. */
async function leftOver(stack: Stack, { step: wanted }: Flow, run: Ran): Promise<string | undefined> {
  if (wanted === "destroy" || run.changes === "") return undefined;
  const { changes, output } = await stack.plan(wanted);
  return changes === "" ? undefined : output;
}

function step(stack: Stack, { step: wanted, before }: Flow): Promise<Ran> {
  if (wanted !== "destroy") return stack.apply(wanted);
  const last = before.at(-1);
  if (last === undefined || isMeanwhile(last)) throw new Error("There is nothing to destroy.");
  return stack.destroy(last);
}

function isMeanwhile(one: Wanted | Meanwhile): one is Meanwhile {
  return typeof one === "function";
}

function judged(start: Start, flow: Flow, opened: Opened, point?: Point): Promise<readonly string[]> {
  const of: Case = {
    ...opened,
    bytes: start.bytes,
    ciphertexts: start.ciphertexts,
    before: start.keys,
    endsEnabled: flow.endsEnabled ?? true,
    mayBeUnproved: opened.kms === "qkms" && flow.before.length === 0 && isLostAnswer(point),
  };
  return flow.step === "destroy" ? wrongsOfDestroyed(of) : wrongs(of, flow.step);
}

/**
 * The answer to the first import never came, or died with the provider before it was noted on the key; and no other import
 * proves which bytes went in.
 */
function isLostAnswer(point: Point | undefined): boolean {
  if (point?.operation === "ImportKeyMaterial") return point.kind !== "killed before";
  return point?.operation === "TagResource" && point.nth === 2 && point.kind === "killed before";
}

function succeeded(run: Ran): Ran {
  if (!run.ok) throw new Error(`A run that nothing disturbed failed:\n${run.output}`);
  return run;
}

async function inPool<T>(tasks: readonly T[], work: (task: T) => Promise<void>): Promise<void> {
  const waiting = [...tasks];
  const worker = async (): Promise<void> => {
    for (let task = waiting.shift(); task !== undefined; task = waiting.shift()) await work(task);
  };
  await Promise.all(Array.from({ length: sideBySide }, worker));
}
