// @ts-nocheck: made by npm run generate:cdktf, by a generator that knows looser settings than ours.
// https://registry.terraform.io/providers/byok/byok/latest/docs
// generated from terraform resource schema

import { Construct } from 'constructs';
import * as cdktf from 'cdktf';

// Configuration

export interface ByokProviderConfig {
  /**
  * Sources that `key_material_source` may name: kinds (`file`, `env`, `exec`, `wrap`, `wrapped`, `pkcs11`, `vault-transit`, `secretsmanager`, `ssm`, `alibaba-secrets`), or kinds with the beginning of a place, in whole parts, such as `file:keys/` or `secretsmanager:payments/`. Default: all.
  *
  * Docs at Terraform Registry: {@link https://registry.terraform.io/providers/byok/byok/latest/docs#allowed_material_sources ByokProvider#allowed_material_sources}
  */
  readonly allowedMaterialSources?: string[];
  /**
  * How many GetParametersForImport requests per second and Region are made at most, where the account's quota was raised. Default: the vendor's default quota (1 on AWS).
  *
  * Docs at Terraform Registry: {@link https://registry.terraform.io/providers/byok/byok/latest/docs#import_requests_per_second ByokProvider#import_requests_per_second}
  */
  readonly importRequestsPerSecond?: number;
  /**
  * When sources of key material are opened: `plan` (at plan and apply) or `apply` (plans never read them). Default: `plan`.
  *
  * Docs at Terraform Registry: {@link https://registry.terraform.io/providers/byok/byok/latest/docs#material_access ByokProvider#material_access}
  */
  readonly materialAccess?: string;
  /**
  * How often a request is repeated that failed and may yet succeed. Default: 7.
  *
  * Docs at Terraform Registry: {@link https://registry.terraform.io/providers/byok/byok/latest/docs#max_retries ByokProvider#max_retries}
  */
  readonly maxRetries?: number;
  /**
  * Alias name
  *
  * Docs at Terraform Registry: {@link https://registry.terraform.io/providers/byok/byok/latest/docs#alias ByokProvider#alias}
  */
  readonly alias?: string;
  /**
  * alibaba block
  *
  * Docs at Terraform Registry: {@link https://registry.terraform.io/providers/byok/byok/latest/docs#alibaba ByokProvider#alibaba}
  */
  readonly alibaba?: ByokProviderAlibaba;
  /**
  * aws block
  *
  * Docs at Terraform Registry: {@link https://registry.terraform.io/providers/byok/byok/latest/docs#aws ByokProvider#aws}
  */
  readonly aws?: ByokProviderAws;
  /**
  * qkms block
  *
  * Docs at Terraform Registry: {@link https://registry.terraform.io/providers/byok/byok/latest/docs#qkms ByokProvider#qkms}
  */
  readonly qkms?: ByokProviderQkms;
}
export interface ByokProviderAlibabaAssumeRole {
  /**
  * What the role's trust policy asks for.
  *
  * Docs at Terraform Registry: {@link https://registry.terraform.io/providers/byok/byok/latest/docs#external_id ByokProvider#external_id}
  */
  readonly externalId?: string;
  /**
  * A session policy in JSON that narrows the role's permissions.
  *
  * Docs at Terraform Registry: {@link https://registry.terraform.io/providers/byok/byok/latest/docs#policy ByokProvider#policy}
  */
  readonly policy?: string;
  /**
  * ARN of the role, `acs:ram::ACCOUNT:role/NAME`.
  *
  * Docs at Terraform Registry: {@link https://registry.terraform.io/providers/byok/byok/latest/docs#role_arn ByokProvider#role_arn}
  */
  readonly roleArn: string;
  /**
  * Seconds that the session lasts, 900 to 43200. Default: 3600.
  *
  * Docs at Terraform Registry: {@link https://registry.terraform.io/providers/byok/byok/latest/docs#session_expiration ByokProvider#session_expiration}
  */
  readonly sessionExpiration?: number;
  /**
  * Name of the session. Default: `byok`.
  *
  * Docs at Terraform Registry: {@link https://registry.terraform.io/providers/byok/byok/latest/docs#session_name ByokProvider#session_name}
  */
  readonly sessionName?: string;
}

export function byokProviderAlibabaAssumeRoleToTerraform(struct?: ByokProviderAlibabaAssumeRole | cdktf.IResolvable): any {
  if (!cdktf.canInspect(struct) || cdktf.Tokenization.isResolvable(struct)) { return struct; }
  if (cdktf.isComplexElement(struct)) {
    throw new Error("A complex element was used as configuration, this is not supported: https://cdk.tf/complex-object-as-configuration");
  }
  return {
    external_id: cdktf.stringToTerraform(struct!.externalId),
    policy: cdktf.stringToTerraform(struct!.policy),
    role_arn: cdktf.stringToTerraform(struct!.roleArn),
    session_expiration: cdktf.numberToTerraform(struct!.sessionExpiration),
    session_name: cdktf.stringToTerraform(struct!.sessionName),
  }
}


export function byokProviderAlibabaAssumeRoleToHclTerraform(struct?: ByokProviderAlibabaAssumeRole | cdktf.IResolvable): any {
  if (!cdktf.canInspect(struct) || cdktf.Tokenization.isResolvable(struct)) { return struct; }
  if (cdktf.isComplexElement(struct)) {
    throw new Error("A complex element was used as configuration, this is not supported: https://cdk.tf/complex-object-as-configuration");
  }
  const attrs = {
    external_id: {
      value: cdktf.stringToHclTerraform(struct!.externalId),
      isBlock: false,
      type: "simple",
      storageClassType: "string",
    },
    policy: {
      value: cdktf.stringToHclTerraform(struct!.policy),
      isBlock: false,
      type: "simple",
      storageClassType: "string",
    },
    role_arn: {
      value: cdktf.stringToHclTerraform(struct!.roleArn),
      isBlock: false,
      type: "simple",
      storageClassType: "string",
    },
    session_expiration: {
      value: cdktf.numberToHclTerraform(struct!.sessionExpiration),
      isBlock: false,
      type: "simple",
      storageClassType: "number",
    },
    session_name: {
      value: cdktf.stringToHclTerraform(struct!.sessionName),
      isBlock: false,
      type: "simple",
      storageClassType: "string",
    },
  };

  // remove undefined attributes
  return Object.fromEntries(Object.entries(attrs).filter(([_, value]) => value !== undefined && value.value !== undefined));
}

