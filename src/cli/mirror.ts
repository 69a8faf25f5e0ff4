import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { Command, InvalidArgumentError } from "commander";
import { installedPackage } from "./installed-package";
import {
  installedAddons,
  isPlatform,
  platformOf,
  processors,
  registryHosts,
  systems,
  writeMirror,
} from "./provider-mirror";
import { processStreams, type Streams } from "./streams";

/** `byok mirror`: the Terraform provider of this package as a filesystem mirror, for machines with Node.js. */
export function mirrorCommand(streams: Streams = processStreams): Command {
  return new Command("mirror")
    .description("write the Terraform provider into a filesystem mirror, from which terraform init installs it")
    .argument("<folder>", "folder of the mirror; it is made where it is absent, and what else is in it stays")
    .option(
      "--platform <os_arch>",
      "platform that will run it, such as linux_amd64, may be repeated (default: this machine's)",
      collectedPlatform,
    )
    .addHelpText("after", help)
    .configureOutput({ writeOut: streams.out, writeErr: streams.err })
    .action(async (folder: string, { platform }: MirrorOptions, command: Command) => {
      const { folder: root, version } = installedPackage();
      const provider = join(root, "dist", "terraform-provider-byok");
      if (!existsSync(provider)) {
        streams.err(
          `byok: error: The provider is missing: ${provider}. Install the package again, or run npm run build in a clone.\n`,
        );
        streams.exitCode(1);
        return;
      }
      const own = platformOf(process.platform, process.arch);
      const platforms = platform ?? (own === undefined ? [] : [own]);
      if (platforms.length === 0) {
        command.error(
          `error: The provider does not run on this machine, so say for which with --platform. ${noScripts}`,
        );
      }
      const addons = installedAddons(platforms);
      const written = await writeMirror({ folder, provider, version, platforms, addons });
      streams.out(`${written.join("\n")}\n\n${configuration(resolve(folder))}`);
    });
}

interface MirrorOptions {
  readonly platform?: readonly string[];
}

const help = `
The provider is one script for all platforms and needs Node.js 22 or later (20.19 for now) where it runs. Windows runs no scripts:
use the archive for windows_amd64 or windows_arm64 of a release, which needs no Node.js. Where the package koffi is installed
for a platform, its addon is laid beside the provider, which pkcs11: sources need.
  byok mirror ./mirror --platform linux_amd64 --platform darwin_arm64`;

function collectedPlatform(text: string, platforms: readonly string[] = []): readonly string[] {
  if (text.startsWith("windows_")) throw new InvalidArgumentError(noScripts);
  if (isPlatform(text)) return platforms.includes(text) ? platforms : [...platforms, text];
  throw new InvalidArgumentError(
    `A platform is one of ${systems.join(", ")}, an underscore and one of ${processors.join(", ")}: linux_amd64.`,
  );
}

const noScripts = "Windows runs no scripts. Use the archive of a release there.";

function configuration(folder: string): string {
  const include = registryHosts.map((host) => `"${host}/byok/byok"`).join(", ");
  return `To use it, in ~/.terraformrc or in the file that TF_CLI_CONFIG_FILE names:

provider_installation {
  filesystem_mirror {
    path    = ${JSON.stringify(folder)}
    include = [${include}]
  }
  direct {
    exclude = [${include}]
  }
}
`;
}
