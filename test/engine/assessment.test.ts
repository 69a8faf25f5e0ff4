import fc from "fast-check";
import { type AssessmentFacts, assess, type WantedMaterial, whatIsDue } from "../../src/engine/assessment";
import type { Fingerprint } from "../../src/engine/fingerprint";
import { parseFingerprint } from "../../src/engine/fingerprint";
import type { Lifetime } from "../../src/engine/lifetime";
import type {
  Dated,
  Deleted,
  Expired,
  Imported,
  MaterialCondition,
  MaterialState,
} from "../../src/engine/material-condition";
import type { MaterialRecord, ProvedRecord } from "../../src/engine/material-record";
import type { Offer } from "../../src/engine/offered-bytes";

const day = 86_400;
const now = Date.UTC(2027, 0, 1) / 1000;
const keyArn = "arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab";
const ours: Fingerprint = parseFingerprint(`cmac:${"0".repeat(32)}`, "fingerprint");
const others: Fingerprint = parseFingerprint(`cmac:${"f".repeat(32)}`, "fingerprint");

const quarter: Lifetime = { kind: "renewed", validFor: 90 * day, renewBefore: 30 * day };
const wanted: WantedMaterial = { keyArn, lifetime: quarter, onDeletion: "reimport" };
const validTo = now + 60 * day;
const record: ProvedRecord = {
  keyArn,
  fingerprint: ours,
  verified: true,
  importedAt: now - 30 * day,
  lifetime: quarter,
  expirationModel: "KEY_MATERIAL_EXPIRES",
  validTo,
  importedValidTo: validTo,
};
const living = {
  state: "imported",
  keyState: "Enabled",
  expirationModel: "KEY_MATERIAL_EXPIRES",
  validTo,
  lifetimeDrift: false,
  renewalTime: now + 30 * day,
  renewalDue: false,
  lifetimePast: false,
  missingMaterials: [],
  otherMaterials: [],
  keyDisabled: false,
} as const satisfies Imported;
const same: Offer = { kind: "bytes", fingerprint: ours, attribute: "key_material_source" };
const different: Offer = { kind: "bytes", fingerprint: others, attribute: "key_material_wo" };
const none: Offer = { kind: "none", why: "file:payments.bin does not exist.", attribute: "key_material_source" };
const later: Offer = { kind: "later" };

const healthy: AssessmentFacts = { wanted, condition: living, record, offer: same };
/** The key in another state than `living`; its material without a date, except where one is given. */
function lapsed(state: "expired", at: number): Expired;
function lapsed(state: "deleted", at?: number): Deleted;
function lapsed(state: "imported"): Imported;
function lapsed(state: "never_imported" | "key_pending_deletion" | "key_gone"): MaterialCondition;
function lapsed(state: MaterialState, at?: number): MaterialCondition {
  const { validTo: _, renewalTime: __, ...undated } = living;
  const known = { otherMaterials: [], keyDisabled: false };
  const empty = { ...known, keyState: "PendingImport", missingMaterials: [] } as const;
  const material = { lifetimePast: false, renewalDue: false } as const;
  switch (state) {
    case "expired":
      return { ...empty, ...material, state, validTo: at ?? now };
    case "deleted":
      return at === undefined ? { ...empty, ...material, state } : { ...empty, ...material, state, validTo: at };
    case "imported":
      return { ...undated, state };
    case "never_imported":
      return { ...empty, state };
    case "key_pending_deletion":
      return { ...known, state, keyState: "PendingDeletion" };
    case "key_gone":
      return { ...known, state };
  }
}
const fixed: Lifetime = { kind: "until", validTo };

/** What an assessment comes to, for a table. */
function verdict(facts: Partial<AssessmentFacts>): unknown[] {
  const { row, action, problem, warnings } = assess({ ...healthy, ...facts });
  return [row, action, problem?.code, warnings.length];
}

