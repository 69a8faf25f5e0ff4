import { randomBytes } from "node:crypto";
import {
  CreateKeyCommand,
  DecryptCommand,
  DescribeKeyCommand,
  DisableKeyCommand,
  EnableKeyCommand,
  EncryptCommand,
  GetPublicKeyCommand,
  type KMSClient,
  ListKeysCommand,
  ReEncryptCommand,
  UpdateKeyDescriptionCommand,
} from "@aws-sdk/client-kms";
import { type Emulator, type Fault, parseFault } from "../../src/emulator/index";
import { emulator } from "../support/emulator";
import { createExternalKey, describeKey, failure, importMaterial, kmsClient } from "./support/kms";
import { send } from "./support/wire";

describe("faults on demand", () => {
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

  const keys = async (): Promise<number> => (await kms.send(new ListKeysCommand({}))).Keys?.length ?? 0;

  it("answers an error before anything happened, once", async () => {
    kmsEmulator.faults.add({ operation: "CreateKey", kind: "error", code: "KMSInternalException", status: 500 });
    expect(await failure(kms.send(new CreateKeyCommand({})))).toMatchObject({ name: "KMSInternalException" });
    expect(await keys()).toBe(0);
    await kms.send(new CreateKeyCommand({}));
    expect(kmsEmulator.faults.list()).toEqual([]);
  });

  it("answers an error after the effect", async () => {
    kmsEmulator.faults.add({
      operation: "CreateKey",
      kind: "error",
      when: "after",
      code: "DependencyTimeoutException",
    });
    expect(await failure(kms.send(new CreateKeyCommand({})))).toMatchObject({ name: "DependencyTimeoutException" });
    expect(await keys()).toBe(1);
  });

  it.each([
    ["before", 0],
    ["after", 1],
  ] as const)("tears the connection %s the effect", async (when, made) => {
    kmsEmulator.faults.add({ operation: "CreateKey", kind: "drop", when });
    await expect(kms.send(new CreateKeyCommand({}))).rejects.toThrow(/socket hang up|ECONNRESET/);
    expect(await keys()).toBe(made);
    expect(kmsEmulator.requests.all()[0]).toMatchObject({ operation: "CreateKey", status: 0, faults: ["drop"] });
  });

  it("cuts an answer in half after the effect", async () => {
    kmsEmulator.faults.add({ operation: "CreateKey", kind: "truncate" });
    await expect(kms.send(new CreateKeyCommand({}))).rejects.toThrow(/aborted|ECONNRESET|JSON/);
    expect(await keys()).toBe(1);
  });

  it("answers later", async () => {
    kmsEmulator.faults.add({ operation: "CreateKey", kind: "delay", delayMs: 5 });
    await kms.send(new CreateKeyCommand({}));
    expect(kmsEmulator.requests.all()[0]).toMatchObject({ status: 200, faults: ["delay"] });
  });

  it("ends a delay when the emulator closes", async () => {
    kmsEmulator.faults.add({ operation: "CreateKey", kind: "delay", delayMs: 3_600_000 });
    const sent = failed(kms.send(new CreateKeyCommand({})));
    while (kmsEmulator.faults.list().length > 0) await new Promise((resolve) => setImmediate(resolve));
    await kmsEmulator.close();
    expect(await sent).toBe(true);
  });

  it("replaces fields of an answer, for clients that should not trust it", async () => {
    const key = await createExternalKey(kms, { KeySpec: "ECC_NIST_P256", KeyUsage: "SIGN_VERIFY" });
    kmsEmulator.faults.add({
      operation: "DescribeKey",
      kind: "replace",
      fields: { KeyMetadata: { KeyId: "another" } },
    });
    expect(await describeKey(kms, key.KeyId ?? "")).toMatchObject({ KeyId: "another", KeySpec: "ECC_NIST_P256" });
  });

  it("befalls the nth, the first few, or all after some", async () => {
    const names = async (fault: Fault, count: number): Promise<string> => {
      kmsEmulator.faults.clear();
      kmsEmulator.faults.add(fault);
      const letters: string[] = [];
      for (let index = 0; index < count; index += 1) {
        letters.push((await send(kmsEmulator, "ListKeys")).status === 200 ? "+" : "-");
      }
      return letters.join("");
    };
    const error = { kind: "error", code: "X" } as const;
    expect(await names({ ...error, nth: 3 }, 5)).toBe("++-++");
    expect(await names({ ...error, skip: 1, times: 2 }, 5)).toBe("+--++");
    expect(await names({ ...error, skip: 2, times: 0 }, 5)).toBe("++---");
    expect(await names({ ...error, region: "eu-west-1" }, 2)).toBe("++");
  });

  it("befalls one key only", async () => {
    const [one, other] = [await createExternalKey(kms), await createExternalKey(kms)];
    kmsEmulator.faults.add({ keyId: one.KeyId ?? "", kind: "error", code: "X", times: 0 });
    await describeKey(kms, other.KeyId ?? "");
    expect(await failure(describeKey(kms, one.Arn ?? ""))).toMatchObject({ name: "X" });
  });

  describe("eventual consistency", () => {
    it("hides a new key for a number of requests", async () => {
      kmsEmulator.faults.add({ operation: "CreateKey", kind: "eventual", forRequests: 2 });
      const { KeyId = "" } = await createExternalKey(kms);
      expect(await keys()).toBe(0);
      const asked = () => kms.send(new DescribeKeyCommand({ KeyId }));
      expect(await failure(asked())).toMatchObject({ name: "NotFoundException" });
      expect(await failure(importMaterial(kms, KeyId, randomBytes(32)))).toMatchObject({ name: "NotFoundException" });
      expect((await asked()).KeyMetadata?.KeyState).toBe("PendingImport");
      expect(await keys()).toBe(1);
    });

    it("shows the old state for a time by the clock, while the change is there", async () => {
      const { KeyId = "" } = await createExternalKey(kms);
      await importMaterial(kms, KeyId, randomBytes(32));
      await kms.send(new DisableKeyCommand({ KeyId }));
      kmsEmulator.faults.add({ operation: "EnableKey", kind: "eventual", forMs: 60_000 });
      await kms.send(new EnableKeyCommand({ KeyId }));
      expect((await describeKey(kms, KeyId)).KeyState).toBe("Disabled");
      await kms.send(new UpdateKeyDescriptionCommand({ KeyId, Description: "written through" }));
      kmsEmulator.clock.advance("1m");
      expect(await describeKey(kms, KeyId)).toMatchObject({ KeyState: "Enabled", Description: "written through" });
    });
  });

  it("keeps throwing away nothing that worked: a fault without a match changes nothing", async () => {
    kmsEmulator.faults.add({ operation: "Encrypt", kind: "drop" });
    const { KeyId } = await createExternalKey(kms);
    expect(await failure(kms.send(new GetPublicKeyCommand({ KeyId })))).toMatchObject({
      name: "KMSInvalidStateException",
    });
    expect(kmsEmulator.faults.list()).toHaveLength(1);
  });
});

