import { createPublicKey, type KeyObject } from "node:crypto";
import { ByokError } from "../../engine/errors";
import { jsonMembers, jsonText } from "../../engine/json-bytes";
import { unreadable } from "../../http/network-errors";
import { vault } from "./vendor";

/** What a Transit engine tells of a key. No byte of it is secret. */
export interface TransitKey {
  readonly type: string;
  readonly exportable: boolean;
  /** OpenBao keeps a deleted key until it is restored or purged. */
  readonly softDeleted: boolean;
  readonly latestVersion: number;
  /** The versions that may be used, with what is public of each, as it was told. Symmetric keys may have none here. */
  readonly versions: ReadonlyMap<number, unknown>;
}

/** The answer to `GET keys/NAME`. @throws ByokError `untrusted_answer` */
export function transitKeyFrom(body: Buffer): TransitKey {
  const { data } = objectOf(parsed(body));
  const { type, exportable, soft_deleted: softDeleted, latest_version: latest, keys } = objectOf(data);
  if (typeof type !== "string" || !isVersion(latest)) throw untrusted();
  const versions = Object.entries(keys === undefined ? {} : objectOf(keys)).map(
    ([version, told]) => [Number(version), told] as const,
  );
  if (!versions.every(([version]) => isVersion(version))) throw untrusted();
  return {
    type,
    exportable: exportable === true,
    softDeleted: softDeleted === true,
    latestVersion: latest,
    versions: new Map(versions),
  };
}

/** The public half of a version. Undefined: nothing that can be read as one. */
export function publicKeyOf(told: unknown): KeyObject | undefined {
  const pem = isObject(told) ? told["public_key"] : undefined;
  if (typeof pem !== "string") return undefined;
  try {
    return createPublicKey(pem);
  } catch {
    return undefined;
  }
}

/**
 * The text of one version in the answer to an export, in base64, from buffer to buffer and for the caller to wipe. The
 * body is wiped.
 *
 * @throws ByokError `untrusted_answer`
 */
export function exportedFrom(body: Buffer, version: number): Buffer {
  try {
    const path = ["data", "keys", String(version)];
    const value = path.reduce<Buffer | undefined>((json, name) => json && jsonMembers(json)?.get(name), body);
    const text = value && jsonText(value);
    if (text === undefined) throw untrusted();
    return text;
  } finally {
    body.fill(0);
  }
}

export function untrusted(): ByokError {
  return new ByokError("untrusted_answer", unreadable(vault));
}

type Members = Readonly<Record<string, unknown>>;

function parsed(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString());
  } catch {
    return undefined;
  }
}

function objectOf(value: unknown): Members {
  if (isObject(value)) return value;
  throw untrusted();
}

function isObject(value: unknown): value is Members {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isVersion(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) > 0;
}