export interface ByokProviderAlibaba {
  /**
  * AccessKey id, with `secret_key`. Default: `ALIBABA_CLOUD_ACCESS_KEY_ID`, then the other sources of credentials.
  *
  * Docs at Terraform Registry: {@link https://registry.terraform.io/providers/byok/byok/latest/docs#access_key ByokProvider#access_key}
  */
  readonly accessKey?: string;
  /**
  * Accounts whose keys may be touched. Default: any.
  *
  * Docs at Terraform Registry: {@link https://registry.terraform.io/providers/byok/byok/latest/docs#allowed_account_ids ByokProvider#allowed_account_ids}
  */
  readonly allowedAccountIds?: string[];
  /**
  * Regions whose keys may be touched. Default: any.
  *
  * Docs at Terraform Registry: {@link https://registry.terraform.io/providers/byok/byok/latest/docs#allowed_regions ByokProvider#allowed_regions}
  */
  readonly allowedRegions?: string[];
  /**
  * Where credentials can be fetched, on a loopback host.
  *
  * Docs at Terraform Registry: {@link https://registry.terraform.io/providers/byok/byok/latest/docs#credentials_uri ByokProvider#credentials_uri}
  */
  readonly credentialsUri?: string;
  /**
  * File of PEM certificates to trust in place of the usual ones.
  *
  * Docs at Terraform Registry: {@link https://registry.terraform.io/providers/byok/byok/latest/docs#custom_ca_bundle ByokProvider#custom_ca_bundle}
  */
  readonly customCaBundle?: string;
  /**
  * Role of the ECS instance. Default: the one that the instance names.
  *
  * Docs at Terraform Registry: {@link https://registry.terraform.io/providers/byok/byok/latest/docs#ecs_role_name ByokProvider#ecs_role_name}
  */
  readonly ecsRoleName?: string;
  /**
  * Where KMS is, in place of Alibaba Cloud's own endpoint. Plain HTTP on a loopback host only.
  *
  * Docs at Terraform Registry: {@link https://registry.terraform.io/providers/byok/byok/latest/docs#endpoint ByokProvider#endpoint}
  */
  readonly endpoint?: string;
  /**
  * Profile of the CLI's file. Default: `ALIBABA_CLOUD_PROFILE`, the file's current one.
  *
  * Docs at Terraform Registry: {@link https://registry.terraform.io/providers/byok/byok/latest/docs#profile ByokProvider#profile}
  */
  readonly profile?: string;
  /**
  * Region of keys that name none. Default: `ALIBABA_CLOUD_REGION`, `ALIBABA_CLOUD_REGION_ID`, the profile's.
  *
  * Docs at Terraform Registry: {@link https://registry.terraform.io/providers/byok/byok/latest/docs#region ByokProvider#region}
  */
  readonly region?: string;
  /**
  * AccessKey secret.
  *
  * Docs at Terraform Registry: {@link https://registry.terraform.io/providers/byok/byok/latest/docs#secret_key ByokProvider#secret_key}
  */
  readonly secretKey?: string;
  /**
  * Security token of temporary credentials.
  *
  * Docs at Terraform Registry: {@link https://registry.terraform.io/providers/byok/byok/latest/docs#security_token ByokProvider#security_token}
  */
  readonly securityToken?: string;
  /**
  * The CLI's file. Default: `~/.aliyun/config.json`.
  *
  * Docs at Terraform Registry: {@link https://registry.terraform.io/providers/byok/byok/latest/docs#shared_credentials_file ByokProvider#shared_credentials_file}
  */
  readonly sharedCredentialsFile?: string;
  /**
  * Where STS is. Default: `endpoint` where that is on a loopback host, otherwise Alibaba Cloud's own.
  *
  * Docs at Terraform Registry: {@link https://registry.terraform.io/providers/byok/byok/latest/docs#sts_endpoint ByokProvider#sts_endpoint}
  */
  readonly stsEndpoint?: string;
  /**
  * Whether to use the endpoints inside a VPC. Default: `false`.
  *
  * Docs at Terraform Registry: {@link https://registry.terraform.io/providers/byok/byok/latest/docs#use_vpc_endpoint ByokProvider#use_vpc_endpoint}
  */
  readonly useVpcEndpoint?: boolean | cdktf.IResolvable;
  /**
  * assume_role block
  *
  * Docs at Terraform Registry: {@link https://registry.terraform.io/providers/byok/byok/latest/docs#assume_role ByokProvider#assume_role}
  */
  readonly assumeRole?: ByokProviderAlibabaAssumeRole;
}

export function byokProviderAlibabaToTerraform(struct?: ByokProviderAlibaba | cdktf.IResolvable): any {
  if (!cdktf.canInspect(struct) || cdktf.Tokenization.isResolvable(struct)) { return struct; }
  if (cdktf.isComplexElement(struct)) {
    throw new Error("A complex element was used as configuration, this is not supported: https://cdk.tf/complex-object-as-configuration");
  }
  return {
    access_key: cdktf.stringToTerraform(struct!.accessKey),
    allowed_account_ids: cdktf.listMapper(cdktf.stringToTerraform, false)(struct!.allowedAccountIds),
    allowed_regions: cdktf.listMapper(cdktf.stringToTerraform, false)(struct!.allowedRegions),
    credentials_uri: cdktf.stringToTerraform(struct!.credentialsUri),
    custom_ca_bundle: cdktf.stringToTerraform(struct!.customCaBundle),
    ecs_role_name: cdktf.stringToTerraform(struct!.ecsRoleName),
    endpoint: cdktf.stringToTerraform(struct!.endpoint),
    profile: cdktf.stringToTerraform(struct!.profile),
    region: cdktf.stringToTerraform(struct!.region),
    secret_key: cdktf.stringToTerraform(struct!.secretKey),
    security_token: cdktf.stringToTerraform(struct!.securityToken),
    shared_credentials_file: cdktf.stringToTerraform(struct!.sharedCredentialsFile),
    sts_endpoint: cdktf.stringToTerraform(struct!.stsEndpoint),
    use_vpc_endpoint: cdktf.booleanToTerraform(struct!.useVpcEndpoint),
    assume_role: byokProviderAlibabaAssumeRoleToTerraform(struct!.assumeRole),
  }
}


