import type { Kms, KmsProfile } from "../src/engine/kms-profile";
import { keysOf } from "../src/engine/table";
import { isAlibabaArn, parseAlibabaKeyArn } from "../src/kms/alibaba/arn";
import { alibabaProfile } from "../src/kms/alibaba/profile";
import { parseAwsKeyArn } from "../src/kms/aws/arn";
import { awsProfile } from "../src/kms/aws/profile";
import { isQkmsArn, parseQkmsKeyArn } from "../src/kms/qkms/arn";
import { qkmsProfile } from "../src/kms/qkms/profile";

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

/** What an ARN says of its key. @throws ByokError `invalid_key_arn` where it is none. */
export function keyOfArn(keyArn: string): {
  readonly kms: Kms;
  readonly keyId: string;
  readonly region?: string;
  readonly multiRegion?: boolean;
} {
  if (isAlibabaArn(keyArn)) return { kms: "alibaba", ...parseAlibabaKeyArn(keyArn) };
  if (isQkmsArn(keyArn)) return { kms: "qkms", keyId: parseQkmsKeyArn(keyArn).keyId };
  return { kms: "aws", ...parseAwsKeyArn(keyArn) };
}
