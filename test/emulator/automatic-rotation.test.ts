import { randomBytes } from "node:crypto";
import {
  CancelKeyDeletionCommand,
  CreateKeyCommand,
  type CreateKeyCommandInput,
  DisableKeyRotationCommand,
  EnableKeyRotationCommand,
  GetKeyRotationStatusCommand,
  type KMSClient,
  ReplicateKeyCommand,
  ScheduleKeyDeletionCommand,
} from "@aws-sdk/client-kms";
import type { Emulator } from "../../src/emulator/index";
import { emulator } from "../support/emulator";
import { createExternalKey, failure, importMaterial, kmsClient } from "./support/kms";

describe("the automatic rotation of a key", () => {
  let kmsEmulator: Emulator;
  let here: KMSClient;
  let there: KMSClient;

  beforeEach(async () => {
    kmsEmulator = await emulator({ region: "us-east-1" });
    here = kmsClient(kmsEmulator);
    there = kmsClient(kmsEmulator, "eu-west-1");
  });
  afterEach(async () => {
    here.destroy();
    there.destroy();
    await kmsEmulator.close();
  });

  const created = async (input: CreateKeyCommandInput = {}): Promise<string> =>
    (await here.send(new CreateKeyCommand(input))).KeyMetadata?.KeyId ?? "";
  const isOn = async (kms: KMSClient, KeyId: string) =>
    (await kms.send(new GetKeyRotationStatusCommand({ KeyId }))).KeyRotationEnabled;

  it("is off while the key waits for its deletion, and on again when that is cancelled", async () => {
    const KeyId = await created();
    await here.send(new EnableKeyRotationCommand({ KeyId }));
    expect(await isOn(here, KeyId)).toBe(true);
    await here.send(new ScheduleKeyDeletionCommand({ KeyId }));
    expect(await isOn(here, KeyId)).toBe(false);
    await here.send(new CancelKeyDeletionCommand({ KeyId }));
    expect(await isOn(here, KeyId)).toBe(true);
  });

  it("is set on the primary and shared by its replicas", async () => {
    const KeyId = await created({ MultiRegion: true });
    await here.send(new EnableKeyRotationCommand({ KeyId, RotationPeriodInDays: 90 }));
    await here.send(new ReplicateKeyCommand({ KeyId, ReplicaRegion: "eu-west-1" }));
    expect(await there.send(new GetKeyRotationStatusCommand({ KeyId }))).toMatchObject({
      KeyRotationEnabled: true,
      RotationPeriodInDays: 90,
    });
    for (const command of [new EnableKeyRotationCommand({ KeyId }), new DisableKeyRotationCommand({ KeyId })]) {
      expect(await failure(there.send(command))).toEqual({
        name: "UnsupportedOperationException",
        message: `arn:aws:kms:eu-west-1:111122223333:key/${KeyId} is not a multi-region primary key.`,
      });
    }
    await here.send(new DisableKeyRotationCommand({ KeyId }));
    expect(await isOn(there, KeyId)).toBe(false);
  });

  it.each([
    { KeySpec: "ECC_NIST_P256", KeyUsage: "SIGN_VERIFY" },
    { KeySpec: "HMAC_256", KeyUsage: "GENERATE_VERIFY_MAC" },
  ] as const)("is never on for $KeySpec, and cannot be switched on", async (input) => {
    const KeyId = await created(input);
    expect(await isOn(here, KeyId)).toBe(false);
    const enabled = here.send(new EnableKeyRotationCommand({ KeyId }));
    expect(await failure(enabled)).toMatchObject({ name: "UnsupportedOperationException" });
  });

  it("is never on for imported material, and cannot be switched on", async () => {
    const { KeyId = "", Arn } = await createExternalKey(here);
    await importMaterial(here, KeyId, randomBytes(32));
    expect(await isOn(here, KeyId)).toBe(false);
    expect(await failure(here.send(new EnableKeyRotationCommand({ KeyId })))).toEqual({
      name: "UnsupportedOperationException",
      message: `${Arn} origin is EXTERNAL which is not valid for this operation.`,
    });
  });

  it("is not asked for of a key that keeps its imported bytes for life", async () => {
    const { KeyId = "", Arn } = await createExternalKey(here, {
      KeySpec: "HMAC_256",
      KeyUsage: "GENERATE_VERIFY_MAC",
    });
    expect(await failure(isOn(here, KeyId))).toEqual({
      name: "UnsupportedOperationException",
      message: `${Arn} origin is EXTERNAL which is not valid for this operation.`,
    });
  });
});
