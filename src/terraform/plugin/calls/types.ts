import { diagnosticMessages } from "../messages";
import type { MaybePromise } from "../resource";
import type { Session } from "../session";

/** The answer to a call about something that the provider does not have. */
export interface Refusal {
  readonly diagnostics: ReturnType<typeof diagnosticMessages>;
}

/** @param kind As in "data source". */
export function unknownType(kind: string, type: string): Refusal {
  const detail = `The provider has no ${kind} of the type ${type}.`;
  return { diagnostics: diagnosticMessages([{ severity: "error", summary: "Unknown Type", detail }]) };
}

/** What a call about a type is answered by: the definition of that type. */
export type TypeCall<Definition, Asked, Answer> = (
  session: Session,
  definition: Definition,
  request: Asked,
) => Promise<Answer>;

/** Makes handlers of the calls about the types of one kind; the lookup is prepared once. */
export function callsByType<Definition>(
  session: Session,
  kind: string,
  definitions: Readonly<Record<string, Definition>> = {},
) {
  const types = new Map(Object.entries(definitions));
  return <Asked extends { readonly typeName: string }, Answer>(call: TypeCall<Definition, Asked, Answer>) =>
    (request: Asked): MaybePromise<Answer | Refusal> => {
      const found = types.get(request.typeName);
      return found ? call(session, found, request) : unknownType(kind, request.typeName);
    };
}
