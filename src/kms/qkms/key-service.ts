import { ByokError } from "../../engine/errors";
import type {
  ImportParameters,
  KeyReads,
  KeyService,
  KeyWrites,
  MaterialImport,
  MaterialImports,
} from "../../engine/key-service";
import type { Tags } from "../../engine/key";
import { settledError, settledReading } from "../refusal";
import { type Answer, keyDescription, keyPage, nextMarker, reader, sameArn, tagRecord, untrusted } from "./answers";
import { readQkmsKeyArn } from "./arn";
import { qkmsProfile } from "./profile";
import type { QkmsRequests, SendRequest } from "./requests";

/** Beyond what is documented, so on the generous side; in bytes. */
const longestToken = 32 * 1024;
const longestPublicKey = 4_096;
const tagsPerPage = 50;
/** AWS allows as many tags as stand on one page; a list that goes on and on is no list of tags. */
const mostTagPages = 20;
const keysPerPage = 100;

/** QKMS at one endpoint. Only members that its documentation lists are sent. */
export function qkmsKeyService(requests: QkmsRequests): KeyService {
  return {
    profile: qkmsProfile,
    region: "",
    ...keyReads(requests),
    ...materialImports(requests.send),
    ...keyWrites(requests.send),
  };
}

const reads = (resource?: string) => ({ changes: false, ...(resource === undefined ? {} : { resource }) });
const changes = (resource?: string) => ({ changes: true, ...(resource === undefined ? {} : { resource }) });

/** What is read in the answer to a question: whatever is wrong with it, nothing was done. */
const read = <T>(reading: () => T): T => settledReading(reading, reads());

function keyReads({ send, find }: QkmsRequests): KeyReads {
  return {
    async describe(keyArn, call) {
      const { answer, at } = await find("DescribeKey", { KeyId: keyArn }, reads(keyArn), call);
      const value = answer === undefined ? null : read(() => keyDescription(answer, keyArn, "DescribeKey"));
      return { value, at };
    },

    async policy(keyArn, call) {
      const { answer } = await send("GetKeyPolicy", { KeyId: keyArn, PolicyName: "default" }, reads(keyArn), call);
      return read(() => reader(answer, "GetKeyPolicy").text("Policy"));
    },

    async tags(keyArn, call) {
      let tags: Tags = {};
      let marker: string | undefined;
      for (let pages = 0; pages < mostTagPages; pages++) {
        const page = { KeyId: keyArn, Limit: tagsPerPage, ...(marker === undefined ? {} : { Marker: marker }) };
        const { answer } = await send("ListResourceTags", page, reads(keyArn), call);
        tags = { ...tags, ...read(() => tagRecord(answer, "ListResourceTags")) };
        marker = read(() => nextMarker(answer, "ListResourceTags")).next;
        if (marker === undefined) return tags;
      }
      throw settledError(untrusted("ListResourceTags", "NextMarker"), reads());
    },

    materials: async (keyArn) => {
      throw absent("list of key materials", keyArn);
    },

    async listKeys(marker, call) {
      const page = { Limit: keysPerPage, ...(marker === undefined ? {} : { Marker: marker }) };
      const { answer } = await send("ListKeys", page, reads(), call);
      return read(() => keyPage(answer, "ListKeys"));
    },

    /** There is no request for it. ListKeys shows keys of the caller's account only, so that their ARNs tell it. */
    async callerAccount(call) {
      const { answer } = await send("ListKeys", { Limit: 1 }, reads(), call);
      const [arn] = read(() => keyPage(answer, "ListKeys").arns);
      return arn === undefined ? undefined : readQkmsKeyArn(arn)?.accountId;
    },
  };
}

