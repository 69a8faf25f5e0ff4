import { externalKeyFields } from "../../src/definitions/external-key";
import { camelCase, type CamelCase } from "../../src/definitions/field";
import { importedKeyMaterialFields } from "../../src/definitions/imported-key-material";
import { keyRotationFields } from "../../src/definitions/key-rotation";
import { isArgument, isOn, type ResourceField, type ResourceFields } from "../../src/definitions/resource-field";
import { argumentNames, type Spelled, spelled } from "../../src/definitions/spelling";
import { connectionFields } from "./connection";
import { object, text } from "./shape";
import { shapeOf } from "./shape-of";

/** What the results of a resource look like in its outputs, by their names here. */
export type ResultShapes<F> = {
  readonly [N in keyof F as F[N] extends { readonly computed: true } ? CamelCase<N> : never]: F[N] extends ResourceField
    ? F[N] extends { readonly pulumi: { readonly open: true } }
      ? typeof text
      : ShapeOf<F[N]["is"]>
    : never;
};

/** What the arguments of a resource look like, by their names here. */
export type ArgumentShapes<F> = Omit<ShapesOf<F>, "connection"> & { readonly connection: typeof connection };

type ShapesOf<F> = {
  readonly [N in keyof F as IfArgument<F[N], Spelled<F[N], N>>]: F[N] extends ResourceField
    ? ShapeOf<F[N]["is"]>
    : never;
};

type IfArgument<F, Name> = F extends { readonly required: true } | { readonly optional: true }
  ? F extends { readonly only: readonly (infer Face)[] }
    ? "pulumi" extends Face
      ? Name
      : never
    : Name
  : never;

type ShapeOf<K> = K extends { readonly kind: "choice"; readonly choices: readonly (infer C)[] }
  ? { readonly kind: "word"; readonly words: readonly C[] }
  : K extends { readonly kind: "list" | "map"; readonly of: infer E }
    ? { readonly kind: K["kind"]; readonly of: ShapeOf<E> }
    : K extends { readonly kind: "group"; readonly fields: infer F }
      ? { readonly kind: "object"; readonly fields: GroupShapes<F> }
      : K;

type GroupShapes<F> = {
  readonly [N in keyof F as CamelCase<N>]: F[N] extends { readonly is: infer K } ? ShapeOf<K> : never;
};

const connection: { readonly kind: "object"; readonly fields: typeof connectionFields } = object(connectionFields);

/** The arguments of an ExternalKey. */
export const keyFields: ArgumentShapes<typeof externalKeyFields> = shapesOf(externalKeyFields);

/** The results of an ExternalKey, its id and ARN among them. */
export const keyResultFields: ResultShapes<typeof externalKeyFields> = resultsOf(externalKeyFields);

/** The arguments of an ImportedKeyMaterial. */
export const materialFields: ArgumentShapes<typeof importedKeyMaterialFields> = shapesOf(importedKeyMaterialFields);

/** The same after check, which has put a fingerprint in the place of inline bytes. */
export const checkedMaterialFields: CheckedMaterialShapes = { ...materialFields, keyMaterialFingerprint: text };

export type CheckedMaterialShapes = ArgumentShapes<typeof importedKeyMaterialFields> & {
  readonly keyMaterialFingerprint: typeof text;
};

/** The arguments of a KeyRotation. */
export const rotationFields: ArgumentShapes<typeof keyRotationFields> = shapesOf(keyRotationFields);

/** The results of a KeyRotation. */
export const rotationResultFields: ResultShapes<typeof keyRotationFields> = resultsOf(keyRotationFields);

function resultsOf<const F extends ResourceFields>(fields: F): ResultShapes<F>;
function resultsOf(fields: ResourceFields): object {
  const shapes = Object.entries(fields)
    .filter(([, { computed }]) => computed === true)
    .map(([name, { is, pulumi }]) => [camelCase(name), pulumi?.open === true ? text : shapeOf(is)]);
  return Object.fromEntries(shapes);
}

function shapesOf<const F extends ResourceFields>(fields: F): ArgumentShapes<F>;
function shapesOf(fields: ResourceFields): object {
  const shapes = Object.entries(fields)
    .filter(([, field]) => isOn("pulumi", field) && isArgument(field))
    .map(([name, field]) => [spelled(name, field), shapeOf(field.is)]);
  return { ...Object.fromEntries(shapes), connection };
}

/** Arguments that concern nothing but byok's own record: no request depends on them before it is made. */
export const recordedKeyArguments = argumentNames(externalKeyFields, "pulumi", isOwn);

export const recordedMaterialArguments = argumentNames(importedKeyMaterialFields, "pulumi", isOwn);

export const recordedRotationArguments = argumentNames(keyRotationFields, "pulumi", isOwn);

/** Arguments of a key as outputs keep them: all but what is kept nowhere. */
export function storedKeyArguments(args: object): Record<string, unknown> {
  return stored(externalKeyFields, args);
}

/** The same of key material. */
export function storedMaterialArguments(args: object): Record<string, unknown> {
  return stored(importedKeyMaterialFields, args);
}

/** The same of a rotation. */
export function storedRotationArguments(args: object): Record<string, unknown> {
  return stored(keyRotationFields, args);
}

function stored(fields: ResourceFields, args: object): Record<string, unknown> {
  const names = argumentNames(fields, "pulumi", ({ writeOnly }) => writeOnly !== true);
  return Object.fromEntries(names.map((name) => [name, Reflect.get(args, name)]));
}

function isOwn({ concerns }: ResourceField): boolean {
  return concerns === "own_record";
}

/** Names as the engine's errors spell them and as they are called here, where snake case to camel case does not do. */
const otherNames: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    Object.entries<ResourceField>({
      ...externalKeyFields,
      ...importedKeyMaterialFields,
      ...keyRotationFields,
    }).flatMap(([name, field]) => (field.typescript === undefined ? [] : [[name, field.typescript]])),
  ),
  arn: "id",
  assume_role: "assumeRoles",
};

/** An argument's name in the spelling of Pulumi: `valid_to` is `validTo`. */
export function pulumiName(attribute: string): string {
  return otherNames[attribute] ?? camelCase(attribute);
}
