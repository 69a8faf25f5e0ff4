/**
 * A server for Terraform's plugin protocol 6: what a provider in TypeScript is written with. Its main file imports
 * `byok/plugin/serve` alone, so that nothing else is loaded before the handshake; its tests import
 * `byok/plugin/testing`.
 *
 * @packageDocumentation
 */
export type {
  AnyDataSource,
  DataRequest,
  DataResult,
  DataSource,
} from "./data-source";
export { type Diagnostic, errorDiagnostic, warningDiagnostic } from "./diagnostics";
export type {
  AnyEphemeralResource,
  EphemeralResource,
  OpenRequest,
  OpenResult,
  RenewRequest,
  RenewResult,
} from "./ephemeral-resource";
export {
  type AnyFunction,
  FunctionError,
  nullableParameter,
  type Parameter,
  parameter,
  type ProviderFunction,
  providerFunction,
} from "./function";
export {
  type Identity,
  type IdentityAttribute,
  type IdentitySchema,
  identitySchema,
  optionalForImport,
  requiredForImport,
} from "./identity";
export { type Log, type LogFields, type LogLevel, silentLog } from "./log";
export type { Decimal, NumberValue } from "./number";
export { formatPath, type Path, path, type PathStep } from "./path";
export type { Json, JsonObject, PrivateState } from "./private-state";
export { type AnyProvider, type ConfigureRequest, type ConfigureResult, define, type Provider } from "./provider";
export type {
  AnyResource,
  Call,
  CreateRequest,
  DeleteRequest,
  DeleteResult,
  ImportRequest,
  ImportResult,
  MaybePromise,
  MoveRequest,
  PlanDestroyRequest,
  PlanDestroyResult,
  PlanRequest,
  PlanResult,
  ReadRequest,
  Resource,
  StateResult,
  UpdateRequest,
  UpgradeRequest,
  ValidateRequest,
} from "./resource";
export {
  attribute,
  type Attribute,
  type AttributeBuilder,
  type Attributes,
  bool,
  dynamic,
  type Element,
  exactNumber,
  list,
  listOf,
  map,
  mapOf,
  nestedList,
  nestedMap,
  nestedObject,
  type NestedOptions,
  nestedSet,
  number,
  objectOf,
  set,
  setOf,
  string,
} from "./schema/attribute";
export {
  type Block,
  type BlockContent,
  type Blocks,
  type ItemLimits,
  listBlock,
  type NoBlocks,
  type Operation,
  setBlock,
  singleBlock,
  timeouts,
} from "./schema/block";
export type {
  AttributeDefinition,
  AttributeOptions,
  BlockDefinition,
  Nesting,
  ObjectDefinition,
  PlanModification,
  PlanModifier,
  PlanModifierRequest,
  SchemaDefinition,
  Validator,
} from "./schema/definition";
export {
  requiresReplace,
  requiresReplaceIfConfigured,
  requiresReplaceWhenKnown,
  useStateForUnknown,
} from "./schema/plan-modifiers";
export {
  type ApplyPlan,
  type Config,
  type KnownConfig,
  type Plan,
  resourceSchema,
  type Schema,
  schema,
  type SchemaContent,
  type State,
} from "./schema/schema";
export { between, duration, lengthBetween, matches, oneOf, wholeNumber } from "./schema/validators";
export type {
  AttributeFlags,
  AttributeViews,
  BlockViews,
  Leaf,
  NestedViews,
  ObjectView,
  View,
  Views,
} from "./schema/views";
export type { Type } from "./type";
export { type DynamicTyped, type ObjectValue, UNKNOWN, type Unknown, type Value } from "./value";
