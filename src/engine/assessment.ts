import { ByokError } from "./errors";
import type { Fingerprint } from "./fingerprint";
import { type EpochSeconds, formatInstant } from "./instant";
import { descriptionOnReplica } from "./key-offer";
import { type Lifetime, lifetimeInWords, lifetimePast, sameLifetime } from "./lifetime";
import {
  type Dated,
  type Deleted,
  type Expired,
  type Expiry,
  type Imported,
  isToDisable,
  type MaterialCondition,
  materialFacts,
  missingBesides,
  successionSeen,
} from "./material-condition";
import { type MaterialRecord, provedFingerprint } from "./material-record";
import { differentBytes, type Offer } from "./offered-bytes";
import { type SuccessionVerdict, successionVerdict } from "./succession-assessment";
import { keysOf } from "./table";

/** What the configuration asks for, as far as it decides what to do. */
export interface WantedMaterial {
  /** ARN of the key that the bytes belong into. */
  readonly keyArn: string;
  /** The configured fingerprint. Undefined: none is configured, or it is not known yet. */
  readonly fingerprint?: Fingerprint | undefined;
  /** How long the material is to live in the key: see `lifetimeFrom`. */
  readonly lifetime: Lifetime;
  /** The id of the material that this is to succeed, as new material beside it. Undefined: none. */
  readonly succeeds?: string | undefined;
  /** What the KMS notes beside the material. Undefined: none. */
  readonly description?: string | undefined;
  /** What to do about material that was deleted before its time: import it again, or only report it. */
  readonly onDeletion: "reimport" | "report";
  /** Whether the key may be without material for a moment, where the KMS cannot import otherwise. Default true. */
  readonly allowInterruption?: boolean | undefined;
}

/** `record` changes what is on record and calls nothing; `disable` is DisableKey alone, and needs no bytes. */
export type Action = "create" | "reimport" | "disable" | "record" | "nothing" | "refuse";

/** Every action there is. */
export const actions: readonly Action[] = ["create", "reimport", "disable", "record", "nothing", "refuse"];

/** All that decides what is to be done about material. */
export interface AssessmentFacts {
  /** What the configuration asks for. */
  readonly wanted: WantedMaterial;
  /** What the KMS says, as `observeMaterial` has seen it. */
  readonly condition: MaterialCondition;
  /** What earlier runs left on record. Undefined: nothing. */
  readonly record?: MaterialRecord | undefined;
  /** Whether bytes are at hand, and which. */
  readonly offer: Offer;
  /**
   * Arguments changed that concern nothing but our own record (`renew_before`, policies, timeouts), or a look found what
   * a later look cannot tell, see `newlySeen`.
   */
  readonly otherChanges?: boolean;
  /** The key is pending deletion, and its own resource cancels that in the same run. Default false. */
  readonly keyComesBack?: boolean | undefined;
  /** To refuse a newly set date in the past. Left out where no clock may be looked at. */
  readonly now?: EpochSeconds | undefined;
}

/** What is to be done about material, and why. */
export interface Assessment {
  /** The row of the table that applies; stable, for tests and scripts. */
  readonly row: RowName;
  /** What an apply does; `nothing` and `record` call nothing that writes. */
  readonly action: Action;
  /** Why, in words with absolute dates. */
  readonly reason: string;
  /** What a plan should tell beside the reason, in sentences. */
  readonly warnings: readonly string[];
  /** What an apply must throw. A plan throws it only where the action is `refuse`. */
  readonly problem?: ByokError;
}

/**
 * The one table behind every plan, diff, status and apply: what is to be done about one set of bytes in one key. Of the
 * rows of the material's state, the first that has a verdict decides.
 */
