import { type Diagnostic, errorDiagnostic, warningDiagnostic } from "./diagnostics";
import { mapAttributes } from "./object";
import { formatPath, type Path } from "./path";
import type { AttributeDefinition, ObjectDefinition } from "./schema/definition";
import type { Type } from "./type";
import { attributeOf, elementsOf, entriesOf, objectOf, UNKNOWN, type Value, wholeKnown } from "./value";

/**
 * What is wrong with a configuration by its schema alone: missing and read-only attributes, null elements, numbers of
 * blocks, deprecated attributes and whatever the attributes' validators say. Unknown values pass.
 */
export function validateBySchema(definition: ObjectDefinition, config: Value): readonly Diagnostic[] {
  const diagnostics: Diagnostic[] = [];
  mapAttributes(definition, { value: config }, (attribute, { value }, at) => {
    diagnostics.push(...validateAttribute(attribute, value, at));
    return undefined;
  });
  validateBlocks(definition, config, [], diagnostics);
  return diagnostics;
}

/** Errors for write-only attributes that are set although the host would store them. */
export function refuseWriteOnly(definition: ObjectDefinition, config: Value): readonly Diagnostic[] {
  const diagnostics: Diagnostic[] = [];
  mapAttributes(definition, { value: config }, (attribute, { value }, at) => {
    if (!attribute.options.writeOnly || value === null) return undefined;
    const detail = `The attribute ${formatPath(at)} is write-only, which needs Terraform 1.11 or OpenTofu 1.11, or later.`;
    diagnostics.push(errorDiagnostic("Write-Only Attribute Not Supported", detail, at));
    return null;
  });
  return diagnostics;
}

function validateAttribute(
  { type, options, exact }: AttributeDefinition,
  value: Value,
  at: Path,
): readonly Diagnostic[] {
  if (value === UNKNOWN) return [];
  const name = formatPath(at);
  if (value === null) {
    return options.required
      ? [errorDiagnostic("Missing Required Attribute", `The attribute ${name} is required.`, at)]
      : [];
  }
  if (!options.required && !options.optional) {
    return [
      errorDiagnostic(
        "Read-Only Attribute",
        `The attribute ${name} is set by the provider, not by a configuration.`,
        at,
      ),
    ];
  }
  const diagnostics: Diagnostic[] = [];
  if (options.deprecated !== undefined)
    diagnostics.push(warningDiagnostic("Deprecated Attribute", options.deprecated, at));
  const odd = nullElement(type, value, at);
  if (odd) return [errorDiagnostic("Null Element", `${formatPath(odd)} is null; leave it out instead.`, odd)];
  if (type.kind === "number" && !exact && typeof value !== "number") {
    return [
      errorDiagnostic("Invalid Number", `The number at ${name} is larger or finer than this attribute can be.`, at),
    ];
  }
  if (!wholeKnown(value)) return diagnostics;
  for (const validate of options.validate ?? []) {
    const problem = validate(value, at);
    if (typeof problem === "string") {
      diagnostics.push(errorDiagnostic("Invalid Attribute Value", `The attribute ${name} ${problem}.`, at));
    } else if (problem) diagnostics.push(...problem);
  }
  return diagnostics;
}

function nullElement(type: Type, value: Value, at: Path): Path | null {
  if (type.kind === "list" || type.kind === "set") {
    for (const [index, element] of elementsOf(value).entries()) {
      const here = type.kind === "list" ? [...at, { index }] : at;
      const odd = element === null ? here : nullElement(type.element, element, here);
      if (odd) return odd;
    }
  } else if (type.kind === "map") {
    for (const [key, element] of entriesOf(value)) {
      const here = [...at, { key }];
      const odd = element === null ? here : nullElement(type.element, element, here);
      if (odd) return odd;
    }
  }
  return null;
}

function validateBlocks(definition: ObjectDefinition, value: Value, at: Path, diagnostics: Diagnostic[]): void {
  for (const [name, block] of Object.entries(definition.blocks)) {
    const content = attributeOf(objectOf(value), name);
    const here = [...at, { attribute: name }];
    if (content === UNKNOWN) continue;
    const elements = block.nesting === "single" ? (content === null ? [] : [content]) : elementsOf(content);
    const { minItems = 0, maxItems = Number.POSITIVE_INFINITY, deprecated } = block;
    if (elements.length < minItems) {
      diagnostics.push(
        errorDiagnostic("Too Few Blocks", `At least ${minItems} of the block ${name} must be given.`, here),
      );
    }
    if (elements.length > maxItems) {
      diagnostics.push(
        errorDiagnostic("Too Many Blocks", `At most ${maxItems} of the block ${name} may be given.`, here),
      );
    }
    if (deprecated !== undefined && elements.length > 0) {
      diagnostics.push(warningDiagnostic("Deprecated Block", deprecated, here));
    }
    for (const element of elements) validateBlocks(block.object, element, here, diagnostics);
  }
}
