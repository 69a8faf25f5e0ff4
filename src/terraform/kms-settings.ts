import type { AllowedKeys } from "../engine/key-services";
import type { AlibabaAssumeRole, AlibabaSettings } from "../kms/alibaba/settings";
import type { AssumeRole, AwsSettings } from "../kms/aws/settings";
import type { KmsSettings } from "../kms/key-services";
import type { QkmsSettings } from "../kms/qkms/settings";
import { defined, pairs, present, texts } from "./known";
import type { Config } from "./plugin/schema/schema";
import type { Unknown } from "./plugin/value";
import type { providerSchema } from "./provider-schema";

export type ProviderConfig = Config<typeof providerSchema>;

/** The provider's blocks as the settings of the KMSs. */
export function settingsOf(config: ProviderConfig): KmsSettings {
  const retries = present(config.max_retries);
  const rate = present(config.import_requests_per_second);
  return {
    aws: awsSettings(present(config.aws)),
    alibaba: alibabaSettings(present(config.alibaba)),
    qkms: qkmsSettings(present(config.qkms)),
    ...(rate === undefined ? {} : { importRequestsPerSecond: rate }),
    ...(retries === undefined ? {} : { retry: { attempts: retries + 1 } }),
  };
}

type AwsBlock = Exclude<ProviderConfig["aws"], Unknown | null>;

function awsSettings(block: AwsBlock | undefined): AwsSettings {
  if (block === undefined) return {};
  return defined({
    region: present(block.region),
    profile: present(block.profile),
    accessKey: present(block.access_key),
    secretKey: present(block.secret_key),
    token: present(block.token),
    sharedConfigFiles: texts(block.shared_config_files),
    sharedCredentialsFiles: texts(block.shared_credentials_files),
    endpoint: present(block.endpoint),
    stsEndpoint: present(block.sts_endpoint),
    customCaBundle: present(block.custom_ca_bundle),
    useFipsEndpoint: present(block.use_fips_endpoint),
    useDualstackEndpoint: present(block.use_dualstack_endpoint),
    assumeRole: rolesOf(block),
  });
}

function rolesOf(block: AwsBlock): AssumeRole[] | undefined {
  const roles = present(block.assume_role) ?? [];
  if (roles.length === 0) return undefined;
  return roles.map((role) => ({
    roleArn: present(role.role_arn) ?? "",
    ...defined({
      sessionName: present(role.session_name),
      externalId: present(role.external_id),
      duration: present(role.duration),
      policy: present(role.policy),
      policyArns: texts(role.policy_arns),
      tags: pairs(role.tags),
      transitiveTagKeys: texts(role.transitive_tag_keys),
      sourceIdentity: present(role.source_identity),
    }),
  }));
}

type AlibabaBlock = Exclude<ProviderConfig["alibaba"], Unknown | null>;

function alibabaSettings(block: AlibabaBlock | undefined): AlibabaSettings {
  if (block === undefined) return {};
  return defined({
    region: present(block.region),
    profile: present(block.profile),
    accessKey: present(block.access_key),
    secretKey: present(block.secret_key),
    securityToken: present(block.security_token),
    sharedCredentialsFile: present(block.shared_credentials_file),
    ecsRoleName: present(block.ecs_role_name),
    credentialsUri: present(block.credentials_uri),
    endpoint: present(block.endpoint),
    stsEndpoint: present(block.sts_endpoint),
    useVpcEndpoint: present(block.use_vpc_endpoint),
    customCaBundle: present(block.custom_ca_bundle),
    assumeRole: ramRoleOf(block),
  });
}

function ramRoleOf(block: AlibabaBlock): AlibabaAssumeRole | undefined {
  const role = present(block.assume_role);
  if (role === undefined) return undefined;
  return {
    roleArn: present(role.role_arn) ?? "",
    ...defined({
      sessionName: present(role.session_name),
      durationSeconds: present(role.session_expiration),
      policy: present(role.policy),
      externalId: present(role.external_id),
    }),
  };
}

type QkmsBlock = Exclude<ProviderConfig["qkms"], Unknown | null>;

function qkmsSettings(block: QkmsBlock | undefined): QkmsSettings {
  if (block === undefined) return {};
  return defined({
    accessKey: present(block.access_key),
    secretKey: present(block.secret_key),
    endpoint: present(block.endpoint),
    region: present(block.region),
    signedHeaders: texts(block.signed_headers),
    customCaBundle: present(block.custom_ca_bundle),
  });
}

/** Each block restricts the keys of its own KMS. */
export function allowedOf(config: ProviderConfig): AllowedKeys {
  const [aws, alibaba, qkms] = [present(config.aws), present(config.alibaba), present(config.qkms)];
  return {
    byKms: {
      aws: { accountIds: texts(aws?.allowed_account_ids), regions: texts(aws?.allowed_regions) },
      alibaba: { accountIds: texts(alibaba?.allowed_account_ids), regions: texts(alibaba?.allowed_regions) },
      qkms: { accountIds: texts(qkms?.allowed_account_ids) },
    },
  };
}
