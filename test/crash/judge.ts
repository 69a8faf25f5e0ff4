import { readFile } from "node:fs/promises";
import { fingerprintOfRaw } from "../../src/engine/fingerprint";
import { plaintext } from "../support/life";
import type { Cloud } from "./cloud";
import type { RecordedStack, Stack } from "./face";
import { creationToken, replicaToken, type SuccessorName, type Wanted } from "./flows";

/** A key as the embedded KMS keeps it in its state file: nothing of byok's stands between it and the judgement. */
interface KeptKey {
  readonly arn: string;
  readonly description: string;
  readonly policy: string;
  readonly enabled: boolean;
  readonly deletion?: object;
  readonly tags: readonly (readonly [string, string])[];
  readonly materials: readonly KeptMaterial[];
}

interface KeptMaterial {
  readonly role: string;
  readonly bytes?: string;
  readonly expiresAtMs?: number;
  readonly importedAtMs?: number;
}

/** The bytes of each material that flows speak of. */
export type Bytes = Readonly<Record<"first" | SuccessorName, Buffer>>;

/** What the judge goes by. */
export interface Case {
  readonly cloud: Cloud;
  readonly stack: Stack;
  readonly stateFile: string;
  readonly bytes: Bytes;
  /** Written before the step, under each material that was the current one. None: there was no key. */
  readonly ciphertexts: readonly string[];
  /** The keys as they were before the step. */
  readonly before: string;
  /** How the key is to end where `enabled` is not managed. */
  readonly endsEnabled: boolean;
  /** Nothing proves the bytes to byok, which then must not claim it; that they are the right ones is judged all the same. */
  readonly mayBeUnproved: boolean;
}

/** Tags that are intentions, and have to be gone once all is well. */
const intentions: ReadonlySet<string> = new Set(["byok:enabled", "byok:interrupted-import"]);

/** What is wrong with a key that should be as configured; nothing where all is well. */
export async function wrongs(of: Case, wanted: Wanted): Promise<readonly string[]> {
  const { ours, wrong } = await found(of);
  const [key] = ours;
  if (key === undefined) return wrong;
  const inKey = materialsOf(wanted);
  const rotations = inKey.filter(({ rotated }) => rotated).length;
  const recorded = await of.stack.recorded();
  const keys = wanted.replicated === true ? 2 : 1;
  wrong.push(
    ...differing([
      ["keys", ours.length, keys],
      ["resources in the state", recorded.resources, keys * (1 + inKey.length) + rotations],
      ["the key in the state", recorded.keyArn, key.arn],
      ["description", key.description, wanted.description],
      ["tags", written(key.tags.filter(([name]) => !name.startsWith("byok:"))), written(Object.entries(wanted.tags))],
    ]),
    ...inKey.flatMap((each) => wrongsOfRecorded(of, recorded, each)),
  );
  for (const one of ours) wrong.push(...(await wrongsOfKey(of, wanted, one)));
  return wrong;
}

/** A material of each key, in the order in which they succeed each other. */
interface MaterialWanted {
  readonly name: keyof Bytes;
  /** As the embedded KMS names it. */
  readonly role: "current" | "noncurrent" | "pending_rotation";
  readonly rotated: boolean;
  /** Names of its resources, one for each key. */
  readonly resources: readonly string[];
}

function materialsOf({ successors = [], replicated = false }: Wanted): readonly MaterialWanted[] {
  const latest = successors.findLastIndex(({ rotated }) => rotated);
  const roleOf = (i: number): MaterialWanted["role"] => {
    if (i > latest) return "pending_rotation";
    return i === latest ? "current" : "noncurrent";
  };
  return [
    { name: "first", role: roleOf(-1), rotated: false, resources: replicated ? ["ledger", "replica"] : ["ledger"] },
    ...successors.map(
      ({ name, rotated }, i): MaterialWanted => ({
        name,
        role: roleOf(i),
        rotated,
        resources: replicated ? [name, `replica_${name}`] : [name],
      }),
    ),
  ];
}

function wrongsOfRecorded(
  { bytes, mayBeUnproved }: Case,
  { materials }: RecordedStack,
  { name, resources }: MaterialWanted,
): readonly string[] {
  return resources.flatMap((resource) => {
    const recorded = materials.get(resource);
    return differing([
      ...(mayBeUnproved
        ? ([[`${resource}: verified in the state`, recorded?.verified, false]] as const)
        : ([
            [`${resource}: the fingerprint in the state`, recorded?.fingerprint, fingerprintOfRaw(bytes[name])],
            [`${resource}: verified in the state`, recorded?.verified, true],
          ] as const)),
      [`${resource}: the material's state`, recorded?.material_state, "imported"],
    ]);
  });
}

