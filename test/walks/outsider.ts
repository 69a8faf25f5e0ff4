import type { Embedded, KeptKey } from "./embedded";

const dayMs = 86_400_000;

/** What others do to keys, by hand or with tools of their own. */
export interface OutsiderAct {
  readonly what: keyof typeof acts;
  /** Which key, and how. */
  readonly n: number;
}

/** What an act goes by. */
export interface Outside {
  readonly embedded: Embedded;
  /** Bytes that a key was given, of one of its materials; undefined: it never had any. */
  readonly bytesOf: (key: KeptKey, n: number) => Buffer | undefined;
  /** Bytes that belong to no key yet. */
  readonly strange: (n: number) => Buffer;
}

const turns = ["1h", "1d", "40d", "65d", "91d", "200d"] as const;

const acts = {
  /** The material that is current, or the one before. */
  async deletes({ embedded }, key, n) {
    const operation = embedded.kms === "alibaba" ? "DeleteKeyMaterial" : "DeleteImportedKeyMaterial";
    const material = key.materials[n % Math.max(1, key.materials.length)];
    const several = key.materials.length > 1 && material !== undefined ? { KeyMaterialId: material.id } : {};
    await embedded.ask(operation, key, several);
  },
  async "imports right bytes"({ embedded, bytesOf }, key, n) {
    const bytes = bytesOf(key, n);
    if (bytes !== undefined) await embedded.importByHand(key, bytes, expiry(embedded, n));
  },
  async "imports other bytes"({ embedded, strange }, key, n) {
    await embedded.importByHand(key, strange(n), expiry(embedded, n));
  },
  async disables({ embedded }, key) {
    await embedded.ask("DisableKey", key);
  },
  async enables({ embedded }, key) {
    await embedded.ask("EnableKey", key);
  },
  async schedules({ embedded }, key) {
    await embedded.ask("ScheduleKeyDeletion", key, { PendingWindowInDays: embedded.kms === "alibaba" ? "30" : 30 });
  },
  async cancels({ embedded }, key) {
    await embedded.ask("CancelKeyDeletion", key);
  },
  async rotates({ embedded, strange }, key, n) {
    if (embedded.kms !== "aws") return;
    await embedded.importByHand(key, strange(n), undefined, true);
    await embedded.ask("RotateKeyOnDemand", key);
  },
  async "imports new material"({ embedded, strange }, key, n) {
    if (embedded.kms === "aws") await embedded.importByHand(key, strange(n), expiry(embedded, n), true);
  },
  async "rotates to what waits"({ embedded }, key) {
    if (embedded.kms === "aws") await embedded.ask("RotateKeyOnDemand", key);
  },
  async "drops what waits"({ embedded }, key) {
    const waiting = key.materials.find(({ role }) => role.startsWith("pending"));
    if (waiting === undefined) return;
    await embedded.ask("DeleteImportedKeyMaterial", key, { KeyMaterialId: waiting.id });
  },
  async retags({ embedded }, key, n) {
    const tag = { TagKey: "team", TagValue: `others ${n}` };
    await embedded.ask("TagResource", key, { Tags: embedded.kms === "alibaba" ? JSON.stringify([tag]) : [tag] });
  },
  async "moves the primary"({ embedded }, key) {
    if (embedded.kms !== "aws") return;
    const other = key.region === "eu-central-1" ? "eu-west-1" : "eu-central-1";
    await embedded.ask("UpdatePrimaryRegion", key, { PrimaryRegion: other });
  },
  async replicates({ embedded }, key) {
    if (embedded.kms !== "aws") return;
    await embedded.ask("ReplicateKey", key, { ReplicaRegion: "eu-west-1", Description: "of another team" });
  },
  async "describes otherwise"({ embedded }, key, n) {
    if (embedded.kms === "aws") await embedded.ask("UpdateKeyDescription", key, { Description: `by others ${n}` });
  },
  async "turns the clock"({ embedded }, _key, n) {
    embedded.emulator.clock.advance(turns[n % turns.length] ?? "1h");
    // Time does its work with the next request.
    await embedded.ask("DescribeKey", _key);
  },
} as const satisfies Record<string, (outside: Outside, key: KeptKey, n: number) => Promise<void>>;

function expiry({ emulator }: Embedded, n: number): number | undefined {
  return n % 2 === 0 ? undefined : emulator.clock.now().getTime() + (n % 5) * 30 * dayMs + dayMs;
}

export const outsiderActs = Object.keys(acts).filter((name): name is keyof typeof acts => name in acts);

/** Does it to one of the keys. Gives the key, and whether anything could be done. */
export async function act(
  outside: Outside,
  keys: readonly KeptKey[],
  { what, n }: OutsiderAct,
): Promise<KeptKey | undefined> {
  const key = keys[n % Math.max(1, keys.length)];
  if (key === undefined) return undefined;
  await acts[what](outside, key, n);
  return key;
}
