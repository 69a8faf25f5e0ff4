import {
  CreateKeyCommand,
  DescribeKeyCommand,
  GetParametersForImportCommand,
  ImportKeyMaterialCommand,
  ListKeysCommand,
  ReplicateKeyCommand,
  type KMSClient,
} from "@aws-sdk/client-kms";
import { AssumeRoleCommand, GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import type { Emulator } from "../../src/emulator/index";
import { emulator } from "../support/emulator";
import { createExternalKey, failure, kmsClient } from "./support/kms";
import { wrap } from "./support/wrap";

const parametersOf = (kms: KMSClient, KeyId: string) =>
  kms.send(
    new GetParametersForImportCommand({ KeyId, WrappingAlgorithm: "RSAES_OAEP_SHA_256", WrappingKeySpec: "RSA_2048" }),
  );

describe("quotas", () => {
  it("throttle by the emulator's clock, for each Region apart", async () => {
    await using kmsEmulator = await emulator({ quotas: "aws", now: () => 0 });
    const kms = kmsClient(kmsEmulator);
    const { KeyId = "" } = await createExternalKey(kms);
    await parametersOf(kms, KeyId);
    expect(await failure(parametersOf(kms, KeyId))).toEqual({ name: "ThrottlingException", message: "Rate exceeded" });
    kmsEmulator.clock.advance(999);
    expect(await failure(parametersOf(kms, KeyId))).toMatchObject({ name: "ThrottlingException" });
    kmsEmulator.clock.advance(1);
    await parametersOf(kms, KeyId);
    const elsewhere = kmsClient(kmsEmulator, "eu-west-1");
    const there = await createExternalKey(elsewhere);
    await parametersOf(elsewhere, there.KeyId ?? "");
    for (const client of [kms, elsewhere]) client.destroy();
  });

  it("let one second's worth through at once", async () => {
    await using kmsEmulator = await emulator({ quotas: "aws", now: () => 0 });
    const kms = kmsClient(kmsEmulator);
    for (let index = 0; index < 5; index += 1) await createExternalKey(kms);
    expect(await failure(createExternalKey(kms))).toMatchObject({ name: "ThrottlingException" });
    kms.destroy();
  });

  it("count a replica as two keys made in its Region", async () => {
    await using kmsEmulator = await emulator({ quotas: { CreateKey: 5, ReplicateKey: 5 }, now: () => 0 });
    const [kms, elsewhere] = [kmsClient(kmsEmulator), kmsClient(kmsEmulator, "eu-west-1")];
    const keys: string[] = [];
    for (let index = 0; index < 3; index += 1) {
      const { KeyMetadata } = await kms.send(new CreateKeyCommand({ MultiRegion: true }));
      keys.push(KeyMetadata?.KeyId ?? "");
    }
    const replicate = (index: number, ReplicaRegion: string) =>
      kms.send(new ReplicateKeyCommand({ KeyId: keys[index], ReplicaRegion }));
    await replicate(0, "eu-west-1");
    await replicate(1, "eu-west-1");
    expect(await failure(replicate(2, "eu-west-1"))).toMatchObject({ name: "ThrottlingException" });
    await replicate(2, "eu-west-2");
    await elsewhere.send(new CreateKeyCommand({}));
    expect(await failure(elsewhere.send(new CreateKeyCommand({})))).toMatchObject({ name: "ThrottlingException" });
    for (const client of [kms, elsewhere]) client.destroy();
  });

  it("can be slower than one request a second", async () => {
    await using kmsEmulator = await emulator({ quotas: { ListKeys: 0.25 }, now: () => 0 });
    const kms = kmsClient(kmsEmulator);
    const list = () => kms.send(new ListKeysCommand({}));
    await list();
    kmsEmulator.clock.advance("3s");
    expect(await failure(list())).toMatchObject({ name: "ThrottlingException" });
    kmsEmulator.clock.advance("1s");
    await list();
    kms.destroy();
  });
});

describe("permissions", () => {
  it("can be denied and given back, by action, key and caller", async () => {
    await using kmsEmulator = await emulator();
    const kms = kmsClient(kmsEmulator);
    const { KeyId = "", Arn } = await createExternalKey(kms);
    const describeAs = (client: KMSClient) => client.send(new DescribeKeyCommand({ KeyId }));
    kmsEmulator.permissions.deny("kms:DescribeKey", { keyId: KeyId, accessKeyId: "test" });
    expect(await failure(describeAs(kms))).toEqual({
      name: "AccessDeniedException",
      message: `User: arn:aws:iam::111122223333:user/test is not authorized to perform: kms:DescribeKey on resource: ${Arn} because no identity-based policy allows the kms:DescribeKey action`,
    });
    const auditor = kmsClient(kmsEmulator, kmsEmulator.region, "auditor");
    await describeAs(auditor);
    kmsEmulator.permissions.allow("kms:DescribeKey");
    await describeAs(kms);
    kmsEmulator.permissions.deny("kms:*");
    expect(await failure(kms.send(new CreateKeyCommand({})))).toMatchObject({ name: "AccessDeniedException" });
    kmsEmulator.permissions.allow();
    await describeAs(kms);
    for (const client of [kms, auditor]) client.destroy();
  });
});

describe("STS", () => {
  const stsOf = (kmsEmulator: Emulator, accessKeyId: string) =>
    new STSClient({
      endpoint: kmsEmulator.url,
      region: "us-east-1",
      maxAttempts: 1,
      credentials: { accessKeyId, secretAccessKey: "test" },
    });

  it("tells the account of the caller, whichever it is", async () => {
    await using kmsEmulator = await emulator({ accounts: { other: "444455556666" } });
    const identityOf = async (accessKeyId: string) => {
      const sts = stsOf(kmsEmulator, accessKeyId);
      const { Account, Arn } = await sts.send(new GetCallerIdentityCommand({}));
      sts.destroy();
      return [Account, Arn];
    };
    expect(await identityOf("test")).toEqual(["111122223333", "arn:aws:iam::111122223333:user/test"]);
    expect(await identityOf("other")).toEqual(["444455556666", "arn:aws:iam::444455556666:user/other"]);
    expect((await identityOf("999988887777"))[0]).toBe("999988887777");
  });

  it("gives credentials for as long as is asked, and an hour where nothing is", async () => {
    await using kmsEmulator = await emulator({ now: () => Date.parse("2027-01-01T00:00:00Z") });
    const sts = stsOf(kmsEmulator, "test");
    const assume = async (DurationSeconds?: number) => {
      const role = { RoleArn: "arn:aws:iam::999988887777:role/deploy", RoleSessionName: "session" };
      const { Credentials } = await sts.send(new AssumeRoleCommand({ ...role, DurationSeconds }));
      return Credentials?.Expiration?.toISOString();
    };
    expect(await assume()).toBe("2027-01-01T01:00:00.000Z");
    expect(await assume(900)).toBe("2027-01-01T00:15:00.000Z");
    expect(await assume(43_200)).toBe("2027-01-01T12:00:00.000Z");
    for (const seconds of [899, 43_201]) {
      await expect(assume(seconds)).rejects.toMatchObject({ name: "ValidationError" });
    }
    sts.destroy();
  });

  it("refuses what would narrow a session, and takes what only policies look at", async () => {
    await using kmsEmulator = await emulator();
    const sts = stsOf(kmsEmulator, "test");
    const role = { RoleArn: "arn:aws:iam::999988887777:role/deploy", RoleSessionName: "session" };
    const tagged = { ExternalId: "partner", Tags: [{ Key: "Team", Value: "a" }], TransitiveTagKeys: ["Team"] };
    await sts.send(new AssumeRoleCommand({ ...role, ...tagged, SourceIdentity: "alice" }));
    for (const narrowed of [{ Policy: "{}" }, { PolicyArns: [{ arn: "arn:aws:iam::aws:policy/ReadOnlyAccess" }] }]) {
      await expect(sts.send(new AssumeRoleCommand({ ...role, ...narrowed }))).rejects.toThrow(
        "The embedded KMS does not support the parameter Policy",
      );
    }
    sts.destroy();
  });

  it("assumes a role in another account, whose keys are others", async () => {
    await using kmsEmulator = await emulator();
    const sts = stsOf(kmsEmulator, "test");
    const { Credentials } = await sts.send(
      new AssumeRoleCommand({ RoleArn: "arn:aws:iam::999988887777:role/ops/deploy", RoleSessionName: "session" }),
    );
    const assumed = stsOf(kmsEmulator, Credentials?.AccessKeyId ?? "");
    expect((await assumed.send(new GetCallerIdentityCommand({}))).Arn).toBe(
      "arn:aws:sts::999988887777:assumed-role/deploy/session",
    );
    const kms = kmsClient(kmsEmulator);
    const foreign = kmsClient(kmsEmulator, kmsEmulator.region, Credentials?.AccessKeyId);
    const { Arn, KeyId } = await createExternalKey(kms);
    expect(await failure(foreign.send(new DescribeKeyCommand({ KeyId })))).toMatchObject({ name: "NotFoundException" });
    expect(await failure(foreign.send(new DescribeKeyCommand({ KeyId: Arn })))).toMatchObject({
      name: "AccessDeniedException",
    });
    kmsEmulator.permissions.deny("sts:GetCallerIdentity");
    await expect(sts.send(new GetCallerIdentityCommand({}))).rejects.toThrow("is not authorized to perform");
    for (const client of [sts, assumed]) client.destroy();
    for (const client of [kms, foreign]) client.destroy();
  });
});

describe("two requests at once", () => {
  it("do not import twice with one token", async () => {
    await using kmsEmulator = await emulator();
    const kms = kmsClient(kmsEmulator);
    const { KeyId = "" } = await createExternalKey(kms);
    const { ImportToken, PublicKey = new Uint8Array() } = await parametersOf(kms, KeyId);
    const EncryptedKeyMaterial = wrap("RSAES_OAEP_SHA_256", PublicKey, Buffer.alloc(32, 1));
    const sent = [1, 2, 3].map(() =>
      kms.send(
        new ImportKeyMaterialCommand({
          KeyId,
          ImportToken,
          EncryptedKeyMaterial,
          ExpirationModel: "KEY_MATERIAL_DOES_NOT_EXPIRE",
        }),
      ),
    );
    const outcomes = await Promise.allSettled(sent);
    expect(outcomes.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    kms.destroy();
  });
});
