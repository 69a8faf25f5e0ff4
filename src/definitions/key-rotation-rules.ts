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
