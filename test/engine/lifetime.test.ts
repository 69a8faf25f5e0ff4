import fc from "fast-check";
import {
  checkLifetime,
  type Lifetime,
  lifetimeFrom,
  lifetimeInWords,
  renewalTime,
  sameLifetime,
  validToAt,
} from "../../src/engine/lifetime";
import { paperProfile } from "../support/profile";
import { thrown } from "./thrown";

const now = Date.UTC(2027, 0, 1) / 1000;
const day = 86_400;
const forever: Lifetime = { kind: "forever" };
const until: Lifetime = { kind: "until", validTo: now + day };
const renewed: Lifetime = { kind: "renewed", validFor: 90 * day, renewBefore: 30 * day };

describe("the three arguments of a lifetime", () => {
  it.each([
    [{}, forever],
    [{ validTo: "2027-01-02T00:00:00Z" }, until],
    [{ validFor: "90d" }, renewed],
    [
      { validFor: "90d", renewBefore: "2d" },
      { ...renewed, renewBefore: 2 * day },
    ],
    [{ validFor: "100s" }, { kind: "renewed", validFor: 100, renewBefore: 33 }],
    [{ validFor: "2s" }, { kind: "renewed", validFor: 2, renewBefore: 0 }],
  ])("%j", (given, lifetime) => {
    expect(lifetimeFrom(given)).toEqual(lifetime);
  });

  it.each([
    [{ validTo: "2027-01-02T00:00:00Z", validFor: "90d" }, "valid_for"],
    [{ validTo: "2027-01-02T00:00:00Z", renewBefore: "9d" }, "renew_before"],
    [{ renewBefore: "9d" }, "renew_before"],
    [{ validFor: "9d", renewBefore: "9d" }, "renew_before"],
    [{ validFor: "9d", renewBefore: "10d" }, "renew_before"],
    [{ validFor: "9d", renewBefore: "soon" }, "renew_before"],
    [{ validFor: "ages" }, "valid_for"],
    [{ validTo: "2027-01-02" }, "valid_to"],
  ])("refuses %j at %s", (given, attribute) => {
    expect(() => lifetimeFrom(given)).toThrow(expect.objectContaining({ code: "invalid_lifetime", attribute }));
  });

  it.each([
    [
      { validTo: "2027-01-02T00:00:00Z", validFor: "90d" },
      "`valid_for` conflicts with `valid_to`. Set only one of them.",
    ],
    [
      { validTo: "2027-01-02T00:00:00Z", renewBefore: "9d" },
      "`renew_before` conflicts with `valid_to`, since material with a fixed date is never renewed. Set `valid_for` to have the material renewed, or remove `renew_before`.",
    ],
    [
      { renewBefore: "9d" },
      "`renew_before` requires `valid_for`. Set `valid_for` to have the material renewed, or remove `renew_before`.",
    ],
    [
      { validFor: "9d", renewBefore: "10d" },
      "`renew_before` is 10 days and not shorter than `valid_for`, 9 days: every plan would renew the material. Shorten `renew_before`.",
    ],
  ])("says of %j what is wrong and what to do", (given, message) => {
    expect(thrown(() => lifetimeFrom(given)).rawMessage).toBe(message);
  });
});

describe("what a KMS allows", () => {
  const year = 365 * day;
  it.each<[Lifetime, number | undefined]>([
    [forever, now],
    [until, now],
    [until, undefined],
    [renewed, undefined],
    [{ kind: "until", validTo: now + 1 }, now],
    [{ kind: "until", validTo: now + year }, now],
    [{ kind: "renewed", validFor: year, renewBefore: 1 }, now],
    [{ kind: "until", validTo: now + 40 * year }, undefined],
  ])("takes %j at %s", (lifetime, moment) => {
    expect(() => checkLifetime(lifetime, paperProfile, moment)).not.toThrow();
  });

  it.each<[Lifetime, number | undefined, string, string]>([
    [{ kind: "until", validTo: now }, now, "lifetime_past", "valid_to"],
    [{ kind: "until", validTo: now - 1 }, now, "lifetime_past", "valid_to"],
    [{ kind: "until", validTo: now + year + 1 }, now, "lifetime_too_long", "valid_to"],
    [{ kind: "renewed", validFor: year + 1, renewBefore: 1 }, undefined, "lifetime_too_long", "valid_for"],
  ])("refuses %j at %s: %s", (lifetime, moment, code, attribute) => {
    expect(() => checkLifetime(lifetime, paperProfile, moment)).toThrow(expect.objectContaining({ code, attribute }));
  });

  it.each<[Lifetime, string]>([
    [{ kind: "until", validTo: now }, "`valid_to` is 2027-01-01T00:00:00Z, which is past. Set a later date."],
    [
      { kind: "until", validTo: now + year + 1 },
      "`valid_to` reaches further than the 365 days for which Paper KMS keeps imported material. Shorten it, or leave it out so that the material never expires.",
    ],
    [
      { kind: "renewed", validFor: year + 1, renewBefore: 1 },
      "`valid_for` reaches further than the 365 days for which Paper KMS keeps imported material. Shorten it, or leave it out so that the material never expires.",
    ],
  ])("says of %j what is wrong and what to do", (lifetime, message) => {
    expect(thrown(() => checkLifetime(lifetime, paperProfile, now)).rawMessage).toBe(message);
  });

  it("knows no bound where none is documented", () => {
    const { longestLifetime: _, ...unbounded } = paperProfile;
    expect(() => checkLifetime({ kind: "until", validTo: now + 40 * year }, unbounded, now)).not.toThrow();
  });
});

describe("expiry and renewal", () => {
  it.each<[Lifetime, number | undefined, number | undefined]>([
    [forever, undefined, undefined],
    [until, now + day, undefined],
    [renewed, now + 90 * day, now + 60 * day],
  ])("of %j", (lifetime, validTo, renewal) => {
    expect(validToAt(lifetime, now)).toBe(validTo);
    expect(renewalTime(lifetime, validTo)).toBe(renewal);
  });

  it("has no renewal for material that never expires", () => {
    expect(renewalTime(renewed, undefined)).toBeUndefined();
  });

  it("comes after the import and before the expiry, in whole seconds", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 365 * day }), fc.integer({ min: 0, max: 1e10 }), (seconds, moment) => {
        const lifetime = lifetimeFrom({ validFor: `${seconds}s` });
        const validTo = validToAt(lifetime, moment);
        const renewal = renewalTime(lifetime, validTo) ?? Number.NaN;
        expect(Number.isInteger(renewal)).toBe(true);
        expect(renewal).toBeGreaterThan(moment);
        expect(renewal).toBeLessThanOrEqual(moment + seconds);
      }),
    );
  });
});

describe("the same lifetime", () => {
  it.each<[Lifetime, Lifetime, boolean]>([
    [forever, forever, true],
    [forever, until, false],
    [until, { ...until }, true],
    [until, { kind: "until", validTo: now }, false],
    [renewed, { kind: "renewed", validFor: 90 * day, renewBefore: day }, true],
    [renewed, { kind: "renewed", validFor: 91 * day, renewBefore: 30 * day }, false],
    [renewed, until, false],
  ])("%j and %j: %s", (one, other, same) => {
    expect(sameLifetime(one, other)).toBe(same);
    expect(sameLifetime(other, one)).toBe(same);
  });

  it("is said in words", () => {
    expect([forever, until, renewed].map(lifetimeInWords)).toEqual([
      "never expires",
      "valid to 2027-01-02T00:00:00Z",
      "valid for 90 days from each import",
    ]);
  });
});