function failed(sent: Promise<unknown>): Promise<boolean> {
  return sent.then(
    () => false,
    () => true,
  );
}

describe("the fault syntax of the command line", () => {
  const all = { skip: 0, times: Number.POSITIVE_INFINITY };
  it.each<[string, object]>([
    ["CreateKey drop", { operation: "CreateKey", skip: 0, times: 1, kind: "drop", when: "before" }],
    [
      "ImportKeyMaterial#2 drop-after",
      { operation: "ImportKeyMaterial", skip: 1, times: 1, kind: "drop", when: "after" },
    ],
    ["*#* delay:200ms", { operation: "*", ...all, kind: "delay", when: "before", delayMs: 200 }],
    ["Encrypt#3+ truncate", { operation: "Encrypt", skip: 2, times: Number.POSITIVE_INFINITY, kind: "truncate" }],
    [
      "CreateKey@eu-west-1#1-3 eventual:3",
      { operation: "CreateKey", region: "eu-west-1", skip: 0, times: 3, kind: "eventual", forRequests: 3 },
    ],
    ["EnableKey eventual:5s", { operation: "EnableKey", skip: 0, times: 1, kind: "eventual", forMs: 5000 }],
    [
      "CreateKey error:ThrottlingException",
      {
        operation: "CreateKey",
        skip: 0,
        times: 1,
        kind: "error",
        when: "before",
        code: "ThrottlingException",
        status: 400,
      },
    ],
    [
      "CreateKey error-after:KMSInternalException:500",
      {
        operation: "CreateKey",
        skip: 0,
        times: 1,
        kind: "error",
        when: "after",
        code: "KMSInternalException",
        status: 500,
      },
    ],
  ])("%s", (text, fault) => {
    expect(parseFault(text)).toEqual(fault);
  });

  it.each([
    "",
    "CreateKey",
    "CreateKey explode",
    "CreateKey delay",
    "CreateKey drop:1",
    "CreateKey error",
    "CreateKey error:X:200",
    "CreateKey#0 drop",
    "CreateKey#3-2 drop",
    "CreateKye drop",
    "ReEncryptTo drop",
    "CreateKey@useast1 drop",
  ])("does not take %p", (text) => {
    expect(() => parseFault(text)).toThrow(TypeError);
  });
});

