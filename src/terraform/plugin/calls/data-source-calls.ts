import type { AnyDataSource } from "../data-source";
import { decodeValue, encodeValue } from "../dynamic-value";
import { diagnosticMessages } from "../messages";
import { typeOf } from "../schema/definition";
import type { Session } from "../session";
import { configurationObject, resultValue, validateConfigurationOfType } from "./configuration";
import type { ProviderHandlers, Request, Response } from "./protocol";
import { callsByType } from "./types";

/** The calls about data sources. */
export function dataSourceCalls(
  session: Session,
): Pick<ProviderHandlers, "validateDataResourceConfig" | "readDataSource"> {
  const dataSource = callsByType(session, "data source", session.provider.dataSources);
  return {
    validateDataResourceConfig: dataSource(validateConfigurationOfType),
    readDataSource: dataSource(readDataSource),
  };
}

async function readDataSource(
  session: Session,
  source: AnyDataSource<unknown>,
  request: Request<"readDataSource">,
): Promise<Response<"readDataSource">> {
  try {
    const type = typeOf(source.schema);
    const config = decodeValue(type, request.config);
    const result = await source.read({ ...session.call(), config: configurationObject(config) });
    const { value, diagnostics } = resultValue(source.schema, config, result.state, result.diagnostics);
    return { state: encodeValue(type, value), diagnostics: diagnosticMessages(diagnostics) };
  } catch (error) {
    return { diagnostics: diagnosticMessages(session.diagnose(error, `read ${request.typeName}`)) };
  }
}
