import type { Clock } from "../../engine/clock";
import type { Call } from "../../engine/call";
import { ByokError, canceled } from "../../engine/errors";
import type { EpochSeconds } from "../../engine/instant";
import type { KeyDescription, Tags } from "../../engine/key";
import type { KeyReads, KeyService, KeyWrites, MaterialImports, NewKey, Observed } from "../../engine/key-service";
import { type Attempt, settledReading } from "../refusal";
import { type Fields, keyDescription, reader, sameKey, tagRecord } from "./answers";
import { parseAlibabaKeyArn } from "./arn";
import type { CredentialProvider } from "./credentials";
import { answerError, classified } from "./errors";
import { alibabaProfile } from "./profile";
import { type Rpc, type RpcAnswer, type RpcCall, stsVersion } from "./rpc";

export const kmsVersion = "2016-01-20";

/** In bytes; the key of 2048 bits has 294. */
const longestPublicKey = 4_096;
const keysPerPage = 100;

/** One Region of Alibaba Cloud KMS and all that requests to it need. */
export interface RegionalApi {
  readonly region: string;
  readonly kms: URL;
  readonly sts: URL;
  /** Parameters that go along with every request to KMS. */
  readonly everywhere: Readonly<Record<string, string>>;
  readonly rpc: Rpc;
  readonly credentials: CredentialProvider;
  readonly clock: Clock;
}

/** Alibaba Cloud KMS in one Region, by the RPC-style API of 2016-01-20. Sends each request once. */
export function alibabaKeyService(api: RegionalApi): KeyService {
  return {
    profile: alibabaProfile,
    region: api.region,
    ...keyReads(api),
    ...materialImports(api),
    ...keyWrites(api),
  };
}

interface Question {
  readonly action: string;
  /** Whether it changes something. */
  readonly changes: boolean;
  /** The ARN of the key that it is about, whose id goes along as a parameter. */
  readonly keyArn?: string;
  /** The ARN of the key where another parameter names it. */
  readonly resource?: string;
  readonly parameters?: Readonly<Record<string, string>>;
}

const reads = (action: string, keyArn?: string, parameters?: Question["parameters"]): Question => ({
  action,
  changes: false,
  ...(keyArn === undefined ? {} : { keyArn }),
  ...(parameters === undefined ? {} : { parameters }),
});

const changes = (action: string, keyArn?: string, parameters?: Question["parameters"]): Question => ({
  ...reads(action, keyArn, parameters),
  changes: true,
});

/** Asks KMS and gives what is read in a good answer; an error of KMS is thrown, classified. */
async function asked<T>(
  api: RegionalApi,
  question: Question,
  call: Call | undefined,
  read: (fields: Fields) => T,
): Promise<Observed<T>> {
  const answer = await answered(api, question, call);
  const attempt = attemptOf(api, question);
  if (!answer.ok) throw answerError(answer, attempt);
  return { value: settledReading(() => read(answer.fields), attempt), at: moment(api, answer) };
}

function answered(api: RegionalApi, question: Question, call: Call | undefined): Promise<RpcAnswer> {
  const { action, keyArn, parameters } = question;
  // By its id and not by its ARN: that is what the documentation of each operation takes.
  const key: Readonly<Record<string, string>> = keyArn === undefined ? {} : { KeyId: parseAlibabaKeyArn(keyArn).keyId };
  const request = { endpoint: api.kms, action, version: kmsVersion };
  return sent(
    api,
    attemptOf(api, question),
    { ...request, parameters: { ...api.everywhere, ...key, ...parameters } },
    call,
  );
}

async function sent(
  api: RegionalApi,
  attempt: Attempt,
  request: Omit<RpcCall, "credentials">,
  call: Call | undefined,
): Promise<RpcAnswer> {
  if (call?.signal?.aborted === true) throw canceled();
  try {
    const credentials = await api.credentials();
    // A change that is under way runs to its answer: to give up the wait would only leave its effect unknown.
    return await api.rpc({ ...request, credentials }, attempt.changes ? undefined : call?.signal);
  } catch (thrown) {
    throw classified(thrown, attempt);
  }
}

