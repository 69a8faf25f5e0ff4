import { externalKeyFields } from "../../src/definitions/external-key";
import { externalKeyLookupFields } from "../../src/definitions/external-key-lookup";
import { importedKeyMaterialFields } from "../../src/definitions/imported-key-material";
import { keyRotationFields } from "../../src/definitions/key-rotation";
import { type Bounds, descriptionIn, type Face, type ResourceField } from "../../src/definitions/resource-field";
import { spelled } from "../../src/definitions/spelling";

const everyField: Readonly<Record<string, ResourceField>> = {
  ...externalKeyLookupFields,
  ...externalKeyFields,
  ...importedKeyMaterialFields,
  ...keyRotationFields,
};

/** A description with the names of fields as faces in TypeScript spell them. */
export function inTypeScript(description: string): string {
  return description.replace(/`([a-z_]+)`/g, (whole, name: string) => {
    const field = everyField[name];
    return field === undefined ? whole : `\`${spelled(name, field)}\``;
  });
}

/** What an argument says of itself and what its value may be, and what holds where it is not set. */
export function argumentWords(face: Face, field: ResourceField): { readonly says: string; readonly otherwise: string } {
  const { says, otherwise } = partsOf(inTypeScript(descriptionIn(face, field)));
  const { length } = field;
  return { says: length === undefined ? says : `${says} ${lengthWords(length)}`, otherwise };
}

function lengthWords({ least, most }: Bounds): string {
  return least === 0 ? `Up to ${most} characters.` : `From ${least} to ${most} characters.`;
}

/** What a result says of itself: not what another value would do. */
export function resultWords(field: ResourceField): string {
  const told = field.pulumi?.result ?? partsOf(descriptionIn("pulumi", field)).says;
  return inTypeScript(told.replace(/ Another (?:one|value) replaces the key[^.]*\./, ""));
}

/** A description of an argument in two: what it says, and what holds where the argument is not set. */
function partsOf(description: string): { readonly says: string; readonly otherwise: string } {
  const parts = /^(.*?) ?(?:Default|Unset[^:.]*): (.*)\.$/.exec(description);
  return { says: parts?.[1] ?? description, otherwise: parts?.[2] ?? "none" };
}

/** A comment of TSDoc, wrapped, with an empty line between paragraphs. */
export function comment(paragraphs: readonly string[], indent = ""): string {
  const [only = "", ...more] = paragraphs;
  const single = `${indent}/** ${only} */`;
  if (more.length === 0 && single.length <= 120) return `${single}\n`;
  const lines = paragraphs.flatMap((paragraph, i) => [
    ...(i === 0 || (paragraph.startsWith("@") && (paragraphs[i - 1] ?? "").startsWith("@")) ? [] : [""]),
    ...wrapped(paragraph, 117 - indent.length),
  ]);
  return [`${indent}/**`, ...lines.map((line) => `${indent} * ${line}`.trimEnd()), `${indent} */`, ""].join("\n");
}

function wrapped(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= width) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}
