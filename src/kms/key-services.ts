import type { Clock } from "../engine/clock";
import { ByokError } from "../engine/errors";
import type { KeyService } from "../engine/key-service";
import type { KeyLocation, KeyServices } from "../engine/key-services";
import type { Kms, KmsProfile } from "../engine/kms-profile";
import type { Log } from "../engine/log";
import { pacedKeyService } from "../engine/paced-key-service";
import { type Pacer, pacerOf, type Quotas } from "../engine/pacer";
import { defaultRetryPolicy, type RetryPolicy } from "../engine/retrying";
import { keysOf } from "../engine/table";
import { isAlibabaArn, parseAlibabaKeyArn } from "./alibaba/arn";
import { alibabaKeyServices } from "./alibaba/connection";
import type { AlibabaSettings } from "./alibaba/settings";
import { awsArnInRegion, parseAwsKeyArn } from "./aws/arn";
import { awsKeyServices } from "./aws/connection";
import type { AwsSettings } from "./aws/settings";
import { isQkmsArn, parseQkmsKeyArn } from "./qkms/arn";
import { qkmsKeyServices } from "./qkms/connection";
import type { QkmsSettings } from "./qkms/settings";
import type { Environment, Timeouts } from "./surroundings";

/** How each KMS is reached and how politely. */
export interface KmsSettings {
  /** Default: what the environment and the shared configuration files say. */
  readonly aws?: AwsSettings;
  /** Default: what the environment and the CLI's file say. */
  readonly alibaba?: AlibabaSettings;
  /** Default: what the environment says. */
  readonly qkms?: QkmsSettings;
  /** GetParametersForImport per second and account and Region. Default: the vendor's default quota. */
  readonly importRequestsPerSecond?: number | undefined;
  readonly retry?: Partial<RetryPolicy>;
  readonly timeouts?: Partial<Timeouts>;
}

export interface KeyServicesSurroundings {
  readonly clock: Clock;
  readonly log: Log;
  /** Default `process.env`. */
  readonly env?: Environment;
  /** Wraps each service below the pacing; for tests that count or watch requests. Default: as it is. */
  readonly watch?: (service: KeyService) => KeyService;
}

export interface ConnectedKeyServices extends KeyServices {
  /** The Region that is meant where none is named. Undefined where nothing says. */
  defaultRegion(kms: Kms): string | undefined;
  /** Closes connections. */
  destroy(): void;
}

/** All KMSs behind one door. A KMS is connected, and its settings are looked at, when it is first needed. */
export function keyServices(settings: KmsSettings, surroundings: KeyServicesSurroundings): ConnectedKeyServices {
  const { clock, log, env = process.env, watch = (service) => service } = surroundings;
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
    const known = connected.get(kms) ?? reach[kms].connect(settings, options);
    connected.set(kms, known);
    return known;
  };
  return {
    locate(keyArn, attribute) {
      const kms = kmsOf(keyArn);
      return { kms, ...reach[kms].locate(keyArn, attribute) };
    },
    service(kms, region) {
      const service = connection(kms).service(region);
      const pacerIn = (place: string): Pacer => pacer(service.profile, place);
      const known = paced.get(service) ?? pacedKeyService(watch(service), repeating, pacerIn);
      paced.set(service, known);
      return known;
    },
    arnInRegion: (keyArn, region) => reach[kmsOf(keyArn)].arnInRegion(keyArn, region),
    defaultRegion: (kms) => connection(kms).defaultRegion,
    destroy() {
      for (const open of connected.values()) open.destroy();
    },
  };
}

/** A KMS with settings and credentials, in all its Regions. */
interface Connection {
  readonly defaultRegion?: string;
  service(region: string): KeyService;
  destroy(): void;
}

/** How one KMS is found and reached. */
interface Reach {
  /** Whether this is meant to be an ARN of a key there. The first KMS of the table that says so is it. */
  names(keyArn: string): boolean;
  locate(keyArn: string, attribute: string): Omit<KeyLocation, "kms">;
  arnInRegion(keyArn: string, region: string): string;
  connect(
    settings: KmsSettings,
    options: Required<Pick<KeyServicesSurroundings, "clock" | "log" | "env">> & {
      readonly timeouts: Partial<Timeouts>;
    },
  ): Connection;
}

const reach: Readonly<Record<Kms, Reach>> = {
  qkms: {
    names: isQkmsArn,
    locate: (keyArn, attribute) => ({ region: "", ...parseQkmsKeyArn(keyArn, attribute) }),
    arnInRegion: (keyArn) => withoutReplicas("QKMS", keyArn),
    connect: ({ qkms = {} }, options) => ({ defaultRegion: "", ...qkmsKeyServices(qkms, options) }),
  },
  alibaba: {
    names: isAlibabaArn,
    locate: parseAlibabaKeyArn,
    arnInRegion: (keyArn) => withoutReplicas("Alibaba Cloud KMS", keyArn),
    connect: ({ alibaba = {} }, options) => alibabaKeyServices(alibaba, options),
  },
  aws: {
    // What is no ARN at all is told from what AWS's look like.
    names: () => true,
    locate(keyArn, attribute) {
      const { region, accountId, keyId } = parseAwsKeyArn(keyArn, attribute);
      return { region, accountId, keyId };
    },
    arnInRegion: awsArnInRegion,
    connect: ({ aws = {} }, options) => awsKeyServices(aws, options),
  },
};

function kmsOf(keyArn: string): Kms {
  return keysOf(reach).find((kms) => reach[kms].names(keyArn)) ?? "aws";
}

/** A KMS that has no multi-Region keys with imported material. */
function withoutReplicas(title: string, keyArn: string): never {
  throw new ByokError(
    "invalid_argument",
    `\`primary_key_arn\`: ${title} has no multi-Region keys with imported material, so ${keyArn} has no replicas. Remove it.`,
    { attribute: "primary_key_arn" },
  );
}
