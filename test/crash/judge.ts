import { readFile } from "node:fs/promises";
import { fingerprintOfRaw } from "../../src/engine/fingerprint";
import { plaintext } from "../support/life";
import type { Cloud } from "./cloud";
import type { Stack } from "./face";
import { creationToken, type Wanted } from "./flows";

/** A key as the embedded KMS keeps it in its state file: nothing of byok's stands between it and the judgement. */
interface KeptKey {
  readonly arn: string;
  readonly description: string;
  readonly policy: string;
  readonly enabled: boolean;
  readonly deletion?: object;
  readonly tags: readonly (readonly [string, string])[];
  readonly materials: readonly {
    readonly bytes?: string;
    readonly expiresAtMs?: number;
    readonly importedAtMs?: number;
  }[];
}

/** What the judge goes by. */
export interface Case {
  readonly cloud: Cloud;
  readonly stack: Stack;
  readonly stateFile: string;
  readonly bytes: Buffer;
  /** Written before the step. Undefined: there was no key. */
  readonly ciphertext: string | undefined;
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
  const [material] = key.materials;
  const lifetimeMs = (material?.expiresAtMs ?? 0) - (material?.importedAtMs ?? 0);
  const recorded = await of.stack.recorded();
  const expected: readonly (readonly [string, unknown, unknown])[] = [
    ["resources in the state", recorded.resources, 2],
    ["the key in the state", recorded.keyArn, key.arn],
    ...(of.mayBeUnproved
      ? ([["verified in the state", recorded.material.verified, false]] as const)
      : ([
          ["the fingerprint in the state", recorded.material.fingerprint, fingerprintOfRaw(of.bytes)],
          ["verified in the state", recorded.material.verified, true],
        ] as const)),
    ["the material's state", recorded.material.material_state, "imported"],
    ["materials", key.materials.length, 1],
    ["the right bytes", material?.bytes === of.bytes.toString("base64"), true],
    ["days of life", Math.round(lifetimeMs / 86_400_000), wanted.validForDays],
    ["enabled", key.enabled, wanted.enabled ?? of.endsEnabled],
    ["notes that are left", key.tags.map(([name]) => name).filter((name) => intentions.has(name)), []],
    ["description", key.description, wanted.description],
    ["tags", written(key.tags.filter(([name]) => !name.startsWith("byok:"))), written(Object.entries(wanted.tags))],
    ["deletion", key.deletion, undefined],
  ];
  wrong.push(...differing(expected));
  if (of.ciphertext !== undefined) {
    if (!key.enabled) await of.cloud.enable(key.arn);
    wrong.push(...differing([["the old ciphertext", await of.cloud.decrypt(of.ciphertext), plaintext]]));
  }
  return wrong;
}

/** Tags in an order of their own. */
function written(tags: readonly (readonly [string, string])[]): readonly string[] {
  return tags.map(([name, value]) => `${name}=${value}`).toSorted((one, other) => one.localeCompare(other));
}

/** What is wrong with a key that should be destroyed, together with its bytes. */
export async function wrongsOfDestroyed(of: Case): Promise<readonly string[]> {
  const { ours, wrong } = await found(of);
  const [key] = ours;
  const { resources } = await of.stack.recorded();
  const expected: readonly (readonly [string, unknown, unknown])[] = [
    ["resources in the state", resources, 0],
    ["pending deletion", key?.deletion !== undefined, true],
    ["bytes", key?.materials.some(({ bytes }) => bytes !== undefined), false],
  ];
  return [...wrong, ...differing(expected)];
}

/** The key's ARN, for what is done behind the tool's back. */
export async function onlyKey(stateFile: string): Promise<string> {
  const [key, another] = oursAmong(await kept(stateFile));
  if (key === undefined || another !== undefined) throw new Error("There is not exactly one key.");
  return key.arn;
}

/** Our keys, of which there must be one, and whether those of others are untouched. */
async function found({ stateFile, before }: Case): Promise<{ ours: readonly KeptKey[]; wrong: string[] }> {
  const keys = await kept(stateFile);
  const ours = oursAmong(keys);
  const others = (all: readonly KeptKey[]) => all.filter((key) => !oursAmong(all).includes(key));
  const earlier: { readonly keys: readonly KeptKey[] } = JSON.parse(before);
  const expected: readonly (readonly [string, unknown, unknown])[] = [
    ["keys with the creation token", ours.length, 1],
    ["the keys of others", others(keys), others(earlier.keys)],
  ];
  return { ours, wrong: differing(expected) };
}

function oursAmong(keys: readonly KeptKey[]): readonly KeptKey[] {
  return keys.filter(({ tags }) =>
    tags.some(([name, value]) => name === "byok:creation-token" && value === creationToken),
  );
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
