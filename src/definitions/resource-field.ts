import type { KeyOption } from "../engine/kms-profile";
import type { Field, Kind } from "./field";

/** Where a resource is written or shown. */
export type Face = "terraform" | "pulumi" | "cdktf";

/** A text of a form. */
export interface Form {
  readonly pattern: RegExp;
  /** What it must be: "a Region name, such as eu-central-1". */
  readonly words: string;
}

/** From the least to the most, both included. */
export interface Bounds {
  readonly least: number;
  readonly most: number;
}

/** How a face differs from what is said of a field for all. */
export interface FaceOfField {
  /** In place of the description. */
  readonly description?: string;
  /** What it says as a result, where the description is that of the argument. Pulumi alone declares results. */
  readonly result?: string;
  /** Whether it is declared as a result. Default: it is computed and has no default. */
  readonly shown?: boolean;
  /** Whether the result is always there. Default: as `always` says. */
  readonly always?: boolean;
  /** As a result a KMS may say another word than the argument can be. */
  readonly open?: true;
}

/**
 * A field of a resource: an argument (required, or optional), a result (computed), or both. Everything that a face, a
 * check or a page needs to know of it stands here and nowhere else.
 */
export interface ResourceField<K extends Kind = Kind> extends Field<K> {
  /** A configuration must set it. */
  readonly required?: true;
  /** A configuration may set it. */
  readonly optional?: true;
  /** It is shown, as the KMS or byok has it where no configuration says so. */
  readonly computed?: true;
  /** Handed over and kept nowhere. */
  readonly writeOnly?: true;
  /** What holds where it is not set, if that is one value for every KMS and every key. */
  readonly default?: string | number | boolean;
  /** The words that a text may be, where the list is too long, or too open, to be a type. */
  readonly oneOf?: readonly string[];
  /** How many characters a text may have, in UTF-16 units. */
  readonly length?: Bounds;
  readonly form?: Form;
  /** What a number may be. */
  readonly bounds?: Bounds;
  /** Each KMS has bounds of its own within these, and a rule tells them where the KMS is known. */
  readonly narrowed?: true;
  /** Whether a number must be whole. */
  readonly whole?: true;
  /** When two spellings mean the same. */
  readonly equality?: "policy" | "instant";
  /** It cannot be changed in place: another value, or the ARN of another key, is another resource. */
  readonly replaces?: "another_value" | "another_key";
  /** An update leaves it as it is where the configuration does not say otherwise. */
  readonly lasting?: true;
  /** Only KMSs with this option have it. */
  readonly option?: KeyOption;
  /** A replica has its primary's, and sets none of its own. */
  readonly ofPrimary?: true;
  /**
   * What a change concerns: `own_record` nothing but byok's own record, `renewal` when byok imports again. Default: the
   * key, or its material.
   */
  readonly concerns?: "own_record" | "renewal";
  /** Always there as a result. */
  readonly always?: true;
  /** A value as it would be written, in TypeScript. */
  readonly example?: string;
  /** The faces that have it. Default: all. */
  readonly only?: readonly Face[];
  /** Its name in faces in TypeScript. Default: the name in camel case. */
  readonly typescript?: string;
  readonly pulumi?: FaceOfField;
  readonly cdktf?: FaceOfField;
}

/** Fields by their name in Terraform, in the order in which they are shown. */
export type ResourceFields = Readonly<Record<string, ResourceField>>;

/** Whether a configuration can set it. */
export function isArgument({ required, optional }: ResourceField): boolean {
  return required === true || optional === true;
}

/** Whether a face has it. */
export function isOn(face: Face, { only }: ResourceField): boolean {
  return only === undefined || only.includes(face);
}

/** The text about a field in a face. */
export function descriptionIn(face: Face, field: ResourceField): string {
  const told = face === "terraform" ? undefined : field[face]?.description;
  return told ?? field.description;
}
