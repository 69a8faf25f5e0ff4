import { execFileSync } from "node:child_process";
import { createHash, generateKeyPairSync, type KeyObject, randomBytes } from "node:crypto";
import { readdirSync } from "node:fs";
import { chmod, readFile, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { GetPublicKeyCommand } from "@aws-sdk/client-kms";
import { writeParams } from "../../src/ceremony/params-file";
import { KeyMaterial } from "../../src/engine/key-material";
import type { KeySpec } from "../../src/engine/key-spec";
import type { WrappingAlgorithm } from "../../src/engine/wrapping-algorithm";
import { wrappingKeyFrom } from "../../src/engine/wrapping-key";
import { inFolder } from "../material-sources/folder";
import { byok, byokOffline, canLeaveNetwork, Custodian, type Ended, hasTerminals } from "../support/byok-command";
import { importedKey, newKey } from "../support/imported-key";
import { type Life, plaintext, startLife } from "../support/life";
import { heldByOpenssl } from "../support/openssl-wrap";

jest.setTimeout(60_000);

const root = join(__dirname, "../..");
const credentials = { AWS_ACCESS_KEY_ID: "AKIAENGINE", AWS_SECRET_ACCESS_KEY: "engine", AWS_REGION: "eu-central-1" };
const [here, there] = ["eu-central-1", "eu-west-1"];

if (!canLeaveNetwork) console.log("byok wrap was run with the network refused, and not without one: no `unshare -rn`.");
if (!hasTerminals) console.log("No component was typed at a terminal: this system has no `script` of util-linux.");

let life: Life;
beforeEach(async () => {
  life = await startLife();
});
afterEach(() => life.close());

const online = (folder: string, verb: string, ...words: readonly string[]): Promise<Ended> =>
  byok(folder, [verb, "--endpoint", life.kms.url, ...words], credentials);
const offline = (folder: string, ...words: readonly string[]): Promise<Ended> =>
  byokOffline(folder, ["wrap", ...words]);

const keyIn = async (region: string, spec?: KeySpec): Promise<string> => {
  const usage = spec === undefined ? {} : { spec, usage: "SIGN_VERIFY" as const };
  return (await newKey(life, { region, ...usage })).arn;
};

/** Puts key material into a file, and gives its fingerprint. */
async function give(folder: string, name: string, bytes: Buffer): Promise<string> {
  await writeFile(join(folder, name), bytes, { mode: 0o600 });
  return KeyMaterial.take(Buffer.from(bytes)).fingerprint;
}

function xor(parts: readonly Buffer[]): Buffer {
  const whole = Buffer.alloc(32);
  for (const part of parts) for (const [i, byte] of part.entries()) whole[i] = (whole[i] ?? 0) ^ byte;
  return whole;
}

const pkcs8 = ({ privateKey }: { readonly privateKey: KeyObject }) =>
  privateKey.export({ format: "der", type: "pkcs8" });
const ecPair = () => generateKeyPairSync("ec", { namedCurve: "prime256v1" });

/** How key material looks when it stands somewhere. */
const spellings = (bytes: Buffer) => [
  bytes.toString("hex"),
  bytes.toString("hex").toUpperCase(),
  bytes.toString("base64"),
];

async function transcript(folder: string): Promise<Record<string, unknown>[]> {
  return (await readFile(join(folder, "trail.jsonl"), "utf8"))
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
}

describe("a key ceremony", () => {
  it("brings the key that three custodians make into two Regions, without a network where the bytes are", async () => {
    await inFolder(async (folder) => {
      const arns = [await keyIn(here), await keyIn(there)];
      const parts = [randomBytes(32), randomBytes(32), randomBytes(32)];
      const whole = xor(parts);
      const { fingerprint } = KeyMaterial.take(Buffer.from(whole));
      for (const [i, part] of parts.entries()) await give(folder, `part-${i}.bin`, part);
      const components = parts.flatMap((_, i) => ["--component", `file:part-${i}.bin?encoding=raw`]);
      const trail = ["--transcript", "trail.jsonl", "--present", "Ada", "--present", "Grace"];

      life.calls();
      const asked = await online(folder, "params", "--fingerprint", fingerprint, "--out", "p.json", ...trail, ...arns);
      expect(asked).toMatchObject({ code: 0, err: "" });
      expect(life.calls()).toEqual(arns.flatMap(() => ["DescribeKey", "GetParametersForImport"]));
      const [digest = ""] = /digest( [0-9a-f]{4}){5}$/m.exec(asked.out) ?? [];
      expect(digest).not.toBe("");
      expect((await stat(join(folder, "p.json"))).mode & 0o777).toBe(0o600);

      const wrapped = await offline(folder, "p.json", ...components, "--out", "w.json", ...trail);
      expect(wrapped).toMatchObject({ code: 0, err: "" });
      expect(wrapped.out).toContain(`p.json: ${digest}`);
      expect(wrapped.out).toMatch(/^Component 3 of 3: KCV.*CMAC, 3 bytes [0-9A-F]{6}; CMAC, 5 bytes [0-9A-F]{10}/m);
      expect(wrapped.out).toContain(`The key: ${fingerprint}`);
      for (const arn of arns) expect(wrapped.out).toMatch(new RegExp(`^${arn}: wrapped, to be imported until 20`, "m"));

      const imported = await online(folder, "import", "w.json", "--valid-for", "90d", ...trail);
      expect(imported).toMatchObject({ code: 0, err: "" });
      for (const arn of arns) {
        expect(imported.out).toContain(`${arn}: imported`);
        const region = arn.split(":")[3];
        expect(await life.decrypt(await life.encrypt(arn, region), region)).toBe(plaintext);
      }

      const lines = await transcript(folder);
      const said = lines.map(({ verb, outcome, present, fingerprint: named, keys }) => [
        verb,
        outcome,
        present,
        named,
        keys,
      ]);
      expect(said).toEqual(
        ["params", "wrap", "import"].map((verb) => [verb, "done", ["Ada", "Grace"], fingerprint, arns]),
      );
      const sha256 = async (file: string) =>
        createHash("sha256")
          .update(await readFile(join(folder, file)))
          .digest("hex");
      const [params, blob] = [
        { file: "p.json", sha256: await sha256("p.json") },
        { file: "w.json", sha256: await sha256("w.json") },
      ];
      expect(lines.map(({ read, written }) => [read, written])).toEqual([
        [undefined, params],
        [params, blob],
        [blob, undefined],
      ]);
      expect(lines[1]).toMatchObject({ components: [expect.any(Array), expect.any(Array), expect.any(Array)] });
      expect(lines[2]).toMatchObject({ results: arns.map((keyArn) => ({ keyArn, imported: true, said: "imported" })) });

      const files = await Promise.all(
        ["p.json", "w.json", "trail.jsonl"].map((name) => readFile(join(folder, name), "utf8")),
      );
      const everything = [...files, asked.out, wrapped.out, imported.out].join("\n");
      expect([...parts, whole].flatMap(spellings).filter((text) => everything.includes(text))).toEqual([]);
    });
  });

  it.each(["RSA_2048", "ECC_NIST_P256"] as const)("brings a private key of %s into two Regions", async (keySpec) => {
    await inFolder(async (folder) => {
      const arns = [await keyIn(here, keySpec), await keyIn(there, keySpec)];
      const pair = keySpec === "RSA_2048" ? generateKeyPairSync("rsa", { modulusLength: 2048 }) : ecPair();
      const fingerprint = await give(folder, "key.der", pkcs8(pair));
      expect(await online(folder, "params", "--out", "p.json", ...arns)).toMatchObject({ code: 0 });
      const wrapped = await offline(folder, "p.json", "file:key.der", "--fingerprint", fingerprint, "--out", "w.json");
      expect(wrapped).toMatchObject({ code: 0, err: "" });
      expect(wrapped.out).toContain("no check values");
      expect(await online(folder, "import", "w.json")).toMatchObject({ code: 0, err: "" });
      for (const [arn = "", region = ""] of [
        [arns[0], here],
        [arns[1], there],
      ]) {
        const { PublicKey = new Uint8Array() } = await life
          .client(region)
          .send(new GetPublicKeyCommand({ KeyId: arn }));
        expect(Buffer.from(PublicKey).equals(pair.publicKey.export({ format: "der", type: "spki" }))).toBe(true);
      }
    });
  });

  it("takes a key that a command holds, which wraps where there is no network", async () => {
    await inFolder(async (folder) => {
      const bytes = randomBytes(32);
      const source = await heldByOpenssl(folder, bytes);
      const arn = await keyIn(here);
      const { fingerprint } = KeyMaterial.take(bytes);
      expect(await online(folder, "params", "--fingerprint", fingerprint, "--out", "p.json", arn)).toMatchObject({
        code: 0,
      });
      expect(await offline(folder, "p.json", source, "--out", "w.json")).toMatchObject({ code: 0, err: "" });
      expect(await online(folder, "import", "w.json")).toMatchObject({ code: 0 });
    });
  });

  it("takes the first bytes of a fingerprint, as auditors allow, and says that they prove less", async () => {
    await inFolder(async (folder) => {
      const fingerprint = await give(folder, "key.bin", randomBytes(32));
      const short = fingerprint.slice(0, 11);
      const asked = await online(folder, "params", "--fingerprint", short, "--out", "p.json", await keyIn(here));
      expect(asked).toMatchObject({ code: 0, err: expect.stringContaining("has 3 bytes of a fingerprint of 16") });
      const wrap = (...words: readonly string[]) => offline(folder, "p.json", ...words, "--out", "w.json", "--force");
      const key = "file:key.bin?encoding=raw";
      expect(await wrap(key)).toMatchObject({ code: 0, err: expect.stringContaining("has 3 bytes") });
      expect(await wrap(key, "--fingerprint", fingerprint)).toMatchObject({ code: 0, err: "" });
      const other = await wrap(key, "--fingerprint", "cmac:0123456789");
      expect(other).toMatchObject({ code: 1, err: expect.stringContaining("Find out which key it should be") });
    });
  });

  it("shows a wrapped file by `byok fingerprint`, also once its tokens have expired", async () => {
    await inFolder(async (folder) => {
      const fingerprint = await give(folder, "key.bin", randomBytes(32));
      await online(folder, "params", "--fingerprint", fingerprint, "--out", "p.json", await keyIn(here));
      await offline(folder, "p.json", "file:key.bin?encoding=raw", "--out", "w.json");
      const shown = await byokOffline(folder, ["fingerprint", "wrapped:w.json", "--json"]);
      expect(JSON.parse(shown.out)).toMatchObject({ fingerprint, shape: { kind: "raw", bytes: 32 }, warnings: [] });
    });
  });
});

it("is judged by what fails a program that goes to the network or loads a client of a cloud", async () => {
  await inFolder(async (folder) => {
    const ended = await byokOffline(folder, ["status", "--endpoint", life.kms.url, await keyIn(here)]);
    expect(ended).toMatchObject({ code: 99, err: expect.stringMatching(/This program loaded \d+ files of clients/) });
  });
});

describe("what byok wrap makes", () => {
  const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 3072 });
  const keyArn = "arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab";
  const wrappingKey = wrappingKeyFrom(publicKey.export({ format: "der", type: "spki" }), "RSA_3072");
  const now = Math.floor(Date.now() / 1000);

  it.each<[WrappingAlgorithm, "sha1" | "sha256"]>([
    ["RSAES_OAEP_SHA_256", "sha256"],
    ["RSAES_OAEP_SHA_1", "sha1"],
    ["RSA_AES_KEY_WRAP_SHA_256", "sha256"],
  ])("by %s is opened by OpenSSL with the private half of the wrapping key", async (algorithm, hash) => {
    await inFolder(async (folder) => {
      const isAes = algorithm.startsWith("RSA_AES");
      const bytes = isAes ? pkcs8(ecPair()) : randomBytes(32);
      const fingerprint = await give(folder, "key.bin", bytes);
      const keySpec = isAes ? "ECC_NIST_P256" : "SYMMETRIC_DEFAULT";
      const { shape } = KeyMaterial.take(Buffer.from(bytes));
      const key = {
        keyArn,
        keySpec,
        shape,
        algorithm,
        wrappingKey,
        token: randomBytes(100),
        validTo: now + 3600,
      } as const;
      await writeFile(join(folder, "p.json"), writeParams({ madeAt: now, keys: [key] }));
      await writeFile(join(folder, "wrapping.pem"), privateKey.export({ format: "pem", type: "pkcs8" }), {
        mode: 0o600,
      });
      const source = isAes ? "file:key.bin" : "file:key.bin?encoding=raw";
      expect(await offline(folder, "p.json", source, "--fingerprint", fingerprint, "--out", "w.json")).toMatchObject({
        code: 0,
      });
      const file = JSON.parse(await readFile(join(folder, "w.json"), "utf8"));
      expect(file.keys[0].importToken).toBe(key.token.toString("base64"));
      const wrapped = Buffer.from(file.keys[0].wrappedMaterial, "base64");
      const openssl = (words: readonly string[], input: Buffer) =>
        execFileSync("openssl", words, { cwd: folder, input });
      const padding = ["rsa_padding_mode:oaep", `rsa_oaep_md:${hash}`, `rsa_mgf1_md:${hash}`].flatMap((one) => [
        "-pkeyopt",
        one,
      ]);
      const head = openssl(["pkeyutl", "-decrypt", "-inkey", "wrapping.pem", ...padding], wrapped.subarray(0, 384));
      if (!isAes) return expect(head.equals(bytes)).toBe(true);
      const unwrap = ["enc", "-d", "-id-aes256-wrap-pad", "-K", head.toString("hex"), "-iv", "A65959A6"];
      return expect(openssl(unwrap, wrapped.subarray(384)).equals(bytes)).toBe(true);
    });
  });
});

