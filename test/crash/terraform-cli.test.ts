import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { kmsProfiles } from "../../src/kms/clouds";
import { keysOf } from "../../src/engine/table";
import { providerAddresses } from "../support/byok-terraform";
import { terraformBinary } from "../support/terraform-binary";
import { Workspace } from "../support/terraform";
import type { Face } from "./face";
import { crashMatrix } from "./matrix";
import { costliest, killFromFile } from "./started-by-tool";
import { configuredStack } from "./terraform-face";

const provider = join(__dirname, "../../dist/terraform-provider-byok");

/** The real CLI starts the provider itself, over TLS, and as often as it likes. */
async function startedByTerraform(): Promise<Face> {
  const terraform = await terraformBinary();
  return {
    async stack(place) {
      const folder = await mkdtemp(join(tmpdir(), "crash-launcher-"));
      const pidFile = join(folder, "pid");
      const launcher = join(folder, "terraform-provider-byok");
      await writeFile(launcher, `#!/bin/sh\necho $$ > '${pidFile}'\nexec '${provider}' "$@"\n`);
      await chmod(launcher, 0o755);
      const devOverrides = Object.fromEntries(providerAddresses.map((address) => [address, folder]));
      const workspace = await Workspace.create({ terraform, provider: { devOverrides } });
      return configuredStack(workspace, place, {
        // A provider that is killed leaves the folder of its socket behind.
        run: (args) => workspace.run(args, { TMPDIR: folder }),
        kill: () => killFromFile(pidFile),
        // Whatever Terraform started has ended with it.
        renew: async () => undefined,
        end: () => rm(folder, { recursive: true, force: true }),
      });
    },
    close: async () => undefined,
  };
}

describe.each(keysOf(kmsProfiles))("on %s", (kms) => {
  crashMatrix("terraform-cli", startedByTerraform, kms, costliest);
});
