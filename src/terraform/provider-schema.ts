import type { Cloud } from "../kms/cloud";
import { clouds as knownClouds } from "../kms/clouds";
import { sourceKinds } from "../material-sources/source-uri";
import { cloudBlock } from "./cloud-block";
import { list, number, string } from "./plugin/schema/attribute";
import { schema } from "./plugin/schema/schema";
import { between, oneOf, wholeNumber } from "./plugin/schema/validators";

/** What is not about a single KMS. */
const generalSchema = schema({
  description: "Imports key material into keys of cloud KMSs, and brings the same bytes back when they lapse.",
  attributes: {
    material_access: string({
      optional: true,
      validate: [oneOf("plan", "apply")],
      description:
        "When sources of key material are opened: `plan` (at plan and apply) or `apply` (plans never read them). Default: `plan`.",
    }),
    allowed_material_sources: list(string, {
      optional: true,
      description: `Sources that \`key_material_source\` may name: kinds (${sourceKinds.map((kind) => `\`${kind}\``).join(", ")}), or kinds with the beginning of a place, in whole parts, such as \`file:keys/\` or \`secretsmanager:payments/\`. Default: all.`,
    }),
    import_requests_per_second: number({
      optional: true,
      validate: [between(0.01, 1000)],
      description:
        "How many GetParametersForImport requests per second and Region are made at most, where the account's quota was raised. Default: the vendor's default quota (1 on AWS).",
    }),
    max_retries: number({
      optional: true,
      validate: [wholeNumber(), between(0, 100)],
      description: "How often a request is repeated that failed and may yet succeed. Default: 7.",
    }),
  },
});

/** The general attributes by their types, and beside them a block for each cloud, which `cloudBlock` made of its table. */
export type ProviderSchema = typeof generalSchema;

/** The schema of the provider for some clouds. */
export function providerSchemaFor(clouds: readonly Cloud[]): ProviderSchema {
  return { ...generalSchema, blocks: Object.fromEntries(clouds.map((cloud) => [cloud.name, cloudBlock(cloud)])) };
}

export const providerSchema = providerSchemaFor(knownClouds);
