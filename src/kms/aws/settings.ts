import { flag, group, list, map, text } from "../../definitions/field";
import type { CloudSettings } from "../cloud";
import type { Settings, SettingsOf } from "../setting";

const role = {
  role_arn: { is: text, required: true, description: "ARN of the role." },
  session_name: { is: text, description: "Name of the session. Default: `byok`." },
  external_id: { is: text, description: "What the role's trust policy asks for." },
  duration: { is: text, description: "Between `15m` and `12h`. Default: an hour." },
  policy: { is: text, description: "A session policy in JSON that narrows the role's permissions." },
  policy_arns: { is: list(text), description: "ARNs of managed session policies." },
  tags: { is: map(text), description: "Session tags." },
  transitive_tag_keys: { is: list(text), description: "Session tags that later sessions keep." },
  source_identity: { is: text, description: "Identity that is kept through the chain of roles." },
} as const satisfies Settings;

/** In the names of Terraform's `aws` provider. docs/aws.md has the defaults in full. */
const fields = {
  region: {
    is: text,
    description: "Region of keys that name none. Default: `AWS_REGION`, `AWS_DEFAULT_REGION`, the profile's.",
  },
  profile: { is: text, description: "Profile of the shared configuration files. Default: `AWS_PROFILE`." },
  access_key: {
    is: text,
    secret: true,
    harmlessAlone: true,
    description: "Access key id, with `secret_key`. Default: the usual chain of credentials.",
  },
  secret_key: { is: text, secret: true, description: "Secret access key." },
  token: { is: text, secret: true, description: "Session token of temporary credentials." },
  shared_config_files: { is: list(text), file: true, description: "Default: `AWS_CONFIG_FILE`, `~/.aws/config`." },
  shared_credentials_files: {
    is: list(text),
    file: true,
    description: "Default: `AWS_SHARED_CREDENTIALS_FILE`, `~/.aws/credentials`.",
  },
  endpoint: {
    is: text,
    description: "Where KMS is, in place of AWS's own endpoint. Plain HTTP on a loopback host only.",
  },
  sts_endpoint: {
    is: text,
    description: "Where STS is. Default: `endpoint` where that is on a loopback host, otherwise AWS's own.",
  },
  secretsmanager_endpoint: {
    is: text,
    description: "Where Secrets Manager is. Default: `endpoint` where that is on a loopback host, otherwise AWS's own.",
  },
  ssm_endpoint: {
    is: text,
    description:
      "Where SSM, the Parameter Store, is. Default: `endpoint` where that is on a loopback host, otherwise AWS's own.",
  },
  custom_ca_bundle: {
    is: text,
    file: true,
    description: "File of PEM certificates to trust in place of the usual ones. Default: `AWS_CA_BUNDLE`.",
  },
  use_fips_endpoint: { is: flag, description: "Default: `AWS_USE_FIPS_ENDPOINT`, false." },
  use_dualstack_endpoint: { is: flag, description: "Default: `AWS_USE_DUALSTACK_ENDPOINT`, false." },
  assume_role: {
    is: list(group(role)),
    description:
      "A role to assume. Several are assumed one after the other, each with the credentials of the one before.",
  },
} as const satisfies Settings;

/** How AWS KMS is reached. Everything is optional; docs/aws.md has the defaults in full. */
export interface AwsSettings extends SettingsOf<typeof fields> {}

/** A role to assume. */
export interface AssumeRole extends SettingsOf<typeof role> {}

export const awsSettings = {
  description: "How AWS KMS is reached. Everything is optional; the names are those of the `aws` provider.",
  fields,
  restrictions: ["allowed_account_ids", "allowed_regions"],
  // As in `@pulumi/aws`, of which these settings are a part.
  pulumi: {
    flat: true,
    names: { assume_role: "assumeRoles" },
    // A key says its Region by an argument of its own.
    configurationOnly: ["region"],
    defaultsFrom: { namespace: "aws", settings: ["region", "profile", "assume_role"] },
  },
} as const satisfies CloudSettings;
