import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  CreateGrantCommand,
  type CreateGrantCommandInput,
  CreateKeyCommand,
  DescribeKeyCommand,
  EncryptCommand,
  type KMSClient,
  ListGrantsCommand,
  paginateListGrants,
  paginateListRetirableGrants,
  ReplicateKeyCommand,
  RetireGrantCommand,
  RevokeGrantCommand,
} from "@aws-sdk/client-kms";
import type { Emulator } from "../../src/emulator/index";
import { emulator } from "../support/emulator";
import { createExternalKey, failure, importMaterial, kmsClient } from "./support/kms";
import { sampleMaterial } from "./support/material";

const application = "arn:aws:iam::111122223333:role/app";
const retirer = "arn:aws:sts::111122223333:assumed-role/ops/session";

describe("grants", () => {
  let kmsEmulator: Emulator;
  let kms: KMSClient;

  beforeEach(async () => {
    kmsEmulator = await emulator({ now: () => Date.parse("2027-01-01T00:00:00Z") });
    kms = kmsClient(kmsEmulator);
  });
  afterEach(async () => {
    kms.destroy();
    await kmsEmulator.close();
  });

  const newKey = async (spec: "SYMMETRIC_DEFAULT" | "ECC_NIST_P256" = "SYMMETRIC_DEFAULT") => {
    const KeyUsage = spec === "SYMMETRIC_DEFAULT" ? "ENCRYPT_DECRYPT" : "SIGN_VERIFY";
    const { KeyId = "", Arn = "" } = await createExternalKey(kms, { KeySpec: spec, KeyUsage });
    await importMaterial(kms, KeyId, sampleMaterial(spec).bytes);
    return { KeyId, Arn };
  };
  const grant = (KeyId: string, input: Partial<CreateGrantCommandInput> = {}) =>
    kms.send(new CreateGrantCommand({ KeyId, GranteePrincipal: application, Operations: ["Encrypt"], ...input }));
  const listed = async (KeyId: string, filter: object = {}) =>
    (await kms.send(new ListGrantsCommand({ KeyId, ...filter }))).Grants ?? [];

  it("are listed as they were made, with their constraints", async () => {
    const { KeyId, Arn } = await newKey();
    const terms = {
      Name: "for-the-app",
      RetiringPrincipal: retirer,
      Operations: ["Encrypt", "Decrypt", "GenerateDataKeyPair", "ReEncryptFrom", "RetireGrant"] as const,
      Constraints: { EncryptionContextSubset: { tenant: "a" }, SourceArn: "arn:aws:s3:::bucket" },
    };
    const { GrantId, GrantToken } = await grant(KeyId, { ...terms, Operations: [...terms.Operations] });
    expect(GrantId).toMatch(/^[0-9a-f]{64}$/);
    expect(await listed(KeyId)).toEqual([
      {
        KeyId: Arn,
        GrantId,
        CreationDate: new Date("2027-01-01T00:00:00Z"),
        IssuingAccount: "arn:aws:iam::111122223333:root",
        GranteePrincipal: application,
        ...terms,
      },
    ]);
    await kms.send(new DescribeKeyCommand({ KeyId, GrantTokens: [GrantToken ?? ""] }));
  });

  it("with a name are made once, whatever tokens were given out for them", async () => {
    const { KeyId } = await newKey();
    const [one, same] = [await grant(KeyId, { Name: "once" }), await grant(KeyId, { Name: "once" })];
    expect(same.GrantId).toBe(one.GrantId);
    expect(same.GrantToken).not.toBe(one.GrantToken);
    const other = await grant(KeyId, { Name: "once", Operations: ["Decrypt"] });
    const [nameless, again] = [await grant(KeyId), await grant(KeyId)];
    expect(new Set([one, other, nameless, again].map(({ GrantId }) => GrantId)).size).toBe(4);
    expect(await listed(KeyId)).toHaveLength(4);
  });

  it("are found by id, by grantee and by who may retire them, page by page", async () => {
    const [{ KeyId }, other] = [await newKey(), await newKey()];
    const ids: string[] = [];
    for (let index = 0; index < 5; index += 1) {
      const { GrantId = "" } = await grant(KeyId, { RetiringPrincipal: retirer });
      ids.push(GrantId);
      kmsEmulator.clock.advance("1s");
    }
    await grant(other.KeyId, { RetiringPrincipal: retirer, GranteePrincipal: `${application}2` });
    expect((await listed(KeyId, { GrantId: ids[3] })).map(({ GrantId }) => GrantId)).toEqual([ids[3]]);
    expect(await listed(other.KeyId, { GranteePrincipal: application })).toEqual([]);
    const pages: (string | undefined)[][] = [];
    for await (const { Grants = [] } of paginateListGrants({ client: kms }, { KeyId, Limit: 2 })) {
      pages.push(Grants.map(({ GrantId }) => GrantId));
    }
    expect(pages).toEqual([ids.slice(0, 2), ids.slice(2, 4), ids.slice(4)]);
    let retirable = 0;
    const asked = { RetiringPrincipal: retirer, Limit: 4 };
    for await (const { Grants = [] } of paginateListRetirableGrants({ client: kms }, asked)) retirable += Grants.length;
    expect(retirable).toBe(6);
    const marker = kms.send(new ListGrantsCommand({ KeyId, Marker: "nonsense" }));
    expect(await failure(marker)).toMatchObject({ name: "InvalidMarkerException" });
  });

  it("end by being revoked or retired, by token or by id", async () => {
    const { KeyId, Arn } = await newKey();
    const [first, second, third] = [await grant(KeyId), await grant(KeyId), await grant(KeyId)];
    await kms.send(new RevokeGrantCommand({ KeyId, GrantId: first.GrantId }));
    await kms.send(new RetireGrantCommand({ GrantToken: second.GrantToken }));
    await kms.send(new RetireGrantCommand({ KeyId: Arn, GrantId: third.GrantId }));
    expect(await listed(KeyId)).toEqual([]);
    const wrong: readonly (readonly [string, Promise<unknown>])[] = [
      ["NotFoundException", kms.send(new RevokeGrantCommand({ KeyId, GrantId: first.GrantId }))],
      ["NotFoundException", kms.send(new RetireGrantCommand({ GrantToken: second.GrantToken }))],
      ["InvalidGrantIdException", kms.send(new RevokeGrantCommand({ KeyId, GrantId: "short" }))],
      ["InvalidGrantTokenException", kms.send(new RetireGrantCommand({ GrantToken: "bm9uc2Vuc2U=" }))],
      ["ValidationException", kms.send(new RetireGrantCommand({ GrantId: first.GrantId }))],
      ["ValidationException", kms.send(new RetireGrantCommand({}))],
      ["ValidationException", kms.send(new RetireGrantCommand({ GrantToken: first.GrantToken, KeyId }))],
    ];
    for (const [name, sent] of wrong) expect(await failure(sent)).toMatchObject({ name });
  });

  it("have tokens that operations take, and no others", async () => {
    const { KeyId } = await newKey();
    const { GrantToken = "" } = await grant(KeyId);
    const encrypt = (GrantTokens: string[]) =>
      kms.send(new EncryptCommand({ KeyId, Plaintext: Buffer.from("text"), GrantTokens }));
    await encrypt([GrantToken]);
    expect(await failure(encrypt([GrantToken, "bm9uc2Vuc2U="]))).toMatchObject({ name: "InvalidGrantTokenException" });
    const altered = Buffer.from(GrantToken, "base64");
    altered[0] = (altered[0] ?? 0) ^ 1;
    expect(await failure(encrypt([altered.toString("base64")]))).toMatchObject({ name: "InvalidGrantTokenException" });
    expect(await failure(encrypt(Array.from({ length: 11 }, () => GrantToken)))).toMatchObject({
      name: "ValidationException",
    });
    kmsEmulator.permissions.deny("kms:RetireGrant", { keyId: KeyId });
    expect(await failure(kms.send(new RetireGrantCommand({ GrantToken })))).toMatchObject({
      name: "AccessDeniedException",
    });
  });

  it("are made of what suits the key, and of principals", async () => {
    const [symmetric, signer] = [await newKey(), await newKey("ECC_NIST_P256")];
    await grant(signer.KeyId, { Operations: ["Sign", "Verify", "GetPublicKey", "DescribeKey"] });
    const service = { GranteePrincipal: undefined, GranteeServicePrincipal: "s3.amazonaws.com" };
    const SourceArn = "arn:aws:s3:::bucket";
    await grant(symmetric.KeyId, { ...service, RetiringPrincipal: retirer, Constraints: { SourceArn } });
    const wrong: readonly (readonly [string, string, Partial<CreateGrantCommandInput>])[] = [
      ["ValidationException", symmetric.KeyId, { Operations: ["Sign"] }],
      ["ValidationException", symmetric.KeyId, { Operations: ["GetPublicKey"] }],
      ["ValidationException", symmetric.KeyId, { Operations: [] }],
      ["ValidationException", signer.KeyId, { Operations: ["GenerateDataKey"] }],
      [
        "ValidationException",
        signer.KeyId,
        { Operations: ["Sign"], Constraints: { EncryptionContextEquals: { tenant: "a" } } },
      ],
      [
        "ValidationException",
        symmetric.KeyId,
        {
          Constraints: {
            EncryptionContextEquals: Object.fromEntries(Array.from("abcdefghi").map((name) => [name, "x"])),
          },
        },
      ],
      ["ValidationException", symmetric.KeyId, { Constraints: { EncryptionContextSubset: { a: "x".repeat(385) } } }],
      ["InvalidArnException", symmetric.KeyId, { GranteePrincipal: "app" }],
      ["InvalidArnException", symmetric.KeyId, { RetiringPrincipal: "arn:aws:s3:::bucket" }],
      ["ValidationException", symmetric.KeyId, { GranteePrincipal: undefined }],
      ["ValidationException", symmetric.KeyId, { GranteeServicePrincipal: "s3.amazonaws.com" }],
      ["ValidationException", symmetric.KeyId, { ...service, RetiringPrincipal: retirer }],
      ["ValidationException", symmetric.KeyId, { ...service, Constraints: { SourceArn } }],
      [
        "ValidationException",
        symmetric.KeyId,
        { RetiringPrincipal: retirer, RetiringServicePrincipal: "s3.amazonaws.com" },
      ],
    ];
    for (const [name, KeyId, input] of wrong) {
      expect([input, await failure(grant(KeyId, input))]).toMatchObject([input, { name }]);
    }
  });

  it("belong to one Region of a key", async () => {
    const { KeyMetadata } = await kms.send(new CreateKeyCommand({ MultiRegion: true }));
    const KeyId = KeyMetadata?.KeyId ?? "";
    await grant(KeyId);
    await kms.send(new ReplicateKeyCommand({ KeyId, ReplicaRegion: "eu-west-1" }));
    const elsewhere = kmsClient(kmsEmulator, "eu-west-1");
    expect((await elsewhere.send(new ListGrantsCommand({ KeyId }))).Grants).toEqual([]);
    elsewhere.destroy();
  });

  it("live on in a state file, with their tokens", async () => {
    const folder = mkdtempSync(join(tmpdir(), "byok-grants-"));
    const stateFile = join(folder, "state.json");
    try {
      const first = await emulator({ stateFile });
      const client = kmsClient(first);
      const { KeyMetadata } = await client.send(new CreateKeyCommand({}));
      const KeyId = KeyMetadata?.KeyId;
      const { GrantToken } = await client.send(
        new CreateGrantCommand({ KeyId, GranteePrincipal: application, Operations: ["Encrypt"] }),
      );
      const before = (await client.send(new ListGrantsCommand({ KeyId }))).Grants;
      client.destroy();
      await first.close();
      const second = await emulator({ stateFile });
      const again = kmsClient(second);
      expect((await again.send(new ListGrantsCommand({ KeyId }))).Grants).toEqual(before);
      await again.send(new RetireGrantCommand({ GrantToken }));
      expect((await again.send(new ListGrantsCommand({ KeyId }))).Grants).toEqual([]);
      again.destroy();
      await second.close();
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