export function byokProviderAlibabaToHclTerraform(struct?: ByokProviderAlibaba | cdktf.IResolvable): any {
  if (!cdktf.canInspect(struct) || cdktf.Tokenization.isResolvable(struct)) { return struct; }
  if (cdktf.isComplexElement(struct)) {
    throw new Error("A complex element was used as configuration, this is not supported: https://cdk.tf/complex-object-as-configuration");
  }
  const attrs = {
    access_key: {
      value: cdktf.stringToHclTerraform(struct!.accessKey),
      isBlock: false,
      type: "simple",
      storageClassType: "string",
    },
    allowed_account_ids: {
      value: cdktf.listMapperHcl(cdktf.stringToHclTerraform, false)(struct!.allowedAccountIds),
      isBlock: false,
      type: "list",
      storageClassType: "stringList",
    },
    allowed_regions: {
      value: cdktf.listMapperHcl(cdktf.stringToHclTerraform, false)(struct!.allowedRegions),
      isBlock: false,
      type: "list",
      storageClassType: "stringList",
    },
    credentials_uri: {
      value: cdktf.stringToHclTerraform(struct!.credentialsUri),
      isBlock: false,
      type: "simple",
      storageClassType: "string",
    },
    custom_ca_bundle: {
      value: cdktf.stringToHclTerraform(struct!.customCaBundle),
      isBlock: false,
      type: "simple",
      storageClassType: "string",
    },
    ecs_role_name: {
      value: cdktf.stringToHclTerraform(struct!.ecsRoleName),
      isBlock: false,
      type: "simple",
      storageClassType: "string",
    },
    endpoint: {
      value: cdktf.stringToHclTerraform(struct!.endpoint),
      isBlock: false,
      type: "simple",
      storageClassType: "string",
    },
    profile: {
      value: cdktf.stringToHclTerraform(struct!.profile),
      isBlock: false,
      type: "simple",
      storageClassType: "string",
    },
    region: {
      value: cdktf.stringToHclTerraform(struct!.region),
      isBlock: false,
      type: "simple",
      storageClassType: "string",
    },
    secret_key: {
      value: cdktf.stringToHclTerraform(struct!.secretKey),
      isBlock: false,
      type: "simple",
      storageClassType: "string",
    },
    security_token: {
      value: cdktf.stringToHclTerraform(struct!.securityToken),
      isBlock: false,
      type: "simple",
      storageClassType: "string",
    },
    shared_credentials_file: {
      value: cdktf.stringToHclTerraform(struct!.sharedCredentialsFile),
      isBlock: false,
      type: "simple",
      storageClassType: "string",
    },
    sts_endpoint: {
      value: cdktf.stringToHclTerraform(struct!.stsEndpoint),
      isBlock: false,
      type: "simple",
      storageClassType: "string",
    },
    use_vpc_endpoint: {
      value: cdktf.booleanToHclTerraform(struct!.useVpcEndpoint),
      isBlock: false,
      type: "simple",
      storageClassType: "boolean",
    },
    assume_role: {
      value: byokProviderAlibabaAssumeRoleToHclTerraform(struct!.assumeRole),
      isBlock: true,
      type: "struct",
      storageClassType: "ByokProviderAlibabaAssumeRole",
    },
  };

  // remove undefined attributes
  return Object.fromEntries(Object.entries(attrs).filter(([_, value]) => value !== undefined && value.value !== undefined));
}

export interface ByokProviderAwsAssumeRole {
  /**
  * Between `15m` and `12h`. Default: an hour.
  *
  * Docs at Terraform Registry: {@link https://registry.terraform.io/providers/byok/byok/latest/docs#duration ByokProvider#duration}
  */
  readonly duration?: string;
  /**
  * What the role's trust policy asks for.
  *
  * Docs at Terraform Registry: {@link https://registry.terraform.io/providers/byok/byok/latest/docs#external_id ByokProvider#external_id}
  */
  readonly externalId?: string;
  /**
  * A session policy in JSON that narrows the role's permissions.
  *
  * Docs at Terraform Registry: {@link https://registry.terraform.io/providers/byok/byok/latest/docs#policy ByokProvider#policy}
  */
  readonly policy?: string;
  /**
  * ARNs of managed session policies.
  *
  * Docs at Terraform Registry: {@link https://registry.terraform.io/providers/byok/byok/latest/docs#policy_arns ByokProvider#policy_arns}
  */
  readonly policyArns?: string[];
  /**
  * ARN of the role.
  *
  * Docs at Terraform Registry: {@link https://registry.terraform.io/providers/byok/byok/latest/docs#role_arn ByokProvider#role_arn}
  */
  readonly roleArn: string;
  /**
  * Name of the session. Default: `byok`.
  *
  * Docs at Terraform Registry: {@link https://registry.terraform.io/providers/byok/byok/latest/docs#session_name ByokProvider#session_name}
  */
  readonly sessionName?: string;
  /**
  * Identity that is kept through the chain of roles.
  *
  * Docs at Terraform Registry: {@link https://registry.terraform.io/providers/byok/byok/latest/docs#source_identity ByokProvider#source_identity}
  */
  readonly sourceIdentity?: string;
  /**
  * Session tags.
  *
  * Docs at Terraform Registry: {@link https://registry.terraform.io/providers/byok/byok/latest/docs#tags ByokProvider#tags}
  */
  readonly tags?: { [key: string]: string };
  /**
  * Session tags that later sessions keep.
  *
  * Docs at Terraform Registry: {@link https://registry.terraform.io/providers/byok/byok/latest/docs#transitive_tag_keys ByokProvider#transitive_tag_keys}
  */
  readonly transitiveTagKeys?: string[];
}

export function byokProviderAwsAssumeRoleToTerraform(struct?: ByokProviderAwsAssumeRole | cdktf.IResolvable): any {
  if (!cdktf.canInspect(struct) || cdktf.Tokenization.isResolvable(struct)) { return struct; }
  if (cdktf.isComplexElement(struct)) {
    throw new Error("A complex element was used as configuration, this is not supported: https://cdk.tf/complex-object-as-configuration");
  }
  return {
    duration: cdktf.stringToTerraform(struct!.duration),
    external_id: cdktf.stringToTerraform(struct!.externalId),
    policy: cdktf.stringToTerraform(struct!.policy),
    policy_arns: cdktf.listMapper(cdktf.stringToTerraform, false)(struct!.policyArns),
    role_arn: cdktf.stringToTerraform(struct!.roleArn),
    session_name: cdktf.stringToTerraform(struct!.sessionName),
    source_identity: cdktf.stringToTerraform(struct!.sourceIdentity),
    tags: cdktf.hashMapper(cdktf.stringToTerraform)(struct!.tags),
    transitive_tag_keys: cdktf.listMapper(cdktf.stringToTerraform, false)(struct!.transitiveTagKeys),
  }
}


