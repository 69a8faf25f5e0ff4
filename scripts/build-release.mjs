// Makes the archive of the provider that the registries hand out, for the system on which it runs:
// terraform-provider-byok_VERSION_OS_ARCH.zip in dist/release, or in the folder that is named. The file in it needs no Node.js on the user's machine, for it
// is this Node.js with the provider inside (a "single executable application", https://nodejs.org/docs/latest-v20.x/api/single-executable-applications.html).
import { execFileSync } from "node:child_process";
import { chmod, copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { strToU8, zipSync } from "fflate";
import { inject } from "postject";
import { addonName } from "../dist/src/pkcs11/koffi.js";
import { koffiAddon } from "../dist/src/pkcs11/koffi-addon.js";

const root = join(import.meta.dirname, "..");
const { version } = JSON.parse(await readFile(join(root, "package.json"), "utf8"));
const systems = { darwin: "darwin", linux: "linux", win32: "windows" };
const processors = { arm64: "arm64", x64: "amd64" };
const target = `${systems[process.platform]}_${processors[process.arch]}`;
const windows = process.platform === "win32";
const apple = process.platform === "darwin";

const folder = await mkdtemp(join(tmpdir(), "byok-release-"));
try {
  const executable = join(folder, windows ? "provider.exe" : "provider");
  await copyFile(process.execPath, executable);
  await chmod(executable, 0o755);
  if (apple) execFileSync("codesign", ["--remove-signature", executable]);
  await inject(executable, "NODE_SEA_BLOB", await seaBlob(folder), {
    // The mark in every Node.js binary at which it looks whether an application was put inside.
    sentinelFuse: "NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2",
    ...(apple ? { machoSegmentName: "NODE_SEA" } : {}),
  });
  if (apple) execFileSync("codesign", ["--sign", "-", executable]);
  const out = resolve(process.argv[2] ?? join(root, "dist", "release"));
  await mkdir(out, { recursive: true });
  const archive = join(out, `terraform-provider-byok_${version}_${target}.zip`);
  await writeFile(archive, await zipped(executable));
  process.stdout.write(`${archive}\n`);
} finally {
  await rm(folder, { recursive: true });
}

async function seaBlob(scratch) {
  const [config, output] = [join(scratch, "sea.json"), join(scratch, "sea.blob")];
  // Node reads the first line of a script as a comment where it starts with #!, and of an application it does not.
  const script = (await readFile(join(root, "dist", "terraform-provider-byok"), "utf8")).replace(/^#!.*\n/, "");
  const main = join(scratch, "provider.cjs");
  await writeFile(main, script);
  await writeFile(config, JSON.stringify({ main, output, disableExperimentalSEAWarning: true, useCodeCache: false }));
  execFileSync(process.execPath, ["--experimental-sea-config", config], { stdio: ["ignore", "ignore", "inherit"] });
  return readFile(output);
}

async function zipped(executable) {
  const mode = (bits) => ({ os: 3, attrs: (0o100000 | bits) << 16 });
  // No addon can be inside of the executable, so the one that calls PKCS#11 modules lies beside it.
  const addon = koffiAddon(process.platform, process.arch);
  if (addon === undefined) throw new Error("The addon of koffi for this system is not installed: npm ci");
  const license = join(dirname(createRequire(import.meta.url).resolve("koffi")), "LICENSE.txt");
  return zipSync({
    [addonName]: [await readFile(addon), mode(0o755)],
    "LICENSE.koffi.txt": [await readFile(license), mode(0o644)],
    [`terraform-provider-byok_v${version}${windows ? ".exe" : ""}`]: [await readFile(executable), mode(0o755)],
    "LICENSE.txt": [strToU8(await readFile(join(root, "LICENSE"), "utf8")), mode(0o644)],
  });
}
