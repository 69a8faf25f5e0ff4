import { ensureKey } from "../../../../src/engine/external-key";
import { silentLog } from "../../../../src/engine/log";
import { blankRecord, type MaterialRecord } from "../../../../src/engine/material-record";
import { startRun } from "../../../../src/engine/run";
import type { KeyService } from "../../../../src/engine/key-service";
import { keyServices } from "../../../../src/kms/key-services";
import { testRegion } from "../../../support/life";
import { wantedKey } from "../../../support/imported-key";
import { embedded, type Embedded, isThere, isWhole, type KeptKey } from "../../../walks/embedded";
import { act, type Outside, type OutsiderAct } from "../../../walks/outsider";
import { type Configuration, type DeclaredMaterial, pool, strangeFrom } from "./declared";
import { edit, type Edit } from "./edits";
import { addressOf, type ApplyOrder, fingerprintOf, Keeper, type Process, type Told } from "./keeper";
import { Judge, lastingIds, type Violation } from "./judge";

/** What befalls an apply. `nth` counts the requests of byok, from 1; where `changes`, looks are not counted. */
export type Weather =
  | { readonly kind: "calm" }
  | {
      readonly kind: "request lost" | "reply lost" | "killed before" | "killed after";
      readonly changes: boolean;
      readonly nth: number;
    }
  | { readonly kind: "failing" | "throttled"; readonly changes: boolean; readonly nth: number; readonly lasts: number }
  | { readonly kind: "denied" | "late"; readonly operation: string }
  | { readonly kind: "another run"; readonly changes: boolean; readonly nth: number }
  | { readonly kind: "meanwhile"; readonly changes: boolean; readonly nth: number; readonly act: OutsiderAct };

export type Step =
  | { readonly who: "user"; readonly edit: Edit }
  | { readonly who: "outsider"; readonly act: OutsiderAct }
  | { readonly who: "tool"; readonly order: ApplyOrder; readonly weather: Weather }
  | { readonly who: "loss"; readonly n: number; readonly how: "forgotten" | "rebuilt" | "taken over" | "old" }
  | { readonly who: "time"; readonly seconds: number };

export interface Plot {
  readonly isMultiRegion: boolean;
  readonly rotationDelayMs: number;
  readonly replicaMaterialDelayMs: number;
  /** Between two steps. */
  readonly pauseSeconds: number;
  readonly steps: readonly Step[];
}

export interface Lived {
  readonly violations: readonly Violation[];
  readonly story: readonly string[];
  /** What the last looks said, by code. */
  readonly codes: readonly string[];
}

class Killed extends Error {}

/** Lives through a plot on an embedded KMS of its own. */
export async function lived(plot: Plot): Promise<Lived> {
  const life = new LifeOfKey(plot);
  try {
    await life.begin();
    for (const step of plot.steps) {
      await life.step(step);
      if (life.violations.length > 0) break;
    }
    if (life.violations.length === 0) await life.end();
    return { violations: life.violations, story: life.story, codes: life.codes };
  } finally {
    await life.close();
  }
}

class LifeOfKey {
  readonly story: string[] = [];
  readonly codes: string[] = [];
  readonly #plot: Plot;
  readonly #connected: { destroy(): void }[] = [];
  readonly #configuration: Configuration = { materials: new Map(), rotations: new Set() };
  #embedded: Embedded | undefined;
  #keeper: Keeper | undefined;
  #judge: Judge | undefined;
  #arns: readonly string[] = [];
  #weather: Weather = { kind: "calm" };
  #seen = 0;
  #isPicky = false;
  readonly #seenDisabled = new Set<string>();
  #processes = 0;
  #deadUpTo = 0;
  #milliseconds = Date.UTC(2027, 0, 1);

  constructor(plot: Plot) {
    this.#plot = plot;
  }

  get violations(): readonly Violation[] {
    return this.#judge?.violations ?? [];
  }

  get #kms(): Embedded {
    if (this.#embedded === undefined) throw new Error("The life has not begun.");
    return this.#embedded;
  }

