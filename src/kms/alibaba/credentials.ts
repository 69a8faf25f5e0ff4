import { readFileSync } from "node:fs";
import type { Clock } from "../../engine/clock";
import { ByokError } from "../../engine/errors";
import { isLoopback } from "../../http/endpoint";
import type { HttpSender } from "../../http/http-sender";
import { once } from "../once";
import type { Environment } from "../../http/surroundings";
import type { CliProfile, CliProfiles } from "./cli-profile";
import { isMetadata } from "./endpoint";
import { fetchedCredentials, instanceCredentials } from "./fetched-credentials";
import type { Credentials } from "./rpc";
import type { AlibabaSettings } from "./settings";
import type { Sts } from "./sts";

export interface CredentialSurroundings {
  readonly settings: AlibabaSettings;
  readonly env: Environment;
  readonly profiles: CliProfiles;
  readonly sender: HttpSender;
  readonly sts: Sts;
  /** Tells the time by which credentials expire: the service's. */
  readonly clock: Pick<Clock, "now">;
}

/** Gives credentials that are good for some more minutes. Throws only ByokErrors. */
export type CredentialProvider = () => Promise<Credentials>;

/**
 * The credentials for all requests, fetched when they are first needed and again before they expire.
 *
 * In this order: keys in the configuration; its profile; its `credentials_uri`; its ECS role; keys in the environment;
 * a role for an OIDC token; the CLI's profile; ALIBABA_CLOUD_CREDENTIALS_URI; the role of the ECS instance. Then the role
 * in `assumeRole`.
 */
export function credentialProvider(around: CredentialSurroundings): CredentialProvider {
  const { settings, sts, clock } = around;
  const basis = renewed(() => found(around), clock);
  const { assumeRole: role } = settings;
  if (role === undefined) return basis;
  return renewed(async () => sts.assumeRole(await basis(), role), clock);
}

/**
 * Refuses settings that contradict each other before anything is sent.
 *
 * @throws ByokError `invalid_argument`, `endpoint_not_allowed`
 */
export function checkCredentialSettings(settings: AlibabaSettings, env: Environment): void {
  const { accessKey, secretKey, securityToken, profile, credentialsUri } = settings;
  const refuse = (attribute: string, why: string): ByokError =>
    new ByokError("invalid_argument", `\`${attribute}\` ${why}`, { attribute });
  if (accessKey !== undefined && secretKey === undefined) {
    throw refuse("access_key", "requires `secret_key`. Set both, or neither to have credentials found.");
  }
  if (secretKey !== undefined && accessKey === undefined) {
    throw refuse("secret_key", "requires `access_key`. Set both, or neither to have credentials found.");
  }
  if (securityToken !== undefined && accessKey === undefined) {
    throw refuse("security_token", "requires `access_key` and `secret_key`. Set all three.");
  }
  if (accessKey !== undefined && profile !== undefined) {
    throw refuse("profile", "conflicts with `access_key`. Set only one of them.");
  }
  if (credentialsUri !== undefined) checkUri(credentialsUri, "`credentials_uri`", true);
  const surrounding = env["ALIBABA_CLOUD_CREDENTIALS_URI"];
  if (surrounding !== undefined && surrounding !== "") checkUri(surrounding, "ALIBABA_CLOUD_CREDENTIALS_URI", false);
}

/** Where credentials may be fetched; anyone who answers there chooses the account that keys are made in. */
function checkUri(text: string, source: string, reviewed: boolean): URL {
  const refuse = (why: string): ByokError =>
    new ByokError("endpoint_not_allowed", `The address for credentials from ${source} ${why}`, {
      attribute: "credentials_uri",
    });
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || (url.protocol !== "http:" && url.protocol !== "https:")) {
    throw refuse("is not an http or https URL. Correct it.");
  }
  if (isLoopback(url.hostname) || isMetadata(url)) return url;
  if (url.protocol === "http:") {
    throw refuse(`is plain HTTP to ${url.host}, and plain HTTP goes to loopback hosts only. Use https.`);
  }
  if (!reviewed) {
    throw refuse(
      `is ${url.host}, which is no loopback host. If it is meant, write it into the configuration as \`credentials_uri\`, where it can be reviewed.`,
    );
  }
  return url;
}

const fiveMinutes = 300;

function renewed(make: CredentialProvider, clock: CredentialSurroundings["clock"]): CredentialProvider {
  let fetch = once(make);
  return async () => {
    const asked = fetch;
    const held = await asked();
    if (held.expiresAt === undefined || held.expiresAt - clock.now() / 1000 > fiveMinutes) return held;
    // Of several who find it too old at the same time, one fetches again.
    if (fetch === asked) fetch = once(make);
    const again = fetch;
    try {
      return await again();
    } catch (error) {
      if (held.expiresAt <= clock.now() / 1000) throw error;
      // A service that fails for a moment must not end a run whose credentials still hold: the next request tries again.
      if (fetch === again) fetch = asked;
      return held;
    }
  };
}

