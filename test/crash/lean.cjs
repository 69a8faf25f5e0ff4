// Loaded before Pulumi's process for dynamic providers, which starts three times as fast without what only programs need:
// the compiler and the package manager by which functions are written down.
const path = require("node:path");

const sdk = path.dirname(require.resolve("@pulumi/pulumi/package.json"));
const unneeded = [
  "typescript",
  "@npmcli/arborist",
  path.join(sdk, "typescript-shim"),
  "normalize-package-data",
  "execa",
];
for (const name of unneeded) {
  const filename = require.resolve(name, { paths: [sdk] });
  require.cache[filename] = { id: filename, filename, loaded: true, exports: {}, children: [], paths: [] };
}
