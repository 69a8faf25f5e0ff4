import { execFile } from "node:child_process";
import { copyFile, mkdir, symlink } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";
import { faultCodes, protocolVersion } from "../../src/material-sources/wrapping-protocol";
import { inFolder } from "../material-sources/folder";
import { opensslWrap } from "../support/openssl-wrap";
import { blocksOf, blockWith } from "../support/page";
import { readFileSync } from "node:fs";

const root = join(__dirname, "../..");
const page = join("docs", "guides", "hsm.md");
const blocks = blocksOf(page);
const text = readFileSync(join(root, page), "utf8");

describe("the guide to key material in an HSM", () => {
  it("shows commands that do what it says", async () => {
    await inFolder(async (folder) => {
      await copyFile(opensslWrap, join(folder, "openssl-wrap"));
      const bin = join(folder, "bin");
      await mkdir(bin);
      // `npx byok` of an installed package.
      await symlink(join(root, "dist/src/cli/main.js"), join(bin, "byok"));
      const script = blockWith(blocks, "sh", "openssl rand").replaceAll("npx byok", `${process.execPath} bin/byok`);
      const env = { ...process.env, PATH: [bin, process.env["PATH"]].join(delimiter) };
      const { stdout } = await promisify(execFile)("bash", ["-euo", "pipefail", "-c", script], { cwd: folder, env });
      expect(stdout).toMatch(/^fingerprint +cmac:[0-9a-f]{32}$/m);
      expect(stdout).toMatch(/^material +32 bytes$/m);
      expect(stdout).toMatch(/^CMAC, 3 bytes +[0-9A-F]{6}$/m);
    });
  });

  it("has the protocol's version, and its faults by their codes", () => {
    const requests = blocks.filter(({ language, text: shown }) => language === "json" && shown.includes('"verb"'));
    expect(requests.map(({ text: shown }) => JSON.parse(shown).byok)).toEqual([protocolVersion, protocolVersion]);
    const rows = [...text.matchAll(/^\| `([a-z_]+)` \| `[a-z_]+` \|/gm)].map(([, code]) => code);
    expect(rows).toEqual(faultCodes);
  });
});
