import { randomUUID } from "node:crypto";
import { type Key, untouchedKey } from "../../key";
import { emptyMaterial } from "../../material";
import { generatedMaterial } from "../../material-shape";
import { keyArn } from "../arn";
import { type AwsCall, usableKey } from "../call";
import { unsupported, validation } from "../../aws-json/errors";
import { flag, integer, oneOf, required, text } from "../../aws-json/input";
import { keyMetadata } from "../metadata";
import { grantTokens, type Operation, operation } from "../operation";
import { requireGrantTokens } from "../grant-token";
import { page } from "../../aws-json/paging";
import { policyFor, policyText } from "../policy";
import { keySpecNames, keySpecs, keyUsages, type KeySpec, type KeyUsage, shapeIn } from "../specs";
import { tags, withTags } from "../../aws-json/tags";

export const keyId = required(text({ min: 1, max: 2048 }));
export const description = text({ max: 8192 });
const origins = ["AWS_KMS", "EXTERNAL", "AWS_CLOUDHSM", "EXTERNAL_KEY_STORE"] as const;

const createKey = operation(
  {
    Policy: policyText,
    Description: description,
    KeyUsage: oneOf(keyUsages),
    CustomerMasterKeySpec: oneOf(keySpecNames),
    KeySpec: oneOf(keySpecNames),
    Origin: oneOf(origins),
    BypassPolicyLockoutSafetyCheck: flag(),
    Tags: tags,
    MultiRegion: flag(),
  },
  async (call, input) => {
    const { store } = call.world;
    const origin = input.Origin ?? "AWS_KMS";
    if (origin !== "AWS_KMS" && origin !== "EXTERNAL") throw unsupported(`Origin ${origin} is not supported.`);
    if (input.KeySpec !== undefined && input.CustomerMasterKeySpec !== undefined) {
      throw validation(
        "You cannot specify KeySpec and CustomerMasterKeySpec in the same request. CustomerMasterKeySpec is deprecated.",
      );
    }
    const spec = input.KeySpec ?? input.CustomerMasterKeySpec ?? "SYMMETRIC_DEFAULT";
    const key: Key = {
      ...newKey(call, spec, checkedUsage(spec, input.KeyUsage), input.MultiRegion === true),
      origin: origin === "EXTERNAL" ? "external" : "service",
      description: input.Description ?? "",
      policy: policyFor(call, call.region, input.Policy),
      tags: withTags(new Map(), input.Tags ?? []),
    };
    if (key.origin === "service") {
      const bytes = await generatedMaterial(key.shape);
      const id = store.materialId(key.id, bytes);
      key.materials.push({ ...emptyMaterial(id, "current"), bytes, importedAtMs: call.nowMs });
    }
    store.add(key);
    call.created = key;
    return { KeyMetadata: keyMetadata(store, key, call.nowMs) };
  },
);

const describeKey = operation(
  { KeyId: keyId, GrantTokens: grantTokens },
  (call, input) => {
    requireGrantTokens(call, input.GrantTokens);
    const key = usableKey(call, input.KeyId, { aliases: true });
    return { KeyMetadata: keyMetadata(call.world.store, key, call.nowMs) };
  },
  "reads",
);

const listKeys = operation(
  { Limit: integer({ min: 1, max: 1000 }), Marker: text({ min: 1, max: 1024 }) },
  (call, input) => {
    const { store, visibility } = call.world;
    const keys = store.list(call.accountId, call.region).filter((key) => visibility.lists(key, call.nowMs));
    const { shown, end } = page(keys, (key) => key.id, input, 100);
    return { Keys: shown.map((key) => ({ KeyId: key.id, KeyArn: key.arn })), ...end };
  },
  "reads",
);

const updateKeyDescription = operation({ KeyId: keyId, Description: required(description) }, (call, input) => {
  usableKey(call, input.KeyId).description = input.Description;
  return {};
});

export const keyOperations: Readonly<Record<string, Operation>> = {
  CreateKey: createKey,
  DescribeKey: describeKey,
  ListKeys: listKeys,
  UpdateKeyDescription: updateKeyDescription,
};

function checkedUsage(spec: KeySpec, given: KeyUsage | undefined): KeyUsage {
  if (given === undefined) {
    if (spec === "SYMMETRIC_DEFAULT") return "ENCRYPT_DECRYPT";
    throw validation("You must specify a KeyUsage value for all KMS keys except for symmetric encryption keys.");
  }
  const allowed: readonly KeyUsage[] = keySpecs[spec].usages;
  if (!allowed.includes(given)) throw validation(`KeyUsage ${given} is not compatible with KeySpec ${spec}`);
  return given;
}

function newKey(call: AwsCall, spec: KeySpec, usage: KeyUsage, multiRegion: boolean) {
  const id = multiRegion ? `mrk-${randomUUID().replaceAll("-", "")}` : randomUUID();
  return {
    id,
    arn: keyArn(call.region, call.accountId, id),
    accountId: call.accountId,
    region: call.region,
    spec,
    usage,
    shape: shapeIn(call.region, spec),
    severalMaterials: spec === "SYMMETRIC_DEFAULT",
    multiRegion: multiRegion ? ("primary" as const) : ("none" as const),
    ...untouchedKey(call.nowMs),
  };
}
