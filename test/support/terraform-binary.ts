import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { inflateRawSync } from "node:zlib";
import { cacheFolder, inCache } from "./engine-cache";

const execute = promisify(execFile);

// Pinned: the first line of Terraform with write-only attributes. The sums are those that
// public package definitions of this release pin.
const terraformRelease = {
  version: "1.11.4",
  sha256: {
    linux_amd64: "1ce994251c00281d6845f0f268637ba50c0005657eb3cf096b92f753b42ef4dc",
    linux_arm64: "a43d1d0da9b9bab214a8305a39db0e40869572594ccf50c416a7756499143633",
    darwin_amd64: "a56d5002b9f7647291faccc3dd1a70350e60fb61e4c45037629508b8fdc2575b",
    darwin_arm64: "867e0808fa971217043e25b7a792b10720c79b1546f8a68479b74f138be73e18",
  },
} as const;

const openTofuVersion = "1.11.0";

/**
 * The CLI that acceptance tests drive: the one that BYOK_TERRAFORM names; else `terraform` or `tofu` on the PATH, if it
 * is at least 1.11; else the one that an earlier run left in the cache; else the vendor's release, checked by its sum;
 * else OpenTofu, built with Go.
 *
 * @throws Error that says how to get one, if there is no way.
 */
export async function terraformBinary(environment: NodeJS.ProcessEnv = process.env): Promise<string> {
  const named = environment["BYOK_TERRAFORM"];
  if (named) {
    if (await isNewEnough(named)) return named;
    throw new Error(`BYOK_TERRAFORM names ${named}, which is not Terraform or OpenTofu 1.11 or later.`);
  }
  for (const name of ["terraform", "tofu"]) {
    // In this order, and no further than needed.
    if (await isNewEnough(name)) return name;
  }
  const cache = cacheFolder(environment);
  const cached = [`terraform-${terraformRelease.version}`, `tofu-${openTofuVersion}`]
    .map((name) => join(cache, name))
    .find((file) => existsSync(file));
  if (cached) return cached;
  await mkdir(cache, { recursive: true });
  const failures: string[] = [];
  for (const provide of [downloadTerraform, buildOpenTofu]) {
    try {
      return await provide(cache);
    } catch (error) {
      failures.push(error instanceof Error ? error.message : String(error));
    }
  }
  throw new Error(
    `These tests need Terraform or OpenTofu 1.11 or later: put one on the PATH or name it in BYOK_TERRAFORM (${failures.join("; ")}).`,
  );
}

async function isNewEnough(command: string): Promise<boolean> {
  try {
    const { stdout } = await execute(command, ["version", "-json"], {
      env: { PATH: process.env["PATH"], CHECKPOINT_DISABLE: "1", TF_CLI_CONFIG_FILE: "" },
    });
    const { terraform_version: version }: { terraform_version?: string } = JSON.parse(stdout);
    const [major = 0, minor = 0] = (version ?? "").split(".").map(Number);
    return major > 1 || (major === 1 && minor >= 11);
  } catch {
    return false;
  }
}

async function downloadTerraform(cache: string): Promise<string> {
  const { version, sha256 } = terraformRelease;
  const platform = `${process.platform}_${process.arch === "x64" ? "amd64" : process.arch}`;
  const expected = Object.entries(sha256).find(([name]) => name === platform)?.[1];
  if (expected === undefined) throw new Error(`no pinned Terraform release for ${platform}`);
  const url = `https://releases.hashicorp.com/terraform/${version}/terraform_${version}_${platform}.zip`;
  console.error(`downloading ${url}`);
  const response = await fetch(url, { signal: AbortSignal.timeout(120_000) }).catch(() => null);
  if (!response?.ok) throw new Error(`${url} could not be downloaded`);
  const archive = Buffer.from(await response.arrayBuffer());
  if (createHash("sha256").update(archive).digest("hex") !== expected) throw new Error(`${url} has a wrong SHA-256`);
  return inCache(cache, `terraform-${version}`, (file) => writeFile(file, zipEntry(archive, "terraform")));
}

async function buildOpenTofu(cache: string): Promise<string> {
  const run = async (args: readonly string[], cwd: string): Promise<string> => {
    const env = { ...process.env, CGO_ENABLED: "0", GOFLAGS: "-mod=mod" };
    return (await execute("go", [...args], { cwd, env, maxBuffer: 1 << 26 })).stdout;
  };
  await run(["version"], cache).catch(() => {
    throw new Error("Go is not installed, so OpenTofu cannot be built");
  });
  console.error(`building OpenTofu ${openTofuVersion} with Go; this takes several minutes`);
  return inCache(cache, `tofu-${openTofuVersion}`, async (file, scratch) => {
    const source = "github.com/opentofu/opentofu";
    const found = await run(["mod", "download", "-json", `${source}@v${openTofuVersion}`], cache);
    const { GoMod }: { GoMod: string } = JSON.parse(found);
    // Its own go.mod carries a replacement, which only holds in a main module: so it becomes ours, under another name.
    const mod = (await readFile(GoMod, "utf8")).replace(/^module .*$/m, "module scratch");
    await writeFile(join(scratch, "go.mod"), `${mod}\nrequire ${source} v${openTofuVersion}\n`);
    await run(["build", "-trimpath", "-o", file, `${source}/cmd/tofu`], scratch);
  });
}

/** One file out of a ZIP archive (APPNOTE.TXT, 4.3): found in the central directory, stored or deflated. */
export function zipEntry(archive: Buffer, name: string): Buffer {
  const end = archive.lastIndexOf(Buffer.from([0x50, 0x4b, 5, 6]));
  let at = end < 0 ? archive.length : archive.readUInt32LE(end + 16);
  while (at + 46 <= archive.length && archive.readUInt32LE(at) === 0x02014b50) {
    const method = archive.readUInt16LE(at + 10);
    const size = archive.readUInt32LE(at + 20);
    const nameLength = archive.readUInt16LE(at + 28);
    const local = archive.readUInt32LE(at + 42);
    if (archive.toString("utf8", at + 46, at + 46 + nameLength) === name) {
      const start = local + 30 + archive.readUInt16LE(local + 26) + archive.readUInt16LE(local + 28);
      const content = archive.subarray(start, start + size);
      return method === 0 ? content : inflateRawSync(content);
    }
    at += 46 + nameLength + archive.readUInt16LE(at + 30) + archive.readUInt16LE(at + 32);
  }
  throw new Error(`the archive has no file ${name}`);
}
