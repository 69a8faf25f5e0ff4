import { dataSourceCalls } from "./calls/data-source-calls";
import { ephemeralCalls } from "./calls/ephemeral-calls";
import { functionCalls } from "./calls/function-calls";
import type { ProviderHandlers } from "./calls/protocol";
import { providerCalls } from "./calls/provider-calls";
import { resourceCalls } from "./calls/resource-calls";
import { schemaCalls } from "./calls/schema-calls";
import type { Log } from "./log";
import type { AnyProvider } from "./provider";
import { Session } from "./session";

/** The calls of the protocol, answered by a provider. */
export function providerHandlers(provider: AnyProvider, log: Log): ProviderHandlers {
  const session = new Session(provider, log);
  return {
    ...schemaCalls(provider),
    ...providerCalls(session),
    ...resourceCalls(session),
    ...dataSourceCalls(session),
    ...ephemeralCalls(session),
    ...functionCalls(session),
  };
}
