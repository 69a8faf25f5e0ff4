import { ByokError } from "./errors";
import type { KeyService } from "./key-service";
import type { Kms } from "./kms-profile";

/** What a key's ARN says of where the key is. */
export interface KeyLocation {
  /** The KMS that the ARN belongs to. */
  readonly kms: Kms;
  /** Empty where the KMS has no Regions. */
  readonly region: string;
  /** Undefined where the ARN does not say. */
  readonly accountId: string | undefined;
  /** The part of the ARN that names the key alone. */
  readonly keyId: string;
}

/** Every KMS and Region that the configuration reaches. Nothing is connected before it is needed. */
export interface KeyServices {
  /** What an ARN says of its key. @throws ByokError `invalid_key_arn`, naming the argument. */
  locate(keyArn: string, attribute: string): KeyLocation;
  /** The same object for the same KMS and Region. @throws ByokError where the KMS or the Region cannot be used. */
  service(kms: Kms, region: string): KeyService;
  /** The ARN that the same multi-Region key has in another Region. */
  arnInRegion(keyArn: string, region: string): string;
}

/** Keys that the configuration allows to be touched. Undefined: no restriction. */
export interface AllowedKeys {
  /** Accounts whose keys may be touched. Undefined: all. */
  readonly accountIds?: readonly string[] | undefined;
  /** Regions whose keys may be touched. Undefined: all. */
  readonly regions?: readonly string[] | undefined;
  /** What holds for one KMS, in place of the above. */
  readonly byKms?: Readonly<Partial<Record<Kms, Omit<AllowedKeys, "byKms">>>>;
}

/** What holds for one KMS. */
export function allowedOn(kms: Kms, allowed: AllowedKeys): AllowedKeys {
  return allowed.byKms?.[kms] ?? allowed;
}

/**
 * Refuses a key outside the accounts and Regions that the configuration allows. To be asked before bytes are read.
 *
 * @throws ByokError `account_not_allowed`, `region_not_allowed`.
 */
export function checkAllowed(location: KeyLocation, everywhere: AllowedKeys, attribute: string): void {
  const { accountId, region } = location;
  const allowed = allowedOn(location.kms, everywhere);
  if (accountId !== undefined) checkAccount(accountId, allowed, attribute);
  if (allowed.regions !== undefined && region !== "" && !allowed.regions.includes(region)) {
    throw new ByokError(
      "region_not_allowed",
      `The Region ${region} is not among \`allowed_regions\` (${allowed.regions.join(", ")}). Use a key in one of them, or allow the Region.`,
      { attribute },
    );
  }
}

/** @throws ByokError `account_not_allowed`. */
export function checkAccount(accountId: string, allowed: AllowedKeys, attribute: string): void {
  if (allowed.accountIds === undefined || allowed.accountIds.includes(accountId)) return;
  throw new ByokError(
    "account_not_allowed",
    `The account ${accountId} is not among \`allowed_account_ids\` (${allowed.accountIds.join(", ")}). Use credentials and a key of one of them, or allow the account.`,
    { attribute },
  );
}
