import { ByokError } from "../../src/engine/errors";
import { keyContext } from "../../src/engine/key-context";
import { silentLog } from "../../src/engine/log";
import { type Run, startRun } from "../../src/engine/run";
import { settled, settledAnswer, startSettling } from "../../src/engine/settling";
import { emulator } from "../support/emulator";
import { keyServices } from "../../src/kms/key-services";
import { VirtualClock } from "../support/virtual-clock";
import { paperRun } from "./paper-run";

const key = "arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab";
const unheard = new ByokError("key_not_found", "Not heard of.", { retry: "settling" });

describe("waiting for what has just been made", () => {
  let clock: VirtualClock;
  let run: Run;
  beforeEach(async () => {
    clock = new VirtualClock(0);
    await using kms = await emulator();
    const services = keyServices(
      { aws: { endpoint: kms.url, region: "eu-central-1" } },
      { clock, log: silentLog, env: {} },
    );
    run = startRun({ clock, log: silentLog, services, allowed: {} });
  });
  const service = () => run.services.service("aws", "eu-central-1");
  const context = () => keyContext(run, key, "key_arn", {});

  it("repeats until the KMS shows it, with pauses that grow", async () => {
    startSettling(run, key);
    let looks = 0;
    const work = async (): Promise<string> => {
      if (++looks < 9) throw unheard;
      return "there";
    };
    await expect(clock.run(settled(context(), work))).resolves.toBe("there");
    expect(clock.now()).toBe(250 + 500 + 1000 + 2000 + 4000 + 3 * 5000);
  });

  it("ends with the error or the last answer when the time to settle is over", async () => {
    startSettling(run, key);
    const failing = settled(context(), () => Promise.reject(unheard));
    await expect(clock.run(failing)).rejects.toBe(unheard);
    expect(clock.now()).toBeGreaterThanOrEqual(service().profile.settling * 1000);
    startSettling(run, key);
    const answer = settledAnswer(
      context(),
      async () => "no",
      (text) => text === "yes",
    );
    await expect(clock.run(answer)).resolves.toBe("no");
  });

  it("looks no more once the time to settle has passed to the millisecond", async () => {
    // The looks are at 0, 250, 750, 1750, 3750, 7750 and 12750 ms.
    for (const [settling, end] of [
      [12.75, 12_750],
      [12.751, 17_750],
    ] as const) {
      const paper = paperRun({ profile: { settling } });
      const start = paper.clock.now();
      startSettling(paper.run, key);
      const looks = settled(keyContext(paper.run, key, "key_arn", {}), () => Promise.reject(unheard));
      await expect(paper.clock.run(looks)).rejects.toBe(unheard);
      expect(paper.clock.now() - start).toBe(end);
    }
  });

  it("gives the first answer that is good", async () => {
    startSettling(run, key);
    let looks = 0;
    const answer = settledAnswer(
      context(),
      async () => ++looks,
      (count) => count === 3,
    );
    await expect(clock.run(answer)).resolves.toBe(3);
    expect(clock.now()).toBe(750);
  });

  it.each<[string, unknown]>([
    ["another error of ours", new ByokError("access_denied", "No.")],
    ["a foreign error", new RangeError("x")],
  ])("does not repeat %s", async (_what, error) => {
    startSettling(run, key);
    await expect(settled(context(), () => Promise.reject(error))).rejects.toBe(error);
    expect(clock.now()).toBe(0);
  });

  it("waits for nothing that was there before", async () => {
    await expect(settled(context(), () => Promise.reject(unheard))).rejects.toBe(unheard);
    expect(clock.now()).toBe(0);
  });

  it("can be canceled", async () => {
    startSettling(run, key);
    const call = { signal: AbortSignal.abort() };
    await expect(settled({ ...context(), call }, () => Promise.reject(unheard))).rejects.toMatchObject({
      code: "canceled",
    });
  });
});