export function byokProviderAwsAssumeRoleToHclTerraform(struct?: ByokProviderAwsAssumeRole | cdktf.IResolvable): any {
  if (!cdktf.canInspect(struct) || cdktf.Tokenization.isResolvable(struct)) { return struct; }
  if (cdktf.isComplexElement(struct)) {
    throw new Error("A complex element was used as configuration, this is not supported: https://cdk.tf/complex-object-as-configuration");
  }
  const attrs = {
    duration: {
      value: cdktf.stringToHclTerraform(struct!.duration),
      isBlock: false,
      type: "simple",
      storageClassType: "string",
    },
    external_id: {
      value: cdktf.stringToHclTerraform(struct!.externalId),
      isBlock: false,
      type: "simple",
      storageClassType: "string",
    },
    policy: {
      value: cdktf.stringToHclTerraform(struct!.policy),
      isBlock: false,
      type: "simple",
      storageClassType: "string",
    },
    policy_arns: {
      value: cdktf.listMapperHcl(cdktf.stringToHclTerraform, false)(struct!.policyArns),
      isBlock: false,
      type: "list",
      storageClassType: "stringList",
    },
    role_arn: {
      value: cdktf.stringToHclTerraform(struct!.roleArn),
      isBlock: false,
      type: "simple",
      storageClassType: "string",
    },
    session_name: {
      value: cdktf.stringToHclTerraform(struct!.sessionName),
      isBlock: false,
      type: "simple",
      storageClassType: "string",
    },
    source_identity: {
      value: cdktf.stringToHclTerraform(struct!.sourceIdentity),
      isBlock: false,
      type: "simple",
      storageClassType: "string",
    },
    tags: {
      value: cdktf.hashMapperHcl(cdktf.stringToHclTerraform)(struct!.tags),
      isBlock: false,
      type: "map",
      storageClassType: "stringMap",
    },
    transitive_tag_keys: {
      value: cdktf.listMapperHcl(cdktf.stringToHclTerraform, false)(struct!.transitiveTagKeys),
      isBlock: false,
      type: "list",
      storageClassType: "stringList",
    },
  };

  // remove undefined attributes
  return Object.fromEntries(Object.entries(attrs).filter(([_, value]) => value !== undefined && value.value !== undefined));
}

export interface ByokProviderAwsDefaultTags {
  /**
  * Tags by key.
  *
  * Docs at Terraform Registry: {@link https://registry.terraform.io/providers/byok/byok/latest/docs#tags ByokProvider#tags}
  */
  readonly tags?: { [key: string]: string };
}

export function byokProviderAwsDefaultTagsToTerraform(struct?: ByokProviderAwsDefaultTags | cdktf.IResolvable): any {
  if (!cdktf.canInspect(struct) || cdktf.Tokenization.isResolvable(struct)) { return struct; }
  if (cdktf.isComplexElement(struct)) {
    throw new Error("A complex element was used as configuration, this is not supported: https://cdk.tf/complex-object-as-configuration");
  }
  return {
    tags: cdktf.hashMapper(cdktf.stringToTerraform)(struct!.tags),
  }
}


export function byokProviderAwsDefaultTagsToHclTerraform(struct?: ByokProviderAwsDefaultTags | cdktf.IResolvable): any {
  if (!cdktf.canInspect(struct) || cdktf.Tokenization.isResolvable(struct)) { return struct; }
  if (cdktf.isComplexElement(struct)) {
    throw new Error("A complex element was used as configuration, this is not supported: https://cdk.tf/complex-object-as-configuration");
  }
  const attrs = {
    tags: {
      value: cdktf.hashMapperHcl(cdktf.stringToHclTerraform)(struct!.tags),
      isBlock: false,
      type: "map",
      storageClassType: "stringMap",
    },
  };

  // remove undefined attributes
  return Object.fromEntries(Object.entries(attrs).filter(([_, value]) => value !== undefined && value.value !== undefined));
}

export interface ByokProviderAwsIgnoreTags {
  /**
  * Tags by what their keys begin with.
  *
  * Docs at Terraform Registry: {@link https://registry.terraform.io/providers/byok/byok/latest/docs#key_prefixes ByokProvider#key_prefixes}
  */
  readonly keyPrefixes?: string[];
  /**
  * Tags by their keys.
  *
  * Docs at Terraform Registry: {@link https://registry.terraform.io/providers/byok/byok/latest/docs#keys ByokProvider#keys}
  */
  readonly keys?: string[];
}

export function byokProviderAwsIgnoreTagsToTerraform(struct?: ByokProviderAwsIgnoreTags | cdktf.IResolvable): any {
  if (!cdktf.canInspect(struct) || cdktf.Tokenization.isResolvable(struct)) { return struct; }
  if (cdktf.isComplexElement(struct)) {
    throw new Error("A complex element was used as configuration, this is not supported: https://cdk.tf/complex-object-as-configuration");
  }
  return {
    key_prefixes: cdktf.listMapper(cdktf.stringToTerraform, false)(struct!.keyPrefixes),
    keys: cdktf.listMapper(cdktf.stringToTerraform, false)(struct!.keys),
  }
}


export function byokProviderAwsIgnoreTagsToHclTerraform(struct?: ByokProviderAwsIgnoreTags | cdktf.IResolvable): any {
  if (!cdktf.canInspect(struct) || cdktf.Tokenization.isResolvable(struct)) { return struct; }
  if (cdktf.isComplexElement(struct)) {
    throw new Error("A complex element was used as configuration, this is not supported: https://cdk.tf/complex-object-as-configuration");
  }
  const attrs = {
    key_prefixes: {
      value: cdktf.listMapperHcl(cdktf.stringToHclTerraform, false)(struct!.keyPrefixes),
      isBlock: false,
      type: "list",
      storageClassType: "stringList",
    },
    keys: {
      value: cdktf.listMapperHcl(cdktf.stringToHclTerraform, false)(struct!.keys),
      isBlock: false,
      type: "list",
      storageClassType: "stringList",
    },
  };

  // remove undefined attributes
  return Object.fromEntries(Object.entries(attrs).filter(([_, value]) => value !== undefined && value.value !== undefined));
}

