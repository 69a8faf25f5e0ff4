import { kmsNow, noteKmsTime } from "../../src/engine/kms-time";
import { now, paperRun } from "./paper-run";

describe("the time of a KMS", () => {
  it("is not known before the KMS has said it, for a local clock may be wrong", () => {
    const { run } = paperRun({});
    expect(kmsNow(run, run.services.service("aws", ""))).toBeUndefined();
  });

  it("is what the KMS said last, moved on by the pace of the local clock", async () => {
    const { run, clock } = paperRun({});
    const service = run.services.service("aws", "");
    noteKmsTime(run, service, now + 7_000);
    expect(kmsNow(run, service)).toBe(now + 7_000);
    await clock.run(clock.sleep(90_999));
    expect(kmsNow(run, service)).toBe(now + 7_090);
    noteKmsTime(run, service, now);
    expect(kmsNow(run, service)).toBe(now);
  });

  it("is that of one KMS and Region only", () => {
    const { run } = paperRun({});
    const service = run.services.service("aws", "");
    noteKmsTime(run, service, now);
    expect(kmsNow(run, { ...service, profile: service.profile, region: "us-east-1" })).toBeUndefined();
    expect(
      kmsNow(run, { ...service, region: service.region, profile: { ...service.profile, kms: "alibaba" } }),
    ).toBeUndefined();
  });
});
