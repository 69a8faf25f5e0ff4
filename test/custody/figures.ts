import { reportFigures } from "../support/figures";
import { encodingNames, windowBytes } from "./encodings";
import type { Room, Searched } from "./room";

/** Whether every flow is run, or those that `npm test` has the time for. */
export const complete = process.env["BYOK_CUSTODY"] === "full";

/** Prints what a suite ran and looked through. What no search of files can see is said, too. */
export function reportSearch(face: string, flows: readonly string[], room: Room, searched: Searched): void {
  const stated = [...searched.stated].map(([what, times]) => [`stated: ${what}`, times] as const);
  reportFigures(`custody-${face}`, complete ? "npm run test:custody" : "npm test", {
    form: complete ? "complete" : "short",
    "flows run": flows.length,
    "programs run": room.runs,
    "processes looked at": searched.processes,
    "streams and answers searched": searched.streams,
    "files searched": searched.files,
    "megabytes searched": Math.round(searched.bytes / 1e5) / 10,
    "kinds of artefact": searched.artefacts.size,
    encodings: encodingNames.length,
    "needles, one for each piece of a canary in each encoding": searched.needles,
    "least that is seen": `${windowBytes} bytes in a row`,
    "leaks found": searched.leaks.length,
    ...Object.fromEntries(stated),
    "not covered": "core dumps, heap snapshots, swap, what a debugger reads",
  });
}
