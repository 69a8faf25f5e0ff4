import type {
  AttributeDefinition,
  BlockDefinition,
  ObjectDefinition,
} from "../../src/terraform/plugin/schema/definition";
import type { Type } from "../../src/terraform/plugin/type";

/** The reference of a schema, in the layout that the registry's readers know. */
export function schemaSection(schema: ObjectDefinition): string {
  return `## Schema\n\n${objectReference(schema, "###")}${blockReferences(schema, "")}`.trimEnd();
}

function objectReference({ attributes, blocks }: ObjectDefinition, heading: string, above = ""): string {
  const entries = Object.entries(attributes);
  const groups: [string, string[]][] = [
    ["Required", entries.filter(([, { options }]) => options.required === true).map(line)],
    [
      "Optional",
      [
        ...entries.filter(([, { options }]) => options.optional === true).map(line),
        ...Object.entries(blocks).map(([name, block]) => blockLine(pathOf(name, above), block)),
      ],
    ],
    [
      "Read-Only",
      entries.filter(([, { options }]) => options.computed === true && options.optional !== true).map(line),
    ],
  ];
  return groups
    .filter(([, lines]) => lines.length > 0)
    .map(([title, lines]) => `${heading} ${title}\n\n${lines.join("\n")}\n\n`)
    .join("");
}

function line([name, { type, options }]: [string, AttributeDefinition]): string {
  const flags = [
    typeWords(type),
    options.sensitive === true && "Sensitive",
    options.writeOnly === true && "Write-only",
    options.deprecated !== undefined && "Deprecated",
  ];
  return `- \`${name}\` (${flags.filter((flag) => flag !== false).join(", ")}) ${options.description ?? ""}`.trimEnd();
}

function blockLine(path: string, block: BlockDefinition): string {
  const kind = block.nesting === "single" ? "Block" : `Block ${block.nesting === "list" ? "List" : "Set"}`;
  const name = path.slice(path.lastIndexOf(".") + 1);
  return `- \`${name}\` (${kind}) ${block.description ?? ""} (see [below](#${anchorOf(path)}))`;
}

function blockReferences({ blocks }: ObjectDefinition, above: string): string {
  return Object.entries(blocks)
    .map(([name, { object }]) => {
      const path = pathOf(name, above);
      const title = `<a id="${anchorOf(path)}"></a>\n\n### Nested schema for \`${path}\``;
      return `${title}\n\n${objectReference(object, "####", path)}${blockReferences(object, path)}`;
    })
    .join("");
}

function pathOf(name: string, above: string): string {
  return above === "" ? name : `${above}.${name}`;
}

/** As the registry's own pages name it: what a heading is called there and elsewhere depends on the reader. */
function anchorOf(path: string): string {
  return `nestedblock--${path.replaceAll(".", "--")}`;
}

function typeWords(type: Type): string {
  switch (type.kind) {
    case "string":
    case "number":
    case "dynamic":
      return type.kind.charAt(0).toUpperCase() + type.kind.slice(1);
    case "bool":
      return "Boolean";
    case "list":
    case "set":
    case "map":
      return `${type.kind.charAt(0).toUpperCase()}${type.kind.slice(1)} of ${typeWords(type.element)}`;
    case "object":
    case "tuple":
      return type.kind === "object" ? "Object" : "Tuple";
  }
}