describe("a name that no request can have", () => {
  it.each<[string, () => object, string]>([
    [
      "in a fault",
      () => ({ kind: "drop", operation: "CreateKye" }),
      '"CreateKye" is not a known operation. Did you mean "CreateKey"?',
    ],
    ["in a fault", () => ({ kind: "drop", operation: "Banana" }), "There are: AssumeRole, CancelKeyDeletion, "],
    ["of a fault's member", () => ({ kind: "delay", delayMS: 5 }), 'Did you mean "delayMs"?'],
    [
      "of a member of another kind",
      () => ({ kind: "truncate", when: "after" }),
      'not a known member of a fault of kind "truncate"',
    ],
  ])("%s is refused", async (_where, fault, text) => {
    await using kmsEmulator = await emulator();
    // A caller without types.
    expect(() => kmsEmulator.faults.add(Object(fault()))).toThrow(text);
    await expect(emulator({ faults: [Object(fault())] })).rejects.toThrow(text);
    expect(kmsEmulator.faults.list()).toEqual([]);
  });

  it("in a denial is refused, and what is a pattern of known ones is not", async () => {
    await using kmsEmulator = await emulator();
    const { permissions } = kmsEmulator;
    for (const action of ["kms:ImportKeyMatrial", "kms:ReEncrypt", "kms:Foo*", "ImportKeyMaterial", "", "iam:*"]) {
      expect(() => permissions.deny(action)).toThrow(TypeError);
      expect(() => permissions.allow(action)).toThrow(TypeError);
    }
    expect(() => permissions.deny("kms:ReEncryptFro")).toThrow('Did you mean "kms:ReEncryptFrom"?');
    expect(() => permissions.deny("kms:Encrypt", Object({ keyID: "x" }))).toThrow('Did you mean "keyId"?');
    expect(() => permissions.deny("kms:Encrypt", { region: "Frankfurt" })).toThrow("must be a Region name");
    expect(permissions.list()).toEqual([]);
    for (const action of [
      "kms:*",
      "kms:ReEncrypt*",
      "*",
      "kms:importkeymaterial",
      "sts:AssumeRole",
      "kms:DeleteKeyMaterial",
    ]) {
      permissions.deny(action);
      permissions.allow(action);
    }
  });

  it("in quotas is refused", async () => {
    await expect(emulator({ quotas: { CreateKye: 1 } })).rejects.toThrow('Did you mean "CreateKey"?');
  });
});

describe("a request that does not name its key", () => {
  it("is denied and befallen like one that does", async () => {
    await using kmsEmulator = await emulator();
    const kms = kmsClient(kmsEmulator);
    const [one, other] = [await createExternalKey(kms), await createExternalKey(kms)];
    const ciphertextOf = async (KeyId = "") => {
      await importMaterial(kms, KeyId, randomBytes(32));
      return (await kms.send(new EncryptCommand({ KeyId, Plaintext: Buffer.from("text") }))).CiphertextBlob;
    };
    const [first, second] = [await ciphertextOf(one.KeyId), await ciphertextOf(other.KeyId)];
    kmsEmulator.permissions.deny("kms:Decrypt", { keyId: one.KeyId ?? "" });
    expect(await failure(kms.send(new DecryptCommand({ CiphertextBlob: first })))).toMatchObject({
      name: "AccessDeniedException",
    });
    await kms.send(new DecryptCommand({ CiphertextBlob: second }));
    kmsEmulator.permissions.allow();
    kmsEmulator.permissions.deny("kms:ReEncryptTo", { keyId: one.KeyId ?? "" });
    const move = (CiphertextBlob: Uint8Array | undefined, DestinationKeyId: string | undefined) =>
      kms.send(new ReEncryptCommand({ CiphertextBlob, DestinationKeyId }));
    await move(first, other.KeyId);
    expect(await failure(move(second, one.KeyId))).toMatchObject({ name: "AccessDeniedException" });
    kms.destroy();
  });
});
