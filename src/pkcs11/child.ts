import { writeSync } from "node:fs";
import { dirname } from "node:path";
import { isSea } from "node:sea";
import { Worker } from "node:worker_threads";
import { ByokError } from "../engine/errors";
import { converse } from "./conversation";
import { faultFrom } from "./cryptoki-error";
import { Pkcs11Fault } from "./fault";
import { loadKoffi } from "./koffi";
import { type Description, type Refusal, requestFrom, type Wrapped } from "./messages";
import { parsePkcs11Uri } from "./uri";

/** The most that a request may have, in bytes. */
const largestRequestBytes = 64 * 1024;

/**
 * Answers the request on standard input on standard output, and ends this process, which has been started for that alone: a
 * vendor's module may hang or crash.
 */
export async function runChild(): Promise<void> {
  endWithParent();
  const answer = await answered();
  // A module may have written a line without an end before.
  writeSync(1, `\n${JSON.stringify(answer)}\n`);
  process.exit(0);
}

async function answered(): Promise<Description | Wrapped | Refusal> {
  try {
    const request = requestFrom(await standardInput());
    if (request === undefined) throw new Pkcs11Fault("internal", "The request is not one of this version.");
    const uri = parsePkcs11Uri(request.source, "source");
    const program = isSea() ? process.execPath : __filename;
    const koffi = loadKoffi(dirname(program), program);
    return converse(request, uri, { koffi, env: process.env, platform: process.platform });
  } catch (error) {
    const { code, message, serial } =
      error instanceof ByokError ? new Pkcs11Fault("internal", error.rawMessage) : faultFrom(error);
    return { error: serial === undefined ? { code, message } : { code, message, serial } };
  }
}

async function standardInput(): Promise<string> {
  const pieces: Buffer[] = [];
  let length = 0;
  for await (const piece of process.stdin) {
    length += piece.length;
    if (length > largestRequestBytes) return "";
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString();
}

/**
 * Ends this process when its parent is gone, be it killed: while a module hangs, this thread sees nothing, so another one
 * looks. Then another process becomes our parent.
 */
function endWithParent(): void {
  const watch = `
    const { workerData } = require("node:worker_threads");
    setInterval(() => { if (process.ppid !== workerData) process.kill(process.pid, "SIGKILL"); }, 500);`;
  new Worker(watch, { eval: true, workerData: process.ppid, env: {}, execArgv: [] }).unref();
}
