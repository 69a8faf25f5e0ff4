import { Construct } from "constructs";
import type { Fault, Written } from "../src/definitions/fault";
import { allFaults } from "../src/definitions/field-faults";
import type { KnownClouds } from "../src/definitions/known-clouds";
import type { ResourceFields } from "../src/definitions/resource-field";
import { byDefinition } from "../src/definitions/spelling";
import { keyOfArn, kmsProfiles } from "../src/kms/clouds";
import { Token } from "./core";
import { known } from "./known";

/** What is wrong, in sentences. Empty where nothing is. */
export type Faults = readonly string[];

/** Lets the app fail when it is synthesised, with every sentence; what is asked then sees what was changed meanwhile. */
export function refuseFaults(construct: Construct, faults: () => Faults): void {
  construct.node.addValidation({ validate: () => [...faults()] });
}

/** What fields and rules find wrong with the properties of a construct, with its arguments as they are called here. */
export function propsFaults<V extends object>(
  fields: ResourceFields,
  props: object,
  rules: (written: Written<Partial<V>>, clouds: KnownClouds) => readonly Fault[],
): Faults {
  const written = writtenIn<V>(fields, props);
  const clouds = { profiles: kmsProfiles, keyOfArn };
  return allFaults(fields, written, (fit) => rules(fit, clouds)).map(inWords);
}

/** An error of the engine says its code; the argument is named where the message does not do so. */
function inWords({ attribute, code, message }: Fault): string {
  const named = message.includes(`\`${attribute}\``) ? message : `\`${attribute}\`: ${message}`;
  return respelled(`[${code}] ${named}`);
}

/** What Terraform will know later is set, whatever it turns out to be. */
function writtenIn<V>(fields: ResourceFields, props: object): Written<Partial<V>>;
function writtenIn(fields: ResourceFields, props: object): Written<object> {
  const values = byDefinition(fields, props);
  const args: Record<string, unknown> = {};
  const unknown = new Set<string>();
  for (const [name, value] of Object.entries(values)) {
    const here = knownValue(value);
    if (here === undefined) unknown.add(name);
    else args[name] = here;
  }
  return { args, unknown, set: new Set(Object.keys(values)) };
}

/** A value as far as it is known while the app runs; what of a map Terraform will know is empty. */
function knownValue(value: unknown): unknown {
  if (Token.isUnresolved(value)) return undefined;
  if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") return known(value);
  if (typeof value !== "object" || value === null || Construct.isConstruct(value)) return undefined;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, knownValue(item) ?? ""]));
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
