import { execFileSync } from "node:child_process";
import { generateKeyPairSync, randomBytes } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { largestFileBytes } from "../../src/ceremony/json-file";
import { type WrappedFile, writeWrapped } from "../../src/ceremony/wrapped-file";
import { KeyMaterial } from "../../src/engine/key-material";
import { wrappingKeyFrom } from "../../src/engine/wrapping-key";
import { sourceFromUri } from "../../src/material-sources/source-uri";
import { rejected, thrown } from "../engine/thrown";
import { inFolder } from "./folder";

const attribute = "key_material_source";
const [one, two] = ["1", "2"].map(
  (last) => `arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-12345678900${last}`,
);
const { fingerprint } = KeyMaterial.take(Buffer.alloc(32, 1));
const entry = {
  keySpec: "SYMMETRIC_DEFAULT",
  algorithm: "RSAES_OAEP_SHA_256",
  wrappingKeySpec: "RSA_2048",
  token: randomBytes(300),
  wrapped: randomBytes(256),
  validTo: Date.UTC(2020, 0, 1) / 1000,
} as const;
const file: WrappedFile = {
  madeAt: Date.UTC(2020, 0, 1) / 1000,
  fingerprint,
  shape: { kind: "raw", bytes: 32 },
  paramsDigest: "0".repeat(64),
  keys: [
    { ...entry, keyArn: one ?? "" },
    { ...entry, keyArn: two ?? "", algorithm: "RSAES_OAEP_SHA_1" },
  ],
};

describe("a wrapped file as a source", () => {
  const open = (folder: string, uri: string) => sourceFromUri(uri, { attribute, baseFolder: folder }).open();

  it("offers what it names, to its keys only, and wraps nothing", async () => {
    await inFolder(async (folder) => {
      await writeFile(join(folder, "a b.json"), writeWrapped(file));
      const material = await open(folder, "wrapped:a%20b.json");
      expect(material).toMatchObject({
        fingerprint,
        shape: { kind: "raw", bytes: 32 },
        algorithms: ["RSAES_OAEP_SHA_256", "RSAES_OAEP_SHA_1"],
        warnings: [],
      });
      expect(material.checkValues?.()).toEqual([
        { name: "CMAC, 3 bytes", value: fingerprint.slice(5, 11).toUpperCase() },
        { name: "CMAC, 5 bytes", value: fingerprint.slice(5, 15).toUpperCase() },
      ]);
      expect(material.wrappedFor?.(one ?? "")).toMatchObject(entry);
      const error = thrown(() => material.wrappedFor?.(`${one?.slice(0, -1)}3`));
      expect(error).toMatchObject({ code: "wrapper_refused", attribute });
      expect(error.rawMessage).toContain(
        `\`wrapped:a b.json\`: It was not wrapped for ${one?.slice(0, -1)}3, but for ${one}, ${two}.`,
      );
      const { publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
      const key = wrappingKeyFrom(publicKey.export({ format: "der", type: "spki" }), "RSA_2048");
      expect(await rejected(material.wrap(key, "RSAES_OAEP_SHA_256"))).toMatchObject({
        code: "wrapper_refused",
        attribute,
      });
      material.destroy();
      const keys = Array.from({ length: 22 }, (_, i) => ({ ...entry, keyArn: `${one?.slice(0, -2)}${10 + i}` }));
      await writeFile(join(folder, "many.json"), writeWrapped({ ...file, keys }));
      const many = await open(folder, "wrapped:many.json");
      expect(thrown(() => many.wrappedFor?.("arn:other")).rawMessage).toContain(
        `${keys[19]?.keyArn} and 2 more. Nothing`,
      );
    });
  });

  it.each<[string, (path: string) => unknown, string, RegExp]>([
    ["is absent", () => undefined, "material_unavailable", /There is no such file/],
    ["is a folder", (path) => mkdir(path), "material_unavailable", /It is a folder/],
    ["is a pipe", (path) => execFileSync("mkfifo", [path]), "material_unavailable", /It is a pipe or a device/],
    [
      "is too long",
      (path) => writeFile(path, Buffer.alloc(largestFileBytes + 1, " ")),
      "malformed_material",
      /more than 1024 KiB/,
    ],
    ["is none", (path) => writeFile(path, "5ec4e7"), "malformed_material", /it is no wrapped file of byok/],
    [
      "is changed",
      (path) => writeFile(path, writeWrapped({ ...file, paramsDigest: "5ec4e7" })),
      "malformed_material",
      /`paramsDigest` has a value/,
    ],
  ])("gives nothing where it %s, and repeats nothing of it", async (_, make, code, words) => {
    await inFolder(async (folder) => {
      await make(join(folder, "w.json"));
      const error = await rejected(open(folder, "wrapped:w.json"));
      expect(error).toMatchObject({ code, attribute });
      expect(error.rawMessage).toMatch(words);
      expect(error.rawMessage).not.toContain("5ec4e7");
    });
  });
});
