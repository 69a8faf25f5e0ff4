import { sourceKinds } from "../material-sources/source-uri";
import { bool, list, map, number, string } from "./plugin/schema/attribute";
import { listBlock, singleBlock } from "./plugin/schema/block";
import { schema } from "./plugin/schema/schema";
import { between, matches, oneOf, wholeNumber } from "./plugin/schema/validators";

const assumeRole = listBlock({
  description:
    "A role to assume. Several are assumed one after the other, each with the credentials of the one before.",
  attributes: {
    role_arn: string({ required: true, description: "ARN of the role." }),
    session_name: string({ optional: true, description: "Name of the session. Default: `byok`." }),
    external_id: string({ optional: true, description: "What the role's trust policy asks for." }),
    duration: string({ optional: true, description: "Between `15m` and `12h`. Default: an hour." }),
    policy: string({ optional: true, description: "A session policy in JSON that narrows the role's permissions." }),
    policy_arns: list(string, { optional: true, description: "ARNs of managed session policies." }),
    tags: map(string, { optional: true, description: "Session tags." }),
    transitive_tag_keys: list(string, { optional: true, description: "Session tags that later sessions keep." }),
    source_identity: string({ optional: true, description: "Identity that is kept through the chain of roles." }),
  },
});

const restrictions = {
  allowed_account_ids: list(string, {
    optional: true,
    description: "Accounts whose keys may be touched. Default: any.",
  }),
  allowed_regions: list(string, { optional: true, description: "Regions whose keys may be touched. Default: any." }),
} as const;

const awsBlock = singleBlock({
  description: "How AWS KMS is reached. Everything is optional; the names are those of the `aws` provider.",
  attributes: {
    region: string({
      optional: true,
      description: "Region of keys that name none. Default: `AWS_REGION`, `AWS_DEFAULT_REGION`, the profile's.",
    }),
    profile: string({
      optional: true,
      description: "Profile of the shared configuration files. Default: `AWS_PROFILE`.",
    }),
    access_key: string({
      optional: true,
      sensitive: true,
      description: "Access key id, with `secret_key`. Default: the usual chain of credentials.",
    }),
    secret_key: string({ optional: true, sensitive: true, description: "Secret access key." }),
    token: string({ optional: true, sensitive: true, description: "Session token of temporary credentials." }),
    shared_config_files: list(string, { optional: true, description: "Default: `AWS_CONFIG_FILE`, `~/.aws/config`." }),
    shared_credentials_files: list(string, {
      optional: true,
      description: "Default: `AWS_SHARED_CREDENTIALS_FILE`, `~/.aws/credentials`.",
    }),
    endpoint: string({
      optional: true,
      description: "Where KMS is, in place of AWS's own endpoint. Plain HTTP on a loopback host only.",
    }),
    sts_endpoint: string({
      optional: true,
      description: "Where STS is. Default: `endpoint` where that is on a loopback host, otherwise AWS's own.",
    }),
    custom_ca_bundle: string({
      optional: true,
      description: "File of PEM certificates to trust in place of the usual ones. Default: `AWS_CA_BUNDLE`.",
    }),
    use_fips_endpoint: bool({ optional: true, description: "Default: `AWS_USE_FIPS_ENDPOINT`, false." }),
    use_dualstack_endpoint: bool({ optional: true, description: "Default: `AWS_USE_DUALSTACK_ENDPOINT`, false." }),
    ...restrictions,
  },
  blocks: {
    assume_role: assumeRole,
    default_tags: singleBlock({
      description: "Tags for every key; a key's own `tags` go before them.",
      attributes: { tags: map(string, { optional: true, description: "Tags by key." }) },
    }),
  },
});

