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

function objectReference({ attributes, blocks }: ObjectDefinition, heading: string): string {
  const entries = Object.entries(attributes);
  const groups: [string, string[]][] = [
    ["Required", entries.filter(([, { options }]) => options.required === true).map(line)],
    [
      "Optional",
      [
        ...entries.filter(([, { options }]) => options.optional === true).map(line),
        ...Object.entries(blocks).map(blockLine),
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

function blockLine([name, block]: [string, BlockDefinition]): string {
  const kind = block.nesting === "single" ? "Block" : `Block ${block.nesting === "list" ? "List" : "Set"}`;
  return `- \`${name}\` (${kind}) ${block.description ?? ""} (see [below](#nested-schema-for-${name}))`;
}

function blockReferences({ blocks }: ObjectDefinition, above: string): string {
  return Object.entries(blocks)
    .map(([name, { object }]) => {
      const path = above === "" ? name : `${above}.${name}`;
      return `### Nested schema for \`${path}\`\n\n${objectReference(object, "####")}${blockReferences(object, path)}`;
    })
    .join("");
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
