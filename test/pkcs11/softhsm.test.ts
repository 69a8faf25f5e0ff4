import { execFileSync } from "node:child_process";
import { createPublicKey, generateKeyPairSync, type KeyObject, randomBytes } from "node:crypto";
import { chmod, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fingerprintOfPublicKey } from "../../src/engine/fingerprint";
import { KeyMaterial } from "../../src/engine/key-material";
import type { OfferedMaterial } from "../../src/engine/key-material-source";
import type { WrappingAlgorithm } from "../../src/engine/wrapping-algorithm";
import { type WrappingKey, wrappingKeyFrom } from "../../src/engine/wrapping-key";
import { pkcs11Source } from "../../src/material-sources/pkcs11";
import { attribute, keyType } from "../../src/pkcs11/constants";
import { unwrap } from "../engine/judge";
import { rejected } from "../engine/thrown";
import {
  describeWithSofthsm,
  extractable,
  keyPair,
  pin,
  secretKey,
  type SofthsmToken,
  softhsmToken,
  type Template,
} from "./softhsm";

const pkcs11Child = [process.execPath, join(__dirname, "../../dist/src/pkcs11/main.js")] as const;
const argument = "key_material_source";

const pair = generateKeyPairSync("rsa", { modulusLength: 2048 });
const wrappingKey: WrappingKey = wrappingKeyFrom(pair.publicKey.export({ format: "der", type: "spki" }), "RSA_2048");
const opener = pair.privateKey.export({ format: "der", type: "pkcs8" });

const opened = (wrapped: Buffer, algorithm: WrappingAlgorithm): Buffer => unwrap(wrapped, opener, 2048, algorithm);
const fingerprintOf = (bytes: Buffer): string => KeyMaterial.take(Buffer.from(bytes)).fingerprint;

/** AES and HMAC keys of known bytes, by their labels. */
const known = {
  aes32: randomBytes(32),
  aes16: randomBytes(16),
  aes24: randomBytes(24),
  "by blocks": randomBytes(32),
  "no use": randomBytes(32),
  kept: randomBytes(32),
  trusted: randomBytes(32),
  twin: randomBytes(32),
  secret32: randomBytes(32),
  secret48: randomBytes(48),
  secret64: randomBytes(64),
  secret28: randomBytes(28),
  short: randomBytes(20),
} as const;

/** Until its PKCS#8 has whole blocks of 8 bytes: SoftHSM pads it with zero bytes to them before it wraps. */
function rsaKeyInBlocks(): KeyObject {
  for (;;) {
    const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
    if (privateKey.export({ format: "der", type: "pkcs8" }).length % 8 === 0) return privateKey;
  }
}

