import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { Command } from "commander";
import { emulatorCommand } from "./emulator";
import { fingerprintCommand } from "./fingerprint";
import { statusCommand } from "./status";

const EXAMPLES = `
Examples:
  byok fingerprint file:payments.bin     what to compare in a review or a ceremony
  byok status --within 45d KEY-ARN...    exit with 2 if a key lapses by then
  byok emulator --port 8300              the embedded KMS, to try things out`;

/** The `byok` command with all that it can do. It throws instead of ending the process. */
export function program(): Command {
  const byok = new Command("byok")
    .description("Bring your own key: import key material into cloud KMS keys, and know when it lapses.")
    .version(packageVersion())
    .showSuggestionAfterError()
    .showHelpAfterError("(byok --help shows what there is)")
    .addHelpText("after", EXAMPLES);
  for (const command of [fingerprintCommand(), statusCommand(), emulatorCommand()]) byok.addCommand(command);
  throwInsteadOfExit(byok);
  return byok;
}

/** Settings of the parent do not reach commands that are added ready-made. */
function throwInsteadOfExit(command: Command): void {
  command.exitOverride();
  for (const child of command.commands) throwInsteadOfExit(child);
}

/** From the package.json above this file, which is at another height in the sources and in what is built. */
function packageVersion(directory = __dirname): string {
  try {
    const found: { version?: string } = JSON.parse(readFileSync(join(directory, "package.json"), "utf8"));
    if (found.version !== undefined) return found.version;
  } catch {
    // Not here; one level up.
  }
  const above = dirname(directory);
  return above === directory ? "unknown" : packageVersion(above);
}
