import { randomUUID } from "node:crypto";
import { readFileSync, realpathSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import type { Key } from "./key";
import { type Alias, KeyStore } from "./key-store";
import type { Material } from "./material";

/** What lives on between two starts. */
export interface SavedState {
  readonly store: KeyStore;
  readonly clockOffsetMs: number;
}

const stateFormat = "byok emulator state";
const stateVersion = 1;

type SavedMaterial = Omit<Material, "bytes"> & { readonly bytes: string | undefined };
type SavedKey = Omit<Key, "tags" | "materials"> & {
  readonly tags: readonly (readonly [string, string])[];
  readonly materials: readonly SavedMaterial[];
};

interface SavedDocument {
  readonly format: string;
  readonly version: number;
  readonly clockOffsetMs: number;
  readonly secret: string;
  readonly keys: readonly SavedKey[];
  readonly aliases: readonly Alias[];
}

/**
 * The state of a file; undefined where there is no such file.
 * @throws Error where the file is not a state file that this version reads, or no file at all: it is to be replaced
 */
export function readState(path: string): SavedState | undefined {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined) return undefined;
  if (!found.isFile()) throw notAState(path);
  const saved = parsedDocument(path, readFileSync(path, "utf8"));
  const store = new KeyStore(Buffer.from(saved.secret, "base64"));
  for (const key of saved.keys) store.add(restoredKey(key));
  for (const alias of saved.aliases) store.putAlias({ ...alias });
  return { store, clockOffsetMs: saved.clockOffsetMs };
}

/** The whole state, with the bytes of every key. */
export function stateText(state: SavedState): string {
  const document: SavedDocument = {
    format: stateFormat,
    version: stateVersion,
    clockOffsetMs: state.clockOffsetMs,
    secret: state.store.secret.toString("base64"),
    keys: state.store.all().map(savedKey),
    aliases: state.store.aliases(),
  };
  return `${JSON.stringify(document, undefined, 2)}\n`;
}

/**
 * Writes the whole state beside the file, readable by its owner only, and moves it into place. A link to the file stays, so
 * that no earlier state, with its bytes, is left behind it.
 */
export function writeState(path: string, state: SavedState): void {
  const text = stateText(state);
  const place = statSync(path, { throwIfNoEntry: false }) === undefined ? path : realpathSync(path);
  const beside = `${place}.${randomUUID()}`;
  try {
    writeFileSync(beside, text, { mode: 0o600, flag: "wx" });
    renameSync(beside, place);
  } catch (cause) {
    rmSync(beside, { force: true });
    throw cause;
  }
}

function parsedDocument(path: string, text: string): SavedDocument {
  let parsed: Partial<SavedDocument> | null = null;
  try {
    parsed = JSON.parse(text);
  } catch {
    // Said below, together with JSON that is something else.
  }
  const { format, version, clockOffsetMs, secret, keys, aliases } = parsed ?? {};
  if (
    format !== stateFormat ||
    version !== stateVersion ||
    typeof clockOffsetMs !== "number" ||
    typeof secret !== "string" ||
    !Array.isArray(keys) ||
    !Array.isArray(aliases)
  ) {
    throw notAState(path);
  }
  return { format, version, clockOffsetMs, secret, keys, aliases };
}

function notAState(path: string): Error {
  return new Error(`${path} is not a state file of this emulator. Name another file, or move this one away.`);
}

function savedKey(key: Key): SavedKey {
  return {
    ...key,
    tags: [...key.tags],
    materials: key.materials.map((material) => ({ ...material, bytes: material.bytes?.toString("base64") })),
  };
}

/** JSON has no undefined, so the absent members come back by being named. */
function restoredKey(saved: SavedKey): Key {
  return {
    ...saved,
    deletion: saved.deletion,
    automaticRotation: saved.automaticRotation,
    onDemandRotation: saved.onDemandRotation,
    tags: new Map(saved.tags),
    materials: saved.materials.map((material) => ({
      id: material.id,
      role: material.role,
      bytes: material.bytes === undefined ? undefined : Buffer.from(material.bytes, "base64"),
      expiresAtMs: material.expiresAtMs,
      description: material.description,
      importedAtMs: material.importedAtMs,
      rotatedAtMs: material.rotatedAtMs,
      knownFromMs: material.knownFromMs,
    })),
  };
}
