import type { Emulator } from "../../../src/emulator/index";
import { wrap } from "../support/wrap";
import { alibabaEmulator, sendV3 } from "./support";

const wrapping = { WrappingAlgorithm: "RSAES_OAEP_SHA_256", WrappingKeySpec: "RSA_2048" };
const bytes = Buffer.alloc(32, 7);
const states = ["Enabled", "Disabled", "PendingDeletion", "PendingImport"] as const;
type State = (typeof states)[number];

const [ok, stateFailed, disabled, pendingDeletion, pendingImport] = [
  "ok",
  "Rejected.StateModifiedFailed",
  "Rejected.Disabled",
  "Rejected.PendingDeletion",
  "Rejected.PendingImport",
];

/** "How the status of a CMK affects API calls", as its page has it. */
const table: Readonly<Record<string, readonly [string, string, string, string]>> = {
  DescribeKey: [ok, ok, ok, ok],
  ListResourceTags: [ok, ok, ok, ok],
  GetParametersForImport: [ok, ok, ok, ok],
  ImportKeyMaterial: [ok, ok, stateFailed, ok],
  DeleteKeyMaterial: [ok, ok, ok, ok],
  EnableKey: [ok, ok, stateFailed, stateFailed],
  DisableKey: [ok, ok, stateFailed, stateFailed],
  ScheduleKeyDeletion: [ok, ok, stateFailed, ok],
  CancelKeyDeletion: [stateFailed, stateFailed, ok, stateFailed],
  CreateAlias: [ok, ok, stateFailed, ok],
  UpdateKeyDescription: [ok, ok, pendingDeletion, ok],
  TagResource: [ok, ok, pendingDeletion, ok],
  UntagResource: [ok, ok, pendingDeletion, ok],
  Encrypt: [ok, disabled, pendingDeletion, pendingImport],
  GenerateDataKey: [ok, disabled, pendingDeletion, pendingImport],
  GenerateDataKeyWithoutPlaintext: [ok, disabled, pendingDeletion, pendingImport],
};

let kms: Emulator;
beforeAll(async () => {
  kms = await alibabaEmulator();
});
afterAll(() => kms.close());

async function ask(action: string, parameters: Readonly<Record<string, string>>): Promise<Record<string, unknown>> {
  return (await sendV3(kms, action, parameters)).body;
}

async function importOf(KeyId: string): Promise<Readonly<Record<string, string>>> {
  const { PublicKey, ImportToken } = await ask("GetParametersForImport", { KeyId, ...wrapping });
  const publicKey = Buffer.from(String(PublicKey), "base64");
  return {
    KeyId,
    ImportToken: String(ImportToken),
    EncryptedKeyMaterial: Buffer.from(wrap(wrapping.WrappingAlgorithm, publicKey, bytes)).toString("base64"),
    KeyMaterialExpireUnix: "0",
  };
}

async function keyIn(state: State): Promise<string> {
  const { KeyMetadata } = await ask("CreateKey", { Origin: "EXTERNAL" });
  const KeyId = String(Object.entries(KeyMetadata ?? {}).find(([name]) => name === "KeyId")?.[1]);
  if (state === "PendingImport") return KeyId;
  await ask("ImportKeyMaterial", await importOf(KeyId));
  if (state === "Disabled") await ask("DisableKey", { KeyId });
  if (state === "PendingDeletion") await ask("ScheduleKeyDeletion", { KeyId, PendingWindowInDays: "7" });
  return KeyId;
}

async function parametersOf(action: string, KeyId: string, state: State): Promise<Readonly<Record<string, string>>> {
  switch (action) {
    case "GetParametersForImport":
      return { KeyId, ...wrapping };
    case "ImportKeyMaterial":
      return importOf(KeyId);
    case "CreateAlias":
      return { KeyId, AliasName: `alias/${state}` };
    case "UpdateKeyDescription":
      return { KeyId, Description: "x" };
    case "TagResource":
      return { KeyId, Tags: '[{"TagKey":"a","TagValue":"b"}]' };
    case "UntagResource":
      return { KeyId, TagKeys: '["a"]' };
    case "Encrypt":
      return { KeyId, Plaintext: "AAAA" };
    default:
      return { KeyId };
  }
}

describe.each(states)("a key that is %s", (state) => {
  const column = states.indexOf(state);
  it.each(Object.entries(table).map(([action, row]) => [action, row[column]] as const))(
    "answers %s with %s",
    async (action, expected) => {
      const KeyId = await keyIn(state);
      const { status, body } = await sendV3(kms, action, await parametersOf(action, KeyId, state));
      expect(body["Code"] ?? "ok").toBe(expected);
      expect(status).toBe(expected === "ok" ? 200 : 409);
    },
  );
});

it("keeps waiting for its deletion when its material is deleted", async () => {
  const KeyId = await keyIn("PendingDeletion");
  await ask("DeleteKeyMaterial", { KeyId });
  expect((await ask("DescribeKey", { KeyId }))["KeyMetadata"]).toMatchObject({ KeyState: "PendingDeletion" });
});
