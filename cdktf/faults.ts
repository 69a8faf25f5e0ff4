import type { Construct } from "constructs";
import { ByokError } from "../src/engine/errors";

/** What is wrong, in sentences. Empty where nothing is. */
export type Faults = readonly string[];

/** Lets the app fail when it is synthesised, with every sentence; what is asked then sees what was changed meanwhile. */
export function refuseFaults(construct: Construct, faults: () => Faults): void {
  construct.node.addValidation({ validate: () => [...faults()] });
}

/** The sentence of a check of the engine that throws, with its arguments as they are called here. */
export function faultsOf(check: () => unknown): Faults {
  try {
    check();
    return [];
  } catch (thrown) {
    return [respelled(ByokError.from(thrown).message)];
  }
}

/** A sentence where a condition holds. */
export function faultIf(condition: boolean, sentence: string): Faults {
  return condition ? [sentence] : [];
}

function respelled(message: string): string {
  return message.replace(/`([a-z]+(?:_[a-z]+)+)`/g, (_whole, name: string) => `\`${propName(name)}\``);
}

/** `key_material_wo` is `keyMaterial`: that a value is only written is Terraform's affair. */
function propName(name: string): string {
  return name.replace(/_wo$/, "").replace(/_([a-z])/g, (_whole, letter: string) => letter.toUpperCase());
}
