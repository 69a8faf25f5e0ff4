import type { Kms, KmsProfile } from "../engine/kms-profile";
import { keysOf } from "../engine/table";
import { isAlibabaArn, parseAlibabaKeyArn } from "./alibaba/arn";
import { alibabaProfile } from "./alibaba/profile";
import { parseAwsKeyArn } from "./aws/arn";
import { awsProfile } from "./aws/profile";
import { isQkmsArn, parseQkmsKeyArn } from "./qkms/arn";
import { qkmsProfile } from "./qkms/profile";

/** What each KMS can do. */
export const kmsProfiles = {
  aws: awsProfile,
  alibaba: alibabaProfile,
  qkms: qkmsProfile,
} as const satisfies Record<Kms, KmsProfile>;

export const kmsNames = keysOf(kmsProfiles);

export function isKms(text: string): text is Kms {
  return Object.hasOwn(kmsProfiles, text);
}

/** What an ARN says of its key. QKMS names no Region in it, and only AWS has multi-Region keys. */
interface KeyOfArn {
  readonly kms: Kms;
  readonly keyId: string;
  readonly region?: string;
  readonly multiRegion?: boolean;
}

/** @throws ByokError `invalid_key_arn`, naming the argument, where the text is no key's ARN. */
export function keyOfArn(keyArn: string, attribute = "key_arn"): KeyOfArn {
  if (isAlibabaArn(keyArn)) return { kms: "alibaba", ...parseAlibabaKeyArn(keyArn, attribute) };
  if (isQkmsArn(keyArn)) return { kms: "qkms", keyId: parseQkmsKeyArn(keyArn, attribute).keyId };
  return { kms: "aws", ...parseAwsKeyArn(keyArn, attribute) };
}

/** The KMS that a key's ARN names. @throws as {@link keyOfArn}. */
export function kmsOfArn(keyArn: string, attribute: string): Kms {
  return keyOfArn(keyArn, attribute).kms;
}
