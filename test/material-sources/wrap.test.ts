import { createPublicKey, generateKeyPairSync, type KeyObject, randomBytes } from "node:crypto";
import { chmod, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Call } from "../../src/engine/call";
import type { OfferedMaterial } from "../../src/engine/key-material-source";
import { KeyMaterial } from "../../src/engine/key-material";
import { wrappingKeyFrom, type WrappingKey } from "../../src/engine/wrapping-key";
import { sourceFromUri } from "../../src/material-sources/source-uri";
import { faultCodes } from "../../src/material-sources/wrapping-protocol";
import { unwrap } from "../engine/judge";
import { ecKey } from "../engine/private-key-spellings";
import { rejected } from "../engine/thrown";
import { inFolder } from "./folder";

const attribute = "key_material_source";
const reference = encodeURIComponent(join(__dirname, "../../examples/wrapping-commands/openssl-wrap"));
const bytes = randomBytes(32);
const { fingerprint } = KeyMaterial.take(Buffer.from(bytes));
const pair = generateKeyPairSync("rsa", { modulusLength: 2048 });
const spki = pair.publicKey.export({ format: "der", type: "spki" });
const wrappingKey = wrappingKeyFrom(spki, "RSA_2048");
const opener = pair.privateKey.export({ format: "der", type: "pkcs8" });
const description = { fingerprint, bytes: 32, algorithms: ["RSAES_OAEP_SHA_256"] };

/** A command of Node.js that prints what a script makes of a request. */
async function answering<T>(script: string, use: (uri: string) => Promise<T>): Promise<T> {
  return inFolder(async (folder) => {
    const file = join(folder, "wrap.cjs");
    await writeFile(file, `const request = JSON.parse(require("node:fs").readFileSync(0));\n${script}`);
    return use(`wrap:${encodeURIComponent(process.execPath)} ${encodeURIComponent(file)}`);
  });
}

function printing(answer: unknown): string {
  return `process.stdout.write(${JSON.stringify(typeof answer === "string" ? answer : JSON.stringify(answer))});`;
}

function open(uri: string, options: object = {}, call?: Call): Promise<OfferedMaterial> {
  return sourceFromUri(uri, { attribute, ...options }).open(call);
}

describe("a command that wraps: the reference with OpenSSL", () => {
  const inPlace = <T>(use: (uri: string, folder: string) => Promise<T>): Promise<T> =>
    inFolder(async (folder) => {
      await writeFile(join(folder, "key"), bytes, { mode: 0o600 });
      await writeFile(join(folder, "key.fingerprint"), `${fingerprint}\n`);
      return use(`wrap:${reference} ${encodeURIComponent(join(folder, "key"))}`, folder);
    });

  it("says what it holds, and wraps it", async () => {
    await inPlace(async (uri) => {
      const material = await open(uri);
      expect(material).toMatchObject({
        fingerprint,
        shape: { kind: "raw", bytes: 32 },
        algorithms: ["RSAES_OAEP_SHA_256", "RSAES_OAEP_SHA_1"],
        warnings: [],
      });
      const cmac = KeyMaterial.take(Buffer.from(bytes))
        .checkValues()
        .filter(({ name }) => name.startsWith("CMAC"));
      expect(material.checkValues?.()).toEqual(cmac);
      for (const algorithm of ["RSAES_OAEP_SHA_256", "RSAES_OAEP_SHA_1"] as const) {
        const wrapped = await material.wrap(wrappingKey, algorithm);
        expect(unwrap(wrapped, opener, 2048, algorithm).equals(bytes)).toBe(true);
      }
      material.destroy();
    });
  });

  it("knows no such key", async () => {
    const error = await rejected(open(`wrap:${reference} /no/such/key`));
    expect(error).toMatchObject({ code: "material_unavailable", attribute });
    expect(error.message).toMatch(/`wrap:.*openssl-wrap`: It knows no such key/);
  });

  it("does not wrap another key than it described", async () => {
    await inPlace(async (uri, folder) => {
      const material = await open(uri);
      await writeFile(join(folder, "key.fingerprint"), `cmac:${"0".repeat(32)}\n`);
      const error = await rejected(material.wrap(wrappingKey, "RSAES_OAEP_SHA_256"));
      expect(error).toMatchObject({ code: "different_material", attribute });
    });
  });

  it("is short enough to be a beginning", async () => {
    const lines = (await readFile(decodeURIComponent(reference), "utf8")).split("\n");
    expect(lines.filter((line) => line !== "" && !line.startsWith("#")).length).toBeLessThanOrEqual(30);
  });
});

