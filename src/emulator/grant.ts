/** What one key lets somebody do, and on which terms, in the words of the wire that made the grant. */
export interface Grant {
  /** 64 hex digits. */
  readonly id: string;
  readonly createdAtMs: number;
  /** Account of the caller who made it. */
  readonly issuingAccount: string;
  /** Members of the wire, as they were set. Those that were left out are not there. */
  readonly terms: Readonly<Record<string, unknown>>;
}
