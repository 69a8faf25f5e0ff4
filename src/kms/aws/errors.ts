import { ByokError } from "../../engine/errors";
import { isError, networkError } from "../../http/network-errors";
import { type Attempt, type Refusal, refusalError, refusalOf, settledError } from "../refusal";
import { rows } from "./error-table";
import { aws } from "./vendor";

/** Anything that a request to KMS or STS threw, classified. */
export function classified(thrown: unknown, attempt: Attempt): ByokError {
  if (thrown instanceof ByokError) return settledError(thrown, attempt);
  const refusal = sdkRefusal(thrown, attempt);
  if (refusal === undefined) return settledError(networkError(thrown, aws) ?? ByokError.from(thrown), attempt);
  return refusalError(refusal, attempt, rows, aws);
}

/** The refusal that the SDK made of an answer; undefined where there was no readable answer. */
function sdkRefusal(thrown: unknown, attempt: Attempt): Refusal | undefined {
  if (!isError(thrown) || !("$fault" in thrown)) return undefined;
  const metadata: unknown = "$metadata" in thrown ? thrown.$metadata : undefined;
  const status = field(metadata, "httpStatusCode");
  return refusalOf(attempt, {
    // The SDK takes over what the answer has in their places, text or not.
    name: typeof thrown.name === "string" ? thrown.name : "",
    words: typeof thrown.message === "string" ? thrown.message : "",
    status: typeof status === "number" ? status : undefined,
    requestId: field(metadata, "requestId"),
  });
}

function field(object: unknown, name: string): unknown {
  return typeof object === "object" && object !== null ? Reflect.get(object, name) : undefined;
}
