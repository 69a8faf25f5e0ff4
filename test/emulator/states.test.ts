import type { Emulator } from "../../src/emulator/index";
import { emulator } from "../support/emulator";
import { send, textOf } from "./support/wire";
import { wrap } from "./support/wrap";

type State =
  | "Enabled"
  | "Disabled"
  | "PendingDeletion"
  | "PendingReplicaDeletion"
  | "PendingImport"
  | "Creating"
  | "Updating";

const states: readonly State[] = [
  "Enabled",
  "Disabled",
  "PendingDeletion",
  "PendingReplicaDeletion",
  "PendingImport",
  "Creating",
  "Updating",
];

/**
 * "+" works, "-" KMSInvalidStateException, "d" DisabledException; one letter for each state above. Only replicas are
 * Creating, and the key that is Updating has just become one: "r" where a replica is refused as such.
 */
const table: Readonly<Record<string, string>> = {
  GetParametersForImport: "++--+--",
  ImportKeyMaterial: "++--+-+",
  DeleteImportedKeyMaterial: "+++++--",
  EnableKey: "++-----",
  DisableKey: "++-----",
  ReplicateKey: "+d---rr",
  UpdatePrimaryRegion: "+d---rr",
  ScheduleKeyDeletion: "++--++-",
  CancelKeyDeletion: "--++---",
  TagResource: "++--+++",
  UntagResource: "++--+++",
  UpdateKeyDescription: "++--+++",
  CreateAlias: "++--+++",
  DescribeKey: "+++++++",
  GetKeyPolicy: "+++++++",
  PutKeyPolicy: "+++++++",
  ListResourceTags: "+++++++",
  Encrypt: "+d----+",
  GenerateDataKey: "+d----+",
  GenerateDataKeyPair: "+d----+",
  GenerateDataKeyPairWithoutPlaintext: "+d----+",
  CreateGrant: "+d----+",
};

const errors: Readonly<Record<string, string | undefined>> = {
  "-": "KMSInvalidStateException",
  d: "DisabledException",
  r: "UnsupportedOperationException",
};

const material = Buffer.alloc(32, 7);
const policy = JSON.stringify({ Statement: [{ Effect: "Allow", Principal: "*", Action: "kms:*", Resource: "*" }] });

describe("key states and operations", () => {
  let kms: Emulator;

  beforeAll(async () => {
    kms = await emulator({ replicationDelay: "1h", primaryChangeDelay: "1h" });
  });
  afterAll(() => kms.close());

  it.each(
    Object.entries(table).flatMap(([operation, row]) =>
      states.map((state, index) => ({ operation, state, verdict: row[index] ?? "?" })),
    ),
  )("$operation of a key that is $state: $verdict", async ({ operation, state, verdict }) => {
    const key = await keyIn(kms, state);
    const described = await send(kms, "DescribeKey", { KeyId: key.id }, key.region);
    expect(textOf(described.body, "KeyMetadata.KeyState")).toBe(state);
    const { body } = await send(
      kms,
      operation,
      { ...inputOf(operation, key), ...(key.extra[operation] ?? {}) },
      key.region,
    );
    expect(body["__type"]).toBe(errors[verdict]);
  });
});

interface PreparedKey {
  readonly id: string;
  readonly region: string;
  readonly parameters: { readonly token: string; readonly wrapped: string };
  readonly extra: Readonly<Record<string, object | undefined>>;
}

/** A multi-Region key of this emulator in a state, with parameters for an import that were fetched while they could be. */
async function keyIn(kms: Emulator, state: State): Promise<PreparedKey> {
  const created = await send(kms, "CreateKey", { Origin: "EXTERNAL", MultiRegion: true });
  const id = textOf(created.body, "KeyMetadata.KeyId");
  const change = (operation: string, input: object = {}) => send(kms, operation, { KeyId: id, ...input });
  const first = await parametersFor(kms, id);
  if (state !== "PendingImport") {
    await change("ImportKeyMaterial", importInput(first));
  }
  const extra = {
    ReplicateKey: { ReplicaRegion: "eu-west-1" },
    UpdatePrimaryRegion: { PrimaryRegion: "eu-central-1" },
  };
  const parameters = state === "PendingImport" ? first : await parametersFor(kms, id);
  const key = { id, region: kms.region, parameters, extra };
  if (state === "PendingDeletion") await change("ScheduleKeyDeletion");
  if (state === "PendingImport" || state === "PendingDeletion") return key;
  await change("ReplicateKey", { ReplicaRegion: "eu-central-1" });
  if (state === "Creating") return { ...key, region: "eu-central-1" };
  kms.clock.advance("2h");
  const replicaParameters = await parametersFor(kms, id, "eu-central-1");
  await send(kms, "ImportKeyMaterial", { KeyId: id, ...importInput(replicaParameters) }, "eu-central-1");
  if (state === "Disabled") await change("DisableKey");
  if (state === "PendingReplicaDeletion") await change("ScheduleKeyDeletion");
  if (state === "Updating") await change("UpdatePrimaryRegion", { PrimaryRegion: "eu-central-1" });
  return key;
}

async function parametersFor(kms: Emulator, id: string, region = kms.region) {
  const input = { KeyId: id, WrappingAlgorithm: "RSAES_OAEP_SHA_256", WrappingKeySpec: "RSA_2048" };
  const { body } = await send(kms, "GetParametersForImport", input, region);
  const publicKey = Buffer.from(textOf(body, "PublicKey"), "base64");
  const wrapped = Buffer.from(wrap("RSAES_OAEP_SHA_256", publicKey, material)).toString("base64");
  return { token: textOf(body, "ImportToken"), wrapped };
}

function importInput(parameters: PreparedKey["parameters"]) {
  return {
    ImportToken: parameters.token,
    EncryptedKeyMaterial: parameters.wrapped,
    ExpirationModel: "KEY_MATERIAL_DOES_NOT_EXPIRE",
  };
}

function inputOf(operation: string, key: PreparedKey): object {
  const inputs: Readonly<Record<string, object>> = {
    GetParametersForImport: { WrappingAlgorithm: "RSAES_OAEP_SHA_256", WrappingKeySpec: "RSA_2048" },
    ImportKeyMaterial: importInput(key.parameters),
    TagResource: { Tags: [{ TagKey: "a", TagValue: "b" }] },
    UntagResource: { TagKeys: ["a"] },
    UpdateKeyDescription: { Description: "new" },
    CreateAlias: { AliasName: `alias/${key.id}`, TargetKeyId: key.id },
    PutKeyPolicy: { Policy: policy },
    Encrypt: { Plaintext: "AAAA" },
    GenerateDataKey: { KeySpec: "AES_256" },
    GenerateDataKeyPair: { KeyPairSpec: "ECC_NIST_P256" },
    GenerateDataKeyPairWithoutPlaintext: { KeyPairSpec: "ECC_NIST_P256" },
    CreateGrant: { GranteePrincipal: "arn:aws:iam::111122223333:role/app", Operations: ["Encrypt"] },
  };
  return operation === "CreateAlias" ? { ...inputs[operation] } : { KeyId: key.id, ...inputs[operation] };
}
