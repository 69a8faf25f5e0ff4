import {
  CreateAliasCommand,
  CreateKeyCommand,
  type CreateKeyCommandInput,
  DeleteAliasCommand,
  GetKeyPolicyCommand,
  type KMSClient,
  ListAliasesCommand,
  ListKeyPoliciesCommand,
  ListKeysCommand,
  PutKeyPolicyCommand,
  UpdateAliasCommand,
  UpdateKeyDescriptionCommand,
} from "@aws-sdk/client-kms";
import type { Emulator } from "../../src/emulator/index";
import { emulator } from "../support/emulator";
import { createExternalKey, describeKey, failure, kmsClient } from "./support/kms";

describe("policies, descriptions, aliases and lists", () => {
  let kmsEmulator: Emulator;
  let kms: KMSClient;

  beforeEach(async () => {
    kmsEmulator = await emulator();
    kms = kmsClient(kmsEmulator);
  });
  afterEach(async () => {
    kms.destroy();
    await kmsEmulator.close();
  });

  const policyOf = async (KeyId: string): Promise<unknown> =>
    JSON.parse((await kms.send(new GetKeyPolicyCommand({ KeyId }))).Policy ?? "");

  it("give a key without a policy the default one", async () => {
    const { KeyId = "" } = await createExternalKey(kms);
    expect(await policyOf(KeyId)).toMatchObject({
      Id: "key-default-1",
      Statement: [{ Principal: { AWS: "arn:aws:iam::111122223333:root" }, Action: "kms:*", Resource: "*" }],
    });
    expect((await kms.send(new ListKeyPoliciesCommand({ KeyId }))).PolicyNames).toEqual(["default"]);
  });

  it("spell a policy again without changing what it means", async () => {
    const Policy = JSON.stringify({
      Statement: {
        Resource: ["*"],
        Action: ["kms:Sign", "kms:Encrypt"],
        Principal: { AWS: ["444455556666", "111122223333"], Service: ["logs.amazonaws.com"] },
        Effect: "Allow",
        Condition: { StringEquals: { "kms:ViaService": ["x"] } },
      },
      Version: "2012-10-17",
    });
    const { KeyId = "" } = await createExternalKey(kms, { Policy });
    const expected = {
      Version: "2012-10-17",
      Statement: [
        {
          Effect: "Allow",
          Principal: {
            AWS: ["arn:aws:iam::111122223333:root", "arn:aws:iam::444455556666:root"],
            Service: "logs.amazonaws.com",
          },
          Action: ["kms:Encrypt", "kms:Sign"],
          Resource: "*",
          Condition: { StringEquals: { "kms:ViaService": ["x"] } },
        },
      ],
    };
    expect(await policyOf(KeyId)).toEqual(expected);
    const single = {
      Statement: [{ Effect: "Deny", Principal: { AWS: ["444455556666"] }, Action: "kms:*", Resource: "*" }],
    };
    await kms.send(
      new PutKeyPolicyCommand({ KeyId, Policy: JSON.stringify(single), BypassPolicyLockoutSafetyCheck: true }),
    );
    expect(await policyOf(KeyId)).toMatchObject({
      Statement: [{ Principal: { AWS: "arn:aws:iam::444455556666:root" } }],
    });
  });

  it.each(["{", "[]", '"x"', '{"Statement": []}', '{"Statement": [1]}', '{"Statement": [{"Effect": "Maybe"}]}'])(
    "refuse the policy %s",
    async (Policy) => {
      const created = kms.send(new CreateKeyCommand({ Policy }));
      expect(await failure(created)).toMatchObject({ name: "MalformedPolicyDocumentException" });
      expect((await kms.send(new ListKeysCommand({}))).Keys).toEqual([]);
    },
  );

  it.each([
    ["Principal", undefined],
    ["Principal", {}],
    ["Principal", { AWS: [] }],
    ["NotPrincipal", {}],
  ])("refuse a statement whose %s is %j", async (member, principals) => {
    const Statement = { Effect: "Allow", [member]: principals, Action: "kms:*", Resource: "*" };
    const created = kms.send(new CreateKeyCommand({ Policy: JSON.stringify({ Statement }) }));
    expect(await failure(created)).toMatchObject({ name: "MalformedPolicyDocumentException" });
  });

  it("refuse a policy of more than 32 KiB, and one of other letters than Latin-1's", async () => {
    const { KeyId = "" } = await createExternalKey(kms);
    const policyOfSize = (bytes: number, Sid: string): string => {
      const Statement = { Sid, Effect: "Allow", Principal: "*", Action: "kms:*", Resource: "*" };
      return JSON.stringify({ Statement }).padEnd(bytes);
    };
    const put = (Policy: string) => kms.send(new PutKeyPolicyCommand({ KeyId, Policy }));
    await put(policyOfSize(32_768, "a"));
    await put(policyOfSize(200, "é"));
    expect(await failure(put(policyOfSize(32_769, "a")))).toMatchObject({ name: "LimitExceededException" });
    expect(await failure(put(policyOfSize(200_000, "a")))).toMatchObject({ name: "LimitExceededException" });
    expect(await failure(put(policyOfSize(100, "鍵")))).toMatchObject({ name: "ValidationException" });
  });

  it("refuse a spec under both of its names", async () => {
    const KeyUsage = "SIGN_VERIFY";
    const created = kms.send(
      new CreateKeyCommand({ KeySpec: "RSA_2048", CustomerMasterKeySpec: "RSA_2048", KeyUsage, Origin: "EXTERNAL" }),
    );
    expect(await failure(created)).toEqual({
      name: "ValidationException",
      message:
        "You cannot specify KeySpec and CustomerMasterKeySpec in the same request. CustomerMasterKeySpec is deprecated.",
    });
  });

  it("change a description", async () => {
    const { KeyId = "" } = await createExternalKey(kms, { Description: "old" });
    await kms.send(new UpdateKeyDescriptionCommand({ KeyId, Description: "new" }));
    expect((await describeKey(kms, KeyId)).Description).toBe("new");
  });

  it("point an alias to a key, to another one, to none", async () => {
    const [one, other] = [await createExternalKey(kms), await createExternalKey(kms)];
    const AliasName = "alias/app/main";
    await kms.send(new CreateAliasCommand({ AliasName, TargetKeyId: one.KeyId }));
    expect((await describeKey(kms, AliasName)).KeyId).toBe(one.KeyId);
    const again = kms.send(new CreateAliasCommand({ AliasName, TargetKeyId: other.KeyId }));
    expect(await failure(again)).toMatchObject({ name: "AlreadyExistsException" });
    await kms.send(new UpdateAliasCommand({ AliasName, TargetKeyId: other.KeyId }));
    const { Aliases = [] } = await kms.send(new ListAliasesCommand({ KeyId: other.KeyId }));
    expect(Aliases.map((alias) => alias.AliasName)).toEqual([AliasName]);
    await kms.send(new DeleteAliasCommand({ AliasName }));
    expect(await failure(describeKey(kms, AliasName))).toEqual({
      name: "NotFoundException",
      message: `Alias arn:aws:kms:us-east-1:111122223333:${AliasName} is not found.`,
    });
  });

  it("point an alias only to a key of the same type and usage", async () => {
    const AliasName = "alias/app";
    const ofType = async (input: CreateKeyCommandInput) => (await createExternalKey(kms, input)).KeyId;
    const signing = await ofType({ KeySpec: "RSA_2048", KeyUsage: "SIGN_VERIFY" });
    await kms.send(new CreateAliasCommand({ AliasName, TargetKeyId: signing }));
    const point = (TargetKeyId: string | undefined) => kms.send(new UpdateAliasCommand({ AliasName, TargetKeyId }));
    for (const input of [
      {},
      { KeySpec: "RSA_2048", KeyUsage: "ENCRYPT_DECRYPT" },
      { KeySpec: "HMAC_256", KeyUsage: "GENERATE_VERIFY_MAC" },
    ] as const) {
      expect(await failure(point(await ofType(input)))).toMatchObject({ name: "ValidationException" });
    }
    const other = await ofType({ KeySpec: "ECC_NIST_P256", KeyUsage: "SIGN_VERIFY" });
    await point(other);
    expect((await describeKey(kms, AliasName)).KeyId).toBe(other);
  });

  it("do not take an alias where AWS does not", async () => {
    const { KeyId } = await createExternalKey(kms);
    await kms.send(new CreateAliasCommand({ AliasName: "alias/a", TargetKeyId: KeyId }));
    const described = kms.send(new UpdateKeyDescriptionCommand({ KeyId: "alias/a", Description: "x" }));
    expect(await failure(described)).toMatchObject({ name: "NotFoundException" });
  });

  it("come page by page", async () => {
    const made: string[] = [];
    for (let index = 0; index < 5; index += 1) made.push((await createExternalKey(kms)).KeyId ?? "");
    const seen: (string | undefined)[] = [];
    let Marker: string | undefined;
    let pages = 0;
    do {
      const listed = await kms.send(new ListKeysCommand({ Limit: 2, Marker }));
      seen.push(...(listed.Keys ?? []).map((key) => key.KeyId));
      Marker = listed.NextMarker;
      pages += 1;
    } while (Marker !== undefined);
    expect([pages, seen]).toEqual([3, made.toSorted((a, b) => (a < b ? -1 : 1))]);
    const broken = kms.send(new ListKeysCommand({ Marker: "zzzz" }));
    expect(await failure(broken)).toMatchObject({ name: "InvalidMarkerException" });
  });
});
