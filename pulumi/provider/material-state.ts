import { rotationStateOf } from "../../src/definitions/rotation-state";
import { type Fingerprint, isFingerprint } from "../../src/engine/fingerprint";
import { type MaterialCondition, materialFacts } from "../../src/engine/material-condition";
import type { MaterialRecord } from "../../src/engine/material-record";
import { lifetimeIn, recordFrom, storedRecord } from "../../src/engine/stored-record";
import { type checkedMaterialFields, storedMaterialArguments } from "./fields";
import { instantOut } from "./key-state";
import { plainProps, type Props } from "./props";
import { schemaVersion } from "./schema-version";
import { type ArgumentsOf, flag, list, number, object, readArguments, text, word } from "./shape";

export type MaterialArguments = ArgumentsOf<typeof checkedMaterialFields>;

const recordFields = {
  fingerprint: text,
  verified: flag,
  materialId: text,
  importedAt: number,
  lifetime: object({
    kind: word("forever", "until", "renewed"),
    validTo: number,
    validFor: number,
    renewBefore: number,
  }),
  expirationModel: word("KEY_MATERIAL_EXPIRES", "KEY_MATERIAL_DOES_NOT_EXPIRE"),
  validTo: number,
  importedValidTo: number,
  seenImported: flag,
  deletedEarly: flag,
  keyDisabled: flag,
  toDisable: flag,
  noteLeft: flag,
  rebuilt: flag,
  otherMaterials: list(text),
  formers: list(text),
} as const;

/** The state of the material, as far as the outputs show it. */
export interface MaterialView {
  readonly condition: MaterialCondition;
  /** What the next apply would do and why. */
  readonly reason: string;
  /** What this has taken the place of: see moves.ts. */
  readonly formers: readonly string[];
}

/** The outputs of material: its arguments but for the bytes, what is on record of it, and the version of the two. */
export function materialOuts(
  args: MaterialArguments,
  record: MaterialRecord,
  { condition, reason, formers }: MaterialView,
): Record<string, unknown> {
  // The description is the user's, and may be a secret: it keeps its own name, by which Pulumi recognizes it as one.
  const { keyArn, description, ...kept } = storedRecord(record);
  const facts = materialFacts(condition);
  return plainProps({
    ...storedMaterialArguments(args),
    schemaVersion,
    keyArn,
    keyMaterialId: record.materialId ?? facts.materialId,
    rotationState: rotationStateOf(facts.rotation),
    fingerprint: record.fingerprint,
    verified: record.verified,
    materialState: condition.state,
    keyState: facts.keyState,
    materialDescription: description,
    expirationModel: record.expirationModel,
    validTo: instantOut(record.validTo),
    importedAt: instantOut(record.importedAt),
    renewalTime: instantOut(facts.renewalTime),
    readyForRenewal: facts.renewalDue,
    reason,
    record: { ...kept, formers: formers.length === 0 ? undefined : formers },
  });
}

/** The arguments that outputs hold: without those that share a name with them and say something else. */
export function argumentsIn({ validTo: _validTo, fingerprint: _fingerprint, ...rest }: Props): Props {
  return rest;
}

/** The record that outputs of this schema version hold. The reverse of `materialOuts`. */
export function materialRecordOf(keyArn: string, outs: Props): MaterialRecord {
  const { args } = readArguments({ record: object(recordFields), materialDescription: text }, outs);
  const { fingerprint, lifetime, verified, formers: _formers, ...rest } = args.record ?? {};
  return recordFrom({
    keyArn,
    ...rest,
    verified: verified ?? false,
    fingerprint: fingerprint !== undefined && isFingerprint(fingerprint) ? fingerprint : undefined,
    lifetime: lifetime === undefined ? undefined : lifetimeIn(lifetime),
    description: args.materialDescription,
  });
}

/** Names of what this has taken the place of, as outputs show them. */
export function formersOf(outs: Props): readonly string[] {
  return readArguments({ record: object(recordFields) }, outs).args.record?.formers ?? [];
}

/** What the material was configured to come after when it was last applied. */
export function succeedsOnRecord(outs: Props): string | undefined {
  return readArguments({ succeeds: text }, outs).args.succeeds;
}

/** Undefined where none is configured, or none that is one. */
export function configuredFingerprint({ fingerprint }: MaterialArguments): Fingerprint | undefined {
  return fingerprint !== undefined && isFingerprint(fingerprint) ? fingerprint : undefined;
}