describe("a description", () => {
  const pemOf = (key: KeyObject): string => String(key.export({ format: "pem", type: "spki" }));
  const privateKey = ecKey("secp384r1");
  const ec = createPublicKey({ key: privateKey, format: "der", type: "pkcs8" } as never);

  it("of a private key is its public half", async () => {
    await answering(printing({ publicKey: pemOf(ec), algorithms: ["RSA_AES_KEY_WRAP_SHA_256"] }), async (uri) => {
      const { fingerprint: named } = KeyMaterial.take(Buffer.from(privateKey));
      const material = await open(uri);
      expect(material).toMatchObject({ fingerprint: named, shape: { kind: "ec", curve: "secp384r1" } });
      expect(material.checkValues?.()).toEqual([]);
    });
    await answering(
      printing({ publicKey: pemOf(pair.publicKey), algorithms: ["RSAES_OAEP_SHA_1", "NEW"] }),
      async (uri) => {
        expect(await open(uri)).toMatchObject({ shape: { kind: "rsa", bits: 2048 }, algorithms: ["RSAES_OAEP_SHA_1"] });
      },
    );
  });

  it.each([
    ["no JSON", "nothing", /print one JSON object/],
    ["a list", [], /print one JSON object/],
    ["no algorithms", { ...description, algorithms: [] }, /`algorithms`/],
    ["algorithms that are none", { ...description, algorithms: "RSAES_OAEP_SHA_256" }, /`algorithms`/],
    ["no size", { ...description, bytes: undefined }, /how many `bytes`/],
    ["a size that no key has", { ...description, bytes: 20 }, /how many `bytes`/],
    [
      "no fingerprint",
      { ...description, fingerprint: undefined },
      /`fingerprint` of 32 bytes, which begins with `cmac:`/,
    ],
    ["a fingerprint of another kind", { ...description, bytes: 64 }, /`fingerprint` of 64 bytes.*`hmac:`/],
    ["a broken fingerprint", { ...description, fingerprint: "cmac:12" }, /`fingerprint` of 32 bytes/],
    ["no public key", { ...description, publicKey: "BEGIN" }, /in `publicKey` the PEM/],
    [
      "a public key of no KMS",
      { ...description, publicKey: pemOf(generateKeyPairSync("ed25519").publicKey) },
      /in `publicKey` the PEM/,
    ],
    [
      "an RSA key of no KMS",
      { ...description, publicKey: pemOf(generateKeyPairSync("rsa", { modulusLength: 1024 }).publicKey) },
      /in `publicKey` the PEM/,
    ],
  ])("with %s is refused", async (_, answer, words) => {
    await answering(printing(answer), async (uri) => {
      const error = await rejected(open(uri));
      expect(error).toMatchObject({ code: "malformed_material", attribute });
      expect(error.message).toMatch(words);
      expect(error.message).not.toContain(fingerprint);
    });
  });

  it.each([
    ["no_such_key", "material_unavailable"],
    ["device_absent", "material_unavailable"],
    ["login_failed", "wrapper_refused"],
    ["not_extractable", "wrapper_refused"],
    ["algorithm_not_supported", "unsupported_wrapping"],
    ["other_key", "different_material"],
    ["anything else", "wrapper_refused"],
    [undefined, "wrapper_refused"],
  ])("that is the fault %s is %s", async (code, expected) => {
    await answering(printing({ error: code === undefined ? "broken" : { code, message: "secret" } }), async (uri) => {
      const error = await rejected(open(uri));
      expect(error).toMatchObject({ code: expected, attribute });
      expect(error.message).not.toContain("secret");
    });
  });

  it("has a word for each fault", () => {
    expect(faultCodes).toHaveLength(6);
  });
});

