import type { AnswerFields } from "../exchange";
import type { AlibabaCall } from "./call";
import { type Input, type Parameters, readInput, type Shape } from "./input";

/** One operation of Alibaba Cloud KMS. */
export interface Operation {
  /** Whether it leaves everything as it was. */
  readonly reads: boolean;
  /** The parameters that it takes. Any other is refused, since it might change what the request means. */
  readonly parameters: readonly string[];
  /** @throws AlibabaError or Refusal */
  run(call: AlibabaCall, parameters: Parameters): Promise<AnswerFields>;
}

/** An operation from the parameters that it takes and what it does with them. */
export function operation<S extends Shape>(
  input: S,
  run: (call: AlibabaCall, input: Input<S>) => AnswerFields | Promise<AnswerFields>,
  kind: "reads" | "changes" = "changes",
): Operation {
  return {
    reads: kind === "reads",
    parameters: Object.keys(input),
    run: async (call, parameters) => run(call, readInput(input, parameters, call.operation)),
  };
}