export function assess(facts: AssessmentFacts): Assessment {
  const { row, verdict } = firstVerdict(facts);
  const warnings = [...(verdict.warnings ?? []), ...interruption(facts, verdict), ...lostBesides(facts)];
  // Whatever else changed is taken down together with what the row does; on its own it needs no call.
  const recordOnly = verdict.action === "nothing" && verdict.problem === undefined && facts.otherChanges === true;
  if (!recordOnly) return { ...verdict, row, warnings };
  return row === "healthy"
    ? { row: "other_arguments", action: "record", reason: "only settings of byok's own change", warnings }
    : { ...verdict, row, action: "record", warnings };
}

/**
 * What a plan would do about material and why, whatever bytes there will be: for those who only tell it and have none at
 * hand.
 */
export function whatIsDue(facts: Omit<AssessmentFacts, "offer">): Pick<Assessment, "action" | "reason"> {
  const { action, reason } = assess({ ...facts, offer: { kind: "later" } });
  return { action, reason };
}

/** Names of the rows of the table in docs/design.md by which material is judged. */
export type RowName =
  | "key_pending_deletion"
  | "key_gone"
  | "key_comes_back"
  | "never_imported"
  | "expired"
  | "deleted"
  | "healthy"
  | "other_arguments"
  | keyof typeof ofAnyKey
  | keyof typeof ofExpired
  | keyof typeof ofDeleted
  | keyof typeof ofImported;

type Verdict = Omit<Assessment, "row" | "warnings"> & { readonly warnings?: readonly string[] };

/** The facts about material in one state, or in one of some. */
type FactsOn<C extends MaterialCondition> = AssessmentFacts & { readonly condition: C };

/** A row that has nothing to say of the facts answers undefined. */
type Rows<C extends MaterialCondition> = Readonly<Record<string, (facts: FactsOn<C>) => Verdict | undefined>>;

interface Decision {
  readonly row: RowName;
  readonly verdict: Verdict;
}

/** Each state has its rows, in the order in which they are asked, and one that holds where none of them does. */
function firstVerdict(facts: AssessmentFacts): Decision {
  const { condition, wanted, keyComesBack = false } = facts;
  switch (condition.state) {
    case "key_gone":
      return { row: "key_gone", verdict: keyGone(wanted) };
    case "key_pending_deletion":
      return keyComesBack
        ? (decision(ofAnyKey, facts) ?? { row: "key_comes_back", verdict: comingBack })
        : { row: "key_pending_deletion", verdict: keyPendingDeletion(wanted) };
    case "never_imported":
      return (
        decision(ofAnyKey, facts) ?? {
          row: "never_imported",
          verdict: importing(facts, "create", firstReason(facts)),
        }
      );
    case "expired": {
      const expired = { ...facts, condition };
      return (
        decision(ofAnyKey, facts) ??
        decision(ofExpired, expired) ?? {
          row: "expired",
          verdict: importing(facts, "reimport", `expired on ${date(condition)}`),
        }
      );
    }
    case "deleted": {
      const deleted = { ...facts, condition };
      return (
        decision(ofAnyKey, facts) ??
        decision(ofDeleted, deleted) ?? { row: "deleted", verdict: importing(facts, "reimport", deletion(deleted)) }
      );
    }
    case "imported": {
      const imported = { ...facts, condition };
      const first = decision(ofAnyKey, facts) ??
        decision(ofImported, imported) ?? {
          row: "healthy",
          verdict: { action: "nothing", reason: `imported, ${until(condition)}` },
        };
      // The key is put right also where nothing can be done about its material now.
      const isDue = first.verdict.action === "nothing" && isToDisable(condition);
      return isDue ? { row: "to_disable", verdict: { ...first.verdict, ...disabling(condition) } } : first;
    }
  }
}

function decision<R extends string, F>(
  rows: Readonly<Record<R, (facts: F) => Verdict | undefined>>,
  facts: F,
): { readonly row: R; readonly verdict: Verdict } | undefined {
  for (const row of keysOf(rows)) {
    const verdict = rows[row](facts);
    if (verdict !== undefined) return { row, verdict };
  }
  return undefined;
}

