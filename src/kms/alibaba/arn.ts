import { ByokError } from "../../engine/errors";

/** The parts of the ARN of an Alibaba Cloud KMS key. */
export interface AlibabaKeyArn {
  readonly region: string;
  /** The account, mostly 16 digits. */
  readonly accountId: string;
  /** A UUID, or `key-` and letters and digits where the key is in a KMS instance. */
  readonly keyId: string;
}

const pattern =
  /^acs:kms:(?<region>[a-z]{2}(?:-[a-z0-9]+)+):(?<accountId>\d{5,20}):key\/(?<keyId>[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|key-[a-z0-9]{8,64})$/;

/**
 * Reads `acs:kms:REGION:ACCOUNT:key/ID`.
 *
 * @param attribute the argument that the text came from, in Terraform's spelling
 * @throws ByokError `invalid_key_arn` for anything else, an alias's ARN too: an alias can be pointed at another key.
 */
export function parseAlibabaKeyArn(text: string, attribute = "key_arn"): AlibabaKeyArn {
  const parts = pattern.exec(text)?.groups;
  if (parts === undefined) {
    const advice = /:alias\//.test(text)
      ? "An alias can be pointed at another key at any time, so material is imported by the ARN of the key itself: give that."
      : "It looks like acs:kms:cn-hangzhou:1234567890123456:key/1234abcd-12ab-34cd-56ef-1234567890ab.";
    throw new ByokError("invalid_key_arn", `\`${attribute}\` is not the ARN of a KMS key${shown(text)}. ${advice}`, {
      attribute,
    });
  }
  const { region = "", accountId = "", keyId = "" } = parts;
  return { region, accountId, keyId };
}

export function isAlibabaArn(text: string): boolean {
  return text.startsWith("acs:");
}

/** What was given, if it is something that can be shown: whatever is pasted by mistake may be a secret. */
function shown(text: string): string {
  return text.length <= 256 && /^acs:[\w:/+=,.@-]*$/.test(text) ? `: ${text}` : "";
}
