import { importedKeyMaterialFields, importedKeyMaterialSummary } from "../definitions/imported-key-material";
import { timeouts } from "./plugin/schema/block";
import { resourceSchema, type Schema } from "./plugin/schema/schema";
import { type AttributesOf, attributesOf } from "./schema-of";

const blocks = { timeouts: timeouts({ create: "20m", read: "5m", update: "20m", delete: "10m" }) };

export const importedKeyMaterialSchema: Schema<
  AttributesOf<typeof importedKeyMaterialFields>,
  typeof blocks
> = resourceSchema({
  version: 0,
  description: importedKeyMaterialSummary,
  attributes: attributesOf(importedKeyMaterialFields),
  blocks,
});
