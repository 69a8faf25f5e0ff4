import { randomUUID } from "node:crypto";
import { unsupported } from "../../aws-json/errors";
import { flag, integer, listOf, required, text } from "../../aws-json/input";
import { page } from "../../aws-json/paging";
import { defaultPolicy, rewrittenPolicy } from "../../aws-json/policy";
import { tags, withTags } from "../../aws-json/tags";
import { type Key, untouchedKey } from "../../key";
import { emptyMaterial } from "../../material";
import { generatedMaterial } from "../../material-shape";
import { keyArn, qkmsRegion } from "../arn";
import { namedKey, type Operation, operation, type QkmsCall, usableKey } from "../call";
import { keyMetadata } from "../metadata";

export const keyId = required(text({ min: 1, max: 2048 }));
export const grantTokens = listOf(text({ min: 1, max: 8192 }));
const policyText = text({ min: 1, max: 131_072 });

const createKey = operation(
  {
    Policy: policyText,
    Description: text({ max: 8192 }),
    KeyUsage: text(),
    CustomerMasterKeySpec: text(),
    Origin: text(),
    BypassPolicyLockoutSafetyCheck: flag(),
    Tags: tags,
    MultiRegion: flag(),
  },
  async (call, input) => {
    const { store } = call.world;
    const { KeyUsage = "ENCRYPT_DECRYPT", CustomerMasterKeySpec = "SYMMETRIC_DEFAULT", Origin = "QKMS" } = input;
    if (CustomerMasterKeySpec !== "SYMMETRIC_DEFAULT" || KeyUsage !== "ENCRYPT_DECRYPT") {
      throw unsupported(`${CustomerMasterKeySpec} with ${KeyUsage} is not supported here.`);
    }
    const native = Origin === "QKMS" || Origin === "AWS_KMS";
    const multiRegion = input.MultiRegion === true;
    // Nothing is documented about replicas of keys with imported material.
    if (!native && (Origin !== "EXTERNAL" || multiRegion)) throw unsupported(`Origin ${Origin} is not supported.`);
    const id = multiRegion ? `mrk-${randomUUID().replaceAll("-", "")}` : randomUUID();
    const key: Key = {
      id,
      arn: keyArn(call.accountId, id),
      accountId: call.accountId,
      region: qkmsRegion,
      spec: CustomerMasterKeySpec,
      usage: KeyUsage,
      shape: { kind: "raw", lengthBytes: 32 },
      origin: native ? "service" : "external",
      severalMaterials: false,
      multiRegion: multiRegion ? "primary" : "none",
      description: input.Description ?? "",
      policy: keptPolicy(call, input.Policy),
      tags: withTags(new Map(), input.Tags ?? []),
      ...untouchedKey(call.nowMs),
    };
    if (native) {
      const bytes = await generatedMaterial(key.shape);
      key.materials.push({ ...emptyMaterial(store.materialId(id, bytes), "current"), bytes });
    }
    store.add(key);
    call.created = key;
    return { KeyMetadata: keyMetadata(key, call.nowMs, "QAccountId") };
  },
);

export const keyOperations: Readonly<Record<string, Operation>> = {
  CreateKey: createKey,
  DescribeKey: operation(
    { KeyId: keyId, GrantTokens: grantTokens },
    (call, input) => ({ KeyMetadata: keyMetadata(usableKey(call, input.KeyId), call.nowMs, "AWSAccountId") }),
    "reads",
  ),
  ListKeys: operation(
    { Limit: integer({ min: 1, max: 1000 }), Marker: text({ min: 1, max: 1024 }) },
    (call, input) => {
      const { store, visibility } = call.world;
      const keys = store.list(call.accountId, qkmsRegion).filter((key) => visibility.lists(key, call.nowMs));
      const { shown, end } = page(keys, (key) => key.id, input, 100);
      return { Keys: shown.map((key) => ({ KeyId: key.id, KeyArn: key.arn })), ...end };
    },
    "reads",
  ),
  UpdateKeyDescription: operation({ KeyId: keyId, Description: required(text({ max: 8192 })) }, (call, input) => {
    usableKey(call, input.KeyId).description = input.Description;
    return {};
  }),
  GetKeyPolicy: operation(
    { KeyId: keyId, PolicyName: text() },
    (call, input) => ({ Policy: namedKey(call, input.KeyId).policy, PolicyName: "default" }),
    "reads",
  ),
  PutKeyPolicy: operation(
    { KeyId: keyId, PolicyName: text(), Policy: required(policyText), BypassPolicyLockoutSafetyCheck: flag() },
    (call, input) => {
      usableKey(call, input.KeyId).policy = keptPolicy(call, input.Policy);
      return {};
    },
  ),
};

/** As it was given, once it has the shape of a policy: that QKMS rewrites policies is not documented. */
function keptPolicy(call: QkmsCall, given: string | undefined): string {
  if (given === undefined) return defaultPolicy("aws", call.accountId);
  rewrittenPolicy(given, "aws");
  return given;
}
