import { execFile } from "node:child_process";
import { createPrivateKey, randomBytes } from "node:crypto";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { KeyMaterial } from "../../src/engine/key-material";
import { readMaterial, readMaterialValue } from "../../src/engine/material-encoding";
import { ecKey, ecParts, partsOf, pem } from "../engine/private-key-spellings";
import { blocksUnder } from "../support/page";

const run = promisify(execFile);
const page = "docs/key-material.md";

const bytes = Buffer.from(randomBytes(32).map((byte) => byte | 0x80));
// More than the 57 bytes after which `base64` begins a new line.
const long = Buffer.from(randomBytes(64).map((byte) => byte | 0x80));
const key = ecKey("prime256v1");
const keyPem = pem("PRIVATE KEY", key).toString();
const jwk = createPrivateKey({ key, format: "der", type: "pkcs8" }).export({ format: "jwk" });

/** What the commands of the page begin with. */
const files: Readonly<Record<string, string | Buffer>> = {
  "payments.bin": long,
  "hmac.hex": `${long.toString("hex")}\n`,
  "hmac.bin": long,
  "signing.pem": keyPem,
  "escaped.pem": keyPem.replaceAll("\n", String.raw`\n`),
  "pem.b64": Buffer.from(keyPem).toString("base64"),
  "payments.b64url": bytes.toString("base64url"),
  "colons.hex": `0x${(bytes.toString("hex").match(/../g) ?? []).join(":")}\n`,
  "utf16.b64": Buffer.from(`\u{feff}${bytes.toString("base64")}\r\n`, "utf16le"),
  "key.jwk": JSON.stringify(jwk),
  "scalar.bin": ecParts(partsOf(key).inner).scalar,
};

const fingerprint = (material: Buffer): string => KeyMaterial.take(Buffer.from(material)).fingerprint;

describe("the commands of the page on key material", () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "byok-"));
    for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content, { mode: 0o600 });
  });
  afterEach(() => rm(folder, { recursive: true }));

  const script = (heading: string): string => {
    const [block, ...others] = blocksUnder(page, heading).filter(({ language }) => language === "sh");
    if (block === undefined || others.length > 0) throw new Error(`${page} has not one script under "${heading}".`);
    return block.text;
  };
  const shell = async (text: string): Promise<string> =>
    (await run("bash", ["-euc", text], { cwd: folder, encoding: "utf8" })).stdout;

  it("give inline values that are read as the key", async () => {
    const names = ["payments_key", "hmac_key", "signing_key"];
    const print = names.map((name) => `printf '%s\\0' "$TF_VAR_${name}"`).join("\n");
    const [payments = "", hmac = "", signing = ""] = (
      await shell(`${script("What is read as a key")}\n${print}`)
    ).split("\0");
    // The line break is in it, as Linux's `base64` writes it.
    expect(payments).toContain("\n");
    expect(readMaterialValue(payments)).toEqual(long);
    expect(readMaterialValue(hmac)).toEqual(long);
    expect(readMaterialValue(signing)).toEqual(key);
  });

  it("turn each form that is refused into one that is read", async () => {
    const before = ["escaped.pem", "pem.b64", "payments.b64url", "colons.hex", "utf16.b64", "key.jwk"];
    for (const name of before)
      expect(() => readMaterial(Buffer.from(files[name] ?? ""))).toThrow(/\[malformed_material\]/);
    await shell(script("Forms that are refused, and what to do"));
    const read = async (name: string, encoding?: "hex"): Promise<Buffer> =>
      readMaterial(await readFile(join(folder, name)), encoding);
    for (const name of ["from-escaped.pem", "from-base64.pem", "from-jwk.der", "from-scalar.der"]) {
      expect([name, await read(name)]).toEqual([name, key]);
    }
    expect(await read("from-base64url.bin")).toEqual(bytes);
    expect(await read("from-colons.hex", "hex")).toEqual(bytes);
    expect(await read("from-utf16.b64")).toEqual(bytes);
  });

  it("make the bytes of an `oct` key out of its JWK", async () => {
    await writeFile(join(folder, "key.jwk"), JSON.stringify({ kty: "oct", k: bytes.toString("base64url") }));
    await shell(script("Forms that are refused, and what to do"));
    expect(await readFile(join(folder, "from-jwk.der"))).toEqual(bytes);
  });

  it("put a bare number of every curve into SEC1", async () => {
    const text = script("Forms that are refused, and what to do");
    const heads = [...text.matchAll(/\b(30[0-9a-f]{12})\b/g)].map(([, head = ""]) => head);
    const tails = [...text.matchAll(/\b(a00[7a]06[0-9a-f]+)\b/g)].map(([, tail = ""]) => tail);
    const curves = ["secp256k1", "secp384r1", "secp521r1", "prime256v1"] as const;
    expect([heads.length, tails.length]).toEqual([4, 4]);
    for (const [at, curve] of curves.entries()) {
      const whole = ecKey(curve);
      const { scalar } = ecParts(partsOf(whole).inner);
      const sec1 = Buffer.from(`${heads[at]}${scalar.toString("hex")}${tails[at]}`, "hex");
      expect([curve, readMaterial(sec1)]).toEqual([curve, whole]);
    }
  });

  it("print the fingerprints that byok prints", async () => {
    await writeFile(join(folder, "payments.bin"), bytes);
    const [block] = blocksUnder(page, "Fingerprints");
    const printed = (await shell(block?.text ?? "")).toLowerCase().match(/[0-9a-f]{32,}/g);
    const names = [bytes, long, key].map((material) => fingerprint(material).replace(/^\w+:/, ""));
    expect(printed).toEqual(names);
  });
});
