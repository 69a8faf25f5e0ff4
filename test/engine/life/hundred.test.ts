import { ensureKey } from "../../../src/engine/external-key";
import { applyMaterial } from "../../../src/engine/imported-key-material";
import type { KeyService } from "../../../src/engine/key-service";
import { silentLog } from "../../../src/engine/log";
import { startRun } from "../../../src/engine/run";
import type { Emulator } from "../../../src/emulator/index";
import { keyServices } from "../../../src/kms/key-services";
import { emulator } from "../../support/emulator";
import { settings, wantedKey } from "../../support/imported-key";
import { bytesSource, newBytes, testRegion } from "../../support/life";
import { VirtualClock } from "../../support/virtual-clock";

const keys = 100;

describe("a hundred imports under AWS's own quotas", () => {
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

  it("finish without one throttling error, at 95 percent of the allowed rate or better", async () => {
    const services = keyServices(
      {
        aws: {
          endpoint: kms.url,
          stsEndpoint: kms.url,
          region: testRegion,
          accessKey: "AKIAENGINE",
          secretKey: "engine",
        },
      },
      { clock, log: silentLog, env: {}, watch },
    );
    const run = startRun({ clock, log: silentLog, services, allowed: {} });
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
});
