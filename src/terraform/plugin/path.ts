/**
 * The way to a value inside an object: names of attributes and blocks, keys of maps and indices of lists.
 * Elements of sets have no address, so a path into a set ends at the set.
 */
export type Path = readonly PathStep[];

/** An attribute, an entry of a map or an element of a list. */
export type PathStep = { readonly attribute: string } | { readonly key: string } | { readonly index: number };

/** A path of attribute names (strings) and indices of lists (numbers); steps are taken as they are. */
export function path(...steps: readonly (string | number | PathStep)[]): Path {
  return steps.map((step) =>
    typeof step === "string" ? { attribute: step } : typeof step === "number" ? { index: step } : step,
  );
}

/** How a person would write the path: `tags["a"]`, `assume_role[0].role_arn`. */
export function formatPath(steps: Path): string {
  let text = "";
  for (const step of steps) {
    if ("attribute" in step) text += text === "" ? step.attribute : `.${step.attribute}`;
    else if ("key" in step) text += `[${JSON.stringify(step.key)}]`;
    else text += `[${step.index}]`;
  }
  return text;
}
