import { member, textOf } from "../support/wire";
import { blob, type Recording, type Script } from "./recording";

/** The second Region where the recording names it; elsewhere its name does not show. */
const otherRegion = "ap-southeast-1";
export const symmetricSpec = { KeyUsage: "ENCRYPT_DECRYPT", KeySpec: "SYMMETRIC_DEFAULT" } as const;
export const tags = (...numbers: number[]) => numbers.map((n) => ({ TagKey: `tag${n}`, TagValue: `value${n}` }));

export const differentRegion: Script = async (aws) => {
  const { id, arn } = await aws.create({ Description: "test key 123" }, otherRegion);
  return {
    "describe-key-diff-region-with-id": await aws.describe(id),
    "describe-key-diff-region-with-arn": await aws.describe(arn),
    "describe-key-same-specific-region-with-id": await aws.describe(id, otherRegion),
    "describe-key-same-specific-region-with-arn": await aws.describe(arn, otherRegion),
  };
};

export const missingKey: Script = async (aws) => {
  const { id, arn } = await aws.create();
  const absent = "134f2428-cec1-4b25-a1ae-9048164dba47";
  return {
    "describe-nonexistent-key-with-id": await aws.describe(absent),
    "describe-nonexistent-with-arn": await aws.describe(arn.replace(id, absent)),
    "describe-key-with-valid-id-mrk": await aws.describe("mrk-d3b95762d3b95762d3b95762d3b95762"),
  };
};

export const malformedIds: Script = async (aws) => ({
  "describe-key-with-invalid-uuid": await aws.describe("fake-key-id"),
  "describe-key-with-invalid-uuid-2": await aws.describe("134f2428cec14b25a1ae9048164dba47"),
  "describe-key-with-invalid-uuid-mrk": await aws.describe("mrk-fake-key-id"),
});

export const replicateKey: Script = async (aws) => {
  const { id } = await aws.create({ MultiRegion: true, Description: "test replicated key" });
  return {
    "describe-key-from-different-region": await aws.describe(id, otherRegion),
    "replicate-key": await aws.send("ReplicateKey", { KeyId: id, ReplicaRegion: otherRegion }),
    "describe-key-from-region": await aws.describe(id),
    "describe-replicated-key": await aws.describe(id, otherRegion),
  };
};

export const replicateReplica: Script = async (aws) => {
  const { id } = await aws.create({ MultiRegion: true });
  const input = { KeyId: id, ReplicaRegion: otherRegion };
  await aws.send("ReplicateKey", input);
  return { "fail-replicate-non-primary-key": await aws.send("ReplicateKey", input, otherRegion) };
};

export const wrongUsages: Script = async (aws) => {
  const mac = (await aws.create({ KeySpec: "HMAC_224", KeyUsage: "GENERATE_VERIFY_MAC" })).id;
  const symmetric = (await aws.create()).id;
  const signing = (await aws.create({ KeySpec: "RSA_2048", KeyUsage: "SIGN_VERIFY" })).id;
  const Message = blob("message");
  const sealed = await aws.send("Encrypt", { KeyId: symmetric, Plaintext: Message });
  const ecdsa = { KeyId: symmetric, Message, SigningAlgorithm: "ECDSA_SHA_256", Signature: blob("random text") };
  return {
    "generate-mac-invalid-key-id": await aws.send("GenerateMac", {
      KeyId: symmetric,
      Message,
      MacAlgorithm: "HMAC_SHA_224",
    }),
    "sign-invalid-key-id": await aws.send("Sign", { KeyId: mac, Message, SigningAlgorithm: "RSASSA_PSS_SHA_256" }),
    "verify-invalid-key-id": await aws.send("Verify", ecdsa),
    "encrypt-invalid-key-id": await aws.send("Encrypt", { KeyId: signing, Plaintext: Message }),
    "decrypt-invalid-key-id": await aws.send("Decrypt", {
      KeyId: mac,
      CiphertextBlob: textOf(sealed.body, "CiphertextBlob"),
    }),
  };
};

export const invalidMac =
  (algorithm: string, message: string): Script =>
  async (aws) => {
    const { id } = await aws.create({ KeySpec: "HMAC_256", KeyUsage: "GENERATE_VERIFY_MAC" });
    const input = { KeyId: id, Message: blob("some important message"), MacAlgorithm: "HMAC_SHA_256" };
    const made = await aws.send("GenerateMac", input);
    const checked = { KeyId: id, Message: blob(message), MacAlgorithm: algorithm, Mac: textOf(made.body, "Mac") };
    return { "generate-mac": made, "verify-mac": await aws.send("VerifyMac", checked) };
  };

