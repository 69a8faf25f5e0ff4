/** Everything that can be asked of a KMS, by its name. */
export interface Vocabulary {
  /** `ImportKeyMaterial` */
  readonly operations: readonly string[];
  /** `kms:ImportKeyMaterial` */
  readonly actions: readonly string[];
}

/** What several know together. */
export function joinedVocabulary(parts: readonly Vocabulary[]): Vocabulary {
  return {
    operations: [...new Set(parts.flatMap(({ operations }) => operations))].toSorted(),
    actions: [...new Set(parts.flatMap(({ actions }) => actions))].toSorted(),
  };
}

/**
 * A misspelled name would match no request, and a test that counts on it would pass for the wrong reason.
 * @param what what the name is of: `operation`
 * @throws TypeError where the name is not known
 */
export function requireKnown(what: string, name: string, known: readonly string[]): void {
  if (known.includes(name)) return;
  const near = nearest(name, known);
  const way = near === undefined ? `There are: ${known.join(", ")}.` : `Did you mean "${near}"?`;
  throw new TypeError(`"${name}" is not a known ${what}. ${way}`);
}

/**
 * As far as it can be seen at once that a rule for this Region or this key would match no request.
 * @throws TypeError
 */
export function requirePlace(region: unknown, keyId: unknown): void {
  if (typeof region === "string" && !/^(?:qkms|[a-z]{2}(?:-[a-z0-9]+)+)$/.test(region)) {
    throw new TypeError(`"${region}" must be a Region name, such as us-east-1, or qkms.`);
  }
  if (typeof keyId === "string" && (keyId === "" || /(?:^|:)alias\//.test(keyId))) {
    throw new TypeError(`"${keyId}" must be a key id or a key ARN; an alias is not taken here.`);
  }
}

/** @param pattern an action, in which `*` stands for any letters @throws TypeError where it matches none that is known */
export function requireKnownAction(pattern: string, actions: readonly string[]): void {
  if (!actions.some((action) => matchesAction(pattern, action))) requireKnown("permission", pattern, actions);
}

/** Whether a pattern, in which `*` stands for any letters, names an action. Capitals do not matter, as in IAM. */
export function matchesAction(pattern: string, action: string): boolean {
  const parts = pattern.split("*").map((part) => part.replace(/[.+?^${}()|[\]\\]/g, String.raw`\$&`));
  return new RegExp(`^${parts.join(".*")}$`, "i").test(action);
}

/** The known name that is at most a third of its letters away; undefined where none is. */
function nearest(name: string, known: readonly string[]): string | undefined {
  const [first] = known
    .map((candidate) => ({ candidate, away: distance(name.toLowerCase(), candidate.toLowerCase()) }))
    .filter(({ candidate, away }) => away <= candidate.length / 3)
    .toSorted((one, other) => one.away - other.away);
  return first?.candidate;
}

/** How many letters have to be put in, taken out or replaced (Levenshtein). */
function distance(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_value, index) => index);
  for (const [index, letter] of Array.from(one).entries()) {
    const next = [index + 1];
    for (const [place, wanted] of Array.from(other).entries()) {
      const replaced = (row[place] ?? 0) + (letter === wanted ? 0 : 1);
      next.push(Math.min(replaced, (row[place + 1] ?? 0) + 1, (next[place] ?? 0) + 1));
    }
    row = next;
  }
  return row[other.length] ?? 0;
}
