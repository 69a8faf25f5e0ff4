import type { Clock } from "../engine/clock";
import { ByokError } from "../engine/errors";
import type { KeyService } from "../engine/key-service";
import type { KeyServices } from "../engine/key-services";
import type { Kms, KmsProfile } from "../engine/kms-profile";
import type { Log } from "../engine/log";
import { pacedKeyService } from "../engine/paced-key-service";
import { type Pacer, pacerOf, type Quotas } from "../engine/pacer";
import { defaultRetryPolicy, type RetryPolicy } from "../engine/retrying";
import type { SecretStores } from "../engine/secret-store";
import type { Cloud, Connection } from "./cloud";
import { cloudNamed, cloudOfArn, clouds as knownClouds, type KnownCloud } from "./clouds";
import { secretStores } from "./secret-stores";
import type { Environment, Timeouts } from "../http/surroundings";

/** How each KMS is reached. Default: what the environment and the configuration files of its cloud say. */
export type SettingsByKms = { readonly [C in KnownCloud as C["name"]]?: Parameters<C["connect"]>[0] };

/** How each KMS is reached and how politely. */
export interface KmsSettings extends SettingsByKms {
  /** GetParametersForImport per second and account and Region. Default: the vendor's default quota. */
  readonly importRequestsPerSecond?: number | undefined;
  /** How patiently failed requests are repeated. Default: eight attempts, with pauses of up to 20 seconds. */
  readonly retry?: Partial<RetryPolicy>;
  /** How long one request may take. Default: 5 seconds to connect, 30 to answer. */
  readonly timeouts?: Partial<Timeouts>;
}

/** What the connections need besides settings. */
export interface KeyServicesSurroundings {
  /** The time of the machine, for pauses and signatures. */
  readonly clock: Clock;
  /** Where requests and warnings are told. */
  readonly log: Log;
  /** Default `process.env`. */
  readonly env?: Environment;
  /** Wraps each service below the pacing; for tests that count or watch requests. Default: as it is. */
  readonly watch?: (service: KeyService) => KeyService;
  /** Default: all that byok knows. */
  readonly clouds?: readonly Cloud[];
}

/** KMSs with their connections, to be closed in the end. */
export interface ConnectedKeyServices extends KeyServices {
  /** The Region that is meant where none is named. Undefined where nothing says. */
  defaultRegion(kms: Kms): string | undefined;
  /** The stores of secrets of all clouds, with the settings and credentials of their KMSs. */
  readonly secrets: SecretStores;
  /** Closes connections. */
  destroy(): void;
}

/** All KMSs behind one door. A KMS is connected, and its settings are looked at, when it is first needed. */
export function keyServices(settings: KmsSettings, surroundings: KeyServicesSurroundings): ConnectedKeyServices {
  const { clock, log, env = process.env, watch = (service) => service, clouds = knownClouds } = surroundings;
  const repeating = { clock, log, policy: { ...defaultRetryPolicy, ...settings.retry } };
  const { importRequestsPerSecond } = settings;
  const quotas: Quotas = importRequestsPerSecond === undefined ? {} : { importParameters: importRequestsPerSecond };
  const options = { clock, log, env, timeouts: settings.timeouts ?? {} };
  const paced = new Map<KeyService, KeyService>();
  const pacers = new Map<string, Pacer>();
  const pacer = ({ kms, quotas: usual }: KmsProfile, region: string): Pacer => {
    const name = `${kms}/${region}`;
    const known = pacers.get(name) ?? pacerOf({ ...usual, ...quotas }, clock);
    pacers.set(name, known);
    return known;
  };
  const connected = new Map<Kms, Connection>();
  const connection = (kms: Kms): Connection => {
    const known = connected.get(kms) ?? cloud(kms).connect(settingsFor(kms, settings), options);
    connected.set(kms, known);
    return known;
  };
  const cloud = (kms: Kms): Cloud => {
    const found = cloudNamed(kms, clouds);
    if (found !== undefined) return found;
    const names = clouds.map(({ name }) => name).join(", ");
    throw new ByokError("invalid_argument", `\`kms\` is ${JSON.stringify(kms)}. Use one of ${names}.`, {
      attribute: "kms",
    });
  };
  return {
    locate(keyArn, attribute) {
      const { name: kms, arns } = cloudOfArn(keyArn, clouds);
      const { region = "", accountId, keyId } = arns.read(keyArn, attribute);
      return { kms, region, accountId, keyId };
    },
    service(kms, region) {
      const service = connection(kms).service(region);
      const pacerIn = (place: string): Pacer => pacer(service.profile, place);
      const known = paced.get(service) ?? pacedKeyService(watch(service), repeating, pacerIn);
      paced.set(service, known);
      return known;
    },
    arnInRegion(keyArn, region) {
      const found: Cloud = cloudOfArn(keyArn, clouds);
      return found.arns.inRegion?.(keyArn, region) ?? withoutReplicas(found, keyArn);
    },
    defaultRegion: (kms) => connection(kms).defaultRegion,
    secrets: secretStores(clouds, connection, repeating),
    destroy() {
      for (const open of connected.values()) open.destroy();
    },
  };
}

/** The settings of one KMS; it has its defaults where none are given. */
function settingsFor(name: Kms, settings: KmsSettings): object {
  const own: unknown = Reflect.get(settings, name);
  return typeof own === "object" && own !== null ? own : {};
}

/** A KMS that has no multi-Region keys with imported material. */
function withoutReplicas({ profile }: Cloud, keyArn: string): never {
  throw new ByokError(
    "invalid_argument",
    `\`primary_key_arn\`: ${profile.title} has no multi-Region keys with imported material, so ${keyArn} has no replicas. Remove it.`,
    { attribute: "primary_key_arn" },
  );
}
