import { spawn } from "node:child_process";
import { once } from "node:events";
import { generateKeyPairSync } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Call } from "../../src/engine/call";
import { wrappingKeyFrom } from "../../src/engine/wrapping-key";
import { pkcs11Source } from "../../src/material-sources/pkcs11";
import { rejected } from "../engine/thrown";
import { inFolder } from "../material-sources/folder";

const argument = "key_material_source";
const child = [process.execPath, join(__dirname, "../../dist/src/pkcs11/main.js")] as const;
const fingerprint = `cmac:${"0".repeat(32)}`;
const description = { fingerprint, shape: { kind: "raw", bytes: 32 }, algorithms: ["RSAES_OAEP_SHA_1"], warnings: [] };
const { publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
const wrappingKey = wrappingKeyFrom(publicKey.export({ format: "der", type: "spki" }), "RSA_2048");

/** Every token of a test has a label of its own, so that no test remembers another's login. */
let count = 0;
const uri = (module = "/usr/lib/x.so", query = "&pin-source=env:HSM_PIN"): string =>
  `pkcs11:token=t${++count};object=o?module-path=${module}${query}`;

/** A source whose child is a script of the test. It finds its request in `request`. */
async function withChild<T>(
  script: string,
  use: (
    open: (more?: object, call?: Call) => ReturnType<ReturnType<typeof pkcs11Source>["open"]>,
    folder: string,
  ) => Promise<T>,
): Promise<T> {
  return inFolder(async (folder) => {
    const file = join(folder, "child.cjs");
    await writeFile(file, `const request = JSON.parse(require("node:fs").readFileSync(0, "utf8"));\n${script}`);
    const options = { attribute: argument, env: {}, pkcs11Child: [process.execPath, file] as const };
    return use((more = {}, call) => pkcs11Source(uri(), { ...options, ...more }).open(call), folder);
  });
}

const printing = (answer: object): string => `console.log(${JSON.stringify(JSON.stringify(answer))});`;

describe("a child that calls a module", () => {
  it("that crashes says so, and the next one is asked all the same", async () => {
    await withChild(`process.kill(process.pid, "SIGSEGV");`, async (open) => {
      const error = await rejected(open());
      expect(error).toMatchObject({ code: "material_unavailable", attribute: argument });
      expect(error.message).toMatch(/took down the process that called it. It was ended by SIGSEGV/);
    });
  });

  it("that crashes once it has answered has answered", async () => {
    await withChild(`${printing(description)} process.kill(process.pid, "SIGABRT");`, async (open) => {
      expect((await open()).fingerprint).toBe(fingerprint);
    });
  });

  it.each([
    ["ends without an answer", "", /It ended without an answer/],
    ["fails", "process.exit(3);", /It failed with exit code 3/],
    ["prints something else", `console.log("secret-looking words");`, /It ended without an answer/],
  ])("that %s has nothing on offer", async (_, script, words) => {
    await withChild(script, async (open) => {
      const error = await rejected(open());
      expect(error.code).toBe("material_unavailable");
      expect(error.message).toMatch(words);
      expect(error.message).not.toContain("secret-looking");
    });
  });

  it("that gives an answer that cannot be read is a fault of byok", async () => {
    await withChild(printing({ ...description, shape: { kind: "raw", bytes: 33 } }), async (open) => {
      expect((await rejected(open())).code).toBe("internal");
    });
  });

  it("that wraps to another length is refused", async () => {
    const script = `${printing(description)} if (request.verb === "wrap") ${printing({ wrapped: "AAAA" })}`;
    await withChild(script, async (open) => {
      const material = await open();
      expect((await rejected(material.wrap(wrappingKey, "RSAES_OAEP_SHA_1"))).code).toBe("wrapper_refused");
    });
  });

  it("that hangs is stopped with all that it started", async () => {
    const script = `
      const { spawn } = require("node:child_process");
      const other = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"], { stdio: "ignore" });
      require("node:fs").writeFileSync(__dirname + "/pids", process.pid + " " + other.pid);
      setInterval(() => {}, 1000);`;
    await withChild(script, async (open, folder) => {
      const error = await rejected(open({ commandTimeoutMs: 1500 }));
      expect(error.code).toBe("material_unavailable");
      expect(error.message).toContain("did not answer within 1.5 seconds and was stopped");
      for (const pid of (await readFile(join(folder, "pids"), "utf8")).split(" ")) await gone(Number(pid));
    });
  });

  it("is stopped where the operation is canceled", async () => {
    const script = `require("node:fs").writeFileSync(__dirname + "/pid", String(process.pid)); setInterval(() => {}, 1000);`;
    await withChild(script, async (open, folder) => {
      const canceling = new AbortController();
      const opening = rejected(open({}, { signal: canceling.signal }));
      const pid = await written(join(folder, "pid"));
      canceling.abort();
      expect((await opening).code).toBe("canceled");
      await gone(Number(pid));
    });
  });

  it("gets the PIN's variable and the module's settings, and no other secret; and no PIN in its arguments", async () => {
    const script = `require("node:fs").writeFileSync(__dirname + "/seen", JSON.stringify([process.env, process.argv, request]));`;
    await withChild(`${script}${printing(description)}`, async (open, folder) => {
      const env = {
        HSM_PIN: "314159",
        SOFTHSM2_CONF: "/c",
        TF_VAR_key: "k1",
        OTHER: "k2",
        COPY: "k2",
        BYOK_MATERIAL_A: "k3",
      };
      await open({ env, variablesOfMaterial: new Set(["OTHER"]) });
      const [seen, ...rest] = JSON.parse(await readFile(join(folder, "seen"), "utf8"));
      expect(seen).toMatchObject({ HSM_PIN: "314159", SOFTHSM2_CONF: "/c" });
      expect(Object.keys(seen)).not.toEqual(
        expect.arrayContaining([expect.stringMatching(/^(TF_VAR|OTHER|COPY|BYOK)/)]),
      );
      expect(JSON.stringify(rest)).not.toContain("314159");
    });
  });

  it.each([
    ["pin_missing", "material_unavailable"],
    ["token_absent", "material_unavailable"],
    ["pin_locked", "wrapper_refused"],
    ["several_objects", "invalid_argument"],
    ["other_material", "different_material"],
    ["wrong_material", "wrong_material"],
  ])("answers %s, which becomes %s, with what is wrong and what to do", async (code, becomes) => {
    await withChild(printing({ error: { code, message: "This is wrong." } }), async (open) => {
      const error = await rejected(open());
      expect(error).toMatchObject({ code: becomes, attribute: argument });
      expect(error.message).toMatch(/`pkcs11:token=t\d+;object=o`: This is wrong\. [A-Z].*\.$/);
    });
  });

  it("is missed where byok was bundled without it", async () => {
    const error = await rejected(pkcs11Source(uri(), { attribute: argument }).open());
    expect(error).toMatchObject({ code: "material_unavailable" });
    expect(error.message).toContain("Leave the package byok out of the bundle");
  });
});

describe("the child itself", () => {
  const open = (module: string): ReturnType<typeof rejected> =>
    rejected(pkcs11Source(uri(module, ""), { attribute: argument, pkcs11Child: child }).open());

  it("finds no module where none is", async () => {
    const error = await open("/nowhere/libvendor.so");
    expect(error).toMatchObject({ code: "material_unavailable" });
    expect(error.message).toContain("There is no file /nowhere/libvendor.so. Install the vendor's PKCS#11 library");
  });

  it("loads no file that is no library, and no library that is no module", async () => {
    await inFolder(async (folder) => {
      const file = join(folder, "libvendor.so");
      await writeFile(file, "no library");
      const error = await open(file);
      expect(error).toMatchObject({ code: "wrapper_refused" });
      expect(error.message).toContain(`The library ${file} cannot be loaded.`);
      // The addon of koffi is a library, and exports nothing of PKCS#11.
      const other = await open(require.resolve(addonOfKoffi()));
      expect(other.message).toContain("has no C_GetFunctionList");
    });
  });

  it("ends when its parent is gone, even if that was killed while the child waits", async () => {
    await inFolder(async (folder) => {
      const file = join(folder, "parent.cjs");
      await writeFile(
        file,
        `const { spawn } = require("node:child_process");
        const child = spawn(${JSON.stringify(child[0])}, [${JSON.stringify(child[1])}], { stdio: ["pipe", "ignore", "ignore"], detached: true });
        console.log(child.pid);
        setInterval(() => {}, 1000);`,
      );
      const parent = spawn(process.execPath, [file], { stdio: ["ignore", "pipe", "ignore"] });
      const [printed] = await once(parent.stdout, "data");
      parent.kill("SIGKILL");
      expect(Number(printed)).toBeGreaterThan(0);
      await gone(Number(printed));
    });
  });

  it("answers what is no request with a fault, and quotes nothing of it", async () => {
    const running = spawn(child[0], [child[1]], { stdio: ["pipe", "pipe", "ignore"] });
    running.stdin.end("secret-looking words");
    const pieces: Buffer[] = await running.stdout.toArray();
    const printed = Buffer.concat(pieces).toString();
    expect(JSON.parse(printed)).toMatchObject({ error: { code: "internal" } });
    expect(printed).not.toContain("secret-looking");
  });
});

function addonOfKoffi(): string {
  const { koffiAddon }: typeof import("../../src/pkcs11/koffi-addon") = require("../../src/pkcs11/koffi-addon");
  return koffiAddon(process.platform, process.arch) ?? "";
}

/** Resolves once a process is gone; the test's own time limit is the end of patience. */
async function gone(pid: number): Promise<void> {
  for (;;) {
    try {
      process.kill(pid, 0);
      // A child of nobody stays as an entry of the process table until somebody looks.
      if (/^State:\s+Z/m.test(await readFile(`/proc/${pid}/status`, "utf8").catch(() => ""))) return;
    } catch {
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function written(file: string): Promise<string> {
  for (;;) {
    const text = await readFile(file, "utf8").catch(() => "");
    if (text !== "") return text;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
