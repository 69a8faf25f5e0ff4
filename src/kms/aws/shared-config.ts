import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { ByokError } from "../../engine/errors";
import type { Environment } from "../../http/surroundings";
import type { IniSections } from "./ini";
import { parseIni } from "./ini";
import type { AwsSettings } from "./settings";

/** What AWS's shared files (`~/.aws/config`, `~/.aws/credentials`) say for the profile in force. */
export interface SharedConfig {
  readonly profileName: string;
  readonly profile: Profile;
  /** What all files together say for a profile. Undefined where none has it. */
  profileNamed(name: string): Profile | undefined;
  /** At least one, the later ones before the earlier ones. */
  readonly configFiles: readonly SharedFile[];
  /** At least one, the later ones before the earlier ones. */
  readonly credentialsFiles: readonly SharedFile[];
  /** `endpoint_url` of a service in the `services` section that the profile names. */
  serviceEndpoint(service: string): string | undefined;
}

export type Profile = Readonly<Record<string, string | undefined>>;

export interface SharedFile {
  readonly path: string;
  /** Empty where there is no such file. */
  readonly text: string;
}

/**
 * Reads the shared files. Files that are not there are empty, unless the configuration names them. It is a matter of
 * two small files, read at once, so that settings can be judged without waiting.
 *
 * @throws ByokError `invalid_argument`
 */
export function readSharedConfig(settings: AwsSettings, env: Environment): SharedConfig {
  const home = env["HOME"] || env["USERPROFILE"] || homedir();
  const files = (named: readonly string[] | undefined, attribute: string, usual: string): readonly SharedFile[] => {
    if (named === undefined || named.length === 0) return [optional(expanded(usual, home))];
    return named.map((path) => required(expanded(path, home), attribute));
  };
  const configFiles = files(
    settings.sharedConfigFiles,
    "shared_config_files",
    env["AWS_CONFIG_FILE"] || join(home, ".aws", "config"),
  );
  const credentialsFiles = files(
    settings.sharedCredentialsFiles,
    "shared_credentials_files",
    env["AWS_SHARED_CREDENTIALS_FILE"] || join(home, ".aws", "credentials"),
  );

  const config = parseIni(joined(configFiles));
  const credentials = parseIni(joined(credentialsFiles));
  const profileName = settings.profile ?? (env["AWS_PROFILE"] || "default");
  const profileNamed = (name: string): Profile | undefined => {
    const sections = [...configSections(config, name), ...credentialsSections(credentials, name)];
    return sections.length === 0 ? undefined : Object.assign({}, ...sections);
  };
  const found = profileNamed(profileName);
  if (settings.profile !== undefined && found === undefined) {
    const paths = [...configFiles, ...credentialsFiles].map((file) => file.path).join(", ");
    throw new ByokError(
      "invalid_argument",
      `The profile "${settings.profile}" stands in none of the shared files (${paths}). Correct \`profile\`, or add it with \`aws configure --profile ${settings.profile}\`.`,
      { attribute: "profile" },
    );
  }
  const profile = found ?? {};
  return {
    profileName,
    profile,
    profileNamed,
    configFiles,
    credentialsFiles,
    serviceEndpoint: (service) => {
      const name = profile["services"];
      return name === undefined ? undefined : section(config, `services ${name}`)?.[`${service}.endpoint_url`];
    },
  };
}

/** Several files as one, for readers that merge sections of one name: what comes later wins. */
export function joined(files: readonly SharedFile[]): string {
  return files.map((file) => file.text).join("\n");
}

/** The last of the configuration files in which a profile has one of these settings; else the first of all. */
export function configFileWith(files: readonly SharedFile[], profile: string, settings: readonly string[]): string {
  return lastWith(files, settings, (text) => configSections(text, profile));
}

/** The last of the credentials files in which a profile has one of these settings; else the first of all. */
export function credentialsFileWith(
  files: readonly SharedFile[],
  profile: string,
  settings: readonly string[],
): string {
  return lastWith(files, settings, (text) => credentialsSections(text, profile));
}

function lastWith(
  files: readonly SharedFile[],
  settings: readonly string[],
  sections: (text: IniSections) => readonly Profile[],
): string {
  const has = (text: string): boolean =>
    sections(parseIni(text)).some((found) => settings.some((setting) => found[setting] !== undefined));
  return (files.findLast(({ text }) => has(text)) ?? files[0])?.path ?? "";
}

/** What one of AWS's configuration files says of a profile. */
function configSections(config: IniSections, name: string): readonly Profile[] {
  return [name === "default" ? section(config, "default") : undefined, section(config, `profile ${name}`)].filter(
    (found) => found !== undefined,
  );
}

function credentialsSections(credentials: IniSections, name: string): readonly Profile[] {
  return [section(credentials, name)].filter((found) => found !== undefined);
}

function section(sections: IniSections, name: string): IniSections[string] | undefined {
  return Object.hasOwn(sections, name) ? sections[name] : undefined;
}

function expanded(path: string, home: string): string {
  return path.startsWith("~/") ? join(home, path.slice(2)) : path;
}

function optional(path: string): SharedFile {
  try {
    return { path, text: readFileSync(path, "utf8") };
  } catch {
    return { path, text: "" };
  }
}

function required(path: string, attribute: string): SharedFile {
  try {
    return { path, text: readFileSync(path, "utf8") };
  } catch {
    throw new ByokError(
      "invalid_argument",
      `The file ${path} of \`${attribute}\` cannot be read. Correct its path or its permissions.`,
      { attribute },
    );
  }
}
