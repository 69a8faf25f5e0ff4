/** Requests per second for each operation; an operation that is not listed is not limited. */
export type RequestRates = Readonly<Record<string, number>>;

/**
 * One token bucket per account, Region and operation, filled by the emulator's clock. A bucket holds one second's worth
 * of requests and at least one.
 */
export interface Quotas {
  /** Whether this request is still within the quota. */
  take(operation: string, accountId: string, region: string, nowMs: number): boolean;
}

export function createQuotas(rates: RequestRates): Quotas {
  const limits = new Map(Object.entries(rates));
  const buckets = new Map<string, { tokens: number; atMs: number }>();
  return {
    take: (operation, accountId, region, nowMs) => {
      const perSecond = limits.get(operation);
      if (perSecond === undefined) return true;
      const capacity = Math.max(1, perSecond);
      const name = `${accountId}/${region}/${operation}`;
      const bucket = buckets.get(name) ?? { tokens: capacity, atMs: nowMs };
      // A clock that was turned back must not empty the bucket for years.
      const elapsedMs = Math.max(0, nowMs - bucket.atMs);
      const tokens = Math.min(capacity, bucket.tokens + (elapsedMs / 1000) * perSecond);
      // Rounding of many small refills must not turn a full token into 0.9999.
      const granted = tokens >= 1 - 1e-9;
      buckets.set(name, { tokens: granted ? tokens - 1 : tokens, atMs: nowMs });
      return granted;
    },
  };
}
