import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { ByokError } from "../../src/engine/errors";
import type { Log } from "../../src/engine/log";
import type { KeyState } from "../../src/engine/key";
import type { Run } from "../../src/engine/run";
import { reportFigures } from "../support/figures";
import { plaintext } from "../support/life";
import type { Cloud } from "./clouds";
import type { Done, Flow, Given, Role, Scene } from "./flow";
import { flows, inWords, planOf } from "./flows";

/** One flow as it was seen to run: what the page on permissions is made from. */
export interface RecordedFlow {
  readonly title: string;
  readonly role: Role;
  /** Every permission that it took, in the order in which it was first needed. */
  readonly actions: readonly string[];
  /** Those of them that may be missing. */
  readonly mayBeMissing: readonly string[];
}

/** Every flow of one KMS undisturbed, and then once for each permission that it took, without that permission. */
export function deniesEachPermission(cloud: Cloud): void {
  describe(`permissions on ${cloud.kms}`, () => {
    const here = flows.filter(({ on = [cloud.kms] }) => on.includes(cloud.kms));
    const recorded: RecordedFlow[] = [];
    const counted = { denials: 0, refused: 0, told: 0, borne: 0, converged: 0 };

    it.each(here)("$title", async (flow) => {
      const whole = await undisturbed(cloud, flow);
      for (const action of whole.actions) {
        const verdict = await denied(cloud, flow, action, whole.end);
        counted.denials++;
        counted[verdict]++;
        counted.converged++;
      }
      const bears = flow.bears?.[cloud.kms] ?? [];
      const mayBeMissing = whole.actions.filter((action) => bears.includes(action));
      recorded.push({ title: flow.title, role: flow.role, actions: whole.actions, mayBeMissing });
      // What is said to be borne is used, so that no such word outlives its reason.
      expect(mayBeMissing).toEqual(
        bears.toSorted((one, other) => whole.actions.indexOf(one) - whole.actions.indexOf(other)),
      );
    });

    it("are those on record, of which docs/guides/permissions.md is made", () => {
      if (process.env["BYOK_RECORD"] === "1") writeRecorded(cloud, recorded);
      expect(recorded).toEqual(readRecorded(cloud));
    });

    it("are to read only, where nothing is to be changed, and to delete material only where that was asked for", () => {
      const deleting = recorded.filter(({ actions }) => actions.some((action) => /Delete.*KeyMaterial$/.test(action)));
      const asked = here.filter(({ deletesMaterial = false }) => deletesMaterial).map(({ title }) => title);
      expect(deleting.map(({ title }) => title)).toEqual(expect.arrayContaining(asked));
      const unasked = deleting.filter(({ title }) => !asked.includes(title));
      // There an import takes an empty key.
      const renewals =
        cloud.kms === "qkms" ? ["renew material before it expires", "change the lifetime of material"] : [];
      const takingOver = cloud.kms === "qkms" ? ["take over material that is not on record"] : [];
      expect(unasked.map(({ title }) => title)).toEqual([...renewals, ...takingOver]);
    });

    afterAll(() => {
      reportFigures(`permissions-${cloud.kms}`, "npm run test:permissions", {
        "flows run": recorded.length,
        "permissions denied, one at a time": counted.denials,
        "refused with the permission and the resource named": counted.refused,
        "told in a warning beside a true record": counted.told,
        "borne, with a warning in the log": counted.borne,
        "completed to the same end once granted": counted.converged,
        "flows that lost something, took a denial for drift, or failed otherwise": here.length - recorded.length,
      });
    });
  });
}

interface Whole {
  readonly actions: readonly string[];
  readonly end: Snapshot;
}

async function undisturbed(cloud: Cloud, flow: Flow): Promise<Whole> {
  return inScene(cloud, async (scene) => {
    const given = await prepared(scene, flow);
    const before = await snapshot(scene, given);
    const mark = scene.life.kms.requests.mark();
    const done = await flow.act(scene, scene.life.run(), given, undefined);
    await flow.afterwards?.(scene, given);
    const requests = scene.life.kms.requests.since(mark).filter(({ accessKeyId }) => accessKeyId === scene.life.caller);
    expect(done.error).toBeUndefined();
    const end = await snapshot(scene, given);
    if (flow.readsOnly === true) {
      expect(requests.map(({ operation }) => operation).filter((name) => !/^(Describe|Get|List)/.test(name))).toEqual(
        [],
      );
      expect(end).toEqual(before);
    }
    return { actions: [...new Set(requests.flatMap(({ actions }) => actions))], end };
  });
}

