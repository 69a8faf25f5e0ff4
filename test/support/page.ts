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
  let open: (Omit<Block, "text"> & { readonly indent: number; readonly lines: string[] }) | undefined;
  for (const line of readFileSync(join(root, page), "utf8").split("\n")) {
    const fence = /^(\s*)```(\w*)/.exec(line);
    if (open !== undefined) {
      // A block of a list is as far to the right as its item.
      if (fence === null) open.lines.push(line.slice(0, open.indent).trim() + line.slice(open.indent));
      else {
        const { indent: _indent, lines, ...block } = open;
        blocks.push({ ...block, text: `${lines.join("\n")}\n` });
        open = undefined;
        before = "";
      }
    } else if (fence !== null) {
      const [, file] = /^`([\w./-]+)`[^`]*:$/.exec(before) ?? [];
      open = { heading, language: fence[2] ?? "", file, indent: fence[1]?.length ?? 0, lines: [] };
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

/** The text of the first of some blocks, of one language, that has a line which begins so. Throws where there is none. */
export function blockWith(blocks: readonly Block[], language: string, start: string): string {
  const found = blocks.find(
    (block) => block.language === language && block.text.split("\n").some((line) => line.startsWith(start)),
  );
  if (found === undefined) throw new Error(`There is no block of ${language} with a line that begins with ${start}`);
  return found.text;
}