/** Of every key that is there, or comes back. */
const ofAnyKey = {
  different_material: ({ wanted, record, offer, condition }) => {
    // Material that only ever waited and is gone has left nothing that bytes could differ from.
    if (succeeding(wanted, condition)?.action === "refuse") return undefined;
    const onRecord = provedFingerprint(record);
    const contradiction = differentBytes(offer, wanted.fingerprint, onRecord);
    const problem = contradiction ?? notAsTagged(onRecord, condition, offer, wanted);
    return problem === undefined ? undefined : { action: "refuse", reason: problem.rawMessage, problem };
  },

  wrong_predecessor: ({ wanted, condition }) => succeeding(wanted, condition),

  lifetime_past: ({ wanted, record, now }) => {
    const { lifetime } = wanted;
    if (now === undefined || lifetime.kind !== "until" || lifetime.validTo > now) return undefined;
    if (asRecorded(wanted, record)) return undefined;
    const problem = lifetimePast(lifetime.validTo);
    return { action: "refuse", reason: problem.rawMessage, problem };
  },
} as const satisfies Rows<MaterialCondition>;

const ofExpired = {
  expired_as_configured: ({ wanted, condition, record }) =>
    condition.lifetimePast && asRecorded(wanted, record)
      ? passing(`expired on ${date(condition)} as configured`, [
          `The key material expired on ${date(condition)}, as \`valid_to\` says, and the key cannot be used. A later \`valid_to\` brings the same bytes back.`,
        ])
      : undefined,
} as const satisfies Rows<Expired>;

const ofDeleted = {
  not_shown_yet: ({ condition, wanted }) =>
    isReported(wanted, condition) && condition.settling === true
      ? passing("imported a moment ago; the KMS does not show it yet", [])
      : undefined,

  deletion_reported: (facts) =>
    isReported(facts.wanted, facts.condition)
      ? passing(`${deletion(facts)}; \`on_deletion\` is report`, [
          `The key material ${deletion(facts)}. It is reported and not brought back, since \`on_deletion\` is report. Set \`on_deletion\` to reimport to bring the same bytes back.`,
        ])
      : undefined,

  // No KMS takes an import that has expired already.
  deleted: (facts) =>
    facts.condition.lifetimePast && asRecorded(facts.wanted, facts.record)
      ? passing(`${deletion(facts)}, and \`valid_to\` is past`, [
          `The key material ${deletion(facts)}, and \`valid_to\` is past, so the key cannot be used. A later \`valid_to\` brings the same bytes back.`,
        ])
      : undefined,
} as const satisfies Rows<Deleted>;

const ofImported = {
  not_verified: (facts) => {
    if (facts.record?.verified === true) return undefined;
    const has = `${until(facts.condition)}; configured: ${lifetimeInWords(facts.wanted.lifetime)}`;
    if (facts.condition.mayInterrupt === true && facts.condition.provedByTag === undefined) return unproved(facts, has);
    return facts.offer.kind === "none"
      ? passing(`not verified; ${has}`, [
          `byok has not imported the material of this key, so nothing proves which bytes it holds (not verified); ${has}. ${facts.offer.why}`,
        ])
      : importing(facts, "reimport", `not verified: an import will prove that the key holds these bytes; ${has}`);
  },

  fixed_date_past: ({ wanted, condition, record }) => {
    if (!condition.lifetimePast || !condition.lifetimeDrift || !asRecorded(wanted, record)) return undefined;
    // No KMS takes an import that has expired already.
    const what = `someone else changed the lifetime (${until(condition)}), and \`valid_to\` is past`;
    return passing(what, [`The key material is not as configured: ${what}. Set a later \`valid_to\`.`]);
  },

  lifetime_configured: (facts) =>
    facts.record?.lifetime !== undefined && !asRecorded(facts.wanted, facts.record)
      ? importing(facts, "reimport", `the configured lifetime changed: ${lifetimeInWords(facts.wanted.lifetime)}`)
      : undefined,

  description_configured: (facts) =>
    facts.wanted.description !== undefined && facts.wanted.description !== facts.record?.description
      ? importing(facts, "reimport", "the configured description of the material changed")
      : undefined,

  lifetime_drift: (facts) =>
    facts.condition.lifetimeDrift
      ? importingIfOffered(
          facts,
          `someone else changed the lifetime: ${until(facts.condition)}; configured: ${lifetimeInWords(facts.wanted.lifetime)}`,
        )
      : undefined,

  renewal_due: (facts) => {
    const { condition } = facts;
    if (!condition.renewalDue) return undefined;
    const since = formatInstant(condition.renewalTime);
    return importingIfOffered(facts, `renewal due since ${since}; expires on ${date(condition)}`);
  },

  to_disable: ({ condition }) => (isToDisable(condition) ? disabling(condition) : undefined),
} as const satisfies Rows<Imported>;

