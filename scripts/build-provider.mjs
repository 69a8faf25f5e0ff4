// Makes what Terraform runs: dist/terraform-provider-byok, one executable file, and dist/mirror, a folder in the layout
// of a filesystem mirror, from which `terraform init` installs it without a registry.
import { copyFile, mkdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { bundleProvider } from "./bundle-provider.mjs";

const root = join(import.meta.dirname, "..");
const { version } = JSON.parse(await readFile(join(root, "package.json"), "utf8"));
const outfile = join(root, "dist", "terraform-provider-byok");
await bundleProvider({ entryPoint: join(root, "src/terraform/main.ts"), outfile, late: ["./provider"] });

const systems = { darwin: "darwin", linux: "linux", win32: "windows" };
const processors = { arm64: "arm64", x64: "amd64" };
const target = `${systems[process.platform]}_${processors[process.arch]}`;
await rm(join(root, "dist", "mirror"), { recursive: true, force: true });
for (const host of ["registry.terraform.io", "registry.opentofu.org"]) {
  const folder = join(root, "dist", "mirror", host, "byok", "byok", version, target);
  await mkdir(folder, { recursive: true });
  await copyFile(outfile, join(folder, `terraform-provider-byok_v${version}`));
}
