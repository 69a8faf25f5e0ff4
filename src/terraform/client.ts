import type { Call } from "../engine/call";
import { deadlineAfter } from "../engine/deadline";
import { ByokError } from "../engine/errors";
import type { Tags } from "../engine/key";
import type { AllowedKeys } from "../engine/key-services";
import type { Kms } from "../engine/kms-profile";
import type { Log as EngineLog, LogFields as EngineLogFields } from "../engine/log";
import { type Run, startRun } from "../engine/run";
import type { AssumeRole, AwsSettings } from "../kms/aws/settings";
import { type ConnectedKeyServices, type KmsSettings, keyServices } from "../kms/key-services";
import { parseAllowedSources, type SourceKind } from "../material-sources/source-uri";
import { systemClock } from "../system-clock";
import type { Log as PluginLog } from "./plugin/log";
import { UNKNOWN, type Unknown, wholeKnown } from "./plugin/value";
import type { Config } from "./plugin/schema/schema";
import type { providerSchema } from "./provider-schema";

/** What the resources of one provider configuration share. */
export interface ByokClient {
  readonly run: Run;
  readonly services: ConnectedKeyServices;
  /** `apply`: plans leave sources of key material closed. */
  readonly materialAccess: "plan" | "apply";
  /** Undefined: all kinds. */
  readonly allowedSources: readonly SourceKind[] | undefined;
  readonly defaultTags: Tags;
}

type ProviderConfig = Config<typeof providerSchema>;

/** @throws ByokError for settings that can be refused by themselves. Nothing is connected yet. */
export function byokClient(config: ProviderConfig, log: PluginLog): ByokClient {
  const isKnown = wholeKnown(config);
  const engineLog = engineLogOn(log);
  const services = isKnown
    ? keyServices(settingsOf(config), { clock: systemClock, log: engineLog })
    : unreachableServices();
  const run = startRun({ clock: systemClock, log: engineLog, services, allowed: allowedOf(config) });
  const sources = texts(config.allowed_material_sources);
  return {
    run,
    services,
    // What is not known yet must not decide that a plan reads key material.
    materialAccess: isKnown && config.material_access !== "apply" ? "plan" : "apply",
    allowedSources: sources === undefined ? undefined : parseAllowedSources(sources, "allowed_material_sources"),
    defaultTags: pairs(present(present(config.aws)?.default_tags)?.tags) ?? {},
  };
}

/** How long an operation may take, and what stops it. */
export function callOf(signal: AbortSignal, timeoutMilliseconds: number | null): Call {
  if (timeoutMilliseconds === null) return { signal };
  return { signal, deadline: deadlineAfter(timeoutMilliseconds, systemClock) };
}

/** The Region of a new key. */
export function regionFor(client: ByokClient, kms: Kms, configured: string | null): string {
  const region = configured ?? client.services.defaultRegion(kms);
  if (region !== undefined) return region;
  throw new ByokError(
    "invalid_argument",
    "No Region is set. Set `region` here, in the provider's `aws` block, or in AWS_REGION.",
    { attribute: "region" },
  );
}

/** What is there and known. */
export function present<T>(value: T | Unknown | null | undefined): T | undefined {
  return value === UNKNOWN || value === null ? undefined : value;
}

/** A list of texts that are all known. */
export function texts(value: readonly (string | Unknown | null)[] | Unknown | null | undefined): string[] | undefined {
  return present(value)?.flatMap((text) => present(text) ?? []);
}

/** A map of texts that are all known. */
export function pairs(
  value: ReadonlyMap<string, string | Unknown | null> | Unknown | null | undefined,
): Tags | undefined {
  const map = present(value);
  if (map === undefined) return undefined;
  return Object.fromEntries([...map].flatMap(([key, text]) => (typeof text === "string" ? [[key, text]] : [])));
}

function settingsOf(config: ProviderConfig): KmsSettings {
  const retries = present(config.max_retries);
  const rate = present(config.import_requests_per_second);
  return {
    aws: awsSettings(present(config.aws)),
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

function allowedOf(config: ProviderConfig): AllowedKeys {
  const aws = present(config.aws);
  return { accountIds: texts(aws?.allowed_account_ids), regions: texts(aws?.allowed_regions) };
}

/** The same object without what is undefined. */
function defined<T extends object>(values: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  const entries = Object.entries(values).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as { [K in keyof T]?: Exclude<T[K], undefined> };
}

function engineLogOn(log: PluginLog): EngineLog {
  const at =
    (level: "debug" | "info" | "warn") =>
    (message: string, fields: EngineLogFields = {}) =>
      log[level](message, facts(fields));
  return { debug: at("debug"), info: at("info"), warn: at("warn") };
}

function facts(fields: EngineLogFields): Record<string, string | number | boolean> {
  return Object.fromEntries(
    Object.entries(fields).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}

/** While the provider's configuration holds unknown values, whatever needs a KMS has to wait. */
function unreachableServices(): ConnectedKeyServices {
  const unknown = (): never => {
    throw new ByokError(
      "invalid_argument",
      "The provider's configuration depends on values that are known only after an apply, and this needs to reach the KMS now. Apply first what they depend on, for example with -target.",
    );
  };
  return { locate: unknown, service: unknown, arnInRegion: unknown, defaultRegion: () => undefined, destroy: () => {} };
}
