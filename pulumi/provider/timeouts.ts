import type { Call } from "../../src/engine/call";
import { deadlineAfter } from "../../src/engine/deadline";
import { parseDuration } from "../../src/engine/duration";
import { defaultOperationTimeout } from "../../src/engine/operation-timeout";
import type { Request } from "./request";

type Operation = "create" | "update" | "delete";

/** How long each operation may take, as durations. Pulumi passes its own timeouts to no dynamic provider. */
export type Timeouts = { readonly [O in Operation]?: string };

/** What goes along with an operation: the time that it has, from now on. Default: that of every face. */
export function callFor({ session, args }: Request<{ readonly timeouts?: Timeouts }>, operation: Operation): Call {
  const seconds = parseDuration(
    args.timeouts?.[operation] ?? defaultOperationTimeout.duration,
    `timeouts.${operation}`,
  );
  return { deadline: deadlineAfter(seconds * 1000, session.surroundings.clock) };
}

/** @throws ByokError `invalid_argument` for what is no duration. */
export function checkTimeouts(timeouts: Timeouts = {}): void {
  for (const [operation, written] of Object.entries(timeouts)) parseDuration(written, `timeouts.${operation}`);
}
