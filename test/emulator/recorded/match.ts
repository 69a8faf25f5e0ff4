import type { Reply } from "../support/wire";

/** What recorded placeholders stand for within one test; equal placeholders have to mean equal values. */
export type Bindings = Map<string, string>;

/** Differences between a recorded answer and ours; none = it fits. */
export function differences(recorded: unknown, ours: unknown, bindings: Bindings, path = "$"): string[] {
  if (typeof recorded === "string") return textDifferences(recorded, ours, bindings, path);
  if (Array.isArray(recorded)) {
    if (!Array.isArray(ours) || ours.length !== recorded.length) return [`${path}: another number of elements`];
    const items: readonly unknown[] = ours;
    return recorded.flatMap((item, index) => differences(item, items[index], bindings, `${path}[${index}]`));
  }
  if (isRecord(recorded)) {
    // Recorded policies were parsed; on the wire they are texts.
    const other: unknown = typeof ours === "string" ? JSON.parse(ours) : ours;
    if (!isRecord(other)) return [`${path}: not an object`];
    const names = new Set([...Object.keys(recorded), ...Object.keys(other)]);
    return [...names].flatMap((name) => {
      if (!(name in recorded)) return [`${path}.${name}: AWS did not answer this`];
      if (!(name in other)) return [`${path}.${name}: missing`];
      return differences(recorded[name], other[name], bindings, `${path}.${name}`);
    });
  }
  return recorded === ours ? [] : [`${path}: ${String(recorded)} was recorded, not ${String(ours)}`];
}

/** A recorded response without what only a client adds. */
export function recordedAnswer(response: unknown): unknown {
  if (!isRecord(response)) return response;
  const { ResponseMetadata, message: _message, Error: error, ...rest } = response;
  if (!isRecord(ResponseMetadata)) return response;
  const status = ResponseMetadata["HTTPStatusCode"];
  return error === undefined ? { status, body: rest } : { status, error };
}

/** Our reply in the same form. */
export function ourAnswer(reply: Reply): unknown {
  const { __type: code, message = "" } = reply.body;
  return code === undefined
    ? { status: reply.status, body: reply.body }
    : { status: reply.status, error: { Code: code, Message: message } };
}

/** Stand for bytes, which a client shows as such. */
const blobs = new Set(["import-token", "public-key", "ciphertext-blob", "<mac>", "<signature>"]);

function textDifferences(recorded: string, ours: unknown, bindings: Bindings, path: string): string[] {
  if (recorded === "datetime") return typeof ours === "number" ? [] : [`${path}: not a time`];
  if (typeof ours !== "string") return [`${path}: not a text`];
  if (blobs.has(recorded)) return /^[A-Za-z0-9+/]+={0,2}$/.test(ours) ? [] : [`${path}: not bytes`];
  // The lists in messages of 2023 are older than today's.
  const lists = / enum value set: \[.*\]$/;
  const [left, right] = [recorded.replace(lists, ""), ours.replace(lists, "")];
  const names = [...left.matchAll(/<[a-z-]+(?::\d+)?>/g)].map(([name]) => name);
  const pattern = left
    .split(/<[a-z-]+(?::\d+)?>/)
    .map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`))
    .join("(.*?)");
  const found = new RegExp(`^${pattern}$`, "s").exec(right);
  if (found === null) return [`${path}: "${recorded}" was recorded, not "${ours}"`];
  return names.flatMap((name, index) => bound(name, found[index + 1] ?? "", bindings, path));
}

function bound(name: string, value: string, bindings: Bindings, path: string): string[] {
  // Without a number a placeholder stands for any value of its kind.
  if (!name.includes(":") && !name.includes("region")) return [];
  const before = bindings.get(name);
  bindings.set(name, value);
  return before === undefined || before === value ? [] : [`${path}: ${name} was ${before} and is now ${value}`];
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
