import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { unzipSync } from "fflate";
import { platformOf, registryHosts } from "../../src/cli/provider-mirror";
import { childArgument } from "../../src/pkcs11/child-argument";
import { terraformBinary } from "../support/terraform-binary";
import { root, run } from "./project";
import { type Registry, startRegistry } from "./registry";

const { version, repository } = JSON.parse(execFileSync("npm", ["pkg", "get", "--json"], { cwd: root }).toString());
const home = String(repository.url).replace(/^git\+https:\/\/github\.com\/|\.git$/g, "");
const platform = platformOf(process.platform, process.arch) ?? "";
const archive = `terraform-provider-byok_${version}_${platform}.zip`;
const script = (name: string, ...args: readonly string[]): readonly string[] => [join(root, "scripts", name), ...args];

let folder: string;
let registry: Registry;
/** npm as of a user who knows no registry but the one on loopback, and may publish there. */
let env: NodeJS.ProcessEnv;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "byok-release-"));
  const upstream = execFileSync("npm", ["config", "get", "registry"]).toString().trim();
  registry = await startRegistry(upstream, "throw-away");
  const npmrc = `registry=${registry.url}/\n${registry.url.replace(/^http:/, "")}/:_authToken=throw-away\n`;
  await writeFile(join(folder, "npmrc"), npmrc);
  env = { ...process.env, npm_config_userconfig: join(folder, "npmrc"), npm_config_registry: `${registry.url}/` };
});
afterAll(async () => {
  await registry.close();
  await rm(folder, { recursive: true, force: true });
});

const node = (args: readonly string[], more: NodeJS.ProcessEnv = {}): Promise<string> =>
  run(process.execPath, args, root, { ...env, ...more });

describe("the package, rehearsed on a registry of its own", () => {
  const check = (tag: string, place: string): Promise<string> => node(script("release-check.mjs", tag, place));
  const tarball = (): string => join(folder, `byok-${version}.tgz`);
  const publish = (): Promise<string> => node(script("publish-package.mjs", tarball(), "--access", "public"));

  it("is refused before anything is built where a later step would fail", async () => {
    await expect(check("v99.0.0", home)).rejects.toThrow(`The tag v99.0.0 is not v${version}`);
    await expect(check(`v${version}`, "somebody/else")).rejects.toThrow("`repository` in package.json is");
    await expect(check(`v${version}`, home)).resolves.toBe("");
    const nowhere = { npm_config_registry: "http://127.0.0.1:1/", npm_config_fetch_retries: "0" };
    await expect(node(script("release-check.mjs", `v${version}`, home), nowhere)).rejects.toThrow("npm gave no answer");
  }, 60_000);

  it("is published once, however often the step runs", async () => {
    await run("npm", ["pack", "--ignore-scripts", "--pack-destination", folder], root, env);
    registry.refuse = true;
    await expect(publish()).rejects.toThrow("422");
    expect(registry.documents.size).toBe(0);
    registry.refuse = false;
    await publish();
    expect([...registry.documents.keys()]).toEqual(["byok"]);
    expect(await publish()).toContain("is published already, from this tarball");
    await writeFile(tarball(), Buffer.concat([await readFile(tarball()), Buffer.alloc(1)]));
    await expect(publish()).rejects.toThrow("is published already, from another tarball");
    await expect(check(`v${version}`, home)).rejects.toThrow("is on npm already. Raise the version.");
  }, 120_000);

  it("is installed from there, and works", async () => {
    const project = join(folder, "project");
    await mkdir(project);
    await writeFile(join(project, "package.json"), '{ "private": true }');
    await run("npm", ["install", "--no-audit", "--no-fund", "--save-dev", "byok"], project, env);
    const { devDependencies } = JSON.parse(await readFile(join(project, "package.json"), "utf8"));
    expect(devDependencies).toEqual({ byok: `^${version}` });
    expect(await run("npx", ["--no-install", "byok", "--version"], project, env)).toBe(`${version}\n`);
    await writeFile(join(project, "key.bin"), Buffer.alloc(32, 1));
    const printed = await run(
      "npx",
      ["--no-install", "byok", "fingerprint", "file:key.bin?encoding=raw"],
      project,
      env,
    );
    expect(printed).toMatch(/^fingerprint +cmac:[0-9a-f]{32}\n/);
  }, 120_000);
});

