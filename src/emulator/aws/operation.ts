import type { AnswerFields } from "../exchange";
import type { AwsCall } from "./call";
import { type Input, readInput, type Shape } from "../aws-json/input";

/** One operation of AWS KMS. */
export interface Operation {
  /** Whether it leaves everything as it was. */
  readonly reads: boolean;
  /** @throws AwsError or Refusal */
  run(call: AwsCall, body: Readonly<Record<string, unknown>>): Promise<AnswerFields>;
}

/** An operation from the members that it takes and what it does with them. */
export function operation<S extends Shape>(
  input: S,
  run: (call: AwsCall, input: Input<S>) => AnswerFields | Promise<AnswerFields>,
  kind: "reads" | "changes" = "changes",
): Operation {
  return {
    reads: kind === "reads",
    run: async (call, body) => run(call, readInput(input, body)),
  };
}
