import { ByokError } from "../engine/errors";
import { parseAllowedSources } from "../material-sources/source-uri";
import { type ByokClient, byokClient } from "./client";
import { texts } from "./known";
import { diagnose, diagnosticInBlock, diagnosticOf, refusals } from "./diagnose";
import { externalKey } from "./external-key";
import { externalKeyLookup } from "./external-key-data";
import { importedKeyMaterial } from "./imported-key-material";
import type { Diagnostic } from "./plugin/diagnostics";
import { type AnyProvider, define } from "./plugin/provider";
import type { Config } from "./plugin/schema/schema";
import { providerSchema } from "./provider-schema";

const { provider } = define<ByokClient>();

/** The provider `byok/byok`. */
export function byokProvider(): AnyProvider {
  return provider({
    name: "byok",
    schema: providerSchema,
    validate: ({ config }) =>
      refusals(providerSchema.attributes, () =>
        parseAllowedSources(texts(config.allowed_material_sources) ?? [], "allowed_material_sources"),
      ),
    configure: ({ config, log }) => {
      try {
        const client = byokClient(config, log);
        return { client, diagnostics: checkBlocks(config, client) };
      } catch (error) {
        return { diagnostics: [diagnosticOf(ByokError.from(error), providerSchema.attributes)] };
      }
    },
    resources: { byok_external_key: externalKey, byok_imported_key_material: importedKeyMaterial },
    dataSources: { byok_external_key: externalKeyLookup },
    diagnose,
  });
}

/** What is wrong with a block that is written is said once, and not again by each resource. Nothing is sent for it. */
function checkBlocks(config: Config<typeof providerSchema>, client: ByokClient): Diagnostic[] {
  return (["aws", "alibaba", "qkms"] as const).flatMap((kms) => {
    if (config[kms] === null) return [];
    try {
      client.services.defaultRegion(kms);
      return [];
    } catch (error) {
      return [diagnosticInBlock(kms, ByokError.from(error))];
    }
  });
}
