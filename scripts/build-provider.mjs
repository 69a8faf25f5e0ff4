// Makes what Terraform runs: dist/terraform-provider-byok, one executable file.
import { join } from "node:path";
import { bundleProvider } from "./bundle-provider.mjs";

const root = join(import.meta.dirname, "..");
const outfile = join(root, "dist", "terraform-provider-byok");
await bundleProvider({
  entryPoint: join(root, "src/terraform/main.ts"),
  outfile,
  late: ["./provider", "../pkcs11/child"],
});
