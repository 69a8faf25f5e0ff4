import type { ByokError } from "../../src/engine/errors";
import { scheduleKeyDeletion } from "../../src/engine/external-key";
import { type KmsName as Kms, kmsProfiles } from "../../src/kms/clouds";
import { reportFigures } from "../support/figures";
import { newBytes } from "../support/life";
import { expectRotated, firstMaterial, rotated } from "./succession";
import { apply, type Cargo, harbours, openSea, type Sea } from "./voyage";
import type { Spell, Weather } from "./weather";

const html = "<html><head><title>502 Bad Gateway</title></head><body><h1>Bad Gateway</h1></body></html>";

const refused = (status: number, type: string, body: string): Weather => ({ kind: "refused", status, type, body });

/** What the KMS itself says when requests come too fast, and when it fails. */
const words = {
  aws: {
    type: "application/x-amz-json-1.1",
    slow: '{"__type":"ThrottlingException","message":"Rate exceeded"}',
    failing: '{"__type":"KMSInternalException"}',
  },
  qkms: {
    type: "application/x-amz-json-1.1",
    slow: '{"__type":"ThrottlingException"}',
    failing: '{"__type":"KMSInternalException"}',
  },
  alibaba: {
    type: "application/json",
    slow: '{"Code":"Throttling.User","Message":"Request was denied due to user flow control.","RequestId":"1"}',
    failing: '{"Code":"InternalFailure","Message":"Internal Failure.","RequestId":"1"}',
  },
} as const satisfies Record<Kms, { type: string; slow: string; failing: string }>;

/** Every kind of bad weather that one request can meet, with how many requests in a row it befalls. */
function weathers(kms: Kms): Readonly<Record<string, Omit<Spell, "operation">>> {
  const { type, slow, failing } = words[kms];
  return {
    "throttled once": { weather: refused(400, type, slow) },
    "throttled six times in a row": { weather: refused(400, type, slow), times: 6 },
    "throttled twenty times in a row": { weather: refused(400, type, slow), times: 20 },
    "429 without a body": { weather: refused(429, "text/plain", ""), times: 3 },
    "500 in the KMS's words": { weather: refused(500, type, failing), times: 2 },
    "500 without a body": { weather: refused(500, "text/plain", ""), times: 2 },
    "502 with a page": { weather: refused(502, "text/html", html), times: 2 },
    "503 without a body": { weather: refused(503, type, ""), times: 2 },
    "504 with a page": { weather: refused(504, "text/html", html), times: 2 },
    "reset before it got there": { weather: { kind: "reset", when: "before" }, times: 2 },
    "reset after it was done": { weather: { kind: "reset", when: "after" } },
    "closed without an answer": { weather: { kind: "closed", share: 0 } },
    "closed in the middle of the head": { weather: { kind: "closed", share: 0.1 } },
    "closed in the middle of the body": { weather: { kind: "closed", share: 0.8 } },
    "cut off after one byte": { weather: { kind: "cut", share: 0 } },
    "cut off in the middle of the body": { weather: { kind: "cut", share: 0.8 } },
    "cut off before the last byte": { weather: { kind: "cut", share: 1 } },
  };
}

/** Those that are waited out in real time, so that only the requests that change something meet them. */
const slow: Readonly<Record<string, Omit<Spell, "operation">>> = {
  "never answered": { weather: { kind: "silence" } },
  "answered a byte at a time": { weather: { kind: "drip" } },
};

interface Passage {
  readonly runs: number;
  readonly requests: readonly string[];
  /** How many of them the weather befell. */
  readonly struck: number;
  readonly seconds: number;
  readonly errors: readonly ByokError[];
}

const mostRuns = 3;

/** What is begun shows a little later, as on AWS. */
const delays = { rotationDelay: "3s", replicaMaterialDelay: "2s" } as const;

/** Tens of voyages, on a machine that may be busy; in milliseconds. */
const timeout = 240_000;

/**
 * A key is created and imported, its material is renewed, and the key is given up: all on one bad stretch, with a new
 * process whenever one has failed.
 */
async function voyage(sea: Sea): Promise<Passage> {
  const { harbour, clock, kms } = sea;
  const wanted = { ...harbour.wantedKey, creationToken: "payments/production" };
  const bytes = newBytes();
  const cargo: Cargo = {};
  const errors: ByokError[] = [];
  const began = clock.now();
  let runs = 0;
  const until = async (work: () => Promise<ByokError | undefined>): Promise<void> => {
    for (let attempt = 1; ; attempt++) {
      runs++;
      const error = await clock.run(work());
      if (error === undefined) return;
      errors.push(error);
      if (attempt === mostRuns) throw error;
    }
  };
  await until(() => apply(sea.run(), wanted, bytes, cargo));
  kms.clock.advance("70d");
  await until(() => apply(sea.run(), wanted, bytes, cargo));
  if (cargo.material?.verified === false) {
    // Of an answer that never came nothing proves the bytes where a full key takes no import. They are left alone until
    // they expire, and the import into the empty key proves them.
    expect(harbour.kms).toBe("qkms");
    kms.clock.advance("21d");
    await until(() => apply(sea.run(), wanted, bytes, cargo));
  }
  const { key } = cargo;
  if (key === undefined) throw new Error("The voyage ended without a key.");
  await expectOneKey(sea, key.arn, cargo);
  await until(async () => {
    const run = sea.run();
    return scheduleKeyDeletion(run, key, 7).then(
      () => undefined,
      (error: ByokError) => error,
    );
  });
  return {
    runs,
    requests: [...sea.sky.asked],
    struck: sea.sky.struck(),
    seconds: (clock.now() - began) / 1000,
    errors,
  };
}

