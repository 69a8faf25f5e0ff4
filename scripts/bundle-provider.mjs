// Bundles a provider's main file and all that it needs into one executable file, which a machine with Node.js runs as it
// is: `node scripts/bundle-provider.mjs main.ts out/terraform-provider-acme`.
import { chmod } from "node:fs/promises";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";

/**
 * @param {{ entryPoint: string, outfile: string, external?: string[], define?: Record<string, string> }} options
 */
export async function bundleProvider({ entryPoint, outfile, external = [], define = {} }) {
  await build({
    entryPoints: [entryPoint],
    outfile,
    bundle: true,
    platform: "node",
    target: "node20",
    format: "cjs",
    minify: true,
    // Errors and logs name things as the source does.
    keepNames: true,
    legalComments: "none",
    // Of packages with several builds, the one that can be cut down to what is used.
    mainFields: ["module", "main"],
    conditions: ["module", "import"],
    banner: { js: "#!/usr/bin/env node" },
    external,
    define,
    logLevel: "warning",
  });
  await chmod(outfile, 0o755);
}

const [, script, entryPoint, outfile] = process.argv;
if (script && entryPoint && outfile && import.meta.url === pathToFileURL(script).href) {
  await bundleProvider({ entryPoint, outfile });
}
