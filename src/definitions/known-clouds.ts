import type { Kms, KmsProfile } from "../engine/kms-profile";

/** What rules need to know of the KMSs; anyone who asks brings it along, since rules know no cloud. */
export interface KnownClouds {
  readonly profiles: Readonly<Record<Kms, KmsProfile>>;
  /**
   * What an ARN says of its key; `multiRegion` where it says so.
   *
   * @throws ByokError `invalid_key_arn`, naming the argument, where the text is no key's ARN.
   */
  readonly keyOfArn: (
    keyArn: string,
    attribute: string,
  ) => { readonly kms: Kms; readonly region?: string; readonly multiRegion?: boolean };
}
