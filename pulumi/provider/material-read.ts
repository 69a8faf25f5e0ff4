import { materialNamed } from "../../src/definitions/material-id";
import { whatIsDue } from "../../src/engine/assessment";
import { ByokError } from "../../src/engine/errors";
import { type MaterialSettings, recordAfter } from "../../src/engine/imported-key-material";
import type { Lifetime } from "../../src/engine/lifetime";
import { type MaterialObservation, observeMaterial } from "../../src/engine/material-observation";
import { blankRecord, type MaterialRecord } from "../../src/engine/material-record";
import { respelled } from "./failure";
import type { ReadResult } from "./handler";
import { formersOf, type MaterialArguments, materialOuts, materialRecordOf } from "./material-state";
import type { Props } from "./props";
import type { Request } from "./request";
import { stateName } from "./resource-name";
import { isRecorded } from "./schema-version";

/** The material as it is now: for a refresh of one that is in the state, or for a lookup of what a key holds. */
export async function lookAtMaterial(
  { session, run, args }: Request<MaterialArguments>,
  id: string,
  before: Props,
): Promise<ReadResult> {
  const { keyArn, materialId } = materialNamed(id);
  const isLookup = !isRecorded(before);
  const record: MaterialRecord = isLookup ? { ...blankRecord(keyArn), materialId } : materialRecordOf(keyArn, before);
  const lifetime: Lifetime = record.lifetime ?? { kind: "forever" };
  const { succeeds } = args;
  const isBlank = isLookup && materialId === undefined;
  const seen = await observeMaterial(run, keyArn, isBlank ? undefined : record, { lifetime, succeeds });
  if (isLookup) refuseMissing(keyArn, materialId, seen, "id");
  const { condition } = seen;
  const known = recordAfter(record, condition);
  const wanted: MaterialSettings = {
    keyArn,
    lifetime,
    succeeds,
    description: record.description,
    onDeletion: args.onDeletion ?? "reimport",
  };
  const { reason } = whatIsDue({ wanted, condition, record: known });
  const outs = materialOuts(args, known, { condition, reason: respelled(reason), formers: formersOf(before) });
  session.seenMaterials.leave(stateName(id, outs), seen);
  return { id, props: outs };
}

/** What is looked up, or taken over, must be there. */
export function refuseMissing(
  keyArn: string,
  materialId: string | undefined,
  { key, materials }: MaterialObservation,
  attribute: string,
): void {
  if (key === null) throw new ByokError("key_not_found", `The KMS does not know ${keyArn}.`);
  if (materialId === undefined || key.materialId === materialId) return;
  if (materials === undefined || materials.some((entry) => entry.materialId === materialId)) return;
  throw new ByokError(
    "invalid_argument",
    `${keyArn} has no key material ${materialId}. \`byok status\` lists the materials of a key.`,
    { attribute },
  );
}
