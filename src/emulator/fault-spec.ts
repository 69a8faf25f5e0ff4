import { durationMs } from "./clock";
import { knownNames } from "./clouds";
import { checkFault, type Fault, type FaultEffect } from "./fault";
import { given } from "./given";

/** How the syntax reads, for help texts and errors. */
export const faultSyntax = `OPERATION[@REGION][#N|#N-M|#N+|#*] EFFECT
  #N befalls the Nth matching request (default #1), #N-M those from N to M, #N+ all from N on, #* all
  EFFECT is one of
    error:CODE[:STATUS]          refused before anything happened    error-after:CODE[:STATUS]  … after it happened
    drop                         connection torn before it happened  drop-after                 … after it happened
    delay:2s                     answered later                      truncate                   half of the answer
    eventual:5s | eventual:3     unseen for a time by the clock, or for a number of requests
  e.g. "ImportKeyMaterial#2 drop-after", "*#* delay:200ms", "CreateKey@eu-west-1 eventual:3"`;

/**
 * One fault in the syntax of the command line.
 * @throws TypeError which shows the syntax, or names what is misspelled
 */
export function parseFault(text: string): Fault {
  const [, operation, region, count, effect, rest] =
    /^([A-Za-z]+|\*)(?:@([a-z0-9-]+))?(?:#(\*|\d+\+?|\d+-\d+))?\s+([a-z-]+)(?::(\S+))?$/.exec(text.trim()) ?? [];
  const parsed = effect === undefined ? undefined : parsedEffect(effect, rest);
  const range = parsedCount(count ?? "1");
  // No times at all would mean until it is removed.
  if (operation === undefined || parsed === undefined || range.times < 1) {
    throw new TypeError(`"${text}" is not a fault. The syntax is:\n${faultSyntax}`);
  }
  const fault: Fault = {
    operation,
    ...given({ region }),
    ...range,
    ...parsed,
  };
  checkFault(fault, knownNames.operations);
  return fault;
}

function parsedCount(count: string): { skip: number; times: number } {
  if (count === "*") return { skip: 0, times: Number.POSITIVE_INFINITY };
  const [from = "1", to] = count.split(/[-+]/);
  const skip = Number(from) - 1;
  if (count.endsWith("+")) return { skip, times: Number.POSITIVE_INFINITY };
  return { skip, times: to === undefined ? 1 : Number(to) - skip };
}

function parsedEffect(name: string, rest: string | undefined): FaultEffect | undefined {
  const when = name.endsWith("-after") ? "after" : "before";
  switch (name.replace(/-after$/, "")) {
    case "error": {
      const [code, status] = (rest ?? "").split(":");
      if (code === undefined || code === "") return undefined;
      return { kind: "error", when, code, status: status === undefined ? 400 : Number(status) };
    }
    case "drop":
      return rest === undefined ? { kind: "drop", when } : undefined;
    case "delay":
      return rest === undefined ? undefined : { kind: "delay", when, delayMs: durationMs(rest) };
    case "truncate":
      return rest === undefined ? { kind: "truncate" } : undefined;
    case "eventual":
      if (rest === undefined) return undefined;
      return /^\d+$/.test(rest)
        ? { kind: "eventual", forRequests: Number(rest) }
        : { kind: "eventual", forMs: durationMs(rest) };
    default:
      return undefined;
  }
}
