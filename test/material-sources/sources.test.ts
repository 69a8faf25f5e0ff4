import { execFile } from "node:child_process";
import { randomBytes, randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { chmod, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Call } from "../../src/engine/call";
import { ByokError } from "../../src/engine/errors";
import { KeyMaterial } from "../../src/engine/key-material";
import type { OfferedMaterial } from "../../src/engine/key-material-source";
import { sourceFromUri } from "../../src/material-sources/source-uri";
import { isEmptyValue, valueSource } from "../../src/material-sources/value";
import { mistakes } from "../engine/mistaken-forms";
import { rejected } from "../engine/thrown";
import { inFolder } from "./folder";

const attribute = "key_material_source";
const bytes = Buffer.from(randomBytes(32).map((byte) => byte | 0x80));
const { fingerprint } = KeyMaterial.take(Buffer.from(bytes));
const over = new ByokError("timeout", "over");
const spent: Call = {
  deadline: {
    left: () => 0,
    extend: () => {},
    check() {
      throw over;
    },
  },
};

describe.each([
  ["a file", "file:key.bin"],
  ["a variable", "env:KEY"],
  ["a command", "exec:get-key"],
])("%s", (_, uri) => {
  it("is not opened when the operation was canceled, or its time is over", async () => {
    const source = sourceFromUri(uri, { attribute, env: {} });
    expect((await rejected(source.open({ signal: AbortSignal.abort() }))).code).toBe("canceled");
    expect(await rejected(source.open(spent))).toBe(over);
  });
});

describe("an inline value", () => {
  it("is opened to key material", async () => {
    const source = valueSource(bytes.toString("base64"), "key_material_wo");
    expect([source.name, source.attribute]).toEqual(["key_material_wo", "key_material_wo"]);
    expect((await source.open()).fingerprint).toBe(fingerprint);
    expect((await source.open()).fingerprint).toBe(fingerprint);
  });

  it("is refused on its argument", async () => {
    const error = await rejected(valueSource("AAAA", "key_material_wo").open());
    expect(error).toMatchObject({ code: "malformed_material", attribute: "key_material_wo" });
    expect((await rejected(valueSource("AAAA", "key_material_wo").open({ signal: AbortSignal.abort() }))).code).toBe(
      "canceled",
    );
  });
});

describe("an inline value that is empty", () => {
  it.each(["", "\n", " \r\n"])("counts as absent: %j", async (text) => {
    const error = await rejected(valueSource(text, "key_material_wo").open());
    expect(error).toMatchObject({ code: "material_unavailable", attribute: "key_material_wo" });
    expect(error.message).toContain("`key_material_wo` is empty");
    expect([isEmptyValue(text), isEmptyValue("AAAA"), isEmptyValue(undefined)]).toEqual([true, false, false]);
  });
});

describe("a key in a form in which it is given by mistake", () => {
  const sourced = mistakes.flatMap(({ name, text, inSource }) =>
    inSource === null ? [] : [[name, text, inSource] as const],
  );
  it.each(sourced)("is named in a file: %s", async (_, text, words) => {
    await inFolder(async (folder) => {
      await writeFile(join(folder, "key"), text);
      const error = await rejected(sourceFromUri("file:key", { attribute, baseFolder: folder }).open());
      expect(error).toMatchObject({ code: "malformed_material", attribute });
      expect(error.message).toMatch(words);
    });
  });
});

describe("a file", () => {
  const open = (folder: string, uri: string, call?: Call): Promise<OfferedMaterial> =>
    sourceFromUri(uri, { attribute, baseFolder: folder }).open(call);

  it("is read from the base folder or an absolute path, in any encoding", async () => {
    await inFolder(async (folder) => {
      await mkdir(join(folder, "my keys"));
      await writeFile(join(folder, "my keys", "key.bin"), bytes, { mode: 0o600 });
      await writeFile(join(folder, "key.hex"), `${bytes.toString("hex")}\n`, { mode: 0o600 });
      await writeFile(join(folder, "key.b64"), bytes.toString("base64"), { mode: 0o600 });
      for (const uri of ["file:my%20keys/key.bin", `file://${folder}/key.hex?encoding=hex`, "file:key.b64"]) {
        const material = await open(folder, uri);
        expect([material.fingerprint, material.warnings]).toEqual([fingerprint, []]);
      }
    });
  });

  it("that others may read gives a warning, with the remedy", async () => {
    await inFolder(async (folder) => {
      for (const mode of [0o640, 0o604, 0o620]) {
        await writeFile(join(folder, "key.bin"), bytes);
        await chmod(join(folder, "key.bin"), mode);
        const { warnings } = await open(folder, "file:key.bin");
        expect(warnings).toEqual([
          expect.stringContaining(`(mode 0${mode.toString(8)}). Close it: chmod 600 'key.bin'`),
        ]);
      }
    });
  });

  it.each([
    ["is missing", "file:none.bin", "material_unavailable", /no such file/],
    ["is missing with its folder", "file:key.bin/none.bin", "material_unavailable", /no such file/],
    ["is a folder", "file:folder", "material_unavailable", /is a folder/],
    ["is a named pipe", "file:pipe", "material_unavailable", /a pipe or a device/],
    [
      "has a name that is too long",
      `file:${"n".repeat(5000)}`,
      "material_unavailable",
      /cannot be opened \(ENAMETOOLONG\)/,
    ],
    ["is empty", "file:empty.bin", "material_unavailable", /is empty/],
    ["has nothing but a line end", "file:blank.bin", "material_unavailable", /is empty/],
    ["is too long", "file:long.bin", "malformed_material", /more than 64 KiB/],
    ["has 31 bytes", "file:short.bin", "malformed_material", /31 bytes/],
    ["can be read in several ways", "file:key.hex", "ambiguous_material", /\?encoding=hex/],
  ])("that %s is refused", async (_, uri, code, words) => {
    await inFolder(async (folder) => {
      await mkdir(join(folder, "folder"));
      await promisify(execFile)("mkfifo", [join(folder, "pipe")]);
      await writeFile(join(folder, "key.bin"), bytes);
      await writeFile(join(folder, "empty.bin"), "");
      await writeFile(join(folder, "blank.bin"), "\n");
      await writeFile(join(folder, "long.bin"), Buffer.alloc(64 * 1024 + 1));
      await writeFile(join(folder, "short.bin"), bytes.subarray(1));
      await writeFile(join(folder, "key.hex"), bytes.toString("hex"));
      const error = await rejected(open(folder, uri));
      expect(error).toMatchObject({ code, attribute });
      expect(error.message).toMatch(words);
      expect(error.message).toContain(`\`${uri}\``);
    });
  });

  it("that never ends or never begins is refused", async () => {
    expect((await rejected(open("/", "file:/dev/zero"))).code).toBe("material_unavailable");
  });

  it("that is longer than the system said is read to its end", async () => {
    await inFolder(async (folder) => {
      // The files below /proc say that they are empty.
      const proc = "/proc/sys/kernel/random/boot_id";
      const file = existsSync(proc) ? proc : join(folder, "boot_id");
      if (file !== proc) await writeFile(file, randomUUID());
      expect((await rejected(open("/", `file:${file}?encoding=raw`))).message).toMatch(/3[67] bytes/);
    });
  });
});

describe("a variable", () => {
  const open = (env: Record<string, string>, uri = "env:KEY"): Promise<OfferedMaterial> =>
    sourceFromUri(uri, { attribute, env }).open();

  it("is read as text", async () => {
    expect((await open({ KEY: bytes.toString("base64") })).fingerprint).toBe(fingerprint);
    expect((await open({ KEY: bytes.toString("hex") }, "env:KEY?encoding=hex")).fingerprint).toBe(fingerprint);
  });

  it.each([
    ["is not set", {}, "material_unavailable", /is not set/],
    ["is empty", { KEY: "" }, "material_unavailable", /is empty/],
    ["has nothing but a line end", { KEY: "\r\n" }, "material_unavailable", /is empty/],
    ["holds something else", { KEY: "no key" }, "malformed_material", /6 bytes/],
  ])("that %s is refused", async (_, env, code, words) => {
    const error = await rejected(open(env));
    expect(error).toMatchObject({ code, attribute });
    expect(error.message).toMatch(words);
  });
});

describe("a command", () => {
  const node = encodeURIComponent(process.execPath);
  /** A command that runs a script of this test, with arguments. */
  const script = (text: string, ...args: readonly string[]): string =>
    `exec:${node} -e ${encodeURIComponent(text)} ${args.map((arg) => encodeURIComponent(arg)).join(" ")}`;
  const shell = (text: string): string => `exec:/bin/sh -c ${encodeURIComponent(text)}`;
  const open = (uri: string, options: object = {}, call?: Call): Promise<OfferedMaterial> =>
    sourceFromUri(uri, { attribute, ...options }).open(call);

  it("gives what it prints", async () => {
    const hex = bytes.toString("hex");
    expect((await open(script("process.stdout.write(Buffer.from(process.argv[1], 'hex'))", hex))).fingerprint).toBe(
      fingerprint,
    );
    expect((await open(`${shell(`echo ${hex}`)}?encoding=hex`)).fingerprint).toBe(fingerprint);
  });

  it("gets its words as they are, without a shell, and nothing on standard input", async () => {
    const check = `const [, ...words] = process.argv;
      const input = require("node:fs").readFileSync(0);
      const right = JSON.stringify(words) === '["a b","$HOME","*","; id"]' && input.length === 0;
      process.stdout.write(Buffer.alloc(right ? 32 : 31, 200));`;
    expect((await open(script(check, "a b", "$HOME", "*", "; id"))).shape).toEqual({ kind: "raw", bytes: 32 });
  });

  it("does not get the variables in which others have their key material", async () => {
    await inFolder(async (folder) => {
      const env = {
        PATH: "/usr/bin:/bin",
        LEDGER: bytes.toString("hex"),
        COPY_OF_LEDGER: bytes.toString("hex"),
        BYOK_MATERIAL_ORDERS: "o",
        UNSET_OTHERWISE: "",
        VAULT_TOKEN: "t",
      };
      const options = { baseFolder: folder, env, variablesOfMaterial: new Set<string>() };
      const report = shell("env | cut -d= -f1 | sort > names; printf '%032d' 7");
      const names = async (): Promise<string[]> => {
        await open(`${report}?encoding=raw`, options);
        return (await readFile(join(folder, "names"), "utf8")).split("\n");
      };
      // Before any source names it, a variable is one like others, save by its name.
      expect(await names()).toEqual(expect.arrayContaining(["LEDGER", "COPY_OF_LEDGER"]));
      sourceFromUri("env:LEDGER?encoding=hex", { attribute, ...options });
      sourceFromUri("env:NOT_SET", { attribute, ...options });
      const left = await names();
      expect(left).toEqual(expect.arrayContaining(["PATH", "UNSET_OTHERWISE", "VAULT_TOKEN"]));
      expect(left.filter((name) => /LEDGER|BYOK_MATERIAL/.test(name))).toEqual([]);
    });
  });

  it("runs in the base folder, with the environment that is not a program's own", async () => {
    await inFolder(async (folder) => {
      const env = {
        PATH: "/usr/bin:/bin",
        VAULT_TOKEN: "t",
        TF_VAR_key: "k",
        PULUMI_CONFIG: "{}",
        PULUMI_CONFIG_PASSPHRASE: "p",
      };
      const report = "env | cut -d= -f1 | sort > names; pwd > here; printf '%032d' 7";
      await open(`${shell(report)}?encoding=raw`, { baseFolder: folder, env });
      const names = (await readFile(join(folder, "names"), "utf8")).split("\n");
      expect(names).toEqual(expect.arrayContaining(["PATH", "PULUMI_CONFIG_PASSPHRASE", "VAULT_TOKEN"]));
      expect(names.filter((name) => /^TF_VAR_|^PULUMI_CONFIG$/.test(name))).toEqual([]);
      expect((await readFile(join(folder, "here"), "utf8")).trim()).toContain(folder);
    });
  });

  const canary = "canary-canary-canary";
  it.each([
    [
      "fails",
      shell(`echo ${canary}; echo ${canary} >&2; exit 3`),
      "material_unavailable",
      /failed with exit code 3\. Run it by hand/,
    ],
    ["is killed", shell(`echo ${canary}; kill -TERM $$`), "material_unavailable", /ended by SIGTERM/],
    ["does not exist", `exec:/no/such/command ${canary}`, "material_unavailable", /no such command/],
    ["is not on the path", "exec:no-such-command-of-byok", "material_unavailable", /no such command/],
    ["may not be run", "exec:/etc", "material_unavailable", /may not be run/],
    [
      "has too many arguments",
      `exec:/bin/echo ${"x".repeat(200_000)}`,
      "material_unavailable",
      /could not be started \(E2BIG\)/,
    ],
    ["prints nothing", shell("true"), "material_unavailable", /printed nothing/],
    ["prints an empty line", shell("echo"), "material_unavailable", /is empty/],
    ["prints too much", shell(`yes ${canary}`), "malformed_material", /printed more than 64 KiB/],
    ["prints no key", shell(`echo ${canary}`), "malformed_material", /21 bytes/],
  ])("that %s is refused, and nothing it printed is reported", async (_, uri, code, words) => {
    const error = await rejected(open(uri));
    expect(error).toMatchObject({ code, attribute });
    expect(error.message).toMatch(words);
    expect(`${error.message} ${error.stack} ${String(error.cause)}`).not.toContain(canary);
  });

  it("that hangs is killed with what it started, when the operation is canceled", async () => {
    await inFolder(async (folder) => {
      const hang = "sleep 600 & echo $! > child; echo $$ > self; mv self started; wait";
      const stop = new AbortController();
      const opening = rejected(open(shell(hang), { baseFolder: folder }, { signal: stop.signal }));
      const self = Number(await appearing(join(folder, "started")));
      const child = Number(await readFile(join(folder, "child"), "utf8"));
      stop.abort();
      expect((await opening).code).toBe("canceled");
      expect(await gone(self)).toBe(true);
      expect(await gone(child)).toBe(true);
    });
  });

  it("that hangs is stopped after its time, or when the time of the operation is over", async () => {
    const hang = shell("sleep 600 & wait");
    const brief: Call = { deadline: { left: () => 1, extend: () => {}, check: () => {} } };
    const openings = [open(hang, { commandTimeoutMs: 1 }), open(hang, {}, brief)];
    for (const error of await Promise.all(openings.map(rejected))) {
      expect(error).toMatchObject({ code: "material_unavailable", attribute });
      expect(error.message).toContain("did not end within 0.001 seconds and was stopped");
    }
  });

  it("that left a descendant with its output in another group does not hang byok", async () => {
    const error = await rejected(open(shell("setsid sleep 2 & exit 0"), { commandTimeoutMs: 50 }));
    expect(error.code).toBe("material_unavailable");
  });
});

/** The content of a file as soon as there is one. */
async function appearing(path: string): Promise<string> {
  for (;;) {
    try {
      return await readFile(path, "utf8");
    } catch {
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
}

/** Whether a process has ended; one that was killed may still be on its way. */
async function gone(pid: number): Promise<boolean> {
  for (let look = 0; look < 100_000; look++) {
    try {
      process.kill(pid, 0);
    } catch {
      return true;
    }
    const state = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "");
    // Killed, and waiting for somebody to ask how it ended.
    if (/\) Z /.test(state)) return true;
  }
  return false;
}
