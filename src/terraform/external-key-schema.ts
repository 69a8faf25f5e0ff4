import { externalKeyFields, externalKeySummary } from "../definitions/external-key";
import { timeouts } from "./plugin/schema/block";
import { resourceSchema, type Schema } from "./plugin/schema/schema";
import { type AttributesOf, attributesOf } from "./schema-of";

const blocks = { timeouts: timeouts({ create: "20m", read: "5m", update: "20m", delete: "10m" }) };

export const externalKeySchema: Schema<AttributesOf<typeof externalKeyFields>, typeof blocks> = resourceSchema({
  version: 0,
  description: externalKeySummary,
  attributes: attributesOf(externalKeyFields),
  blocks,
});