async function found(around: CredentialSurroundings): Promise<Credentials> {
  const { settings, env, profiles, sender } = around;
  const written = keyPair(settings.accessKey, settings.secretKey, settings.securityToken);
  if (written !== undefined) return written;
  if (settings.profile !== undefined && profiles.inForce !== undefined) return ofProfile(profiles.inForce, around);
  if (settings.credentialsUri !== undefined) {
    return fetchedCredentials(checkUri(settings.credentialsUri, "`credentials_uri`", true), sender);
  }
  if (settings.ecsRoleName !== undefined) return instanceCredentials(settings.ecsRoleName, sender);
  const surrounding = keyPair(
    env["ALIBABA_CLOUD_ACCESS_KEY_ID"],
    env["ALIBABA_CLOUD_ACCESS_KEY_SECRET"],
    env["ALIBABA_CLOUD_SECURITY_TOKEN"],
  );
  if (surrounding !== undefined) return surrounding;
  const {
    ALIBABA_CLOUD_ROLE_ARN: roleArn,
    ALIBABA_CLOUD_OIDC_PROVIDER_ARN: providerArn,
    ALIBABA_CLOUD_OIDC_TOKEN_FILE: tokenFile,
    ALIBABA_CLOUD_ROLE_SESSION_NAME: sessionName,
  } = env;
  if (roleArn && providerArn && tokenFile) {
    return withOidc({ roleArn, ...(sessionName ? { sessionName } : {}) }, providerArn, tokenFile, around);
  }
  if (profiles.inForce !== undefined) return ofProfile(profiles.inForce, around);
  const uri = env["ALIBABA_CLOUD_CREDENTIALS_URI"];
  if (uri) return fetchedCredentials(checkUri(uri, "ALIBABA_CLOUD_CREDENTIALS_URI", false), sender);
  return fromInstance(around);
}

async function fromInstance({ env, sender }: CredentialSurroundings): Promise<Credentials> {
  if (env["ALIBABA_CLOUD_ECS_METADATA_DISABLED"]?.toLowerCase() === "true") throw missing("");
  try {
    return await instanceCredentials(env["ALIBABA_CLOUD_ECS_METADATA"] || undefined, sender);
  } catch (error) {
    // Most machines are no ECS instances: what is missing then is any credentials at all.
    if (error instanceof ByokError && error.code === "service_unavailable") throw missing("");
    throw error;
  }
}

function keyPair(
  id: string | undefined,
  secret: string | undefined,
  token: string | undefined,
): Credentials | undefined {
  if (!id || !secret) return undefined;
  return { accessKeyId: id, accessKeySecret: secret, ...(token ? { securityToken: token } : {}) };
}

async function ofProfile(profile: CliProfile, around: CredentialSurroundings, deeper = 0): Promise<Credentials> {
  const read = profileModes[profile.mode];
  if (read === undefined) {
    throw missing(
      `: the profile "${profile.name}" is of the mode ${/^\w{1,32}$/.test(profile.mode) ? profile.mode : "unknown"}, which byok does not read (it reads ${Object.keys(profileModes).join(", ")})`,
    );
  }
  if (deeper > 8) throw missing(`: the profile "${profile.name}" goes round in circles by \`source_profile\``);
  return read(profile, around, deeper);
}

type ProfileReader = (
  profile: CliProfile,
  around: CredentialSurroundings,
  deeper: number,
) => Credentials | Promise<Credentials>;

const profileModes: Readonly<Record<string, ProfileReader>> = {
  AK: keysOf,
  StsToken: keysOf,
  CloudSSO: (profile, { clock }) => {
    const keys = keysOf(profile);
    const { stsExpiration } = profile;
    if (stsExpiration === undefined || stsExpiration > clock.now() / 1000) return keys;
    throw missing(`: the session of the profile "${profile.name}" has ended; \`aliyun sso login\` renews it`);
  },
  RamRoleArn: (profile, around) => around.sts.assumeRole(keysOf(profile), roleOf(profile)),
  ChainableRamRoleArn: async (profile, around, deeper) => {
    const source = profile.sourceProfile === undefined ? undefined : around.profiles.named(profile.sourceProfile);
    if (source === undefined)
      throw missing(`: the profile "${profile.name}" names no \`source_profile\` that is there`);
    return around.sts.assumeRole(await ofProfile(source, around, deeper + 1), roleOf(profile));
  },
  EcsRamRole: (profile, { sender }) => instanceCredentials(profile.ramRoleName, sender),
  CredentialsURI: (profile, { sender }) =>
    fetchedCredentials(
      checkUri(profile.credentialsUri ?? "", `the profile "${profile.name}" of the CLI's file`, false),
      sender,
    ),
  OIDC: (profile, around) =>
    withOidc(roleOf(profile), profile.oidcProviderArn ?? "", profile.oidcTokenFile ?? "", around),
};

function keysOf(profile: CliProfile): Credentials {
  const keys = keyPair(profile.accessKeyId, profile.accessKeySecret, profile.stsToken);
  if (keys === undefined) throw missing(`: the profile "${profile.name}" lacks its access key`);
  return keys;
}

function roleOf({ name, ramRoleArn, ramSessionName, externalId, expiredSeconds }: CliProfile) {
  if (ramRoleArn === undefined) throw missing(`: the profile "${name}" lacks \`ram_role_arn\``);
  return {
    roleArn: ramRoleArn,
    ...(ramSessionName === undefined ? {} : { sessionName: ramSessionName }),
    ...(externalId === undefined ? {} : { externalId }),
    ...(expiredSeconds === undefined ? {} : { durationSeconds: expiredSeconds }),
  };
}

function withOidc(
  role: { readonly roleArn: string; readonly sessionName?: string },
  providerArn: string,
  tokenFile: string,
  { sts }: CredentialSurroundings,
): Promise<Credentials> {
  let token: string;
  try {
    token = readFileSync(tokenFile, "utf8").trim();
  } catch {
    throw missing(`: the OIDC token in ${tokenFile} cannot be read`);
  }
  return sts.assumeRoleWithOidc(role, providerArn, token);
}

function missing(why: string): ByokError {
  return new ByokError(
    "credentials_missing",
    `No usable Alibaba Cloud credentials were found${why}. Set \`profile\` in the configuration, or ALIBABA_CLOUD_ACCESS_KEY_ID and ALIBABA_CLOUD_ACCESS_KEY_SECRET, or run \`aliyun configure\`; or run where a RAM role is attached.`,
  );
}