  get #at(): { keeper: Keeper; judge: Judge } {
    const [keeper, judge] = [this.#keeper, this.#judge];
    if (keeper === undefined || judge === undefined) throw new Error("The life has not begun.");
    return { keeper, judge };
  }

  readonly #clock = {
    now: () => this.#milliseconds,
    monotonic: () => this.#milliseconds,
    sleep: async (duration: number) => {
      this.#milliseconds += duration;
      await new Promise((go) => setImmediate(go));
    },
  };

  async begin(): Promise<void> {
    const { isMultiRegion, rotationDelayMs, replicaMaterialDelayMs } = this.#plot;
    const options = { rotationDelay: rotationDelayMs, replicaMaterialDelay: replicaMaterialDelayMs };
    const on = await embedded("aws", { now: () => this.#milliseconds }, options);
    this.#embedded = on;
    const keeper = new Keeper(() => this.#process(), this.#clock);
    const judge = new Judge(on, keeper);
    this.#keeper = keeper;
    this.#judge = judge;
    on.watch = async (request, moment) => {
      if (this.#deadUpTo === this.#processes) return "drop";
      const counts = !this.#isPicky || !/^(Describe|List|GetKey)/.test(request.operation);
      if (moment === "before" && counts) this.#seen++;
      if (!counts) return undefined;
      const verdict = await this.#befall(moment);
      judge.watch(request, moment, verdict === "drop");
      return verdict;
    };
    const run = this.#process().run;
    const { record } = await ensureKey(run, { ...wantedKey, multiRegion: isMultiRegion }, undefined);
    this.#arns = [record.arn];
    this.#configuration.materials.set("first", {
      bytes: 0,
      lifetime: {},
      deletionPolicy: "retain",
      onDeletion: "reimport",
    });
    await this.#apply(calmOrder);
    if (isMultiRegion) {
      const replica = { kms: "aws", region: "eu-west-1", multiRegion: true, primaryKeyArn: record.arn } as const;
      const { record: made } = await ensureKey(this.#process().run, replica, undefined);
      this.#arns = [record.arn, made.arn];
      await this.#apply(calmOrder);
    }
  }

  async close(): Promise<void> {
    for (const one of this.#connected) one.destroy();
    await this.#embedded?.close();
  }

  #process(): Process {
    const number = ++this.#processes;
    const isDead = () => this.#deadUpTo >= number;
    const services = keyServices(
      {
        aws: {
          endpoint: this.#kms.emulator.url,
          stsEndpoint: this.#kms.emulator.url,
          region: testRegion,
          accessKey: "AKIAENGINE",
          secretKey: "engine",
        },
        importRequestsPerSecond: 1000,
        retry: { random: () => 0.01 },
      },
      { clock: this.#clock, log: silentLog, env: {}, watch: (service) => mortal(service, isDead) },
    );
    this.#connected.push(services);
    return { run: startRun({ clock: this.#clock, log: silentLog, services, allowed: {} }), isDead };
  }

  async #befall(moment: "before" | "after"): Promise<"drop" | undefined> {
    const weather = this.#weather;
    if (!("nth" in weather) || weather.nth !== this.#seen) return undefined;
    const { emulator } = this.#kms;
    switch (weather.kind) {
      case "request lost":
        return moment === "before" ? "drop" : undefined;
      case "reply lost":
        return moment === "after" ? "drop" : undefined;
      case "killed before":
      case "killed after":
        if (weather.kind !== `killed ${moment}`) return undefined;
        this.#deadUpTo = this.#processes;
        return "drop";
      case "failing":
      case "throttled": {
        if (moment === "after") return undefined;
        const [code, status] =
          weather.kind === "failing"
            ? (["KMSInternalException", 500] as const)
            : (["ThrottlingException", 400] as const);
        emulator.faults.add({ operation: "*", kind: "error", code, status, times: weather.lasts });
        return undefined;
      }
      case "meanwhile":
        if (moment === "after") return undefined;
        this.#at.judge.isInterfered = true;
        await this.#outside(weather.act);
        return undefined;
      case "another run": {
        if (moment === "after") return undefined;
        this.#at.judge.isInterfered = true;
        this.#weather = { kind: "calm" };
        const told = await this.#at.keeper.twin().apply(this.#configuration, this.#family(), calmOrder);
        this.story.push(`another run: ${spoken(told)} -> ${shown(this.#kms.keys())}`);
        return undefined;
      }
      default:
        return weather satisfies never;
    }
  }

  async step(step: Step): Promise<void> {
    this.#milliseconds += this.#plot.pauseSeconds * 1000;
    switch (step.who) {
      case "user":
        this.story.push(`user: ${edit(this.#configuration, step.edit, (name) => this.#idOf(name), this.#nowMs())}`);
        break;
      case "outsider":
        await this.#outside(step.act);
        break;
      case "tool":
        await this.#weathered(step.order, step.weather);
        break;
      case "loss":
        this.#lose(step);
        break;
      case "time":
        this.#kms.emulator.clock.advance(step.seconds * 1000);
        await this.#kms.ask("DescribeKey", { arn: this.#arns[0] ?? "", region: testRegion });
        this.story.push(`time: ${step.seconds} s`);
        break;
      default:
        step satisfies never;
    }
    await this.#at.judge.note();
  }

  async #weathered(order: ApplyOrder, weather: Weather): Promise<void> {
    this.#weather = weather;
    this.#isPicky = "nth" in weather && weather.changes;
    const { emulator } = this.#kms;
    if (weather.kind === "denied") emulator.permissions.deny(`kms:${weather.operation}`, { accessKeyId: "AKIAENGINE" });
    if (weather.kind === "late")
      emulator.faults.add({ operation: weather.operation, kind: "eventual", forMs: 30_000, times: 2 });
    this.#seen = 0;
    this.#at.judge.isInterfered = false;
    await this.#apply(order, JSON.stringify(weather));
    // A process that dies before it has noted on the key that it is to be Disabled, and what it kept, leave nothing of it.
    if (order.rebuilds && this.#deadUpTo === this.#processes) this.#seenDisabled.clear();
    this.#weather = { kind: "calm" };
    emulator.faults.clear();
    emulator.permissions.allow();
    this.#at.judge.isInterfered = false;
  }

  async #apply(order: ApplyOrder, weather = ""): Promise<readonly Told[]> {
    const mark = this.#kms.emulator.requests.mark();
    const off = this.#kms
      .keys()
      .filter(({ enabled }) => !enabled)
      .map(({ arn }) => arn);
    if (this.#family().length === 0) return [];
    const told = await this.#at.keeper.apply(this.#configuration, this.#family(), order);
    const calls = this.#kms.emulator.requests
      .since(mark)
      .filter(({ operation }) => !/^(Describe|GetParam|List)/.test(operation))
      .map(({ operation, region, status, errorCode = "" }) => `${operation}@${region} ${status} ${errorCode}`);
    this.story.push(`apply ${weather} ${JSON.stringify(order)}: ${spoken(told)} [${calls.join(", ")}]`);
    const isSeen = !told.some(({ address }) => address === "refresh") && this.#deadUpTo < this.#processes - 1;
    for (const key of this.#kms.keys()) {
      if (isSeen && isWhole(key, this.#nowMs()) && !key.enabled && off.includes(key.arn) && key.deletion === undefined)
        this.#seenDisabled.add(key.arn);
    }
    for (const { code, address, message } of told) {
      if (code === "internal" && !message?.includes("killed"))
        this.#at.judge.report("an internal error", `${address} ${message}`);
    }
    await this.#at.judge.note();
    return told;
  }

  async #outside(done: OutsiderAct): Promise<void> {
    const { judge } = this.#at;
    const before = this.#kms.keys();
    const outside: Outside = {
      embedded: this.#kms,
      bytesOf: (key, n) => {
        const one = key.materials[n % Math.max(1, key.materials.length)];
        const bytes = one === undefined ? undefined : judge.bytesOf.get(one.id);
        return bytes === undefined ? undefined : Buffer.from(bytes, "base64");
      },
      strange: (n) => pool[strangeFrom + (n % (pool.length - strangeFrom))] ?? Buffer.alloc(32),
    };
    const touched = await act(outside, before, done);
    if (touched !== undefined && ["enables", "schedules", "cancels"].includes(done.what))
      this.#seenDisabled.delete(touched.arn);
    if (touched !== undefined && done.what === "imports right bytes") this.#seenDisabled.delete(touched.arn);
    await judge.note();
    this.story.push(`outsider: ${done.what} ${done.n} -> ${shown(this.#kms.keys())}`);
  }

  #lose({ n, how }: Extract<Step, { readonly who: "loss" }>): void {
    const { keeper } = this.#at;
    const all = [...keeper.materials];
    const [address, kept] = all[n % Math.max(1, all.length)] ?? [];
    if (address === undefined || kept === undefined) return;
    this.#seenDisabled.clear();
    this.story.push(`${how}: ${address}`);
    if (how === "forgotten") keeper.materials.delete(address);
    if (how === "rebuilt") keeper.lose(address);
    if (how === "old") keeper.age(address);
    if (how === "taken over") keeper.takeOver(address, kept.arn, kept.record.materialId);
  }

  /** The user has read which Region is the primary's. */
  #family(): readonly string[] {
    const keys = this.#kms.keys();
    return this.#arns
      .filter((arn) => keys.some((key) => key.arn === arn))
      .toSorted((one, other) => rank(keys, one) - rank(keys, other));
  }

  #idOf(name: string): string | undefined {
    return this.#at.keeper.materials.get(addressOf(name, this.#family()[0] ?? ""))?.record.materialId;
  }

  #nowMs(): number {
    return this.#kms.emulator.clock.now().getTime();
  }

  /** The interference stops. After two runs nothing is left to be done but for what a person must do. */
  async end(): Promise<void> {
    const { keeper, judge } = this.#at;
    if (this.#family().length === 0) return;
    this.#kms.emulator.clock.advance(5 * 60_000);
    await this.#apply(calmOrder, "end 1");
    this.#milliseconds += 300_000;
    const second = await this.#apply(calmOrder, "end 2");
    this.#milliseconds += 300_000;
    const left = await keeper.look(this.#configuration, this.#family());
    const errors = [...second, ...left].filter(({ code }) => code !== undefined);
    this.codes.push(...errors.map(({ address, code }) => `${address.split(" ")[0]?.split("/")[0]} ${code}`));
    const todo = left.filter(
      ({ code, action, address }) =>
        code === undefined && !errors.some((one) => one.address === address) && action !== "skipped",
    );
    const skipped = second.filter(({ action }) => action === "skipped").map(({ address }) => address);
    for (const one of todo) {
      if (skipped.includes(one.address) || this.#isTwofold()) continue;
      judge.report(`a third run would ${one.action}`, `${one.address}; ${spoken(second)}; ${shown(this.#kms.keys())}`);
    }
    for (const { address, code, message } of errors) {
      if (code !== undefined && !remediable.has(code))
        judge.report(`a third run fails: ${code}`, `${address} ${message}`);
    }
    // Two resources for one material undo what the other has done where they want different lifetimes.
    if (!this.#isTwofold()) this.#judgeEnd(errors, skipped);
    if (this.violations.length > 0) return;
    await this.#rescue();
  }

  /** Whether other bytes are in the place of those that are declared, or of what the declared ones would come into. */
  #isOther(key: KeptKey, declared: DeclaredMaterial, record: MaterialRecord | undefined): boolean {
    const bytes = pool[declared.bytes]?.toString("base64");
    const waits = key.materials.some(
      ({ id, role }) => role.startsWith("pending") && this.#at.judge.bytesOf.get(id) !== bytes,
    );
    const isKnown = record?.verified === true && record.materialId !== undefined;
    const isGone = isKnown && !key.materials.some(({ id }) => id === record.materialId);
    // What went while it waited makes way for others.
    if (isGone && declared.deletionPolicy === "delete" && declared.succeeds !== undefined) return waits;
    return waits || record?.fingerprint !== fingerprintOf(declared) || isGone;
  }

  #isTwofold(): boolean {
    const bytes = [...this.#configuration.materials.values()].map((one) => one.bytes);
    return new Set(bytes).size < bytes.length;
  }

  /** What is said is true, and what nothing is said of is as configured. */
  #judgeEnd(errors: readonly Told[], skipped: readonly string[]): void {
    const { keeper, judge } = this.#at;
    const keys = this.#kms.keys();
    const now = this.#nowMs();
    const primary = keys.find(({ multiRegion, arn }) => this.#arns.includes(arn) && multiRegion !== "replica");
    const current = primary?.materials.find(({ role }) => role === "current")?.id;
    for (const arn of this.#family()) {
      const key = keys.find((one) => one.arn === arn);
      if (key === undefined) continue;
      for (const [name, declared] of this.#configuration.materials) {
        const address = addressOf(name, arn);
        const bytes = pool[declared.bytes]?.toString("base64");
        const error = errors.find((one) => one.address === address);
        if (error !== undefined) {
          const kept = keeper.materials.get(address);
          const succeeds = keeper.succeedsIn(declared, this.#configuration);
          const isTrue = {
            wrong_predecessor:
              succeeds === undefined || succeeds !== current || key.materials.some((one) => one.bytes === bytes),
            different_material: this.#isOther(key, declared, kept?.record),
            import_refused: key.materials.some((one) => judge.bytesOf.get(one.id) === bytes),
            key_pending_deletion: key.deletion !== undefined,
          }[error.code ?? ""];
          if (isTrue === false)
            judge.report(`what is said is not true: ${error.code}`, `${address} ${error.message} ${shown(keys)}`);
          continue;
        }
        if (skipped.includes(address) || key.deletion !== undefined || declared.onDeletion === "report") continue;
        if (declared.lifetime.validTo !== undefined && Date.parse(declared.lifetime.validTo) <= now) continue;
        const kept = keeper.materials.get(address);
        const entry = key.materials.find((one) => one.bytes === bytes && isThere(one, now));
        if (entry === undefined) judge.report("what is configured is not in the key", `${address} ${shown(keys)}`);
        else if (kept?.record.verified !== true || (kept.record.materialId ?? entry.id) !== entry.id)
          judge.report(
            "what is on record is not what the key holds",
            `${address} ${kept?.record.materialId} ${entry.id}`,
          );
        else if (
          kept.record.validTo !== (entry.expiresAtMs === undefined ? undefined : Math.floor(entry.expiresAtMs / 1000))
        )
          judge.report(
            "the expiry on record is not the key's",
            `${address} ${kept.record.validTo} ${entry.expiresAtMs}`,
          );
        else if (
          (declared.lifetime.validFor === undefined && declared.lifetime.validTo === undefined) !==
          (entry.expiresAtMs === undefined)
        )
          judge.report(
            "material has another lifetime than configured",
            `${address} ${JSON.stringify(declared.lifetime)} ${entry.expiresAtMs}`,
          );
      }
      if (this.#seenDisabled.has(arn) && key.enabled && isWhole(key, now))
        judge.report("a key is Enabled that was Disabled", `${arn} ${shown(keys)}`);
    }
    for (const name of this.#configuration.rotations) {
      const address = `rotation ${name}`;
      const error = errors.find((one) => one.address === address);
      const id = keeper.rotations.get(name)?.materialId;
      const entry = primary?.materials.find((one) => one.id === id);
      if (error === undefined && !skipped.includes(address) && !["current", "noncurrent"].includes(entry?.role ?? ""))
        judge.report("a rotation is said to be done and is not", `${name} ${shown(keys)}`);
      const isTrue = {
        key_disabled: primary?.enabled === false,
        key_unusable: keys.some(
          (key) =>
            !isWhole(key, now) ||
            key.materials.some(({ role, bytes }) => role.startsWith("pending") && bytes === undefined),
        ),
        key_pending_deletion: primary?.deletion !== undefined,
        wrong_predecessor: entry?.role !== "pending_rotation" && entry?.role !== "current",
      }[error?.code ?? ""];
      if (isTrue === false)
        judge.report(`what is said is not true: ${error?.code}`, `${address} ${error?.message} ${shown(keys)}`);
    }
  }

  /** All bytes are brought by resources that take over what is there, and everything opens. */
  async #rescue(): Promise<void> {
    const { keeper, judge } = this.#at;
    const kms = this.#kms;
    for (const key of kms.keys()) if (key.deletion !== undefined) await kms.ask("CancelKeyDeletion", key);
    for (let round = 0; round < 3; round++)
      for (const key of kms.keys()) if (key.deletion !== undefined) await kms.ask("CancelKeyDeletion", key);
    const names = new Map<string, string>();
    const { materials, rotations } = this.#configuration;
    rotations.clear();
    materials.clear();
    for (const arn of this.#family()) {
      const key = kms.keys().find((one) => one.arn === arn);
      for (const id of key === undefined ? [] : lastingIds(key)) {
        const bytes = pool.findIndex((one) => one.toString("base64") === judge.bytesOf.get(id));
        const name = names.get(id) ?? `rescued ${names.size}`;
        names.set(id, name);
        materials.set(name, { bytes, lifetime: {}, deletionPolicy: "retain", onDeletion: "reimport" });
        const known = [...keeper.materials].find(
          ([, { arn: of, record }]) => of === arn && record.materialId === id && record.verified,
        );
        const address = addressOf(name, arn);
        if (known === undefined) {
          keeper.materials.set(address, {
            arn,
            record: { ...blankRecord(arn), materialId: id },
            condition: undefined,
            deletionPolicy: "retain",
            succeeds: undefined,
            unrecorded: false,
          });
          continue;
        }
        keeper.materials.delete(known[0]);
        keeper.materials.set(address, { ...known[1], deletionPolicy: "retain" });
      }
    }
    for (const [address, kept] of keeper.materials)
      keeper.materials.set(address, { ...kept, deletionPolicy: "retain" });
    await this.#apply(calmOrder, "rescue 1");
    this.#milliseconds += 300_000;
    const second = await this.#apply(calmOrder, "rescue 2");
    this.#milliseconds += 300_000;
    const left = await keeper.look(this.#configuration, this.#family());
    if (second.length > 0 || left.length > 0)
      judge.report("a rescue is not quiet", `${spoken([...second, ...left])}; ${shown(kms.keys())}`);
    for (const key of kms.keys()) await kms.ask("EnableKey", key);
    await judge.expectOpen(this.#family());
  }
}

const calmOrder: ApplyOrder = { releasesFirst: true, offered: true, rebuilds: false, together: false };

/** Errors which say what a person must do. */
const remediable: ReadonlySet<string> = new Set([
  "wrong_predecessor",
  "different_material",
  "key_pending_deletion",
  "key_disabled",
  "key_unusable",
  "limit_exceeded",
  "material_not_proved",
  // Bytes that the key has had.
  "import_refused",
  "lifetime_past",
  "primary_not_ready",
]);

function rank(keys: readonly KeptKey[], arn: string): number {
  return keys.find((key) => key.arn === arn)?.multiRegion === "replica" ? 1 : 0;
}

function spoken(told: readonly Told[]): string {
  return told
    .map(({ address, action, code = "", message = "" }) => `${address} ${action} ${code} ${message}`.trim())
    .join("; ");
}

function shown(keys: readonly KeptKey[]): string {
  return keys
    .map(({ region, multiRegion, enabled, deletion, materials }) => {
      const all = materials.map(
        ({ id, role, bytes, expiresAtMs }) =>
          `${id.slice(0, 6)} ${role}${bytes === undefined ? " lost" : ""}${expiresAtMs === undefined ? "" : " dated"}`,
      );
      return `${region} ${multiRegion}${enabled ? "" : " off"}${deletion === undefined ? "" : " leaving"} {${all.join(", ")}}`;
    })
    .join(" ");
}

/** A service whose process may be killed: it asks for nothing then. */
function mortal(service: KeyService, isDead: () => boolean): KeyService {
  return new Proxy(service, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name);
      if (typeof value !== "function") return value;
      return (...given: unknown[]): unknown => {
        if (isDead()) return Promise.reject(new Killed("The process was killed."));
        return Reflect.apply(value, target, given);
      };
    },
  });
}