type Verdict = "refused" | "told" | "borne";

/** The flow without one permission, and then with it. */
async function denied(cloud: Cloud, flow: Flow, action: string, end: Snapshot): Promise<Verdict> {
  return inScene(cloud, async (scene) => {
    const { kms, caller } = scene.life;
    const given = await prepared(scene, flow);
    const before = await snapshot(scene, given);
    const judged = await judgement(scene, given);
    const saw = flow.readsOnly === true ? (await flow.act(scene, scene.free, given, undefined)).saw : undefined;
    kms.permissions.deny(action, { accessKeyId: caller });
    const mark = kms.requests.mark();
    const warned: string[] = [];
    const attempt = await attempted(flow, scene, logging(scene.life.run(), warned), given);
    const refusal = kms.requests.since(mark).find(({ status, actions }) => status >= 400 && actions.includes(action));
    const where = { flow: flow.title, action };
    expect({ ...where, refusal }).toEqual({ ...where, refusal: expect.anything() });

    const verdict = verdictOn(flow, cloud, action, attempt, warned);
    // An implied permission is for a key that is still to be made.
    const asked = refusal?.keyId === undefined ? undefined : (refusal.keyArn ?? given.key?.arn);
    const own = refusal?.actions[0] === action ? asked : undefined;
    const resource = own ?? (cloud.kms === "qkms" ? "on *" : /:key\/\*|\bin [a-z]+-[a-z]+/);
    if (verdict !== "borne") {
      const text = "thrown" in attempt ? attempt.thrown.message : tellings(attempt.done);
      expect(text).toContain(action);
      expect(text).toMatch(resource);
    }
    const after = await snapshot(scene, given);
    expectNothingLost(where, before, after, end, flow.passing ?? []);
    // Whatever is to be done about the material is what was to be done before.
    if (verdict === "refused") expect(await judgement(scene, given)).toBe(judged);

    kms.permissions.allow();
    const earlier = "done" in attempt ? attempt.done : undefined;
    const done = await flow.act(scene, scene.life.run(), given, earlier);
    expect(done.error).toBeUndefined();
    await flow.afterwards?.(scene, given);
    if (saw !== undefined) expect(done.saw).toBe(saw);
    expect({ ...where, end: await snapshot(scene, given) }).toEqual({ ...where, end });
    return verdict;
  });
}

type Attempt = { readonly done: Done } | { readonly thrown: ByokError };

async function attempted(flow: Flow, scene: Scene, run: Run, given: Given): Promise<Attempt> {
  try {
    return { done: await flow.act(scene, run, given, undefined) };
  } catch (thrown) {
    return { thrown: ByokError.from(thrown) };
  }
}

function verdictOn(flow: Flow, { kms }: Cloud, action: string, attempt: Attempt, warned: readonly string[]): Verdict {
  const where = { flow: flow.title, action };
  if (flow.bears?.[kms]?.includes(action) === true) {
    expect({ ...where, attempt }).toEqual({ ...where, attempt: { done: expect.anything() } });
    expect({ ...where, warned }).toEqual({ ...where, warned: [expect.any(String), ...warned.slice(1)] });
    return "borne";
  }
  if ("thrown" in attempt) {
    expect({ ...where, code: attempt.thrown.code, text: attempt.thrown.message }).toMatchObject({
      code: "access_denied",
    });
    return "refused";
  }
  const { done } = attempt;
  if (done.error !== undefined) expect(done.error.code).toBe("access_denied");
  expect({ ...where, told: tellings(done) }).not.toEqual({ ...where, told: "" });
  // Whatever is reported beside a record, the record is of something.
  expect(done.key ?? done.material).toBeDefined();
  return "told";
}

function tellings({ warnings = [], error }: Done): string {
  return [...warnings, ...(error === undefined ? [] : [error.message])].join("\n");
}

