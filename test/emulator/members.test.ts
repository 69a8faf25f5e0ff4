import * as sdk from "@aws-sdk/client-kms";
import { operations } from "../../src/emulator/aws/operations/table";
import type { Emulator } from "../../src/emulator/index";
import { emulator } from "../support/emulator";
import { createExternalKey, importMaterial, kmsClient } from "./support/kms";
import { sampleMaterial } from "./support/material";
import { send, textOf } from "./support/wire";

/** The members of each operation's request, as AWS's own client knows them. */
const requests = new Map(Object.values(sdk).flatMap(requestOf));

/** Members that are refused, since what they mean is not emulated. */
const refused: Readonly<Record<string, readonly string[]>> = {
  CreateKey: ["CustomKeyStoreId", "XksKeyId"],
  Decrypt: ["Recipient"],
  DeriveSharedSecret: ["Recipient"],
  GenerateDataKey: ["Recipient"],
  GenerateDataKeyPair: ["Recipient"],
  GenerateRandom: ["CustomKeyStoreId", "Recipient"],
  ListGrants: ["GranteeServicePrincipal"],
  ListRetirableGrants: ["RetiringServicePrincipal"],
};

/** Operations of AWS KMS that are not emulated. */
const absent = [
  "ConnectCustomKeyStore",
  "CreateCustomKeyStore",
  "Decapsulate",
  "DeleteCustomKeyStore",
  "DescribeCustomKeyStores",
  "DisconnectCustomKeyStore",
  "Encapsulate",
  "GetKeyLastUsage",
  "UpdateCustomKeyStore",
];

describe("the members of AWS's requests", () => {
  let kms: Emulator;
  beforeAll(async () => {
    kms = await emulator();
  });
  afterAll(() => kms.close());

  it("are all honoured or refused, of every operation that is emulated", () => {
    const found = [...operations].flatMap(([name, { members }]) => {
      const left = (requests.get(name) ?? []).filter((member) => !members.includes(member));
      return left.length === 0 ? [] : [[name, left.toSorted()]];
    });
    expect(Object.fromEntries(found)).toEqual(refused);
  });

  it("are AWS's own, and so are the operations", () => {
    const invented = [...operations].flatMap(([name, { members }]) =>
      members.filter((member) => requests.get(name)?.includes(member) !== true).map((member) => `${name}.${member}`),
    );
    expect(invented).toEqual([]);
    expect([...requests.keys()].filter((name) => !operations.has(name)).toSorted()).toEqual(absent);
  });

  it.each(
    [...operations.keys()].flatMap((name) => [...(refused[name] ?? []), "Invented"].map((member) => [name, member])),
  )("%s refuses %s, with its name", async (operation = "", member = "") => {
    const { status, body } = await send(kms, operation, { [member]: "x" });
    expect({ status, body }).toEqual({
      status: 400,
      body: {
        __type: "UnsupportedOperationException",
        message: `The embedded KMS does not support the member ${member} of ${operation}. Remove it, or see docs/emulator.md for what is supported.`,
      },
    });
  });

  it("may be null, which is the same as left out", async () => {
    expect((await send(kms, "CreateKey", { XksKeyId: null, Description: null })).status).toBe(200);
  });

  it("are refused in a structure as well", async () => {
    const { body } = await send(kms, "CreateKey", { Tags: [{ TagKey: "a", TagValue: "b", TagColour: "red" }] });
    expect(body).toMatchObject({
      __type: "UnsupportedOperationException",
      message: expect.stringContaining("the member TagColour of tags.1.member."),
    });
  });
});

describe("a dry run", () => {
  let kms: Emulator;
  let inputs: Readonly<Record<string, object | undefined>>;

  beforeAll(async () => {
    kms = await emulator();
    inputs = await goodInputs(kms);
  });
  afterAll(() => kms.close());

  const dry = [...requests].flatMap(([name, members]) =>
    operations.has(name) && members.includes("DryRun") ? [name] : [],
  );

  it.each(dry)("of %s tells that it would succeed, and changes nothing", async (operation) => {
    const before = kms.snapshot();
    const input = inputs[operation];
    const { status, body } = await send(kms, operation, { ...input, DryRun: true });
    expect({ status, body }).toEqual({
      status: 400,
      body: {
        __type: "DryRunOperationException",
        message: "The request would have succeeded, but the DryRun option is set.",
      },
    });
    expect(kms.snapshot()).toBe(before);
  });

  it.each(dry)("of %s tells what is wrong: a permission, a state, a key", async (operation) => {
    const input = { ...inputs[operation], DryRun: true };
    const action = operation === "ReEncrypt" ? "kms:ReEncryptTo" : `kms:${operation}`;
    kms.permissions.deny(action);
    expect((await send(kms, operation, input)).body["__type"]).toBe("AccessDeniedException");
    kms.permissions.allow(action);
    const elsewhere = await send(kms, operation, input, "eu-west-1");
    expect(elsewhere.body["__type"]).not.toBe("DryRunOperationException");
    expect(elsewhere.status).toBe(400);
  });

  it.each(dry)("of %s is carried out where DryRun is false", async (operation) => {
    // What ends a grant comes last, each with one of its own.
    expect(await send(kms, operation, { ...inputs[operation], DryRun: false })).toMatchObject({ status: 200 });
  });

  it("sees that a key is disabled", async () => {
    const { KeyId } = { KeyId: "", ...inputs["Encrypt"] };
    await send(kms, "DisableKey", { KeyId });
    const { body } = await send(kms, "Encrypt", { ...inputs["Encrypt"], DryRun: true });
    expect(body["__type"]).toBe("DisabledException");
    await send(kms, "EnableKey", { KeyId });
  });

  it("may ignore the ciphertext, where the key is named", async () => {
    const { KeyId } = { KeyId: "", ...inputs["Encrypt"] };
    const modified = { DryRun: true, DryRunModifiers: ["IGNORE_CIPHERTEXT"] };
    const type = async (operation: string, input: object) => (await send(kms, operation, input)).body["__type"];
    expect(await type("Decrypt", { KeyId, ...modified })).toBe("DryRunOperationException");
    expect(await type("ReEncrypt", { SourceKeyId: KeyId, DestinationKeyId: KeyId, ...modified })).toBe(
      "DryRunOperationException",
    );
    expect(await type("Decrypt", modified)).toBe("ValidationException");
    expect(await type("Decrypt", { KeyId, DryRunModifiers: ["IGNORE_CIPHERTEXT"] })).toBe("ValidationException");
    expect(await type("Decrypt", { KeyId, DryRun: true })).toBe("ValidationException");
    expect(await type("Decrypt", { CiphertextBlob: "AAAA", DryRun: true })).toBe("InvalidCiphertextException");
  });
});

