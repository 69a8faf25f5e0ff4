import { mkdir, symlink } from "node:fs/promises";
import { join } from "node:path";
import { terraformBinary } from "../support/terraform-binary";

/** Makes a folder in which the engine that tests drive is called `terraform`, whatever it is and wherever it lies. */
export async function terraformCommand(folder: string): Promise<void> {
  const binary = await terraformBinary();
  await mkdir(folder, { recursive: true });
  // By its name alone, the command would find itself.
  if (binary === "terraform") return;
  await symlink(binary, join(folder, "terraform"));
}

/** A configuration of Terraform's command line by which the provider is installed from what was built. */
export function mirrorConfiguration(): string {
  const mirror = JSON.stringify(join(__dirname, "../../dist/mirror"));
  return `provider_installation {\n  filesystem_mirror {\n    path = ${mirror}\n  }\n}\n`;
}
