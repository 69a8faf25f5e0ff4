import { randomUUID } from "node:crypto";
import { chmod, copyFile, mkdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { addonName } from "../pkcs11/koffi";
import { koffiAddon } from "../pkcs11/koffi-addon";

/** The registries under whose names a mirror offers the provider: Terraform asks for the one, OpenTofu for the other. */
export const registryHosts = ["registry.terraform.io", "registry.opentofu.org"] as const;

/** Operating systems, as Terraform names them, on which the provider runs as a script. Windows runs no scripts. */
export const systems = ["darwin", "freebsd", "linux", "openbsd"] as const;
export const processors = ["386", "amd64", "arm", "arm64"] as const;

/** How Terraform names the platform that Node.js names so, `linux` and `x64`. Undefined where it runs no scripts. */
export function platformOf(system: string, processor: string): string | undefined {
  const named = new Map([
    ["x64", "amd64"],
    ["ia32", "386"],
  ]);
  const platform = `${system}_${named.get(processor) ?? processor}`;
  return isPlatform(platform) ? platform : undefined;
}

export function isPlatform(text: string): boolean {
  return systems.some((system) => processors.some((processor) => text === `${system}_${processor}`));
}

export interface ProviderMirror {
  /** Made where it is absent. What else is in it stays. */
  readonly folder: string;
  /** The executable script of the provider, which is the same for every platform. */
  readonly provider: string;
  /** Of the provider, such as `1.2.3`. */
  readonly version: string;
  /** As Terraform names them: `linux_amd64`. */
  readonly platforms: readonly string[];
  /** By platform the file of koffi's addon, which is laid beside the provider. Where one is missing, `pkcs11:` sources are. */
  readonly addons?: ReadonlyMap<string, string>;
}

/** The addons of koffi that are installed, by platform. npm installs the one for this machine. */
export function installedAddons(platforms: readonly string[]): ReadonlyMap<string, string> {
  const names = new Map([
    ["amd64", "x64"],
    ["386", "ia32"],
  ]);
  return new Map(
    platforms.flatMap((platform) => {
      const [system = "", processor = ""] = platform.split("_");
      const addon = koffiAddon(system, names.get(processor) ?? processor);
      return addon === undefined ? [] : [[platform, addon] as const];
    }),
  );
}

/**
 * Writes the provider into a filesystem mirror, from which `terraform init` installs it without a registry. A file that
 * is there is replaced whole, so that a running provider goes on undisturbed.
 *
 * Source: https://developer.hashicorp.com/terraform/cli/config/config-file#filesystem_mirror, the unpacked layout.
 *
 * @returns the files
 * @throws the error of the file system
 */
export async function writeMirror({
  folder,
  provider,
  version,
  platforms,
  addons,
}: ProviderMirror): Promise<readonly string[]> {
  const written: string[] = [];
  for (const host of registryHosts) {
    for (const platform of platforms) {
      const place = join(folder, host, "byok", "byok", version, platform);
      const file = join(place, `terraform-provider-byok_v${version}`);
      await mkdir(place, { recursive: true });
      await copied(provider, file, join(folder, `.${randomUUID()}`));
      written.push(file);
      const addon = addons?.get(platform);
      if (addon === undefined) continue;
      await copied(addon, join(place, addonName), join(folder, `.${randomUUID()}`));
      written.push(join(place, addonName));
    }
  }
  return written;
}

async function copied(from: string, to: string, scratch: string): Promise<void> {
  try {
    await copyFile(from, scratch);
    await chmod(scratch, 0o755);
    await rename(scratch, to);
  } catch (error) {
    await rm(scratch, { force: true });
    throw error;
  }
}
