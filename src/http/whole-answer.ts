import { ByokError } from "../engine/errors";
import type { Timeouts, Vendor } from "./surroundings";

/** Many times what a KMS or an STS answers at most. */
const longestAnswerBytes = 8 * 1024 * 1024;

/**
 * The body of an answer, whole, in one buffer. The pieces that it came in are wiped: it may be a secret.
 *
 * @throws ByokError `untrusted_answer` where it has no end in sight
 */
export async function wholeAnswer(body: AsyncIterable<Buffer>, { name }: Vendor): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    for await (const chunk of body) {
      chunks.push(chunk);
      length += chunk.length;
      if (length > longestAnswerBytes) {
        throw new ByokError(
          "untrusted_answer",
          `The answer has more than ${longestAnswerBytes} bytes, which nothing that ${name} answers has. Check the endpoint and what stands between.`,
          { effectUnknown: true },
        );
      }
    }
    return Buffer.concat(chunks);
  } finally {
    for (const chunk of chunks) chunk.fill(0);
  }
}

/** The time for an answer was over before it was complete. */
export function tooLate(host: string, timeouts: Timeouts): ByokError {
  return new ByokError(
    "service_unavailable",
    `${host} did not answer within ${timeouts.request / 1000} seconds. Look at the network between here and there, then run again.`,
    { retry: "backoff", effectUnknown: true },
  );
}