/** What stands against the import of material that succeeds another. */
function succeeding(wanted: WantedMaterial, condition: MaterialCondition): SuccessionVerdict | undefined {
  return successionVerdict(wanted, successionSeen(condition), materialFacts(condition).materialId);
}

/** Why material is imported that the key has not had before. */
function firstReason({ wanted, condition }: AssessmentFacts): string {
  return successionSeen(condition) === undefined
    ? "the key has no key material yet"
    : `new key material, to succeed ${wanted.succeeds}`;
}

/** The error where only the key's tag, which others may have set, contradicts the bytes. */
function notAsTagged(
  onRecord: Fingerprint | undefined,
  condition: MaterialCondition,
  offer: Offer,
  wanted: WantedMaterial,
): ByokError | undefined {
  if (onRecord !== undefined || condition.state !== "imported") return undefined;
  const problem = differentBytes(offer, wanted.fingerprint, condition.provedByTag);
  return problem?.with({
    message: `${problem.rawMessage} What it holds is known here from its tag \`byok:fingerprint\` alone: if that is wrong, remove the tag, and run again.`,
  });
}

/** DisableKey alone. */
function disabling({ keyState }: Imported): Pick<Verdict, "action" | "reason"> {
  const reason =
    keyState === "Disabled"
      ? "the key is Disabled by now, and what was noted on it for that goes"
      : "the key is to be Disabled and is Enabled since its import";
  return { action: "disable", reason };
}

function lostBesides({ condition }: AssessmentFacts): readonly string[] {
  // Material that succeeds another is not imported then, and that was said.
  if (successionSeen(condition)?.kind === "unlisted") return [];
  if ("unlisted" in condition && condition.unlisted) {
    return [
      "The key materials of the key cannot be listed (the caller lacks the permission kms:ListKeyRotations), so it is not known whether the key has lost others too. If it stays unusable after an import, it has.",
    ];
  }
  const ids = missingBesides(condition);
  if (ids.length === 0) return [];
  return [
    `The key has lost other key material too (${ids.join(", ")}) and stays unusable until that is imported again.`,
  ];
}

/** Where an import over living material may not be possible without deleting it first. */
function interruption({ wanted, condition }: AssessmentFacts, { action }: Verdict): readonly string[] {
  if (action !== "reimport" || condition.state !== "imported" || condition.mayInterrupt !== true) return [];
  const may = "The KMS may take an import only into an empty key.";
  return wanted.allowInterruption === false
    ? [`${may} If it does, nothing will be imported, since \`allow_interruption\` is false.`]
    : [
        `${may} If it does, the key material is deleted first, once it is proved that the same bytes replace it, and the key cannot be used for a moment. \`allow_interruption\` = false forbids that.`,
      ];
}

