import { ByokError } from "../../engine/errors";

/** The parts of the ARN of a key of AWS KMS. */
export interface AwsKeyArn {
  /** `aws`, `aws-cn`, `aws-us-gov`, … */
  readonly partition: string;
  readonly region: string;
  /** 12 digits. */
  readonly accountId: string;
  /** A UUID, or `mrk-` and 32 hex digits. */
  readonly keyId: string;
  readonly multiRegion: boolean;
}

const pattern =
  /^arn:(?<partition>aws(?:-[a-z]+)*):kms:(?<region>[a-z0-9]+(?:-[a-z0-9]+)+):(?<accountId>\d{12}):key\/(?<keyId>mrk-[0-9a-f]{32}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/;

/** Whether it is meant to be an ARN of AWS KMS, of a key or an alias, well-formed or not. */
export function isAwsArn(text: string): boolean {
  return /^arn:aws(?:-[a-z]+)*:kms:/.test(text);
}

/**
 * Reads `arn:PARTITION:kms:REGION:ACCOUNT:key/ID`.
 *
 * @param attribute the argument that the text came from, in Terraform's spelling
 * @throws ByokError `invalid_key_arn` for anything else, an alias's ARN too: an alias can be pointed at another key.
 */
export function parseAwsKeyArn(text: string, attribute = "key_arn"): AwsKeyArn {
  const parts = pattern.exec(text)?.groups;
  if (parts === undefined) {
    throw new ByokError(
      "invalid_key_arn",
      `\`${attribute}\` is not the ARN of a KMS key${shown(text)}. ${advice(text)}`,
      {
        attribute,
      },
    );
  }
  const { partition = "", region = "", accountId = "", keyId = "" } = parts;
  return { partition, region, accountId, keyId, multiRegion: keyId.startsWith("mrk-") };
}

/** The ARN that the same multi-Region key has in another Region. */
export function awsArnInRegion(keyArn: string, region: string): string {
  const { partition, accountId, keyId } = parseAwsKeyArn(keyArn);
  return `arn:${partition}:kms:${region}:${accountId}:key/${keyId}`;
}

/** The part of AWS's partition that stands before a Region's name; `aws` for the commercial one, which has none. */
export function partitionOf(region: string): string {
  return /^(cn|us-gov|us-iso[a-z]?|eu-isoe|eusc)-/.exec(region)?.[1] ?? "aws";
}

/** AWS looks keys up by their id and by aliases as well; only an ARN, an alias's too, says the Region. */
export function regionOfName(name: string): { readonly region?: string } {
  const [, region] = /^arn:[^:]*:kms:([^:]+):/.exec(name) ?? [];
  return region === undefined ? {} : { region };
}

const expected = "It looks like arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab.";

function advice(text: string): string {
  if (/(^|:)alias\//.test(text)) {
    return "An alias can be pointed at another key at any time, so material is imported by the ARN of the key itself: give that.";
  }
  if (/^(mrk-)?[0-9a-f-]{32,36}$/.test(text)) return `A key id alone does not say the account and Region. ${expected}`;
  return expected;
}

/** What was given, if it is something that can be shown: whatever is pasted by mistake may be a secret. */
function shown(text: string): string {
  return text.length <= 256 && /^(arn:|alias\/)[\w:/+=,.@-]*$/.test(text) ? `: ${text}` : "";
}
