const longestQuote = 1_000;

/**
 * Words out of an answer, fit to be shown: in one line, bounded, and without anything that could be the base64 or hex
 * of what was sent. (The id of a material, 64 hex digits, stays.)
 */
export function clean(words: string): string {
  const line = words
    .slice(0, 4 * longestQuote)
    .replace(/[\p{Cc}\p{Cf}\s]+/gu, " ")
    .trim();
  const safe = line.replace(/[A-Za-z0-9+/_=-]{48,}/g, (run) => (isName(run) ? run : "…"));
  return safe.length > longestQuote ? `${safe.slice(0, longestQuote)}…` : safe;
}

/** Long runs that are no secrets: material ids, and the paths in ARNs of roles. */
function isName(run: string): boolean {
  return /^[0-9a-f]{64}$/.test(run) || /^(?:assumed-role|role|user|policy)(?:\/[\w+=-]{1,64}){1,2}$/.test(run);
}
