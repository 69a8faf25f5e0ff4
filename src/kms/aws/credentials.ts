import type { RequestHandler } from "./request-handler";
import type { AwsCredentialIdentity, AwsCredentialIdentityProvider } from "@aws-sdk/types";
import { ByokError } from "../../engine/errors";
import type { Log } from "../../engine/log";
import { type Endpoint, isLoopback } from "../../http/endpoint";
import { isError } from "../../http/network-errors";
import { clean } from "../quotation";
import type { Environment } from "../../http/surroundings";
import { classified } from "./errors";
import type { AssumeRole, AwsSettings } from "./settings";
import { configFileWith, credentialsFileWith, type SharedConfig } from "./shared-config";

export interface CredentialSurroundings {
  readonly settings: AwsSettings;
  readonly env: Environment;
  readonly shared: SharedConfig;
  /** Of STS. */
  readonly region: string;
  readonly stsEndpoint: Endpoint | undefined;
  readonly handler: RequestHandler;
  readonly log: Log;
}

/**
 * The credentials for all clients, fetched when they are first needed and again before they expire.
 *
 * In this order: keys in the configuration; its profile; keys in the environment; the SDK's default chain (profile,
 * IAM Identity Center, process, web identity, container, instance). Then the roles in `assumeRole`, one after another.
 *
 * The provider throws only ByokErrors.
 */
export async function credentialProvider(surroundings: CredentialSurroundings): Promise<AwsCredentialIdentityProvider> {
  const { memoize } = await import("@smithy/core/config");
  const roles = surroundings.settings.assumeRole ?? [];
  let provider = await basis(surroundings);
  for (const role of roles) {
    const source = provider;
    provider = memoize(() => assumed(role, source, surroundings), expiresSoon);
  }
  return provider;
}

const fiveMinutes = 300_000;

/** By the local clock; so does the SDK. */
function expiresSoon({ expiration }: AwsCredentialIdentity): boolean {
  return expiration !== undefined && expiration.getTime() - Date.now() < fiveMinutes;
}

async function basis(surroundings: CredentialSurroundings): Promise<AwsCredentialIdentityProvider> {
  const { settings, env } = surroundings;
  const written = keyPair(settings.accessKey, settings.secretKey, settings.token);
  if (written !== undefined) return async () => written;
  if (settings.profile === undefined) {
    const { AWS_ACCESS_KEY_ID: id, AWS_SECRET_ACCESS_KEY: secret, AWS_SESSION_TOKEN: token } = env;
    const surrounding = keyPair(id || undefined, secret || undefined, token || undefined);
    if (surrounding !== undefined) return async () => surrounding;
  }
  return defaultChain(surroundings);
}

function keyPair(
  id: string | undefined,
  secret: string | undefined,
  token: string | undefined,
): AwsCredentialIdentity | undefined {
  if (id === undefined || secret === undefined) return undefined;
  return { accessKeyId: id, secretAccessKey: secret, ...(token === undefined ? {} : { sessionToken: token }) };
}

/** Where AWS gives out credentials on a link of the machine's own: on EC2, on ECS and on EKS. */
const localAddresses = ["169.254.169.254", "[fd00:ec2::254]", "169.254.170.2", "169.254.170.23", "[fd00:ec2::23]"];

/**
 * The SDK asks these addresses by means of its own, which pass no rules. Anyone who answers there decides in whose account
 * keys are made, so a host that nobody wrote into the configuration must be this machine or the one of its cloud.
 */