describe("the table of what happens when", () => {
  it.each<[string, Partial<AssessmentFacts>, unknown[]]>([
    // The key is lost: whatever is on offer
    [
      "pending deletion",
      { condition: lapsed("key_pending_deletion") },
      ["key_pending_deletion", "nothing", "key_pending_deletion", 1],
    ],
    [
      "pending deletion, other bytes",
      { condition: lapsed("key_pending_deletion"), offer: different },
      ["key_pending_deletion", "nothing", "key_pending_deletion", 1],
    ],
    ["gone", { condition: lapsed("key_gone"), offer: none }, ["key_gone", "nothing", "key_not_found", 1]],
    [
      "gone, other settings changed",
      { condition: lapsed("key_gone"), otherChanges: true },
      ["key_gone", "nothing", "key_not_found", 1],
    ],
    [
      "pending deletion, and its own resource cancels that in the same run",
      { condition: lapsed("key_pending_deletion"), keyComesBack: true },
      ["key_comes_back", "reimport", undefined, 0],
    ],
    [
      "pending deletion, coming back, without bytes: what they are needed for shows in the apply only",
      { condition: lapsed("key_pending_deletion"), keyComesBack: true, offer: none },
      ["key_comes_back", "reimport", undefined, 0],
    ],
    [
      "pending deletion, coming back, and other bytes",
      { condition: lapsed("key_pending_deletion"), keyComesBack: true, offer: different },
      ["different_material", "refuse", "different_material", 0],
    ],
    [
      "a key that comes back and is not pending deletion any more",
      { keyComesBack: true },
      ["healthy", "nothing", undefined, 0],
    ],
    [
      "gone, and said to come back",
      { condition: lapsed("key_gone"), keyComesBack: true },
      ["key_gone", "nothing", "key_not_found", 1],
    ],
    // Other bytes
    ["other bytes than on record", { offer: different }, ["different_material", "refuse", "different_material", 0]],
    [
      "other bytes than configured",
      { wanted: { ...wanted, fingerprint: ours }, record: undefined, offer: different },
      ["different_material", "refuse", "different_material", 0],
    ],
    [
      "other bytes for lapsed material",
      { condition: lapsed("expired", now - 1), offer: different },
      ["different_material", "refuse", "different_material", 0],
    ],
    [
      "another fingerprint configured than on record, no bytes",
      { wanted: { ...wanted, fingerprint: others }, offer: none },
      ["different_material", "refuse", "different_material", 0],
    ],
    [
      "other bytes than an unproved record claims",
      { record: { ...record, verified: false }, offer: different },
      ["not_verified", "reimport", undefined, 0],
    ],
    [
      "other bytes than a tag proves",
      { record: undefined, condition: { ...living, mayInterrupt: true, provedByTag: others } },
      ["different_material", "refuse", "different_material", 0],
    ],
    // A date that was newly set
    [
      "newly set date in the past",
      { wanted: { ...wanted, lifetime: { kind: "until", validTo: now } }, now },
      ["lifetime_past", "refuse", "lifetime_past", 0],
    ],
    [
      "newly set date in the past, no clock asked",
      { wanted: { ...wanted, lifetime: { kind: "until", validTo: now } } },
      ["lifetime_configured", "reimport", undefined, 0],
    ],
    [
      "newly set date in the future",
      { wanted: { ...wanted, lifetime: fixed }, now },
      ["lifetime_configured", "reimport", undefined, 0],
    ],
    [
      "a fixed date that is past and as recorded, for living material",
      {
        wanted: { ...wanted, lifetime: { kind: "until", validTo: now } },
        record: { ...record, lifetime: { kind: "until", validTo: now } },
        now,
      },
      ["healthy", "nothing", undefined, 0],
    ],
    [
      "expired, and a date in the past on record of nothing",
      {
        wanted: { ...wanted, lifetime: { kind: "until", validTo: now } },
        record: undefined,
        condition: { ...lapsed("expired", now), lifetimePast: true },
      },
      ["expired", "reimport", undefined, 0],
    ],
    // Never imported
    [
      "never imported, same",
      { condition: lapsed("never_imported"), record: undefined },
      ["never_imported", "create", undefined, 0],
    ],
    [
      "never imported, none",
      { condition: lapsed("never_imported"), record: undefined, offer: none },
      ["never_imported", "create", "material_missing", 1],
    ],
    // Lapsed
    [
      "expired as configured",
      {
        wanted: { ...wanted, lifetime: fixed },
        record: { ...record, lifetime: fixed },
        condition: { ...lapsed("expired", now), lifetimePast: true },
      },
      ["expired_as_configured", "nothing", undefined, 1],
    ],
    [
      "expired as configured, but a later date is set now",
      {
        wanted: { ...wanted, lifetime: { kind: "until", validTo: now + day } },
        record: { ...record, lifetime: fixed },
        condition: { ...lapsed("expired", now), lifetimePast: true },
      },
      ["expired", "reimport", undefined, 0],
    ],
    [
      "expired before its configured date",
      {
        wanted: { ...wanted, lifetime: fixed },
        record: { ...record, lifetime: fixed },
        condition: lapsed("expired", now),
      },
      ["expired", "reimport", undefined, 0],
    ],
    [
      "deleted, to be reported",
      { wanted: { ...wanted, onDeletion: "report" }, condition: lapsed("deleted", validTo) },
      ["deletion_reported", "nothing", undefined, 1],
    ],
    [
      "deleted before its time, and the configured date is past by now",
      {
        wanted: { ...wanted, lifetime: fixed },
        record: { ...record, lifetime: fixed, deletedEarly: true },
        condition: { ...lapsed("deleted", now), lifetimePast: true },
      },
      ["deleted", "nothing", undefined, 1],
    ],
    [
      "deleted before its time, and a later date is set now",
      {
        wanted: { ...wanted, lifetime: { kind: "until", validTo: now + day } },
        record: { ...record, lifetime: fixed, deletedEarly: true },
        condition: { ...lapsed("deleted", now), lifetimePast: true },
      },
      ["deleted", "reimport", undefined, 0],
    ],
    [
      "deleted, to be reported, and imported by us a moment ago",
      { wanted: { ...wanted, onDeletion: "report" }, condition: { ...lapsed("deleted", validTo), settling: true } },
      ["not_shown_yet", "nothing", undefined, 0],
    ],
    [
      "not in the key a moment after our import, to be brought back",
      { condition: { ...lapsed("deleted", validTo), settling: true } },
      ["deleted", "reimport", undefined, 0],
    ],
    [
      "deleted by byok itself a moment after an import, to be reported",
      {
        wanted: { ...wanted, onDeletion: "report" },
        condition: { ...lapsed("deleted", validTo), settling: true, interrupted: true },
      },
      ["deleted", "reimport", undefined, 0],
    ],
    [
      "deleted, to be reported, and that was first seen now: it is recorded",
      { wanted: { ...wanted, onDeletion: "report" }, condition: lapsed("deleted", validTo), otherChanges: true },
      ["deletion_reported", "record", undefined, 1],
    ],
    [
      "expired although deletions are reported",
      { wanted: { ...wanted, onDeletion: "report" }, condition: lapsed("expired", now) },
      ["expired", "reimport", undefined, 0],
    ],
    ["expired, same", { condition: lapsed("expired", now) }, ["expired", "reimport", undefined, 0]],
    [
      "expired, none",
      { condition: lapsed("expired", now), offer: none },
      ["expired", "reimport", "material_missing", 1],
    ],
    ["deleted, same", { condition: lapsed("deleted") }, ["deleted", "reimport", undefined, 0]],
    [
      "deleted, none",
      { condition: lapsed("deleted", validTo), offer: none },
      ["deleted", "reimport", "material_missing", 1],
    ],
    // Not verified
    ["taken over, same", { record: undefined }, ["not_verified", "reimport", undefined, 0]],
    [
      "taken over, none",
      { record: { keyArn, verified: false }, offer: none },
      ["not_verified", "nothing", undefined, 1],
    ],
    [
      "not proved, where an import may have to delete first",
      { record: undefined, condition: { ...living, mayInterrupt: true } },
      ["not_verified", "nothing", undefined, 1],
    ],
    [
      "proved by the tag, where an import may have to delete first",
      { record: undefined, condition: { ...living, mayInterrupt: true, provedByTag: ours } },
      ["not_verified", "reimport", undefined, 1],
    ],
    // Prolonged by someone else, past its fixed date
    [
      "prolonged by someone else, and the fixed date is past",
      {
        wanted: { ...wanted, lifetime: fixed },
        record: { ...record, lifetime: fixed },
        condition: { ...living, lifetimePast: true, lifetimeDrift: true },
      },
      ["fixed_date_past", "nothing", undefined, 1],
    ],
    [
      "prolonged by someone else, and a later date is set now",
      {
        wanted: { ...wanted, lifetime: { kind: "until", validTo: validTo + day } },
        record: { ...record, lifetime: fixed },
        condition: { ...living, lifetimeDrift: true },
      },
      ["lifetime_configured", "reimport", undefined, 0],
    ],
    // Changed in the configuration
    [
      "lifetime changed, same",
      { wanted: { ...wanted, lifetime: { kind: "forever" } } },
      ["lifetime_configured", "reimport", undefined, 0],
    ],
    [
      "lifetime changed, none",
      { wanted: { ...wanted, lifetime: { kind: "forever" } }, offer: none },
      ["lifetime_configured", "reimport", "material_missing", 1],
    ],
    [
      "description changed, same",
      { wanted: { ...wanted, description: "safe 7" } },
      ["description_configured", "reimport", undefined, 0],
    ],
    [
      "description changed, none",
      { wanted: { ...wanted, description: "safe 7" }, offer: none },
      ["description_configured", "reimport", "material_missing", 1],
    ],
    [
      "description changed on a replica",
      { wanted: { ...wanted, description: "safe 7" }, condition: { ...living, isReplica: true } },
      ["description_configured", "refuse", "invalid_argument", 0],
    ],
    [
      "description as it was, on a key that has become a replica",
      {
        wanted: { ...wanted, description: "safe 7" },
        condition: { ...living, isReplica: true, renewalDue: true },
        record: { ...record, description: "safe 7" },
      },
      ["renewal_due", "reimport", undefined, 0],
    ],
    [
      "renewal of a replica",
      { condition: { ...living, isReplica: true, renewalDue: true } },
      ["renewal_due", "reimport", undefined, 0],
    ],
    [
      "description as it was",
      { wanted: { ...wanted, description: "safe 7" }, record: { ...record, description: "safe 7" } },
      ["healthy", "nothing", undefined, 0],
    ],
    [
      "renew_before changed",
      { wanted: { ...wanted, lifetime: { ...quarter, renewBefore: day } }, otherChanges: true },
      ["other_arguments", "record", undefined, 0],
    ],
    // Changed by someone else
    [
      "lifetime changed by someone else, same",
      { condition: { ...living, lifetimeDrift: true } },
      ["lifetime_drift", "reimport", undefined, 0],
    ],
    [
      "lifetime changed by someone else, none",
      { condition: { ...living, lifetimeDrift: true }, offer: none },
      ["lifetime_drift", "nothing", undefined, 1],
    ],
    [
      "the same, and other settings changed",
      { condition: { ...living, lifetimeDrift: true }, offer: none, otherChanges: true },
      ["lifetime_drift", "record", undefined, 1],
    ],
    // Renewal
    ["renewal due, same", { condition: { ...living, renewalDue: true } }, ["renewal_due", "reimport", undefined, 0]],
    [
      "renewal due and other settings changed",
      { condition: { ...living, renewalDue: true }, otherChanges: true },
      ["renewal_due", "reimport", undefined, 0],
    ],
    [
      "renewal due, none",
      { condition: { ...living, renewalDue: true }, offer: none },
      ["renewal_due", "nothing", undefined, 1],
    ],
    // To be Disabled
    ["to be Disabled, same", { condition: { ...living, toDisable: true } }, ["to_disable", "disable", undefined, 0]],
    [
      "to be Disabled, none: no bytes are needed for it",
      { condition: { ...living, toDisable: true }, offer: none },
      ["to_disable", "disable", undefined, 0],
    ],
    [
      "to be Disabled, and renewal is due: the import disables it too",
      { condition: { ...living, toDisable: true, renewalDue: true } },
      ["renewal_due", "reimport", undefined, 0],
    ],
    [
      "to be Disabled, and renewal is due, none: the key does not wait for the bytes",
      { condition: { ...living, toDisable: true, renewalDue: true }, offer: none },
      ["to_disable", "disable", undefined, 1],
    ],
    [
      "to be Disabled, and changed by someone else, none",
      { condition: { ...living, toDisable: true, lifetimeDrift: true }, offer: none, otherChanges: true },
      ["to_disable", "disable", undefined, 1],
    ],
    // As wanted
    ["as wanted, same", {}, ["healthy", "nothing", undefined, 0]],
    ["as wanted, none", { offer: none }, ["healthy", "nothing", undefined, 0]],
    [
      "as wanted, but other materials are missing",
      { condition: { ...living, missingMaterials: ["ab12"] } },
      ["healthy", "nothing", undefined, 1],
    ],
  ])("%s", (_name, facts, expected) => {
    expect(verdict(facts)).toEqual(expected);
  });

  it.each<[string, Partial<AssessmentFacts>, string]>([
    ["expired", { condition: lapsed("expired", now) }, "expired on 2027-01-01T00:00:00Z"],
    [
      "deleted before its time",
      { condition: lapsed("deleted", validTo) },
      "was deleted before its time (it was to expire on 2027-03-02T00:00:00Z)",
    ],
    ["deleted, without an expiry", { condition: lapsed("deleted") }, "was deleted"],
    [
      "gone for an unknown reason",
      { condition: lapsed("deleted"), record: undefined },
      "is gone: it expired or was deleted",
    ],
    [
      "renewal",
      { condition: { ...living, renewalDue: true } },
      "renewal due since 2027-01-31T00:00:00Z; expires on 2027-03-02T00:00:00Z",
    ],
    [
      "drift",
      { condition: { ...lapsed("imported"), lifetimeDrift: true } },
      "someone else changed the lifetime: never expires; configured: valid for 90 days from each import",
    ],
    [
      "taken over",
      { record: undefined },
      "not verified: an import will prove that the key holds these bytes; valid to 2027-03-02T00:00:00Z; configured: valid for 90 days from each import",
    ],
    ["healthy", {}, "imported, valid to 2027-03-02T00:00:00Z"],
    ["healthy, without an expiry", { condition: lapsed("imported") }, "imported, never expires"],
    ["only our own settings", { otherChanges: true }, "only settings of byok's own change"],
    ["the key is pending deletion", { condition: lapsed("key_pending_deletion") }, `${keyArn} is pending deletion`],
    ["the key is gone", { condition: lapsed("key_gone") }, `${keyArn} does not exist`],
    ["never imported", { condition: lapsed("never_imported") }, "the key has no key material yet"],
    [
      "a date in the past",
      { wanted: { ...wanted, lifetime: { kind: "until", validTo: now } }, now },
      "`valid_to` is 2027-01-01T00:00:00Z, which is past. Set a later date.",
    ],
    [
      "expired as configured",
      {
        wanted: { ...wanted, lifetime: fixed },
        record: { ...record, lifetime: fixed },
        condition: { ...lapsed("expired", now), lifetimePast: true },
      },
      "expired on 2027-01-01T00:00:00Z as configured",
    ],
    [
      "a deletion that is reported",
      { wanted: { ...wanted, onDeletion: "report" }, condition: lapsed("deleted") },
      "was deleted; `on_deletion` is report",
    ],
    [
      "a deletion of our own, which is not reported",
      { wanted: { ...wanted, onDeletion: "report" }, condition: { ...lapsed("deleted", validTo), interrupted: true } },
      "was deleted to be imported again, and that import failed",
    ],
    [
      "not verified, and nothing to verify with",
      { record: undefined, offer: none },
      "not verified; valid to 2027-03-02T00:00:00Z; configured: valid for 90 days from each import",
    ],
    [
      "another lifetime",
      { wanted: { ...wanted, lifetime: { kind: "forever" } } },
      "the configured lifetime changed: never expires",
    ],
    [
      "another description",
      { wanted: { ...wanted, description: "safe 7" } },
      "the configured description of the material changed",
    ],
    [
      "a key that comes back",
      { condition: lapsed("key_pending_deletion"), keyComesBack: true },
      "the key's deletion is canceled in the same run",
    ],
    [
      "an import that does not show yet",
      { wanted: { ...wanted, onDeletion: "report" }, condition: { ...lapsed("deleted"), settling: true } },
      "imported a moment ago; the KMS does not show it yet",
    ],
    [
      "a key that is to be Disabled",
      { condition: { ...living, toDisable: true } },
      "the key is to be Disabled and is Enabled since its import",
    ],
    [
      "a key that was to be Disabled, and that others disabled",
      { condition: { ...living, keyState: "Disabled", toDisable: true } },
      "the key is Disabled by now, and what was noted on it for that goes",
    ],
  ])("says why, with absolute dates: %s", (_name, facts, reason) => {
    expect(assess({ ...healthy, ...facts }).reason).toBe(reason);
  });

  const noBytes = "file:payments.bin does not exist.";
  const comeBack =
    "Cancel the deletion (byok's external key does that in the same apply), or remove the material from the configuration.";
  const goneFor = "Set `key_arn` to a key that exists, or remove the material from the configuration.";

  it.each<[string, Partial<AssessmentFacts>, unknown[], string | undefined]>([
    [
      "a key that is pending deletion",
      { condition: lapsed("key_pending_deletion") },
      [`The key ${keyArn} is pending deletion, so its key material is left alone. ${comeBack}`],
      `The key ${keyArn} is pending deletion. ${comeBack}`,
    ],
    [
      "a key that is gone",
      { condition: lapsed("key_gone") },
      [`The key ${keyArn} does not exist, so its key material is left alone. ${goneFor}`],
      `The key ${keyArn} does not exist. ${goneFor}`,
    ],
    [
      "an expiry as configured",
      {
        wanted: { ...wanted, lifetime: fixed },
        record: { ...record, lifetime: fixed },
        condition: { ...lapsed("expired", now), lifetimePast: true },
      },
      [
        "The key material expired on 2027-01-01T00:00:00Z, as `valid_to` says, and the key cannot be used. A later `valid_to` brings the same bytes back.",
      ],
      undefined,
    ],
    [
      "a deletion that is reported",
      { wanted: { ...wanted, onDeletion: "report" }, condition: lapsed("deleted") },
      [
        "The key material was deleted. It is reported and not brought back, since `on_deletion` is report. Set `on_deletion` to reimport to bring the same bytes back.",
      ],
      undefined,
    ],
    [
      "missing bytes",
      { condition: lapsed("deleted"), offer: none },
      [`Applying this will need the key material: was deleted. ${noBytes}`],
      `Key material is needed: was deleted. ${noBytes}`,
    ],
    [
      "what nothing verifies",
      { record: undefined, offer: none },
      [
        `byok has not imported the material of this key, so nothing proves which bytes it holds (not verified); valid to 2027-03-02T00:00:00Z; configured: valid for 90 days from each import. ${noBytes}`,
      ],
      undefined,
    ],
    [
      "a tag that contradicts the bytes, which others may have set",
      { record: undefined, condition: { ...living, mayInterrupt: true, provedByTag: others } },
      [],
      `These are other bytes (${ours}) than the key holds (${others}). Other bytes are another key: data encrypted under this one would stay unreadable. To rotate a symmetric key on AWS, import the new bytes as another key material that \`succeeds\` this one, and add a key rotation; elsewhere create a second key with them and move to it. To keep this key, give the bytes that it was made with. What it holds is known here from its tag \`byok:fingerprint\` alone: if that is wrong, remove the tag, and run again.`,
    ],
    [
      "what nothing proves, where an import may have to delete first",
      { record: undefined, condition: { ...living, mayInterrupt: true } },
      [
        `Nothing proves which bytes ${keyArn} holds (not verified); valid to 2027-03-02T00:00:00Z; configured: valid for 90 days from each import. The KMS may take an import only into an empty key, so nothing is imported or deleted. The next import into the empty key proves the bytes: after the material has expired, or after you have deleted it, if a brief outage is acceptable. If you know the bytes, set the tag \`byok:fingerprint\` of the key to ${ours}.`,
      ],
      undefined,
    ],
    [
      "the same, of bytes that are not there, where an import was begun",
      {
        wanted: { ...wanted, fingerprint: others },
        record: undefined,
        offer: none,
        condition: { ...living, mayInterrupt: true, begun: ours },
      },
      [
        expect.stringMatching(
          new RegExp(`An import of ${ours} was begun, and its answer never came\\..* to ${others}\\.$`),
        ),
      ],
      undefined,
    ],
    [
      "the same, of bytes that nobody names",
      { record: undefined, offer: none, condition: { ...living, mayInterrupt: true } },
      [expect.stringMatching(/ to their fingerprint\.$/)],
      undefined,
    ],
    [
      "a fixed date that is past on material that somebody prolonged",
      {
        wanted: { ...wanted, lifetime: fixed },
        record: { ...record, lifetime: fixed },
        condition: { ...living, validTo: now + 90 * day, lifetimePast: true, lifetimeDrift: true },
      },
      [
        "The key material is not as configured: someone else changed the lifetime (valid to 2027-04-01T00:00:00Z), and `valid_to` is past. Set a later `valid_to`.",
      ],
      undefined,
    ],
    [
      "a renewal without bytes",
      { condition: { ...living, renewalDue: true }, offer: none },
      [
        `The key material is not as it should be: renewal due since 2027-01-31T00:00:00Z; expires on 2027-03-02T00:00:00Z. ${noBytes}`,
      ],
      undefined,
    ],
    [
      "other materials that are missing",
      { condition: { ...living, missingMaterials: ["ab12", "cd34"] } },
      ["The key has lost other key material too (ab12, cd34) and stays unusable until that is imported again."],
      undefined,
    ],
    [
      "an interruption",
      { condition: { ...living, renewalDue: true, mayInterrupt: true } },
      [
        "The KMS may take an import only into an empty key. If it does, the key material is deleted first, once it is proved that the same bytes replace it, and the key cannot be used for a moment. `allow_interruption` = false forbids that.",
      ],
      undefined,
    ],
    [
      "an interruption that is forbidden",
      {
        wanted: { ...wanted, allowInterruption: false },
        condition: { ...living, renewalDue: true, mayInterrupt: true },
      },
      [
        "The KMS may take an import only into an empty key. If it does, nothing will be imported, since `allow_interruption` is false.",
      ],
      undefined,
    ],
    ["no interruption where nothing is imported", { condition: { ...living, mayInterrupt: true } }, [], undefined],
    ["no interruption where none can be", { condition: { ...living, renewalDue: true } }, [], undefined],
    ["no interruption of a first import", { condition: lapsed("never_imported") }, [], undefined],
  ])("warns of %s", (_name, facts, warnings, problem) => {
    const assessment = assess({ ...healthy, ...facts });
    expect(assessment.warnings).toEqual(warnings);
    expect(assessment.problem?.rawMessage).toBe(problem);
  });

  it.each<[string, Partial<AssessmentFacts>, string]>([
    ["the source of the bytes", { offer: different }, "key_material_wo"],
    ["the fingerprint", { wanted: { ...wanted, fingerprint: others } }, "fingerprint"],
    ["the missing source", { condition: lapsed("deleted"), offer: none }, "key_material_source"],
    ["the key", { condition: lapsed("key_gone") }, "key_arn"],
    ["the date", { wanted: { ...wanted, lifetime: { kind: "until", validTo: now } }, now }, "valid_to"],
  ])("names the argument: %s", (_name, facts, attribute) => {
    expect(assess({ ...healthy, ...facts }).problem?.attribute).toBe(attribute);
  });
});

