import { createHash } from "node:crypto";
import { isProps, type Props, providerProperty } from "./props";

/**
 * Names that set a request of Pulumi's engine apart from those about other resources: a dynamic provider gets no URN,
 * and several materials of one key share its ARN as their id. Two resources that agree in all that goes into a name are
 * the same bytes in the same key, so they may take each other's.
 */

/** What a resource is in the state: the same for its read, its diff and its deletion. */
export function stateName(id: string, outs: Props): string {
  return nameOf([id, own(outs)]);
}

/** What check made of a resource's arguments: the same for its diff, its creation and its update. */
export function inputsName(inputs: Props): string {
  return nameOf(own(inputs));
}

/** A change of a resource from what it is to what it is to become: the same for its diff and its update. */
export function changeName(before: { readonly name: string }, inputs: { readonly name: string }): string {
  return `${before.name} ${inputs.name}`;
}

/** What material is called in all Regions of its key. */
export function materialName(keyArn: string, materialId: string | undefined): string {
  return `${keyIdOf(keyArn)},${materialId}`;
}

/** What the ARNs of a multi-Region key have in common. */
export function keyIdOf(arn: string): string {
  return arn.slice(arn.lastIndexOf("/") + 1);
}

/** The text of the provider comes and goes on the way, and is the same for all resources of a class. */
function own({ [providerProperty]: _text, ...rest }: Props): Props {
  return rest;
}

/** The values themselves are not kept: a description may be a secret. */
function nameOf(value: unknown): string {
  return createHash("sha256")
    .update(JSON.stringify(inOrder(value)))
    .digest("base64");
}

function inOrder(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inOrder);
  if (!isProps(value)) return value;
  return Object.fromEntries(
    Object.keys(value)
      .toSorted()
      .map((name) => [name, inOrder(value[name])]),
  );
}
