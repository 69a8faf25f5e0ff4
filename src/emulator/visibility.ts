import type { Key } from "./key";

/** How long a change stays unseen: by the emulator's clock, or for a number of requests that name the key. */
export interface Delay {
  readonly forMs?: number;
  readonly forRequests?: number;
}

interface Veil {
  /** What readers still see; undefined = no such key. */
  readonly past: Key | undefined;
  readonly untilMs: number;
  requests: number;
}

/** Eventual consistency: what callers see of a key shortly after it was changed. */
export interface Visibility {
  /** Hides the present of a key. @param past what is seen instead; undefined = no such key */
  veil(keyArn: string, past: Key | undefined, delay: Delay, nowMs: number): void;
  /** What a request that names the key finds. Requests that change the key find its present, if it is visible at all. */
  look(key: Key, reads: boolean, nowMs: number): Key | undefined;
  /** Whether a listing shows the key. */
  lists(key: Key, nowMs: number): boolean;
  /** Shows everything as it is. */
  clear(): void;
}

export function visibility(): Visibility {
  const veils = new Map<string, Veil>();
  const active = (keyArn: string, nowMs: number): Veil | undefined => {
    const veil = veils.get(keyArn);
    if (veil === undefined || (veil.requests > 0 && nowMs < veil.untilMs)) return veil;
    veils.delete(keyArn);
    return undefined;
  };
  return {
    veil: (keyArn, past, delay, nowMs) => {
      veils.set(keyArn, {
        past,
        untilMs: delay.forMs === undefined ? Number.POSITIVE_INFINITY : nowMs + delay.forMs,
        requests: delay.forRequests ?? Number.POSITIVE_INFINITY,
      });
    },
    look: (key, reads, nowMs) => {
      const veil = active(key.arn, nowMs);
      if (veil === undefined) return key;
      veil.requests -= 1;
      if (veil.past === undefined) return undefined;
      return reads ? veil.past : key;
    },
    lists: (key, nowMs) => {
      const veil = active(key.arn, nowMs);
      return veil === undefined || veil.past !== undefined;
    },
    clear: () => veils.clear(),
  };
}
