import { camelCase, type CamelCase } from "./field";
import { type Face, isArgument, isOn, type ResourceField, type ResourceFields } from "./resource-field";

/** The name of a field in faces in TypeScript. */
export type Spelled<F, N> = F extends { readonly typescript: infer T extends string } ? T : CamelCase<N>;

/** The name of a field in faces in TypeScript: `valid_to` is `validTo`. */
export function spelled(name: string, { typescript }: ResourceField): string {
  return typescript ?? camelCase(name);
}

/** The names, in TypeScript, of the arguments that a face has and that are meant. */
export function argumentNames(
  fields: ResourceFields,
  face: Face,
  isMeant: (field: ResourceField) => boolean = () => true,
): readonly string[] {
  return Object.entries(fields).flatMap(([name, field]) =>
    isOn(face, field) && isArgument(field) && isMeant(field) ? [spelled(name, field)] : [],
  );
}

/** Whether Pulumi declares a field as a result. */
export function isShown(field: ResourceField): boolean {
  const { computed, default: otherwise, pulumi } = field;
  return isOn("pulumi", field) && (pulumi?.shown ?? (computed === true && otherwise === undefined));
}

/** The names, in TypeScript, of the results that Pulumi declares. */
export function resultNames(fields: ResourceFields): readonly string[] {
  return Object.entries(fields).flatMap(([name, field]) => (isShown(field) ? [spelled(name, field)] : []));
}

/** Values by the names of a face in TypeScript, as values by the definition's names in camel case. */
export function byDefinition(fields: ResourceFields, values: object): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields).flatMap(([name, field]) => {
      const value: unknown = Reflect.get(values, spelled(name, field));
      return value === undefined ? [] : [[camelCase(name), value]];
    }),
  );
}
