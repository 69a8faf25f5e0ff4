import type { Call } from "./call";
import type { Clock, Milliseconds } from "./clock";
import type { ByokError } from "./errors";
import type { KeyService } from "./key-service";
import type { Operation } from "./kms-profile";
import type { Pacer } from "./pacer";
import { type Repeating, retrying } from "./retrying";

/**
 * A KeyService as the lifecycles use it: each request waits for its turn under the account's quotas, is repeated where
 * that may help and can do no harm, and reads of the same key at the same time are one request.
 *
 * To be made once for each account and Region and shared by everything in the process: a quota is the account's.
 *
 * @param pacerOf What paces the requests to a Region: always the same for the same Region.
 */
export function pacedKeyService(
  inner: KeyService,
  repeating: Repeating,
  pacerOf: (region: string) => Pacer,
): KeyService {
  const pacer = pacerOf(inner.region);
  const recent = recentAnswers(repeating.clock);
  const request = <T>(operation: Operation, given: Call | undefined, send: (call: Call) => Promise<T>): Promise<T> => {
    const call = given ?? {};
    return retrying(
      async () => {
        try {
          return await sendInTurn(pacer, operation, call, send);
        } finally {
          if (!reading.has(operation)) recent.forget();
        }
      },
      (error) => mayBeRepeated(operation, error),
      call,
      repeating,
    );
  };
  const describing = recent.remembering(
    shared((keyArn: string, call?: Call) => request("describe", call, (c) => inner.describe(keyArn, c))),
  );
  const protecting = inner.setDeletionProtection?.bind(inner);
  const rotating = inner.rotate?.bind(inner);
  const askingRotation = inner.isRotating?.bind(inner);
  return {
    profile: inner.profile,
    region: inner.region,
    describe: describing,
    policy: (keyArn, call) => request("policy", call, (c) => inner.policy(keyArn, c)),
    tags: (keyArn, call) => request("tags", call, (c) => inner.tags(keyArn, c)),
    materials: recent.remembering((keyArn, call) => request("materials", call, (c) => inner.materials(keyArn, c))),
    listKeys: (marker, call) => request("listKeys", call, (c) => inner.listKeys(marker, c)),
    callerAccount: (call) => request("callerAccount", call, (c) => inner.callerAccount(c)),
    importParameters: (keyArn, algorithm, wrappingKeySpec, call) =>
      request("importParameters", call, (c) => inner.importParameters(keyArn, algorithm, wrappingKeySpec, c)),
    importMaterial: (material, call) => request("importMaterial", call, (c) => inner.importMaterial(material, c)),
    deleteMaterial: (keyArn, materialId, call) =>
      request("deleteMaterial", call, (c) => inner.deleteMaterial(keyArn, materialId, c)),
    create: (key, call) => request("create", call, (c) => inner.create(key, c)),
    replicate: (replica, call) =>
      request("replicate", call, async (c) => {
        const { replicaCountsAsKeys: keys } = inner.profile;
        if (keys !== undefined) await pacerOf(replica.replicaRegion).turn("create", c, keys);
        return inner.replicate(replica, c);
      }),
    setEnabled: (keyArn, enabled, call) => request("setEnabled", call, (c) => inner.setEnabled(keyArn, enabled, c)),
    setDescription: (keyArn, description, call) =>
      request("setDescription", call, (c) => inner.setDescription(keyArn, description, c)),
    setPolicy: (keyArn, policy, bypass, call) =>
      request("setPolicy", call, (c) => inner.setPolicy(keyArn, policy, bypass, c)),
    tag: (keyArn, tags, call) => request("tag", call, (c) => inner.tag(keyArn, tags, c)),
    untag: (keyArn, tagKeys, call) => request("untag", call, (c) => inner.untag(keyArn, tagKeys, c)),
    scheduleDeletion: (keyArn, windowDays, call) =>
      request("scheduleDeletion", call, (c) => inner.scheduleDeletion(keyArn, windowDays, c)),
    cancelDeletion: (keyArn, call) => request("cancelDeletion", call, (c) => inner.cancelDeletion(keyArn, c)),
    ...(rotating === undefined
      ? {}
      : { rotate: (keyArn: string, call?: Call) => request("rotate", call, (c) => rotating(keyArn, c)) }),
    ...(askingRotation === undefined
      ? {}
      : { isRotating: (keyArn: string, call?: Call) => request("isRotating", call, (c) => askingRotation(keyArn, c)) }),
    ...(protecting === undefined
      ? {}
      : {
          setDeletionProtection: (keyArn: string, enabled: boolean, call?: Call) =>
            request("setDeletionProtection", call, (c) => protecting(keyArn, enabled, c)),
        }),
  };
}

/** Requests that change nothing. */
const reading: ReadonlySet<Operation> = new Set([
  "describe",
  "policy",
  "tags",
  "materials",
  "isRotating",
  "listKeys",
  "callerAccount",
  "importParameters",
]);

interface RecentAnswers {
  /** Gives an earlier answer about the key where the call takes one of that age, and asks otherwise. */
  remembering<T>(ask: (keyArn: string, call?: Call) => Promise<T>): (keyArn: string, call?: Call) => Promise<T>;
  /** What was answered before is no longer so. */
  forget(): void;
}

/** What was answered lately. A change by this process ends it all; one by others shows once the answer is too old. */
function recentAnswers(clock: Clock): RecentAnswers {
  const books: Map<string, unknown>[] = [];
  let changes = 0;
  return {
    remembering: <T>(ask: (keyArn: string, call?: Call) => Promise<T>) => {
      const book = new Map<string, { readonly since: Milliseconds; readonly answer: T }>();
      books.push(book);
      return async (keyArn, call) => {
        const known = book.get(keyArn);
        const age = call?.recent;
        if (age !== undefined && known !== undefined && clock.monotonic() - known.since < age) return known.answer;
        const [since, before] = [clock.monotonic(), changes];
        const answer = await ask(keyArn, call);
        // What was asked before a change may have been answered before it too.
        if (before === changes) book.set(keyArn, { since, answer });
        return answer;
      };
    },
    forget: () => {
      changes += 1;
      books.forEach((book) => book.clear());
    },
  };
}

/** Requests that do something else each time they take effect: anyone who repeats them has to look before. */
const cumulative: ReadonlySet<Operation> = new Set(["create", "replicate", "rotate"]);

function mayBeRepeated(operation: Operation, error: ByokError): boolean {
  if (error.retry !== "backoff") return false;
  return !(cumulative.has(operation) && error.effectUnknown);
}

async function sendInTurn<T>(
  pacer: Pacer,
  operation: Operation,
  call: Call,
  send: (call: Call) => Promise<T>,
): Promise<T> {
  await pacer.turn(operation, call);
  return send(call);
}

type Describe = KeyService["describe"];

/**
 * One request for all who ask for the same key at the same time. Anyone who comes while it is under way waits for its
 * answer, but nobody's canceling takes the answer from the others: they ask again.
 */
function shared(describe: Describe): Describe {
  const underWay = new Map<string, ReturnType<Describe>>();
  return async (keyArn, call) => {
    const other = underWay.get(keyArn);
    if (other !== undefined) {
      const answer = await other.catch(() => undefined);
      if (answer !== undefined) return answer;
    }
    const mine = describe(keyArn, call).finally(() => underWay.delete(keyArn));
    underWay.set(keyArn, mine);
    return mine;
  };
}
