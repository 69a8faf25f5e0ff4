import { execFile } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { KeyMaterial } from "../../src/engine/key-material";
import { inFolder } from "../material-sources/folder";
import { asBuilt, Custodian, hasTerminals } from "../support/byok-command";
import { newKey } from "../support/imported-key";
import { type Life, plaintext, startLife } from "../support/life";
import { blocksOf, blockWith } from "../support/page";

jest.setTimeout(60_000);

const blocks = blocksOf(join("docs", "guides", "key-ceremony.md"));

if (!hasTerminals) console.log("The guide's ceremony was not held: this system has no `script` of util-linux.");

describe("the guide to a key ceremony", () => {
  let life: Life;
  beforeEach(async () => {
    life = await startLife();
  });
  afterEach(() => life.close());

  async function run(folder: string, script: string): Promise<string> {
    const env = {
      PATH: process.env["PATH"],
      AWS_ACCESS_KEY_ID: "AKIAENGINE",
      AWS_SECRET_ACCESS_KEY: "engine",
      AWS_ENDPOINT_URL_KMS: life.kms.url,
    };
    const { stdout } = await promisify(execFile)("bash", ["-euo", "pipefail", "-c", asBuilt(script)], {
      cwd: folder,
      env,
    });
    return stdout;
  }

  it("makes a component with its check values", async () => {
    await inFolder(async (folder) => {
      // The tests have no terminal to show it on.
      const script = blockWith(blocks, "sh", "openssl rand").replace("/dev/tty", "/dev/null");
      expect(await run(folder, script)).toMatch(/^CMAC, 3 bytes +[0-9A-F]{6}$/m);
    });
  });

  if (hasTerminals)
    it("is a script that brings the key of three custodians into two Regions", async () => {
      await inFolder(async (folder) => {
        const [here, there] = [await newKey(life), await newKey(life, { region: "eu-west-1" })];
        const asked = blockWith(blocks, "sh", "npx byok params")
          .replace(/arn:aws:kms:eu-central-1:\S+/, here.arn)
          .replace(/arn:aws:kms:eu-west-1:\S+/, there.arn);
        const printed = await run(folder, asked);
        const [digest = ""] = /digest( [0-9a-f]{4}){5}/.exec(printed) ?? [];

        const parts = [randomBytes(32), randomBytes(32), randomBytes(32)];
        const whole = Buffer.from(
          (parts[0] ?? Buffer.alloc(0)).map((byte, i) => byte ^ (parts[1]?.[i] ?? 0) ^ (parts[2]?.[i] ?? 0)),
        );
        const { fingerprint } = KeyMaterial.take(whole);
        const custodian = new Custodian(
          folder,
          blockWith(blocks, "sh", "npx byok wrap").replaceAll("\\\n", " ").trim(),
        );
        await custodian.answers(`payments.params.json: ${digest}`, "");
        for (const [i, part] of parts.entries()) {
          await custodian.answers(`Component ${i + 1} of 3`, `${part.toString("hex")}\r`);
          await custodian.answers("Is that the check value", "yes\r");
        }
        await custodian.answers("type its CMAC check value of 3 bytes", `${fingerprint.slice(5, 11)}\r`);
        expect(await custodian.ended()).toBe(0);

        const imported = await run(folder, blockWith(blocks, "sh", "npx byok import"));
        for (const { arn } of [here, there]) expect(imported).toContain(`${arn}: imported`);
        expect(await life.decrypt(await life.encrypt(here.arn))).toBe(plaintext);

        const lines = async (name: string) =>
          (await readFile(join(folder, name), "utf8"))
            .trimEnd()
            .split("\n")
            .map((line) => JSON.parse(line));
        const [params, sent] = await lines("machine-a.jsonl");
        const [wrapped] = await lines("machine-b.jsonl");
        const file = await readFile(join(folder, "payments.wrapped.json"));
        expect(wrapped.read).toEqual(params.written);
        expect(sent.read).toEqual(wrapped.written);
        expect(sent.read.sha256).toBe(createHash("sha256").update(file).digest("hex"));
        expect([params, wrapped, sent].map(({ present }) => present)).toEqual(
          Array.from({ length: 3 }, () => ["Ada Lovelace", "Grace Hopper"]),
        );
      });
    });

  it("names the messages of byok that it explains", async () => {
    const text = await readFile(join(__dirname, "../../docs/guides/key-ceremony.md"), "utf8");
    const explained = [...text.matchAll(/^\| `(?:\[\w+\] )?([^`]+)` \|/gm)].map(([, words = ""]) => words);
    const sources = [
      "cli/import.ts",
      "cli/wrap.ts",
      "engine/importing.ts",
      "engine/key-material.ts",
      "material-sources/wrapped.ts",
    ];
    const code = await Promise.all(sources.map((file) => readFile(join(__dirname, "../../src", file), "utf8")));
    const unknown = explained.filter((words) => !/^byok /.test(words) && !code.some((one) => one.includes(words)));
    expect(explained.length).toBeGreaterThan(4);
    expect(unknown).toEqual([]);
  });
});
