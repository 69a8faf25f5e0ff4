/** How to reach AWS, in the names of Terraform's `aws` provider. Everything is optional; docs/aws.md has the defaults. */
export interface AwsSettings {
  /** Default: `AWS_REGION`, `AWS_DEFAULT_REGION`, `region` of the profile. */
  readonly region?: string;
  /** A profile of the shared files. Goes before credentials in the environment. Default: `AWS_PROFILE`, `default`. */
  readonly profile?: string;
  /** With `secretKey`. */
  readonly accessKey?: string;
  readonly secretKey?: string;
  /** The session token of temporary credentials. */
  readonly token?: string;
  /** Default: `AWS_CONFIG_FILE`, `~/.aws/config`. Of several files, later ones override earlier ones. */
  readonly sharedConfigFiles?: readonly string[];
  /** Default: `AWS_SHARED_CREDENTIALS_FILE`, `~/.aws/credentials`. */
  readonly sharedCredentialsFiles?: readonly string[];
  /** Roles to assume, one with the credentials of the one before it. */
  readonly assumeRole?: readonly AssumeRole[];
  /** Of KMS. Plain HTTP on a loopback host only. Default: AWS's own; see `endpoint.ts` for the environment. */
  readonly endpoint?: string;
  /** Of STS. Default: `endpoint` where that is on a loopback host, otherwise AWS's own. */
  readonly stsEndpoint?: string;
  /** A file of PEM certificates to trust in place of Node's own. Default: `AWS_CA_BUNDLE`, `ca_bundle` of the profile. */
  readonly customCaBundle?: string;
  /** Default: `AWS_USE_FIPS_ENDPOINT`, `use_fips_endpoint` of the profile, false. */
  readonly useFipsEndpoint?: boolean;
  /** Default: `AWS_USE_DUALSTACK_ENDPOINT`, `use_dualstack_endpoint` of the profile, false. */
  readonly useDualstackEndpoint?: boolean;
}

export interface AssumeRole {
  readonly roleArn: string;
  /** Default `byok`. */
  readonly sessionName?: string;
  readonly externalId?: string;
  /** Between `15m` and `12h`, like `1h30m`. Default: an hour, by STS. */
  readonly duration?: string;
  /** A session policy in JSON that narrows the role's permissions. */
  readonly policy?: string;
  readonly policyArns?: readonly string[];
  readonly tags?: Readonly<Record<string, string>>;
  readonly transitiveTagKeys?: readonly string[];
  readonly sourceIdentity?: string;
}
