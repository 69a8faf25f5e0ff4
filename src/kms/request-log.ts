import type { Clock } from "../engine/clock";
import type { Log } from "../engine/log";

/** A request as the log names it. */
export interface LoggedRequest {
  readonly service: "kms" | "sts" | "secretsmanager" | "ssm";
  /** `ImportKeyMaterial` */
  readonly operation: string;
  /** Absent where the KMS has no Regions. */
  readonly region?: string;
}

export interface LoggedAnswer {
  /** `ok`, or the name of the error: the KMS's own, or byok's code where no answer came. */
  readonly outcome: string;
  /** As the KMS gave it. */
  readonly requestId?: unknown;
}

/** Notes that a request is sent; what it returns is called with how that ended. */
export type RequestLog = (request: LoggedRequest) => (answer: LoggedAnswer) => void;

/** A line at the level debug for each request to a KMS and what belongs to it, once it has ended. Nothing of what is sent or answered is in it. */
export function requestLog(log: Log, clock: Clock): RequestLog {
  return (request) => {
    const since = clock.monotonic();
    return ({ outcome, requestId }) => {
      const durationMs = Math.round(clock.monotonic() - since);
      const fields = { ...request, outcome: wordOr("Unknown", outcome), durationMs, requestId: requestIdIn(requestId) };
      log.debug("KMS request", fields);
    };
  };
}

/** The id of a request, which is a UUID on every KMS: whatever else an answer has in its place is shown nowhere. */
export function requestIdIn(given: unknown): string | undefined {
  return typeof given === "string" && /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(given) ? given : undefined;
}

function wordOr(otherwise: string, text: string): string {
  return /^[\w.]{1,64}$/.test(text) ? text : otherwise;
}
