import type { Kind } from "../definitions/field";
import type { Cloud, Restriction } from "../kms/cloud";
import { defaultKms } from "../kms/clouds";
import { groupIn, type Setting, type Settings } from "../kms/setting";
import { type Attributes, bool, list, map, number, string } from "./plugin/schema/attribute";
import { type Block, type Blocks, listBlock, singleBlock } from "./plugin/schema/block";
import { between, oneOf, wholeNumber } from "./plugin/schema/validators";
import type { Views } from "./plugin/schema/views";

/** The block of the provider's configuration that says how a cloud is reached: its settings, and which keys may be touched. */
export function cloudBlock({ name, settings }: Cloud): Block<Views> {
  const { description, fields, restrictions } = settings;
  return singleBlock({
    description,
    attributes: {
      ...attributesOf(fields),
      ...Object.fromEntries(restrictions.map((restriction) => [restriction, restrictionAttributes[restriction]])),
    },
    // Tags for the keys of every KMS stand where the providers of the default cloud have them.
    blocks: {
      ...blocksOf(fields),
      ...(name === defaultKms ? { default_tags: defaultTags, ignore_tags: ignoreTags } : {}),
    },
  });
}

const restrictionAttributes = {
  allowed_account_ids: list(string, {
    optional: true,
    description: "Accounts whose keys may be touched. Default: any.",
  }),
  allowed_regions: list(string, { optional: true, description: "Regions whose keys may be touched. Default: any." }),
} as const satisfies Record<Restriction, unknown>;

const defaultTags = singleBlock({
  description: "Tags for every key; a key's own `tags` go before them.",
  attributes: { tags: map(string, { optional: true, description: "Tags by key." }) },
});

const ignoreTags = singleBlock({
  description:
    "Tags that others keep on keys: they are neither shown in `tags` and `tags_all` nor changed nor removed, and are no drift.",
  attributes: {
    keys: list(string, { optional: true, description: "Tags by their keys." }),
    key_prefixes: list(string, { optional: true, description: "Tags by what their keys begin with." }),
  },
});

function attributesOf(settings: Settings): Attributes {
  return Object.fromEntries(
    Object.entries(settings).flatMap(([name, setting]) => {
      const made = attributeOf(setting.is, setting);
      return made === undefined ? [] : [[name, made]];
    }),
  );
}

/** Undefined for what is a block. */
function attributeOf(kind: Kind, { description, required, secret, bounds }: Setting): Attributes[string] | undefined {
  const options = {
    ...(required === true ? ({ required: true } as const) : ({ optional: true } as const)),
    ...(secret === true ? ({ sensitive: true } as const) : {}),
    description,
  };
  switch (kind.kind) {
    case "text":
      return string(options);
    case "choice":
      return string({ ...options, validate: [oneOf(...kind.choices)] });
    case "flag":
      return bool(options);
    case "number":
      return number({ ...options, ...(bounds === undefined ? {} : { validate: [wholeNumber(), between(...bounds)] }) });
    case "list":
      return groupIn(kind) === undefined ? list(string, options) : undefined;
    case "map":
      return map(string, options);
    case "group":
      return undefined;
  }
}

function blocksOf(settings: Settings): Blocks {
  return Object.fromEntries(
    Object.entries(settings).flatMap(([name, { is, description }]) => {
      const group = groupIn(is);
      if (group === undefined) return [];
      const content = { description, attributes: attributesOf(group) };
      return [[name, is.kind === "list" ? listBlock(content) : singleBlock(content)]];
    }),
  );
}
