import { ensureKey } from "../../../src/engine/external-key";
import { applyMaterial } from "../../../src/engine/imported-key-material";
import type { KeyService } from "../../../src/engine/key-service";
import { silentLog } from "../../../src/engine/log";
import { startRun } from "../../../src/engine/run";
import type { WantedKey } from "../../../src/engine/wanted-key";
import type { Emulator } from "../../../src/emulator/index";
import { keyServices } from "../../../src/kms/key-services";
import { emulator } from "../../support/emulator";
import { settings, wantedKey } from "../../support/imported-key";
import { bytesSource, newBytes, testRegion } from "../../support/life";
import { VirtualClock } from "../../support/virtual-clock";

const keys = 100;

describe("under AWS's own quotas", () => {
  let clock: VirtualClock;
  let kms: Emulator;
  beforeEach(async () => {
    clock = new VirtualClock();
    kms = await emulator({ region: testRegion, quotas: "aws", now: () => clock.now() });
  });
  afterEach(() => kms.close());

  /** Time stands still while a request is under way. */
  const watch = (service: KeyService): KeyService =>
    new Proxy(service, {
      get(target, name, receiver) {
        const value: unknown = Reflect.get(target, name, receiver);
        if (typeof value !== "function" || name === "samePolicy") return value;
        return (...args: unknown[]) => clock.during(async () => Reflect.apply(value, target, args));
      },
    });

  const connected = () => {
    const { url } = kms;
    const aws = { endpoint: url, stsEndpoint: url, region: testRegion, accessKey: "AKIAENGINE", secretKey: "engine" };
    const services = keyServices({ aws }, { clock, log: silentLog, env: {}, watch });
    return { services, run: startRun({ clock, log: silentLog, services, allowed: {} }) };
  };

  it("a hundred imports finish without one throttling error, at 95 percent of the allowed rate or better", async () => {
    const { services, run } = connected();
    const began = clock.now();
    await clock.run(
      Promise.all(
        Array.from({ length: keys }, async () => {
          const { record } = await ensureKey(run, wantedKey, undefined);
          await applyMaterial(run, settings(record.arn), bytesSource(newBytes()), undefined);
        }),
      ),
    );
    services.destroy();
    const requests = kms.requests.all();
    const imports = requests.filter(({ operation }) => operation === "ImportKeyMaterial");
    expect(requests.filter(({ errorCode }) => errorCode !== undefined)).toEqual([]);
    expect(imports).toHaveLength(keys);
    // GetParametersForImport is the narrowest: one in a second, and the first at once.
    const seconds = (clock.now() - began) / 1000;
    expect(seconds).toBeGreaterThanOrEqual(keys - 1);
    expect(seconds).toBeLessThanOrEqual(keys / 0.95);
  }, 60_000);

  it("replicas come into a Region where keys are made at the same time, without one throttling error", async () => {
    const { services, run } = connected();
    const there = "eu-west-1";
    const made = async (wanted: WantedKey): Promise<string> => (await ensureKey(run, wanted, undefined)).record.arn;
    const primaries = Array.from({ length: 12 }, async () => {
      const arn = await made({ ...wantedKey, multiRegion: true });
      await applyMaterial(run, settings(arn), bytesSource(newBytes()), undefined);
      return arn;
    });
    const arns = await clock.run(Promise.all(primaries));
    const began = clock.now();
    const replicas = arns.map((primaryKeyArn) =>
      made({ ...wantedKey, region: there, multiRegion: true, primaryKeyArn }),
    );
    const others = arns.map(() => made({ ...wantedKey, region: there }));
    await clock.run(Promise.all([...replicas, ...others]));
    services.destroy();
    const requests = kms.requests.all();
    expect(requests.filter(({ errorCode }) => errorCode !== undefined)).toEqual([]);
    expect(requests.filter(({ operation }) => operation === "ReplicateKey")).toHaveLength(12);
    // A replica counts as two keys, five of which may be made in a second: 36 in all, and the last of them goes at once.
    const seconds = (clock.now() - began) / 1000;
    expect(seconds).toBeGreaterThanOrEqual(34 / 5);
    expect(seconds).toBeLessThanOrEqual(36 / 5 / 0.9);
  }, 60_000);
});