describe("what is due, for anyone who has no bytes at hand", () => {
  it.each<[string, Partial<AssessmentFacts>, object]>([
    ["nothing", {}, { action: "nothing", reason: "imported, valid to 2027-03-02T00:00:00Z" }],
    [
      "an import",
      { condition: lapsed("expired", now) },
      { action: "reimport", reason: "expired on 2027-01-01T00:00:00Z" },
    ],
    [
      "what a plan would refuse only for other bytes",
      { condition: lapsed("never_imported"), record: undefined },
      { action: "create", reason: "the key has no key material yet" },
    ],
  ])("is reported with its reason: %s", (_name, changes, expected) => {
    const { offer: _, ...facts } = { ...healthy, ...changes };
    expect(whatIsDue(facts)).toEqual(expected);
  });
});

describe("whatever the facts", () => {
  const known = { otherMaterials: fc.constant([]), keyDisabled: fc.boolean() };
  const there = { ...known, missingMaterials: fc.constant([]), toDisable: fc.boolean() };
  const material = { ...there, keyState: fc.constant("PendingImport" as const), lifetimePast: fc.boolean() };
  const dated = fc
    .constantFrom(now - day, validTo)
    .chain(
      (at): fc.Arbitrary<Dated> =>
        fc.record({ validTo: fc.constant(at), renewalTime: fc.constant(at - 30 * day), renewalDue: fc.boolean() }),
    );
  const withDate = <T extends object>(facts: fc.Arbitrary<T>): fc.Arbitrary<T & Dated> =>
    fc.tuple(facts, dated).map(([one, date]) => ({ ...one, ...date }));
  const anyCondition: fc.Arbitrary<MaterialCondition> = fc.oneof(
    fc.record({ ...known, state: fc.constant("key_gone" as const) }),
    fc.record({
      ...known,
      state: fc.constant("key_pending_deletion" as const),
      keyState: fc.constant("PendingDeletion" as const),
    }),
    fc.record({
      ...there,
      state: fc.constant("never_imported" as const),
      keyState: fc.constant("PendingImport" as const),
    }),
    withDate(fc.record({ ...material, state: fc.constant("expired" as const) })),
    withDate(
      fc.record({
        ...material,
        state: fc.constant("deleted" as const),
        settling: fc.boolean(),
        interrupted: fc.boolean(),
      }),
    ),
    withDate(
      fc.record({
        ...material,
        state: fc.constant("imported" as const),
        keyState: fc.constantFrom("Enabled" as const, "Disabled" as const),
        lifetimeDrift: fc.boolean(),
        mayInterrupt: fc.boolean(),
        provedByTag: fc.constantFrom(undefined, ours, others),
      }),
    ),
  );
  const lifetimes: Lifetime[] = [quarter, fixed, { kind: "forever" }, { kind: "until", validTo: now - day }];
  const anyFacts: fc.Arbitrary<AssessmentFacts> = fc.record({
    wanted: fc.record({
      keyArn: fc.constant(keyArn),
      lifetime: fc.constantFrom(...lifetimes),
      onDeletion: fc.constantFrom("reimport" as const, "report" as const),
      fingerprint: fc.constantFrom(undefined, ours, others),
      description: fc.constantFrom(undefined, "safe 7"),
    }),
    condition: anyCondition,
    keyComesBack: fc.boolean(),
    record: fc.constantFrom<(MaterialRecord | undefined)[]>(
      undefined,
      record,
      { ...record, verified: false },
      { ...record, lifetime: fixed },
    ),
    offer: fc.constantFrom(same, different, none, later),
    otherChanges: fc.boolean(),
    now: fc.constantFrom(undefined, now),
  });
  const imports = (action: string): boolean => action === "create" || action === "reimport";

  it("never imports bytes that contradict the configuration or the record", () => {
    fc.assert(
      fc.property(anyFacts, (facts) => {
        const { action } = assess(facts);
        const expected = [
          facts.wanted.fingerprint,
          facts.record?.verified === true ? facts.record.fingerprint : undefined,
        ];
        const { offer } = facts;
        if (offer.kind === "bytes" && expected.some((one) => one !== undefined && one !== offer.fingerprint)) {
          expect(imports(action)).toBe(false);
        }
      }),
    );
  });

  it("never touches a key that is lost, except one whose deletion is canceled", () => {
    fc.assert(
      fc.property(anyFacts, (facts) => {
        const { state } = facts.condition;
        const isLost = state === "key_gone" || (state === "key_pending_deletion" && facts.keyComesBack !== true);
        if (isLost) expect(assess(facts).action).toBe("nothing");
      }),
    );
  });

  it("never imports over material that nothing proves, where it might have to be deleted first", () => {
    fc.assert(
      fc.property(anyFacts, (facts) => {
        const { condition } = facts;
        if (condition.state !== "imported" || facts.record?.verified === true) return;
        const isUnproved = condition.provedByTag === undefined;
        if (isUnproved && condition.mayInterrupt === true) expect(imports(assess(facts).action)).toBe(false);
      }),
    );
  });

  it("brings nothing back that is to be reported, and says nothing of it", () => {
    fc.assert(
      fc.property(anyFacts, (facts) => {
        const { condition } = facts;
        const isDeleted = condition.state === "deleted" && condition.interrupted !== true;
        const isReported = facts.wanted.onDeletion === "report" && isDeleted;
        if (isReported) expect(imports(assess(facts).action)).toBe(false);
      }),
    );
  });

  it("plans later bytes like the same bytes", () => {
    fc.assert(
      fc.property(anyFacts, (facts) => {
        const consistent = { ...facts, wanted: { ...facts.wanted, fingerprint: ours } };
        const { problem: _, ...one } = assess({ ...consistent, offer: later });
        const { problem: __, ...other } = assess({ ...consistent, offer: same });
        expect(one).toEqual(other);
      }),
    );
  });

  it("lets an apply import only where there are bytes, and says so where there are none", () => {
    fc.assert(
      fc.property(anyFacts, (facts) => {
        const { row, action, problem } = assess(facts);
        // Of a key that comes back, only the apply can tell whether bytes are needed.
        if (row === "key_comes_back") return;
        if (facts.offer.kind === "none" && imports(action)) expect(problem?.code).toBe("material_missing");
        if (facts.offer.kind !== "none" && imports(action)) expect(problem).toBeUndefined();
        expect(action === "refuse").toBe(action === "refuse" && problem !== undefined);
      }),
    );
  });

  it("gives a reason without a gap in it", () => {
    fc.assert(
      fc.property(anyFacts, (facts) => {
        const { reason, warnings } = assess(facts);
        for (const text of [reason, ...warnings]) expect(text).not.toMatch(/undefined|NaN|null|^$/);
      }),
    );
  });
});