/** New material comes into a key and its replica, and the key is rotated to it. */
async function succession(sea: Sea): Promise<Passage> {
  const { harbour, clock, kms } = sea;
  // By a way of its own, over which no weather comes.
  const chain = await clock.run(firstMaterial(sea.run(harbour.reach(kms.port)), harbour.wantedKey));
  const errors: ByokError[] = [];
  const began = clock.now();
  for (let runs = 1; ; runs++) {
    const error = await clock.run(rotated(sea.run(), chain));
    if (error === undefined) {
      await expectRotated(sea, chain);
      const seconds = (clock.now() - began) / 1000;
      return { runs, requests: [...sea.sky.asked], struck: sea.sky.struck(), seconds, errors };
    }
    errors.push(error);
    if (runs === mostRuns) throw error;
  }
}

/** One key in the account, with the bytes that were given it, for as long as was asked for. */
async function expectOneKey(sea: Sea, arn: string, { material }: Cargo): Promise<void> {
  const { clock, harbour, kms } = sea;
  // By a way of its own, over which no weather comes.
  const service = sea.run(harbour.reach(kms.port)).services.service(harbour.kms, harbour.wantedKey.region);
  const { arns } = await clock.run(service.listKeys(undefined));
  expect(arns).toEqual([arn]);
  const { value } = await clock.run(service.describe(arn));
  expect(value).toMatchObject({ state: "Enabled", expirationModel: "KEY_MATERIAL_EXPIRES" });
  // Renewed, and recorded as it is. The KMS refuses all bytes but the first, so that a renewal proves them.
  expect(material).toMatchObject({ verified: true, validTo: value?.validTo });
  expect((value?.validTo ?? 0) * 1000).toBeGreaterThan(kms.clock.now().getTime() + 89 * 86_400_000);
}

/** The failures that a user may see of such weather, each with its remedy. */
const expectedCodes = ["service_unavailable", "throttled", "creation_unconfirmed", "untrusted_answer"];

/** The whole voyage through every kind of weather at every operation that it takes. */
export function weathersEveryStorm(kms: Kms): void {
  const harbour = harbours[kms];
  const figures = { voyages: 0, again: 0, requests: 0, least: 0, seconds: 0, leastSeconds: 0, worst: 0, failures: 0 };

  const sail = async (passage: typeof voyage, spell: Spell | undefined): Promise<Passage> => {
    const sea = await openSea(harbour, delays);
    try {
      if (spell !== undefined) sea.sky.set(spell);
      return await passage(sea);
    } finally {
      await sea.close();
    }
  };
  const passages = new Map<typeof voyage, Promise<Passage>>();
  const inCalm = (passage: typeof voyage): Promise<Passage> => {
    const known = passages.get(passage) ?? sail(passage, undefined);
    passages.set(passage, known);
    return known;
  };

  const name = (kind: string) => ({ kms, kind });
  const through = async (
    passage: typeof voyage,
    kind: string,
    spell: Omit<Spell, "operation">,
    only: RegExp,
  ): Promise<void> => {
    const calm = await inCalm(passage);
    expect(calm).toMatchObject({ runs: passage === voyage ? 3 : 1, errors: [] });
    for (const operation of new Set(calm.requests.filter((asked) => only.test(asked)))) {
      figures.failures++;
      const rough = await sail(passage, { ...spell, operation });
      const where = { ...name(kind), operation };
      const codes = rough.errors.map(({ code }) => code);
      expect({ ...where, strange: codes.filter((code) => !expectedCodes.includes(code)) }).toEqual({
        ...where,
        strange: [],
      });
      for (const { rawMessage } of rough.errors) expect(rawMessage).toMatch(/[Rr]un again|[Tt]ry again|[Ll]ook at/);
      figures.failures--;
      figures.voyages++;
      figures.again += rough.runs > calm.runs ? 1 : 0;
      figures.requests += rough.requests.length;
      figures.least += calm.requests.length + rough.struck;
      figures.seconds += rough.seconds;
      figures.leastSeconds += calm.seconds;
      figures.worst = Math.max(figures.worst, rough.requests.length - calm.requests.length - rough.struck);
    }
  };

  describe(`a key on ${kms} in a storm`, () => {
    const changes = /^(Create|Import|Delete|Rotate)/;
    it.each(Object.entries(weathers(kms)))("%s", (kind, spell) => through(voyage, kind, spell, /./), timeout);
    it.each(Object.entries(slow))("%s", (kind, spell) => through(voyage, kind, spell, changes), timeout);

    if (kmsProfiles[kms].severalMaterials.length > 0) {
      const rough = { ...weathers(kms), ...slow };
      it.each(Object.entries(rough))(
        "%s, while it is rotated",
        (kind, spell) => through(succession, kind, spell, kind in slow ? changes : /./),
        timeout,
      );
    }

    afterAll(() => {
      reportFigures(`storms-${kms}`, "npm run test:storms", {
        "voyages (create, import, renew, destroy, and rotate over two Regions; each kind of weather at each operation)":
          figures.voyages,
        "of them that took a second run": figures.again,
        "requests made": figures.requests,
        "requests, the theoretical least (those of calm weather and one for each that was lost)": figures.least,
        "most requests more than the least in one voyage": figures.worst,
        "virtual seconds": Math.round(figures.seconds),
        "virtual seconds, the theoretical least (calm weather)": Math.round(figures.leastSeconds),
        "second keys, other bytes, errors without a remedy": figures.failures,
      });
    });
  });
}
