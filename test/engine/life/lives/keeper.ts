import { announceNeed, isNeeded } from "../../../../src/engine/announcements";
import { type Action, assess } from "../../../../src/engine/assessment";
import type { Clock } from "../../../../src/engine/clock";
import { deadlineAfter } from "../../../../src/engine/deadline";
import { ByokError } from "../../../../src/engine/errors";
import { fingerprintOfRaw } from "../../../../src/engine/fingerprint";
import { applyMaterial, type MaterialSettings, recordAfter } from "../../../../src/engine/imported-key-material";
import { observeRotation, rotateKey } from "../../../../src/engine/key-rotation";
import { lifetimeFrom } from "../../../../src/engine/lifetime";
import { type MaterialCondition, materialFacts } from "../../../../src/engine/material-condition";
import { observeMaterial } from "../../../../src/engine/material-observation";
import { blankRecord, type MaterialRecord, newlySeen, provedFingerprint } from "../../../../src/engine/material-record";
import { type DeletionPolicy, dropPendingMaterial, releaseMaterial } from "../../../../src/engine/material-release";
import type { Offer } from "../../../../src/engine/offered-bytes";
import { isUnused, isWaiting } from "../../../../src/engine/pending-material";
import { assessRotation, type RotationDone } from "../../../../src/engine/rotation-assessment";
import type { Run } from "../../../../src/engine/run";
import { bytesSource, emptySource } from "../../../support/life";
import { type Configuration, type DeclaredMaterial, pool } from "./declared";

/** What a face keeps of one material in one key. */
export interface KeptMaterialState {
  readonly arn: string;
  readonly record: MaterialRecord;
  /** As of the last look. Undefined: what was kept beside the state was lost. */
  readonly condition: MaterialCondition | undefined;
  readonly deletionPolicy: DeletionPolicy;
  readonly succeeds: string | undefined;
  readonly unrecorded: boolean;
}

interface KeptRotation {
  readonly materialId: string;
  readonly done: RotationDone | undefined;
}

/** What came of one resource in a run. */
export interface Told {
  readonly address: string;
  readonly action: string;
  readonly code?: string | undefined;
  readonly message?: string | undefined;
}

/** What a run may do to the key, for the judge. */
export interface Leave {
  /** `ARN id` of materials that a resource lets go of with `deletion_policy` = delete; `waiting`: only while they wait. */
  readonly deletable: Map<string, "released" | "waiting">;
  /** Bytes by ARN that a resource is configured to have there, in base64, with what they succeed. */
  readonly configured: Map<string, Map<string, Set<string | undefined>>>;
  /** Materials to which the key is to be rotated. */
  readonly rotations: Set<string>;
}

/** How an apply goes on. */
export interface ApplyOrder {
  /** Whether what is no longer declared goes first. */
  readonly releasesFirst: boolean;
  /** Whether the bytes are at hand. */
  readonly offered: boolean;
  /** Whether a killed process loses what is kept beside the state of what it was updating. */
  readonly rebuilds: boolean;
  /** Whether resources that do not depend on each other are applied at the same time. */
  readonly together: boolean;
}

/** A process of the tool: its memory is empty at first, and it may be killed. */
export interface Process {
  readonly run: Run;
  readonly isDead: () => boolean;
}

interface Node {
  readonly address: string;
  readonly after: readonly string[];
  readonly work: () => Promise<void>;
}

interface Plan {
  readonly action: Action | "replace" | "refused";
  readonly spare?: boolean;
}

/** Plans and applies as the faces do, with the engine's own functions, and keeps what they keep. */
export class Keeper {
  readonly materials = new Map<string, KeptMaterialState>();
  readonly rotations = new Map<string, KeptRotation>();
  leave: Leave = { deletable: new Map(), configured: new Map(), rotations: new Set() };
  readonly #start: () => Process;
  readonly #clock: Clock;

  constructor(start: () => Process, clock: Clock) {
    this.#start = start;
    this.#clock = clock;
  }

