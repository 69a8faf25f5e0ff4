import { columns } from "./columns";
import type { KeyStatus } from "./key-status";
import { materialForScripts } from "./material-status";
import { shortArn } from "./short-arn";

/**
 * The materials of those keys that hold several, for people: a table for each key, or a block of lines for each material where
 * the terminal is too narrow for that. Empty where no key holds several.
 *
 * @param width Of the terminal, in characters. Undefined: whatever the tables take.
 */
export function materialTables(statuses: readonly KeyStatus[], width: number | undefined): string {
  return statuses
    .filter(({ materials = [] }) => materials.length > 1)
    .map((status) => `\n${shortArn(status.arn)} holds several key materials:\n${table(status, width)}`)
    .join("");
}

const names = ["MATERIAL", "STATE", "BYTES", "EXPIRES", "ROTATED"] as const;

function table({ materials = [] }: KeyStatus, width: number | undefined): string {
  const rows = materials.map((entry): readonly string[] => {
    const { keyMaterialId, rotationState, imported, validTo, rotatedAt } = materialForScripts(entry);
    const expires = validTo ?? (entry.expirationModel === "KEY_MATERIAL_DOES_NOT_EXPIRE" ? "never" : "-");
    return [keyMaterialId, rotationState ?? "-", imported ? "imported" : "lapsed", expires, rotatedAt ?? "-"];
  });
  const whole = columns([names, ...rows]);
  const taken = Math.max(...whole.split("\n").map((line) => line.length));
  if (width === undefined || taken <= width) return whole;
  return rows
    .map(([id = "", ...facts]) => {
      const lines = facts.map((fact, i): readonly string[] => [`  ${(names[i + 1] ?? "").toLowerCase()}`, fact]);
      return `${id}\n${columns(lines)}`;
    })
    .join("");
}