function checkCredentialAddresses({ env, shared }: CredentialSurroundings): void {
  const profile = `of the profile "${shared.profileName}"`;
  const addresses = [
    ["AWS_CONTAINER_CREDENTIALS_FULL_URI", env["AWS_CONTAINER_CREDENTIALS_FULL_URI"]],
    ["AWS_EC2_METADATA_SERVICE_ENDPOINT", env["AWS_EC2_METADATA_SERVICE_ENDPOINT"]],
    [`\`ec2_metadata_service_endpoint\` ${profile}`, shared.profile["ec2_metadata_service_endpoint"]],
  ] as const;
  for (const [source, text] of addresses) {
    if (text === undefined || text === "") continue;
    const host = URL.canParse(text) ? new URL(text).hostname : "";
    if (isLoopback(host) || localAddresses.includes(host)) continue;
    throw new ByokError(
      "endpoint_not_allowed",
      `The address for credentials from ${source} is neither on this machine nor one of AWS's link-local ones. Take it away, or set \`access_key\` and \`secret_key\`.`,
    );
  }
}

async function defaultChain(surroundings: CredentialSurroundings): Promise<AwsCredentialIdentityProvider> {
  checkCredentialAddresses(surroundings);
  const { settings, env, shared } = surroundings;
  const profile = settings.profile ?? (env["AWS_PROFILE"] || undefined);
  const [config, ...moreConfigs] = shared.configFiles.map((file) => file.path);
  const [credentials, ...moreCredentials] = shared.credentialsFiles.map((file) => file.path);
  const oneOfEach = moreConfigs.length === 0 && moreCredentials.length === 0;
  const chain =
    oneOfEach && config !== undefined && credentials !== undefined
      ? await sdkChain(profile, { config, credentials }, surroundings)
      : await ofSeveralFiles(surroundings);
  return async () => {
    try {
      return await chain();
    } catch (thrown) {
      throw notFound(thrown, surroundings);
    }
  };
}

/** The SDK's chain. It takes one file of each kind. */
async function sdkChain(
  profile: string | undefined,
  files: { readonly config: string; readonly credentials: string },
  surroundings: CredentialSurroundings,
): Promise<AwsCredentialIdentityProvider> {
  const [{ defaultProvider }, { getDefaultRoleAssumer, getDefaultRoleAssumerWithWebIdentity }] = await Promise.all([
    import("@aws-sdk/credential-provider-node"),
    import("@aws-sdk/client-sts"),
  ]);
  const { handler, log } = surroundings;
  const sts = stsConfig(surroundings);
  return defaultProvider({
    ...(profile === undefined ? {} : { profile }),
    configFilepath: files.config,
    filepath: files.credentials,
    ignoreCache: true,
    // Also what the chain does on its own passes the rules on where requests may go.
    clientConfig: { requestHandler: handler },
    roleAssumer: getDefaultRoleAssumer(sts),
    roleAssumerWithWebIdentity: getDefaultRoleAssumerWithWebIdentity(sts),
    logger: {
      debug: () => {},
      info: () => {},
      error: () => {},
      warn: (words: unknown) => log.debug(clean(String(words))),
    },
  });
}

/** What of a profile says where its credentials come from, other than keys and a profile that assumes its role. */
const sourcesOfCredentials = [
  "credential_process",
  "credential_source",
  "web_identity_token_file",
  "sso_session",
  "sso_start_url",
  "login_session",
] as const;

/**
 * Where there are several files of a kind, keys and roles of profiles are put together from all of them, by the rules of
 * the SDK's provider for profiles. For any other source the SDK is given the files in which the profile names it.
 */
async function ofSeveralFiles(surroundings: CredentialSurroundings): Promise<AwsCredentialIdentityProvider> {
  const { memoize } = await import("@smithy/core/config");
  return memoize(() => ofProfile(surroundings.shared.profileName, [], surroundings), expiresSoon);
}

