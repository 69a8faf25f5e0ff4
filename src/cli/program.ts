import { Command } from "commander";
import { completionCommand } from "./completion";
import { emulatorCommand } from "./emulator";
import { fingerprintCommand } from "./fingerprint";
import { importCommand } from "./import";
import { installedPackage } from "./installed-package";
import { mirrorCommand } from "./mirror";
import { paramsCommand } from "./params";
import { statusCommand } from "./status";
import { wrapCommand } from "./wrap";

const EXAMPLES = `
Examples:
  byok fingerprint file:payments.bin     what to compare in a review or a ceremony
  byok status --within 45d KEY-ARN...    exit with 2 if a key lapses by then
  byok mirror ./mirror                   the Terraform provider, for terraform init
  byok emulator --port 8300              the embedded KMS, to try things out`;

/** The `byok` command with all that it can do. It throws instead of ending the process. */
export function program(): Command {
  const byok = new Command("byok")
    .description("Bring your own key: import key material into cloud KMS keys, and know when it lapses.")
    .version(installedPackage().version)
    .showSuggestionAfterError()
    .showHelpAfterError("(byok --help shows what there is)")
    .addHelpText("after", EXAMPLES);
  const commands = [
    fingerprintCommand(),
    statusCommand(),
    paramsCommand(),
    wrapCommand(),
    importCommand(),
    mirrorCommand(),
    emulatorCommand(),
    completionCommand(() => byok),
  ];
  for (const command of commands) byok.addCommand(command);
  throwInsteadOfExit(byok);
  return byok;
}

/** Settings of the parent do not reach commands that are added ready-made. */
function throwInsteadOfExit(command: Command): void {
  command.exitOverride();
  for (const child of command.commands) throwInsteadOfExit(child);
}
