import { ByokError } from "../../engine/errors";
import type { EpochSeconds } from "../../engine/instant";
import type { KeyDescription, KeyState, Tags } from "../../engine/key";

/**
 * Alibaba Cloud's answers in the engine's terms. They come from outside, so nothing is taken for granted here: whatever
 * is missing or of another kind is an `untrusted_answer`.
 */

const keyStates = ["Enabled", "Disabled", "PendingImport", "PendingDeletion"] as const satisfies readonly KeyState[];

export type Fields = Readonly<Record<string, unknown>>;

export function keyDescription(answer: Fields, operation: string): KeyDescription {
  const read = reader(operation);
  const metadata = read.fields(answer["KeyMetadata"], "KeyMetadata");
  const state = read.oneOf(keyStates, metadata["KeyState"], "KeyState");
  const deletion = optional(metadata["DeleteDate"]);
  const protection = optional(metadata["DeletionProtection"]);
  const instance = optional(metadata["DKMSInstanceId"]);
  const level = optional(metadata["ProtectionLevel"]);
  return {
    arn: read.keyArn(metadata["Arn"], "Arn"),
    keyId: read.text(metadata["KeyId"], "KeyId"),
    state,
    origin: read.text(metadata["Origin"], "Origin"),
    spec: read.text(metadata["KeySpec"], "KeySpec"),
    usage: read.text(metadata["KeyUsage"], "KeyUsage"),
    description: typeof metadata["Description"] === "string" ? metadata["Description"] : "",
    creationDate: read.instant(metadata["CreationDate"], "CreationDate"),
    ...lifetime(state, optional(metadata["MaterialExpireTime"]), operation),
    ...(deletion === undefined ? {} : { deletionDate: read.instant(deletion, "DeleteDate") }),
    ...(protection === undefined
      ? {}
      : { deletionProtection: read.oneOf(["Enabled", "Disabled"], protection, "DeletionProtection") === "Enabled" }),
    ...(instance === undefined ? {} : { dkmsInstanceId: read.text(instance, "DKMSInstanceId") }),
    ...(level === undefined ? {} : { protectionLevel: read.text(level, "ProtectionLevel") }),
  };
}

/** `{"Tags": {"Tag": [{"TagKey": …, "TagValue": …}]}}` */
export function tagRecord(answer: Fields, operation: string): Tags {
  const read = reader(operation);
  const tags = read.fields(answer["Tags"], "Tags")["Tag"];
  return Object.fromEntries(
    read.list(tags, "Tag").map((tag) => {
      const { TagKey: key, TagValue: value } = read.fields(tag, "Tag");
      return [read.text(key, "TagKey"), typeof value === "string" ? value : ""];
    }),
  );
}

/** An empty expiry means never, and says nothing while a key holds no material. */
function lifetime(
  state: KeyState,
  expiry: unknown,
  operation: string,
): Pick<KeyDescription, "expirationModel" | "validTo"> {
  if (state !== "Enabled" && state !== "Disabled") return {};
  if (expiry === undefined) return { expirationModel: "KEY_MATERIAL_DOES_NOT_EXPIRE" };
  return {
    expirationModel: "KEY_MATERIAL_EXPIRES",
    validTo: reader(operation).instant(expiry, "MaterialExpireTime"),
  };
}

/** What a member without a value is given as: left out, null or empty. */
function optional(value: unknown): unknown {
  return value === null || value === "" ? undefined : value;
}

export interface AnswerReader {
  text(value: unknown, name: string): string;
  keyArn(value: unknown, name: string): string;
  /** From standard base64. */
  bytes(value: unknown, name: string, most: number): Buffer;
  /** From ISO 8601. */
  instant(value: unknown, name: string): EpochSeconds;
  wholeNumber(value: unknown, name: string): number;
  oneOf<T extends string>(values: readonly T[], value: unknown, name: string): T;
  fields(value: unknown, name: string): Fields;
  list(value: unknown, name: string): readonly unknown[];
}

export function reader(operation: string): AnswerReader {
  const text = (value: unknown, name: string): string => {
    if (typeof value !== "string" || value === "") throw untrusted(operation, name);
    return value;
  };
  return {
    text,
    keyArn(value, name) {
      const arn = text(value, name);
      if (!/^acs:kms:[\w-]+:\d+:key\/[\w-]+$/.test(arn)) throw untrusted(operation, name);
      return arn;
    },
    bytes(value, name, most) {
      const base64 = text(value, name);
      const bytes = Buffer.from(base64, "base64");
      if (!/^[A-Za-z0-9+/]+={0,2}$/.test(base64) || bytes.length === 0 || bytes.length > most) {
        throw untrusted(operation, name);
      }
      return bytes;
    },
    instant(value, name) {
      const written = text(value, name);
      const milliseconds = Date.parse(written);
      if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z$/.test(written) || Number.isNaN(milliseconds)) {
        throw untrusted(operation, name);
      }
      return Math.floor(milliseconds / 1000);
    },
    wholeNumber(value, name) {
      if (typeof value !== "number" || !Number.isSafeInteger(value) || value < 0) throw untrusted(operation, name);
      return value;
    },
    oneOf(values, value, name) {
      const found = values.find((candidate) => candidate === value);
      if (found === undefined) throw untrusted(operation, name);
      return found;
    },
    fields(value, name) {
      if (typeof value !== "object" || value === null || Array.isArray(value)) throw untrusted(operation, name);
      return { ...value };
    },
    list(value, name) {
      if (!Array.isArray(value)) throw untrusted(operation, name);
      return value;
    },
  };
}

/** The answer must be about the key that was asked for. */
export function sameKey(asked: string, answered: string, operation: string): void {
  if (asked === answered) return;
  throw new ByokError(
    "untrusted_answer",
    `The answer to ${operation} is about another key than the one asked for. ${advice}`,
    { effectUnknown: true },
  );
}

export function untrusted(operation: string, member: string): ByokError {
  return new ByokError(
    "untrusted_answer",
    `The answer to ${operation} lacks \`${member}\`, or has something there that cannot be used. ${advice}`,
    // Whatever was asked for may have been done.
    { effectUnknown: true },
  );
}

const advice =
  "It does not come from Alibaba Cloud KMS as it is documented: check the endpoint and what stands between.";
