import type { Kind } from "../../src/definitions/field";
import { isArgument, isOn, type ResourceField, type ResourceFields } from "../../src/definitions/resource-field";
import { spelled } from "../../src/definitions/spelling";
import { argumentWords, comment } from "./wording";

/** The properties of one construct. */
export interface ConstructTypes {
  /** `ExternalKeyProps` */
  readonly name: string;
  readonly what: string;
  readonly fields: ResourceFields;
}

/**
 * A file with the properties of constructs.
 *
 * @param imports Lines that bring the types of what is no plain value.
 * @param groups Those types, by the names of the fields.
 */
export function cdktfTypes(
  constructs: readonly ConstructTypes[],
  imports: readonly string[],
  groups: Readonly<Record<string, string>>,
): string {
  const interfaces = constructs.map(({ name, what, fields }) => {
    const members = Object.entries(fields)
      .filter(([, field]) => isOn("cdktf", field) && isArgument(field))
      .map(([attribute, field]) => property(attribute, field, groups));
    return `${comment([what])}export interface ${name} {\n${members.join("")}}\n`;
  });
  return `// Made by \`npm run generate:faces\` from src/definitions.\n${imports.join("\n")}\n\n${interfaces.join("\n")}`;
}

/** A type of the names of the properties that only some KMSs have. */
export function optionNames(name: string, what: string, fields: ResourceFields): string {
  const options = Object.entries(fields).flatMap(([attribute, field]) =>
    field.option === undefined ? [] : [JSON.stringify(spelled(attribute, field))],
  );
  return `\n${comment([what])}export type ${name} = ${options.join(" | ")};\n`;
}

function property(name: string, field: ResourceField, groups: Readonly<Record<string, string>>): string {
  const { says, otherwise } = argumentWords("cdktf", field);
  const isRequired = field.required === true;
  const tags = [
    ...(isRequired ? [] : [`@default ${/^`[^`]*`$/.test(otherwise) ? otherwise.slice(1, -1) : `- ${otherwise}`}`]),
    ...(field.example === undefined ? [] : [`@example ${field.example}`]),
  ];
  const type = groups[name] ?? typeOf(field.is);
  return `${comment([says, ...tags], "  ")}  readonly ${spelled(name, field)}${isRequired ? "" : "?"}: ${type};\n`;
}

function typeOf(kind: Kind): string {
  switch (kind.kind) {
    case "text":
    case "choice":
      return "string";
    case "flag":
      return "boolean | IResolvable";
    case "number":
      return "number";
    case "map":
      return `{ readonly [key: string]: ${typeOf(kind.of)} }`;
    case "list":
      return `readonly ${typeOf(kind.of)}[]`;
    case "group":
      throw new Error("The type of a group has a name.");
  }
}
