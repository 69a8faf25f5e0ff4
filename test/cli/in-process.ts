import { type Command, CommanderError } from "commander";
import type { Streams } from "../../src/cli/streams";

/** What a command has left when it is done. */
export interface Done {
  readonly out: string;
  readonly err: string;
  readonly code: number;
}

/** Runs a command of the program in this process, as main.ts does. */
export async function inProcess(
  command: (streams: Pick<Streams, "out" | "err" | "exitCode">) => Command,
  args: readonly string[],
): Promise<Done> {
  const done = { out: "", err: "", code: 0 };
  const made = command({
    out: (text) => {
      done.out += text;
    },
    err: (text) => {
      done.err += text;
    },
    exitCode: (code) => {
      done.code = code;
    },
  }).exitOverride();
  await made.parseAsync(args, { from: "user" }).catch((error: unknown) => {
    if (!(error instanceof CommanderError)) throw error;
    done.code = error.exitCode === 0 ? 0 : 2;
  });
  return done;
}
