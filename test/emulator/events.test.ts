import { randomBytes } from "node:crypto";
import { CreateKeyCommand, type KMSClient, RotateKeyOnDemandCommand } from "@aws-sdk/client-kms";
import type { Emulator } from "../../src/emulator/index";
import { emulator } from "../support/emulator";
import { createExternalKey, importMaterial, kmsClient } from "./support/kms";
import { importNew, rotate } from "./support/rotation";

describe("the events of an emulator", () => {
  let kmsEmulator: Emulator;
  let kms: KMSClient;

  beforeEach(async () => {
    kmsEmulator = await emulator({
      now: () => Date.parse("2027-03-01T10:11:12.345Z"),
      region: "eu-west-1",
      rotationDelay: "5s",
    });
    kms = kmsClient(kmsEmulator);
  });
  afterEach(async () => {
    kms.destroy();
    await kmsEmulator.close();
  });

  const control = async (method: string, path: string): Promise<unknown> =>
    (await fetch(`${kmsEmulator.url}/_byok/${path}`, { method })).json();

  it("report a rotation once it is done, in the form of EventBridge", async () => {
    const { KeyId = "", Arn } = await createExternalKey(kms);
    const { KeyMaterialId: first } = await importMaterial(kms, KeyId, randomBytes(32));
    const second = await importNew(kms, KeyId, randomBytes(32));
    await rotate(kms, KeyId);
    expect(kmsEmulator.events.all()).toEqual([]);
    // Nobody asks the KMS for anything after this.
    kmsEmulator.clock.advance("1m");
    const events = kmsEmulator.events.all();
    expect(events).toEqual([
      {
        version: "0",
        id: expect.stringMatching(/^[0-9a-f-]{36}$/),
        "detail-type": "KMS CMK Rotation",
        source: "aws.kms",
        account: "111122223333",
        time: "2027-03-01T10:11:17Z",
        region: "eu-west-1",
        resources: [Arn],
        detail: {
          "key-id": KeyId,
          "key-origin": "EXTERNAL",
          "rotation-type": "ON_DEMAND",
          "previous-key-material-id": first,
          "current-key-material-id": second,
        },
      },
    ]);
    expect(await control("GET", "events")).toEqual({ mark: 1, events });
  });

  it("can be read from a mark on and forgotten, here and from another process", async () => {
    const rotateOne = async (): Promise<string> => {
      const { KeyMetadata } = await kms.send(new CreateKeyCommand({}));
      const KeyId = KeyMetadata?.KeyId ?? "";
      await kms.send(new RotateKeyOnDemandCommand({ KeyId }));
      kmsEmulator.clock.advance("5s");
      return KeyId;
    };
    await rotateOne();
    const mark = kmsEmulator.events.mark();
    const second = await rotateOne();
    const detail = { "key-id": second, "key-origin": "AWS_KMS" };
    expect(kmsEmulator.events.since(mark)).toMatchObject([{ detail }]);
    expect(await control("GET", `events?since=${mark}`)).toMatchObject({ mark: 2, events: [{ detail }] });
    expect(await control("DELETE", "events")).toEqual({});
    expect(await control("GET", "events")).toEqual({ mark: 2, events: [] });
    await rotateOne();
    expect([kmsEmulator.events.since(2).length, kmsEmulator.events.since(0).length]).toEqual([1, 1]);
    expect(kmsEmulator.events.since(3)).toEqual([]);
    kmsEmulator.reset();
    expect(kmsEmulator.events.all()).toEqual([]);
  });
});
