import type {
  AttributeDefinition,
  BlockDefinition,
  Nesting,
  ObjectDefinition,
} from "../../src/terraform/plugin/schema/definition";
import type { Type } from "../../src/terraform/plugin/type";

/** The reference of a schema, in the layout that the registry's readers know. */
export function schemaSection(schema: ObjectDefinition): string {
  return `## Schema\n\n${objectReference(schema, "###")}${nestedReferences(schema, "")}`.trimEnd();
}

function objectReference({ attributes, blocks }: ObjectDefinition, heading: string, above = ""): string {
  const entries = Object.entries(attributes);
  const line = (entry: [string, AttributeDefinition]): string => attributeLine(entry, above);
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

function attributeLine([name, { type, nested, options }]: [string, AttributeDefinition], above: string): string {
  const flags = [
    nested === undefined ? typeWords(type) : `Attributes${nestingWords[nested.nesting]}`,
    options.sensitive === true && "Sensitive",
    options.writeOnly === true && "Write-only",
    options.deprecated !== undefined && "Deprecated",
  ];
  const words =
    `- \`${name}\` (${flags.filter((flag) => flag !== false).join(", ")}) ${options.description ?? ""}`.trimEnd();
  return nested === undefined ? words : `${words} (see [below](#${anchorOf("att", pathOf(name, above))}))`;
}

const nestingWords = { single: "", list: " List", set: " Set", map: " Map" } as const satisfies Record<Nesting, string>;

function blockLine(path: string, block: BlockDefinition): string {
  const name = path.slice(path.lastIndexOf(".") + 1);
  const kind = `Block${nestingWords[block.nesting]}`;
  return `- \`${name}\` (${kind}) ${block.description ?? ""} (see [below](#${anchorOf("block", path)}))`;
}

function nestedReferences({ attributes, blocks }: ObjectDefinition, above: string): string {
  const nested = [
    ...Object.entries(attributes).flatMap(([name, attribute]) =>
      attribute.nested === undefined ? [] : [["att", name, attribute.nested.object] as const],
    ),
    ...Object.entries(blocks).map(([name, { object }]) => ["block", name, object] as const),
  ];
  return nested
    .map(([kind, name, object]) => {
      const path = pathOf(name, above);
      const title = `<a id="${anchorOf(kind, path)}"></a>\n\n### Nested schema for \`${path}\``;
      return `${title}\n\n${objectReference(object, "####", path)}${nestedReferences(object, path)}`;
    })
    .join("");
}

function pathOf(name: string, above: string): string {
  return above === "" ? name : `${above}.${name}`;
}

/** As the registry's own pages name it: what a heading is called there and elsewhere depends on the reader. */
function anchorOf(kind: "att" | "block", path: string): string {
  return `nested${kind}--${path.replaceAll(".", "--")}`;
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
