/** Anything that JSON can say. */
export type Json = string | number | boolean | null | readonly Json[] | JsonObject;

/** An object of JSON. */
export interface JsonObject {
  readonly [key: string]: Json;
}

/**
 * What a resource keeps beside its state, by key. It is stored as plain text: not shown by the host, but no place for
 * secrets.
 */
export type PrivateState = ReadonlyMap<string, Json>;

/** The private state in bytes; none for an empty one. Bytes that are not ours are read as empty. */
export function decodePrivate(bytes: Uint8Array | undefined): PrivateState {
  if (!bytes || bytes.length === 0) return new Map();
  try {
    const parsed: unknown = JSON.parse(Buffer.from(bytes).toString("utf8"));
    return isJsonObject(parsed) ? new Map(Object.entries(parsed)) : new Map();
  } catch {
    return new Map();
  }
}

export function encodePrivate(state: PrivateState): Uint8Array {
  if (state.size === 0) return new Uint8Array();
  return new Uint8Array(Buffer.from(JSON.stringify(Object.fromEntries(state)), "utf8"));
}

/** Whether something parsed from JSON is an object. */
export function isJsonObject(json: unknown): json is JsonObject {
  return typeof json === "object" && json !== null && !Array.isArray(json);
}
