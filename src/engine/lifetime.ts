import { durationInWords, parseDuration } from "./duration";
import { ByokError } from "./errors";
import { type EpochSeconds, formatInstant, parseInstant, type Seconds } from "./instant";
import type { KmsProfile } from "./kms-profile";

/** How long imported material is to live. */
export type Lifetime =
  | { readonly kind: "forever" }
  /** Until a fixed moment; nothing renews it. */
  | { readonly kind: "until"; readonly validTo: EpochSeconds }
  /** For a while from each import on; imported again once no more than `renewBefore` of it is left. */
  | { readonly kind: "renewed"; readonly validFor: Seconds; readonly renewBefore: Seconds };

/** The arguments, as the user wrote them. */
export interface LifetimeArguments {
  /** RFC 3339 with a time zone. */
  readonly validTo?: string | undefined;
  /** A duration, `90d`. */
  readonly validFor?: string | undefined;
  /** A duration. Default: a third of `valid_for`, rounded down to whole seconds. */
  readonly renewBefore?: string | undefined;
}

/**
 * Reads the three arguments as one lifetime. Looks at no clock: see `checkLifetime` for what depends on one.
 *
 * @throws ByokError `invalid_lifetime`, naming the argument.
 */
export function lifetimeFrom(given: LifetimeArguments): Lifetime {
  const { validTo, validFor, renewBefore } = given;
  if (validTo !== undefined && validFor !== undefined) {
    throw new ByokError("invalid_lifetime", "`valid_for` conflicts with `valid_to`. Set only one of them.", {
      attribute: "valid_for",
    });
  }
  if (renewBefore !== undefined && validFor === undefined) {
    const why =
      validTo === undefined
        ? "requires `valid_for`"
        : "conflicts with `valid_to`, since material with a fixed date is never renewed";
    throw new ByokError(
      "invalid_lifetime",
      `\`renew_before\` ${why}. Set \`valid_for\` to have the material renewed, or remove \`renew_before\`.`,
      { attribute: "renew_before" },
    );
  }
  if (validTo !== undefined) return { kind: "until", validTo: parseInstant(validTo, "valid_to") };
  if (validFor === undefined) return { kind: "forever" };
  const lasting = parseDuration(validFor, "valid_for");
  const margin = renewBefore === undefined ? Math.floor(lasting / 3) : parseDuration(renewBefore, "renew_before");
  if (margin >= lasting) {
    throw new ByokError(
      "invalid_lifetime",
      `\`renew_before\` is ${durationInWords(margin)} and not shorter than \`valid_for\`, ${durationInWords(lasting)}: every plan would renew the material. Shorten \`renew_before\`.`,
      { attribute: "renew_before" },
    );
  }
  return { kind: "renewed", validFor: lasting, renewBefore: margin };
}

/**
 * Refuses a lifetime that the KMS would refuse: in the past, or longer than it allows. Without a `now`, only what needs
 * none is checked.
 *
 * @throws ByokError `lifetime_past`, `lifetime_too_long`.
 */
export function checkLifetime(lifetime: Lifetime, profile: KmsProfile, now: EpochSeconds | undefined): void {
  if (lifetime.kind === "forever") return;
  const attribute = lifetime.kind === "until" ? "valid_to" : "valid_for";
  const lasting = lifetime.kind === "renewed" ? lifetime.validFor : now === undefined ? 1 : lifetime.validTo - now;
  if (lifetime.kind === "until" && lasting <= 0) {
    throw lifetimePast(lifetime.validTo);
  }
  const longest = profile.longestLifetime ?? Number.POSITIVE_INFINITY;
  if (lasting > longest) {
    throw new ByokError(
      "lifetime_too_long",
      `\`${attribute}\` reaches further than the ${durationInWords(longest)} for which ${profile.title} keeps imported material. Shorten it, or leave it out so that the material never expires.`,
      { attribute },
    );
  }
}

export function lifetimePast(validTo: EpochSeconds): ByokError {
  return new ByokError("lifetime_past", `\`valid_to\` is ${formatInstant(validTo)}, which is past. Set a later date.`, {
    attribute: "valid_to",
  });
}

/** When material that is imported now expires. Undefined: never. */
export function validToAt(lifetime: Lifetime, now: EpochSeconds): EpochSeconds | undefined {
  switch (lifetime.kind) {
    case "forever":
      return undefined;
    case "until":
      return lifetime.validTo;
    case "renewed":
      return now + lifetime.validFor;
  }
}

/** From when on material that expires at `validTo` should be renewed. Undefined: it is not renewed. */
export function renewalTime(lifetime: Lifetime, validTo: EpochSeconds | undefined): EpochSeconds | undefined {
  return lifetime.kind === "renewed" && validTo !== undefined ? validTo - lifetime.renewBefore : undefined;
}

/** Whether two lifetimes ask the KMS for the same. When to renew is our own affair and does not count. */
export function sameLifetime(one: Lifetime, other: Lifetime): boolean {
  if (one.kind === "until" && other.kind === "until") return one.validTo === other.validTo;
  if (one.kind === "renewed" && other.kind === "renewed") return one.validFor === other.validFor;
  return one.kind === other.kind;
}

/** For messages: `never expires`, `valid to 2027-01-31T12:00:00Z`, `valid for 90 days from each import`. */
export function lifetimeInWords(lifetime: Lifetime): string {
  switch (lifetime.kind) {
    case "forever":
      return "never expires";
    case "until":
      return `valid to ${formatInstant(lifetime.validTo)}`;
    case "renewed":
      return `valid for ${durationInWords(lifetime.validFor)} from each import`;
  }
}
