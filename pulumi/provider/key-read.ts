import { ByokError } from "../../src/engine/errors";
import { readKey } from "../../src/engine/external-key";
import type { ReadResult } from "./handler";
import { type KeyArguments, keyOuts, keyRecordOf, withKnownPolicy } from "./key-state";
import type { Props } from "./props";
import type { Request } from "./request";
import { stateName } from "./resource-name";
import { isRecorded } from "./schema-version";

/** The key as it is now: for a refresh of one that is in the state, or for a lookup of any other. */
export async function lookAtKey(request: Request<KeyArguments>, id: string, props: Props): Promise<ReadResult> {
  return isRecorded(props) ? refreshed(request, id, props) : lookedUp(request, id);
}

async function lookedUp({ run, args }: Request<KeyArguments>, id: string): Promise<ReadResult> {
  const found = await readKey(run, id, undefined, { policy: "if_possible", tags: "if_possible" });
  if (found === undefined) throw new ByokError("key_not_found", `${id} does not exist.`);
  return { id, props: keyOuts(args, found) };
}

async function refreshed(
  { session, run, args }: Request<KeyArguments>,
  id: string,
  before: Props,
): Promise<ReadResult> {
  const earlier = keyRecordOf(id, before);
  const aspects = { policy: earlier.policy !== undefined, tags: earlier.tags !== undefined };
  const seen = await readKey(run, id, earlier, aspects);
  if (seen === undefined) return {};
  const { profile } = run.services.service(earlier.kms, earlier.region);
  const record = withKnownPolicy(seen, earlier, profile);
  const outs = keyOuts(args, record);
  session.seenKeys.leave(stateName(id, outs), record);
  return { id, props: outs };
}
