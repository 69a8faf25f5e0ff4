import type { Call } from "../../engine/call";
import type { Clock } from "../../engine/clock";
import { ByokError, canceled } from "../../engine/errors";
import type { EpochSeconds } from "../../engine/instant";
import type { MaterialEntry, Tags } from "../../engine/key";
import type { KeySpec } from "../../engine/key-spec";
import type {
  KeyReads,
  KeyService,
  KeyWrites,
  MaterialImport,
  MaterialImports,
  Observed,
} from "../../engine/key-service";
import type { Attempt } from "../refusal";
import { keyDescription, materialEntry, reader, sameKey, sameLookup, tagRecord, untrusted } from "./answers";
import type { RegionClients } from "./clients";
import { classified } from "./errors";
import { awsProfileIn } from "./profile";

/** AWS's bounds, in bytes. */
const longestToken = 6_144;
const longestPublicKey = 4_096;

/** The ARN of the key that a request is about, or the Region that it is sent to where it is about none. */
type About = string | { readonly region: string };

const reads = (action: string, about: About): Attempt => attempt(action, about, false);
const changes = (action: string, about: About): Attempt => attempt(action, about, true);

function attempt(action: string, about: About, changing: boolean): Attempt {
  return { action, ...(typeof about === "string" ? { resource: about } : about), changes: changing };
}

/** AWS KMS in one Region, through the SDK. The SDK makes one attempt of each request. */
export function awsKeyService(clients: RegionClients, clock: Clock): KeyService {
  return {
    profile: awsProfileIn(clients.region),
    region: clients.region,
    ...keyReads(clients, clock),
    ...materialImports(clients, clock),
    ...keyWrites(clients, clock),
  };
}

type Kms = Awaited<ReturnType<RegionClients["kms"]>>;
type Options = { readonly abortSignal?: AbortSignal };

/** Sends one request and classifies whatever goes wrong with it. */
async function sent<T>(what: Attempt, call: Call | undefined, perform: (options: Options) => Promise<T>): Promise<T> {
  if (call?.signal?.aborted === true) throw canceled();
  // A change that is under way runs to its answer: to give up the wait would only leave its effect unknown.
  const options = what.changes || call?.signal === undefined ? {} : { abortSignal: call.signal };
  try {
    return await perform(options);
  } catch (thrown) {
    throw classified(thrown, what);
  }
}

function observer(clients: RegionClients, clock: Clock): <T>(value: T, answer: object) => Observed<T> {
  return (value, answer) => ({ value, at: clients.answeredAt(answer) ?? Math.floor(clock.now() / 1000) });
}

/** More pages than any list of one key has; a list that goes on and on is none. */
const mostPages = 20;

/** The pages of a list that one page nearly always holds. */
async function allPages<
  Page extends { readonly Truncated?: boolean | undefined; readonly NextMarker?: string | undefined },
>(operation: string, member: string, ask: (marker: string | undefined) => Promise<Page>): Promise<readonly Page[]> {
  const pages: Page[] = [];
  let marker: string | undefined;
  for (let left = mostPages; left > 0; left--) {
    const page = await ask(marker);
    pages.push(page);
    if (page.Truncated !== true) return pages;
    marker = reader(operation).text(page.NextMarker, "NextMarker");
  }
  throw untrusted(operation, member);
}