export const invalidHmacKeys: Script = async (aws) => ({
  "create-hmac-key-without-key-usage": await aws.send("CreateKey", { KeySpec: "HMAC_256" }),
  "create-hmac-key-invalid-spec": await aws.send("CreateKey", { KeySpec: "HMAC_random" }),
  "create-hmac-key-invalid-key-usage": await aws.send("CreateKey", { KeySpec: "HMAC_256", KeyUsage: "RANDOM" }),
});

export const hmacKey: Script = async (aws) => {
  const { id, metadata } = await aws.create({
    Description: "test key",
    KeySpec: "HMAC_256",
    KeyUsage: "GENERATE_VERIFY_MAC",
  });
  return { "create-hmac-key": metadata, "describe-key": await metadataOf(aws, id) };
};

const listedTags = async (aws: Recording, id: string): Promise<unknown> =>
  member((await aws.send("ListResourceTags", { KeyId: id })).body, "Tags");

export const tagChange =
  (step: string, created: object[], operation: string, input: object): Script =>
  async (aws) => {
    const { id } = await aws.create({ Description: "test key 123", Tags: created });
    const before = await listedTags(aws, id);
    await aws.send(operation, { KeyId: id, ...input });
    return { "list-resource-tags": before, [step]: await listedTags(aws, id) };
  };

export const tagExisting: Script = async (aws) => {
  const { id } = await aws.create();
  await aws.send("TagResource", { KeyId: id, Tags: tags(1, 2) });
  const before = await listedTags(aws, id);
  await aws.send("UntagResource", { KeyId: id, TagKeys: ["tag1", "tag2"] });
  return { "list-resource-tags": before, "list-resource-tags-after-all-untagged": await listedTags(aws, id) };
};

export const refusedTags =
  (step: string, given: object[], existing = false): Script =>
  async (aws) =>
    existing
      ? { [step]: await aws.send("TagResource", { KeyId: (await aws.create()).id, Tags: given }) }
      : { [step]: await aws.send("CreateKey", { Tags: given }) };

export const rotate =
  (step: string, input: object, prepare?: string): Script =>
  async (aws) => {
    const { id } = await aws.create(input);
    if (prepare !== undefined) await aws.send(prepare, { KeyId: id });
    return { [step]: await aws.send("RotateKeyOnDemand", { KeyId: id }) };
  };

export const rotateWithStatus =
  (automatic: boolean): Script =>
  async (aws) => {
    const { id } = await aws.create(symmetricSpec);
    if (automatic) await aws.send("EnableKeyRotation", { KeyId: id });
    return {
      "rotate-on-demand-response": await aws.send("RotateKeyOnDemand", { KeyId: id }),
      "rotation-status-response-after-rotation": await aws.send("GetKeyRotationStatus", { KeyId: id }),
    };
  };

export const automaticRotation =
  (days: number): Script =>
  async (aws) => {
    const { id } = await aws.create(symmetricSpec);
    await aws.send("EnableKeyRotation", { KeyId: id, RotationPeriodInDays: days });
    return { match_response: await aws.send("GetKeyRotationStatus", { KeyId: id }) };
  };

export const rotationLimit: Script = async (aws) => {
  const { id } = await aws.create(symmetricSpec);
  for (;;) {
    const reply = await aws.send("RotateKeyOnDemand", { KeyId: id });
    if (reply.status !== 200) return { "error-response": reply };
  }
};

export const aliasArn: Script = async (aws) => {
  const { id, arn, metadata } = await aws.create({ Description: "test - description" });
  await aws.send("CreateAlias", { AliasName: "alias/test", TargetKeyId: id });
  return { "created-key": metadata, "describe-key": await aws.describe(arn.replace(`key/${id}`, "alias/test")) };
};

const metadataOf = async (aws: Recording, id: string): Promise<unknown> =>
  member((await aws.describe(id)).body, "KeyMetadata");

export const createdKey =
  (step: string, input: object): Script =>
  async (aws) => ({ [step]: await metadataOf(aws, (await aws.create(input)).id) });
