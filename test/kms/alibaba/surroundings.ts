import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import type { ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Clock } from "../../../src/engine/clock";
import type { Log } from "../../../src/engine/log";
import { alibabaKeyServices } from "../../../src/kms/alibaba/connection";
import type { AlibabaSettings } from "../../../src/kms/alibaba/settings";
import type { Connection, ConnectionOptions } from "../../../src/kms/cloud";

export const keyId = "1234abcd-12ab-34cd-56ef-1234567890ab";
export const keyArn = `acs:kms:cn-hangzhou:1234567890123456:key/${keyId}`;
/** The date of every scripted answer, in seconds since 1970. */
export const answerDate = 1_767_225_600;

/** A local clock that stands still, far from any answer's date. */
export const localNow = 1_700_000_000;
export const stillClock: Clock = { now: () => localNow * 1000 + 999, monotonic: () => 0, sleep: async () => {} };

export interface Surroundings {
  readonly home: string;
  /** Writes a file below the home and gives its path. */
  file(path: string, text: string): string;
  readonly warnings: string[];
  /** With an empty environment but for the home, unless said otherwise. */
  services(settings: AlibabaSettings, options?: Partial<ConnectionOptions>): Connection;
}

/** An empty home for each test, and connections that are closed after it. */
export function surroundings(): Surroundings {
  let home = "";
  let open: Connection[] = [];
  const warnings: string[] = [];
  const log: Log = { debug: () => {}, info: () => {}, warn: (message) => warnings.push(message) };
  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), "byok-alibaba-"));
    warnings.length = 0;
    open = [];
  });
  afterEach(() => {
    for (const services of open) services.destroy();
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
    services(settings, options = {}) {
      const env = { HOME: home, ...options.env };
      const services = alibabaKeyServices(settings, { clock: stillClock, log, ...options, env });
      open.push(services);
      return services;
    },
  };
}

/** Settings for a server on loopback. */
export function settingsFor(url: string, more: AlibabaSettings = {}): AlibabaSettings {
  return { region: "cn-hangzhou", accessKey: "LTAI", secretKey: "secret", endpoint: url, ...more };
}

export function json(response: ServerResponse, body: unknown, status = 200): void {
  response.writeHead(status, {
    "Content-Type": "application/json",
    Date: new Date(answerDate * 1000).toUTCString(),
  });
  response.end(JSON.stringify(body));
}

/** An error in KMS's way. */
export function refusal(response: ServerResponse, Code: string, Message = "", status = 400): void {
  json(response, { HttpStatus: status, Code, Message, RequestId: "r", HostId: "h" }, status);
}