export interface ByokProviderAws {
  /**
  * Access key id, with `secret_key`. Default: the usual chain of credentials.
  *
  * Docs at Terraform Registry: {@link https://registry.terraform.io/providers/byok/byok/latest/docs#access_key ByokProvider#access_key}
  */
  readonly accessKey?: string;
  /**
  * Accounts whose keys may be touched. Default: any.
  *
  * Docs at Terraform Registry: {@link https://registry.terraform.io/providers/byok/byok/latest/docs#allowed_account_ids ByokProvider#allowed_account_ids}
  */
  readonly allowedAccountIds?: string[];
  /**
  * Regions whose keys may be touched. Default: any.
  *
  * Docs at Terraform Registry: {@link https://registry.terraform.io/providers/byok/byok/latest/docs#allowed_regions ByokProvider#allowed_regions}
  */
  readonly allowedRegions?: string[];
  /**
  * File of PEM certificates to trust in place of the usual ones. Default: `AWS_CA_BUNDLE`.
  *
  * Docs at Terraform Registry: {@link https://registry.terraform.io/providers/byok/byok/latest/docs#custom_ca_bundle ByokProvider#custom_ca_bundle}
  */
  readonly customCaBundle?: string;
  /**
  * Where KMS is, in place of AWS's own endpoint. Plain HTTP on a loopback host only.
  *
  * Docs at Terraform Registry: {@link https://registry.terraform.io/providers/byok/byok/latest/docs#endpoint ByokProvider#endpoint}
  */
  readonly endpoint?: string;
  /**
  * Profile of the shared configuration files. Default: `AWS_PROFILE`.
  *
  * Docs at Terraform Registry: {@link https://registry.terraform.io/providers/byok/byok/latest/docs#profile ByokProvider#profile}
  */
  readonly profile?: string;
  /**
  * Region of keys that name none. Default: `AWS_REGION`, `AWS_DEFAULT_REGION`, the profile's.
  *
  * Docs at Terraform Registry: {@link https://registry.terraform.io/providers/byok/byok/latest/docs#region ByokProvider#region}
  */
  readonly region?: string;
  /**
  * Secret access key.
  *
  * Docs at Terraform Registry: {@link https://registry.terraform.io/providers/byok/byok/latest/docs#secret_key ByokProvider#secret_key}
  */
  readonly secretKey?: string;
  /**
  * Where Secrets Manager is. Default: `endpoint` where that is on a loopback host, otherwise AWS's own.
  *
  * Docs at Terraform Registry: {@link https://registry.terraform.io/providers/byok/byok/latest/docs#secretsmanager_endpoint ByokProvider#secretsmanager_endpoint}
  */
  readonly secretsmanagerEndpoint?: string;
  /**
  * Default: `AWS_CONFIG_FILE`, `~/.aws/config`.
  *
  * Docs at Terraform Registry: {@link https://registry.terraform.io/providers/byok/byok/latest/docs#shared_config_files ByokProvider#shared_config_files}
  */
  readonly sharedConfigFiles?: string[];
  /**
  * Default: `AWS_SHARED_CREDENTIALS_FILE`, `~/.aws/credentials`.
  *
  * Docs at Terraform Registry: {@link https://registry.terraform.io/providers/byok/byok/latest/docs#shared_credentials_files ByokProvider#shared_credentials_files}
  */
  readonly sharedCredentialsFiles?: string[];
  /**
  * Where SSM, the Parameter Store, is. Default: `endpoint` where that is on a loopback host, otherwise AWS's own.
  *
  * Docs at Terraform Registry: {@link https://registry.terraform.io/providers/byok/byok/latest/docs#ssm_endpoint ByokProvider#ssm_endpoint}
  */
  readonly ssmEndpoint?: string;
  /**
  * Where STS is. Default: `endpoint` where that is on a loopback host, otherwise AWS's own.
  *
  * Docs at Terraform Registry: {@link https://registry.terraform.io/providers/byok/byok/latest/docs#sts_endpoint ByokProvider#sts_endpoint}
  */
  readonly stsEndpoint?: string;
  /**
  * Session token of temporary credentials.
  *
  * Docs at Terraform Registry: {@link https://registry.terraform.io/providers/byok/byok/latest/docs#token ByokProvider#token}
  */
  readonly token?: string;
  /**
  * Default: `AWS_USE_DUALSTACK_ENDPOINT`, false.
  *
  * Docs at Terraform Registry: {@link https://registry.terraform.io/providers/byok/byok/latest/docs#use_dualstack_endpoint ByokProvider#use_dualstack_endpoint}
  */
  readonly useDualstackEndpoint?: boolean | cdktf.IResolvable;
  /**
  * Default: `AWS_USE_FIPS_ENDPOINT`, false.
  *
  * Docs at Terraform Registry: {@link https://registry.terraform.io/providers/byok/byok/latest/docs#use_fips_endpoint ByokProvider#use_fips_endpoint}
  */
  readonly useFipsEndpoint?: boolean | cdktf.IResolvable;
  /**
  * assume_role block
  *
  * Docs at Terraform Registry: {@link https://registry.terraform.io/providers/byok/byok/latest/docs#assume_role ByokProvider#assume_role}
  */
  readonly assumeRole?: ByokProviderAwsAssumeRole[] | cdktf.IResolvable;
  /**
  * default_tags block
  *
  * Docs at Terraform Registry: {@link https://registry.terraform.io/providers/byok/byok/latest/docs#default_tags ByokProvider#default_tags}
  */
  readonly defaultTags?: ByokProviderAwsDefaultTags;
  /**
  * ignore_tags block
  *
  * Docs at Terraform Registry: {@link https://registry.terraform.io/providers/byok/byok/latest/docs#ignore_tags ByokProvider#ignore_tags}
  */
  readonly ignoreTags?: ByokProviderAwsIgnoreTags;
}