describeWithSofthsm("a PKCS#11 token: SoftHSM", (module) => {
  let token: SofthsmToken;
  const rsa = rsaKeyInBlocks();
  // Without its public half, which SoftHSM leaves out, the PKCS#8 on these curves has 80 and 64 bytes: whole blocks.
  const p384 = generateKeyPairSync("ec", { namedCurve: "P-384" }).privateKey;
  const k256 = generateKeyPairSync("ec", { namedCurve: "secp256k1" }).privateKey;
  const alone = generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey;
  const p224: Template = [
    ...keyPair("p224", Buffer.from([14]), alone)[0].filter(([type]) => type !== attribute.ecParams),
    [attribute.ecParams, Buffer.from("06052b81040021", "hex")],
  ];

  beforeAll(async () => {
    token = await softhsmToken(module);
    const [blocks, noUse] = [
      [attribute.sign, false],
      [attribute.encrypt, true],
    ] as const;
    token.put(
      secretKey("aes32", known.aes32, [[attribute.id, Buffer.from([0x01, 0xff])]]),
      secretKey("aes16", known.aes16),
      secretKey("aes24", known.aes24),
      secretKey("by blocks", known["by blocks"], [blocks, noUse]),
      secretKey("no use", known["no use"], [
        [attribute.sign, false],
        [attribute.encrypt, false],
      ]),
      secretKey("kept", known.kept, [[attribute.extractable, false]]),
      secretKey("trusted", known.trusted, [[attribute.wrapWithTrusted, true]]),
      secretKey("twin", known.twin, [[attribute.id, Buffer.from([1])]]),
      secretKey("twin", known.twin, [[attribute.id, Buffer.from([2])]]),
      secretKey("secret32", known.secret32, [], keyType.genericSecret),
      secretKey("secret48", known.secret48, [], keyType.genericSecret),
      secretKey("secret64", known.secret64, [], keyType.genericSecret),
      secretKey("secret28", known.secret28, [], keyType.genericSecret),
      secretKey("short", known.short, [], keyType.genericSecret),
      ...keyPair("rsa", Buffer.from([10]), rsa),
      ...keyPair("p384", Buffer.from([11]), p384),
      ...keyPair("k256", Buffer.from([12]), k256),
      keyPair("alone", Buffer.from([13]), alone)[0],
      p224,
    );
    token.generateAes([...extractable("made there"), [attribute.sign, true], [attribute.valueLen, 32]]);
  });
  afterAll(() => token?.remove());

  const options = (more: object = {}) => ({ attribute: argument, env: token.env, pkcs11Child, ...more });
  const open = (names: string, query?: string): Promise<OfferedMaterial> =>
    pkcs11Source(token.uri(names, query), options()).open();

  it.each(["aes32", "aes24", "aes16", "by%20blocks", "secret48", "secret64"] as const)(
    "names and wraps %s as its bytes would be",
    async (label) => {
      const bytes = known[decodeURIComponent(label) as keyof typeof known];
      const material = await open(`object=${label};type=secret-key`);
      expect(material).toMatchObject({
        fingerprint: fingerprintOf(bytes),
        shape: { kind: "raw", bytes: bytes.length },
        warnings: [],
      });
      // SoftHSM 2.6 lists OAEP and does it with SHA-1 alone.
      expect(material.algorithms).toEqual(expect.arrayContaining(["RSAES_OAEP_SHA_1", "RSAES_PKCS1_V1_5"]));
      for (const algorithm of material.algorithms ?? []) {
        const wrapped = await material.wrap(wrappingKey, algorithm);
        expect(opened(wrapped, algorithm).equals(bytes)).toBe(true);
      }
    },
  );

  it("wraps what OpenSSL unwraps, of a key that was made there and is sensitive", async () => {
    const material = await open("object=made%20there");
    const wrapped = await material.wrap(wrappingKey, "RSAES_OAEP_SHA_1");
    const [file, key] = [join(token.folder, "wrapped"), join(token.folder, "opener.pem")];
    await writeFile(file, wrapped);
    await writeFile(key, pair.privateKey.export({ format: "pem", type: "pkcs8" }), { mode: 0o600 });
    const words = ["pkeyutl", "-decrypt", "-inkey", key, "-in", file, "-pkeyopt", "rsa_padding_mode:oaep"];
    const bytes = execFileSync("openssl", [...words, "-pkeyopt", "rsa_oaep_md:sha1", "-pkeyopt", "rsa_mgf1_md:sha1"]);
    expect(fingerprintOf(bytes)).toBe(material.fingerprint);
  });

  it.each([
    ["rsa", "RSA", { kind: "rsa", bits: 2048 }, () => rsa],
    ["p384", "a curve", { kind: "ec", curve: "secp384r1" }, () => p384],
    ["k256", "another curve", { kind: "ec", curve: "secp256k1" }, () => k256],
  ])("composes the wrapping of a private key: %s, on %s", async (label, _, shape, key) => {
    const material = await open(`object=${label}`);
    const publicKey = createPublicKey(key()).export({ format: "der", type: "spki" });
    expect(material).toMatchObject({ fingerprint: fingerprintOfPublicKey(publicKey), shape });
    expect(material.algorithms).toContain("RSA_AES_KEY_WRAP_SHA_1");
    for (const algorithm of material.algorithms ?? []) {
      const pkcs8 = opened(await material.wrap(wrappingKey, algorithm), algorithm);
      expect(KeyMaterial.take(pkcs8).fingerprint).toBe(material.fingerprint);
    }
  });

  it("finds a key by its id, with and without its label", async () => {
    for (const names of ["id=%01%ff", "object=aes32;id=%01%FF;type=secret-key"])
      expect((await open(names)).fingerprint).toBe(fingerprintOf(known.aes32));
  });

  it("refuses what it wrapped no longer is", async () => {
    const material = await open("object=aes16");
    const env = { ...token.env };
    const moved = pkcs11Source(token.uri("object=replaced"), options({ env }));
    token.put(secretKey("replaced", known.aes16));
    const replaced = await moved.open();
    expect(replaced.fingerprint).toBe(material.fingerprint);
    execFileSync(process.execPath, [join(__dirname, "destroy-object.cjs")], {
      env,
      input: JSON.stringify({ module, token: token.label, pin, label: "replaced" }),
    });
    token.put(secretKey("replaced", known.aes32));
    const error = await rejected(replaced.wrap(wrappingKey, "RSAES_OAEP_SHA_1"));
    expect(error).toMatchObject({ code: "different_material", attribute: argument });
    expect(error.message).toContain(fingerprintOf(known.aes32));
  });

  it("says that an algorithm is none of the token's", async () => {
    const material = await open("object=aes32");
    if (material.algorithms?.includes("RSAES_OAEP_SHA_256") === true) return;
    const error = await rejected(material.wrap(wrappingKey, "RSAES_OAEP_SHA_256"));
    expect(error).toMatchObject({ code: "unsupported_wrapping" });
  });

  it.each([
    ["not extractable", "object=kept", "wrapper_refused", /CKA_EXTRACTABLE false.*Generate another key/],
    ["wrapped with trusted keys alone", "object=trusted", "wrapper_refused", /CKA_WRAP_WITH_TRUSTED true.*without it/],
    ["fit for no fingerprint", "object=no%20use", "wrapper_refused", /lacks CKA_SIGN or CKA_ENCRYPT/],
    ["a generic secret of an AES key's size", "object=secret32", "wrapper_refused", /as an AES key \(CKK_AES\)/],
    ["an HMAC key of a size that SoftHSM does not sign with", "object=secret28", "wrapper_refused", /CKM_SHA256_HMAC/],
    ["of no size that a KMS imports", "object=short", "wrong_material", /20 bytes/],
    ["on a curve that no KMS imports", "object=p224", "wrong_material", /none of the curves P-256/],
    ["without its public half", "object=alone", "wrapper_refused", /no public key object with the CKA_ID/],
    ["not there", "object=nobody", "material_unavailable", /shows no such key/],
    ["of another type", "object=aes32;type=private", "material_unavailable", /shows no such key/],
    [
      "one of two with its label",
      "object=twin",
      "invalid_argument",
      /"twin" \(type=secret-key, id=%01\); "twin" \(type=secret-key, id=%02\)\. Add `id`/,
    ],
  ])("refuses a key that is %s", async (_, names, code, words) => {
    const error = await rejected(open(names));
    expect(error).toMatchObject({ code, attribute: argument });
    expect(error.message).toMatch(words);
    expect(error.message).toContain(`\`pkcs11:token=byok%20test;${names.replace(";type=private", "")}`);
  });

  it.each([
    ["another serial", "serial=0000000000000000;object=aes32", /shows "byok test" \(serial "/],
    ["another manufacturer of the module", "library-manufacturer=nobody;object=aes32", /which the URI excludes/],
  ])("finds no token with %s", async (_, names, words) => {
    const error = await rejected(open(names));
    expect(error.code).toBe("material_unavailable");
    expect(error.message).toMatch(words);
  });

  it("lists the tokens where a URI fits two", async () => {
    const two = await softhsmToken(module, "twice");
    try {
      two.addToken("twice");
      const error = await rejected(pkcs11Source(two.uri("object=aes32"), options({ env: two.env })).open());
      expect(error.code).toBe("invalid_argument");
      expect(error.message).toMatch(/fits "twice" \(serial "[0-9a-f]+"\), "twice" \(serial/);
    } finally {
      await two.remove();
    }
  });

  it("asks for a PIN where a key is not seen without, and takes it from a variable or a command", async () => {
    const error = await rejected(open("object=aes32", ""));
    expect(error).toMatchObject({ code: "invalid_argument" });
    expect(error.message).toContain("Add `pin-source`");
    const env = { ...token.env, HSM_PIN: pin };
    const variablesOfMaterial = new Set<string>();
    const byVariable = pkcs11Source(
      token.uri("object=aes32", "&pin-source=env:HSM_PIN"),
      options({ env, variablesOfMaterial }),
    );
    expect((await byVariable.open()).fingerprint).toBe(fingerprintOf(known.aes32));
    // So that no command of another source gets it.
    expect([...variablesOfMaterial]).toEqual(["HSM_PIN"]);
    const byCommand = await open("object=aes32", `&pin-source=%7C/bin/cat%20${token.pinFile}`);
    expect(byCommand.fingerprint).toBe(fingerprintOf(known.aes32));
  });

  it.each([
    ["a file that is absent", "file:/nowhere/pin", /is not there/],
    ["an empty file", "file:/dev/null", /is empty/],
    ["a variable that is not set", "env:NOT_SET", /is empty/],
    ["a command that fails", "%7C/bin/false", /could not be started, or failed/],
    ["a command that is none", "%7C/nowhere/pin", /could not be started, or failed/],
  ])("has nothing on offer without the PIN: %s", async (_, source, words) => {
    const error = await rejected(open("object=aes32", `&pin-source=${source}`));
    expect(error).toMatchObject({ code: "material_unavailable" });
    expect(error.message).toMatch(words);
  });

  it("warns of a file with a PIN that others may read", async () => {
    const file = join(token.folder, "open-pin");
    await writeFile(file, pin);
    await chmod(file, 0o644);
    expect((await open("object=aes32", `&pin-source=file:${file}`)).warnings).toEqual([
      expect.stringContaining("(mode 0644). Close it: chmod 600"),
    ]);
  });

  it("tries a wrong PIN once in a run, however many keys ask at the same time, and under whatever name", async () => {
    const tries = join(token.folder, "tries");
    const command = join(token.folder, "wrong-pin");
    await writeFile(command, `#!/bin/sh\necho >> '${tries}'\necho 1414\n`, { mode: 0o755 });
    const wrong = `&pin-source=%7C${command}`;
    const serial = /serial "([0-9a-f]+)"/.exec((await rejected(open("serial=0;object=x"))).message)?.[1];
    const bySerial = token.uri("object=aes24", wrong).replace(/token=[^;]*/, `serial=${serial}`);
    const uris = [...["aes32", "aes16", "aes24"].map((label) => token.uri(`object=${label}`, wrong)), bySerial];
    const errors = await Promise.all(uris.map((uri) => rejected(pkcs11Source(uri, options()).open())));
    errors.push(await rejected(pkcs11Source(bySerial, options()).open()));
    for (const error of errors) {
      expect(error).toMatchObject({ code: "wrapper_refused", attribute: argument });
      expect(error.message).toMatch(/PIN/);
      expect(error.message).not.toContain("1414");
    }
    // The first URI, and the other name of the token, whose child did not log in.
    expect(errors.filter(({ message }) => message.includes("CKR_PIN_INCORRECT"))).toHaveLength(3);
    expect(errors.filter(({ message }) => message.includes("was not asked again"))).toHaveLength(2);
    expect((await readFile(tries, "utf8")).length).toBe(2);
    // SoftHSM counts and does not lock; the next right login says so.
    expect((await open("object=aes32")).warnings).toEqual([expect.stringContaining("A wrong PIN was tried")]);
    expect((await open("object=aes32")).warnings).toEqual([]);
  });

  it("leaves nothing in the token", async () => {
    const list = (): string => execFileSync("softhsm2-util", ["--show-slots"], { env: token.env }).toString();
    const before = list();
    const material = await open("object=rsa");
    await material.wrap(wrappingKey, "RSA_AES_KEY_WRAP_SHA_1");
    expect(list()).toBe(before);
  });

  it("takes a module by its name in a folder", async () => {
    const [, folder, name] = /^(.*)\/lib([^/]*)\.so$/.exec(module) ?? [];
    const uri = `pkcs11:token=byok%20test;object=aes32?module-path=${folder}&module-name=${name}&pin-source=file:${token.pinFile}`;
    expect((await pkcs11Source(uri, options()).open()).fingerprint).toBe(fingerprintOf(known.aes32));
  });

  it("does not start without its own configuration", async () => {
    const env = { ...token.env, SOFTHSM2_CONF: join(token.folder, "absent.conf") };
    const error = await rejected(pkcs11Source(token.uri("object=aes32"), options({ env })).open());
    expect(error).toMatchObject({ code: "material_unavailable" });
    expect(error.message).toMatch(/The module does not start. \(C_Initialize returned CKR_/);
  });
});
