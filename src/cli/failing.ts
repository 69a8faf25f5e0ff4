import { ByokError } from "../engine/errors";
import type { Streams } from "./streams";

/** Runs a command's work. What it throws is printed, and the exit code is 1. */
export async function failing(streams: Pick<Streams, "err" | "exitCode">, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    streams.err(`byok: error: ${ByokError.from(error).message}\n`);
    streams.exitCode(1);
  }
}
