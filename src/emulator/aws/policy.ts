import { AwsError } from "../aws-json/errors";
import { text } from "../aws-json/input";
import { defaultPolicy, rewrittenPolicy } from "../aws-json/policy";
import { partitionOf } from "./arn";
import type { AwsCall } from "./call";

/** Latin-1 without its control characters, except for tabs and line ends. */
export const policyText = text({ min: 1, pattern: /^[\t\n\r -\u00FF]+$/ });

const maxPolicyBytes = 32_768;

/** The policy that a new or changed key has: what was given, rewritten, or the default one. */
export function policyFor(call: AwsCall, region: string, given: string | undefined): string {
  const partition = partitionOf(region);
  if (given === undefined) return defaultPolicy(partition, call.accountId);
  if (Buffer.byteLength(given) > maxPolicyBytes) {
    throw new AwsError("LimitExceededException", `A key policy may have at most ${maxPolicyBytes} bytes.`);
  }
  return rewrittenPolicy(given, partition);
}
