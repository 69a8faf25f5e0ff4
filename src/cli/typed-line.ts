import type { ReadStream } from "node:tty";
import { canceled } from "../engine/errors";

/** The most that somebody types in one line, in bytes. */
const longestLine = 4096;

/** Where somebody types: a terminal, and how it is written to. */
export interface Terminal {
  readonly input: ReadStream;
  readonly write: (text: string) => void;
}

/** The terminal of this process. Undefined: it has none. */
export function ownTerminal(): Terminal | undefined {
  const { stdin, stderr } = process;
  return stdin.isTTY ? { input: stdin, write: (text) => void stderr.write(text) } : undefined;
}

/** An answer that is shown as it is typed. @throws ByokError `canceled`. */
export async function shownLine(terminal: Terminal, question: string): Promise<string> {
  return (await typedLine(terminal, question, true)).toString().trim();
}

/**
 * A line that somebody types at a terminal without seeing it, in memory of its own. Anyone who takes it wipes it.
 *
 * @throws ByokError `canceled` on Ctrl-C or where the terminal goes away.
 */
export async function hiddenLine(terminal: Terminal, question: string): Promise<Buffer> {
  return typedLine(terminal, question, false);
}

async function typedLine({ input, write }: Terminal, question: string, isShown: boolean): Promise<Buffer> {
  const line = new Line();
  // Before the question: what is typed from then on is not for the screen.
  input.setRawMode(true);
  write(question);
  try {
    for await (const piece of input.iterator({ destroyOnReturn: false })) {
      const bytes: Buffer = typeof piece === "string" ? Buffer.from(piece) : piece;
      try {
        const end = bytes.findIndex((byte) => isEnd(byte));
        const typed = bytes.subarray(0, end === -1 ? bytes.length : end);
        for (const byte of typed) {
          const echo = line.take(byte);
          if (isShown) write(echo);
        }
        if (end === -1) continue;
        if (isAbort(bytes[end])) throw canceled();
        // What was typed ahead is for the next question.
        if (end + 1 < bytes.length) input.unshift(copyOf(bytes.subarray(end + 1)));
        return line.content();
      } finally {
        bytes.fill(0);
      }
    }
    throw canceled();
  } finally {
    line.wipe();
    input.setRawMode(false);
    input.pause();
    write("\n");
  }
}

const keys = { interrupt: 3, endOfInput: 4, backspace: 8, newLine: 10, enter: 13, delete: 127 } as const;

function isAbort(byte: number | undefined): boolean {
  return byte === keys.interrupt || byte === keys.endOfInput;
}

function isEnd(byte: number): boolean {
  return isAbort(byte) || byte === keys.enter || byte === keys.newLine;
}

/** What has been typed of a line. */
class Line {
  readonly #space = Buffer.alloc(longestLine);
  #length = 0;

  /** Takes a byte, and says what a terminal shows for it. */
  take(byte: number): string {
    if (byte === keys.backspace || byte === keys.delete) {
      if (this.#length === 0) return "";
      this.#length -= 1;
      return "\b \b";
    }
    if (this.#length === longestLine) return "";
    this.#space[this.#length] = byte;
    this.#length += 1;
    return byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : "";
  }

  content(): Buffer {
    return copyOf(this.#space.subarray(0, this.#length));
  }

  wipe(): void {
    this.#space.fill(0);
  }
}

/** In memory of its own. */
function copyOf(bytes: Buffer): Buffer {
  const own = Buffer.alloc(bytes.length);
  own.set(bytes);
  return own;
}
