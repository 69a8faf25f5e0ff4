import type { Clock } from "../engine/clock";
import { ByokError } from "../engine/errors";
import type { KeyService } from "../engine/key-service";
import type { KeyServices } from "../engine/key-services";
import type { Kms } from "../engine/kms-profile";
import type { Log } from "../engine/log";
import { pacedKeyService } from "../engine/paced-key-service";
import { defaultRetryPolicy, type RetryPolicy } from "../engine/retrying";
import { awsArnInRegion, parseAwsKeyArn } from "./aws/arn";
import { type AwsKeyServices, awsKeyServices } from "./aws/connection";
import type { AwsSettings } from "./aws/settings";
import type { Environment, Timeouts } from "./surroundings";

/** How each KMS is reached and how politely. */
export interface KmsSettings {
  /** Default: what the environment and the shared configuration files say. */
  readonly aws?: AwsSettings;
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
  const quotas = importRequestsPerSecond === undefined ? {} : { importParameters: importRequestsPerSecond };
  const paced = new Map<KeyService, KeyService>();
  let connected: AwsKeyServices | undefined;
  const aws = (): AwsKeyServices => {
    connected ??= awsKeyServices(settings.aws ?? {}, { clock, log, env, timeouts: settings.timeouts ?? {} });
    return connected;
  };
  return {
    locate(keyArn, attribute) {
      const { region, accountId, keyId } = parseAwsKeyArn(keyArn, attribute);
      return { kms: "aws", region, accountId, keyId };
    },
    service(kms, region) {
      if (kms !== "aws") {
        throw new ByokError("invalid_argument", `\`kms\`: byok does not reach ${kms} yet. Use aws.`, {
          attribute: "kms",
        });
      }
      const service = aws().service(region);
      const known = paced.get(service) ?? pacedKeyService(watch(service), repeating, quotas);
      paced.set(service, known);
      return known;
    },
    arnInRegion: awsArnInRegion,
    defaultRegion: () => aws().defaultRegion,
    destroy: () => connected?.destroy(),
  };
}
