import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Walk } from "./walk";

/** A fault that byok once had, as a patch that puts it back, and a walk that finds it. */
export interface PutBack {
  readonly name: string;
  /** The path of the patch. */
  readonly patch: string;
  /** What goes wrong, in a sentence. */
  readonly fault: string;
  /** The kind of fault: 1 deletes without proof, 2 takes an intention for a proof, 3 forgets, 4 assumes one material. */
  readonly kind: number;
  /** Who walks: `terraform-aws`. */
  readonly on: string;
  readonly walk: Walk;
}

const folder = join(__dirname, "faults");

/** Every fault in `faults/`. Its patch says above the first file what it is about. */
export function faults(): readonly PutBack[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith(".patch"))
    .map((file) => {
      const patch = join(folder, file);
      const lines = readFileSync(patch, "utf8").split("\n");
      const said = (name: string): string => {
        const line = lines.find((one) => one.startsWith(`${name}: `));
        if (line === undefined) throw new Error(`${file} does not say its ${name}.`);
        return line.slice(name.length + 2);
      };
      return {
        name: file.replace(/\.patch$/, ""),
        patch,
        fault: said("Fault"),
        kind: Number(said("Kind")),
        on: said("On"),
        walk: JSON.parse(said("Walk")),
      };
    });
}
