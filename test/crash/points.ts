import type { RequestMoment, RequestWatch } from "../../src/emulator/index";

/** What befalls one request. */
export const kinds = {
  "killed before": { moment: "before", kills: true },
  "killed after": { moment: "after", kills: true },
  "reply lost": { moment: "after", kills: false },
} as const satisfies Record<string, { readonly moment: RequestMoment; readonly kills: boolean }>;

export type Kind = keyof typeof kinds;

/** A request of a step, and what befalls it. */
export interface Point {
  readonly operation: string;
  /** Which of the step's requests of this operation, counted from 1: what runs side by side has no order among others. */
  readonly nth: number;
  readonly kind: Kind;
}

/** Every point of a step that made these requests when nothing befell it. */
export function pointsOf(operations: readonly string[]): readonly Point[] {
  const seen = new Map<string, number>();
  return operations.flatMap((operation) => {
    const nth = (seen.get(operation) ?? 0) + 1;
    seen.set(operation, nth);
    return (["killed before", "killed after", "reply lost"] as const).map((kind) => ({ operation, nth, kind }));
  });
}

/** One point for each request, in turn of each kind. */
export function oneForEach(points: readonly Point[]): readonly Point[] {
  const count = Object.keys(kinds).length;
  return points.filter((_, i) => i % count === Math.floor(i / count) % count);
}

export function nameOf({ operation, nth, kind }: Point): string {
  return `${operation} #${nth}, ${kind}`;
}

/** What stands between the provider and the KMS: notes requests, or lets a point befall one of them, once. */
export class Disturbance {
  #noted: string[] | undefined;
  #armed: { readonly point: Point; readonly kill: () => Promise<void>; seen: number } | undefined;
  #befell = false;

  readonly watch: RequestWatch = async ({ operation }, moment) => {
    if (moment === "before") this.#noted?.push(operation);
    const armed = this.#armed;
    if (armed === undefined || this.#befell || armed.point.operation !== operation) return undefined;
    if (moment === "before") armed.seen += 1;
    const kind = kinds[armed.point.kind];
    if (armed.seen !== armed.point.nth || kind.moment !== moment) return undefined;
    this.#befell = true;
    if (kind.kills) await armed.kill();
    return "drop";
  };

  /** Whether the point that was armed last has befallen a request. */
  get befell(): boolean {
    return this.#befell;
  }

  arm(point: Point, kill: () => Promise<void>): void {
    this.#armed = { point, kill, seen: 0 };
    this.#befell = false;
  }

  disarm(): void {
    this.#armed = undefined;
  }

  /** The operations that are asked for while the work goes on, in their order. */
  async during(work: () => Promise<unknown>): Promise<readonly string[]> {
    const noted: string[] = [];
    this.#noted = noted;
    await work();
    this.#noted = undefined;
    return noted;
  }
}
