import { ByokError } from "../engine/errors";
import { formatInstant } from "../engine/instant";
import { keyRecord, userTags } from "../engine/key-record";
import type { Kms } from "../engine/kms-profile";
import { noteKmsTime } from "../engine/kms-time";
import type { Cloud } from "../kms/cloud";
import { cloudOfArn } from "../kms/clouds";
import { type ByokClient, regionFor } from "./client";
import { bool, map, string } from "./plugin/schema/attribute";
import { define } from "./plugin/provider";
import { schema } from "./plugin/schema/schema";
import { regionName } from "./provider-schema";
import { tagMap } from "./tags";

const { dataSource } = define<ByokClient>();

export const externalKeyData = schema({
  description: "A key that is looked up, whoever made it. Nothing of it is changed.",
  attributes: {
    key_id: string({
      required: true,
      description: "The key's ARN, of any KMS; on AWS also its id, the name of an alias (`alias/…`) or an alias's ARN.",
    }),
    region: string({
      optional: true,
      computed: true,
      validate: [regionName],
      description: "The Region. Default: the ARN's, or the provider's.",
    }),
    arn: string({ computed: true, description: "The key's ARN." }),
    id: string({ computed: true, description: "The key's ARN." }),
    key_state: string({ computed: true, description: "The state that the KMS says." }),
    origin: string({ computed: true, description: "`EXTERNAL` for keys that take imported key material." }),
    description: string({ computed: true, description: "What the key is for." }),
    key_spec: string({ computed: true, description: "The kind of key." }),
    key_usage: string({ computed: true, description: "What the key does." }),
    multi_region: bool({ computed: true, description: "Whether the key can be replicated to other Regions." }),
    multi_region_key_type: string({
      computed: true,
      description: "`PRIMARY` or `REPLICA`; null for a single-Region key.",
    }),
    primary_key_arn: string({ computed: true, description: "The primary of a replica." }),
    creation_date: string({ computed: true, description: "RFC 3339." }),
    valid_to: string({
      computed: true,
      description: "The earliest expiry of the key's material, RFC 3339; null if none expires.",
    }),
    expiration_model: string({ computed: true, description: "Of the key's material, while it has some." }),
    tags: map(string, { computed: true, description: "Tags of the key." }),
  },
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
    const tags = userTags(await service.tags(key.arn, { signal }));
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
        tags: tagMap(tags),
      },
    };
  },
});

/** Where a key is by its name. A KMS that knows keys by other names than their ARNs is told from what these look like. */
function placeIn(keyId: string, { services, clouds }: ByokClient): { readonly kms: Kms; readonly region?: string } {
  const { name: kms, arns }: Cloud = cloudOfArn(keyId, clouds);
  return arns.lookup === undefined ? services.locate(keyId, "key_id") : { kms, ...arns.lookup(keyId) };
}
