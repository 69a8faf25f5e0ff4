// Signs the checksums in dist/release, or in the folder that is named, as Terraform's registry wants it: a detached binary
// signature. The key is in GPG_PRIVATE_KEY (armoured), its passphrase in GPG_PASSPHRASE; both reach gpg by its standard
// input alone, and the key is kept in a folder that is removed.
import { execFileSync } from "node:child_process";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

const folder = resolve(process.argv[2] ?? join(import.meta.dirname, "..", "dist", "release"));
const { GPG_PRIVATE_KEY: key, GPG_PASSPHRASE: passphrase = "", ...env } = process.env;
const sums = (await readdir(folder)).filter((file) => file.endsWith("_SHA256SUMS"));
if (key === undefined || sums.length !== 1) {
  throw new Error(`GPG_PRIVATE_KEY must be set, and ${folder} must have one file of checksums.`);
}
const home = await mkdtemp(join(tmpdir(), "byok-gpg-"));
const gpg = (args, input) =>
  execFileSync("gpg", ["--homedir", home, "--batch", "--yes", ...args], {
    cwd: folder,
    env,
    input,
    stdio: ["pipe", "inherit", "inherit"],
  });
try {
  const [file] = sums;
  gpg(["--pinentry-mode", "loopback", "--import"], key);
  gpg(["--pinentry-mode", "loopback", "--passphrase-fd", "0", "--detach-sign", file], `${passphrase}\n`);
  gpg(["--verify", `${file}.sig`, file], "");
} finally {
  try {
    execFileSync("gpgconf", ["--homedir", home, "--kill", "all"], { env, stdio: "ignore" });
  } finally {
    await rm(home, { recursive: true, force: true });
  }
}