function keyReads(clients: RegionClients, clock: Clock): KeyReads {
  const observed = observer(clients, clock);
  const everyKey = { region: clients.region };
  return {
    describe: (keyArn, call) =>
      sent(reads("kms:DescribeKey", keyArn), call, async (options) => {
        const { sdk, client } = await clients.kms();
        try {
          const answer = await client.send(new sdk.DescribeKeyCommand({ KeyId: keyArn }), options);
          const key = keyDescription(answer.KeyMetadata, "DescribeKey");
          sameLookup(keyArn, key.arn, clients.region, "DescribeKey");
          return observed(key, answer);
        } catch (error) {
          // "Invalid arn us-west-2" and "Invalid keyId" are no word on whether the key is there.
          if (!(error instanceof sdk.NotFoundException) || /^Invalid /i.test(error.message)) throw error;
          return observed(null, error);
        }
      }),

    policy: (keyArn, call) =>
      sent(reads("kms:GetKeyPolicy", keyArn), call, async (options) => {
        const { sdk, client } = await clients.kms();
        const answer = await client.send(
          new sdk.GetKeyPolicyCommand({ KeyId: keyArn, PolicyName: "default" }),
          options,
        );
        return reader("GetKeyPolicy").text(answer.Policy, "Policy");
      }),

    tags: (keyArn, call) =>
      sent(reads("kms:ListResourceTags", keyArn), call, async (options) => {
        const { sdk, client } = await clients.kms();
        // A key has at most 50 tags, which is also the longest page; AWS may give less, and tags of its own beside them.
        const pages = await allPages("ListResourceTags", "Tags", (marker) =>
          client.send(new sdk.ListResourceTagsCommand({ KeyId: keyArn, Limit: 50, Marker: marker }), options),
        );
        const records = pages.map(({ Tags: tags }) => Object.entries(tagRecord(tags, "ListResourceTags")));
        return Object.fromEntries(records.flat());
      }),

    materials: (keyArn, call) =>
      sent(reads("kms:ListKeyRotations", keyArn), call, async (options): Promise<readonly MaterialEntry[]> => {
        const { sdk, client } = await clients.kms();
        const all = { KeyId: keyArn, IncludeKeyMaterial: "ALL_KEY_MATERIAL", Limit: 1_000 } as const;
        const pages = await allPages("ListKeyRotations", "Rotations", (Marker) =>
          client.send(new sdk.ListKeyRotationsCommand({ ...all, Marker }), options),
        );
        const read = reader("ListKeyRotations");
        return pages.flatMap(({ Rotations }) =>
          read.list(Rotations, "Rotations").map((entry) => materialEntry(entry, "ListKeyRotations")),
        );
      }),

    listKeys: (marker, call) =>
      sent(reads("kms:ListKeys", everyKey), call, async (options) => {
        const { sdk, client } = await clients.kms();
        const answer = await client.send(new sdk.ListKeysCommand({ Limit: 1_000, Marker: marker }), options);
        const read = reader("ListKeys");
        return {
          arns: read.list(answer.Keys, "Keys").map((key) => read.keyArn(key.KeyArn, "KeyArn")),
          ...(answer.Truncated === true ? { next: read.text(answer.NextMarker, "NextMarker") } : {}),
        };
      }),

    callerAccount: (call) =>
      sent(reads("sts:GetCallerIdentity", everyKey), call, async (options) => {
        const { sdk, client } = await clients.sts();
        const answer = await client.send(new sdk.GetCallerIdentityCommand({}), options);
        if (answer.Account === undefined || !/^\d{12}$/.test(answer.Account)) {
          throw untrusted("GetCallerIdentity", "Account");
        }
        return answer.Account;
      }),
  };
}

function materialImports(clients: RegionClients, clock: Clock): MaterialImports {
  const observed = observer(clients, clock);
  return {
    importParameters: (keyArn, algorithm, wrappingKeySpec, call) =>
      sent(reads("kms:GetParametersForImport", keyArn), call, async (options) => {
        const { sdk, client } = await clients.kms();
        const answer = await client.send(
          new sdk.GetParametersForImportCommand({
            KeyId: keyArn,
            WrappingAlgorithm: algorithm,
            WrappingKeySpec: wrappingKeySpec,
          }),
          options,
        );
        const read = reader("GetParametersForImport");
        return observed(
          {
            keyArn: read.keyArn(answer.KeyId, "KeyId"),
            publicKey: read.bytes(answer.PublicKey, "PublicKey", longestPublicKey),
            token: read.bytes(answer.ImportToken, "ImportToken", longestToken),
            ...(answer.ParametersValidTo === undefined
              ? {}
              : { validTo: read.instant(answer.ParametersValidTo, "ParametersValidTo") }),
          },
          answer,
        );
      }),

    importMaterial: (request, call) =>
      sent(changes("kms:ImportKeyMaterial", request.keyArn), call, async (options) => {
        const { sdk, client } = await clients.kms();
        const answer = await client.send(new sdk.ImportKeyMaterialCommand(importInput(request)), options);
        if (answer.KeyId !== undefined) sameKey(request.keyArn, answer.KeyId, "ImportKeyMaterial");
        return observed(
          answer.KeyMaterialId === undefined
            ? {}
            : { materialId: reader("ImportKeyMaterial").text(answer.KeyMaterialId, "KeyMaterialId") },
          answer,
        );
      }),

    deleteMaterial: (keyArn, materialId, call) =>
      sent(changes("kms:DeleteImportedKeyMaterial", keyArn), call, async (options) => {
        const { sdk, client } = await clients.kms();
        await client.send(
          new sdk.DeleteImportedKeyMaterialCommand({ KeyId: keyArn, KeyMaterialId: materialId }),
          options,
        );
      }),
  };
}

