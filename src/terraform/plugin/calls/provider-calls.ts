import { hasErrors } from "../diagnostics";
import { decodeValue } from "../dynamic-value";
import { diagnosticMessages } from "../messages";
import { typeOf } from "../schema/definition";
import type { Session } from "../session";
import { configurationObject, validateConfiguration } from "./configuration";
import type { ProviderHandlers, Request, Response } from "./protocol";

/** The calls about the provider as a whole: its configuration, and its end. */
export function providerCalls(
  session: Session,
): Pick<ProviderHandlers, "validateProviderConfig" | "configureProvider" | "stopProvider"> {
  return {
    validateProviderConfig: (request) =>
      validateConfiguration(session, session.provider, request, "validate the configuration of the provider"),
    configureProvider: (request) => configureProvider(session, request),
    stopProvider: () => {
      session.log.info("asked to stop");
      session.stop();
      return {};
    },
  };
}

async function configureProvider(
  session: Session,
  { config: encoded, terraformVersion }: Request<"configureProvider">,
): Promise<Response<"configureProvider">> {
  const { provider, log } = session;
  try {
    const config = configurationObject(decodeValue(typeOf(provider.schema), encoded));
    const signal = session.renewSignal();
    const result = await provider.configure({ config, terraformVersion, signal, log });
    if (!hasErrors(result.diagnostics ?? [])) session.configure(result.client);
    return { diagnostics: diagnosticMessages(result.diagnostics ?? []) };
  } catch (error) {
    return { diagnostics: diagnosticMessages(session.diagnose(error, "configure the provider")) };
  }
}
