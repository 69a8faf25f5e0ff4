import { importedKeyMaterialFields, importedKeyMaterialSummary } from "../definitions/imported-key-material";
import { operationTimeouts } from "./operation-timeouts";
import { resourceSchema, type Schema } from "./plugin/schema/schema";
import { type AttributesOf, attributesOf } from "./schema-of";

const blocks = { timeouts: operationTimeouts };

export const importedKeyMaterialSchema: Schema<
  AttributesOf<typeof importedKeyMaterialFields>,
  typeof blocks
> = resourceSchema({
  version: 0,
  description: importedKeyMaterialSummary,
  attributes: attributesOf(importedKeyMaterialFields),
  blocks,
});