/** Everything said outright: AWS's default expiration model would be "expires". */
function importInput(request: MaterialImport): ConstructorParameters<Kms["sdk"]["ImportKeyMaterialCommand"]>[0] {
  const { importType } = request;
  return {
    KeyId: request.keyArn,
    ImportToken: request.token,
    EncryptedKeyMaterial: request.wrappedMaterial,
    ...(request.validTo === undefined
      ? { ExpirationModel: "KEY_MATERIAL_DOES_NOT_EXPIRE" }
      : { ExpirationModel: "KEY_MATERIAL_EXPIRES", ValidTo: new Date(Math.floor(request.validTo) * 1000) }),
    ...(importType === undefined
      ? {}
      : { ImportType: importType === "new" ? "NEW_KEY_MATERIAL" : "EXISTING_KEY_MATERIAL" }),
    KeyMaterialId: request.materialId,
    KeyMaterialDescription: request.description,
  };
}

function keyWrites(clients: RegionClients, clock: Clock): KeyWrites {
  const observed = observer(clients, clock);
  return {
    create: (key, call) =>
      sent(changes("kms:CreateKey", { region: clients.region }), call, async (options) => {
        const { sdk, client } = await clients.kms();
        const answer = await client.send(
          new sdk.CreateKeyCommand({
            Origin: "EXTERNAL",
            KeySpec: keySpec(key.spec),
            KeyUsage: keyUsage(key.usage),
            MultiRegion: key.multiRegion,
            ...common(key),
          }),
          options,
        );
        return observed(keyDescription(answer.KeyMetadata, "CreateKey"), answer);
      }),

    replicate: (replica, call) =>
      sent(changes("kms:ReplicateKey", replica.primaryArn), call, async (options) => {
        const { sdk, client } = await clients.kms();
        const answer = await client.send(
          new sdk.ReplicateKeyCommand({
            KeyId: replica.primaryArn,
            ReplicaRegion: replica.replicaRegion,
            ...common(replica),
          }),
          options,
        );
        return observed(keyDescription(answer.ReplicaKeyMetadata, "ReplicateKey"), answer);
      }),

    rotate: (keyArn, call) =>
      sent(changes("kms:RotateKeyOnDemand", keyArn), call, async (options) => {
        const { sdk, client } = await clients.kms();
        await client.send(new sdk.RotateKeyOnDemandCommand({ KeyId: keyArn }), options);
      }),

    isRotating: (keyArn, call) =>
      sent(reads("kms:GetKeyRotationStatus", keyArn), call, async (options) => {
        const { sdk, client } = await clients.kms();
        const answer = await client.send(new sdk.GetKeyRotationStatusCommand({ KeyId: keyArn }), options);
        return answer.OnDemandRotationStartDate !== undefined;
      }),

    setEnabled: (keyArn, enabled, call) =>
      sent(changes(enabled ? "kms:EnableKey" : "kms:DisableKey", keyArn), call, async (options) => {
        const { sdk, client } = await clients.kms();
        await (enabled
          ? client.send(new sdk.EnableKeyCommand({ KeyId: keyArn }), options)
          : client.send(new sdk.DisableKeyCommand({ KeyId: keyArn }), options));
      }),

    setDescription: (keyArn, description, call) =>
      sent(changes("kms:UpdateKeyDescription", keyArn), call, async (options) => {
        const { sdk, client } = await clients.kms();
        await client.send(new sdk.UpdateKeyDescriptionCommand({ KeyId: keyArn, Description: description }), options);
      }),

    setPolicy: (keyArn, policy, bypassLockoutSafetyCheck, call) =>
      sent(changes("kms:PutKeyPolicy", keyArn), call, async (options) => {
        const { sdk, client } = await clients.kms();
        await client.send(
          new sdk.PutKeyPolicyCommand({
            KeyId: keyArn,
            PolicyName: "default",
            Policy: policy,
            BypassPolicyLockoutSafetyCheck: bypassLockoutSafetyCheck,
          }),
          options,
        );
      }),

    tag: (keyArn, tags, call) =>
      sent(changes("kms:TagResource", keyArn), call, async (options) => {
        const { sdk, client } = await clients.kms();
        await client.send(new sdk.TagResourceCommand({ KeyId: keyArn, Tags: tagList(tags) }), options);
      }),

    untag: (keyArn, tagKeys, call) =>
      sent(changes("kms:UntagResource", keyArn), call, async (options) => {
        const { sdk, client } = await clients.kms();
        await client.send(new sdk.UntagResourceCommand({ KeyId: keyArn, TagKeys: [...tagKeys] }), options);
      }),

    scheduleDeletion: (keyArn, windowDays, call) =>
      sent(changes("kms:ScheduleKeyDeletion", keyArn), call, async (options): Promise<EpochSeconds | undefined> => {
        const { sdk, client } = await clients.kms();
        const answer = await client.send(
          new sdk.ScheduleKeyDeletionCommand({ KeyId: keyArn, PendingWindowInDays: windowDays }),
          options,
        );
        // There is none while a primary waits for its replicas.
        if (answer.DeletionDate === undefined) return undefined;
        return reader("ScheduleKeyDeletion").instant(answer.DeletionDate, "DeletionDate");
      }),

    cancelDeletion: (keyArn, call) =>
      sent(changes("kms:CancelKeyDeletion", keyArn), call, async (options) => {
        const { sdk, client } = await clients.kms();
        await client.send(new sdk.CancelKeyDeletionCommand({ KeyId: keyArn }), options);
      }),
  };
}