async function ofProfile(
  name: string,
  visited: readonly string[],
  surroundings: CredentialSurroundings,
): Promise<AwsCredentialIdentity> {
  const { settings, env, shared } = surroundings;
  const profile = shared.profileNamed(name) ?? {};
  const keys = keyPair(profile["aws_access_key_id"], profile["aws_secret_access_key"], profile["aws_session_token"]);
  const { role_arn: role, source_profile: source, credential_source: named } = profile;
  const assumes = role !== undefined && source !== undefined && named === undefined;
  // A profile may name itself as the one that assumes its role: then its keys do.
  if (keys !== undefined && (visited.length > 0 || !assumes)) return keys;
  if (!assumes) {
    const isNamed = sourcesOfCredentials.some((setting) => profile[setting] !== undefined);
    if (visited.length > 0 && !isNamed) throw new Error(`the profile "${name}" has no credentials`);
    const chosen = visited.length > 0 ? name : (settings.profile ?? (env["AWS_PROFILE"] || undefined));
    const files = {
      config: configFileWith(shared.configFiles, name, sourcesOfCredentials),
      credentials: credentialsFileWith(shared.credentialsFiles, name, sourcesOfCredentials),
    };
    return (await sdkChain(chosen, files, surroundings))();
  }
  if (visited.includes(source)) throw new Error(`the profiles ${visited.join(", ")} refer to each other`);
  if (profile["mfa_serial"] !== undefined) {
    throw new Error(`the profile "${name}" requires a code of a second factor, and byok cannot ask for one`);
  }
  const { getDefaultRoleAssumer } = await import("@aws-sdk/client-sts");
  const credentials = await ofProfile(source, [...visited, source], surroundings);
  return getDefaultRoleAssumer(stsConfig(surroundings))(credentials, {
    RoleArn: role,
    RoleSessionName: profile["role_session_name"] ?? "byok",
    ExternalId: profile["external_id"],
    DurationSeconds: Number.parseInt(profile["duration_seconds"] ?? "3600", 10),
  });
}

function stsConfig({ region, stsEndpoint, handler }: CredentialSurroundings): {
  readonly region: string;
  readonly requestHandler: RequestHandler;
  readonly endpoint?: string;
  readonly ignoreConfiguredEndpointUrls: true;
  readonly maxAttempts: 1;
} {
  return {
    region,
    requestHandler: handler,
    ...(stsEndpoint === undefined ? {} : { endpoint: stsEndpoint.url.href }),
    ignoreConfiguredEndpointUrls: true,
    maxAttempts: 1,
  };
}

function notFound(thrown: unknown, { settings, shared }: CredentialSurroundings): ByokError {
  // Whatever was to be done has not been sent yet, so that its effect is not in question.
  const told = classified(thrown, { action: "sts:AssumeRole", changes: false });
  if (told.code !== "internal") return told;
  const advice =
    settings.profile === undefined
      ? "Set `profile` or `assume_role` in the configuration, or AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY; or run where a role is attached. `aws sts get-caller-identity` shows what the AWS CLI finds."
      : `\`aws sts get-caller-identity --profile ${settings.profile}\` shows what the AWS CLI finds there.`;
  return new ByokError(
    "credentials_missing",
    `No usable AWS credentials were found${reasonOf(thrown, shared)}. ${advice}`,
    {
      ...(settings.profile === undefined ? {} : { attribute: "profile" }),
    },
  );
}

function reasonOf(thrown: unknown, shared: SharedConfig): string {
  const { profile, profileName } = shared;
  // The chain goes on to other sources and forgets why a profile gave nothing. And what a process printed may be secret.
  if (profile["credential_process"] !== undefined)
    return `: \`credential_process\` of the profile "${profileName}" gave none`;
  if (profile["sso_session"] !== undefined || profile["sso_start_url"] !== undefined) {
    return `: the session of the profile "${profileName}" has probably ended, and \`aws sso login --profile ${profileName}\` renews it`;
  }
  const reason = isError(thrown) ? clean(thrown.message).replace(/\.$/, "") : "";
  return reason === "" || /^Command failed|from any providers/.test(reason) ? "" : `: ${reason}`;
}

