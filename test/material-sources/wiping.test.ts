import { createPublicKey, generateKeyPairSync, randomBytes } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { wrap } from "../../src/engine/wrapping-algorithm";
import { wrappingKeyFrom } from "../../src/engine/wrapping-key";
import type { KeyMaterialSource } from "../../src/engine/key-material-source";
import { sourceFromUri } from "../../src/material-sources/source-uri";
import { valueSource } from "../../src/material-sources/value";
import { ecKey, ecParts, partsOf, pem, rsa2048 } from "../engine/private-key-spellings";
import { rejected } from "../engine/thrown";
import { inFolder } from "./folder";

const attribute = "key_material_source";

/** The buffers that a run allocates and that are not all zero behind it. Buffers that can be wiped come from Buffer.alloc. */
async function left(run: () => Promise<unknown>): Promise<readonly Buffer[]> {
  const alloc = jest.spyOn(Buffer, "alloc");
  try {
    await run();
    return alloc.mock.results.flatMap(({ value }) =>
      Buffer.isBuffer(value) && value.some((byte) => byte !== 0) ? [value] : [],
    );
  } finally {
    alloc.mockRestore();
  }
}

const openAndDestroy = (source: KeyMaterialSource) => async (): Promise<void> => {
  const material = await source.open();
  material.destroy();
};

const bytes = Buffer.from(randomBytes(32).map((byte) => byte | 0x80));
const ec = ecKey("secp384r1");
const { scalar } = ecParts(partsOf(ec).inner);

describe("key material that was opened and destroyed", () => {
  it.each([
    ["raw bytes", bytes, bytes, ""],
    ["hex", Buffer.from(bytes.toString("hex")), bytes, "?encoding=hex"],
    ["base64", Buffer.from(bytes.toString("base64")), bytes, ""],
    ["a private key in PEM", pem("PRIVATE KEY", ec), scalar, ""],
    ["a private key in DER", ec, scalar, ""],
    ["an RSA key in PEM", pem("PRIVATE KEY", rsa2048()), rsa2048().subarray(400, 500), ""],
  ])("leaves nothing of %s in memory that it allocated", async (_, content, secret, query) => {
    await inFolder(async (folder) => {
      await writeFile(join(folder, "key"), content);
      const sources = [
        sourceFromUri(`file:key${query}`, { attribute, baseFolder: folder }),
        sourceFromUri(`exec:/bin/cat key${query}`, { attribute, baseFolder: folder }),
      ];
      for (const source of sources) {
        const remains = await left(openAndDestroy(source));
        expect(remains.filter((buffer) => buffer.includes(secret) || buffer.includes(content))).toEqual([]);
      }
    });
  });

  it("leaves nothing of an inline value or a variable", async () => {
    const text = bytes.toString("base64");
    for (const source of [
      valueSource(text, "key_material_wo"),
      sourceFromUri("env:K", { attribute, env: { K: text } }),
    ]) {
      expect(await left(openAndDestroy(source))).toEqual([]);
    }
  });
});

describe("key material that was refused", () => {
  it.each([
    ["in several readings", Buffer.from(bytes.toString("hex"))],
    ["of a wrong length", bytes.subarray(1)],
    ["in hex of a wrong length", Buffer.from(bytes.subarray(1).toString("hex"))],
    ["with damaged text", Buffer.from(`${bytes.toString("base64").slice(0, -2)}!=`)],
  ])("leaves nothing behind %s", async (_, content) => {
    await inFolder(async (folder) => {
      await writeFile(join(folder, "key"), content);
      const source = sourceFromUri("file:key", { attribute, baseFolder: folder });
      expect(await left(() => rejected(source.open()))).toEqual([]);
      expect(
        await left(() => rejected(valueSource(content.toString("latin1").slice(0, -4), attribute).open())),
      ).toEqual([]);
    });
  });
});

describe("the AES key of RSA_AES_KEY_WRAP", () => {
  const spki = createPublicKey(pem("PRIVATE KEY", rsa2048())).export({ format: "der", type: "spki" });
  const wrappingKey = wrappingKeyFrom(spki, "RSA_2048");

  it("is wiped, also when the wrapping fails", async () => {
    expect(await left(async () => wrap(ec, wrappingKey, "RSA_AES_KEY_WRAP_SHA_256"))).toEqual([]);
    const { publicKey } = generateKeyPairSync("ec", { namedCurve: "prime256v1" });
    const failing = async (): Promise<void> => {
      expect(() => wrap(ec, { spec: "RSA_2048", publicKey }, "RSA_AES_KEY_WRAP_SHA_256")).toThrow(/operation|keytype/i);
    };
    expect(await left(failing)).toEqual([]);
  });
});
