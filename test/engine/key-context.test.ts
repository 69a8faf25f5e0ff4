import { type KeyContext, keyContext, ofKey, withCall } from "../../src/engine/key-context";
import type { KeyReading, KeyService, MaterialDeleting } from "../../src/engine/key-service";
import { account, arn, paperRun, region } from "./paper-run";
import { rejected } from "./thrown";

describe("what goes along with all work on one key", () => {
  it("is made where the operation begins, with where the key is", () => {
    const { run } = paperRun({});
    const call = { urgent: true };
    const context = keyContext(run, arn, "key_arn", call);
    expect(context).toMatchObject({ keyArn: arn, call, location: { kms: "aws", region, accountId: account } });
    expect(context.service).toBe(run.services.service("aws", region));
    expect(context.run).toBe(run);
  });

  it.each<[object, string]>([
    [{ accountIds: ["000000000000"] }, "account_not_allowed"],
    [{ regions: ["eu-west-1"] }, "region_not_allowed"],
  ])("is refused for a key that the configuration does not allow: %j", async (allowed, code) => {
    const { run } = paperRun({}, allowed);
    const error = await rejected((async () => keyContext(run, arn, "arn", {}))());
    expect([error.code, error.attribute]).toEqual([code, "arn"]);
  });

  it("stays the same for another key or another call", () => {
    const context = keyContext(paperRun({}).run, arn, "arn", { urgent: true });
    expect(ofKey(context, "other")).toEqual({
      run: context.run,
      service: context.service,
      call: { urgent: true },
      keyArn: "other",
    });
    expect(withCall(context, {})).toEqual({ ...context, call: {} });
    expect(context.call).toEqual({ urgent: true });
  });

  it("lets nobody do more to a key than the port says that was asked for", () => {
    const all: KeyContext = keyContext(paperRun({}).run, arn, "arn", {});
    const looking: KeyContext<KeyReading> = all;
    expect(looking.service.profile).toEqual(all.service.profile);
    // @ts-expect-error Who may look may not delete.
    const deleting: KeyContext<MaterialDeleting> = looking;
    // @ts-expect-error Nor is a part of the port the whole of it.
    const whole: KeyService = looking.service;
    expect([deleting.keyArn, whole.region]).toEqual([arn, region]);
  });
});
