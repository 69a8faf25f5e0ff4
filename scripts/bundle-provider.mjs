// Bundles a provider's main file and all that it needs into one executable file, which a machine with Node.js runs as it
// is: `node scripts/bundle-provider.mjs main.ts out/terraform-provider-acme`.
import { chmod } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";

const common = {
  bundle: true,
  platform: "node",
  target: "node20",
  format: "cjs",
  minify: true,
  // So that the places of an error tell where it is.
  keepNames: true,
  legalComments: "none",
  // Of packages with several builds, the one that can be cut down to what is used.
  mainFields: ["module", "main"],
  conditions: ["module", "import"],
  logLevel: "warning",
};

/**
 * @param {{ entryPoint: string, outfile: string, external?: string[], define?: Record<string, string>, late?: string[] }} options
 * `late`: modules that the main file requires only once the handshake is done. They are carried as text, so that Node
 * need not read through them before.
 */
export async function bundleProvider({ entryPoint, outfile, external = [], define = {}, late = [] }) {
  await build({
    ...common,
    entryPoints: [entryPoint],
    outfile,
    banner: { js: "#!/usr/bin/env node" },
    external,
    define,
    plugins: [carriedAsText(late, { external, define })],
  });
  await chmod(outfile, 0o755);
}

function carriedAsText(modules, options) {
  return {
    name: "carried-as-text",
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /^\./ }, ({ path, importer }) =>
        modules.includes(path) ? { path: resolve(dirname(importer), path), namespace: "late" } : undefined,
      );
      onLoad({ filter: /.*/, namespace: "late" }, async ({ path }) => {
        const { outputFiles } = await build({ ...common, ...options, entryPoints: [`${path}.ts`], write: false });
        const text = JSON.stringify(outputFiles[0].text);
        return {
          contents: `const late = new (require("node:module"))(__filename, null);
late.filename = __filename;
late.paths = [];
late._compile(${text}, __filename);
module.exports = late.exports;`,
          loader: "js",
        };
      });
    },
  };
}

const [, script, entryPoint, outfile] = process.argv;
if (script && entryPoint && outfile && import.meta.url === pathToFileURL(script).href) {
  await bundleProvider({ entryPoint, outfile });
}