export function byokProviderAwsToTerraform(struct?: ByokProviderAws | cdktf.IResolvable): any {
  if (!cdktf.canInspect(struct) || cdktf.Tokenization.isResolvable(struct)) { return struct; }
  if (cdktf.isComplexElement(struct)) {
    throw new Error("A complex element was used as configuration, this is not supported: https://cdk.tf/complex-object-as-configuration");
  }
  return {
    access_key: cdktf.stringToTerraform(struct!.accessKey),
    allowed_account_ids: cdktf.listMapper(cdktf.stringToTerraform, false)(struct!.allowedAccountIds),
    allowed_regions: cdktf.listMapper(cdktf.stringToTerraform, false)(struct!.allowedRegions),
    custom_ca_bundle: cdktf.stringToTerraform(struct!.customCaBundle),
    endpoint: cdktf.stringToTerraform(struct!.endpoint),
    profile: cdktf.stringToTerraform(struct!.profile),
    region: cdktf.stringToTerraform(struct!.region),
    secret_key: cdktf.stringToTerraform(struct!.secretKey),
    secretsmanager_endpoint: cdktf.stringToTerraform(struct!.secretsmanagerEndpoint),
    shared_config_files: cdktf.listMapper(cdktf.stringToTerraform, false)(struct!.sharedConfigFiles),
    shared_credentials_files: cdktf.listMapper(cdktf.stringToTerraform, false)(struct!.sharedCredentialsFiles),
    ssm_endpoint: cdktf.stringToTerraform(struct!.ssmEndpoint),
    sts_endpoint: cdktf.stringToTerraform(struct!.stsEndpoint),
    token: cdktf.stringToTerraform(struct!.token),
    use_dualstack_endpoint: cdktf.booleanToTerraform(struct!.useDualstackEndpoint),
    use_fips_endpoint: cdktf.booleanToTerraform(struct!.useFipsEndpoint),
    assume_role: cdktf.listMapper(byokProviderAwsAssumeRoleToTerraform, true)(struct!.assumeRole),
    default_tags: byokProviderAwsDefaultTagsToTerraform(struct!.defaultTags),
    ignore_tags: byokProviderAwsIgnoreTagsToTerraform(struct!.ignoreTags),
  }
}


export function byokProviderAwsToHclTerraform(struct?: ByokProviderAws | cdktf.IResolvable): any {
  if (!cdktf.canInspect(struct) || cdktf.Tokenization.isResolvable(struct)) { return struct; }
  if (cdktf.isComplexElement(struct)) {
    throw new Error("A complex element was used as configuration, this is not supported: https://cdk.tf/complex-object-as-configuration");
  }
  const attrs = {
    access_key: {
      value: cdktf.stringToHclTerraform(struct!.accessKey),
      isBlock: false,
      type: "simple",
      storageClassType: "string",
    },
    allowed_account_ids: {
      value: cdktf.listMapperHcl(cdktf.stringToHclTerraform, false)(struct!.allowedAccountIds),
      isBlock: false,
      type: "list",
      storageClassType: "stringList",
    },
    allowed_regions: {
      value: cdktf.listMapperHcl(cdktf.stringToHclTerraform, false)(struct!.allowedRegions),
      isBlock: false,
      type: "list",
      storageClassType: "stringList",
    },
    custom_ca_bundle: {
      value: cdktf.stringToHclTerraform(struct!.customCaBundle),
      isBlock: false,
      type: "simple",
      storageClassType: "string",
    },
    endpoint: {
      value: cdktf.stringToHclTerraform(struct!.endpoint),
      isBlock: false,
      type: "simple",
      storageClassType: "string",
    },
    profile: {
      value: cdktf.stringToHclTerraform(struct!.profile),
      isBlock: false,
      type: "simple",
      storageClassType: "string",
    },
    region: {
      value: cdktf.stringToHclTerraform(struct!.region),
      isBlock: false,
      type: "simple",
      storageClassType: "string",
    },
    secret_key: {
      value: cdktf.stringToHclTerraform(struct!.secretKey),
      isBlock: false,
      type: "simple",
      storageClassType: "string",
    },
    secretsmanager_endpoint: {
      value: cdktf.stringToHclTerraform(struct!.secretsmanagerEndpoint),
      isBlock: false,
      type: "simple",
      storageClassType: "string",
    },
    shared_config_files: {
      value: cdktf.listMapperHcl(cdktf.stringToHclTerraform, false)(struct!.sharedConfigFiles),
      isBlock: false,
      type: "list",
      storageClassType: "stringList",
    },
    shared_credentials_files: {
      value: cdktf.listMapperHcl(cdktf.stringToHclTerraform, false)(struct!.sharedCredentialsFiles),
      isBlock: false,
      type: "list",
      storageClassType: "stringList",
    },
    ssm_endpoint: {
      value: cdktf.stringToHclTerraform(struct!.ssmEndpoint),
      isBlock: false,
      type: "simple",
      storageClassType: "string",
    },
    sts_endpoint: {
      value: cdktf.stringToHclTerraform(struct!.stsEndpoint),
      isBlock: false,
      type: "simple",
      storageClassType: "string",
    },
    token: {
      value: cdktf.stringToHclTerraform(struct!.token),
      isBlock: false,
      type: "simple",
      storageClassType: "string",
    },
    use_dualstack_endpoint: {
      value: cdktf.booleanToHclTerraform(struct!.useDualstackEndpoint),
      isBlock: false,
      type: "simple",
      storageClassType: "boolean",
    },
    use_fips_endpoint: {
      value: cdktf.booleanToHclTerraform(struct!.useFipsEndpoint),
      isBlock: false,
      type: "simple",
      storageClassType: "boolean",
    },
    assume_role: {
      value: cdktf.listMapperHcl(byokProviderAwsAssumeRoleToHclTerraform, true)(struct!.assumeRole),
      isBlock: true,
      type: "list",
      storageClassType: "ByokProviderAwsAssumeRoleList",
    },
    default_tags: {
      value: byokProviderAwsDefaultTagsToHclTerraform(struct!.defaultTags),
      isBlock: true,
      type: "struct",
      storageClassType: "ByokProviderAwsDefaultTags",
    },
    ignore_tags: {
      value: byokProviderAwsIgnoreTagsToHclTerraform(struct!.ignoreTags),
      isBlock: true,
      type: "struct",
      storageClassType: "ByokProviderAwsIgnoreTags",
    },
  };

  // remove undefined attributes
  return Object.fromEntries(Object.entries(attrs).filter(([_, value]) => value !== undefined && value.value !== undefined));
}

