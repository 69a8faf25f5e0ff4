import type { Kms, KmsProfile } from "../engine/kms-profile";
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

export function isKms(text: string): text is Kms {
  return Object.hasOwn(kmsProfiles, text);
}

/**
 * The KMS that a key's ARN names.
 *
 * @throws ByokError `invalid_key_arn`, naming the argument.
 */
export function kmsOfArn(keyArn: string, attribute: string): Kms {
  if (isAlibabaArn(keyArn)) {
    parseAlibabaKeyArn(keyArn, attribute);
    return "alibaba";
  }
  if (isQkmsArn(keyArn)) {
    parseQkmsKeyArn(keyArn, attribute);
    return "qkms";
  }
  parseAwsKeyArn(keyArn, attribute);
  return "aws";
}
