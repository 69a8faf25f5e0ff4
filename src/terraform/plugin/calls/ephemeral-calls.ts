import { decodeValue, encodeValue } from "../dynamic-value";
import type { AnyEphemeralResource, RenewResult } from "../ephemeral-resource";
import { diagnosticMessages } from "../messages";
import { isJsonObject, type JsonObject } from "../private-state";
import { typeOf } from "../schema/definition";
import type { Session } from "../session";
import { configurationObject, resultValue, validateConfigurationOfType } from "./configuration";
import type { ProviderHandlers, Request, Response } from "./protocol";
import { callsByType } from "./types";

/** The calls about ephemeral resources. */
export function ephemeralCalls(
  session: Session,
): Pick<
  ProviderHandlers,
  "validateEphemeralResourceConfig" | "openEphemeralResource" | "renewEphemeralResource" | "closeEphemeralResource"
> {
  const ephemeral = callsByType(session, "ephemeral resource", session.provider.ephemeralResources);
  return {
    validateEphemeralResourceConfig: ephemeral(validateConfigurationOfType),
    openEphemeralResource: ephemeral(open),
    renewEphemeralResource: ephemeral(renew),
    closeEphemeralResource: ephemeral(close),
  };
}

async function open(
  session: Session,
  resource: AnyEphemeralResource<unknown>,
  request: Request<"openEphemeralResource">,
): Promise<Response<"openEphemeralResource">> {
  try {
    const type = typeOf(resource.schema);
    const config = decodeValue(type, request.config);
    const opened = await resource.open({ ...session.call(), config: configurationObject(config) });
    const { value, diagnostics } = resultValue(resource.schema, config, opened.result, opened.diagnostics);
    return {
      result: encodeValue(type, value),
      ...renewal(opened),
      diagnostics: diagnosticMessages(diagnostics),
    };
  } catch (error) {
    return { diagnostics: diagnosticMessages(session.diagnose(error, `open ${request.typeName}`)) };
  }
}

async function renew(
  session: Session,
  resource: AnyEphemeralResource<unknown>,
  request: Request<"renewEphemeralResource">,
): Promise<Response<"renewEphemeralResource">> {
  try {
    const kept = privateObject(request.private);
    const renewed = await resource.renew?.({ ...session.call(), private: kept });
    return {
      ...(request.private && { private: request.private }),
      ...renewal(renewed ?? {}),
      diagnostics: diagnosticMessages(renewed?.diagnostics ?? []),
    };
  } catch (error) {
    return { diagnostics: diagnosticMessages(session.diagnose(error, `renew ${request.typeName}`)) };
  }
}

async function close(
  session: Session,
  resource: AnyEphemeralResource<unknown>,
  request: Request<"closeEphemeralResource">,
): Promise<Response<"closeEphemeralResource">> {
  try {
    const diagnostics = await resource.close?.({ ...session.call(), private: privateObject(request.private) });
    return { diagnostics: diagnosticMessages(diagnostics ?? []) };
  } catch (error) {
    return { diagnostics: diagnosticMessages(session.diagnose(error, `close ${request.typeName}`)) };
  }
}

/** When to renew, and what is handed on until then, in the protocol's form. */
function renewal({ renewAt, private: kept }: Pick<RenewResult, "renewAt" | "private">): {
  readonly renewAt?: { readonly seconds: bigint; readonly nanos: number };
  readonly private?: Uint8Array;
} {
  const milliseconds = renewAt?.getTime();
  return {
    ...(milliseconds !== undefined && {
      renewAt: { seconds: BigInt(Math.floor(milliseconds / 1_000)), nanos: (milliseconds % 1_000) * 1_000_000 },
    }),
    ...(kept && { private: new Uint8Array(Buffer.from(JSON.stringify(kept), "utf8")) }),
  };
}

function privateObject(bytes: Uint8Array | undefined): JsonObject {
  if (!bytes || bytes.length === 0) return {};
  const parsed: unknown = JSON.parse(Buffer.from(bytes).toString("utf8"));
  return isJsonObject(parsed) ? parsed : {};
}