export interface ByokProviderQkms {
  /**
  * Access key id, with `secret_key`. Default: `QKMS_ACCESS_KEY_ID`.
  *
  * Docs at Terraform Registry: {@link https://registry.terraform.io/providers/byok/byok/latest/docs#access_key ByokProvider#access_key}
  */
  readonly accessKey?: string;
  /**
  * Accounts whose keys may be touched. Default: any.
  *
  * Docs at Terraform Registry: {@link https://registry.terraform.io/providers/byok/byok/latest/docs#allowed_account_ids ByokProvider#allowed_account_ids}
  */
  readonly allowedAccountIds?: string[];
  /**
  * File of PEM certificates to trust in place of the usual ones.
  *
  * Docs at Terraform Registry: {@link https://registry.terraform.io/providers/byok/byok/latest/docs#custom_ca_bundle ByokProvider#custom_ca_bundle}
  */
  readonly customCaBundle?: string;
  /**
  * Default: `QKMS_ENDPOINT_URL`, `https://qkms.quilibrium.com`. Plain HTTP on a loopback host only.
  *
  * Docs at Terraform Registry: {@link https://registry.terraform.io/providers/byok/byok/latest/docs#endpoint ByokProvider#endpoint}
  */
  readonly endpoint?: string;
  /**
  * The Region that requests are signed for; keys have none. Default: `QKMS_REGION`, `us-east-1`.
  *
  * Docs at Terraform Registry: {@link https://registry.terraform.io/providers/byok/byok/latest/docs#region ByokProvider#region}
  */
  readonly region?: string;
  /**
  * Secret access key. Default: `QKMS_SECRET_ACCESS_KEY`.
  *
  * Docs at Terraform Registry: {@link https://registry.terraform.io/providers/byok/byok/latest/docs#secret_key ByokProvider#secret_key}
  */
  readonly secretKey?: string;
  /**
  * The headers that are signed. Default: `content-type`, `host`, `x-amz-date`, `x-amz-target`.
  *
  * Docs at Terraform Registry: {@link https://registry.terraform.io/providers/byok/byok/latest/docs#signed_headers ByokProvider#signed_headers}
  */
  readonly signedHeaders?: string[];
}

export function byokProviderQkmsToTerraform(struct?: ByokProviderQkms | cdktf.IResolvable): any {
  if (!cdktf.canInspect(struct) || cdktf.Tokenization.isResolvable(struct)) { return struct; }
  if (cdktf.isComplexElement(struct)) {
    throw new Error("A complex element was used as configuration, this is not supported: https://cdk.tf/complex-object-as-configuration");
  }
  return {
    access_key: cdktf.stringToTerraform(struct!.accessKey),
    allowed_account_ids: cdktf.listMapper(cdktf.stringToTerraform, false)(struct!.allowedAccountIds),
    custom_ca_bundle: cdktf.stringToTerraform(struct!.customCaBundle),
    endpoint: cdktf.stringToTerraform(struct!.endpoint),
    region: cdktf.stringToTerraform(struct!.region),
    secret_key: cdktf.stringToTerraform(struct!.secretKey),
    signed_headers: cdktf.listMapper(cdktf.stringToTerraform, false)(struct!.signedHeaders),
  }
}


export function byokProviderQkmsToHclTerraform(struct?: ByokProviderQkms | cdktf.IResolvable): any {
  if (!cdktf.canInspect(struct) || cdktf.Tokenization.isResolvable(struct)) { return struct; }
  if (cdktf.isComplexElement(struct)) {
    throw new Error("A complex element was used as configuration, this is not supported: https://cdk.tf/complex-object-as-configuration");
  }
  const attrs = {
    access_key: {
      value: cdktf.stringToHclTerraform(struct!.accessKey),
      isBlock: false,
      type: "simple",
      storageClassType: "string",
    },
    allowed_account_ids: {
      value: cdktf.listMapperHcl(cdktf.stringToHclTerraform, false)(struct!.allowedAccountIds),
      isBlock: false,
      type: "list",
      storageClassType: "stringList",
    },
    custom_ca_bundle: {
      value: cdktf.stringToHclTerraform(struct!.customCaBundle),
      isBlock: false,
      type: "simple",
      storageClassType: "string",
    },
    endpoint: {
      value: cdktf.stringToHclTerraform(struct!.endpoint),
      isBlock: false,
      type: "simple",
      storageClassType: "string",
    },
    region: {
      value: cdktf.stringToHclTerraform(struct!.region),
      isBlock: false,
      type: "simple",
      storageClassType: "string",
    },
    secret_key: {
      value: cdktf.stringToHclTerraform(struct!.secretKey),
      isBlock: false,
      type: "simple",
      storageClassType: "string",
    },
    signed_headers: {
      value: cdktf.listMapperHcl(cdktf.stringToHclTerraform, false)(struct!.signedHeaders),
      isBlock: false,
      type: "list",
      storageClassType: "stringList",
    },
  };

  // remove undefined attributes
  return Object.fromEntries(Object.entries(attrs).filter(([_, value]) => value !== undefined && value.value !== undefined));
}


/**
* Represents a {@link https://registry.terraform.io/providers/byok/byok/latest/docs byok}
*/
export class ByokProvider extends cdktf.TerraformProvider {

  // =================
  // STATIC PROPERTIES
  // =================
  public static readonly tfResourceType = "byok";

  // ==============
  // STATIC Methods
  // ==============
  /**
  * Generates CDKTF code for importing a ByokProvider resource upon running "cdktf plan <stack-name>"
  * @param scope The scope in which to define this construct
  * @param importToId The construct id used in the generated config for the ByokProvider to import
  * @param importFromId The id of the existing ByokProvider that should be imported. Refer to the {@link https://registry.terraform.io/providers/byok/byok/latest/docs#import import section} in the documentation of this resource for the id to use
  * @param provider? Optional instance of the provider where the ByokProvider to import is found
  */
  public static generateConfigForImport(scope: Construct, importToId: string, importFromId: string, provider?: cdktf.TerraformProvider) {
        return new cdktf.ImportableResource(scope, importToId, { terraformResourceType: "byok", importId: importFromId, provider });
      }

  // ===========
  // INITIALIZER
  // ===========

  /**
  * Create a new {@link https://registry.terraform.io/providers/byok/byok/latest/docs byok} Resource
  *
  * @param scope The scope in which to define this construct
  * @param id The scoped construct ID. Must be unique amongst siblings in the same scope
  * @param options ByokProviderConfig = {}
  */
  public constructor(scope: Construct, id: string, config: ByokProviderConfig = {}) {
    super(scope, id, {
      terraformResourceType: 'byok',
      terraformGeneratorMetadata: {
        providerName: 'byok',
        providerVersionConstraint: '~> 0.1'
      },
      terraformProviderSource: 'byok/byok'
    });
    this._allowedMaterialSources = config.allowedMaterialSources;
    this._importRequestsPerSecond = config.importRequestsPerSecond;
    this._materialAccess = config.materialAccess;
    this._maxRetries = config.maxRetries;
    this._alias = config.alias;
    this._alibaba = config.alibaba;
    this._aws = config.aws;
    this._qkms = config.qkms;
  }

