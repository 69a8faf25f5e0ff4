import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { installedPackage } from "../../src/cli/installed-package";
import { mirrorCommand } from "../../src/cli/mirror";
import { installedAddons, isPlatform, platformOf, writeMirror } from "../../src/cli/provider-mirror";
import { inProcess } from "./in-process";

const { version, folder: root } = installedPackage();
const provider = join(root, "dist", "terraform-provider-byok");

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "byok-mirror-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const byokMirror = (...args: readonly string[]) => inProcess(mirrorCommand, args);

async function filesBelow(place: string): Promise<readonly string[]> {
  const entries = await readdir(place, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

async function providersBelow(place: string): Promise<readonly string[]> {
  return (await filesBelow(place)).filter((file) => !file.endsWith("/koffi.node"));
}

describe("byok mirror", () => {
  it("writes the provider for this machine, under the names of both registries, executable", async () => {
    const { out, err, code } = await byokMirror(folder);
    expect({ err, code }).toEqual({ err: "", code: 0 });
    const platform = platformOf(process.platform, process.arch);
    const files = ["registry.terraform.io", "registry.opentofu.org"].map((host) =>
      join(folder, host, "byok", "byok", version, `${platform}`, `terraform-provider-byok_v${version}`),
    );
    // Where koffi is installed, as here, its addon lies beside: see the next test.
    expect((await providersBelow(folder)).toSorted()).toEqual(files.toSorted());
    const content = await readFile(provider);
    for (const file of files) {
      expect((await stat(file)).mode & 0o777).toBe(0o755);
      expect((await readFile(file)).equals(content)).toBe(true);
    }
    for (const file of files) expect(out).toContain(file);
    expect(out).toContain(`\n\nTo use it,`);
    expect(out).toContain(`path    = ${JSON.stringify(folder)}`);
  });

  it("writes it for every platform that is named, once each", async () => {
    const both = ["--platform", "linux_amd64", "--platform", "darwin_arm64", "--platform", "linux_amd64"];
    expect((await byokMirror(join(folder, "new"), ...both)).code).toBe(0);
    const platforms = (await providersBelow(folder)).map((file) => file.split("/").at(-2) ?? "");
    expect(platforms.toSorted()).toEqual(["darwin_arm64", "darwin_arm64", "linux_amd64", "linux_amd64"]);
  });

  it("lays the addon that calls PKCS#11 modules beside the provider where koffi is installed for a platform", async () => {
    const own = platformOf(process.platform, process.arch) ?? "";
    const other = own === "openbsd_arm" ? "freebsd_arm" : "openbsd_arm";
    await byokMirror(folder, "--platform", own, "--platform", other);
    const addons = (await filesBelow(folder)).filter((file) => file.endsWith("/koffi.node"));
    expect(addons.map((file) => file.split("/").at(-2))).toEqual([own, own]);
    expect((await readFile(addons[0] ?? "")).equals(await readFile(installedAddons([own]).get(own) ?? ""))).toBe(true);
    expect(installedAddons([other])).toEqual(new Map());
  });

  it.each([
    ["windows_amd64", "Windows runs no scripts. Use the archive of a release there."],
    ["linux-amd64", "A platform is one of darwin, freebsd, linux, openbsd, an underscore and one of 386, amd64"],
    ["linux_amd64_x", "A platform is one of"],
    ["linux", "A platform is one of"],
    ["", "A platform is one of"],
  ])("refuses the platform %j", async (platform, says) => {
    const { err, code } = await byokMirror(folder, "--platform", platform);
    expect(code).toBe(2);
    expect(err).toContain(says);
    expect(await readdir(folder)).toEqual([]);
  });

  it("names platforms as Terraform does", () => {
    expect(platformOf("linux", "x64")).toBe("linux_amd64");
    expect(platformOf("linux", "ia32")).toBe("linux_386");
    expect(platformOf("darwin", "arm64")).toBe("darwin_arm64");
    expect(platformOf("win32", "x64")).toBeUndefined();
    expect(platformOf("linux", "s390x")).toBeUndefined();
    expect(["openbsd_arm", "linux_x64", "plan9_amd64"].map(isPlatform)).toEqual([true, false, false]);
  });
});

describe("a mirror", () => {
  const mirror = () => ({ folder, provider, version: "9.9.9", platforms: ["linux_amd64"] });

  it("keeps what else is in it, replaces a file whole and leaves nothing half-done", async () => {
    await writeFile(join(folder, "mine"), "mine");
    const [first = ""] = await writeMirror(mirror());
    const before = await stat(first);
    await writeMirror(mirror());
    // Another file: a process that runs the former one goes on with that.
    expect((await stat(first)).ino).not.toBe(before.ino);
    expect((await filesBelow(folder)).length).toBe(3);
    expect(await readFile(join(folder, "mine"), "utf8")).toBe("mine");
  });

  it("that cannot be written leaves no scratch file", async () => {
    await mkdir(join(folder, "registry.terraform.io/byok/byok/9.9.9/linux_amd64/terraform-provider-byok_v9.9.9/x"), {
      recursive: true,
    });
    await expect(writeMirror(mirror())).rejects.toThrow(/EISDIR|ENOTEMPTY|EEXIST/);
    expect(await readdir(folder)).toEqual(["registry.terraform.io"]);
    await expect(writeMirror({ ...mirror(), provider: join(folder, "absent") })).rejects.toThrow("ENOENT");
    expect(await readdir(folder)).toEqual(["registry.terraform.io"]);
  });
});
