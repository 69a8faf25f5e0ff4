import type { Kind } from "../../src/definitions/field";
import {
  type Face,
  isArgument,
  isOn,
  type ResourceField,
  type ResourceFields,
} from "../../src/definitions/resource-field";
import { isShown, spelled } from "../../src/definitions/spelling";
import { argumentWords, resultWords } from "./wording";

/** What a resource, or a construct, is called, and its fields. */
export interface Described {
  readonly name: string;
  readonly what: string;
  readonly fields: ResourceFields;
}

/** The page with the arguments, and in Pulumi the results, of all resources in a face. */
export function referencePage(
  face: Exclude<Face, "terraform">,
  title: string,
  resources: readonly Described[],
): string {
  const sections = resources.map(({ name, what, fields }) => {
    const entries = Object.entries(fields);
    const written = entries.filter(([, field]) => isOn(face, field) && isArgument(field));
    const shown = face === "pulumi" ? entries.filter(([, field]) => isShown(field)) : [];
    const heading = face === "pulumi" ? "argument" : "property";
    return [
      `## ${name}`,
      what,
      table(
        [heading, "type", "what", "default"],
        written.map((entry) => argumentRow(face, entry)),
      ),
      ...(shown.length === 0 ? [] : [table(["result", "type", "what"], shown.map(resultRow))]),
    ].join("\n\n");
  });
  return `<!-- Made by \`npm run generate:faces\` from src/definitions. -->\n\n# ${title}\n\n${sections.join("\n\n")}\n`;
}

function argumentRow(face: Exclude<Face, "terraform">, [name, field]: readonly [string, ResourceField]): string[] {
  const { says, otherwise } = argumentWords(face, field);
  const isRequired = field.required === true;
  return [`\`${spelled(name, field)}\``, typeWords(field.is), says, isRequired ? "required" : otherwise];
}

function resultRow([name, field]: readonly [string, ResourceField]): string[] {
  return [`\`${spelled(name, field)}\``, typeWords(field.is), resultWords(field)];
}

function typeWords(kind: Kind): string {
  switch (kind.kind) {
    case "text":
    case "choice":
      return "text";
    case "flag":
      return "true or false";
    case "number":
      return "number";
    case "map":
      return `map of ${typeWords(kind.of)}`;
    case "list":
      return `list of ${typeWords(kind.of)}`;
    case "group":
      return "object";
  }
}

function table(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  return [line(headings), line(headings.map(() => "---")), ...rows.map(line)].join("\n");
}
