import { ByokError } from "../engine/errors";
import type { Cloud } from "../kms/cloud";
import { clouds as knownClouds } from "../kms/clouds";
import { parseAllowedSources } from "../material-sources/source-uri";
import { type ByokClient, byokClient } from "./client";
import { blockOf, type ProviderConfig } from "./kms-settings";
import { texts } from "./known";
import { diagnose, diagnosticInBlock, diagnosticOf, refusals } from "./diagnose";
import { externalKey } from "./external-key";
import { externalKeyLookup } from "./external-key-data";
import { importedKeyMaterial } from "./imported-key-material";
import { keyRotation } from "./key-rotation";
import type { Diagnostic } from "./plugin/diagnostics";
import { type AnyProvider, define } from "./plugin/provider";
import { providerSchema, providerSchemaFor } from "./provider-schema";

const { provider } = define<ByokClient>();

/** The provider `byok/byok`. @param clouds Default: all that byok knows. */
export function byokProvider(clouds: readonly Cloud[] = knownClouds): AnyProvider {
  return provider({
    name: "byok",
    schema: providerSchemaFor(clouds),
    validate: ({ config }) =>
      refusals(providerSchema.attributes, () =>
        parseAllowedSources(texts(config.allowed_material_sources) ?? [], "allowed_material_sources"),
      ),
    configure: ({ config, log }) => {
      try {
        const client = byokClient(config, log, clouds);
        return { client, diagnostics: checkBlocks(config, clouds, client) };
      } catch (error) {
        return { diagnostics: [diagnosticOf(ByokError.from(error), providerSchema.attributes)] };
      }
    },
    resources: {
      byok_external_key: externalKey,
      byok_imported_key_material: importedKeyMaterial,
      byok_key_rotation: keyRotation,
    },
    dataSources: { byok_external_key: externalKeyLookup },
    diagnose,
  });
}

/** What is wrong with a block that is written is said once, and not again by each resource. Nothing is sent for it. */
function checkBlocks(config: ProviderConfig, clouds: readonly Cloud[], client: ByokClient): Diagnostic[] {
  return clouds.flatMap(({ name }) => {
    if (blockOf(config, name) === null) return [];
    try {
      client.services.defaultRegion(name);
      return [];
    } catch (error) {
      return [diagnosticInBlock(name, ByokError.from(error))];
    }
  });
}
