import type { Kind } from "../../src/definitions/field";
import { isArgument, isOn, type ResourceField, type ResourceFields } from "../../src/definitions/resource-field";
import { isShown, spelled } from "../../src/definitions/spelling";
import { argumentWords, comment, resultWords } from "./wording";

/** A file with the arguments and the results of a resource in Pulumi. */
export function pulumiTypes(resource: string, what: string, fields: ResourceFields): string {
  return `// Made by \`npm run generate:faces\` from src/definitions.
import type { Input, Output } from "@pulumi/pulumi";
import type { ConnectionArgs, TimeoutsArgs } from "./connection-args";

${comment([what])}export interface ${resource}Args {
${members(fields, (field) => isOn("pulumi", field) && isArgument(field), argument)}}

${comment([`What is known of an ${resource} once it is there.`])}export interface ${resource}Outputs {
${members(fields, isShown, result)}}
`;
}

function members(
  fields: ResourceFields,
  isMeant: (field: ResourceField) => boolean,
  member: (name: string, field: ResourceField) => string,
): string {
  return Object.entries(fields)
    .filter(([, field]) => isMeant(field))
    .map(([name, field]) => member(name, field))
    .join("");
}

function argument(name: string, field: ResourceField): string {
  const { says, otherwise } = argumentWords("pulumi", field);
  const unset = /Unset[^:]*: /.test(field.description) ? "Unset" : "Default";
  const text = field.required === true ? says : `${says} ${unset}: ${otherwise}.`;
  const optional = field.required === true ? "" : "?";
  return `${comment([text], "  ")}  ${spelled(name, field)}${optional}: ${inputType(name, field.is)};\n`;
}

function inputType(name: string, kind: Kind): string {
  switch (kind.kind) {
    case "group":
      return `Input<${name === "timeouts" ? "TimeoutsArgs" : "ConnectionArgs"}>`;
    case "map":
      return `Input<Record<string, ${inputType(name, kind.of)}>>`;
    case "list":
      return `Input<${inputType(name, kind.of)}[]>`;
    case "text":
    case "flag":
    case "number":
    case "choice":
      return `Input<${plainType(kind)}>`;
  }
}

function result(name: string, field: ResourceField): string {
  const { pulumi } = field;
  const type = plainType(pulumi?.open === true ? { kind: "text" } : field.is);
  const isAlways = pulumi?.always ?? field.always ?? false;
  const value = `${type}${isAlways ? "" : " | undefined"}`;
  const line = `  readonly ${spelled(name, field)}: Output<${value}>;\n`;
  const fits = line.length <= 121;
  const written = fits ? line : `  readonly ${spelled(name, field)}: Output<\n    ${value}\n  >;\n`;
  return `${comment([resultWords(field)], "  ")}${written}`;
}

function plainType(kind: Kind): string {
  switch (kind.kind) {
    case "text":
      return "string";
    case "flag":
      return "boolean";
    case "number":
      return "number";
    case "choice":
      return kind.choices.map((word) => JSON.stringify(word)).join(" | ");
    case "map":
      return `Record<string, ${plainType(kind.of)}>`;
    case "list":
      return `${plainType(kind.of)}[]`;
    case "group":
      throw new Error("No result is a group.");
  }
}
