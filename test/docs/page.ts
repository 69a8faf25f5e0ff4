import { readFileSync } from "node:fs";
import { join } from "node:path";

const root = join(__dirname, "../..");

/** A code block of a page. */
export interface Block {
  /** The heading under which it stands. */
  readonly heading: string;
  /** `ts`, `sh`, `json`, … */
  readonly language: string;
  /** The file that it is to be, where the line before it is the name of a file: `` `main.ts`: ``. */
  readonly file: string | undefined;
  readonly text: string;
}

/** The code blocks of a page of the documentation, in their order. */
export function blocksOf(page: string): readonly Block[] {
  const blocks: Block[] = [];
  let heading = "";
  let before = "";
  let open: { readonly language: string; readonly file: string | undefined; readonly lines: string[] } | undefined;
  for (const line of readFileSync(join(root, page), "utf8").split("\n")) {
    const fence = /^\s*```(\w*)/.exec(line);
    if (open !== undefined) {
      if (fence === null) open.lines.push(line);
      else {
        const { language, file, lines } = open;
        blocks.push({ heading, language, file, text: `${lines.join("\n")}\n` });
        open = undefined;
      }
    } else if (fence !== null) {
      const [, file] = /^`([\w./-]+)`[^`]*:$/.exec(before) ?? [];
      open = { language: fence[1] ?? "", file, lines: [] };
    } else {
      if (/^#+ /.test(line)) heading = line.replace(/^#+ /, "");
      if (line.trim() !== "") before = line.trim();
    }
  }
  return blocks;
}

/** The blocks under a heading. Throws where there are none, since a test of nothing would pass. */
export function blocksUnder(page: string, heading: string): readonly Block[] {
  const found = blocksOf(page).filter((block) => block.heading === heading);
  if (found.length === 0) throw new Error(`${page} has no code under "${heading}".`);
  return found;
}
