import { ensureKey } from "../../src/engine/external-key";
import { applyMaterial } from "../../src/engine/imported-key-material";
import { observeMaterial } from "../../src/engine/material-observation";
import { silentLog } from "../../src/engine/log";
import { settings } from "../support/imported-key";
import { reportFigures } from "../support/figures";
import { bytesSource, newBytes } from "../support/life";
import { apply, type Cargo, harbours, openSea, type Sea } from "./voyage";

const delays = [1, 10, 30, 59, 60];

const figures = { cases: 0, failures: 0, requests: 0, least: 0, seconds: 0, leastSeconds: 0 };

/** What happens while the KMS has not heard everywhere of what it has just done itself. */
describe.each(["aws", "alibaba", "qkms"] as const)("eventual consistency of %s", (kms) => {
  const harbour = harbours[kms];
  const region = kms === "aws" ? "eu-west-1" : "";

  /** The work, while what the operation did stays unseen for so many seconds. */
  async function settling(
    operation: string,
    seconds: number,
    work: (sea: Sea) => Promise<void>,
  ): Promise<{ readonly requests: number; readonly seconds: number }> {
    const sea = await openSea(harbour);
    try {
      if (seconds > 0) sea.kms.faults.add({ operation, kind: "eventual", forMs: seconds * 1000 });
      const began = sea.clock.now();
      await sea.clock.run(work(sea));
      return { requests: sea.sky.asked.length, seconds: (sea.clock.now() - began) / 1000 };
    } finally {
      await sea.close();
    }
  }

  const isWhole = async (sea: Sea, arn: string, state = "Enabled"): Promise<void> => {
    // Nothing is hidden any more.
    await sea.clock.sleep(120_000);
    const { key } = await observeMaterial(sea.run(), arn, undefined, settings(arn, {}));
    expect(key?.state).toBe(state);
    const { arns } = await sea.run().services.service(kms, harbour.wantedKey.region).listKeys(undefined);
    expect(arns).toEqual([arn]);
  };

  const works: Readonly<Record<string, { readonly operation: string; readonly work: (sea: Sea) => Promise<void> }>> = {
    "a new key, which is imported into at once": {
      operation: "CreateKey",
      async work(sea) {
        const cargo: Cargo = {};
        expect(
          await apply(sea.run(), { ...harbour.wantedKey, creationToken: "payments" }, newBytes(), cargo),
        ).toBeUndefined();
        await isWhole(sea, cargo.key?.arn ?? "");
      },
    },
    "an import, after which the key is disabled": {
      operation: "ImportKeyMaterial",
      async work(sea) {
        const cargo: Cargo = {};
        expect(await apply(sea.run(), { ...harbour.wantedKey, enabled: false }, newBytes(), cargo)).toBeUndefined();
        await isWhole(sea, cargo.key?.arn ?? "", "Disabled");
      },
    },
    "an import, looked at by another process at once": {
      operation: "ImportKeyMaterial",
      async work(sea) {
        const cargo: Cargo = {};
        const bytes = newBytes();
        expect(await apply(sea.run(), harbour.wantedKey, bytes, cargo)).toBeUndefined();
        // It may import the same bytes once more, and nothing else. A full key refuses them where it takes none in place.
        const error = await apply(sea.run(), harbour.wantedKey, bytes, cargo);
        const refused = kms === "qkms" && error?.code === "key_unusable";
        expect(refused ? error.rawMessage : error).toEqual(refused ? expect.stringContaining("run again") : undefined);
        await sea.clock.sleep(60_000);
        expect(await apply(sea.run(), harbour.wantedKey, bytes, cargo)).toBeUndefined();
        await isWhole(sea, cargo.key?.arn ?? "");
      },
    },
    ...(kms === "aws"
      ? {
          "a replica, which is imported into at once": {
            operation: "ReplicateKey",
            work: (sea: Sea) => replicated(sea),
          },
          "an import, after which the key is replicated": {
            operation: "ImportKeyMaterial",
            work: (sea: Sea) => replicated(sea),
          },
        }
      : {}),
  };

  async function replicated(sea: Sea): Promise<void> {
    const run = sea.run();
    const source = bytesSource(newBytes());
    const primary = (await ensureKey(run, { ...harbour.wantedKey, multiRegion: true }, undefined)).record;
    await applyMaterial(run, settings(primary.arn), source, undefined);
    const wanted = { kms, region, multiRegion: true, primaryKeyArn: primary.arn } as const;
    const replica = (await ensureKey(run, wanted, undefined)).record;
    const { record, error } = await applyMaterial({ ...run, log: silentLog }, settings(replica.arn), source, undefined);
    expect(error).toBeUndefined();
    expect(record.verified).toBe(true);
    const { arns } = await sea.run().services.service(kms, region).listKeys(undefined);
    expect(arns).toEqual([replica.arn]);
  }

  it.each(Object.entries(works))("%s", async (_title, { operation, work }) => {
    const calm = await settling(operation, 0, work);
    for (const delay of delays) {
      figures.failures++;
      const rough = await settling(operation, delay, work);
      const waited = rough.seconds - calm.seconds;
      // It waits for the KMS, and not much longer than it must.
      expect(waited).toBeLessThan(delay + 20);
      figures.failures--;
      figures.cases++;
      figures.requests += rough.requests;
      figures.least += calm.requests;
      figures.seconds += waited;
      figures.leastSeconds += Math.min(waited, delay);
    }
  });
});

afterAll(() => {
  reportFigures("storms-settling", "npm run test:storms", {
    "cases (one to sixty seconds until the KMS shows it)": figures.cases,
    "requests made": figures.requests,
    "requests, the theoretical least (where all is seen at once)": figures.least,
    "virtual seconds waited": Math.round(figures.seconds),
    "virtual seconds, the theoretical least (the delays themselves)": Math.round(figures.leastSeconds),
    "second keys, failed imports": figures.failures,
  });
});
