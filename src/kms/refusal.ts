import { ByokError, type ErrorCode, type Retry } from "../engine/errors";
import { clean } from "./quotation";
import { requestIdIn } from "./request-log";
import type { Vendor } from "../http/surroundings";

/** A request that failed, as far as its error must tell of it. */
export interface Attempt {
  /** The permission that the request needs: `kms:ImportKeyMaterial`. */
  readonly action: string;
  /** The ARN that the request was about. */
  readonly resource?: string;
  /** Where a request that is about no key was sent. Absent where the KMS has no Regions. */
  readonly region?: string;
  /** Whether the request changes something, so that a lost answer leaves a question. */
  readonly changes: boolean;
}

/** A failed answer, cleaned: nothing in it can be key material, a token or a ciphertext. */
export interface Refusal {
  readonly action: string;
  /** The ARN in words: ` on arn:aws:kms:…`; of a request about no key ` in eu-central-1`, or nothing. */
  readonly on: string;
  /** The KMS's name for the error: `NotFoundException`. */
  readonly name: string;
  /** The KMS's own words. */
  readonly said: string;
  readonly status: number | undefined;
  /** By which the vendor finds the request. Absent where the answer has none. */
  readonly requestId?: string | undefined;
}

/** What a refusal means. The message says what is wrong and what to do next. */
export interface Row {
  /** Which refusals of this name the row is for. Absent: all. */
  readonly when?: (refusal: Refusal) => boolean;
  readonly code: ErrorCode;
  readonly retry?: Retry;
  /** True where the KMS may have done it all the same. */
  readonly effectUnknown?: boolean;
  readonly attribute?: string | ((refusal: Refusal) => string | undefined);
  readonly message: (refusal: Refusal) => string;
}

/** The rows of each error name, in the order in which they are tried. */
export type ErrorTable = Readonly<Record<string, readonly Row[]>>;

/** A KMS's error as it came: its name, its words and the HTTP status. */
export function refusalOf(
  { action, resource, region }: Attempt,
  said: {
    readonly name: string;
    readonly words: string;
    readonly status: number | undefined;
    readonly requestId?: unknown;
  },
): Refusal {
  const words = clean(said.words).replace(/\.$/, "");
  return {
    action,
    on: resource === undefined ? (region === undefined ? "" : ` in ${region}`) : ` on ${resource}`,
    name: /^[\w.]{1,64}$/.test(said.name) ? said.name : "Unknown",
    said: words === "" || words === "UnknownError" ? "" : `: ${words}`,
    status: said.status,
    requestId: requestIdIn(said.requestId),
  };
}

/** The refusal as an error, by the table; by its HTTP status where its name is in no table. */
export function refusalError(refusal: Refusal, attempt: Attempt, table: ErrorTable, vendor: Vendor): ByokError {
  const named = Object.hasOwn(table, refusal.name) ? (table[refusal.name] ?? []) : [];
  const row = named.find(({ when }) => when?.(refusal) ?? true) ?? byStatus(refusal.status, vendor);
  const attribute = typeof row.attribute === "function" ? row.attribute(refusal) : row.attribute;
  return new ByokError(row.code, row.message(refusal), {
    ...(attribute === undefined ? {} : { attribute }),
    retry: row.retry ?? "never",
    effectUnknown: attempt.changes && row.effectUnknown === true,
    serviceCode: refusal.name,
    requestId: refusal.requestId,
  });
}

/** The error without a cause, which may be the whole answer, and with an open question only where something changes. */
export function settledError(error: ByokError, attempt: Pick<Attempt, "changes">): ByokError {
  return new ByokError(error.code, error.rawMessage, {
    ...(error.attribute === undefined ? {} : { attribute: error.attribute }),
    retry: error.retry,
    effectUnknown: attempt.changes && error.effectUnknown,
    ...(error.serviceCode === undefined ? {} : { serviceCode: error.serviceCode }),
    ...(error.requestId === undefined ? {} : { requestId: error.requestId }),
  });
}

/** Reads an answer. One that cannot be read leaves a question only where something changes. */
export function settledReading<T>(read: () => T, attempt: Pick<Attempt, "changes">): T {
  try {
    return read();
  } catch (thrown) {
    throw settledError(ByokError.from(thrown), attempt);
  }
}

/** For names that are in no table. */
function byStatus(status = 0, { name: vendor }: Vendor): Row {
  if (status >= 300 && status < 400) {
    return {
      code: "untrusted_answer",
      message: ({ action }) =>
        `The answer to ${action} was a redirect (HTTP ${status}) to somewhere else, and redirects are not followed: what is sent here is meant for one host only. Correct the endpoint or the Region.`,
    };
  }
  if (status === 429) {
    return {
      code: "throttled",
      retry: "backoff",
      message: ({ action }) => `${vendor} keeps answering that ${action} requests come too fast. Run again later.`,
    };
  }
  if (status >= 500) {
    return {
      code: "service_unavailable",
      retry: "backoff",
      effectUnknown: true,
      message: ({ action, name, said }) =>
        `${vendor} failed at ${action} (${name}, HTTP ${status})${said}. Try again later.`,
    };
  }
  return {
    code: "service_refused",
    message: ({ action, on, name, said }) =>
      `${vendor} refused ${action}${on} (${name})${said}. Look the name up in the documentation of that operation.`,
  };
}
