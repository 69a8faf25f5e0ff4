import type { Log } from "../engine/log";

/** Where a command writes, and how it ends. */
export interface Streams {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  /** Sets the exit code and goes on to the end. */
  readonly exitCode: (code: number) => void;
  /** How many characters a line of the terminal has. Absent: the output goes elsewhere, and no line is too long. */
  readonly columns?: number | undefined;
}

export const processStreams: Streams = {
  out: (text) => void process.stdout.write(text),
  err: (text) => void process.stderr.write(text),
  exitCode: (code) => {
    process.exitCode = code;
  },
  get columns() {
    return process.stdout.columns;
  },
};

/** Warnings go to the terminal, the rest of the log nowhere. */
export function logTo({ err }: Pick<Streams, "err">): Log {
  return { debug: () => {}, info: () => {}, warn: (message) => err(`byok: warning: ${message}\n`) };
}
