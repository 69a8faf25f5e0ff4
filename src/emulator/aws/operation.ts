import { AwsError } from "../aws-json/errors";
import { flag, type Input, listOf, readInput, type Shape, text } from "../aws-json/input";
import type { AnswerFields } from "../exchange";
import type { AwsCall } from "./call";
import { requireGrantTokens } from "./grant-token";

/** One operation of AWS KMS. */
export interface Operation {
  /** Whether it leaves everything as it was. */
  readonly reads: boolean;
  /** The members that it takes. Any other is refused, since it might change what the request means. */
  readonly members: readonly string[];
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
    members: Object.keys(input),
    run: async (call, body) => run(call, readInput(input, body, call.operation)),
  };
}

/** Grant tokens, as far as they have to be the emulator's own; whom a grant allows what is not asked. */
export const grantTokens = listOf(text({ min: 1, max: 8192 }));

/** Members of every operation that uses a key. */
const useMembers = { GrantTokens: grantTokens, DryRun: flag() };

/** An operation that uses a key. It changes nothing, so a dry run is all of it but the answer. */
export function useOperation<S extends Shape>(
  input: S,
  run: (call: AwsCall, input: Input<S>, dryRun: boolean) => AnswerFields | Promise<AnswerFields>,
): Operation {
  return {
    reads: true,
    members: [...Object.keys(input), ...Object.keys(useMembers)],
    run: async (call, body) => {
      const { GrantTokens, DryRun, ...own } = body;
      const options = readInput(useMembers, { GrantTokens, DryRun }, call.operation);
      requireGrantTokens(call, options.GrantTokens);
      const answer = await run(call, readInput(input, own, call.operation), options.DryRun === true);
      refuseDryRun(options.DryRun);
      return answer;
    },
  };
}

/** The end of a dry run, once everything has been checked. @throws AwsError DryRunOperationException */
export function refuseDryRun(dryRun: boolean | undefined): void {
  if (dryRun === true) {
    throw new AwsError("DryRunOperationException", "The request would have succeeded, but the DryRun option is set.");
  }
}