describe("a command that misbehaves", () => {
  const wrapping = async (answer: string, key: WrappingKey = wrappingKey) =>
    answering(`if (request.verb === "describe") ${printing(description)} else { ${answer} }`, async (uri) =>
      (await open(uri)).wrap(key, "RSAES_OAEP_SHA_256"),
    );

  it.each([
    [
      "the bare bytes",
      `process.stdout.write(JSON.stringify({ wrapped: "${bytes.toString("base64")}" }))`,
      /It gave 32 bytes/,
    ],
    ["too much", `process.stdout.write(JSON.stringify({ wrapped: "A".repeat(400) }))`, /It gave 300 bytes/],
  ])("gives %s, and nothing is sent", async (_, answer, words) => {
    const error = await rejected(wrapping(answer));
    expect(error).toMatchObject({ code: "wrapper_refused", attribute });
    expect(error.message).toMatch(words);
  });

  it.each([
    ["no base64", printing({ wrapped: "*" })],
    ["nothing", printing({ wrapped: "" })],
    ["a number", printing({ wrapped: 12 })],
  ])("gives %s for the wrapped bytes", async (_, answer) => {
    expect(await rejected(wrapping(answer))).toMatchObject({ code: "malformed_material", attribute });
  });

  it("is not asked for what does not go with the key", async () => {
    await answering(printing(description), async (uri) => {
      const error = await rejected((await open(uri)).wrap(wrappingKey, "RSA_AES_KEY_WRAP_SHA_256"));
      expect(error.code).toBe("unsupported_wrapping");
    });
  });

  it("hangs, and is stopped", async () => {
    await answering("setInterval(() => {}, 1000);", async (uri) => {
      const error = await rejected(open(uri, { commandTimeoutMs: 300 }));
      expect(error.message).toContain("did not end within 0.3 seconds");
    });
  });

  it("hangs while it wraps, and the operation is canceled", async () => {
    const stop = new AbortController();
    const error = await rejected(
      answering(
        `if (request.verb === "describe") ${printing(description)} else setInterval(() => {}, 1000);`,
        async (uri) => {
          const material = await open(uri);
          setTimeout(() => stop.abort(), 200);
          return material.wrap(wrappingKey, "RSAES_OAEP_SHA_256", { signal: stop.signal });
        },
      ),
    );
    expect(error.code).toBe("canceled");
  });

  it("prints without end", async () => {
    await answering(`for (;;) require("node:fs").writeSync(1, "x".repeat(10000));`, async (uri) => {
      expect(await rejected(open(uri))).toMatchObject({ code: "malformed_material" });
    });
  });

  it("reads nothing of what it is asked", async () => {
    await inFolder(async (folder) => {
      const file = join(folder, "deaf");
      await writeFile(file, `#!/bin/sh\nprintf '%s' '${JSON.stringify(description)}'\n`);
      await chmod(file, 0o755);
      expect((await open(`wrap:${encodeURIComponent(file)}`)).fingerprint).toBe(fingerprint);
    });
  });

  it("fails, and what it prints is not repeated", async () => {
    await answering(`process.stdout.write("secret"); process.stderr.write("secret"); process.exit(3);`, async (uri) => {
      const error = await rejected(open(uri));
      expect(error).toMatchObject({ code: "material_unavailable", attribute });
      expect(error.message).toMatch(/exit code 3/);
      expect(error.message).not.toContain("secret");
    });
  });
});