const alibabaBlock = singleBlock({
  description:
    "How Alibaba Cloud KMS is reached. Everything is optional; the names are those of the `alicloud` provider where it has them.",
  attributes: {
    region: string({
      optional: true,
      description:
        "Region of keys that name none. Default: `ALIBABA_CLOUD_REGION`, `ALIBABA_CLOUD_REGION_ID`, the profile's.",
    }),
    profile: string({
      optional: true,
      description: "Profile of the CLI's file. Default: `ALIBABA_CLOUD_PROFILE`, the file's current one.",
    }),
    access_key: string({
      optional: true,
      sensitive: true,
      description:
        "AccessKey id, with `secret_key`. Default: `ALIBABA_CLOUD_ACCESS_KEY_ID`, then the other sources of credentials.",
    }),
    secret_key: string({ optional: true, sensitive: true, description: "AccessKey secret." }),
    security_token: string({
      optional: true,
      sensitive: true,
      description: "Security token of temporary credentials.",
    }),
    shared_credentials_file: string({
      optional: true,
      description: "The CLI's file. Default: `~/.aliyun/config.json`.",
    }),
    ecs_role_name: string({
      optional: true,
      description: "Role of the ECS instance. Default: the one that the instance names.",
    }),
    credentials_uri: string({ optional: true, description: "Where credentials can be fetched, on a loopback host." }),
    endpoint: string({
      optional: true,
      description: "Where KMS is, in place of Alibaba Cloud's own endpoint. Plain HTTP on a loopback host only.",
    }),
    sts_endpoint: string({
      optional: true,
      description: "Where STS is. Default: `endpoint` where that is on a loopback host, otherwise Alibaba Cloud's own.",
    }),
    use_vpc_endpoint: bool({
      optional: true,
      description: "Whether to use the endpoints inside a VPC. Default: `false`.",
    }),
    custom_ca_bundle: string({
      optional: true,
      description: "File of PEM certificates to trust in place of the usual ones.",
    }),
    ...restrictions,
  },
  blocks: {
    assume_role: singleBlock({
      description: "A RAM role to assume with the credentials that were found.",
      attributes: {
        role_arn: string({ required: true, description: "ARN of the role, `acs:ram::ACCOUNT:role/NAME`." }),
        session_name: string({ optional: true, description: "Name of the session. Default: `byok`." }),
        session_expiration: number({
          optional: true,
          validate: [wholeNumber(), between(900, 43_200)],
          description: "Seconds that the session lasts, 900 to 43200. Default: 3600.",
        }),
        policy: string({
          optional: true,
          description: "A session policy in JSON that narrows the role's permissions.",
        }),
        external_id: string({ optional: true, description: "What the role's trust policy asks for." }),
      },
    }),
  },
});

const qkmsBlock = singleBlock({
  description: "How QKMS (Quilibrium) is reached. What is documented of the service is not confirmed against it.",
  attributes: {
    access_key: string({
      optional: true,
      sensitive: true,
      description: "Access key id, with `secret_key`. Default: `QKMS_ACCESS_KEY_ID`.",
    }),
    secret_key: string({
      optional: true,
      sensitive: true,
      description: "Secret access key. Default: `QKMS_SECRET_ACCESS_KEY`.",
    }),
    endpoint: string({
      optional: true,
      description: "Default: `QKMS_ENDPOINT_URL`, `https://qkms.quilibrium.com`. Plain HTTP on a loopback host only.",
    }),
    region: string({
      optional: true,
      description: "The Region that requests are signed for; keys have none. Default: `QKMS_REGION`, `us-east-1`.",
    }),
    signed_headers: list(string, {
      optional: true,
      description: "The headers that are signed. Default: `content-type`, `host`, `x-amz-date`, `x-amz-target`.",
    }),
    custom_ca_bundle: string({
      optional: true,
      description: "File of PEM certificates to trust in place of the usual ones.",
    }),
    allowed_account_ids: restrictions.allowed_account_ids,
  },
});

export const providerSchema = schema({
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
      description: `Kinds of \`key_material_source\` that may be used: ${sourceKinds.map((kind) => `\`${kind}\``).join(", ")}. Default: all.`,
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
  blocks: { aws: awsBlock, alibaba: alibabaBlock, qkms: qkmsBlock },
});

/** A Region as any of the vendors writes it; wrong ones are found when a service is asked for. */
export const regionName = matches(/^[a-z]{2,}(-[a-z0-9]+)+$/, "must be the name of a Region, such as eu-central-1");