function materialImports(send: SendRequest): MaterialImports {
  return {
    async importParameters(keyArn, algorithm, wrappingKeySpec, call) {
      const input = { KeyId: keyArn, WrappingAlgorithm: algorithm, WrappingKeySpec: wrappingKeySpec };
      const { answer, at } = await send("GetParametersForImport", input, reads(keyArn), call);
      const parameters = (): ImportParameters => {
        const members = reader(answer, "GetParametersForImport");
        const validTo = members.optionalInstant("ParametersValidTo");
        return {
          keyArn: sameArn(keyArn, members.keyArn("KeyId"), "GetParametersForImport"),
          publicKey: members.bytes("PublicKey", longestPublicKey),
          token: members.bytes("ImportToken", longestToken),
          ...(validTo === undefined ? {} : { validTo }),
        };
      };
      return { value: read(parameters), at };
    },

    async importMaterial(request, call) {
      const { at } = await send("ImportKeyMaterial", importInput(request), changes(request.keyArn), call);
      return { value: {}, at };
    },

    async deleteMaterial(keyArn, _materialId, call) {
      await send("DeleteImportedKeyMaterial", { KeyId: keyArn }, changes(keyArn), call);
    },
  };
}

/** The expiration model is required, even where nothing expires. */
function importInput({ keyArn, token, wrappedMaterial, validTo }: MaterialImport): Answer {
  return {
    KeyId: keyArn,
    ImportToken: token.toString("base64"),
    EncryptedKeyMaterial: wrappedMaterial.toString("base64"),
    ...(validTo === undefined
      ? { ExpirationModel: "KEY_MATERIAL_DOES_NOT_EXPIRE" }
      : { ExpirationModel: "KEY_MATERIAL_EXPIRES", ValidTo: Math.floor(validTo) }),
  };
}

function keyWrites(send: SendRequest): KeyWrites {
  return {
    async create(key, call) {
      const { answer, at } = await send(
        "CreateKey",
        {
          Origin: "EXTERNAL",
          CustomerMasterKeySpec: key.spec,
          KeyUsage: key.usage,
          ...(key.description === undefined ? {} : { Description: key.description }),
          ...(key.policy === undefined ? {} : { Policy: key.policy }),
          ...(key.bypassPolicyLockoutSafetyCheck === true ? { BypassPolicyLockoutSafetyCheck: true } : {}),
          ...(Object.keys(key.tags).length === 0 ? {} : { Tags: tagList(key.tags) }),
        },
        changes(),
        call,
      );
      return { value: keyDescription(answer, undefined, "CreateKey"), at };
    },

    replicate: async ({ primaryArn }) => {
      throw absent("replicas of keys with imported material", primaryArn);
    },

    async setEnabled(keyArn, enabled, call) {
      await send(enabled ? "EnableKey" : "DisableKey", { KeyId: keyArn }, changes(keyArn), call);
    },

    async setDescription(keyArn, description, call) {
      await send("UpdateKeyDescription", { KeyId: keyArn, Description: description }, changes(keyArn), call);
    },

    async setPolicy(keyArn, policy, bypassLockoutSafetyCheck, call) {
      const input = {
        KeyId: keyArn,
        PolicyName: "default",
        Policy: policy,
        ...(bypassLockoutSafetyCheck ? { BypassPolicyLockoutSafetyCheck: true } : {}),
      };
      await send("PutKeyPolicy", input, changes(keyArn), call);
    },

    async tag(keyArn, tags, call) {
      await send("TagResource", { KeyId: keyArn, Tags: tagList(tags) }, changes(keyArn), call);
    },

    async untag(keyArn, tagKeys, call) {
      await send("UntagResource", { KeyId: keyArn, TagKeys: [...tagKeys] }, changes(keyArn), call);
    },

    async scheduleDeletion(keyArn, windowDays, call) {
      const input = { KeyId: keyArn, PendingWindowInDays: windowDays };
      const { answer } = await send("ScheduleKeyDeletion", input, changes(keyArn), call);
      return reader(answer, "ScheduleKeyDeletion").optionalInstant("DeletionDate");
    },

    async cancelDeletion(keyArn, call) {
      await send("CancelKeyDeletion", { KeyId: keyArn }, changes(keyArn), call);
    },
  };
}

function tagList(tags: Tags): readonly Answer[] {
  return Object.entries(tags).map(([TagKey, TagValue]) => ({ TagKey, TagValue }));
}

function absent(what: string, keyArn: string): ByokError {
  return new ByokError("service_refused", `QKMS has no ${what}, so nothing was asked about ${keyArn}.`);
}
