import type { Kind } from "../definitions/field";
import { defined } from "../engine/defined";
import { type IgnoredTags, isIgnoredTag } from "../engine/ignored-tags";
import type { AllowedKeys } from "../engine/key-services";
import type { Tags } from "../engine/key";
import type { Cloud } from "../kms/cloud";
import { defaultKms } from "../kms/clouds";
import type { KmsSettings } from "../kms/key-services";
import { settingName, type Settings } from "../kms/setting";
import { pairs, present, texts } from "./known";
import type { Config } from "./plugin/schema/schema";
import { elementsOf, entriesOf, objectOf, type ObjectValue, UNKNOWN, type Unknown, wholeKnown } from "./plugin/value";
import type { ProviderSchema } from "./provider-schema";

/** The blocks of the clouds stand in it beside what the types say; `blockOf` gives them. */
export type ProviderConfig = Config<ProviderSchema>;

/** The provider's blocks as the settings of the KMSs. */
export function settingsOf(config: ProviderConfig, clouds: readonly Cloud[]): KmsSettings {
  const retries = present(config.max_retries);
  const rate = present(config.import_requests_per_second);
  return {
    ...Object.fromEntries(
      clouds.map(({ name, settings }) => [name, valuesOf(settings.fields, objectOf(blockOf(config, name)))]),
    ),
    ...(rate === undefined ? {} : { importRequestsPerSecond: rate }),
    ...(retries === undefined ? {} : { retry: { attempts: retries + 1 } }),
  };
}

/** Each block restricts the keys of its own KMS. */
export function allowedOf(config: ProviderConfig, clouds: readonly Cloud[]): AllowedKeys {
  const restrictions = clouds.map(({ name }) => {
    const block = objectOf(blockOf(config, name));
    return [
      name,
      { accountIds: listOf(block?.["allowed_account_ids"]), regions: listOf(block?.["allowed_regions"]) },
    ] as const;
  });
  return { byKms: Object.fromEntries(restrictions) };
}

/** The block of a cloud as it is configured: null where there is none. */
export function blockOf(config: ProviderConfig, name: string): ObjectValue | Unknown | null {
  const block: unknown = Reflect.get(config, name);
  return block === UNKNOWN ? UNKNOWN : objectOf(block);
}

/** Tags for the keys of every KMS. They stand in the block of the default cloud. */
export function defaultTagsOf(config: ProviderConfig): Tags | Unknown {
  const block = blockOf(config, defaultKms);
  const written = block === UNKNOWN ? UNKNOWN : (block?.["default_tags"] ?? null);
  if (!wholeKnown(written)) return UNKNOWN;
  // Of the tags that are left to others none is set, either.
  const ignored = ignoredTagsOf(config);
  const tags = Object.entries(pairsOf(objectOf(written)?.["tags"]) ?? {});
  return Object.fromEntries(tags.filter(([key]) => !isIgnoredTag(key, ignored)));
}

/** Tags of keys of every KMS that are left to others. They stand beside the default ones. */
export function ignoredTagsOf(config: ProviderConfig): IgnoredTags {
  const written = objectOf(objectOf(blockOf(config, defaultKms))?.["ignore_tags"]);
  return { keys: listOf(written?.["keys"]) ?? [], keyPrefixes: listOf(written?.["key_prefixes"]) ?? [] };
}

/** Whether everything is known but the default tags, without which a KMS can be reached. */
export function isReachable(config: ProviderConfig): boolean {
  const block = blockOf(config, defaultKms);
  return wholeKnown(
    block === UNKNOWN || block === null ? config : { ...config, [defaultKms]: { ...block, default_tags: null } },
  );
}

function valuesOf(settings: Settings, block: ObjectValue | null): object {
  if (block === null) return {};
  const values = Object.entries(settings).map(([name, setting]) => {
    const value = valueOf(setting.is, block[name]);
    return [settingName(name, setting), value ?? (setting.required === true ? "" : undefined)];
  });
  return defined(Object.fromEntries(values));
}

/** Undefined for what is not set, not known, or a list of no blocks. */
function valueOf(kind: Kind, value: unknown): unknown {
  switch (kind.kind) {
    case "text":
    case "choice":
    case "flag":
    case "number":
      return present(value);
    case "list": {
      if (kind.of.kind !== "group") return listOf(value);
      const { fields } = kind.of;
      const groups = elementsOf(value).map((element) => valuesOf(fields, objectOf(element)));
      return groups.length === 0 ? undefined : groups;
    }
    case "map":
      return pairsOf(value);
    case "group": {
      const block = objectOf(value);
      return block === null ? undefined : valuesOf(kind.fields, block);
    }
  }
}

function listOf(value: unknown): string[] | undefined {
  if (!Array.isArray(value)) return undefined;
  return texts(elementsOf(value).map((element) => (typeof element === "string" ? element : null)));
}

function pairsOf(value: unknown): Tags | undefined {
  if (!(value instanceof Map)) return undefined;
  return pairs(new Map([...entriesOf(value)].map(([key, text]) => [key, typeof text === "string" ? text : null])));
}
