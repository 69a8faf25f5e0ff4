import type { Input } from "@pulumi/pulumi";

/** A role to assume, as in the configuration of `@pulumi/aws`. */
export interface AssumeRoleArgs {
  /** ARN of the role. */
  roleArn: Input<string>;
  /** Name of the session. Default `byok`. */
  sessionName?: Input<string>;
  /** The external id that the role's trust policy requires. Default: none. */
  externalId?: Input<string>;
  /** How long the session lasts, from `15m` to `12h`, such as `1h30m`. Default: one hour, by STS. */
  duration?: Input<string>;
  /** A session policy in JSON that narrows the role's permissions. */
  policy?: Input<string>;
  /** ARNs of managed session policies. Default: none. */
  policyArns?: Input<Input<string>[]>;
  /** Session tags. Default: none. */
  tags?: Input<Record<string, Input<string>>>;
  /** Keys of session tags that later sessions keep. Default: none. */
  transitiveTagKeys?: Input<Input<string>[]>;
  /** An identity that is kept through a chain of roles. Default: none. */
  sourceIdentity?: Input<string>;
}

/** How Alibaba Cloud is reached. Access keys come from `byok:alibaba` or the environment. */
export interface AlibabaConnectionArgs {
  /** Default: `ALIBABA_CLOUD_REGION`, `ALIBABA_CLOUD_REGION_ID`, `region_id` of the profile. */
  region?: Input<string>;
  /** A profile of the CLI's file. Default: `ALIBABA_CLOUD_PROFILE`, the file's current one. */
  profile?: Input<string>;
  /** The CLI's file. Default: `ALIBABA_CLOUD_CONFIG_FILE`, `~/.aliyun/config.json`. */
  sharedCredentialsFile?: Input<string>;
  /** The role of the ECS instance. */
  ecsRoleName?: Input<string>;
  /** Where credentials can be fetched. */
  credentialsUri?: Input<string>;
  /** A role to assume with the credentials that were found. */
  assumeRole?: Input<{
    /** `acs:ram::ACCOUNT:role/NAME` */
    roleArn: Input<string>;
    /** Default `byok`. */
    sessionName?: Input<string>;
    externalId?: Input<string>;
    /** 900 to 43200. Default 3600. */
    durationSeconds?: Input<number>;
    /** A session policy in JSON that narrows the role's permissions. */
    policy?: Input<string>;
  }>;
  /** URL of KMS. Plain HTTP on a loopback host only. */
  endpoint?: Input<string>;
  /** URL of STS. */
  stsEndpoint?: Input<string>;
  /** Whether to use the endpoints inside a VPC. Default false. */
  useVpcEndpoint?: Input<boolean>;
  /** A file of PEM certificates to trust instead of Node's own. */
  customCaBundle?: Input<string>;
}

/** How QKMS is reached. Access keys stand in `byok:qkms` or the environment. */
export interface QkmsConnectionArgs {
  /** URL of QKMS. Plain HTTP on a loopback host only. Default: `QKMS_ENDPOINT_URL`, the vendor's own. */
  endpoint?: Input<string>;
  /** The Region that requests are signed for. Default: `QKMS_REGION`, us-east-1. */
  region?: Input<string>;
  /** The headers that are signed. Default: those of the vendor's own client. */
  signedHeaders?: Input<Input<string>[]>;
  /** A file of PEM certificates to trust instead of Node's own. */
  customCaBundle?: Input<string>;
}

/**
 * How the KMS is reached, and what may be touched. Each of these can also stand in the stack's configuration, as
 * `byok:profile` and so on, where it holds for all resources; an argument goes before it. Access keys have no arguments,
 * since these are kept in the state: see `byok:accessKey`, `byok:secretKey`, `byok:token`, or better the environment.
 */
export interface ConnectionArgs {
  /** A profile of AWS's shared files. Default: `byok:profile`, `aws:profile`, `AWS_PROFILE`, `default`. */
  profile?: Input<string>;
  /** Default: `AWS_CONFIG_FILE`, `~/.aws/config`. Later files override earlier ones. */
  sharedConfigFiles?: Input<Input<string>[]>;
  /** Default: `AWS_SHARED_CREDENTIALS_FILE`, `~/.aws/credentials`. */
  sharedCredentialsFiles?: Input<Input<string>[]>;
  /** Roles to assume, one with the credentials of the one before it. Default: `byok:assumeRoles`, `aws:assumeRoles`. */
  assumeRoles?: Input<Input<AssumeRoleArgs>[]>;
  /** URL of KMS. Plain HTTP on a loopback host only. Default: AWS's own. */
  endpoint?: Input<string>;
  /** URL of STS. Default: `endpoint` where that is on a loopback host, otherwise AWS's own. */
  stsEndpoint?: Input<string>;
  /** Where Secrets Manager is. Default: `endpoint` where that is on a loopback host, otherwise AWS's own. */
  secretsmanagerEndpoint?: Input<string>;
  /** Where SSM, the Parameter Store, is. Default: `endpoint` where that is on a loopback host, otherwise AWS's own. */
  ssmEndpoint?: Input<string>;
  /** A file of PEM certificates to trust instead of Node's own. Default: `AWS_CA_BUNDLE`. */
  customCaBundle?: Input<string>;
  /** Default: `AWS_USE_FIPS_ENDPOINT`, false. */
  useFipsEndpoint?: Input<boolean>;
  /** Default: `AWS_USE_DUALSTACK_ENDPOINT`, false. */
  useDualstackEndpoint?: Input<boolean>;
  /** Settings of Alibaba Cloud KMS. Default: `byok:alibaba`, then the environment. */
  alibaba?: Input<AlibabaConnectionArgs>;
  /** Settings of QKMS. Default: `byok:qkms`, then the environment. */
  qkms?: Input<QkmsConnectionArgs>;
  /** Accounts whose keys may be touched; any other key is refused before bytes are read. Default: all. */
  allowedAccountIds?: Input<Input<string>[]>;
  /** Regions whose keys may be touched. Default: all. */
  allowedRegions?: Input<Input<string>[]>;
  /**
   * Sources that `keyMaterialSource` may name: kinds, such as `file`, or kinds with the beginning of a place, such as
   * `file:keys/` or `secretsmanager:payments/`. Default: all.
   */
  allowedMaterialSources?: Input<Input<string>[]>;
  /** `apply` keeps previews from reading sources of key material. Default `plan`. */
  materialAccess?: Input<"plan" | "apply">;
  /** GetParametersForImport per second, for accounts whose quota was raised. Default: the vendor's default quota. */
  importRequestsPerSecond?: Input<number>;
  /** Tags that others keep on keys: they are neither shown nor changed nor removed, and are no drift. Default: none. */
  ignoreTags?: Input<{
    /** Tags by their keys. */
    keys?: Input<Input<string>[]>;
    /** Tags by what their keys begin with. */
    keyPrefixes?: Input<Input<string>[]>;
  }>;
}

/** How long an operation may take: durations such as `20m`, the default. Waiting for a quota does not count. */
export interface TimeoutsArgs {
  /** Of a creation. Default `20m`. */
  create?: Input<string>;
  /** Of an update, such as a reimport. Default `20m`. */
  update?: Input<string>;
  /** Of a deletion. Default `20m`. */
  delete?: Input<string>;
}
