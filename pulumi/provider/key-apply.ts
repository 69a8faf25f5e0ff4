import type { Call } from "../../src/engine/call";
import { ByokError } from "../../src/engine/errors";
import { ensureKey, readKey, scheduleKeyDeletion } from "../../src/engine/external-key";
import { waitsForDeletion } from "../../src/engine/key";
import type { KeyRecord } from "../../src/engine/key-record";
import type { Outcome } from "../../src/engine/outcome";
import type { Run } from "../../src/engine/run";
import { PartialFailure } from "./failure";
import type { CreateResult } from "./handler";
import { regionFor } from "./key-region";
import { type KeyArguments, keyOuts, keyRecordOf, wantedKey } from "./key-state";
import { warningNotices } from "./notice";
import type { Props } from "./props";
import type { Inputs, Request, Standing } from "./request";
import { callFor } from "./timeouts";

/** Makes the key, or takes over the one that `existingKeyArn` names. */
export async function createKey(request: Request<KeyArguments>, inputs: Inputs): Promise<CreateResult> {
  const { session, run, args } = request;
  const call = callFor(request, "create");
  const existing = args.existingKeyArn === undefined ? undefined : await adopted(run, args, args.existingKeyArn, call);
  const region = existing?.region ?? regionFor(request);
  const outcome = await ensureKey(run, wantedKey(args, region), existing, call, "taken_over");
  session.keyHolders.arrive(outcome.record.arn, inputs.name);
  return finished(request, outcome, inputs.props);
}

async function adopted(run: Run, args: KeyArguments, arn: string, call: Call): Promise<KeyRecord> {
  const aspects = { policy: args.policy !== undefined, tags: args.tags !== undefined };
  const record = await readKey(run, arn, undefined, aspects, call);
  if (record !== undefined) return record;
  throw new ByokError("key_not_found", `${arn} does not exist. Correct \`existing_key_arn\`.`, {
    attribute: "existing_key_arn",
  });
}

export async function updateKey(
  request: Request<KeyArguments>,
  { id, outs: before }: Standing,
  inputs: Props,
): Promise<CreateResult> {
  const { run, args } = request;
  const record = keyRecordOf(id, before);
  const wanted = wantedKey(args, args.region ?? record.region);
  const outcome = await ensureKey(run, wanted, record, callFor(request, "update"));
  return finished(request, outcome, inputs);
}

function finished(
  { session, args }: Request<KeyArguments>,
  { record, warnings, error }: Outcome<KeyRecord>,
  inputs: Props,
): CreateResult {
  session.tell(warningNotices(warnings));
  const outs = keyOuts(args, record);
  if (error !== undefined) throw new PartialFailure(record.arn, error, outs, inputs);
  return { id: record.arn, outs };
}

/** Schedules the deletion of the key, unless another resource of the program manages it. */
export async function deleteKey(request: Request<KeyArguments>, { id, outs, name }: Standing): Promise<void> {
  const { session, run, args } = request;
  if (session.keyHolders.leave(id, name).another) {
    session.tell(warningNotices([`${id} is not scheduled for deletion: another resource of this program manages it.`]));
    return;
  }
  const record = keyRecordOf(id, outs);
  if (session.goneKeys.has(name)) return confirmGone(run, record);
  const { deletionWindowDays } = run.services.service(record.kms, record.region).profile;
  const days = args.deletionWindowInDays ?? deletionWindowDays.default;
  const { warnings } = await scheduleKeyDeletion(run, record, days, callFor(request, "delete"));
  session.tell(warningNotices(warnings));
}

/** What was planned for a key that is gone must not be done to a key that the KMS only did not show for a moment. */
async function confirmGone(run: Run, record: KeyRecord): Promise<void> {
  const seen = await readKey(run, record.arn, record, { policy: false, tags: false });
  if (seen === undefined || waitsForDeletion(seen)) return;
  throw new ByokError(
    "key_not_found",
    `The KMS did not find ${record.arn} when its replacement was planned, and finds it now. The key was not changed. Run again.`,
  );
}