function attemptOf(
  { region }: RegionalApi,
  { action, changes: changing, keyArn, resource = keyArn }: Question,
): Attempt {
  return { action: `kms:${action}`, changes: changing, ...(resource === undefined ? { region } : { resource }) };
}

function moment({ clock }: RegionalApi, { at }: RpcAnswer): EpochSeconds {
  return at ?? Math.floor(clock.now() / 1000);
}

function keyReads(api: RegionalApi): KeyReads {
  return {
    async describe(keyArn, call) {
      const question = reads("DescribeKey", keyArn);
      const attempt = attemptOf(api, question);
      const answer = await answered(api, question, call);
      const at = moment(api, answer);
      if (!answer.ok) {
        if (answer.name === "Forbidden.KeyNotFound") return { value: null, at };
        throw answerError(answer, attempt);
      }
      const read = (): KeyDescription => {
        const key = keyDescription(answer.fields, "DescribeKey");
        sameKey(keyArn, key.arn, "DescribeKey");
        return key;
      };
      return { value: settledReading(read, attempt), at };
    },

    async policy(keyArn, call) {
      const question = reads("GetKeyPolicy", keyArn, { PolicyName: "default" });
      const { value } = await asked(api, question, call, ({ Policy }) => reader("GetKeyPolicy").text(Policy, "Policy"));
      return value;
    },

    async tags(keyArn, call) {
      const question = reads("ListResourceTags", keyArn);
      const { value } = await asked(api, question, call, (fields) => tagRecord(fields, "ListResourceTags"));
      return value;
    },

    materials() {
      throw new ByokError("internal", "Alibaba Cloud KMS has no list of materials. Please report this.");
    },

    async listKeys(marker, call) {
      const page = marker === undefined ? 1 : Number(marker);
      const paging = { PageNumber: String(page), PageSize: String(keysPerPage) };
      const { value } = await asked(api, reads("ListKeys", undefined, paging), call, (fields) => {
        const read = reader("ListKeys");
        const keys = read.list(read.fields(fields["Keys"], "Keys")["Key"], "Key");
        const total = read.wholeNumber(fields["TotalCount"], "TotalCount");
        return {
          arns: keys.map((key) => read.keyArn(read.fields(key, "Key")["KeyArn"], "KeyArn")),
          // An empty page ends the list, whatever the count says: keys may go while it is read.
          ...(keys.length > 0 && page * keysPerPage < total ? { next: String(page + 1) } : {}),
        };
      });
      return value;
    },

    async callerAccount(call) {
      const attempt: Attempt = { action: "sts:GetCallerIdentity", changes: false, region: api.region };
      const request = { endpoint: api.sts, action: "GetCallerIdentity", version: stsVersion, parameters: {} };
      const answer = await sent(api, attempt, request, call);
      if (!answer.ok) throw answerError(answer, attempt);
      const { fields } = answer;
      return settledReading(() => reader("GetCallerIdentity").text(fields["AccountId"], "AccountId"), attempt);
    },
  };
}

function materialImports(api: RegionalApi): MaterialImports {
  return {
    async importParameters(keyArn, algorithm, wrappingKeySpec, call) {
      const wrapping = { WrappingAlgorithm: algorithm, WrappingKeySpec: wrappingKeySpec };
      return asked(api, reads("GetParametersForImport", keyArn, wrapping), call, (fields) => {
        const read = reader("GetParametersForImport");
        const expiry = fields["TokenExpireTime"];
        sameKey(parseAlibabaKeyArn(keyArn).keyId, read.text(fields["KeyId"], "KeyId"), "GetParametersForImport");
        return {
          keyArn,
          publicKey: read.bytes(fields["PublicKey"], "PublicKey", longestPublicKey),
          token: Buffer.from(read.text(fields["ImportToken"], "ImportToken"), "utf8"),
          ...(expiry === undefined ? {} : { validTo: read.instant(expiry, "TokenExpireTime") }),
        };
      });
    },

    async importMaterial(request, call) {
      const parameters = {
        EncryptedKeyMaterial: request.wrappedMaterial.toString("base64"),
        ImportToken: request.token.toString("utf8"),
        // 0 means never. Documented as optional in one place and as required in another: so it is always sent.
        KeyMaterialExpireUnix: String(Math.floor(request.validTo ?? 0)),
      };
      return asked(api, changes("ImportKeyMaterial", request.keyArn, parameters), call, () => ({}));
    },

    async deleteMaterial(keyArn, _materialId, call) {
      await asked(api, changes("DeleteKeyMaterial", keyArn), call, () => undefined);
    },
  };
}

