import type { ByokError } from "../../src/engine/errors";
import type { KmsName as Kms } from "../../src/kms/clouds";
import { silentLog } from "../../src/engine/log";
import { startRun } from "../../src/engine/run";
import { keyServices } from "../../src/kms/key-services";
import { systemClock } from "../../src/system-clock";
import { emulator } from "../support/emulator";
import { reportFigures } from "../support/figures";
import { newBytes } from "../support/life";
import { apply, type Cargo, harbours } from "./voyage";
import { sky, type Weather } from "./weather";

const [minute, day] = [60_000, 86_400_000];
const skews = {
  "ten minutes ahead": 10 * minute,
  "ten minutes behind": -10 * minute,
  "a day ahead": day,
  "a day behind": -day,
};

/** How a KMS refuses a signature for its date; as far as the embedded one does it itself, nothing. */
const refusals: Readonly<
  Record<Kms, { readonly tolerance: number; readonly weather?: Weather & { readonly kind: "refused" } }>
> = {
  aws: {
    tolerance: 5 * minute,
    weather: {
      kind: "refused",
      status: 400,
      type: "application/x-amz-json-1.1",
      body: '{"__type":"InvalidSignatureException","message":"Signature expired: 20270101T000000Z is now earlier than 20270101T000500Z (20270101T001000Z - 5 min.)"}',
    },
  },
  alibaba: { tolerance: 15 * minute },
  qkms: {
    tolerance: 5 * minute,
    weather: {
      kind: "refused",
      status: 400,
      type: "application/x-amz-json-1.1",
      body: '{"__type":"NotAuthorizedException","message":"The signature is not valid."}',
    },
  },
};

describe.each(["aws", "alibaba", "qkms"] as const)("a clock that differs from that of %s", (kms) => {
  const figures = { skews: 0, requests: 0, least: 0, refused: 0 };

  /** A key with its material, by a KMS whose clock is so much ahead of the local one. */
  async function requestsAt(skew: number): Promise<{ readonly asked: number; readonly refused: number }> {
    const harbour = harbours[kms];
    const { tolerance, weather } = refusals[kms];
    const service = await emulator({ ...harbour.emulator, now: () => Date.now() + skew });
    const over = await sky(service.port);
    let refused = 0;
    over.guard = ({ headers }) => {
      const date = String(headers["x-amz-date"] ?? "").replace(
        /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/,
        "$1-$2-$3T$4:$5:$6Z",
      );
      if (weather === undefined || Math.abs(Date.parse(date) - service.clock.now().getTime()) <= tolerance)
        return undefined;
      refused++;
      return { ...weather, date: service.clock.now().toUTCString() };
    };
    const services = keyServices(
      { ...harbour.reach(over.port), retry: { firstPause: 1, longestPause: 1 } },
      { clock: systemClock, log: silentLog, env: {} },
    );
    try {
      const run = startRun({ clock: systemClock, log: silentLog, services, allowed: {} });
      const cargo: Cargo = {};
      const error: ByokError | undefined = await apply(run, harbour.wantedKey, newBytes(), cargo);
      expect(error).toBeUndefined();
      // Ninety days from now, as the KMS sees it.
      const validTo = (cargo.material?.validTo ?? 0) * 1000;
      expect(Math.abs(validTo - service.clock.now().getTime() - 90 * day)).toBeLessThan(minute);
      expect(cargo.material).toMatchObject({ verified: true });
      const unsigned = service.requests.all().filter(({ errorCode }) => errorCode === "InvalidTimeStamp.Expired");
      return { asked: over.asked.length, refused: refused + unsigned.length };
    } finally {
      services.destroy();
      await over.close();
      await service.close();
    }
  }

  it.each(Object.entries(skews))("%s costs at most one more request, and moves no lifetime", async (_name, skew) => {
    const calm = await requestsAt(0);
    expect(calm.refused).toBe(0);
    const { asked, refused } = await requestsAt(skew);
    const least = calm.asked + (Math.abs(skew) > refusals[kms].tolerance ? 1 : 0);
    expect({ asked, refused }).toEqual({ asked: least, refused: least - calm.asked });
    figures.skews++;
    figures.requests += asked;
    figures.refused += refused;
    figures.least += least;
  });

  afterAll(() => {
    reportFigures(`storms-clocks-${kms}`, "npm run test:storms", {
      "skews of the clock (ten minutes and a day, both ways)": figures.skews,
      "requests made": figures.requests,
      "requests, the theoretical least (one more where a signature is refused for its date)": figures.least,
      "signatures refused": figures.refused,
      "imports with a lifetime other than wanted": Object.keys(skews).length - figures.skews,
    });
  });
});
