import { externalKeyLookupFields, externalKeyLookupSummary } from "../definitions/external-key-lookup";
import { ByokError } from "../engine/errors";
import { formatInstant } from "../engine/instant";
import { ofKey } from "../engine/key-context";
import { keyRecord, userTags } from "../engine/key-record";
import type { Kms } from "../engine/kms-profile";
import { noteKmsTime } from "../engine/kms-time";
import type { Cloud } from "../kms/cloud";
import { cloudOfArn } from "../kms/clouds";
import { type ByokClient, regionFor } from "./client";
import { keyMaterials } from "./key-materials";
import { define } from "./plugin/provider";
import { type Schema, schema } from "./plugin/schema/schema";
import { type AttributesOf, attributesOf } from "./schema-of";
import { tagMap } from "./tags";

const { dataSource } = define<ByokClient>();

export const externalKeyData: Schema<AttributesOf<typeof externalKeyLookupFields>> = schema({
  description: externalKeyLookupSummary,
  attributes: attributesOf(externalKeyLookupFields),
});

export const externalKeyLookup = dataSource({
  schema: externalKeyData,
  read: async ({ config, client, signal }) => {
    const { kms, region: named } = placeIn(config.key_id, client);
    if (named !== undefined && config.region !== null && config.region !== named) {
      const there = named === "" ? "a KMS without Regions" : named;
      throw new ByokError(
        "invalid_argument",
        `\`region\` is ${config.region}, and ${config.key_id} is in ${there}. Remove \`region\`, or correct one of them.`,
        { attribute: "region" },
      );
    }
    const region = named ?? regionFor(client, kms, config.region);
    const service = client.run.services.service(kms, region);
    const { value: key, at } = await service.describe(config.key_id, { signal });
    noteKmsTime(client.run, service, at);
    if (key === null) {
      throw new ByokError(
        "key_not_found",
        `There is no key ${config.key_id}${region === "" ? "" : ` in ${region}`}. Check the id, the Region and the credentials.`,
        {
          attribute: "key_id",
        },
      );
    }
    const record = keyRecord(kms, region, key);
    const context = ofKey({ run: client.run, service, call: { signal } }, key.arn);
    const tags = userTags(await service.tags(key.arn, context.call), client.run.ignoredTags);
    return {
      state: {
        key_id: config.key_id,
        region,
        arn: key.arn,
        id: key.arn,
        key_state: key.state,
        origin: key.origin,
        description: key.description,
        key_spec: key.spec,
        key_usage: key.usage,
        multi_region: record.multiRegion,
        multi_region_key_type: record.multiRegionKeyType ?? null,
        primary_key_arn: record.primaryKeyArn ?? null,
        creation_date: formatInstant(key.creationDate),
        valid_to: key.validTo === undefined ? null : formatInstant(key.validTo),
        expiration_model: key.expirationModel ?? null,
        key_materials: await keyMaterials(context, key),
        tags: tagMap(tags),
      },
    };
  },
});

/** Where a key is by its name. A KMS that knows keys by other names than their ARNs is recognized by what these look like. */
function placeIn(keyId: string, { services, clouds }: ByokClient): { readonly kms: Kms; readonly region?: string } {
  const { name: kms, arns }: Cloud = cloudOfArn(keyId, clouds);
  return arns.lookup === undefined ? services.locate(keyId, "key_id") : { kms, ...arns.lookup(keyId) };
}
