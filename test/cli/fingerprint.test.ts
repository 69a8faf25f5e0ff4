import { chmod, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fingerprintCommand } from "../../src/cli/fingerprint";
import { mistakes } from "../engine/mistaken-forms";
import { ecKey, pem } from "../engine/private-key-spellings";
import { inFolder } from "../material-sources/folder";
import { standInStores, storeKeyId, storeSecretKey } from "../support/secret-stores";
import { type Done, inProcess } from "./in-process";

function byokFingerprint(args: readonly string[], input: readonly (Buffer | string)[] = []): Promise<Done> {
  const stdin = (async function* () {
    yield* input;
  })();
  return inProcess((streams) => fingerprintCommand({ ...streams, stdin }), args);
}

const bytes = Buffer.from(Array.from({ length: 32 }, (_, index) => index));
const cmac = "cmac:377822c09348ad3bcf3f1987bcf89b4a";

describe("byok fingerprint", () => {
  it("says what the bytes are, in columns", async () => {
    const { out, err, code } = await byokFingerprint(
      ["-"],
      [Buffer.from(bytes.subarray(0, 10)), Buffer.from(bytes.subarray(10))],
    );
    expect({ err, code }).toEqual({ err: "", code: 0 });
    const rows = [
      ["fingerprint", cmac],
      ["material", "32 bytes"],
      ["fits", "SYMMETRIC_DEFAULT, HMAC_256, Aliyun_AES_256"],
      ["KCV, CKA_CHECK_VALUE of an AES key", "F29000"],
      ["KCV of GlobalPlatform, AES of ones", "75E208"],
      ["CMAC, 3 bytes", "377822"],
      ["CMAC, 5 bytes", "377822C093"],
      ["CKA_CHECK_VALUE, generic secret", "AE5BD8"],
    ];
    expect(out).toBe(rows.map(([name = "", value]) => `${name.padEnd(36)}${value}\n`).join(""));
  });

  it("says it in JSON", async () => {
    await inFolder(async (folder) => {
      const key = ecKey("prime256v1");
      await writeFile(join(folder, "key.pem"), pem("PRIVATE KEY", key), { mode: 0o600 });
      const { out, err, code } = await byokFingerprint([`file:${folder}/key.pem`, "--json"]);
      expect({ err, code }).toEqual({ err: "", code: 0 });
      expect(JSON.parse(out)).toEqual({
        fingerprint: expect.stringMatching(/^spki:[0-9a-f]{64}$/),
        shape: { kind: "ec", curve: "prime256v1" },
        fits: ["ECC_NIST_P256"],
        checkValues: [],
        warnings: [],
      });
    });
  });

  it("takes the encoding as an option or in the source", async () => {
    const text = bytes.toString("hex");
    expect((await byokFingerprint(["-", "--encoding", "hex"], [text])).out).toContain(cmac);
    await inFolder(async (folder) => {
      await writeFile(join(folder, "key.hex"), text, { mode: 0o600 });
      expect((await byokFingerprint([`file:${folder}/key.hex`, "--encoding", "hex"])).out).toContain(cmac);
      expect((await byokFingerprint([`file:${folder}/key.hex?encoding=hex`])).out).toContain(cmac);
    });
  });

  it("warns on standard error of a file that others may read", async () => {
    await inFolder(async (folder) => {
      await writeFile(join(folder, "key.bin"), bytes);
      await chmod(join(folder, "key.bin"), 0o644);
      const { out, err, code } = await byokFingerprint([`file:${folder}/key.bin`]);
      expect(code).toBe(0);
      expect(out).toContain(cmac);
      expect(err).toMatch(/^byok: warning: .*chmod 600/);
    });
  });

  it("tells that 24 bytes fit no key spec", async () => {
    expect((await byokFingerprint(["-"], [Buffer.alloc(24, 200)])).out).toMatch(/fits +no key spec/);
  });

  it("checks a key spec", async () => {
    expect((await byokFingerprint(["-", "--key-spec", "HMAC_256"], [Buffer.from(bytes)])).code).toBe(0);
    const { out, err, code } = await byokFingerprint(["-", "--key-spec", "HMAC_512"], [Buffer.from(bytes)]);
    expect({ out, code }).toEqual({ out: "", code: 1 });
    expect(err).toBe(
      "byok: error: [wrong_material] `source` must be 64 bytes for HMAC_512, got 32 bytes. These bytes fit SYMMETRIC_DEFAULT, HMAC_256 and Aliyun_AES_256.\n",
    );
  });

  it.each([
    [
      "nothing on standard input",
      ["-"],
      [],
      1,
      /^byok: error: \[material_unavailable\] `standard input`: Nothing came/,
    ],
    ["too much on standard input", ["-"], [Buffer.alloc(70_000)], 1, /more than 64 KiB/],
    ["no key on standard input", ["-"], ["no key"], 1, /\[malformed_material\]/],
    [
      "a path",
      ["keys/payments.pem"],
      [],
      1,
      /\[invalid_argument\].*looks like the path of a file: write `file:` before it/,
    ],
    ["an empty standard input", ["-"], ["\n"], 1, /\[material_unavailable\] `standard input`: It is empty/],
    ["an ambiguous text", ["-"], ["ab".repeat(32)], 1, /\[ambiguous_material\]/],
    ["a missing file", ["file:/no/such/file"], [], 1, /no such file/],
    ["a source that is none", ["ab".repeat(32)], [], 1, /\[invalid_argument\] `source` must begin with/],
    ["no source", [], [], 2, /missing required argument/],
    ["two sources", ["-", "-"], [], 2, /too many arguments/],
    ["an unknown option", ["-", "--no-such-option"], [], 2, /unknown option/],
    ["an unknown encoding", ["-", "--encoding", "base32"], [], 2, /Allowed choices are raw, hex, base64, pem, der/],
    ["an unknown key spec", ["-", "--key-spec", "AES"], [], 2, /Allowed choices are SYMMETRIC_DEFAULT/],
    ["an encoding that is given twice", ["file:k?encoding=hex", "--encoding", "hex"], [], 2, /given twice/],
  ])("fails on %s", async (_, args, input, code, words) => {
    const result = await byokFingerprint(args, input);
    expect([result.out, result.code]).toEqual(["", code]);
    expect(result.err).toMatch(words);
    expect(result.err).not.toContain("abababab");
  });

  it.each(mistakes.flatMap(({ name, text, inSource }) => (inSource === null ? [] : [[name, text, inSource] as const])))(
    "names %s",
    async (_, text, words) => {
      const { out, err, code } = await byokFingerprint(["-"], [Buffer.from(text)]);
      expect([out, code]).toEqual(["", 1]);
      expect(err).toMatch(words);
    },
  );

  it("explains itself", async () => {
    const { out, code } = await byokFingerprint(["--help"]);
    expect(code).toBe(0);
    expect(out).toContain("openssl rand 32 | byok fingerprint -");
  });
});