function logging(run: Run, warned: string[]): Run {
  const log: Log = { ...run.log, warn: (message) => void warned.push(message) };
  return { ...run, log };
}

async function inScene<T>(cloud: Cloud, work: (scene: Scene) => Promise<T>): Promise<T> {
  const life = await cloud.start();
  try {
    return await work({ cloud, life, free: life.freeRun() });
  } finally {
    await life.close();
  }
}

const prepared = async (scene: Scene, { prepare }: Flow): Promise<Given> => (await prepare?.(scene)) ?? {};

/** What a plan of somebody who may read everything says of the material. */
async function judgement(scene: Scene, given: Given): Promise<string | undefined> {
  return given.key === undefined || given.bytes === undefined
    ? undefined
    : inWords((await planOf(scene.life.freeRun(), given)).assessment);
}

/** All keys of the account without what is different in each run, and whether the old ciphertext opens. */
interface Snapshot {
  readonly keys: readonly Readonly<Record<string, unknown>>[];
  readonly opens: boolean | undefined;
}

/** What byok notes on a key, which stays where the caller may not remove it. */
const notes: ReadonlySet<string> = new Set(["byok:fingerprint", "byok:importing", "byok:enabled"]);

async function snapshot({ cloud, life }: Scene, { ciphertext }: Given): Promise<Snapshot> {
  const run = life.freeRun();
  const keys: Record<string, unknown>[] = [];
  for (const region of cloud.regions) {
    const service = run.services.service(cloud.kms, region);
    const { arns } = await service.listKeys(undefined);
    for (const arn of arns) {
      const { value: key } = await service.describe(arn);
      if (key === null) continue;
      const { state, spec, description, expirationModel, deletionProtection } = key;
      const tags = Object.entries(await service.tags(arn)).filter(([name]) => !notes.has(name));
      const policy =
        cloud.kms === "alibaba" && key.dkmsInstanceId === undefined ? undefined : await service.policy(arn);
      // Ids and dates differ in each run.
      const several = service.profile.severalMaterials.length > 0 ? await service.materials(arn) : [];
      const materials = several.map((each) => `${each.state} ${each.imported ? "imported" : "missing"}`);
      const facts = { region, state, spec, description, expirationModel, deletionProtection, policy, materials };
      keys.push({ ...facts, tags: tags.map(([name, value]) => `${name}=${value}`).toSorted() });
    }
  }
  const opens = ciphertext === undefined ? undefined : (await life.decrypt(ciphertext)) === plaintext;
  return { keys: keys.toSorted((one, other) => (JSON.stringify(one) < JSON.stringify(other) ? -1 : 1)), opens };
}

/** Every key is there, in the state that it was in or is to be brought to, and what opened opens. */
function expectNothingLost(
  where: object,
  before: Snapshot,
  after: Snapshot,
  end: Snapshot,
  passing: readonly KeyState[],
): void {
  const states = (one: Snapshot): readonly unknown[] => one.keys.map(({ state }) => state);
  const possible = new Set<unknown>([...states(before), ...states(end), ...passing]);
  expect({ ...where, fewer: after.keys.length < before.keys.length }).toEqual({ ...where, fewer: false });
  expect({ ...where, more: after.keys.length > end.keys.length }).toEqual({ ...where, more: false });
  expect({ ...where, strange: states(after).filter((state) => !possible.has(state)) }).toEqual({
    ...where,
    strange: [],
  });
  // A key that is to be disabled opens nothing in the end.
  if (before.opens === true && end.opens === true) {
    expect({ ...where, opens: after.opens }).toEqual({ ...where, opens: true });
  }
}

const recordedPath = ({ kms }: Cloud): string => join(__dirname, "recorded", `${kms}.json`);

function readRecorded(cloud: Cloud): unknown {
  const path = recordedPath(cloud);
  return existsSync(path) ? JSON.parse(readFileSync(path, "utf8")) : undefined;
}

function writeRecorded(cloud: Cloud, recorded: readonly RecordedFlow[]): void {
  mkdirSync(dirname(recordedPath(cloud)), { recursive: true });
  writeFileSync(recordedPath(cloud), `${JSON.stringify(recorded, undefined, 2)}\n`);
}