  /** Looks at everything that is kept, and writes down what was seen, as a refresh does. */
  async #refresh({ run, isDead }: Process): Promise<void> {
    const seen = new Map<string, KeptMaterialState>();
    for (const [address, kept] of this.materials) {
      const { record, arn, succeeds } = kept;
      const lifetime = record.lifetime ?? ({ kind: "forever" } as const);
      const { condition } = await observeMaterial(run, arn, record, { lifetime, succeeds }, this.#call());
      const after = recordAfter(record, condition);
      seen.set(address, {
        ...kept,
        record: after,
        condition,
        unrecorded: kept.unrecorded || newlySeen(record, after),
      });
    }
    const turned = new Map<string, KeptRotation>();
    for (const [name, kept] of this.rotations) {
      const keyArn = this.#arns[0] ?? "";
      const condition = await observeRotation(run, { keyArn, materialId: kept.materialId }, this.#call());
      const done =
        kept.done === undefined && condition.currentMaterialId === undefined
          ? undefined
          : { currentMaterialId: condition.currentMaterialId ?? kept.done?.currentMaterialId };
      turned.set(name, { ...kept, done });
    }
    if (isDead()) return;
    for (const [address, kept] of seen) this.materials.set(address, kept);
    for (const [name, kept] of turned) this.rotations.set(name, kept);
  }

  #arns: readonly string[] = [];

  /** What is kept beside the state of a resource goes. */
  lose(address: string): void {
    const kept = this.materials.get(address);
    if (kept !== undefined)
      this.materials.set(address, { ...kept, record: rebuilt(kept.record), condition: undefined });
  }

  /** The record becomes one of a time before byok knew of several materials in a key. */
  age(address: string): void {
    const kept = this.materials.get(address);
    if (kept === undefined || kept.record.lifetime === undefined) return;
    const { materialId: _id, otherMaterials: _others, ...record } = kept.record;
    this.materials.set(address, { ...kept, record, condition: undefined });
  }

  /** Another run that has read the same state: what it writes down is lost. */
  twin(): Keeper {
    const other = new Keeper(this.#start, this.#clock);
    for (const [address, kept] of this.materials) other.materials.set(address, kept);
    for (const [name, kept] of this.rotations) other.rotations.set(name, kept);
    other.leave = this.leave;
    other.#isTwin = true;
    return other;
  }
  #isTwin = false;

  /** The resource is taken out of the state, and imported into it again. */
  takeOver(address: string, arn: string, materialId: string | undefined): void {
    this.materials.set(address, {
      arn,
      record: { ...blankRecord(arn), materialId },
      condition: undefined,
      deletionPolicy: "retain",
      succeeds: undefined,
      unrecorded: false,
    });
  }

  /** One run of plan and apply. @param arns the primary's first */
  async apply(configuration: Configuration, arns: readonly string[], order: ApplyOrder): Promise<readonly Told[]> {
    this.#arns = arns;
    const told: Told[] = [];
    const planning = this.#start();
    const plans = await this.#planned(planning, configuration, order, told);
    if (plans === undefined || planning.isDead()) return told;
    const applying = this.#start();
    if (!this.#isTwin) this.leave = { deletable: new Map(), configured: new Map(), rotations: new Set() };
    for (const [address, { spare }] of plans) {
      const kept = this.materials.get(address);
      if (spare === true && kept !== undefined) announceNeed(applying.run, kept.arn, kept.record.fingerprint);
    }
    const gone = [...this.materials.keys()].filter((address) => !this.#isDeclared(address, configuration)).toReversed();
    for (const name of this.rotations.keys()) if (!configuration.rotations.has(name)) this.rotations.delete(name);
    for (const address of gone) this.#noteRelease(address, "released");
    for (const [address, { action }] of plans) if (action === "replace") this.#noteRelease(address, "waiting");
    const releases = gone.map((address) => ({
      address,
      after: [],
      work: () => this.#release(applying, address),
    }));
    const makes = this.#makes(applying, configuration, plans, order);
    const nodes: Node[] = order.releasesFirst ? [...releases, ...makes] : [...makes, ...releases];
    await this.#carriedOut(nodes, applying, order, told);
    if (!this.#isTwin) this.leave = { deletable: new Map(), configured: new Map(), rotations: new Set() };
    return told;
  }

  /** What a plan would do: each resource for which it would do something. */
  async look(configuration: Configuration, arns: readonly string[]): Promise<readonly Told[]> {
    this.#arns = arns;
    const told: Told[] = [];
    const order = { releasesFirst: true, offered: true, rebuilds: false, together: false };
    const planning = this.#start();
    const plans = await this.#planned(planning, configuration, order, told);
    for (const [address, { action }] of plans ?? []) {
      if (action !== "nothing" && action !== "refused") told.push({ address, action });
    }
    return told;
  }

  async #planned(
    process: Process,
    configuration: Configuration,
    { offered }: ApplyOrder,
    told: Told[],
  ): Promise<ReadonlyMap<string, Plan> | undefined> {
    try {
      await this.#refresh(process);
    } catch (error) {
      if (!process.isDead()) told.push(refusal("refresh", "refresh", error));
      return undefined;
    }
    const { run, isDead } = process;
    const plans = new Map<string, Plan>();
    if (isDead()) return undefined;
    for (const [name, declared] of configuration.materials) {
      for (const arn of this.#arns) {
        const address = addressOf(name, arn);
        announceNeed(run, arn, fingerprintOf(declared));
        plans.set(address, this.#planOf(address, arn, declared, configuration, offered, told));
      }
    }
    for (const [address, kept] of this.materials) {
      if (this.#isDeclared(address, configuration)) continue;
      const spare = isNeeded(run, kept.arn, kept.record.fingerprint);
      plans.set(address, { action: "nothing", spare });
    }
    for (const name of configuration.rotations) {
      const materialId = this.#idOf(name);
      const address = `rotation ${name}`;
      if (materialId === undefined) {
        plans.set(address, { action: "create" });
        continue;
      }
      try {
        const wanted = { keyArn: this.#arns[0] ?? "", materialId };
        const condition = await observeRotation(run, wanted, this.#call());
        const done = this.#doneOf(name, materialId);
        const { action, problem, row } = assessRotation({ wanted, condition, done });
        const isAwaited =
          row === "unknown_material" &&
          ["reimport", "create", "replace"].includes(plans.get(this.#first(name))?.action ?? "");
        if (action === "refuse" && problem !== undefined && !isAwaited) {
          plans.set(address, { action: "refused" });
          told.push(refusal(address, "plan", problem));
        } else {
          const isSame = this.rotations.get(name)?.materialId === materialId;
          plans.set(address, { action: action === "nothing" && isSame ? "nothing" : "create" });
        }
      } catch (error) {
        if (!process.isDead()) told.push(refusal(address, "plan", error));
        return undefined;
      }
    }
    return plans;
  }

  #planOf(
    address: string,
    arn: string,
    declared: DeclaredMaterial,
    configuration: Configuration,
    offered: boolean,
    told: Told[],
  ): Plan {
    const kept = this.materials.get(address);
    if (kept === undefined) return { action: "create" };
    const { record } = kept;
    const succeeds = this.#succeedsNow(declared, configuration);
    const wanted = this.#wanted(arn, declared, succeeds);
    const condition = withoutFormer(kept.condition, succeeds !== kept.succeeds);
    const proved = provedFingerprint(record);
    const isOther = proved !== undefined && proved !== fingerprintOf(declared);
    if (isOther && isUnused(kept.condition) && declared.deletionPolicy === "delete") return { action: "replace" };
    if (condition === undefined) {
      if (!isOther) return { action: "reimport" };
      told.push({ address, action: "plan", code: "different_material", message: "other bytes" });
      return { action: "refused" };
    }
    const offer: Offer = offered
      ? { kind: "bytes", fingerprint: fingerprintOf(declared), attribute: "key_material_wo" }
      : { kind: "none", why: "not at hand", attribute: "key_material_wo" };
    const otherChanges = kept.unrecorded || kept.deletionPolicy !== declared.deletionPolicy;
    const { action, problem } = assess({ wanted, condition, record, offer, otherChanges });
    if (action === "refuse" && problem !== undefined) {
      told.push(refusal(address, "plan", problem));
      return { action: "refused" };
    }
    return { action };
  }

  #makes(process: Process, configuration: Configuration, plans: ReadonlyMap<string, Plan>, order: ApplyOrder): Node[] {
    const nodes: Node[] = [];
    for (const [name, declared] of configuration.materials) {
      const { succeeds } = declared;
      const former = succeeds !== undefined && "name" in succeeds ? succeeds.name : undefined;
      const before =
        former === undefined ? [] : [configuration.rotations.has(former) ? `rotation ${former}` : this.#first(former)];
      for (const [at, arn] of this.#arns.entries()) {
        const address = addressOf(name, arn);
        const after = at === 0 ? before : [...before, this.#first(name)];
        const plan = plans.get(address) ?? { action: "create" };
        const work = () => this.#make(process, { address, arn, declared, configuration, plan, order });
        nodes.push({ address, after, work });
      }
      if (!configuration.rotations.has(name)) continue;
      const address = `rotation ${name}`;
      const plan = plans.get(address) ?? { action: "create" };
      const after = this.#arns.map((arn) => addressOf(name, arn));
      nodes.push({ address, after, work: () => this.#rotate(process, name, plan) });
    }
    return nodes;
  }

  async #carriedOut(nodes: readonly Node[], process: Process, { together }: ApplyOrder, told: Told[]): Promise<void> {
    const works = new Map<string, Promise<boolean>>();
    let last: Promise<unknown> = Promise.resolve();
    for (const { address, after, work } of nodes) {
      const before = last;
      const done = (async () => {
        if (!together) await before;
        const ready = await Promise.all(after.map((one) => works.get(one) ?? Promise.resolve(true)));
        if (process.isDead()) return false;
        if (ready.includes(false)) {
          told.push({ address, action: "skipped" });
          return false;
        }
        try {
          await work();
          return !process.isDead();
        } catch (error) {
          if (process.isDead()) return false;
          if (error instanceof Skipped) told.push({ address, action: "skipped" });
          else told.push(refusal(address, "apply", error));
          return false;
        }
      })();
      works.set(address, done);
      last = done;
    }
    await Promise.all(works.values());
  }

  async #make(
    process: Process,
    {
      address,
      arn,
      declared,
      configuration,
      plan,
      order,
    }: {
      address: string;
      arn: string;
      declared: DeclaredMaterial;
      configuration: Configuration;
      plan: Plan;
      order: ApplyOrder;
    },
  ): Promise<void> {
    const { action } = plan;
    if (action === "refused") throw new Skipped();
    if (action === "nothing") return;
    const { run, isDead } = process;
    const kept = this.materials.get(address);
    const succeeds = this.#succeedsNow(declared, configuration);
    if (declared.succeeds !== undefined && succeeds === undefined) throw new Skipped();
    if (action === "replace" && kept !== undefined) {
      if (!(await dropPendingMaterial(run, kept.record, this.#call()))) throw new Skipped();
      if (isDead()) return;
      this.materials.delete(address);
    }
    const wanted = this.#wanted(arn, declared, succeeds);
    this.#noteConfigured(arn, declared, succeeds);
    const source = order.offered ? bytesSource(pool[declared.bytes] ?? Buffer.alloc(0)) : emptySource();
    const record = action === "replace" ? undefined : kept?.record;
    const planned: Action = action === "replace" ? "create" : action;
    const isNew = action === "replace" || kept === undefined;
    let outcome;
    try {
      outcome = await applyMaterial(run, wanted, source, record, this.#call(), isNew ? "create" : planned);
    } finally {
      if (isDead() && order.rebuilds && kept !== undefined && action !== "replace") {
        this.lose(address);
      }
    }
    if (isDead()) return;
    const { deletionPolicy } = declared;
    this.materials.set(address, {
      arn,
      record: outcome.record,
      condition: outcome.condition,
      deletionPolicy,
      succeeds,
      unrecorded: false,
    });
    if (outcome.error !== undefined) throw outcome.error;
  }

  async #release({ run, isDead }: Process, address: string): Promise<void> {
    const kept = this.materials.get(address);
    if (kept === undefined) return;
    const { record, deletionPolicy, condition } = kept;
    await releaseMaterial(run, record, deletionPolicy, this.#call(), { wasPending: isWaiting(condition) });
    if (!isDead()) this.materials.delete(address);
  }

  async #rotate({ run, isDead }: Process, name: string, { action }: Plan): Promise<void> {
    if (action === "refused") throw new Skipped();
    const materialId = this.#idOf(name);
    if (materialId === undefined) throw new Skipped();
    if (action === "nothing" && this.rotations.get(name)?.materialId === materialId) return;
    this.leave.rotations.add(materialId);
    const wanted = { keyArn: this.#arns[0] ?? "", materialId };
    const { condition } = await rotateKey(run, wanted, this.#doneOf(name, materialId), this.#call());
    if (isDead()) return;
    this.rotations.set(name, { materialId, done: { currentMaterialId: condition.currentMaterialId } });
  }

  #doneOf(name: string, materialId: string): RotationDone | undefined {
    const kept = this.rotations.get(name);
    return kept?.materialId === materialId ? kept.done : undefined;
  }

  #noteRelease(address: string, how: "released" | "waiting"): void {
    const kept = this.materials.get(address);
    if (kept === undefined || (how === "released" && kept.deletionPolicy !== "delete")) return;
    const only = isWaiting(kept.condition) ? "waiting" : how;
    this.leave.deletable.set(`${kept.arn} ${kept.record.materialId}`, only);
  }

  #noteConfigured(arn: string, { bytes }: DeclaredMaterial, succeeds: string | undefined): void {
    const text = (pool[bytes] ?? Buffer.alloc(0)).toString("base64");
    const here = this.leave.configured.get(arn) ?? new Map<string, Set<string | undefined>>();
    here.set(text, (here.get(text) ?? new Set()).add(succeeds));
    this.leave.configured.set(arn, here);
  }

  #isDeclared(address: string, { materials }: Configuration): boolean {
    return [...materials.keys()].some((name) => this.#arns.some((arn) => addressOf(name, arn) === address));
  }

  #idOf(name: string): string | undefined {
    const kept = this.materials.get(this.#first(name));
    if (kept === undefined) return undefined;
    const facts = kept.condition === undefined ? undefined : materialFacts(kept.condition);
    return facts?.materialId ?? kept.record.materialId;
  }

  #first(name: string): string {
    return addressOf(name, this.#arns[0] ?? "");
  }

  /** The id that material succeeds, as far as it is known. */
  succeedsIn(declared: DeclaredMaterial, configuration: Configuration): string | undefined {
    return this.#succeedsNow(declared, configuration);
  }

  #succeedsNow({ succeeds }: DeclaredMaterial, { rotations }: Configuration): string | undefined {
    if (succeeds === undefined) return undefined;
    if ("id" in succeeds) return succeeds.id;
    return rotations.has(succeeds.name) ? this.rotations.get(succeeds.name)?.materialId : this.#idOf(succeeds.name);
  }

  #wanted(keyArn: string, declared: DeclaredMaterial, succeeds: string | undefined): MaterialSettings {
    return {
      keyArn,
      lifetime: lifetimeFrom(declared.lifetime),
      onDeletion: declared.onDeletion,
      succeeds,
      wrappingKeySpec: "RSA_2048",
    };
  }

  #call() {
    return { deadline: deadlineAfter(20 * 60_000, this.#clock) };
  }
}

/** The address of the resource for a material in one key, by its Region. */
export function addressOf(name: string, arn: string): string {
  return `${name}/${arn.split(":")[3]}`;
}

class Skipped extends Error {}

export function fingerprintOf({ bytes }: DeclaredMaterial) {
  return fingerprintOfRaw(pool[bytes] ?? Buffer.alloc(0));
}

function refusal(address: string, action: string, thrown: unknown): Told {
  const { code, rawMessage } = ByokError.from(thrown);
  return { address, action, code, message: rawMessage };
}

function withoutFormer(condition: MaterialCondition | undefined, isRenamed: boolean): MaterialCondition | undefined {
  if (!isRenamed || condition === undefined || !("succession" in condition)) return condition;
  const { succession: _former, ...rest } = condition;
  return rest;
}

/** What the attributes of a state still tell of a record. */
function rebuilt(record: MaterialRecord): MaterialRecord {
  if (record.lifetime === undefined) return blankRecord(record.keyArn);
  const { keyDisabled: _one, toDisable: _two, noteLeft: _three, otherMaterials: _four, ...told } = record;
  return { ...told, rebuilt: true };
}
