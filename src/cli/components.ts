import type { CheckValue } from "../engine/check-values";
import { ByokError } from "../engine/errors";
import { KeyMaterial } from "../engine/key-material";
import { opened } from "../material-sources/opened";
import { sourceFromUri } from "../material-sources/source-uri";
import { hiddenLine, shownLine, type Terminal } from "./typed-line";

/** A key that was made of several components, and the check values of each. */
export interface Assembled {
  readonly material: KeyMaterial;
  readonly components: readonly (readonly CheckValue[])[];
}

/**
 * The key that several components make together. Each is a source, or `-`: a custodian types it at the terminal, in
 * hexadecimal digits and unseen, and confirms its check value.
 *
 * @param uris Two at least.
 * @param say What the custodians are to see.
 * @throws ByokError `wrong_material`, `canceled`, and what a source says. Nothing is left in memory then.
 */
export async function assembled(
  uris: readonly string[],
  terminal: Terminal | undefined,
  say: (text: string) => void,
): Promise<Assembled> {
  checkUris(uris, terminal);
  const parts: KeyMaterial[] = [];
  try {
    for (const [i, uri] of uris.entries()) {
      const title = `Component ${i + 1} of ${uris.length}`;
      const part = uri === "-" && terminal !== undefined ? await typed(title, terminal) : await sourced(uri);
      parts.push(part);
      say(`${title}: ${shownValues(part.checkValues())}\n`);
    }
    const components = parts.map((part) => part.checkValues());
    return { material: KeyMaterial.combined(parts), components };
  } finally {
    for (const part of parts) part.destroy();
  }
}

/** Check values in one line, as they are compared by eye. */
export function shownValues(values: readonly CheckValue[]): string {
  return values.length === 0 ? "no check values" : values.map(({ name, value }) => `${name} ${value}`).join("; ");
}

/** Before a custodian types anything in vain. */
function checkUris(uris: readonly string[], terminal: Terminal | undefined): void {
  if (uris.length < 2) throw invalid("A key is made of two components or more. Give the others, too.");
  if (terminal === undefined && uris.includes("-")) {
    throw invalid("A component is typed at a terminal, and standard input is none. Name a source instead.");
  }
}

async function sourced(uri: string): Promise<KeyMaterial> {
  const material = await sourceFromUri(uri, { attribute: "component", commandStderr: "inherit" }).open();
  if (material instanceof KeyMaterial) return material;
  material.destroy();
  throw invalid("A component is a source whose bytes come here, and a device keeps them to itself.");
}

/** Asks until the custodian confirms the check value. */
async function typed(title: string, terminal: Terminal): Promise<KeyMaterial> {
  for (;;) {
    const part = await typedOnce(title, terminal);
    if (part === undefined) continue;
    let isConfirmed = false;
    try {
      terminal.write(`${title}: ${shownValues(part.checkValues())}\n`);
      isConfirmed = (await shownLine(terminal, "Is that the check value on your sheet? (yes/no) ")) === "yes";
    } finally {
      if (!isConfirmed) part.destroy();
    }
    if (isConfirmed) return part;
  }
}

/** Undefined: what was typed is no component, and why has been said. */
async function typedOnce(title: string, terminal: Terminal): Promise<KeyMaterial | undefined> {
  const line = await hiddenLine(terminal, `${title}, in hexadecimal digits (they are not shown): `);
  try {
    return opened(withoutMarks(line), "hex", { name: title, attribute: "component" });
  } catch (error) {
    terminal.write(`${ByokError.from(error).rawMessage} Type it again.\n`);
    return undefined;
  } finally {
    line.fill(0);
  }
}

/** Blanks, tabs, colons and hyphens, with which digits are grouped on paper. */
const marks: ReadonlySet<number> = new Set([0x20, 0x09, 0x3a, 0x2d]);

function withoutMarks(line: Buffer): Buffer {
  const kept = line.filter((byte) => !marks.has(byte));
  const digits = Buffer.alloc(kept.length);
  digits.set(kept);
  kept.fill(0);
  return digits;
}

function invalid(message: string): ByokError {
  return new ByokError("invalid_argument", message, { attribute: "component" });
}
