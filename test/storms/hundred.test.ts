import type { KmsProfile, Operation } from "../../src/engine/kms-profile";
import type { RequestRates } from "../../src/emulator/index";
import { type KmsName as Kms, kmsProfiles } from "../../src/kms/clouds";
import { reportFigures } from "../support/figures";
import { newBytes } from "../support/life";
import { apply, type Cargo, harbours, openSea } from "./voyage";

const keys = 100;

/** What the requests of a port are called on the wire. */
const names: Readonly<Partial<Record<Operation, string>>> = {
  describe: "DescribeKey",
  tags: "ListResourceTags",
  listKeys: "ListKeys",
  importParameters: "GetParametersForImport",
  importMaterial: "ImportKeyMaterial",
  create: "CreateKey",
  tag: "TagResource",
};

function ratesOf({ quotas }: KmsProfile): RequestRates {
  return Object.fromEntries(
    Object.entries(names).flatMap(([operation, name]) => {
      const rate = Object.entries(quotas).find(([quota]) => quota === operation)?.[1];
      return rate === undefined ? [] : [[name, rate]];
    }),
  );
}

/** Two runs of one account, which know nothing of each other and share its quotas; the second begins so much later. */
const shares = {
  "fifty and fifty": { numbers: [50, 50], later: 0 },
  "ninety-nine, and one while they are under way": { numbers: [99, 1], later: 10_000 },
} as const;

describe.each(["aws", "alibaba", "qkms"] as const)(
  "a hundred keys under the quotas of %s, in two runs at once",
  (kms: Kms) => {
    it.each(Object.entries(shares))(
      "%s: all of them come in",
      async (title, { numbers, later }) => {
        const harbour = harbours[kms];
        const rates = ratesOf(kmsProfiles[kms]);
        const sea = await openSea(harbour, { quotas: kms === "aws" ? "aws" : rates });
        try {
          const began = sea.clock.now();
          const imports = numbers.flatMap((number, index) => {
            const run = sea.run();
            return Array.from({ length: number }, async (_none, at) => {
              const cargo: Cargo = {};
              if (index > 0) await sea.clock.sleep(later);
              const wanted = { ...harbour.wantedKey, creationToken: `stack ${index}/key ${at}` };
              const error = await apply(run, wanted, newBytes(), cargo);
              return { error: error?.message, verified: cargo.material?.verified };
            });
          });
          const ends = await sea.clock.run(Promise.all(imports));
          const seconds = (sea.clock.now() - began) / 1000;
          expect(ends.filter(({ error, verified }) => error !== undefined || verified !== true)).toEqual([]);

          const requests = sea.kms.requests.all();
          const throttled = requests.filter(({ errorCode = "" }) => errorCode.startsWith("Throttling"));
          const done = requests.filter(({ status }) => status === 200);
          const made = new Set(done.filter(({ operation }) => operation === "CreateKey").map(({ keyArn }) => keyArn));
          expect(made.size).toBe(keys);
          expect(done.filter(({ operation }) => operation === "ImportKeyMaterial")).toHaveLength(keys);
          expect(requests.filter(({ errorCode }) => errorCode !== undefined)).toHaveLength(throttled.length);

          // The first request of each kind goes at once.
          const counted = Object.entries(rates).map(([operation, rate]) => {
            const asked = done.filter((request) => request.operation === operation).length;
            return Math.max(0, asked - Math.max(1, rate)) / rate;
          });
          reportFigures(`storms-hundred-${kms}-${numbers.join("-")}`, "npm run test:storms", {
            [`keys made and imported by two runs (${title})`]: made.size,
            "requests made": requests.length,
            "requests, the theoretical least (none throttled)": done.length,
            "requests throttled": throttled.length,
            "virtual seconds": Math.round(seconds),
            "virtual seconds, the theoretical least (the narrowest quota used to the full)": Math.round(
              Math.max(...counted),
            ),
            failures: ends.filter(({ error }) => error !== undefined).length,
          });
        } finally {
          await sea.close();
        }
      },
      240_000,
    );
  },
);