describe("the archives, rehearsed", () => {
  let release: string;
  beforeAll(async () => {
    release = join(folder, "release");
    await node(script("build-release.mjs", release));
    await node(script("release-checksums.mjs", "--folder", release, platform));
  }, 180_000);

  it("have checksums and the manifest of Terraform's registry, and none is missing unnoticed", async () => {
    const files = [archive, `terraform-provider-byok_${version}_manifest.json`];
    const sums = await readFile(join(release, `terraform-provider-byok_${version}_SHA256SUMS`), "utf8");
    const expected = await Promise.all(
      files.map(async (file) => {
        const content = await readFile(join(release, file));
        return `${createHash("sha256").update(content).digest("hex")}  ${file}\n`;
      }),
    );
    expect(sums).toBe(expected.join(""));
    // https://developer.hashicorp.com/terraform/registry/providers/publishing#terraform-registry-manifest-file
    expect(JSON.parse(await readFile(join(release, files[1] ?? ""), "utf8"))).toEqual({
      version: 1,
      metadata: { protocol_versions: ["6.0"] },
    });
    await expect(node(script("release-checksums.mjs", "--folder", release, platform, "plan9_mips"))).rejects.toThrow(
      `lacks terraform-provider-byok_${version}_plan9_mips.zip`,
    );
  });

  it("call PKCS#11 modules by an addon that lies beside the provider, without a Node.js or a compiler", async () => {
    const place = join(folder, "unpacked");
    await mkdir(place);
    const files = unzipSync(await readFile(join(release, archive)));
    const [provider = ""] = Object.keys(files).filter((name) => name.startsWith("terraform-provider-byok_v"));
    for (const [name, content] of Object.entries(files)) await writeFile(join(place, name), content, { mode: 0o755 });
    const source = "pkcs11:token=t;object=o?module-path=/nowhere/libvendor.so";
    const ask = (): unknown => {
      const input = JSON.stringify({ byok: 1, verb: "describe", source });
      return JSON.parse(execFileSync(join(place, provider), [childArgument], { input, env: { PATH: "" } }).toString());
    };
    // It comes as far as the module.
    expect(ask()).toMatchObject({ error: { code: "module_not_found" } });
    await rm(join(place, "koffi.node"));
    expect(ask()).toMatchObject({ error: { code: "library_missing" } });
    expect(Object.keys(files)).toContain("LICENSE.koffi.txt");
  });

  it("are signed with a key that leaves no trace, or not at all", async () => {
    await expect(node(script("sign-checksums.mjs", release))).rejects.toThrow("GPG_PRIVATE_KEY must be set");
    const temporary = join(folder, "temporary");
    const keys = join(folder, "keys");
    await mkdir(temporary);
    await mkdir(keys, { mode: 0o700 });
    const passphrase = "throw-away passphrase";
    if (!hasGpg()) {
      await expect(node(script("sign-checksums.mjs", release), { GPG_PRIVATE_KEY: "none" })).rejects.toThrow("gpg");
      return;
    }
    const gpg = (...args: readonly string[]): Buffer =>
      execFileSync(
        "gpg",
        ["--homedir", keys, "--batch", "--pinentry-mode", "loopback", "--passphrase", passphrase, ...args],
        {
          stdio: ["ignore", "pipe", "pipe"],
        },
      );
    try {
      gpg("--quick-generate-key", "byok rehearsal", "rsa3072", "sign", "never");
      const key = gpg("--armor", "--export-secret-keys").toString();
      const secrets = { GPG_PRIVATE_KEY: key, GPG_PASSPHRASE: passphrase, TMPDIR: temporary };
      await expect(
        node(script("sign-checksums.mjs", release), { ...secrets, GPG_PASSPHRASE: "another" }),
      ).rejects.toThrow("gpg");
      expect((await readdir(release)).filter((file) => file.endsWith(".sig"))).toEqual([]);
      await node(script("sign-checksums.mjs", release), secrets);
      expect(await readdir(temporary)).toEqual([]);
      const sums = join(release, `terraform-provider-byok_${version}_SHA256SUMS`);
      gpg("--verify", `${sums}.sig`, sums);
      await writeFile(join(folder, "forged"), `${await readFile(sums, "utf8")}\n`);
      expect(() => gpg("--verify", `${sums}.sig`, join(folder, "forged"))).toThrow("BAD signature");
    } finally {
      execFileSync("gpgconf", ["--homedir", keys, "--kill", "all"]);
    }
  }, 120_000);

  it("are installed by terraform init, and run without a Node.js", async () => {
    const place = join(folder, "terraform");
    for (const host of registryHosts) {
      const mirror = join(folder, "mirror", host, "byok", "byok");
      await mkdir(mirror, { recursive: true });
      await copyFile(join(release, archive), join(mirror, archive));
    }
    await mkdir(place);
    const mirror = JSON.stringify(join(folder, "mirror"));
    await writeFile(
      join(place, "terraform.rc"),
      `provider_installation {\n  filesystem_mirror {\n    path = ${mirror}\n  }\n}\n`,
    );
    await writeFile(
      join(place, "main.tf"),
      `terraform {\n  required_providers {\n    byok = {\n      source = "byok/byok"\n      version = "${version}"\n    }\n  }\n}\nprovider "byok" {}\n`,
    );
    const terraform = await run("bash", ["-c", 'command -v "$0"', await terraformBinary()], root);
    const bare = { TF_CLI_CONFIG_FILE: join(place, "terraform.rc"), CHECKPOINT_DISABLE: "1", HOME: folder, PATH: "" };
    await run(terraform.trim(), ["init", "-no-color"], place, bare);
    const lock = await readFile(join(place, ".terraform.lock.hcl"), "utf8");
    expect(lock).toContain(`version     = "${version}"`);
    const schema = JSON.parse(await run(terraform.trim(), ["providers", "schema", "-json"], place, bare));
    expect(JSON.stringify(schema)).toContain("byok_imported_key_material");
  }, 120_000);
});

/** Where there is none, as in small images of containers, all that can be seen is that nothing counts as signed. */
function hasGpg(): boolean {
  try {
    execFileSync("gpg", ["--version"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}
