import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Clock } from "../../../src/engine/clock";
import type { Log } from "../../../src/engine/log";
import { awsKeyServices } from "../../../src/kms/aws/connection";
import type { Connection, ConnectionOptions } from "../../../src/kms/cloud";
import type { AwsSettings } from "../../../src/kms/aws/settings";

export const keyId = "1234abcd-12ab-34cd-56ef-1234567890ab";
export const keyArn = `arn:aws:kms:eu-central-1:111122223333:key/${keyId}`;

/** A local clock that stands still, far from any answer's date. */
export const localNow = 1_700_000_000;
export const stillClock: Clock = {
  now: () => localNow * 1000 + 999,
  monotonic: () => 0,
  sleep: async () => {},
};

export interface Surroundings {
  readonly home: string;
  /** Writes a file below the home and gives its path. */
  file(path: string, text: string): string;
  readonly warnings: string[];
  /** Everything that was logged, with its fields, as one text. */
  logged(): string;
  services(settings: AwsSettings, options?: Partial<ConnectionOptions>): Connection;
}

/**
 * Takes the developer's own environment and files away from each test of a file, and gives it an empty home. The SDK's
 * own chain of credentials reads `process.env`, which is therefore changed and put back.
 */
export function surroundings(): Surroundings {
  let home = "";
  let saved: NodeJS.ProcessEnv = {};
  let lines: string[] = [];
  let open: Connection[] = [];
  const warnings: string[] = [];
  const log: Log = {
    debug: (message, fields) => lines.push(JSON.stringify([message, fields])),
    info: (message, fields) => lines.push(JSON.stringify([message, fields])),
    warn: (message, fields) => {
      warnings.push(message);
      lines.push(JSON.stringify([message, fields]));
    },
  };
  beforeEach(() => {
    saved = { ...process.env };
    for (const name of Object.keys(process.env)) if (/^AWS_/.test(name)) Reflect.deleteProperty(process.env, name);
    home = mkdtempSync(join(tmpdir(), "byok-aws-"));
    process.env["HOME"] = home;
    process.env["AWS_EC2_METADATA_DISABLED"] = "true";
    process.env["AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED"] = "true";
    warnings.length = 0;
    lines = [];
    open = [];
  });
  afterEach(() => {
    for (const services of open) services.destroy();
    for (const name of Object.keys(process.env)) Reflect.deleteProperty(process.env, name);
    Object.assign(process.env, saved);
    rmSync(home, { recursive: true, force: true });
  });
  return {
    get home() {
      return home;
    },
    file(path, text) {
      const whole = join(home, path);
      mkdirSync(join(whole, ".."), { recursive: true });
      writeFileSync(whole, text);
      return whole;
    },
    warnings,
    logged: () => lines.join("\n"),
    services(settings, options = {}) {
      const services = awsKeyServices(settings, { clock: stillClock, log, ...options });
      open.push(services);
      return services;
    },
  };
}

/** Settings for a server on loopback. */
export function settingsFor(url: string, more: AwsSettings = {}): AwsSettings {
  return { region: "eu-central-1", accessKey: "AKIDEXAMPLE", secretKey: "secret", endpoint: url, ...more };
}
