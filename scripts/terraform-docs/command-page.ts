// The page of the byok command: written by hand, with the help that each command prints.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Command } from "commander";
import { program } from "../../src/cli/program";

export const commandPagePath = "docs/command.md";

/** The page with the help of each command as it is now. */
export function commandPage(root: string): string {
  const text = readFileSync(join(root, commandPagePath), "utf8");
  return program().commands.reduce(withHelp, text);
}

/** The mark behind which the help of a command stands. */
export function markOf(command: Command): string {
  return `<!-- byok ${command.name()} --help -->`;
}

function withHelp(text: string, command: Command): string {
  const at = text.indexOf(markOf(command));
  if (at === -1) return text;
  const end = at + markOf(command).length;
  const rest = text.slice(end).replace(/^\n\n```text\n[^]*?\n```\n/, "");
  return `${text.slice(0, end)}\n\n\`\`\`text\n${helpOf(command)}\n\`\`\`\n\n${rest.trimStart()}`;
}

function helpOf(command: Command): string {
  let printed = "";
  const writeOut = (line: string): void => {
    printed += line;
  };
  command.configureOutput({ writeOut, getOutHelpWidth: () => widthOfPage, getOutHasColors: () => false }).outputHelp();
  return printed.trimEnd();
}

const widthOfPage = 100;
