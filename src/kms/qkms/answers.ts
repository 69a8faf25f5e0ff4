import { ByokError } from "../../engine/errors";
import type { EpochSeconds } from "../../engine/instant";
import { type ExpirationModel, expirationModels, type KeyDescription, keyStates, type Tags } from "../../engine/key";
import { readQkmsKeyArn } from "./arn";

/**
 * QKMS's answers in the engine's terms. The documentation is at odds with itself about dates, ARNs and the name of the
 * account, so every spelling that it prints is read, what is missing is unknown, and what is not known is left alone. What
 * is there and cannot be what it should be is an `untrusted_answer`.
 */

/** The members of an answer. */
export type Answer = Readonly<Record<string, unknown>>;

/** The body of a good answer; an empty one has no members. @throws SyntaxError, TypeError where it is something else */
export function parsedAnswer(body: Buffer): Answer {
  if (body.toString("utf8").trim() === "") return {};
  const parsed: unknown = JSON.parse(body.toString("utf8"));
  if (!isObject(parsed)) throw new TypeError("The answer is not a JSON object.");
  return parsed;
}

/**
 * @param asked The ARN or id that was asked for. An ARN stays the key's name, however the answer spells it. Undefined: a
 * new key.
 */
export function keyDescription(answer: Answer, asked: string | undefined, operation: string): KeyDescription {
  const read = reader(answer["KeyMetadata"] ?? answer, operation);
  const keyId = read.text("KeyId");
  const arn = sameArn(asked, read.keyArn("Arn"), operation);
  const named = readQkmsKeyArn(arn);
  if (named?.keyId !== keyId) throw untrusted(operation, "KeyId");
  const account = ownerOf(read);
  if (account !== undefined && named.accountId !== undefined && account !== named.accountId) {
    throw untrusted(operation, "QAccountId");
  }
  const validTo = read.optionalInstant("ValidTo");
  const deletionDate = read.optionalInstant("DeletionDate");
  return {
    arn,
    keyId,
    state: read.oneOf(keyStates, "KeyState"),
    origin: read.text("Origin"),
    spec: read.optionalText("CustomerMasterKeySpec") ?? read.optionalText("KeySpec") ?? "SYMMETRIC_DEFAULT",
    usage: read.optionalText("KeyUsage") ?? "ENCRYPT_DECRYPT",
    description: read.optionalText("Description") ?? "",
    creationDate: read.instant("CreationDate"),
    ...expiration(read, validTo, operation),
    ...(deletionDate === undefined ? {} : { deletionDate }),
  };
}

/** The account that owns the key, as far as the answer says: three pages call it by three names. */
function ownerOf(read: AnswerReader): string | undefined {
  return read.optionalText("QAccountId") ?? read.optionalText("AccountId") ?? read.optionalText("AWSAccountId");
}

/** Neither member: nothing is known. */
function expiration(
  read: AnswerReader,
  validTo: EpochSeconds | undefined,
  operation: string,
): { readonly expirationModel?: ExpirationModel; readonly validTo?: EpochSeconds } {
  const expires = { expirationModel: "KEY_MATERIAL_EXPIRES" } as const;
  if (read.optionalText("ExpirationModel") === undefined) return validTo === undefined ? {} : { ...expires, validTo };
  const expirationModel = read.oneOf(expirationModels, "ExpirationModel");
  if (expirationModel === "KEY_MATERIAL_DOES_NOT_EXPIRE") return { expirationModel };
  if (validTo === undefined) throw untrusted(operation, "ValidTo");
  return { ...expires, validTo };
}

export function tagRecord(answer: Answer, operation: string): Tags {
  const tags = reader(answer, operation).list("Tags");
  return Object.fromEntries(
    tags.map((tag) => {
      const read = reader(tag, operation);
      // Documented: the value of a tag can be an "empty (null)" string.
      return [read.text("TagKey"), read.optionalText("TagValue") ?? ""];
    }),
  );
}

/** The ARNs of a page of keys, and the marker of the next one. */
export function keyPage(
  answer: Answer,
  operation: string,
): { readonly arns: readonly string[]; readonly next?: string } {
  const read = reader(answer, operation);
  const arns = read.list("Keys").map((key) => reader(key, operation).keyArn("KeyArn"));
  return { arns, ...nextMarker(answer, operation) };
}

/** "Truncated" decides where it is given; a marker without it means that there is more. */
export function nextMarker(answer: Answer, operation: string): { readonly next?: string } {
  const read = reader(answer, operation);
  const truncated = answer["Truncated"] ?? (read.optionalText("NextMarker") ?? "") !== "";
  return truncated === true ? { next: read.text("NextMarker") } : {};
}

