/** How to reach Alibaba Cloud, in the names of Terraform's `alicloud` provider. Everything is optional; docs/alibaba.md has the defaults. */
export interface AlibabaSettings {
  /** Default: `ALIBABA_CLOUD_REGION`, `ALIBABA_CLOUD_REGION_ID`, `region_id` of the profile. */
  readonly region?: string;
  /** With `secretKey`. */
  readonly accessKey?: string;
  readonly secretKey?: string;
  /** Of temporary credentials, with `accessKey` and `secretKey`. */
  readonly securityToken?: string;
  /** A profile of the CLI's file. Goes before credentials in the environment. Default: `ALIBABA_CLOUD_PROFILE`, the file's current one. */
  readonly profile?: string;
  /** The CLI's file. Default: `ALIBABA_CLOUD_CONFIG_FILE`, `~/.aliyun/config.json`. */
  readonly sharedCredentialsFile?: string;
  /** The role of the ECS instance. Default: `ALIBABA_CLOUD_ECS_METADATA`, the one that the instance names. */
  readonly ecsRoleName?: string;
  /** Where credentials can be fetched. Default: `ALIBABA_CLOUD_CREDENTIALS_URI`, which must be on a loopback host. */
  readonly credentialsUri?: string;
  /** A role to assume with the credentials that were found. */
  readonly assumeRole?: AlibabaAssumeRole;
  /** Of KMS. Plain HTTP on a loopback host only. Default: `ALIBABA_CLOUD_KMS_ENDPOINT`, Alibaba Cloud's own. */
  readonly endpoint?: string;
  /** Of STS. Default: `endpoint` where that is on a loopback host, `ALIBABA_CLOUD_STS_ENDPOINT`, Alibaba Cloud's own. */
  readonly stsEndpoint?: string;
  /** Whether to use the endpoints inside a VPC. Default: `ALIBABA_CLOUD_VPC_ENDPOINT_ENABLED`, false. */
  readonly useVpcEndpoint?: boolean;
  /** A file of PEM certificates to trust in place of Node's own. */
  readonly customCaBundle?: string;
}

export interface AlibabaAssumeRole {
  /** `acs:ram::ACCOUNT:role/NAME` */
  readonly roleArn: string;
  /** Default `byok`. */
  readonly sessionName?: string;
  readonly externalId?: string;
  /** 900 to 43200. Default 3600. */
  readonly durationSeconds?: number;
  /** A session policy in JSON that narrows the role's permissions. */
  readonly policy?: string;
}
