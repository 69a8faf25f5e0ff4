import { ByokError } from "../../engine/errors";
import { networkError } from "../../http/network-errors";
import { type Attempt, refusalError, refusalOf, settledError } from "../refusal";
import { rows } from "./error-table";
import type { RpcAnswer } from "./rpc";
import { alibaba } from "./vendor";

/** An error that KMS or STS answered with, classified. */
export function answerError(answer: RpcAnswer & { readonly ok: false }, attempt: Attempt): ByokError {
  const refusal = refusalOf(attempt, answer);
  // Throttling.User, Throttling.Api, Throttling.RateQuota, …: what comes behind the dot makes no difference.
  const name = refusal.name.startsWith("Throttling") ? "Throttling" : refusal.name;
  return refusalError({ ...refusal, name }, attempt, rows, alibaba);
}

/** Anything that a request to KMS or STS threw, classified. */
export function classified(thrown: unknown, attempt: Attempt): ByokError {
  if (thrown instanceof ByokError) return settledError(thrown, attempt);
  return settledError(networkError(thrown, alibaba) ?? ByokError.from(thrown), attempt);
}
