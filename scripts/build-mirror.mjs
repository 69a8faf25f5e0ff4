// Makes dist/mirror, from which `terraform init` installs the provider that was just built: what `byok mirror` makes for
// those who install the package, which does not carry it.
import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { installedAddons, platformOf, writeMirror } from "../dist/src/cli/provider-mirror.js";

const root = join(import.meta.dirname, "..");
const { version } = JSON.parse(await readFile(join(root, "package.json"), "utf8"));
const folder = join(root, "dist", "mirror");
const platform = platformOf(process.platform, process.arch);
await rm(folder, { recursive: true, force: true });
if (platform !== undefined) {
  const provider = join(root, "dist", "terraform-provider-byok");
  const platforms = [platform];
  await writeMirror({ folder, provider, version, platforms, addons: installedAddons(platforms) });
}
