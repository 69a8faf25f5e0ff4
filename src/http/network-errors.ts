import { isNativeError } from "node:util/types";
import { ByokError, canceled as canceledCall } from "../engine/errors";
import type { Vendor } from "./surroundings";

/** Errors that come before anything was sent, by Node's codes, with what they say. */
const unreached: Readonly<Record<string, string>> = {
  ECONNREFUSED: "nothing listens there (ECONNREFUSED)",
  ENOTFOUND: "its name is not known (ENOTFOUND)",
  EAI_AGAIN: "its name could not be looked up (EAI_AGAIN)",
  EHOSTUNREACH: "there is no way to it (EHOSTUNREACH)",
  EHOSTDOWN: "there is no way to it (EHOSTDOWN)",
  ENETUNREACH: "there is no network (ENETUNREACH)",
  ENETDOWN: "there is no network (ENETDOWN)",
  EADDRNOTAVAIL: "there is no local address left (EADDRNOTAVAIL)",
};

/** What Node and OpenSSL call failures to verify who answers, or to agree on TLS at all. */
const tls =
  /^(CERT_|ERR_TLS_|ERR_SSL_|UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_|HOSTNAME_MISMATCH|INVALID_CA|INVALID_PURPOSE|EPROTO)/;

/** Codes of connections that broke or answers that were cut short. */
const broken = /^(ECONNRESET|ECONNABORTED|EPIPE|ETIMEDOUT|ERR_STREAM_|ERR_HTTP|HPE_|UND_ERR)/;

/** For an answer that is not in the wire's format at all. */
export function unreadable({ name }: Vendor): string {
  return `The answer is not what ${name} answers: it cannot be read. Look at what stands between here and ${name}, a proxy or a login page of a network, and at the endpoint.`;
}

/** The caller gave up while an answer was awaited. */
export function canceled(): ByokError {
  return canceledCall({ effectUnknown: true });
}

/** A failure to get an answer at all, or a readable one; undefined where it is something else. */
export function networkError(thrown: unknown, vendor: Vendor): ByokError | undefined {
  if (!isError(thrown)) return undefined;
  if (thrown instanceof ByokError) return thrown;
  if (thrown.name === "AbortError") return canceled();
  const code = codeOf(thrown);
  const why = unreached[code];
  if (why !== undefined || connectTimeout(thrown)) {
    const { name, place = "the Region and the endpoint" } = vendor;
    const spelling = code === "ENOTFOUND" && vendor.place === undefined ? "; is the Region spelled right" : "";
    return new ByokError(
      "service_unavailable",
      `${name}${hostOf(thrown)} could not be reached: ${why ?? "no connection within the time for it"}${spelling}. Look at the network, a proxy that is needed (HTTPS_PROXY is not used), ${place}, then run again.`,
      { retry: "backoff", serviceCode: code || "TimeoutError" },
    );
  }
  if (tls.test(code)) {
    return new ByokError(
      "service_unavailable",
      `The identity of ${vendor.name}'s endpoint${hostOf(thrown)} could not be verified (${code}), so nothing was sent. If a proxy of your own answers for it, name its certificates in ${vendor.trusts}; verification cannot be switched off.`,
      { serviceCode: code },
    );
  }
  if (broken.test(code) || thrown.name === "TimeoutError" || thrown.message === "aborted") {
    return new ByokError(
      "service_unavailable",
      `The connection to ${vendor.name} broke before its answer was complete${code === "" ? "" : ` (${code})`}. Run again.`,
      { retry: "backoff", effectUnknown: true, ...(code === "" ? {} : { serviceCode: code }) },
    );
  }
  if ("$response" in thrown) {
    return new ByokError("untrusted_answer", unreadable(vendor), { effectUnknown: true });
  }
  return undefined;
}

function codeOf(error: Error): string {
  if ("code" in error && typeof error.code === "string") return error.code;
  // Where a name has several addresses, Node reports all attempts together.
  if (!("errors" in error) || !Array.isArray(error.errors)) return "";
  const [first]: unknown[] = error.errors;
  return isError(first) ? codeOf(first) : "";
}

function connectTimeout(error: Error): boolean {
  if ("syscall" in error && error.syscall === "connect") return true;
  return error.name === "TimeoutError" && error.message.includes("did not establish a connection");
}

function hostOf(error: Error): string {
  const host: unknown = Reflect.get(error, "hostname") ?? Reflect.get(error, "host") ?? Reflect.get(error, "address");
  return typeof host === "string" ? ` (${host})` : "";
}

/** Also of errors that were made in another context of the same process, whose `Error` is another one. */
export function isError(thrown: unknown): thrown is Error {
  return thrown instanceof Error || isNativeError(thrown);
}
