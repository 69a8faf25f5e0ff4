/** Requests per second for each operation; an operation that is not listed is not limited. */
export type RequestRates = Readonly<Record<string, number>>;

/**
 * One token bucket per account, Region and operation, filled by the emulator's clock. A bucket holds one second's worth
 * of requests and at least one.
 */
export interface Quotas {
  /** Whether this request, and all that it counts as, is still within the quotas. If not, it takes nothing of them. */
  take(counted: readonly Counted[], accountId: string, nowMs: number): boolean;
  /** Forgets what was taken. */
  clear(): void;
}

/** What a request counts as. */
export interface Counted {
  readonly operation: string;
  readonly region: string;
  /** Default 1. */
  readonly times?: number;
}

export function requestQuotas(rates: RequestRates): Quotas {
  const limits = new Map(Object.entries(rates));
  const buckets = new Map<string, { tokens: number; atMs: number }>();
  return {
    take: (counted, accountId, nowMs) => {
      const wanted = counted.flatMap(({ operation, region, times = 1 }) => {
        const perSecond = limits.get(operation);
        if (perSecond === undefined) return [];
        const capacity = Math.max(1, perSecond);
        const name = `${accountId}/${region}/${operation}`;
        const bucket = buckets.get(name) ?? { tokens: capacity, atMs: nowMs };
        // A clock that was turned back must not empty the bucket for years.
        const elapsedMs = Math.max(0, nowMs - bucket.atMs);
        const tokens = Math.min(capacity, bucket.tokens + (elapsedMs / 1000) * perSecond);
        // What counts as more than a bucket holds is granted when the bucket is full.
        return [{ name, tokens, cost: Math.min(times, capacity) }];
      });
      // Rounding of many small refills must not turn a full token into 0.9999.
      const granted = wanted.every(({ tokens, cost }) => tokens >= cost - 1e-9);
      for (const { name, tokens, cost } of wanted) {
        buckets.set(name, { tokens: granted ? tokens - cost : tokens, atMs: nowMs });
      }
      return granted;
    },
    clear: () => buckets.clear(),
  };
}
