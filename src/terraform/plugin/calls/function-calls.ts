import { decodeValue, type EncodedValue, encodeValue } from "../dynamic-value";
import { type AnyFunction, FunctionError } from "../function";
import type { Session } from "../session";
import { ValueError } from "../value-error";
import type { ProviderHandlers, Request, Response } from "./protocol";

/** The call of a function. */
export function functionCalls(session: Session): Pick<ProviderHandlers, "callFunction"> {
  const functions = new Map(Object.entries(session.provider.functions ?? {}));
  return {
    callFunction: (request) => {
      const found = functions.get(request.name);
      return found
        ? callFunction(session, found, request)
        : { error: { text: `The provider has no function ${request.name}.` } };
    },
  };
}

async function callFunction(
  session: Session,
  definition: AnyFunction,
  request: Request<"callFunction">,
): Promise<Response<"callFunction">> {
  try {
    return { result: await resultOf(definition, request.arguments) };
  } catch (error) {
    if (error instanceof FunctionError) {
      return {
        error: {
          text: error.message,
          ...(error.argument !== undefined && { functionArgument: BigInt(error.argument) }),
        },
      };
    }
    const [diagnostic] = session.diagnose(error, `call the function ${request.name}`);
    return { error: { text: diagnostic?.detail ?? "" } };
  }
}

async function resultOf(definition: AnyFunction, encoded: readonly EncodedValue[]): Promise<EncodedValue> {
  const { parameters, variadic, returns } = definition;
  const values = encoded.map((argument, index) => {
    const parameter = parameters[index] ?? variadic;
    if (!parameter) throw new FunctionError("There are more arguments than parameters.");
    try {
      return decodeValue(parameter.element.type, argument);
    } catch (error) {
      if (error instanceof ValueError) throw new FunctionError(`The argument is ${error.message}.`, index);
      throw error;
    }
  });
  const result = await definition.call(values.slice(0, parameters.length), values.slice(parameters.length));
  return encodeValue(returns.type, result);
}
