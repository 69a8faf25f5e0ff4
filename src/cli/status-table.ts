import { formatInstant } from "../engine/instant";
import { columns } from "./columns";
import type { KeyStatus } from "./key-status";
import { shortArn } from "./short-arn";
import { legend, timelines } from "./timeline";

/**
 * Statuses for people: a table with a timeline, without it, or a block of lines for each key, whichever fits.
 *
 * @param width Of the terminal, in characters. Undefined: whatever the whole table takes.
 */
export function statusTable(statuses: readonly KeyStatus[], width: number | undefined): string {
  const rest = columns([plainHead, ...statuses.map(plainRow)]);
  const taken = widest(rest);
  // The timeline stands between the others, two blanks apart.
  const left = width === undefined ? usualTimeline : width - taken - 2;
  if (left >= shortestSpan) return withTimeline(statuses, Math.min(left, longestTimeline));
  return width !== undefined && taken > width ? blocks(statuses, width) : rest;
}

const usualTimeline = 48;
const longestTimeline = 100;

/** Of two days with dots between them, as the head of a narrow timeline shows. */
const shortestSpan = 23;

const plainHead = ["KEY", "STATE", "EXPIRES", "RENEWAL", "REASON"];

function plainRow(status: KeyStatus): string[] {
  return [...facts(status), status.reason];
}

function withTimeline(statuses: readonly KeyStatus[], width: number): string {
  const { end, lines } = timelines(statuses, width);
  const [first] = statuses;
  const moments = [first?.now ?? end, end].map(formatInstant);
  const whole = moments.join(" … ");
  const span =
    whole.length <= width ? whole : moments.map((moment) => moment.slice(0, "2027-01-31".length)).join(" … ");
  const rows = statuses.map((status, at) => [...facts(status), lines[at] ?? "", status.reason]);
  return `${columns([["KEY", "STATE", "EXPIRES", "RENEWAL", span, "REASON"], ...rows])}\n${legend}\n`;
}

/** One line for each fact of a key; a reason that is longer than the terminal is left to its wrapping. */
function blocks(statuses: readonly KeyStatus[], width: number): string {
  const { lines } = timelines(statuses, Math.max(1, Math.min(width - 2, longestTimeline)));
  const written = statuses.map((status, at) => {
    const [key = "", state = "", expires = "", renewal = ""] = facts(status);
    const rows = columns([
      ["  state", state],
      ["  expires", expires],
      ["  renewal", renewal],
      ["  reason", status.reason],
    ]);
    return `${key}\n  ${lines[at] ?? ""}\n${rows}`;
  });
  return `${written.join("\n")}\n${legend.replaceAll("   ", "\n")}\n`;
}

function facts(status: KeyStatus): string[] {
  const { arn, keyState, validTo, renewalTime, neverExpires } = status;
  return [
    shortArn(arn),
    keyState ?? "gone",
    validTo === undefined ? (neverExpires ? "never" : "-") : formatInstant(validTo),
    renewalTime === undefined ? "-" : formatInstant(renewalTime),
  ];
}

function widest(text: string): number {
  return Math.max(...text.split("\n").map((line) => line.length));
}
