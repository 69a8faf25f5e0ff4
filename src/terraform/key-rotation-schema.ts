import { keyRotationFields, keyRotationSummary } from "../definitions/key-rotation";
import { operationTimeouts } from "./operation-timeouts";
import { resourceSchema, type Schema } from "./plugin/schema/schema";
import { type AttributesOf, attributesOf } from "./schema-of";

const blocks = { timeouts: operationTimeouts };

export const keyRotationSchema: Schema<AttributesOf<typeof keyRotationFields>, typeof blocks> = resourceSchema({
  version: 0,
  description: keyRotationSummary,
  attributes: attributesOf(keyRotationFields),
  blocks,
});