async function assumed(
  role: AssumeRole,
  source: AwsCredentialIdentityProvider,
  surroundings: CredentialSurroundings,
): Promise<AwsCredentialIdentity> {
  const { STSClient, AssumeRoleCommand } = await import("@aws-sdk/client-sts");
  const credentials = await source();
  const client = new STSClient({ ...stsConfig(surroundings), credentials });
  try {
    const answer = await client.send(
      new AssumeRoleCommand({
        RoleArn: role.roleArn,
        RoleSessionName: role.sessionName ?? "byok",
        ExternalId: role.externalId,
        DurationSeconds: role.duration === undefined ? undefined : durationSeconds(role.duration),
        Policy: role.policy,
        PolicyArns: role.policyArns?.map((arn) => ({ arn })),
        Tags: role.tags === undefined ? undefined : Object.entries(role.tags).map(([Key, Value]) => ({ Key, Value })),
        TransitiveTagKeys: role.transitiveTagKeys === undefined ? undefined : [...role.transitiveTagKeys],
        SourceIdentity: role.sourceIdentity,
      }),
    );
    const { AccessKeyId, SecretAccessKey, SessionToken, Expiration } = answer.Credentials ?? {};
    if (!AccessKeyId || !SecretAccessKey || !SessionToken || !(Expiration instanceof Date)) {
      throw new ByokError(
        "untrusted_answer",
        `STS answered without credentials for ${role.roleArn}. Check the endpoint and what stands between.`,
      );
    }
    return {
      accessKeyId: AccessKeyId,
      secretAccessKey: SecretAccessKey,
      sessionToken: SessionToken,
      expiration: Expiration,
    };
  } catch (thrown) {
    const error = classified(thrown, { action: "sts:AssumeRole", resource: role.roleArn, changes: false });
    throw error.attribute === undefined ? error.with({ attribute: "assume_role" }) : error;
  }
}

/** @throws ByokError `invalid_argument` on `access_key` or `assume_role` */
export function checkCredentialSettings(settings: AwsSettings): void {
  if ((settings.accessKey === undefined) !== (settings.secretKey === undefined)) {
    const missing = settings.accessKey === undefined ? "access_key" : "secret_key";
    throw new ByokError(
      "invalid_argument",
      `\`access_key\` and \`secret_key\` belong together, and \`${missing}\` is missing. Set both or neither.`,
      {
        attribute: missing,
      },
    );
  }
  if (settings.token !== undefined && settings.accessKey === undefined) {
    throw new ByokError(
      "invalid_argument",
      "`token` is the session token of an `access_key`, which is missing. Set `access_key` and `secret_key` too.",
      {
        attribute: "token",
      },
    );
  }
  for (const role of settings.assumeRole ?? []) checkRole(role);
}

function checkRole(role: AssumeRole): void {
  const refuse = (why: string): ByokError =>
    new ByokError("invalid_argument", `\`assume_role\` ${why}`, { attribute: "assume_role" });
  if (!/^arn:aws[a-z-]*:iam::\d{12}:role\/[\w+=,.@/-]+$/.test(role.roleArn)) {
    throw refuse("has a `role_arn` that is not like arn:aws:iam::111122223333:role/name. Correct it.");
  }
  for (const [name, value] of [
    ["session_name", role.sessionName],
    ["source_identity", role.sourceIdentity],
  ] as const) {
    if (value !== undefined && !/^[\w+=,.@-]{2,64}$/.test(value)) {
      throw refuse(`has a \`${name}\` that is not 2 to 64 letters, digits or any of +=,.@-_. Correct it.`);
    }
  }
  if (role.duration === undefined) return;
  const seconds = durationSeconds(role.duration);
  if (seconds === undefined || seconds < 900 || seconds > 43_200) {
    throw refuse("has a `duration` that is not between 15m and 12h, written like 1h30m. Correct it.");
  }
}

/** Reads `1h30m15s`. */
function durationSeconds(text: string): number | undefined {
  const parts = /^(?=\d)(?:(\d{1,3})h)?(?:(\d{1,5})m)?(?:(\d{1,7})s)?$/.exec(text);
  if (parts === null) return undefined;
  const [, hours = "0", minutes = "0", seconds = "0"] = parts;
  return Number(hours) * 3_600 + Number(minutes) * 60 + Number(seconds);
}