describe("byok fingerprint of a secret in a store", () => {
  it("asks with the credentials of the environment, and says which version it read", async () => {
    const stores = await standInStores();
    jest.replaceProperty(process, "env", {
      AWS_REGION: "eu-central-1",
      AWS_ACCESS_KEY_ID: storeKeyId,
      AWS_SECRET_ACCESS_KEY: storeSecretKey,
      AWS_ENDPOINT_URL_SECRETS_MANAGER: stores.url,
      AWS_ENDPOINT_URL_SSM: stores.url,
      ALIBABA_CLOUD_REGION: "cn-hangzhou",
      ALIBABA_CLOUD_ACCESS_KEY_ID: storeKeyId,
      ALIBABA_CLOUD_ACCESS_KEY_SECRET: storeSecretKey,
      ALIBABA_CLOUD_KMS_ENDPOINT: stores.url,
    });
    try {
      const version = stores.putSecret("payments", JSON.stringify({ key: bytes.toString("hex") }));
      const { out, err, code } = await byokFingerprint(["secretsmanager:payments?field=key", "--encoding", "hex"]);
      expect({ err, code }).toEqual({ err: "", code: 0 });
      expect(out).toMatch(new RegExp(`^fingerprint +${cmac}\nmaterial .*\nfits .*\nversion +${version}\n`));
      stores.putParameter("/payments", bytes.toString("hex"));
      const parameter = await byokFingerprint(["ssm:/payments?encoding=hex", "--json"]);
      expect(JSON.parse(parameter.out)).toMatchObject({ fingerprint: cmac, version: "1", warnings: [] });
      const other = stores.putAlibabaSecret("payments", bytes);
      expect((await byokFingerprint(["alibaba-secrets:payments"])).out).toContain(other);
      const absent = await byokFingerprint(["ssm:/none"]);
      expect(absent).toMatchObject({
        code: 1,
        err: expect.stringContaining("[material_unavailable] `ssm:/none`: There is no such parameter"),
      });
    } finally {
      jest.restoreAllMocks();
      await stores[Symbol.asyncDispose]();
    }
  });
});
