import type { Call } from "../../engine/call";
import { checkCall } from "../../engine/call";
import type { Clock } from "../../engine/clock";
import { ByokError } from "../../engine/errors";
import type { EpochSeconds } from "../../engine/instant";
import { answerDate } from "../answer-date";
import type { HttpAnswer, HttpSender } from "../../http/http-sender";
import { unreadable } from "../../http/network-errors";
import type { RequestLog } from "../request-log";
import { type Attempt, refusalError, refusalOf, settledError } from "../refusal";
import { type Answer, parsedAnswer } from "./answers";
import { rows } from "./error-table";
import { type Signing, signedRequestHeaders } from "./signing";
import { qkms } from "./vendor";

export interface Answered {
  readonly answer: Answer;
  /** The `Date` of the answer; the local time where it has none. */
  readonly at: EpochSeconds;
}

/** Sends one request to QKMS and gives its answer. Repeats nothing. @throws ByokError by the error table */
export type SendRequest = (
  operation: string,
  input: Answer,
  attempt: Omit<Attempt, "action">,
  call: Call | undefined,
) => Promise<Answered>;

export interface QkmsRequests {
  readonly send: SendRequest;
  /** As `send`, but the answer that there is no such key is an answer too: undefined, with its date. */
  readonly find: (
    ...request: Parameters<SendRequest>
  ) => Promise<Answered | { readonly answer: undefined; readonly at: EpochSeconds }>;
}

/**
 * What could be 32 bytes in base64 or hex, or more. Longer than any id of a key, and unlike elsewhere no id of a material
 * looks like this.
 */
const anyBytes = /[A-Za-z0-9+/_=-]{41,}/g;

/** A signature may be refused for its date alone when that is further off than this; AWS's bound, for lack of another. */
const tolerableSkewMs = 5 * 60_000;

/** As AWS names it, whose protocol this is. */
const requestIdHeader = "x-amzn-requestid";

export function qkmsRequests(
  url: URL,
  signing: Signing,
  sender: HttpSender,
  clock: Clock,
  began: RequestLog,
): QkmsRequests {
  // How far the KMS's clock is ahead of the local one, as far as its answers have told.
  let aheadMs = 0;
  const sent = async (...[operation, input, about, call = {}]: Parameters<SendRequest>): Promise<Outcome> => {
    checkCall(call);
    const attempt: Attempt = { ...about, action: `kms:${operation}` };
    const body = JSON.stringify(input);
    const date = new Date(clock.now() + aheadMs);
    const request = { url, target: `TrentService.${operation}`, body, date };
    const headers = await signedRequestHeaders(request, signing);
    // A change that is under way runs to its answer: to give up the wait would only leave its effect unknown.
    const signal = attempt.changes ? undefined : call.signal;
    const ended = began({ service: "kms", operation });
    const answered = await sender.send({ method: "POST", url, headers, body }, signal).catch((thrown: unknown) => {
      const error = ByokError.from(thrown);
      ended({ outcome: error.code });
      throw settledError(error, attempt);
    });
    const dateMs = answerDate(answered.headers.date);
    if (dateMs !== undefined) aheadMs = dateMs - clock.now();
    const at = Math.floor((dateMs ?? clock.now()) / 1000);
    const requestId = answered.headers[requestIdHeader];
    if (answered.status === 200) {
      ended({ outcome: "ok", requestId });
      return { answer: goodAnswer(answered, attempt), at };
    }
    const error = refusal(answered, attempt);
    ended({ outcome: error.serviceCode ?? error.code, requestId });
    const skewed =
      error.serviceCode === "NotAuthorizedException" &&
      dateMs !== undefined &&
      Math.abs(dateMs - date.getTime()) > tolerableSkewMs;
    return { error: skewed ? wrongClock(operation) : error, at };
  };
  return {
    async send(...request) {
      const outcome = await sent(...request);
      if ("error" in outcome) throw outcome.error;
      return outcome;
    },
    async find(...request) {
      const outcome = await sent(...request);
      if (!("error" in outcome)) return outcome;
      if (outcome.error.code !== "key_not_found") throw outcome.error;
      return { answer: undefined, at: outcome.at };
    },
  };
}

type Outcome = Answered | { readonly error: ByokError; readonly at: EpochSeconds };

function goodAnswer({ body }: HttpAnswer, attempt: Attempt): Answer {
  try {
    return parsedAnswer(body);
  } catch {
    throw settledError(new ByokError("untrusted_answer", unreadable(qkms), { effectUnknown: true }), attempt);
  }
}

/** The body names the error, with or without a message; what is no such body is shown by its HTTP status. */
function refusal({ status, headers, body }: HttpAnswer, attempt: Attempt): ByokError {
  let answer: Answer = {};
  try {
    answer = parsedAnswer(body);
  } catch {
    // A page of whatever stands between: its words are none of the KMS's.
  }
  const { __type: type, message, Message: words = message } = answer;
  // Cut by what ends a name, and not by a pattern: from a hostile text that one could take hours to find.
  const [name = ""] = typeof type === "string" ? type.slice(type.lastIndexOf("#") + 1).split(":", 1) : [];
  const said = { name, words: typeof words === "string" ? words.replace(anyBytes, "…") : "", status };
  const requestId = headers[requestIdHeader];
  return refusalError(refusalOf(attempt, { ...said, requestId }), attempt, rows, qkms);
}

/** The next request is signed with the KMS's time. */
function wrongClock(operation: string): ByokError {
  return new ByokError(
    "access_denied",
    `QKMS refused the signature of kms:${operation}, and the clock of this machine is off by more than ${tolerableSkewMs / 60_000} minutes: set it right.`,
    { retry: "backoff", serviceCode: "NotAuthorizedException" },
  );
}
