import { type Diagnostic } from "../diagnostics";
import { diagnosticMessages } from "../messages";
import type { AnyResource } from "../resource";
import type { Session } from "../session";
import { refuseWriteOnly, validateBySchema } from "../validate";
import type { Request, Response } from "./protocol";
import { decode, object } from "./resource-values";

export async function validateResource(
  session: Session,
  resource: AnyResource<unknown>,
  request: Request<"validateResourceConfig">,
): Promise<Response<"validateResourceConfig">> {
  const diagnostics: Diagnostic[] = [];
  try {
    const config = decode(resource.schema, request.config);
    diagnostics.push(...validateBySchema(resource.schema, config));
    if (!request.clientCapabilities?.writeOnlyAttributesAllowed) {
      diagnostics.push(...refuseWriteOnly(resource.schema, config));
    }
    if (resource.validate) diagnostics.push(...(await resource.validate({ config: object(config) })));
  } catch (error) {
    diagnostics.push(...session.diagnose(error, `validate the configuration of ${request.typeName}`));
  }
  return { diagnostics: diagnosticMessages(diagnostics) };
}
