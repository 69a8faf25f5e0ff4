import type { KeySpec } from "../engine/key-spec";
import type { KmsProfile } from "../engine/kms-profile";
import { type Fault, faultIf, faultsOf, type Written } from "./fault";
import type { ValuesOf } from "./field";
import type { keyRotationFields } from "./key-rotation";
import type { KnownClouds } from "./known-clouds";

export type KeyRotationValues = ValuesOf<typeof keyRotationFields>;

export type WrittenRotation = Written<KeyRotationValues>;

/** What is wrong with the configuration of a rotation, beside single values that do not fit their fields. */
export function keyRotationFaults({ args }: WrittenRotation, clouds: KnownClouds): readonly Fault[] {
  const { keyArn } = args;
  if (keyArn === undefined) return [];
  const unreadable = faultsOf("key_arn", () => clouds.keyOfArn(keyArn, "key_arn"));
  if (unreadable.length > 0) return unreadable;
  const profile = clouds.profiles[clouds.keyOfArn(keyArn, "key_arn").kms];
  return faultIf(
    profile !== undefined && profile.rotationsInLife === undefined,
    "key_arn",
    `\`key_arn\` is ${keyArn}, and ${profile?.title} cannot rotate a key to imported key material. Create another key for new bytes, and remove the rotation.`,
  );
}

/** What is known of the key of a rotation where more may be known than its ARN. */
export interface KeyOfRotation {
  readonly profile?: KmsProfile | undefined;
  readonly keySpec?: KeySpec | undefined;
  readonly isReplica: boolean;
}

/** What is wrong with a rotation of a key that is given as such. */
export function keyOfRotationFaults({ profile, keySpec, isReplica }: KeyOfRotation): readonly Fault[] {
  const remedy = "Create another key for new bytes, and remove the rotation.";
  const isSingle = profile !== undefined && keySpec !== undefined && !profile.severalMaterials.includes(keySpec);
  if (profile !== undefined && profile.rotationsInLife === undefined) {
    const what = `\`key\` is a key of ${profile.title}, which cannot rotate a key to imported key material.`;
    return faultIf(true, "key", `${what} ${remedy}`);
  }
  return [
    ...faultIf(
      isSingle,
      "key",
      `\`key\` has the spec ${keySpec}, and keeps its first key material for life. ${remedy}`,
    ),
    ...faultIf(
      isReplica,
      "key",
      "`key` is a replica, and a multi-Region key is rotated in all its Regions by its primary. Set the primary.",
    ),
  ];
}
