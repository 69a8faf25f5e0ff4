import { setTimeout as sleep } from "node:timers/promises";
import type { Fault } from "./fault";
import { copiedKey, type Key } from "./key";
import type { Counted, Quotas } from "./quotas";
import type { RequestMoment } from "./request-watch";
import type { Delivery, WireAnswer } from "./wire";
import type { World } from "./world";

/** The fields of an answer before they are written down in the wire's format. */
export type AnswerFields = Readonly<Record<string, unknown>>;

export interface Outcome {
  readonly fields: AnswerFields;
  /** The key that the operation made. */
  readonly created?: Key | undefined;
}

/** What somebody may do, and where. */
export interface Permission {
  readonly action: string;
  readonly region: string;
  /** The key that it is needed for, where that is another than the request's own. */
  readonly keyArn?: string | undefined;
}

/** One request, understood by its wire but not yet carried out, and how that wire words what may come of it. */
export interface Exchange {
  readonly service: string;
  readonly operation: string;
  /** Permission that it takes, e.g. `kms:ImportKeyMaterial`. */
  readonly action: string;
  /** What it takes besides: AWS wants `kms:TagResource` of anyone who creates a key with tags. Default nothing. */
  readonly alsoNeeds?: readonly Permission[];
  /** What it counts as besides itself, for the quotas. Default nothing. */
  readonly alsoCounts?: readonly Counted[];
  /** Whether it leaves everything as it was. */
  readonly reads: boolean;
  readonly region: string;
  readonly accountId: string;
  readonly accessKeyId: string;
  /** As the caller spelled it. */
  readonly keyId: string | undefined;
  /** The key that `keyId` means. */
  readonly key: Key | undefined;
  /** Throws errors of the wire. */
  perform(): Promise<Outcome>;
  written(fields: AnswerFields): WireAnswer;
  refused(error: unknown): WireAnswer;
  throttled(): WireAnswer;
  /** @param missing the permission that is denied */
  denied(missing: Permission): WireAnswer;
  failed(code: string, message: string, status: number): WireAnswer;
}

/** Carries out a request under the faults, quotas and denials of the emulator, and logs it. */
export async function exchange(world: World, quotas: Quotas, call: Exchange): Promise<Delivery> {
  const faults = world.faults.take({ operation: call.operation, region: call.region, keyArn: call.key?.arn });
  const run: Run = { created: undefined };
  const delivery = await delivered(world, quotas, call, faults, run);
  world.requests.record({
    service: call.service,
    operation: call.operation,
    region: call.region,
    keyId: call.keyId,
    keyArn: run.created?.arn ?? call.key?.arn,
    status: delivery.transport === "dropped" ? 0 : delivery.answer.status,
    errorCode: delivery.answer.errorCode,
    at: world.clock.now().toISOString(),
    accessKeyId: call.accessKeyId,
    actions: neededBy(call).map(({ action }) => action),
    faults: faults.map((fault) => fault.kind),
  });
  return delivery;
}

interface Run {
  created: Key | undefined;
}

async function delivered(
  world: World,
  quotas: Quotas,
  call: Exchange,
  faults: readonly Fault[],
  run: Run,
): Promise<Delivery> {
  const early = (await befall(world, call, faults, "before")) ?? (await watched(world, call, run, "before"));
  if (early !== undefined) return early;
  const counted = [{ operation: call.operation, region: call.region }, ...(call.alsoCounts ?? [])];
  if (!quotas.take(counted, call.accountId, world.clock.now().getTime())) {
    return whole(call.throttled());
  }
  const missing = neededBy(call).find((needed) => {
    // What is needed besides is for another key, or for one that is still to be made.
    const keyArn = needed.action === call.action ? call.key?.arn : needed.keyArn;
    return world.permissions.denies({ ...needed, accessKeyId: call.accessKeyId, keyArn });
  });
  if (missing !== undefined) return whole(call.denied(missing));
  const answer = await performed(world, call, faults, run);
  const late = (await befall(world, call, faults, "after")) ?? (await watched(world, call, run, "after"));
  if (late !== undefined) return late;
  return { answer, transport: faults.some((fault) => fault.kind === "truncate") ? "truncated" : "whole" };
}

async function performed(world: World, call: Exchange, faults: readonly Fault[], run: Run): Promise<WireAnswer> {
  // A copy of key bytes is made only where it will be looked at.
  const hides = faults.some((fault) => fault.kind === "eventual");
  const past = hides && call.key !== undefined ? copiedKey(call.key) : undefined;
  try {
    const outcome = await call.perform();
    run.created = outcome.created;
    let fields = outcome.fields;
    for (const fault of faults) {
      if (fault.kind === "replace") fields = replaced(fields, fault.fields);
      const touched = outcome.created ?? call.key;
      if (fault.kind === "eventual" && touched !== undefined) {
        const seen = outcome.created === undefined ? past : undefined;
        world.visibility.veil(touched.arn, seen, fault, world.clock.now().getTime());
      }
    }
    return call.written(fields);
  } catch (error) {
    return call.refused(error);
  } finally {
    if (!call.reads) world.save();
  }
}

/** What the faults of one moment make of the request; undefined where it goes on. */
async function befall(
  world: World,
  call: Exchange,
  faults: readonly Fault[],
  when: "before" | "after",
): Promise<Delivery | undefined> {
  for (const fault of faults) {
    if (fault.kind !== "error" && fault.kind !== "delay" && fault.kind !== "drop") continue;
    if ((fault.when ?? "before") !== when) continue;
    if (fault.kind === "drop") return dropped(call);
    if (fault.kind === "error") return whole(call.failed(fault.code, fault.message ?? "", fault.status ?? 400));
    try {
      await sleep(fault.delayMs, undefined, { signal: world.closing });
    } catch {
      return dropped(call);
    }
  }
  return undefined;
}

/** What the watcher makes of the request; undefined where it goes on. */
async function watched(world: World, call: Exchange, run: Run, moment: RequestMoment): Promise<Delivery | undefined> {
  const { service, operation, region, accessKeyId } = call;
  const keyArn = run.created?.arn ?? call.key?.arn;
  const verdict = await world.onRequest?.({ service, operation, region, keyArn, accessKeyId }, moment);
  return verdict === "drop" ? dropped(call) : undefined;
}

function dropped(call: Exchange): Delivery {
  return { answer: call.failed("Dropped", "", 500), transport: "dropped" };
}

function neededBy({ action, region, alsoNeeds = [] }: Exchange): readonly Permission[] {
  return [{ action, region }, ...alsoNeeds];
}

function whole(answer: WireAnswer): Delivery {
  return { answer, transport: "whole" };
}

function replaced(fields: AnswerFields, by: AnswerFields): AnswerFields {
  const result: Record<string, unknown> = { ...fields };
  for (const [name, value] of Object.entries(by)) {
    const old = result[name];
    result[name] = isFields(old) && isFields(value) ? replaced(old, value) : value;
  }
  return result;
}

function isFields(value: unknown): value is AnswerFields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
