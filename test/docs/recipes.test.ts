import { execFile } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { promisify } from "node:util";
import { type Block, blocksOf, blocksUnder } from "../support/page";

const execute = promisify(execFile);
const byok = join(__dirname, "../../dist/src/cli/main.js");
const page = "docs/recipes.md";

/** What each recipe starts: the words after `exec:`, read by a person. */
const commands: Readonly<Record<string, readonly (readonly string[])[]>> = {
  age: [["age", "--decrypt", "--identity", "identity.txt", "payments.bin.age"]],
  sops: [
    ["sops", "decrypt", "--input-type", "json", "--output-type", "binary", "payments.sops.json"],
    ["sops", "decrypt", "--extract", '["payments_key"]', "secrets.sops.yaml"],
  ],
  pass: [["pass", "show", "byok/payments"]],
  "Vault and OpenBao": [["vault", "kv", "get", "-mount=secret", "-version=1", "-field=key", "payments"]],
  "1Password": [["op", "read", "op://Infrastructure/payments/key"]],
  "Google Secret Manager": [
    ["gcloud", "secrets", "versions", "access", "1", "--secret=payments-key", "--project=PROJECT"],
  ],
  "Azure Key Vault": [
    [
      "az",
      "keyvault",
      "secret",
      "show",
      "--id",
      "https://VAULT.vault.azure.net/secrets/payments-key/VERSION",
      "--query",
      "value",
      "--output",
      "tsv",
    ],
  ],
};

/** What a store needs besides its client, and the tools that must be there to run its recipe. */
const stores: Readonly<Record<string, { readonly tools: readonly string[]; readonly prepare: string }>> = {
  age: { tools: ["age", "age-keygen"], prepare: "" },
  sops: { tools: ["sops", "age-keygen"], prepare: 'echo "payments_key: $(base64 -w0 payments.bin)" > secrets.yaml' },
  pass: {
    tools: ["pass", "gpg"],
    prepare:
      "gpg --batch --quiet --passphrase '' --quick-generate-key test@byok.example default default never\npass init test@byok.example",
  },
};

const sources = blocksOf(page).filter(({ text }) => text.startsWith("exec:"));
const sourcesUnder = (heading: string): readonly Block[] => sources.filter((block) => block.heading === heading);

const notRun = new Set(
  readFileSync(join(__dirname, "../..", page), "utf8")
    .split(/^## /m)
    .filter((section) => section.includes("*Not run: "))
    .map((section) => section.split("\n")[0] ?? ""),
);

let folder: string;
let env: Record<string, string>;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "byok-recipes-"));
  for (const name of ["stand-ins", "gnupg"]) await mkdir(join(folder, name), { mode: 0o700 });
  env = {
    PATH: [dirname(process.execPath), process.env["PATH"]].join(delimiter),
    HOME: folder,
    GNUPGHOME: join(folder, "gnupg"),
    PASSWORD_STORE_DIR: join(folder, "store"),
    SOPS_AGE_KEY_FILE: join(folder, "identity.txt"),
  };
  await run("openssl rand -out payments.bin 32 && chmod 600 payments.bin");
});
afterAll(async () => {
  // The agent of the store's own folder, and no other.
  await run("command -v gpgconf > /dev/null && gpgconf --kill all || true");
  await rm(folder, { recursive: true, force: true });
});

async function run(script: string): Promise<string> {
  const { stdout } = await execute("bash", ["--norc", "-euo", "pipefail", "-c", script], { cwd: folder, env });
  return stdout;
}

/** The fingerprint that the command prints for a source, as the page has the reader do. */
async function fingerprint(source: string, more: Readonly<Record<string, string>> = {}): Promise<string> {
  const { stdout } = await execute(process.execPath, [byok, "fingerprint", source.trim()], {
    cwd: folder,
    env: { ...env, ...more },
  });
  const [found] = /cmac:[0-9a-f]{32}/.exec(stdout) ?? [];
  if (found === undefined) throw new Error(`No fingerprint in: ${stdout}`);
  return found;
}

it("has a command for every recipe, and knows them all", () => {
  const headings = new Set(sources.map(({ heading }) => heading));
  expect([...headings]).toEqual([...Object.keys(commands), "A script"]);
});

describe.each(Object.entries(commands))("the recipe for %s", (heading, expected) => {
  it("starts its client with these words, and takes what that prints", async () => {
    const bytes = await readFile(join(folder, "payments.bin"));
    const found = sourcesUnder(heading);
    expect(found).toHaveLength(expected.length);
    for (const [index, [name = "", ...args]] of expected.entries()) {
      const source = found[index]?.text ?? "";
      const form = source.includes("encoding=raw") ? "bytes" : 'bytes.toString("base64") + "\\n"';
      const client = join(folder, "stand-ins", name);
      await writeFile(
        client,
        `#!/usr/bin/env node
if (JSON.stringify(process.argv.slice(2)) !== ${JSON.stringify(JSON.stringify(args))}) process.exit(9);
const bytes = Buffer.from("${bytes.toString("hex")}", "hex");
process.stdout.write(${form});
`,
      );
      await chmod(client, 0o755);
      const PATH = [join(folder, "stand-ins"), env["PATH"]].join(delimiter);
      expect(await fingerprint(source, { PATH })).toBe(await fingerprint("file:payments.bin?encoding=raw"));
    }
  }, 60_000);

  it("says whether it was run", () => {
    expect(heading in stores).toBe(!notRun.has(heading));
  });
});

/** With the real client, wherever it is installed. */
for (const [heading, { tools, prepare }] of Object.entries(stores)) {
  const folders = (process.env["PATH"] ?? "").split(delimiter);
  if (!tools.every((tool) => folders.some((one) => existsSync(join(one, tool))))) continue;
  it(`has what the store ${heading} keeps, by its own client`, async () => {
    if (tools.includes("age-keygen")) {
      await run(
        "test -e identity.txt || age-keygen -o identity.txt 2> /dev/null\nage-keygen -y identity.txt > recipients.txt",
      );
    }
    await run(prepare);
    const stored = blocksUnder(page, heading).filter(({ language }) => language === "sh");
    expect(stored.length).toBeGreaterThan(0);
    for (const { text } of stored) await run(text);
    const real = await fingerprint("file:payments.bin?encoding=raw");
    for (const { text } of sourcesUnder(heading)) expect(await fingerprint(text)).toBe(real);
  }, 120_000);
}

it("runs a script that prints the bytes", async () => {
  await run("printf '#!/bin/sh\\nset -eu\\ncat \"$1.bin\"\\n' > get-key && chmod 755 get-key");
  const [source] = sourcesUnder("A script");
  const here = (source?.text ?? "").replace("/usr/local/bin", ".");
  expect(here).toBe("exec:./get-key payments?encoding=raw\n");
  expect(await fingerprint(here)).toBe(await fingerprint("file:payments.bin?encoding=raw"));
});
