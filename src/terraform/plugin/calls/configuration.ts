import { planProblems, stateProblems } from "../consistency";
import { type Diagnostic, hasErrors } from "../diagnostics";
import { decodeValue, type EncodedValue } from "../dynamic-value";
import { diagnosticMessages } from "../messages";
import { withoutUnknown, withoutWriteOnly } from "../plan";
import type { MaybePromise } from "../resource";
import { type SchemaDefinition, typeOf } from "../schema/definition";
import type { Session } from "../session";
import { validateBySchema } from "../validate";
import { type ObjectValue, objectOf, type Value } from "../value";
import { ValueError } from "../value-error";
import type { Refusal } from "./types";

/** What has a configuration: the provider itself, a data source, an ephemeral resource. */
export interface Configured {
  readonly schema: SchemaDefinition;
  validate?(request: { readonly config: ObjectValue }): MaybePromise<readonly Diagnostic[]>;
}

/** What is wrong with a configuration, by its schema and by the definition's own check. */
export async function validateConfiguration(
  session: Session,
  configured: Configured,
  request: { readonly config?: EncodedValue | undefined },
  what: string,
): Promise<Refusal> {
  const diagnostics: Diagnostic[] = [];
  try {
    const config = decodeValue(typeOf(configured.schema), request.config);
    diagnostics.push(...validateBySchema(configured.schema, config));
    if (configured.validate) diagnostics.push(...(await configured.validate({ config: configurationObject(config) })));
  } catch (error) {
    diagnostics.push(...session.diagnose(error, what));
  }
  return { diagnostics: diagnosticMessages(diagnostics) };
}

/** The same of a data source or an ephemeral resource. */
export function validateConfigurationOfType(
  session: Session,
  configured: Configured,
  request: { readonly typeName: string; readonly config?: EncodedValue | undefined },
): Promise<Refusal> {
  return validateConfiguration(session, configured, request, `validate the configuration of ${request.typeName}`);
}

/** The result of a data source or an ephemeral resource: all known, and what is configured unchanged. */
export function resultValue(
  schema: SchemaDefinition,
  config: Value,
  result: unknown,
  diagnostics: readonly Diagnostic[] = [],
): { readonly value: Value; readonly diagnostics: readonly Diagnostic[] } {
  if (hasErrors(diagnostics)) return { value: null, diagnostics };
  const value = withoutWriteOnly(schema, objectOf(result));
  const problems = [...planProblems(schema, { config, prior: null, planned: value }), ...stateProblems(schema, value)];
  return { value: withoutUnknown(value), diagnostics: [...diagnostics, ...problems] };
}

/** @throws ValueError for a configuration that is none. */
export function configurationObject(value: Value): ObjectValue {
  const held = objectOf(value);
  if (!held) throw new ValueError("a configuration that is null or unknown as a whole");
  return held;
}