function keyWrites(api: RegionalApi): KeyWrites {
  const change = async (question: Question, call: Call | undefined): Promise<void> => {
    await asked(api, question, call, () => undefined);
  };
  return {
    async create(key, call) {
      const question = changes("CreateKey", undefined, creation(key));
      return asked(api, question, call, (fields) => keyDescription(fields, "CreateKey"));
    },

    replicate() {
      throw new ByokError("invalid_argument", "Alibaba Cloud KMS has no replicas of keys with imported material.", {
        attribute: "primary_key_arn",
      });
    },

    setEnabled: (keyArn, enabled, call) => change(changes(enabled ? "EnableKey" : "DisableKey", keyArn), call),

    setDescription: (keyArn, description, call) =>
      change(changes("UpdateKeyDescription", keyArn, { Description: description }), call),

    async setPolicy(keyArn, policy, bypassLockoutSafetyCheck, call) {
      if (bypassLockoutSafetyCheck) throw noBypass();
      await change(changes("SetKeyPolicy", keyArn, { PolicyName: "default", Policy: policy }), call);
    },

    tag: (keyArn, tags, call) => change(changes("TagResource", keyArn, { Tags: tagList(tags) }), call),

    untag: (keyArn, tagKeys, call) =>
      change(changes("UntagResource", keyArn, { TagKeys: JSON.stringify(tagKeys) }), call),

    async scheduleDeletion(keyArn, windowDays, call) {
      await change(changes("ScheduleKeyDeletion", keyArn, { PendingWindowInDays: String(windowDays) }), call);
      // The answer has no date; DescribeKey tells it.
      return undefined;
    },

    cancelDeletion: (keyArn, call) => change(changes("CancelKeyDeletion", keyArn), call),

    setDeletionProtection: (keyArn, enabled, call) =>
      change(
        {
          action: "SetDeletionProtection",
          changes: true,
          resource: keyArn,
          parameters: { ProtectedResourceArn: keyArn, EnableDeletionProtection: String(enabled) },
        },
        call,
      ),
  };
}

function creation(key: NewKey): Readonly<Record<string, string>> {
  if (key.bypassPolicyLockoutSafetyCheck === true) throw noBypass();
  return {
    Origin: "EXTERNAL",
    KeySpec: key.spec,
    KeyUsage: key.usage,
    ...(key.description === undefined ? {} : { Description: key.description }),
    ...(key.policy === undefined ? {} : { Policy: key.policy }),
    ...(Object.keys(key.tags).length === 0 ? {} : { Tags: tagList(key.tags) }),
    ...(key.dkmsInstanceId === undefined ? {} : { DKMSInstanceId: key.dkmsInstanceId }),
    ...(key.protectionLevel === undefined ? {} : { ProtectionLevel: key.protectionLevel }),
  };
}

function tagList(tags: Tags): string {
  return JSON.stringify(Object.entries(tags).map(([TagKey, TagValue]) => ({ TagKey, TagValue })));
}

function noBypass(): ByokError {
  return new ByokError(
    "invalid_argument",
    "`bypass_policy_lockout_safety_check`: Alibaba Cloud KMS has no such check. Remove it.",
    { attribute: "bypass_policy_lockout_safety_check" },
  );
}
