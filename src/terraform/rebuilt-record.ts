import { isFingerprint } from "../engine/fingerprint";
import { parseInstant } from "../engine/instant";
import { expirationModels } from "../engine/key";
import type { Lifetime } from "../engine/lifetime";
import type { MaterialRecord } from "../engine/material-record";
import { recordFrom } from "../engine/stored-record";
import type { importedKeyMaterialSchema } from "./imported-key-material-schema";
import { present } from "./known";
import { lifetimeOfState } from "./material-arguments";
import type { MaterialMemory } from "./material-memory";
import type { State } from "./plugin/schema/schema";

type Schema = typeof importedKeyMaterialSchema;

/** What was kept beside the state, or what the attributes still say where that was lost. */
export function withRecord(memory: MaterialMemory, state: State<Schema>): MaterialMemory {
  return memory.record === undefined ? { ...memory, record: recordFromState(state) } : memory;
}

/**
 * The record as the attributes tell it. Terraform forgets what is kept beside them when the provider dies during an
 * update. Undefined where they tell of no import of byok's, such as after `terraform import`.
 */
export function recordFromState(state: State<Schema>): MaterialRecord | undefined {
  const { key_arn: keyArn, fingerprint, imported_at: importedAt, expiration_model: model, valid_to: date } = state;
  if (keyArn === null || importedAt === null) return undefined;
  const expirationModel = expirationModels.find((one) => one === model);
  const validTo = expires(state) && date !== null ? parseInstant(date, "valid_to") : undefined;
  return recordFrom({
    keyArn,
    fingerprint: fingerprint !== null && isFingerprint(fingerprint) ? fingerprint : undefined,
    verified: state.verified === true,
    materialId: present(state.key_material_id),
    importedAt: parseInstant(importedAt, "imported_at"),
    lifetime: lifetimeFromState(state, validTo),
    description: present(state.material_description),
    expirationModel: expirationModel ?? (validTo === undefined ? undefined : "KEY_MATERIAL_EXPIRES"),
    validTo,
    importedValidTo: validTo,
    ...(state.material_state === "deleted" ? { deletedEarly: true } : {}),
    rebuilt: true,
  });
}

/** A date beside material that never expires is a configured one that no import has been made with yet. */
function expires({ expiration_model: model }: State<Schema>): boolean {
  return model !== "KEY_MATERIAL_DOES_NOT_EXPIRE";
}

function lifetimeFromState(state: State<Schema>, validTo: number | undefined): Lifetime {
  if (state.valid_for !== null) return lifetimeOfState(state);
  return validTo === undefined ? { kind: "forever" } : { kind: "until", validTo };
}
