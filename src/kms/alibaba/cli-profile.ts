import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { ByokError } from "../../engine/errors";
import type { Environment } from "../../http/surroundings";
import type { AlibabaSettings } from "./settings";

/** One profile of the file of Alibaba Cloud's CLI, as far as it can be used here. Secrets stay in it. */
export interface CliProfile {
  readonly name: string;
  /** `AK`, `StsToken`, `RamRoleArn`, `EcsRamRole`, … */
  readonly mode: string;
  readonly regionId?: string;
  readonly accessKeyId?: string;
  readonly accessKeySecret?: string;
  readonly stsToken?: string;
  /** Seconds since 1970, of a token that the CLI fetched by itself. */
  readonly stsExpiration?: number;
  readonly ramRoleName?: string;
  readonly ramRoleArn?: string;
  readonly ramSessionName?: string;
  readonly externalId?: string;
  readonly expiredSeconds?: number;
  /** The profile whose credentials assume the role, in mode `ChainableRamRoleArn`. */
  readonly sourceProfile?: string;
  readonly credentialsUri?: string;
  readonly oidcProviderArn?: string;
  readonly oidcTokenFile?: string;
}

/** The profiles of the CLI's file. */
export interface CliProfiles {
  /** The one in force; undefined where there is none. */
  readonly inForce: CliProfile | undefined;
  named(name: string): CliProfile | undefined;
}

/**
 * Reads the file of Alibaba Cloud's CLI. A file that is not there has no profiles, unless the configuration names it.
 *
 * Source: github.com/aliyun/aliyun-cli, `config/profile.go`.
 *
 * @throws ByokError `invalid_argument`
 */
export function readCliProfiles(settings: AlibabaSettings, env: Environment): CliProfiles {
  const home = env["HOME"] || env["USERPROFILE"] || homedir();
  const usual = env["ALIBABA_CLOUD_CONFIG_FILE"] || join(home, ".aliyun", "config.json");
  const path = expanded(settings.sharedCredentialsFile ?? usual, home);
  const file = parsed(path, settings.sharedCredentialsFile !== undefined || settings.profile !== undefined);
  const profiles = new Map((file?.profiles ?? []).map((profile) => [profile.name, profile]));
  const name = settings.profile ?? (env["ALIBABA_CLOUD_PROFILE"] || file?.current);
  const inForce = name === undefined ? undefined : profiles.get(name);
  if (settings.profile !== undefined && inForce === undefined) {
    throw new ByokError(
      "invalid_argument",
      `The profile "${settings.profile}" does not stand in ${path}. Correct \`profile\`, or add it with \`aliyun configure --profile ${settings.profile}\`.`,
      { attribute: "profile" },
    );
  }
  return { inForce, named: (other) => profiles.get(other) };
}

function parsed(
  path: string,
  needed: boolean,
): { readonly current?: string | undefined; readonly profiles: readonly CliProfile[] } | undefined {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch {
    if (!needed) return undefined;
    throw refused(path, "cannot be read. Correct its path or its permissions.");
  }
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch {
    // What is wrong with it is not repeated: the file holds secrets.
    throw refused(path, "is not JSON. `aliyun configure` writes such a file.");
  }
  const { current, profiles } = fieldsOf(content);
  return {
    current: typeof current === "string" ? current : undefined,
    profiles: (Array.isArray(profiles) ? profiles : []).map(profileOf),
  };
}

function profileOf(value: unknown): CliProfile {
  const fields = fieldsOf(value);
  const text = (name: string): string | undefined => {
    const found = fields[name];
    return typeof found === "string" && found !== "" ? found : undefined;
  };
  const number = (name: string): number | undefined => {
    const found = fields[name];
    return typeof found === "number" && found > 0 ? found : undefined;
  };
  return defined({
    name: text("name") ?? "",
    mode: text("mode") ?? "AK",
    regionId: text("region_id"),
    accessKeyId: text("access_key_id"),
    accessKeySecret: text("access_key_secret"),
    stsToken: text("sts_token"),
    stsExpiration: number("sts_expiration"),
    ramRoleName: text("ram_role_name"),
    ramRoleArn: text("ram_role_arn"),
    ramSessionName: text("ram_session_name"),
    externalId: text("external_id"),
    expiredSeconds: number("expired_seconds"),
    sourceProfile: text("source_profile"),
    credentialsUri: text("credentials_uri"),
    oidcProviderArn: text("oidc_provider_arn"),
    oidcTokenFile: text("oidc_token_file"),
  });
}

type Loose<T> = { readonly [Name in keyof T]: T[Name] | undefined };

/** Without the members that are undefined. */
function defined(fields: Loose<Required<CliProfile>> & Pick<CliProfile, "name" | "mode">): CliProfile {
  const { name, mode, ...others } = fields;
  const there = Object.entries(others).filter(([, value]) => value !== undefined);
  return { name, mode, ...Object.fromEntries(there) };
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : {};
}

function expanded(path: string, home: string): string {
  return path.startsWith("~/") ? join(home, path.slice(2)) : path;
}

function refused(path: string, why: string): ByokError {
  return new ByokError("invalid_argument", `The file ${path} of Alibaba Cloud's CLI ${why}`, {
    attribute: "shared_credentials_file",
  });
}
