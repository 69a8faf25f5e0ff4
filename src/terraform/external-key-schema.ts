import { externalKeyFields, externalKeySummary } from "../definitions/external-key";
import { operationTimeouts } from "./operation-timeouts";
import { resourceSchema, type Schema } from "./plugin/schema/schema";
import { type AttributesOf, attributesOf } from "./schema-of";

const blocks = { timeouts: operationTimeouts };

export const externalKeySchema: Schema<AttributesOf<typeof externalKeyFields>, typeof blocks> = resourceSchema({
  version: 0,
  description: externalKeySummary,
  attributes: attributesOf(externalKeyFields),
  blocks,
});
