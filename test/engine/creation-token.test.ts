import { creationTokenTag, keysWithToken } from "../../src/engine/creation-token";
import { ByokError } from "../../src/engine/errors";
import type { Tags } from "../../src/engine/key";
import { type Answers, paperRun } from "./paper-run";
import { rejected } from "./thrown";

const tokenOf: Readonly<Record<string, string>> = { k3: "t", k20: "t", k39: "u" };
const pages = [0, 20].map((first) => Array.from({ length: 20 }, (_, i) => `k${first + i}`));

/** Forty keys on two pages. */
function forty(tags: (arn: string) => Promise<Tags>) {
  const state = { open: 0, most: 0, markers: [] as (string | undefined)[] };
  const answers: Answers = {
    listKeys: async (marker) => {
      state.markers.push(marker);
      return marker === undefined ? { arns: pages[0] ?? [], next: "more" } : { arns: pages[1] ?? [] };
    },
    tags: async (arn) => {
      state.most = Math.max(state.most, ++state.open);
      await new Promise((go) => setImmediate(go));
      state.open--;
      return tags(arn);
    },
  };
  const paper = paperRun(answers);
  const { run } = paper;
  const context = { run, service: run.services.service("aws", "eu-central-1"), call: {} };
  return {
    ...paper,
    state,
    find: (token: string, afresh = false) => keysWithToken(context, token, afresh),
  };
}

const readable = async (arn: string): Promise<Tags> => {
  const token = tokenOf[arn];
  return token === undefined ? { team: "a" } : { [creationTokenTag]: token };
};

describe("the search for a creation token", () => {
  it("reads the tags of all keys once, on every page, sixteen at a time", async () => {
    const { find, asked, state } = forty(readable);
    expect(await find("t")).toEqual(["k3", "k20"]);
    expect(await find("u")).toEqual(["k39"]);
    expect(await find("v")).toEqual([]);
    expect(state.markers).toEqual([undefined, "more"]);
    expect(asked.filter((name) => name === "tags")).toHaveLength(40);
    expect(state.most).toBe(16);
  });

  it("is made again where something may have been created", async () => {
    const { find, state } = forty(readable);
    await find("t");
    await find("t", true);
    expect(state.markers).toHaveLength(4);
    await find("t");
    expect(state.markers).toHaveLength(4);
  });

  it("is made again in a run that goes on for long, since others may have created keys", async () => {
    const { find, state, clock } = forty(readable);
    await find("t");
    await clock.run(clock.sleep(9 * 60_000));
    await find("t");
    expect(state.markers).toHaveLength(2);
    await clock.run(clock.sleep(60_000));
    await find("t");
    expect(state.markers).toHaveLength(4);
  });

  it.each(["key_not_found", "access_denied", "key_pending_deletion"] as const)(
    "leaves out keys with %s, and tells the log",
    async (code) => {
      const { find, told } = forty(async (arn) => {
        if (arn === "k20") throw new ByokError(code, "No.");
        return readable(arn);
      });
      expect(await find("t")).toEqual(["k3"]);
      expect(told).toEqual([["debug", "A key was left out of the search for a creation token.", { key: "k20", code }]]);
    },
  );

  it("fails where no tags may be read at all, and is tried again by the next resource", async () => {
    let denied = true;
    const { find } = forty(async (arn) => {
      if (denied) throw new ByokError("access_denied", "No.");
      return readable(arn);
    });
    expect((await rejected(find("t"))).code).toBe("access_denied");
    denied = false;
    expect(await find("t")).toEqual(["k3", "k20"]);
  });

  it("finds nothing where all keys went away meanwhile", async () => {
    const { find } = forty(async () => {
      throw new ByokError("key_not_found", "No.");
    });
    expect(await find("t")).toEqual([]);
  });

  it("takes a key once that stands on two pages, and bears pages that bring none, but not without end", async () => {
    const search = (lists: readonly (readonly string[])[]) => {
      let page = 0;
      const { run } = paperRun({
        listKeys: async () => {
          const arns = lists[page++] ?? [];
          return page < lists.length ? { arns, next: `${page}` } : { arns };
        },
        tags: async () => ({ [creationTokenTag]: "t" }),
      });
      return keysWithToken({ run, service: run.services.service("aws", "eu-central-1"), call: {} }, "t", false);
    };
    const barren = (count: number) => Array.from({ length: count }, (_, i) => (i % 2 === 0 ? [] : ["k1"]));
    expect(await search([["k1"]])).toEqual(["k1"]);
    expect(await search([["k1"], ["k1", "k2"]])).toEqual(["k1", "k2"]);
    expect(await search([["k1"], ...barren(100), ["k2"], ...barren(100), ["k3"]])).toEqual(["k1", "k2", "k3"]);
    const { code, rawMessage } = await rejected(search([["k1"], ...barren(101), ["k2"]]));
    expect([code, rawMessage]).toEqual([
      "untrusted_answer",
      "The KMS's list of keys goes on after 100 pages that bring no key that was not on it before, so it may have no end. Check the endpoint and what stands between.",
    ]);
  });

  it("fails with what else goes wrong", async () => {
    const { find } = forty(async () => {
      throw new ByokError("service_unavailable", "No.");
    });
    expect((await rejected(find("t"))).code).toBe("service_unavailable");
  });
});
