import { whatIsDue } from "../../src/engine/assessment";
import { ByokError } from "../../src/engine/errors";
import { type MaterialSettings, recordAfter } from "../../src/engine/imported-key-material";
import type { Lifetime } from "../../src/engine/lifetime";
import { observeMaterial } from "../../src/engine/material-observation";
import { blankRecord, type MaterialRecord } from "../../src/engine/material-record";
import { respelled } from "./failure";
import type { ReadResult } from "./handler";
import { formersOf, type MaterialArguments, materialOuts, materialRecordOf } from "./material-state";
import type { Props } from "./props";
import type { Request } from "./request";
import { stateName } from "./resource-name";
import { isRecorded } from "./schema-version";

/** The material as it is now: for a refresh of one that is in the state, or for a lookup of whatever a key holds. */
export async function lookAtMaterial(
  { session, run, args }: Request<MaterialArguments>,
  id: string,
  before: Props,
): Promise<ReadResult> {
  const recorded = isRecorded(before);
  const record: MaterialRecord = recorded ? materialRecordOf(id, before) : blankRecord(id);
  const lifetime: Lifetime = record.lifetime ?? { kind: "forever" };
  const seen = await observeMaterial(run, id, recorded ? record : undefined, { lifetime });
  if (!recorded && seen.key === null) throw new ByokError("key_not_found", `The KMS does not know ${id}.`);
  const { condition } = seen;
  const known = recordAfter(record, condition);
  const wanted: MaterialSettings = {
    keyArn: id,
    lifetime,
    description: record.description,
    onDeletion: args.onDeletion ?? "reimport",
  };
  const { reason } = whatIsDue({ wanted, condition, record: known });
  const outs = materialOuts(args, known, { condition, reason: respelled(reason), formers: formersOf(before) });
  session.seenMaterials.leave(stateName(id, outs), seen);
  return { id, props: outs };
}
