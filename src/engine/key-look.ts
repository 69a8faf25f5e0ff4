import type { Call } from "./call";
import type { KeyDescription } from "./key";
import type { KeyService, Observed } from "./key-service";
import { noteKmsTime } from "./kms-time";
import type { Run } from "./run";
import { whileCreating } from "./settling";

/** One look at a key, which also tells the run what time it is for the KMS. */
export async function lookAt(
  run: Run,
  service: KeyService,
  keyArn: string,
  call: Call,
): Promise<Observed<KeyDescription | null>> {
  const seen = await service.describe(keyArn, call);
  noteKmsTime(run, service, seen.at);
  return seen;
}

/** Looks until the key is no longer being created, for as long as the operation has time. */
export function lookOnceCreated<T extends Observed<KeyDescription | null>>(
  run: Run,
  call: Call,
  look: () => Promise<T>,
): Promise<T> {
  return whileCreating(run, call, look, ({ value }) => value?.state === "Creating");
}
