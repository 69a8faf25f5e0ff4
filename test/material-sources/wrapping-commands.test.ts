import { generateKeyPairSync, randomBytes } from "node:crypto";
import { chmod, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { KeyMaterial } from "../../src/engine/key-material";
import { wrappingKeyFrom } from "../../src/engine/wrapping-key";
import { sourceFromUri } from "../../src/material-sources/source-uri";
import { unwrap } from "../engine/judge";
import { rejected } from "../engine/thrown";
import { inFolder } from "./folder";

/**
 * AWS's CloudHSM CLI as its user guide describes the commands and answers: `key list`, `key import pem`,
 * `key wrap rsa-oaep`, `key delete` (https://docs.aws.amazon.com/cloudhsm/latest/userguide/cloudhsm_cli-key.html).
 */
const cli = `#!${process.execPath}
const { publicEncrypt, constants } = require("node:crypto");
const { appendFileSync, readFileSync, writeFileSync } = require("node:fs");
const { join } = require("node:path");
const words = process.argv.slice(2);
const folder = __dirname;
const hsm = JSON.parse(readFileSync(join(folder, "hsm.json"), "utf8"));
appendFileSync(join(folder, "asked"), words.slice(0, 3).join(" ") + "\\n");
const after = (name) => words[words.indexOf(name) + 1];
const print = (data) => process.stdout.write(JSON.stringify({ error_code: 0, data }, null, 2) + "\\n");
const fail = (message) => { process.stdout.write(JSON.stringify({ error_code: 1, data: message }) + "\\n"); process.exit(1); };
if (hsm.down) fail("Unable to connect");
switch (words.slice(0, 2).join(" ")) {
  case "key list": {
    const found = after("--filter") === "attr.label=" + hsm.label;
    print({ matched_keys: found ? [{ "key-reference": "0x0000000000180001", attributes: { extractable: hsm.extractable } }] : [], total_key_count: found ? 1 : 0 });
    break;
  }
  case "key import":
    hsm.wrapping = readFileSync(after("--path"), "utf8");
    writeFileSync(join(folder, "hsm.json"), JSON.stringify(hsm));
    print({ key: { "key-reference": "0x0000000000180002", attributes: { label: after("--label"), wrap: true } }, message: "Successfully imported key" });
    break;
  case "key wrap": {
    const hash = after("--hash-function");
    if (after("--mgf") !== "mgf1-" + hash || after("--wrapping-filter") !== "key-reference=0x0000000000180002") fail("Invalid");
    if (hsm.owner === false) fail("Key may only be wrapped by its owner");
    writeFileSync(after("--path"), publicEncrypt({ key: hsm.wrapping, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: hash }, Buffer.from(hsm.key, "base64")));
    print({ payload_key_reference: "0x0000000000180001", wrapping_key_reference: "0x0000000000180002" });
    break;
  }
  case "key delete":
    delete hsm.wrapping;
    writeFileSync(join(folder, "hsm.json"), JSON.stringify(hsm));
    print({ message: "Key deleted successfully" });
    break;
  default:
    fail("Unknown command");
}
`;

describe("the wrapping command for AWS CloudHSM", () => {
  const attribute = "key_material_source";
  const script = encodeURIComponent(join(__dirname, "../../examples/wrapping-commands/cloudhsm-wrap"));
  const bytes = randomBytes(32);
  const { fingerprint } = KeyMaterial.take(Buffer.from(bytes));
  const pair = generateKeyPairSync("rsa", { modulusLength: 4096 });
  const wrappingKey = wrappingKeyFrom(pair.publicKey.export({ format: "der", type: "spki" }), "RSA_4096");
  const opener = pair.privateKey.export({ format: "der", type: "pkcs8" });

  const inCluster = <T>(
    hsm: object,
    use: (open: () => ReturnType<ReturnType<typeof sourceFromUri>["open"]>, folder: string) => Promise<T>,
  ): Promise<T> =>
    inFolder(async (folder) => {
      const command = join(folder, "cloudhsm-cli");
      await writeFile(command, cli);
      await chmod(command, 0o755);
      const holding = { label: "payments", key: bytes.toString("base64"), extractable: true, ...hsm };
      await writeFile(join(folder, "hsm.json"), JSON.stringify(holding));
      const env = { ...process.env, CLOUDHSM_CLI: command };
      return use(() => sourceFromUri(`wrap:${script} payments ${fingerprint}`, { attribute, env }).open(), folder);
    });

  it.each(["RSAES_OAEP_SHA_256", "RSAES_OAEP_SHA_1"] as const)(
    "wraps by %s, and leaves no wrapping key behind",
    async (algorithm) => {
      await inCluster({}, async (open, folder) => {
        const material = await open();
        expect(material).toMatchObject({ fingerprint, shape: { kind: "raw", bytes: 32 } });
        const wrapped = await material.wrap(wrappingKey, algorithm);
        expect(unwrap(wrapped, opener, 4096, algorithm).equals(bytes)).toBe(true);
        expect(JSON.parse(await readFile(join(folder, "hsm.json"), "utf8"))).not.toHaveProperty("wrapping");
        expect((await readFile(join(folder, "asked"), "utf8")).split("\n").slice(0, -1)).toEqual([
          "key list --filter",
          "key import pem",
          "key wrap rsa-oaep",
          "key delete --filter",
        ]);
      });
    },
  );

  it.each([
    [{ label: "another" }, "material_unavailable", /no such key/],
    [{ down: true }, "material_unavailable", /does not reach its device/],
    [{ extractable: false }, "wrapper_refused", /does not let this key out/],
  ])("says what is wrong with %j", async (hsm, code, words) => {
    await inCluster(hsm, async (open) => {
      const error = await rejected(open());
      expect(error).toMatchObject({ code, attribute });
      expect(error.message).toMatch(words);
    });
  });

  it("leaves no wrapping key behind where the key is another user's", async () => {
    await inCluster({ owner: false }, async (open, folder) => {
      const material = await open();
      const error = await rejected(material.wrap(wrappingKey, "RSAES_OAEP_SHA_256"));
      expect(error.code).toBe("wrapper_refused");
      expect(JSON.parse(await readFile(join(folder, "hsm.json"), "utf8"))).not.toHaveProperty("wrapping");
    });
  });
});
