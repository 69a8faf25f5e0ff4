import type { EpochSeconds } from "../engine/instant";
import type { KeyStatus } from "./key-status";

/** How the stretches of a life are drawn. */
export const marks = { living: "━", renewal: "╌", dead: "·", forever: "→" } as const;

/** What the marks mean, to stand under the lines. */
export const legend = `${marks.living} in force   ${marks.renewal} renewal due   ${marks.dead} no key material   ${marks.forever} never expires`;

/**
 * The time from now to the latest expiry of all keys, as one line a key. Every key that lapses on the way shows where.
 *
 * @param width In characters.
 */
export function timelines(
  statuses: readonly KeyStatus[],
  width: number,
): {
  readonly end: EpochSeconds;
  readonly lines: readonly string[];
} {
  const now = Math.min(...statuses.map((status) => status.now));
  const furthest = Math.max(now + 1, ...statuses.map((status) => livingUntil(status) ?? now));
  const column = (moment: EpochSeconds): number =>
    Math.max(0, Math.min(width, Math.round(((moment - now) / (furthest - now)) * width)));
  return { end: furthest, lines: statuses.map((status) => timeline(status, column, width)) };
}

function timeline(status: KeyStatus, column: (moment: EpochSeconds) => number, width: number): string {
  if (status.material !== "imported") return marks.dead.repeat(width);
  const { validTo, renewalTime } = status;
  if (validTo === undefined) return marks.living.repeat(width - 1) + marks.forever;
  const end = column(validTo);
  const renewal = Math.min(end, column(renewalTime ?? validTo));
  return marks.living.repeat(renewal) + marks.renewal.repeat(end - renewal) + marks.dead.repeat(width - end);
}

function livingUntil({ material, validTo }: KeyStatus): EpochSeconds | undefined {
  return material === "imported" ? validTo : undefined;
}