  // ==========
  // ATTRIBUTES
  // ==========

  // allowed_material_sources - computed: false, optional: true, required: false
  private _allowedMaterialSources?: string[]; 
  public get allowedMaterialSources() {
    return this._allowedMaterialSources;
  }
  public set allowedMaterialSources(value: string[] | undefined) {
    this._allowedMaterialSources = value;
  }
  public resetAllowedMaterialSources() {
    this._allowedMaterialSources = undefined;
  }
  // Temporarily expose input value. Use with caution.
  public get allowedMaterialSourcesInput() {
    return this._allowedMaterialSources;
  }

  // import_requests_per_second - computed: false, optional: true, required: false
  private _importRequestsPerSecond?: number; 
  public get importRequestsPerSecond() {
    return this._importRequestsPerSecond;
  }
  public set importRequestsPerSecond(value: number | undefined) {
    this._importRequestsPerSecond = value;
  }
  public resetImportRequestsPerSecond() {
    this._importRequestsPerSecond = undefined;
  }
  // Temporarily expose input value. Use with caution.
  public get importRequestsPerSecondInput() {
    return this._importRequestsPerSecond;
  }

  // material_access - computed: false, optional: true, required: false
  private _materialAccess?: string; 
  public get materialAccess() {
    return this._materialAccess;
  }
  public set materialAccess(value: string | undefined) {
    this._materialAccess = value;
  }
  public resetMaterialAccess() {
    this._materialAccess = undefined;
  }
  // Temporarily expose input value. Use with caution.
  public get materialAccessInput() {
    return this._materialAccess;
  }

  // max_retries - computed: false, optional: true, required: false
  private _maxRetries?: number; 
  public get maxRetries() {
    return this._maxRetries;
  }
  public set maxRetries(value: number | undefined) {
    this._maxRetries = value;
  }
  public resetMaxRetries() {
    this._maxRetries = undefined;
  }
  // Temporarily expose input value. Use with caution.
  public get maxRetriesInput() {
    return this._maxRetries;
  }

  // alias - computed: false, optional: true, required: false
  private _alias?: string; 
  public get alias() {
    return this._alias;
  }
  public set alias(value: string | undefined) {
    this._alias = value;
  }
  public resetAlias() {
    this._alias = undefined;
  }
  // Temporarily expose input value. Use with caution.
  public get aliasInput() {
    return this._alias;
  }

  // alibaba - computed: false, optional: true, required: false
  private _alibaba?: ByokProviderAlibaba; 
  public get alibaba() {
    return this._alibaba;
  }
  public set alibaba(value: ByokProviderAlibaba | undefined) {
    this._alibaba = value;
  }
  public resetAlibaba() {
    this._alibaba = undefined;
  }
  // Temporarily expose input value. Use with caution.
  public get alibabaInput() {
    return this._alibaba;
  }

  // aws - computed: false, optional: true, required: false
  private _aws?: ByokProviderAws; 
  public get aws() {
    return this._aws;
  }
  public set aws(value: ByokProviderAws | undefined) {
    this._aws = value;
  }
  public resetAws() {
    this._aws = undefined;
  }
  // Temporarily expose input value. Use with caution.
  public get awsInput() {
    return this._aws;
  }

  // qkms - computed: false, optional: true, required: false
  private _qkms?: ByokProviderQkms; 
  public get qkms() {
    return this._qkms;
  }
  public set qkms(value: ByokProviderQkms | undefined) {
    this._qkms = value;
  }
  public resetQkms() {
    this._qkms = undefined;
  }
  // Temporarily expose input value. Use with caution.
  public get qkmsInput() {
    return this._qkms;
  }

  // =========
  // SYNTHESIS
  // =========

  protected synthesizeAttributes(): { [name: string]: any } {
    return {
      allowed_material_sources: cdktf.listMapper(cdktf.stringToTerraform, false)(this._allowedMaterialSources),
      import_requests_per_second: cdktf.numberToTerraform(this._importRequestsPerSecond),
      material_access: cdktf.stringToTerraform(this._materialAccess),
      max_retries: cdktf.numberToTerraform(this._maxRetries),
      alias: cdktf.stringToTerraform(this._alias),
      alibaba: byokProviderAlibabaToTerraform(this._alibaba),
      aws: byokProviderAwsToTerraform(this._aws),
      qkms: byokProviderQkmsToTerraform(this._qkms),
    };
  }

  protected synthesizeHclAttributes(): { [name: string]: any } {
    const attrs = {
      allowed_material_sources: {
        value: cdktf.listMapperHcl(cdktf.stringToHclTerraform, false)(this._allowedMaterialSources),
        isBlock: false,
        type: "list",
        storageClassType: "stringList",
      },
      import_requests_per_second: {
        value: cdktf.numberToHclTerraform(this._importRequestsPerSecond),
        isBlock: false,
        type: "simple",
        storageClassType: "number",
      },
      material_access: {
        value: cdktf.stringToHclTerraform(this._materialAccess),
        isBlock: false,
        type: "simple",
        storageClassType: "string",
      },
      max_retries: {
        value: cdktf.numberToHclTerraform(this._maxRetries),
        isBlock: false,
        type: "simple",
        storageClassType: "number",
      },
      alias: {
        value: cdktf.stringToHclTerraform(this._alias),
        isBlock: false,
        type: "simple",
        storageClassType: "string",
      },
      alibaba: {
        value: byokProviderAlibabaToHclTerraform(this._alibaba),
        isBlock: true,
        type: "struct",
        storageClassType: "ByokProviderAlibaba",
      },
      aws: {
        value: byokProviderAwsToHclTerraform(this._aws),
        isBlock: true,
        type: "struct",
        storageClassType: "ByokProviderAws",
      },
      qkms: {
        value: byokProviderQkmsToHclTerraform(this._qkms),
        isBlock: true,
        type: "struct",
        storageClassType: "ByokProviderQkms",
      },
    };

    // remove undefined attributes
    return Object.fromEntries(Object.entries(attrs).filter(([_, value]) => value !== undefined && value.value !== undefined ))
  }
}