async function wrongsOfKey(of: Case, wanted: Wanted, key: KeptKey): Promise<readonly string[]> {
  const held = key.materials.map((material) => [nameIn(of.bytes, material), material.role, daysOf(material)].join());
  const due = materialsOf(wanted).map(({ name, role }) => [name, role, wanted.validForDays].join());
  const wrong = differing([
    ["materials, their roles and days of life", held.toSorted(), due.toSorted()],
    ["enabled", key.enabled, wanted.enabled ?? of.endsEnabled],
    ["notes that are left", key.tags.map(([name]) => name).filter((name) => intentions.has(name)), []],
    ["deletion", key.deletion, undefined],
  ]);
  if (of.ciphertexts.length > 0 && !key.enabled) await of.cloud.enable(key.arn);
  for (const [i, ciphertext] of of.ciphertexts.entries()) {
    const opened = await of.cloud.decrypt(ciphertext, key.arn);
    wrong.push(...differing([[`the old ciphertext ${i + 1}`, opened, plaintext]]));
  }
  return wrong.map((what) => `${key.arn}: ${what}`);
}

/** Whose bytes they are, so that a failure shows none. */
function nameIn(bytes: Bytes, material: KeptMaterial): string {
  const [name = "others"] = Object.entries(bytes).find(([, each]) => each.toString("base64") === material.bytes) ?? [];
  return material.bytes === undefined ? "none" : name;
}

function daysOf({ expiresAtMs = 0, importedAtMs = 0 }: KeptMaterial): number {
  return Math.round((expiresAtMs - importedAtMs) / 86_400_000);
}

/** Tags in an order of their own. */
function written(tags: readonly (readonly [string, string])[]): readonly string[] {
  return tags.map(([name, value]) => `${name}=${value}`).toSorted((one, other) => one.localeCompare(other));
}

/** What is wrong with a key that should be destroyed, together with its bytes. */
export async function wrongsOfDestroyed(of: Case): Promise<readonly string[]> {
  const { ours, wrong } = await found(of);
  const { resources } = await of.stack.recorded();
  const expected: readonly (readonly [string, unknown, unknown])[] = [
    ["resources in the state", resources, 0],
    ["pending deletion", ours.every(({ deletion }) => deletion !== undefined), true],
    ["bytes", ours.flatMap(({ materials }) => materials).some(({ bytes }) => bytes !== undefined), false],
  ];
  return [...wrong, ...differing(expected)];
}

/** The ARN of the key, the primary if it has a replica, for what is done behind the tool's back. */
export async function onlyKey(stateFile: string): Promise<string> {
  const [key, another] = bearersOf(creationToken, await kept(stateFile));
  if (key === undefined || another !== undefined) throw new Error("There is not exactly one key.");
  return key.arn;
}

/** Our keys, the primary first, each of which must be there once, and whether those of others are untouched. */
async function found({ stateFile, before }: Case): Promise<{ ours: readonly KeptKey[]; wrong: string[] }> {
  const keys = await kept(stateFile);
  const ours = oursAmong(keys);
  const others = (all: readonly KeptKey[]) => all.filter((key) => !oursAmong(all).includes(key));
  const earlier: { readonly keys: readonly KeptKey[] } = JSON.parse(before);
  const expected: readonly (readonly [string, unknown, unknown])[] = [
    ["keys with the creation token", bearersOf(creationToken, keys).length, 1],
    ["the keys of others", others(keys), others(earlier.keys)],
  ];
  return { ours, wrong: differing(expected) };
}

function oursAmong(keys: readonly KeptKey[]): readonly KeptKey[] {
  return [...bearersOf(creationToken, keys), ...bearersOf(replicaToken, keys)];
}

function bearersOf(token: string, keys: readonly KeptKey[]): readonly KeptKey[] {
  return keys.filter(({ tags }) => tags.some(([name, value]) => name === "byok:creation-token" && value === token));
}

async function kept(stateFile: string): Promise<readonly KeptKey[]> {
  const state: { readonly keys: readonly KeptKey[] } = JSON.parse(await readFile(stateFile, "utf8"));
  return state.keys;
}

function differing(expected: readonly (readonly [string, unknown, unknown])[]): string[] {
  return expected.flatMap(([what, is, shouldBe]) => {
    const [seen, wanted] = [JSON.stringify(is), JSON.stringify(shouldBe)];
    return seen === wanted ? [] : [`${what}: ${seen} instead of ${wanted}`];
  });
}
