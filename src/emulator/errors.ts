/** Why the model of keys refuses something, in no cloud's words. Each wire turns a reason into its own error. */
export type RefusalReason =
  | "token_invalid"
  | "token_expired"
  | "unwrap_failed"
  | "material_invalid"
  | "material_differs"
  | "material_never_imported"
  | "material_already_associated"
  | "material_unknown"
  | "material_pending_rotation"
  | "new_material_on_replica"
  | "no_material_pending_rotation"
  | "rotation_in_progress"
  | "ciphertext_invalid";

/** Facts for the message of a refusal: identifiers only, never bytes. */
export interface RefusalFacts {
  readonly materialId?: string;
  readonly pendingMaterialId?: string;
}

export class Refusal extends Error {
  override readonly name = "Refusal";
  readonly reason: RefusalReason;
  readonly facts: RefusalFacts;

  constructor(reason: RefusalReason, facts: RefusalFacts = {}) {
    super(reason);
    this.reason = reason;
    this.facts = facts;
  }
}
