import { ByokError } from "./errors";
import type { KeySpec } from "./key-spec";
import { type KeyOption, keyOptions, type KmsProfile } from "./kms-profile";
import type { WantedKey } from "./wanted-key";

// What a KMS offers and what it does not, by its profile alone: the same whether a configuration is checked or a request
// is about to be made.

export interface KindOfKey {
  readonly spec: KeySpec;
  readonly usage: string;
}

interface ProfileOwner {
  readonly profile: KmsProfile;
}

/**
 * The spec and usage of a key that is to be created, with the KMS's defaults. Calls nothing.
 *
 * @throws ByokError `unsupported_key_spec`, `invalid_argument` for what the KMS does not offer.
 */
export function kindOfNewKey({ profile }: ProfileOwner, wanted: WantedKey): KindOfKey {
  checkKeyOptions(profile, wanted);
  const spec = wanted.spec ?? profile.defaultKeySpec;
  const usages = profile.keySpecs[spec];
  if (usages === undefined) {
    throw new ByokError(
      "unsupported_key_spec",
      `${profile.title} takes no imported material for keys of the spec ${spec}. Use one of ${Object.keys(profile.keySpecs).join(", ")}.`,
      { attribute: "key_spec" },
    );
  }
  const usage = wanted.usage ?? usages[0];
  if (!usages.includes(usage)) {
    throw new ByokError(
      "invalid_argument",
      `A key of the spec ${spec} cannot have the \`key_usage\` ${usage}. Use ${usages.join(" or ")}.`,
      { attribute: "key_usage" },
    );
  }
  if (wanted.multiRegion && !profile.multiRegion) {
    throw new ByokError(
      "invalid_argument",
      `${profile.title} has no multi-Region keys with imported material. Set \`multi_region\` to false.`,
      {
        attribute: "multi_region",
      },
    );
  }
  return { spec, usage };
}

/** @throws ByokError `invalid_argument` for an argument that the KMS does not have. */
export function checkKeyOptions(profile: KmsProfile, wanted: Partial<WantedKey>): void {
  const given = {
    dkms_instance_id: wanted.dkmsInstanceId,
    protection_level: wanted.protectionLevel,
    deletion_protection: wanted.deletionProtection,
  } as const satisfies Record<KeyOption, unknown>;
  for (const attribute of keyOptions) {
    if (given[attribute] === undefined || profile.keyOptions?.includes(attribute) === true) continue;
    throw new ByokError("invalid_argument", `\`${attribute}\`: ${profile.title} has no such thing. Remove it.`, {
      attribute,
    });
  }
}

/** @throws ByokError `invalid_argument` where the KMS does not offer such a window. */
export function checkDeletionWindow({ profile }: ProfileOwner, windowDays: number): void {
  const { least, most } = profile.deletionWindowDays;
  if (Number.isInteger(windowDays) && windowDays >= least && windowDays <= most) return;
  throw new ByokError(
    "invalid_argument",
    `\`deletion_window_in_days\` must be a whole number from ${least} to ${most} on ${profile.title}.`,
    { attribute: "deletion_window_in_days" },
  );
}

/**
 * Refuses a description that the KMS does not keep with the material of a key, or not in this form.
 *
 * @param key As far as it is known; what is not known is not held against the description.
 * @throws ByokError `invalid_argument`.
 */
export function checkMaterialDescription(
  { title, materialDescription: rule, severalMaterials }: KmsProfile,
  description: string,
  { spec, isReplica }: { readonly spec?: KeySpec | undefined; readonly isReplica: boolean },
): void {
  const attribute = descriptionAttribute;
  const refuse = (why: string): ByokError => new ByokError("invalid_argument", why, { attribute });
  if (rule === undefined || (spec !== undefined && !severalMaterials.includes(spec))) {
    const of = spec === undefined ? "key material" : `the material of a key of the spec ${spec}`;
    throw refuse(`\`${attribute}\`: ${title} keeps no description with ${of}. Remove it.`);
  }
  if (isReplica) {
    throw descriptionOnReplica();
  }
  if (description.length > rule.longest || !rule.pattern.test(description)) {
    throw refuse(`\`${attribute}\` must match ${rule.pattern.source} and have at most ${rule.longest} characters.`);
  }
}

/** The error for a description with the material of a replica. */
export function descriptionOnReplica(): ByokError {
  return new ByokError(
    "invalid_argument",
    `\`${descriptionAttribute}\` cannot be set on a replica: it belongs to the material of the primary key. Remove it here.`,
    { attribute: descriptionAttribute },
  );
}

const descriptionAttribute = "material_description";
