import type { KeyDescription } from "./key";
import type { KeyContext, KmsContext } from "./key-context";
import type { KeyReading, Observed } from "./key-service";
import { noteKmsTime } from "./kms-time";
import { whileCreating } from "./settling";

/** One look at a key, which also tells the run what time it is for the KMS. */
export async function lookAt({
  run,
  service,
  keyArn,
  call,
}: KeyContext<KeyReading>): Promise<Observed<KeyDescription | null>> {
  const seen = await service.describe(keyArn, call);
  noteKmsTime(run, service, seen.at);
  return seen;
}

/** Looks until the key is no longer being created, for as long as the operation has time. */
export function lookOnceCreated<T extends Observed<KeyDescription | null>>(
  context: KmsContext<unknown>,
  look: () => Promise<T>,
): Promise<T> {
  return whileCreating(context, look, ({ value }) => value?.state === "Creating");
}