/** What goes into the creating call itself, so that no key is ever without its policy and tags. */
function common(key: {
  readonly description?: string;
  readonly policy?: string;
  readonly bypassPolicyLockoutSafetyCheck?: boolean;
  readonly tags: Tags;
}): {
  readonly Description: string | undefined;
  readonly Policy: string | undefined;
  readonly BypassPolicyLockoutSafetyCheck: boolean | undefined;
  readonly Tags: { readonly TagKey: string; readonly TagValue: string }[];
} {
  return {
    Description: key.description,
    Policy: key.policy,
    BypassPolicyLockoutSafetyCheck: key.bypassPolicyLockoutSafetyCheck,
    Tags: tagList(key.tags),
  };
}

function tagList(tags: Tags): { readonly TagKey: string; readonly TagValue: string }[] {
  return Object.entries(tags).map(([TagKey, TagValue]) => ({ TagKey, TagValue }));
}

type AwsKeySpec = Exclude<KeySpec, `Aliyun_${string}`>;

/** The specs of other KMSs do not pass the profile, so that this is only the type's question. */
function keySpec(spec: KeySpec): AwsKeySpec {
  if (spec !== "Aliyun_AES_256" && spec !== "Aliyun_SM4") return spec;
  throw new ByokError("unsupported_key_spec", `AWS KMS has no keys of the spec ${spec}. Choose another \`key_spec\`.`, {
    attribute: "key_spec",
  });
}

const keyUsages = ["ENCRYPT_DECRYPT", "SIGN_VERIFY", "GENERATE_VERIFY_MAC", "KEY_AGREEMENT"] as const;

function keyUsage(usage: string): (typeof keyUsages)[number] {
  const known = keyUsages.find((candidate) => candidate === usage);
  if (known !== undefined) return known;
  throw new ByokError(
    "invalid_argument",
    `AWS KMS knows no key usage like the one in \`key_usage\`. Give one of ${keyUsages.join(", ")}.`,
    { attribute: "key_usage" },
  );
}
