import { ByokError, type ErrorCode } from "../../engine/errors";
import { keysOf } from "../../engine/table";

/** What a request was about, in Vault's words: `read` on `transit/keys/payments`. */
export interface About {
  readonly capability: "read" | "update" | "delete";
  readonly path: string;
}

interface RefusalRow {
  /** By the HTTP status and, where that leaves it open, by Vault's words, which are matched and never shown. */
  readonly when: (status: number, words: string) => boolean;
  readonly code: ErrorCode;
  /** Whether the same request may succeed after a while. Default: no. */
  readonly repeated?: true;
  readonly message: (about: About, status: number) => string;
}

/**
 * What a refusal of Vault's means; the first row that fits counts. Vault answers 500 for much that is no failure of its own,
 * so words go before statuses.
 */
const rows = {
  standby: {
    when: (status) => status >= 300 && status < 400,
    code: "material_unavailable",
    message: (_, status) =>
      `This Vault sends requests on to another host (HTTP ${status}), as a standby does, and redirects are not followed: the token is meant for one host. Set VAULT_ADDR to the active node, or to what balances its load.`,
  },
  sealed: {
    when: (status, words) => status === 503 && /sealed/i.test(words),
    code: "material_unavailable",
    message: () => "This Vault is sealed (HTTP 503). Unseal it, then run again.",
  },
  not_exportable: {
    when: (_, words) => /not exportable/i.test(words),
    code: "wrapper_refused",
    message: ({ path }) =>
      `The key is not exportable, so Vault lets it out neither plain nor wrapped (${path}). Make it exportable, which cannot be taken back: \`vault write MOUNT/keys/NAME/config exportable=true\`.`,
  },
  no_such_version: {
    when: (_, words) => /version does not exist|below minimum decryption version|invalid key version/i.test(words),
    code: "material_unavailable",
    message: ({ path }) =>
      `There is no such version of the key, or it is below \`min_decryption_version\` (${path}). Correct \`version\` in the source.`,
  },
  soft_deleted: {
    when: (_, words) => /soft.?deleted/i.test(words),
    code: "material_unavailable",
    message: ({ path }) => `The key was deleted and waits to be restored (${path}). Restore it, then run again.`,
  },
  taken: {
    when: (_, words) => /cannot be used with an existing key/i.test(words),
    code: "wrapper_refused",
    message: ({ path }) => `There is a key of this name already (${path}). Run again.`,
  },
  no_such_key: {
    when: (_, words) => /no such (source|destination) key|key; not found/i.test(words),
    code: "material_unavailable",
    message: ({ path }) => `The key is gone (${path}). Restore it, or correct the source.`,
  },
  forbidden: {
    when: (status) => status === 401 || status === 403,
    code: "material_unavailable",
    message: ({ capability, path }, status) =>
      `Vault forbids \`${capability}\` on \`${path}\` (HTTP ${status}). The token has expired, its policy lacks that capability, or there is no such path in this namespace: Vault answers all three alike. Log in again, or correct the policy, the source or VAULT_NAMESPACE.`,
  },
  unsupported: {
    when: (status, words) => status === 405 || /unsupported (path|operation)/i.test(words),
    code: "wrapper_refused",
    message: ({ capability, path }) =>
      `This Vault does not know \`${capability}\` on \`${path}\`. Wrapped export came with Vault 1.14, and every OpenBao has it; at the mount must be a Transit engine.`,
  },
  absent: {
    when: (status) => status === 404,
    code: "material_unavailable",
    message: ({ path }) =>
      `Vault has nothing at \`${path}\` (HTTP 404): no such key, no such mount, or another namespace. Correct the source or VAULT_NAMESPACE.`,
  },
  throttled: {
    when: (status) => status === 429,
    code: "throttled",
    repeated: true,
    message: () =>
      "Vault keeps answering that requests come too fast (HTTP 429). Run again later, or raise its rate limit quota.",
  },
  failing: {
    // 412: a node that has not seen the last write yet.
    when: (status) => status >= 500 || status === 412,
    code: "service_unavailable",
    repeated: true,
    message: ({ path }, status) =>
      `Vault failed at \`${path}\` (HTTP ${status}). Its server log says why. Run again later.`,
  },
  refused: {
    when: () => true,
    code: "material_unavailable",
    message: ({ path }, status) =>
      `Vault refused the request for \`${path}\` (HTTP ${status}). Its audit log says why; check that a Transit engine is at this mount.`,
  },
} as const satisfies Record<string, RefusalRow>;

export type RefusalKind = keyof typeof rows;

/** What an answer means, or undefined where it is no refusal. Its words are looked at and kept nowhere. */
export function refusalKind(status: number, body: Buffer): RefusalKind | undefined {
  if (status >= 200 && status < 300) return undefined;
  const words = errorsIn(body);
  return keysOf(rows).find((kind) => rows[kind].when(status, words));
}

/** The refusal as an error of what is read here. */
export function refusalError(kind: RefusalKind, status: number, about: About): ByokError {
  const row: RefusalRow = rows[kind];
  return new ByokError(row.code, row.message(about, status), { retry: row.repeated === true ? "backoff" : "never" });
}

/** Whether the same request may succeed after a while. */
export function isRepeated(kind: RefusalKind): boolean {
  const row: RefusalRow = rows[kind];
  return row.repeated === true;
}

function errorsIn(body: Buffer): string {
  try {
    const answer: unknown = JSON.parse(body.toString());
    const errors: unknown = typeof answer === "object" && answer !== null && "errors" in answer ? answer.errors : [];
    return Array.isArray(errors) ? errors.filter((one) => typeof one === "string").join("\n") : "";
  } catch {
    return "";
  }
}