/**
 * The ARN by which the key goes on: the one that was asked for, or else the answer's.
 *
 * @throws ByokError `untrusted_answer` where the answer is about another key
 */
export function sameArn(asked: string | undefined, answered: string, operation: string): string {
  const is = readQkmsKeyArn(answered);
  const wanted = asked === undefined ? is : (readQkmsKeyArn(asked) ?? { keyId: asked, accountId: undefined });
  const sameAccount =
    wanted?.accountId === undefined || is?.accountId === undefined || wanted.accountId === is.accountId;
  if (wanted?.keyId !== is?.keyId || !sameAccount) {
    throw new ByokError(
      "untrusted_answer",
      `The answer to ${operation} is about another key than the one asked for. ${advice}`,
      { effectUnknown: true },
    );
  }
  return asked?.startsWith("arn:") === true ? asked : answered;
}

export interface AnswerReader {
  text(name: string): string;
  /** Undefined where it is missing or null. */
  optionalText(name: string): string | undefined;
  keyArn(name: string): string;
  instant(name: string): EpochSeconds;
  optionalInstant(name: string): EpochSeconds | undefined;
  bytes(name: string, most: number): Buffer;
  oneOf<T extends string>(values: readonly T[], name: string): T;
  /** Empty where it is missing. */
  list(name: string): readonly unknown[];
}

export function reader(source: unknown, operation: string): AnswerReader {
  if (!isObject(source)) throw untrusted(operation, "KeyMetadata");
  const fail = (name: string): ByokError => untrusted(operation, name);
  const member = (name: string): unknown => (Object.hasOwn(source, name) ? (source[name] ?? undefined) : undefined);
  const optionalText = (name: string): string | undefined => {
    const value = member(name);
    if (value !== undefined && typeof value !== "string") throw fail(name);
    return value;
  };
  const text = (name: string): string => {
    const value = optionalText(name);
    if (value === undefined || value === "") throw fail(name);
    return value;
  };
  const optionalInstant = (name: string): EpochSeconds | undefined => {
    const value = member(name);
    if (value === undefined) return undefined;
    const instant = readInstant(value);
    if (instant === undefined) throw fail(name);
    return instant;
  };
  return {
    text,
    optionalText,
    keyArn(name) {
      const arn = text(name);
      if (readQkmsKeyArn(arn) === undefined) throw fail(name);
      return arn;
    },
    instant(name) {
      const instant = optionalInstant(name);
      if (instant === undefined) throw fail(name);
      return instant;
    },
    optionalInstant,
    bytes(name, most) {
      const base64 = text(name).replace(/\s+/g, "");
      if (base64.length > 2 * most || !/^[A-Za-z0-9+/]+={0,2}$/.test(base64)) throw fail(name);
      const bytes = Buffer.from(base64, "base64");
      if (bytes.length === 0 || bytes.length > most) throw fail(name);
      return bytes;
    },
    oneOf(values, name) {
      const value = text(name);
      const found = values.find((candidate) => candidate === value);
      if (found === undefined) throw fail(name);
      return found;
    },
    list(name) {
      const value = member(name) ?? [];
      if (!Array.isArray(value)) throw fail(name);
      return value;
    },
  };
}

/** The last second of the year 9999. */
const latestInstant: EpochSeconds = 253_402_300_799;

const iso = /^\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:[Zz]|[+-]\d{2}:?\d{2})?$/;

/**
 * An instant in any spelling that the documentation has: epoch seconds as a number or as text, or ISO 8601. One without
 * an offset is UTC. Undefined for anything else.
 */
export function readInstant(value: unknown): EpochSeconds | undefined {
  const seconds = typeof value === "string" ? secondsIn(value.trim()) : value;
  if (typeof seconds !== "number" || !(seconds >= 0 && seconds <= latestInstant)) return undefined;
  return Math.floor(seconds);
}

function secondsIn(text: string): number {
  if (/^\d+(?:\.\d+)?(?:[eE]\+?\d+)?$/.test(text)) return Number(text);
  if (!iso.test(text)) return Number.NaN;
  const spelled = text.replace(" ", "T").replace(/([+-]\d{2})(\d{2})$/, "$1:$2");
  return Date.parse(/(?:[Zz]|[+-]\d{2}:\d{2})$/.test(spelled) ? spelled : `${spelled}Z`) / 1000;
}

function isObject(value: unknown): value is Answer {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function untrusted(operation: string, member: string): ByokError {
  return new ByokError(
    "untrusted_answer",
    `The answer to ${operation} lacks \`${member}\`, or has something there that cannot be used. ${advice}`,
    // Whatever was asked for may have been done.
    { effectUnknown: true },
  );
}

const advice = "It does not come from QKMS as it is documented: check the endpoint and what stands between.";
