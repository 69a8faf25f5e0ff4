import type { MessageInitShape } from "@bufbuild/protobuf";
import type { Diagnostic } from "./diagnostics";
import type { AnyFunction, Parameter } from "./function";
import {
  type AttributePathSchema,
  Diagnostic_Severity,
  type DiagnosticSchema,
  type Function_ParameterSchema,
  type FunctionSchema,
  type ResourceIdentitySchemaSchema,
  type Schema_AttributeSchema,
  type Schema_BlockSchema,
  Schema_NestedBlock_NestingMode,
  type Schema_NestedBlockSchema,
  Schema_Object_NestingMode,
  type SchemaSchema,
  StringKind,
} from "./gen/tfplugin6_pb";
import type { IdentitySchema } from "./identity";
import type { Path } from "./path";
import type { AttributeDefinition, BlockDefinition, ObjectDefinition, SchemaDefinition } from "./schema/definition";
import { type Type, typeToJson } from "./type";

// What the server has to say, as messages of the protocol.

export function schemaMessage(definition: SchemaDefinition): MessageInitShape<typeof SchemaSchema> {
  const version = BigInt(definition.version);
  return { version, block: { version, ...blockMessage(definition, definition) } };
}

export function identitySchemaMessage(schema: IdentitySchema): MessageInitShape<typeof ResourceIdentitySchemaSchema> {
  return {
    version: BigInt(schema.version),
    identityAttributes: Object.entries(schema.attributes).map(
      ([name, { element, requiredForImport, description }]) => ({
        name,
        type: typeBytes(element.type),
        requiredForImport,
        optionalForImport: !requiredForImport,
        description: description ?? "",
      }),
    ),
  };
}

export function functionMessage(definition: AnyFunction): MessageInitShape<typeof FunctionSchema> {
  const { parameters, variadic, returns, summary = "", description = "", deprecated = "" } = definition;
  return {
    parameters: parameters.map(parameterMessage),
    ...(variadic && { variadicParameter: parameterMessage(variadic) }),
    return: { type: typeBytes(returns.type) },
    summary,
    description,
    descriptionKind: StringKind.MARKDOWN,
    deprecationMessage: deprecated,
  };
}

export function diagnosticMessages(diagnostics: readonly Diagnostic[]): MessageInitShape<typeof DiagnosticSchema>[] {
  return diagnostics.map(({ severity, summary, detail, path }) => ({
    severity: severity === "error" ? Diagnostic_Severity.ERROR : Diagnostic_Severity.WARNING,
    summary,
    detail,
    ...(path && path.length > 0 && { attribute: pathMessage(path) }),
  }));
}

export function pathMessage(path: Path): MessageInitShape<typeof AttributePathSchema> {
  return {
    steps: path.map((step) => {
      if ("attribute" in step) return { selector: { case: "attributeName", value: step.attribute } };
      if ("key" in step) return { selector: { case: "elementKeyString", value: step.key } };
      return { selector: { case: "elementKeyInt", value: BigInt(step.index) } };
    }),
  };
}

function blockMessage(
  object: ObjectDefinition,
  { description = "", deprecated }: { readonly description?: string; readonly deprecated?: string },
): MessageInitShape<typeof Schema_BlockSchema> {
  return {
    attributes: attributeMessages(object),
    blockTypes: Object.entries(object.blocks).map(([name, block]) => nestedBlockMessage(name, block)),
    description,
    descriptionKind: StringKind.MARKDOWN,
    deprecated: deprecated !== undefined,
  };
}

function nestedBlockMessage(name: string, block: BlockDefinition): MessageInitShape<typeof Schema_NestedBlockSchema> {
  const modes = {
    single: Schema_NestedBlock_NestingMode.SINGLE,
    list: Schema_NestedBlock_NestingMode.LIST,
    set: Schema_NestedBlock_NestingMode.SET,
  } as const;
  return {
    typeName: name,
    nesting: modes[block.nesting],
    block: blockMessage(block.object, block),
    minItems: BigInt(block.minItems ?? 0),
    maxItems: BigInt(block.maxItems ?? 0),
  };
}

function attributeMessages(object: ObjectDefinition): MessageInitShape<typeof Schema_AttributeSchema>[] {
  return Object.entries(object.attributes).map(([name, attribute]) => attributeMessage(name, attribute));
}

function attributeMessage(
  name: string,
  { type, nested, options }: AttributeDefinition,
): MessageInitShape<typeof Schema_AttributeSchema> {
  const modes = {
    single: Schema_Object_NestingMode.SINGLE,
    list: Schema_Object_NestingMode.LIST,
    set: Schema_Object_NestingMode.SET,
    map: Schema_Object_NestingMode.MAP,
  } as const;
  return {
    name,
    ...(nested
      ? { nestedType: { nesting: modes[nested.nesting], attributes: attributeMessages(nested.object) } }
      : { type: typeBytes(type) }),
    description: options.description ?? "",
    descriptionKind: StringKind.MARKDOWN,
    required: options.required ?? false,
    optional: options.optional ?? false,
    computed: options.computed ?? false,
    sensitive: options.sensitive ?? false,
    writeOnly: options.writeOnly ?? false,
    deprecated: options.deprecated !== undefined,
  };
}

function parameterMessage(parameter: Parameter): MessageInitShape<typeof Function_ParameterSchema> {
  return {
    name: parameter.name,
    type: typeBytes(parameter.element.type),
    allowNullValue: parameter.nullable ?? false,
    description: parameter.description ?? "",
    descriptionKind: StringKind.MARKDOWN,
  };
}

function typeBytes(type: Type): Uint8Array {
  return new Uint8Array(Buffer.from(typeToJson(type), "utf8"));
}
