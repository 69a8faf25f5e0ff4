import { only, type Defined } from "../engine/defined";
import { importedKeyMaterialFields } from "./imported-key-material";
import type { Face, ResourceField } from "./resource-field";
import { argumentNames, spelled } from "./spelling";

/** What tells one set of bytes from another. A successor never has it from the key's first material. */
const ofBytes = [
  "key_material_wo",
  "key_material_source",
  "fingerprint",
  "material_description",
  "existing_key_material_id",
];

/** A lifetime is the successor's own as a whole, or as a whole that of the key's first material. */
const lifetime = ["valid_to", "valid_for", "renew_before"];

/** Names are parts of addresses and of names of resources. */
const nameForm = /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/;

/**
 * The arguments of the material of a successor, by their names in a face: its own, and those of the key's first material
 * that hold for all.
 */
export function successorArguments<T extends object>(face: "pulumi" | "cdktf", first: T, own: T): Partial<Defined<T>>;
export function successorArguments(face: Face, first: object, own: object): object {
  const named = (names: readonly string[]): readonly string[] =>
    Object.entries(importedKeyMaterialFields).flatMap(([name, field]) =>
      names.includes(name) ? [spelled(name, field)] : [],
    );
  const mine = only(own, (name) => name !== "name");
  const hasLifetime = named(lifetime).some((name) => Object.hasOwn(mine, name));
  const withheld = [...named(ofBytes), ...(hasLifetime ? named(lifetime) : [])];
  const shared = argumentNames(importedKeyMaterialFields, face);
  return { ...only(first, (name) => shared.includes(name) && !withheld.includes(name)), ...mine };
}

/** The arguments of material in a replica: without what its primary alone has. */
export function replicaArguments<T extends object>(face: Face, values: T): Partial<Defined<T>> {
  const ofPrimary = argumentNames(importedKeyMaterialFields, face, (field: ResourceField) => field.ofPrimary === true);
  return only(values, (name) => !ofPrimary.includes(name));
}

/**
 * What is wrong with the names of successors, in sentences.
 *
 * @param names Undefined stands for a name that is not known while the program runs.
 */
export function successorNameFaults(names: readonly (string | undefined)[]): readonly string[] {
  const misnamed = names.filter((name) => name !== undefined && !nameForm.test(name));
  const twice = names.filter((name, index) => name !== undefined && names.indexOf(name) !== index);
  return [
    ...(names.includes(undefined)
      ? [
          "Each of `successors` must have a `name` that is plain text, since it is part of the names of its resources: a value that is known later, or none, was found. Write it in the program.",
        ]
      : []),
    ...misnamed.map(
      (name) =>
        `\`successors\` has the name ${JSON.stringify(name)}, which must be 1 to 64 letters, digits, hyphens and underscores that begin with a letter or digit. Correct it.`,
    ),
    ...[...new Set(twice)].map(
      (name) => `\`successors\` must have each name once: ${name} is there twice. Rename the one that was added last.`,
    ),
  ];
}
