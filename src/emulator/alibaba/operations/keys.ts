import { randomBytes, randomUUID } from "node:crypto";
import { given } from "../../given";
import type { Key } from "../../key";
import { emptyMaterial } from "../../material";
import { generatedMaterial } from "../../material-shape";
import { type AlibabaCall, keyArn, namedKey, usableKey } from "../call";
import { AlibabaError, invalid, unsupportedParameter } from "../errors";
import { flag, oneOf, required, tagList, text } from "../input";
import { keyFilters, passes } from "../key-filters";
import { keyMetadata, keyVersion } from "../metadata";
import { type Operation, operation } from "../operation";
import { paged, pageParameters } from "../paging";
import { asymmetricKeySpecs, keySpecNames, keySpecs } from "../specs";

export const keyId = required(text({ max: 256 }));
const description = text({ max: 8192 });
const policy = text({ max: 32_768 });
const policyName = oneOf(["default"]);

const createKey = operation(
  {
    KeySpec: oneOf([...keySpecNames, ...asymmetricKeySpecs]),
    KeyUsage: oneOf(["ENCRYPT/DECRYPT", "SIGN/VERIFY"]),
    Origin: oneOf(["Aliyun_KMS", "EXTERNAL"]),
    ProtectionLevel: oneOf(["SOFTWARE", "HSM"]),
    DKMSInstanceId: text({ pattern: /^kst-[\w-]{1,60}$/ }),
    Description: description,
    Policy: policy,
    Tags: tagList(),
    EnableAutomaticRotation: flag(),
  },
  async (call, input) => {
    const origin = input.Origin ?? "Aliyun_KMS";
    const spec = keySpecNames.find((name) => name === (input.KeySpec ?? "Aliyun_AES_256"));
    if (spec === undefined)
      throw new AlibabaError(origin === "EXTERNAL" ? "Unsupported.Origin" : "UnsupportedOperation");
    const row = keySpecs[spec];
    if (row.instanceOnly && input.DKMSInstanceId === undefined) throw invalid("KeySpec");
    if (input.KeyUsage === "SIGN/VERIFY") throw invalid("KeyUsage");
    if (input.EnableAutomaticRotation === true) {
      throw origin === "EXTERNAL"
        ? invalid("EnableAutomaticRotation")
        : unsupportedParameter("EnableAutomaticRotation", call.operation);
    }
    if (input.Policy !== undefined && input.DKMSInstanceId === undefined) throw invalid("Policy");
    const { DKMSInstanceId: instance, ProtectionLevel: level } = input;
    const key: Key = {
      ...newKey(call, instance !== undefined),
      spec,
      shape: row.shape,
      origin: origin === "EXTERNAL" ? "external" : "service",
      description: input.Description ?? "",
      policy: input.Policy ?? defaultPolicy(call.identity.accountId),
      tags: new Map(input.Tags ?? []),
      wireFacts: {
        protectionLevel: level ?? "SOFTWARE",
        ...given({ dkmsInstanceId: instance }),
      },
    };
    const { store } = call.world;
    if (key.origin === "service") {
      const bytes = await generatedMaterial(key.shape);
      const id = store.materialId(key.id, bytes);
      key.materials.push({ ...emptyMaterial(id, "current"), bytes, importedAtMs: call.nowMs });
    }
    store.add(key);
    call.created = key;
    return { KeyMetadata: keyMetadata(key, call.nowMs) };
  },
);

const describeKey = operation(
  { KeyId: keyId },
  (call, input) => ({ KeyMetadata: keyMetadata(namedKey(call, input.KeyId, { aliases: true }), call.nowMs) }),
  "reads",
);

const listKeys = operation(
  { ...pageParameters, Filters: keyFilters() },
  (call, input) => {
    const { store, visibility } = call.world;
    const keys = store
      .list(call.identity.accountId, call.region)
      .filter((key) => visibility.lists(key, call.nowMs))
      .filter((key) => passes(key, input.Filters ?? [], call.nowMs));
    const { shown, counts } = paged(keys, input);
    return { Keys: { Key: shown.map((key) => ({ KeyId: key.id, KeyArn: key.arn })) }, ...counts };
  },
  "reads",
);

const listKeyVersions = operation(
  { KeyId: keyId, ...pageParameters },
  (call, input) => {
    const { shown, counts } = paged([keyVersion(namedKey(call, input.KeyId))], input);
    return { KeyVersions: { KeyVersion: shown }, ...counts };
  },
  "reads",
);

const describeKeyVersion = operation(
  { KeyId: keyId, KeyVersionId: required(text({ max: 64 })) },
  (call, input) => {
    const version = keyVersion(namedKey(call, input.KeyId));
    if (version.KeyVersionId !== input.KeyVersionId) throw invalid("KeyVersionId");
    return { KeyVersion: version };
  },
  "reads",
);

const setDeletionProtection = operation(
  {
    ProtectedResourceArn: required(text({ max: 256 })),
    EnableDeletionProtection: required(flag()),
    DeletionProtectionDescription: text({ max: 4096 }),
  },
  (call, input) => {
    const key = usableKey(call, input.ProtectedResourceArn);
    key.wireFacts = {
      ...key.wireFacts,
      deletionProtection: input.EnableDeletionProtection ? "Enabled" : "Disabled",
      ...given({ deletionProtectionDescription: input.DeletionProtectionDescription }),
    };
    return {};
  },
);

export const keyOperations: Readonly<Record<string, Operation>> = {
  CreateKey: createKey,
  DescribeKey: describeKey,
  ListKeys: listKeys,
  ListKeyVersions: listKeyVersions,
  DescribeKeyVersion: describeKeyVersion,
  SetDeletionProtection: setDeletionProtection,
  UpdateKeyDescription: operation({ KeyId: keyId, Description: required(description) }, (call, input) => {
    usableKey(call, input.KeyId).description = input.Description;
    return {};
  }),
  GetKeyPolicy: operation(
    { KeyId: keyId, PolicyName: policyName },
    (call, input) => ({ Policy: inInstance(namedKey(call, input.KeyId)).policy }),
    "reads",
  ),
  SetKeyPolicy: operation({ KeyId: keyId, PolicyName: policyName, Policy: required(policy) }, (call, input) => {
    inInstance(usableKey(call, input.KeyId)).policy = input.Policy;
    return {};
  }),
};

/** Key policies are for keys in a KMS instance. */
function inInstance(key: Key): Key {
  if (key.wireFacts?.["dkmsInstanceId"] === undefined) throw new AlibabaError("UnsupportedOperation");
  return key;
}

function defaultPolicy(accountId: string): string {
  return JSON.stringify({
    Version: "1",
    Statement: [
      {
        Sid: "kms default key policy",
        Effect: "Allow",
        Principal: { RAM: [`acs:ram::${accountId}:*`] },
        Action: ["kms:*"],
        Resource: ["*"],
      },
    ],
  });
}

function newKey(call: AlibabaCall, inAnInstance: boolean) {
  const id = inAnInstance ? `key-${randomBytes(10).toString("hex")}` : randomUUID();
  const { accountId } = call.identity;
  return {
    id,
    arn: keyArn(call.region, accountId, id),
    accountId,
    region: call.region,
    usage: "ENCRYPT/DECRYPT",
    severalMaterials: false,
    createdAtMs: call.nowMs,
    multiRegion: "none" as const,
    enabled: true,
    deletion: undefined,
    usableFromMs: call.nowMs,
    updatingUntilMs: 0,
    materials: [],
    automaticRotation: undefined,
    onDemandRotations: 0,
  };
}
