import type { KeyMetadata, RotationsListEntry, Tag } from "@aws-sdk/client-kms";
import { ByokError } from "../../engine/errors";
import type { EpochSeconds } from "../../engine/instant";
import {
  type ExpirationModel,
  expirationModels,
  type KeyDescription,
  keyStates,
  type MaterialEntry,
  materialStates,
  type Tags,
} from "../../engine/key";

/**
 * AWS's answers in the engine's terms. They come from outside and the SDK lets anything through that has the shape of
 * JSON, so nothing is taken for granted here: whatever is missing or of another kind is an `untrusted_answer`.
 */

export function keyDescription(given: KeyMetadata | undefined, operation: string): KeyDescription {
  const read = reader(operation);
  const [metadata] = read.list(given === undefined ? [] : [given], "KeyMetadata");
  if (metadata === undefined) throw untrusted(operation, "KeyMetadata");
  const { MultiRegionConfiguration: regions } = metadata;
  return {
    arn: read.keyArn(metadata.Arn, "Arn"),
    keyId: read.text(metadata.KeyId, "KeyId"),
    state: read.oneOf(keyStates, metadata.KeyState, "KeyState"),
    origin: read.text(metadata.Origin, "Origin"),
    spec: read.text(metadata.KeySpec, "KeySpec"),
    usage: read.text(metadata.KeyUsage, "KeyUsage"),
    description: typeof metadata.Description === "string" ? metadata.Description : "",
    creationDate: read.instant(metadata.CreationDate, "CreationDate"),
    ...(metadata.MultiRegion === true && regions
      ? {
          multiRegion: {
            type: read.oneOf(["PRIMARY", "REPLICA"], regions.MultiRegionKeyType, "MultiRegionKeyType"),
            primaryArn: read.keyArn(regions.PrimaryKey?.Arn, "PrimaryKey"),
            replicaArns: read
              .list(regions.ReplicaKeys, "ReplicaKeys")
              .map((key) => read.keyArn(key.Arn, "ReplicaKeys")),
          },
        }
      : {}),
    ...lifetime(metadata, operation),
    ...(metadata.CurrentKeyMaterialId === undefined
      ? {}
      : { materialId: read.text(metadata.CurrentKeyMaterialId, "CurrentKeyMaterialId") }),
    ...(metadata.DeletionDate === undefined
      ? {}
      : { deletionDate: read.instant(metadata.DeletionDate, "DeletionDate") }),
  };
}

export function materialEntry(entry: RotationsListEntry, operation: string): MaterialEntry {
  const read = reader(operation);
  return {
    materialId: read.text(entry.KeyMaterialId, "KeyMaterialId"),
    imported: read.oneOf(["IMPORTED", "PENDING_IMPORT"], entry.ImportState, "ImportState") === "IMPORTED",
    state: read.oneOf(materialStates, entry.KeyMaterialState, "KeyMaterialState"),
    ...(entry.KeyMaterialDescription === undefined || entry.KeyMaterialDescription === ""
      ? {}
      : { description: entry.KeyMaterialDescription }),
    ...(entry.RotationDate === undefined ? {} : { rotatedAt: read.instant(entry.RotationDate, "RotationDate") }),
    ...(entry.RotationType === "ON_DEMAND" ? { onDemand: true } : {}),
    ...lifetime(entry, operation),
  };
}

export function tagRecord(tags: readonly Tag[] | undefined, operation: string): Tags {
  const read = reader(operation);
  return Object.fromEntries(
    read.list(tags, "Tags").map((tag) => {
      if (typeof tag.TagValue !== "string") throw untrusted(operation, "TagValue");
      return [read.text(tag.TagKey, "TagKey"), tag.TagValue];
    }),
  );
}

function lifetime(
  source: { readonly ExpirationModel?: string | undefined; readonly ValidTo?: Date | undefined },
  operation: string,
): { readonly expirationModel?: ExpirationModel; readonly validTo?: EpochSeconds } {
  if (source.ExpirationModel === undefined) return {};
  const read = reader(operation);
  const expirationModel = read.oneOf(expirationModels, source.ExpirationModel, "ExpirationModel");
  if (expirationModel === "KEY_MATERIAL_DOES_NOT_EXPIRE") return { expirationModel };
  return { expirationModel, validTo: read.instant(source.ValidTo, "ValidTo") };
}

/** The last second of the year 9999: later ones cannot be written as they are read. */
const latestInstant: EpochSeconds = 253_402_300_799;

export interface AnswerReader {
  text(value: unknown, name: string): string;
  keyArn(value: unknown, name: string): string;
  bytes(value: unknown, name: string, most: number): Buffer;
  instant(value: unknown, name: string): EpochSeconds;
  oneOf<T extends string>(values: readonly T[], value: unknown, name: string): T;
  /** Of structures. Empty where it is missing. */
  list<T extends object>(value: readonly T[] | undefined, name: string): readonly T[];
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
      if (!/^arn:[\w-]+:kms:[\w-]+:\d{12}:key\/[\w-]+$/.test(arn)) throw untrusted(operation, name);
      return arn;
    },
    bytes(value, name, most) {
      if (!(value instanceof Uint8Array) || value.length === 0 || value.length > most) throw untrusted(operation, name);
      return Buffer.from(value.buffer, value.byteOffset, value.byteLength);
    },
    instant(value, name) {
      const seconds = value instanceof Date ? Math.floor(value.getTime() / 1000) : Number.NaN;
      if (!(seconds >= 0 && seconds <= latestInstant)) throw untrusted(operation, name);
      return seconds;
    },
    oneOf(values, value, name) {
      const found = values.find((candidate) => candidate === value);
      if (found === undefined) throw untrusted(operation, name);
      return found;
    },
    list(value, name) {
      const given: unknown = value ?? [];
      if (!Array.isArray(given) || !given.every((one) => typeof one === "object" && one !== null)) {
        throw untrusted(operation, name);
      }
      return value ?? [];
    },
  };
}

/** The answer must be about the key that was asked for, by its ARN or id. */
export function sameKey(asked: string, answered: string, operation: string): void {
  if (asked === answered || (!asked.startsWith("arn:") && answered.endsWith(`:key/${asked}`))) return;
  throw otherKey(operation);
}

/** The same of a key that may be named by an alias, which names any key of its account and Region. */
export function sameLookup(asked: string, answered: string, region: string, operation: string): void {
  const alias = /^(arn:[^:]+:kms:[^:]+:[^:]+:)?alias\//.exec(asked);
  if (alias === null) return sameKey(asked, answered, operation);
  const [, place] = alias;
  const fits = place === undefined ? answered.split(":")[3] === region : answered.startsWith(place);
  if (!fits) throw otherKey(operation);
}

function otherKey(operation: string): ByokError {
  return new ByokError(
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

const advice = "It does not come from AWS KMS as it is documented: check the endpoint and what stands between.";