describe("a key ceremony goes wrong", () => {
  const prepared = async (folder: string, ...more: readonly string[]): Promise<string> => {
    const arn = await keyIn(here);
    expect(await online(folder, "params", "--out", "p.json", ...more, arn)).toMatchObject({ code: 0 });
    return arn;
  };
  const wrap = async (folder: string, fingerprint: string): Promise<void> => {
    const words = ["p.json", "file:key.bin?encoding=raw", "--fingerprint", fingerprint, "--out", "w.json", "--force"];
    expect(await offline(folder, ...words)).toMatchObject({ code: 0 });
  };

  const key = "file:key.bin?encoding=raw";
  const component = (name: string) => ["--component", `file:${name}.bin?encoding=raw`];

  it.each<[string, readonly string[], RegExp]>([
    ["other bytes than expected", ["file:other.bin?encoding=raw"], /\[different_material\].*Nothing was wrapped/],
    [
      "a wrong component",
      [...component("one"), ...component("other")],
      /\[different_material\] These are other bytes \(cmac:/,
    ],
    ["another fingerprint", [key, "--fingerprint", `cmac:${"0".repeat(32)}`], /params file expects cmac:.*Find out/],
    ["no word about which key it is", [key], /\[invalid_argument\] Nothing says which key/],
    ["one component alone", [...component("key")], /two components or more/],
    ["two equal components", [...component("key"), ...component("key")], /Two components are equal/],
    ["components of different lengths", [...component("key"), ...component("short")], /have 32, 16 bytes/],
    ["a component of zeros", [...component("key"), ...component("zeros")], /all zeros/],
    [
      "a private key as a component",
      [...component("key"), "--component", "file:key.der"],
      /private key has no components/,
    ],
    [
      "a wrapped file as a component",
      [...component("key"), "--component", "wrapped:old.json"],
      /\[malformed_material\]/,
    ],
    ["a source and components", [key, ...component("one")], /and not both/],
    ["neither", [], /Give a source, or --component/],
    [
      "a key of another size",
      ["file:short.bin?encoding=raw"],
      /\[wrong_material\].*must be 32 bytes for SYMMETRIC_DEFAULT/,
    ],
    ["a private key for a symmetric one", ["file:key.der"], /\[wrong_material\].*must be 32 bytes/],
    ["no terminal", ["--component", "-", ...component("key")], /typed at a terminal, and standard input is none/],
    ["no such source", ["file:absent.bin"], /\[material_unavailable\]/],
    ["a source that is none", ["absent.bin"], /\[invalid_argument\] `source` must begin with/],
  ])("with %s", async (what, words, expected) => {
    await inFolder(async (folder) => {
      const bytes = randomBytes(32);
      const [fingerprint] = [
        await give(folder, "key.bin", bytes),
        await give(folder, "one.bin", randomBytes(32)),
        await give(folder, "other.bin", randomBytes(32)),
        await give(folder, "short.bin", randomBytes(16)),
        await give(folder, "key.der", pkcs8(ecPair())),
      ];
      await writeFile(join(folder, "zeros.bin"), Buffer.alloc(32), { mode: 0o600 });
      await writeFile(join(folder, "old.json"), "{}");
      await prepared(folder, ...(what.startsWith("no word") ? [] : ["--fingerprint", fingerprint]));
      const ended = await offline(folder, "p.json", ...words, "--out", "w.json", "--transcript", "trail.jsonl");
      expect(ended).toMatchObject({ code: 1, err: expect.stringMatching(expected) });
      await expect(stat(join(folder, "w.json"))).rejects.toThrow("ENOENT");
      const [line] = await transcript(folder);
      expect(line).toMatchObject({ verb: "wrap", outcome: expect.stringMatching(/^[a-z_]+$/) });
      expect(line).not.toHaveProperty("written");
    });
  });

  it("where the import token has expired", async () => {
    await inFolder(async (folder) => {
      const fingerprint = await give(folder, "key.bin", randomBytes(32));
      const arn = await prepared(folder);
      await wrap(folder, fingerprint);
      life.kms.clock.advance("25h");
      life.calls();
      const late = await online(folder, "import", "w.json");
      expect(late.code).toBe(1);
      expect(late.out).toMatch(/not imported\. \[material_missing\].*import token expired on 20.*byok params/);
      expect(late.out).toContain(arn);
      expect(life.calls()).not.toContain("ImportKeyMaterial");
      // By its own clock, the machine without a network sees it, too.
      const params = JSON.parse(await readFile(join(folder, "p.json"), "utf8"));
      params.keys[0].validUntil = "2020-01-01T00:00:00Z";
      await writeFile(join(folder, "p.json"), JSON.stringify(params));
      const early = await offline(folder, "p.json", key, "--fingerprint", fingerprint, "--out", "x.json");
      expect(early.err).toMatch(/token has expired of .* \(until 2020-01-01T00:00:00Z\)/);
    });
  });

  it("where the file was wrapped for another key", async () => {
    await inFolder(async (folder) => {
      const fingerprint = await give(folder, "key.bin", randomBytes(32));
      const arn = await prepared(folder);
      await wrap(folder, fingerprint);
      const other = await keyIn(here);
      const file = await readFile(join(folder, "w.json"), "utf8");
      await writeFile(join(folder, "moved.json"), file.replaceAll(arn, other));
      const moved = await online(folder, "import", "moved.json");
      expect(moved.code).toBe(1);
      expect(moved.out).toMatch(/not imported\. \[import_refused\] The KMS did not take what was wrapped elsewhere/);
      expect((await online(folder, "status", other)).out).toContain("PendingImport");
    });
  });

  it("where it is imported twice, and the key lives on", async () => {
    await inFolder(async (folder) => {
      const fingerprint = await give(folder, "key.bin", randomBytes(32));
      const arn = await prepared(folder);
      await wrap(folder, fingerprint);
      expect(await online(folder, "import", "w.json", "--valid-for", "30d")).toMatchObject({ code: 0 });
      const ciphertext = await life.encrypt(arn);
      const twice = await online(folder, "import", "w.json");
      expect(twice).toMatchObject({
        code: 1,
        out: expect.stringContaining("holds key material already, and was left as it is"),
      });
      const again = await online(folder, "import", "w.json", "--again");
      expect(again).toMatchObject({ code: 1, out: expect.stringContaining("has served its import") });
      expect(await life.decrypt(ciphertext)).toBe(plaintext);

      await online(folder, "params", "--out", "p.json", "--force", arn);
      await wrap(folder, fingerprint);
      expect(await online(folder, "import", "w.json", "--again")).toMatchObject({ code: 0 });
      expect(await life.decrypt(ciphertext)).toBe(plaintext);
    });
  });

  it("where a key holds other material, and another key of the file is served all the same", async () => {
    await inFolder(async (folder) => {
      const fingerprint = await give(folder, "key.bin", randomBytes(32));
      const { key: full } = await importedKey(life);
      const ciphertext = await life.encrypt(full.arn);
      const empty = await keyIn(here);
      expect(await online(folder, "params", "--out", "p.json", full.arn, empty)).toMatchObject({ code: 0 });
      await wrap(folder, fingerprint);
      const ended = await online(folder, "import", "w.json", "--again", "--transcript", "trail.jsonl");
      expect(ended.code).toBe(1);
      expect(ended.out).toContain(`${full.arn}: not imported. [different_material]`);
      expect(ended.out).toContain(`${empty}: imported`);
      expect(await life.decrypt(ciphertext)).toBe(plaintext);
      const [line] = await transcript(folder);
      expect(line).toMatchObject({ results: [{ imported: false }, { imported: true }] });
    });
  });

  it("where a device cannot wrap as the params ask, or what is given is wrapped already", async () => {
    await inFolder(async (folder) => {
      const source = await heldByOpenssl(folder, randomBytes(32));
      const fingerprint = await give(folder, "key.bin", randomBytes(32));
      await prepared(folder, "--fingerprint", fingerprint);
      await wrap(folder, fingerprint);
      const twice = await offline(folder, "p.json", "wrapped:w.json", "--out", "x.json");
      expect(twice.err).toMatch(/That is wrapped already/);
      const part = await offline(folder, "p.json", "--component", source, "--component", source, "--out", "x.json");
      expect(part.err).toMatch(/a device keeps them to itself/);
      const answer = `{"fingerprint":"${fingerprint}","bytes":32,"algorithms":["RSAES_OAEP_SHA_1"]}`;
      await writeFile(join(folder, "device"), `#!/bin/sh\necho '${answer}'\n`, { mode: 0o700 });
      const unable = await offline(folder, "p.json", "wrap:./device", "--out", "x.json");
      expect(unable.err).toMatch(
        /\[unsupported_wrapping\] The params file asks for RSAES_OAEP_SHA_256, and what holds/,
      );
    });
  });

  it("where a file is none of a ceremony, or stands in the way", async () => {
    await inFolder(async (folder) => {
      const fingerprint = await give(folder, "key.bin", randomBytes(32));
      const arn = await prepared(folder);
      const none = await offline(folder, "key.bin", key, "--out", "w.json");
      expect(none.err).toMatch(/\[invalid_argument\] The params file cannot be used: it is no params file of byok/);
      const absent = await online(folder, "import", "absent.json");
      expect(absent.err).toMatch(/\[invalid_argument\] `absent\.json`: There is no such file/);
      life.calls();
      const taken = await online(folder, "params", "--out", "p.json", arn);
      expect(taken.err).toMatch(/p\.json was not written\. It exists already.*--force/);
      expect(life.calls()).toEqual([]);
      await chmod(join(folder, "p.json"), 0o644);
      expect(await online(folder, "params", "--out", "p.json", "--force", arn)).toMatchObject({ code: 0 });
      expect((await stat(join(folder, "p.json"))).mode & 0o777).toBe(0o600);
      expect(readdirSync(folder).toSorted()).toEqual(["key.bin", "p.json"]);
      const nowhere = await offline(folder, "p.json", key, "--fingerprint", fingerprint, "--out", "no/w.json");
      expect(nowhere.err).toMatch(/no\/w\.json was not written\. The system says ENOENT/);
      const silent = await offline(folder, "p.json", key, "--out", "w.json", "--transcript", "no/trail.jsonl");
      expect(silent.err).toMatch(/transcript no\/trail\.jsonl cannot be written \(ENOENT\)/);
    });
  });

  it("for keys that take no material", async () => {
    await inFolder(async (folder) => {
      const unknown = `arn:aws:kms:eu-central-1:111122223333:key/${"0".repeat(8)}-0000-0000-0000-${"0".repeat(12)}`;
      const params = async (...words: readonly string[]) =>
        (await online(folder, "params", "--out", "q.json", ...words)).err;
      expect(await params(unknown)).toMatch(/\[key_not_found\]/);
      expect(await params("alias/payments")).toMatch(/\[invalid_key_arn\]/);
      expect(await params(await keyIn(here), "--wrapping-algorithm", "RSA_AES_KEY_WRAP_SHA_256")).toMatch(
        /\[unsupported_wrapping\]/,
      );
      expect(await params(await keyIn(here), "--fingerprint", "cmac:12")).toMatch(/\[invalid_argument\] `fingerprint`/);
    });
  });
});

describe("the transcript", () => {
  it("names the program by digests that anybody can compute", async () => {
    await inFolder(async (folder) => {
      await byokOffline(folder, ["wrap", "absent.json", "file:x", "--out", "w.json", "--transcript", "trail.jsonl"]);
      const [line] = await transcript(folder);
      const sum = (script: string) => execFileSync("bash", ["-c", script], { cwd: root }).toString().slice(0, 64);
      expect(line).toMatchObject({
        outcome: "invalid_argument",
        said: expect.stringContaining("There is no such file"),
        present: [],
        program: {
          name: "byok",
          main: sum("sha256sum dist/src/cli/main.js"),
          files: sum("find dist/src -name '*.js' -type f | LC_ALL=C sort | xargs sha256sum | sha256sum"),
        },
      });
    });
  });
});

if (hasTerminals)
  describe("at a terminal", () => {
    const prepared = async (folder: string): Promise<void> => {
      expect(await online(folder, "params", "--out", "p.json", await keyIn(here))).toMatchObject({ code: 0 });
    };
    const twoTyped = "npx byok wrap p.json --component - --component - --out w.json";

    it("components are taken unseen, and check values asked for", async () => {
      await inFolder(async (folder) => {
        await prepared(folder);
        const parts = [randomBytes(32), randomBytes(32)] as const;
        const [one, two] = parts.map((part) => part.toString("hex")) as [string, string];
        const { fingerprint } = KeyMaterial.take(xor(parts));
        const custodian = new Custodian(folder, twoTyped);
        const [first, second] = ["Component 1 of 2, in hexadecimal", "Component 2 of 2, in hexadecimal"];
        await custodian.answers(first, "12 34\r");
        await custodian.answers("Type it again", "");
        await custodian.answers(first, `${one.replaceAll(/.{4}/g, "$& ")}\r`);
        await custodian.answers("Is that the check value", "no\r");
        await custodian.answers(first, `\x7f${one}0\x7f\r`);
        await custodian.answers("Is that the check value", "yez\x7fs\r");
        await custodian.answers(second, `${two.toUpperCase()}\r`);
        await custodian.answers("Is that the check value", "yes\r");
        await custodian.answers("type its CMAC check value of 3 bytes", `${fingerprint.slice(5, 11).toUpperCase()}\r`);
        expect(await custodian.ended()).toBe(0);
        const shown = custodian.seen.replaceAll(/\s/g, "").toLowerCase();
        expect([one, two].filter((text) => shown.includes(text) || shown.includes(text.slice(0, 16)))).toEqual([]);
        expect(await online(folder, "import", "w.json")).toMatchObject({ code: 0 });
      });
    });

    it.each<[string, (folder: string) => Promise<string>, string]>([
      [
        "the first digits of a fingerprint",
        async (folder) => give(folder, "key.bin", pkcs8(ecPair())),
        "the first digits of its fingerprint",
      ],
      ["the CMAC", async (folder) => give(folder, "key.bin", randomBytes(32)), "its CMAC check value"],
    ])("nothing is wrapped for other digits than %s", async (what, made, question) => {
      await inFolder(async (folder) => {
        const spec = what === "the CMAC" ? undefined : "ECC_NIST_P256";
        expect(await online(folder, "params", "--out", "p.json", await keyIn(here, spec))).toMatchObject({ code: 0 });
        await made(folder);
        const source = spec === undefined ? "file:key.bin?encoding=raw" : "file:key.bin";
        const custodian = new Custodian(folder, `npx byok wrap p.json '${source}' --out w.json`);
        await custodian.answers(question, "zzzzzz\r");
        expect(await custodian.ended()).toBe(1);
        expect(custodian.seen).toContain("[different_material] Other digits were typed");
        await expect(stat(join(folder, "w.json"))).rejects.toThrow("ENOENT");
      });
    });

    it.each([
      ["Ctrl-C", "12\x03"],
      ["Ctrl-D", "\x04"],
    ])("nothing is wrapped after %s", async (_, typed) => {
      await inFolder(async (folder) => {
        await prepared(folder);
        const custodian = new Custodian(folder, twoTyped);
        await custodian.answers("Component 1 of 2", typed);
        expect(await custodian.ended()).toBe(1);
        expect(custodian.seen).toContain("[canceled]");
        await rm(join(folder, "p.json"));
        expect(readdirSync(folder)).toEqual([]);
      });
    });
  });