/** A request of each operation that uses a key, which would succeed. */
async function goodInputs(kms: Emulator): Promise<Readonly<Record<string, object>>> {
  const client = kmsClient(kms);
  const ready = async (spec: sdk.KeySpec, KeyUsage: sdk.KeyUsageType) => {
    const { KeyId = "" } = await createExternalKey(client, { KeySpec: spec, KeyUsage });
    const wrappingAlgorithm = spec.startsWith("ECC") ? "RSA_AES_KEY_WRAP_SHA_256" : "RSAES_OAEP_SHA_256";
    await importMaterial(client, KeyId, sampleMaterial(spec).bytes, { wrappingAlgorithm });
    return KeyId;
  };
  const symmetric = await ready("SYMMETRIC_DEFAULT", "ENCRYPT_DECRYPT");
  const signer = await ready("ECC_NIST_P256", "SIGN_VERIFY");
  const agreer = await ready("ECC_NIST_P256", "KEY_AGREEMENT");
  const hmac = await ready("HMAC_256", "GENERATE_VERIFY_MAC");
  client.destroy();
  const answer = async (operation: string, input: object, member: string) =>
    textOf((await send(kms, operation, input)).body, member);
  const Plaintext = "YWJj";
  const CiphertextBlob = await answer("Encrypt", { KeyId: symmetric, Plaintext }, "CiphertextBlob");
  const toSign = { KeyId: signer, Message: Plaintext, SigningAlgorithm: "ECDSA_SHA_256" };
  const toCode = { KeyId: hmac, Message: Plaintext, MacAlgorithm: "HMAC_SHA_256" };
  const grant = { KeyId: symmetric, GranteePrincipal: "arn:aws:iam::111122223333:role/app", Operations: ["Encrypt"] };
  const pair = { KeyId: symmetric, KeyPairSpec: "ECC_NIST_P256" };
  return {
    CreateGrant: grant,
    RevokeGrant: { KeyId: symmetric, GrantId: await answer("CreateGrant", grant, "GrantId") },
    RetireGrant: { GrantToken: await answer("CreateGrant", grant, "GrantToken") },
    Encrypt: { KeyId: symmetric, Plaintext },
    Decrypt: { CiphertextBlob },
    ReEncrypt: { CiphertextBlob, DestinationKeyId: symmetric },
    GenerateDataKey: { KeyId: symmetric, KeySpec: "AES_256" },
    GenerateDataKeyWithoutPlaintext: { KeyId: symmetric, KeySpec: "AES_256" },
    GenerateDataKeyPair: pair,
    GenerateDataKeyPairWithoutPlaintext: pair,
    Sign: toSign,
    Verify: { ...toSign, Signature: await answer("Sign", toSign, "Signature") },
    GenerateMac: toCode,
    VerifyMac: { ...toCode, Mac: await answer("GenerateMac", toCode, "Mac") },
    DeriveSharedSecret: {
      KeyId: agreer,
      KeyAgreementAlgorithm: "ECDH",
      PublicKey: await answer("GetPublicKey", { KeyId: agreer }, "PublicKey"),
    },
  };
}

/** An operation's name and the members of its request, of an operation's schema; nothing of anything else. */
function requestOf(value: unknown): readonly (readonly [string, readonly string[]])[] {
  if (!Array.isArray(value) || value[0] !== 9) return [];
  const [, , name, , input]: unknown[] = value;
  const schema: unknown = typeof input === "function" ? input() : input;
  const members: unknown = Array.isArray(schema) ? schema[4] : undefined;
  return [[String(name), Array.isArray(members) ? members.map(String) : []]];
}