function importing(facts: AssessmentFacts, action: "create" | "reimport", reason: string): Verdict {
  const { offer, wanted, record, condition } = facts;
  const isReplica = "isReplica" in condition && condition.isReplica;
  if (isReplica && wanted.description !== undefined && wanted.description !== record?.description) {
    return { action: "refuse", reason, problem: descriptionOnReplica() };
  }
  if (offer.kind !== "none") return { action, reason };
  const problem = new ByokError("material_missing", `Key material is needed: ${reason}. ${offer.why}`, {
    attribute: offer.attribute,
  });
  return { action, reason, warnings: [`Applying this will need the key material: ${reason}. ${offer.why}`], problem };
}

function importingIfOffered(facts: AssessmentFacts, reason: string): Verdict {
  if (facts.offer.kind !== "none") return importing(facts, "reimport", reason);
  return passing(reason, [`The key material is not as it should be: ${reason}. ${facts.offer.why}`]);
}

/** Where an import may have to delete the material first, and nothing proves which bytes would be lost. */
function unproved({ condition, wanted, offer }: FactsOn<Imported>, has: string): Verdict {
  const begun =
    condition.begun === undefined ? "" : ` An import of ${condition.begun} was begun, and its answer never came.`;
  const proof = offer.kind === "bytes" ? offer.fingerprint : (wanted.fingerprint ?? "their fingerprint");
  return passing(`not verified; ${has}`, [
    `Nothing proves which bytes ${wanted.keyArn} holds (not verified); ${has}.${begun} The KMS may take an import only into an empty key, so nothing is imported or deleted. The next import into the empty key proves the bytes: after the material has expired, or after you have deleted it, if a brief outage is acceptable. If you know the bytes, set the tag \`byok:fingerprint\` of the key to ${proof}.`,
  ]);
}

/** A deletion of byok's own, whose import failed, is repaired whatever is configured. */
function isReported({ onDeletion }: WantedMaterial, { interrupted }: Deleted): boolean {
  return onDeletion === "report" && interrupted !== true;
}

function passing(reason: string, warnings: readonly string[]): Verdict {
  return { action: "nothing", reason, warnings };
}

/** What became of its material shows only then; the apply does what is needed, or nothing. */
const comingBack: Verdict = { action: "reimport", reason: "the key's deletion is canceled in the same run" };

function keyPendingDeletion({ keyArn }: WantedMaterial): Verdict {
  return unreachable(
    "key_pending_deletion",
    `${keyArn} is pending deletion`,
    "Cancel the deletion (byok's external key does that in the same apply), or remove the material from the configuration.",
  );
}

function keyGone({ keyArn }: WantedMaterial): Verdict {
  return unreachable(
    "key_not_found",
    `${keyArn} does not exist`,
    "Set `key_arn` to a key that exists, or remove the material from the configuration.",
  );
}

function unreachable(code: "key_pending_deletion" | "key_not_found", what: string, remedy: string): Verdict {
  return {
    action: "nothing",
    reason: what,
    warnings: [`The key ${what}, so its key material is left alone. ${remedy}`],
    problem: new ByokError(code, `The key ${what}. ${remedy}`, { attribute: "key_arn" }),
  };
}

/** Whether the lifetime is the one that the last import was made with. */
function asRecorded(wanted: WantedMaterial, record: MaterialRecord | undefined): boolean {
  return record?.lifetime !== undefined && sameLifetime(record.lifetime, wanted.lifetime);
}

function until({ validTo }: Expiry): string {
  return validTo === undefined ? "never expires" : `valid to ${formatInstant(validTo)}`;
}

function date({ validTo }: Dated): string {
  return formatInstant(validTo);
}

function deletion({ condition, record }: FactsOn<Deleted>): string {
  if (condition.interrupted === true) return "was deleted to be imported again, and that import failed";
  const { goneMaterials: gone = [] } = condition;
  const lacked = gone.length === 0 ? "" : `; the key lacks ${gone.join(", ")}`;
  if (condition.validTo !== undefined) {
    return `was deleted before its time (it was to expire on ${date(condition)})${lacked}`;
  }
  return `${record?.importedAt === undefined ? "is gone: it expired or was deleted" : "was deleted"}${lacked}`;
}
