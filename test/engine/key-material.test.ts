import { createPublicKey } from "node:crypto";
import { inspect } from "node:util";
import { KeyMaterial } from "../../src/engine/key-material";
import { wrappingKeyFrom } from "../../src/engine/wrapping-key";
import { ecKey, pem, rsa2048, spellings } from "./private-key-spellings";
import { codeOf, rejected, thrown } from "./thrown";

const wrappingKey = wrappingKeyFrom(
  createPublicKey(pem("PRIVATE KEY", rsa2048())).export({ format: "der", type: "spki" }),
  "RSA_2048",
);

describe("key material", () => {
  it.each([16, 24, 28, 32, 48, 64])("of %i bytes is a raw key", (length) => {
    expect(KeyMaterial.take(Buffer.alloc(length, 5)).shape).toEqual({ kind: "raw", bytes: length });
  });

  it.each([0, 1, 15, 17, 31, 33, 63, 65, 100])("of %i bytes is refused", (length) => {
    expect(thrown(() => KeyMaterial.take(Buffer.alloc(length, 5))).code).toBe("malformed_material");
  });

  it("has one fingerprint for a private key, however it is spelled", () => {
    for (const key of [ecKey("secp384r1"), rsa2048()]) {
      const { fingerprint } = KeyMaterial.take(Buffer.from(key));
      expect(fingerprint).toMatch(/^spki:/);
      for (const spelling of Object.values(spellings(key))) {
        expect(KeyMaterial.take(spelling).fingerprint).toBe(fingerprint);
      }
    }
  });

  it("carries the warnings of its source", () => {
    expect(KeyMaterial.take(Buffer.alloc(32), { warnings: ["open to all"] }).warnings).toEqual(["open to all"]);
    expect(KeyMaterial.take(Buffer.alloc(32)).warnings).toEqual([]);
  });

  it("carries the version that its source read", () => {
    expect(KeyMaterial.take(Buffer.alloc(32), { version: "v3" }).version).toBe("v3");
    expect(KeyMaterial.take(Buffer.alloc(32)).version).toBeUndefined();
  });

  it("wipes the buffer that it was taken from, also when it refuses it", () => {
    for (const given of [Buffer.alloc(32, 9), ecKey("prime256v1"), Buffer.alloc(31, 9), Buffer.alloc(200, 0x30)]) {
      codeOf(() => KeyMaterial.take(given));
      expect(given.every((byte) => byte === 0)).toBe(true);
    }
  });

  it("keeps its bytes outside of the shared pool and wipes them when destroyed", () => {
    const alloc = jest.spyOn(Buffer, "alloc");
    const pattern = Buffer.from("thirty-two bytes that are unique");
    const material = KeyMaterial.take(Buffer.from(pattern));
    const own = alloc.mock.results.flatMap(({ value }) =>
      Buffer.isBuffer(value) && value.equals(pattern) ? [value] : [],
    );
    alloc.mockRestore();
    expect(own).toHaveLength(1);
    material.destroy();
    expect(own.every((buffer) => buffer.every((byte) => byte === 0) && buffer.byteOffset === 0)).toBe(true);
  });

  it("cannot be used after it was destroyed, which may be done twice", async () => {
    const material = KeyMaterial.take(Buffer.alloc(32, 1));
    expect(await material.wrap(wrappingKey, "RSAES_OAEP_SHA_256")).toHaveLength(256);
    material.destroy();
    material.destroy();
    expect((await rejected(material.wrap(wrappingKey, "RSAES_OAEP_SHA_256"))).code).toBe("internal");
    expect(thrown(() => material.checkValues()).rawMessage).toBe(
      "Key material was used after it had been wiped. This is a fault of byok: please report it.",
    );
  });

  it("shows its fingerprint and nothing else, however it is printed", () => {
    const bytes = Buffer.from("thirty-two bytes that are unique");
    const material = KeyMaterial.take(Buffer.from(bytes));
    const shown = `KeyMaterial ${material.fingerprint}`;
    expect(String(material)).toBe(shown);
    expect(JSON.stringify({ material })).toBe(JSON.stringify({ material: shown }));
    expect(inspect(material, { showHidden: true, depth: null })).toBe(shown);
    const all = [
      inspect(material, { customInspect: false, showHidden: true, depth: null }),
      JSON.stringify(Object.entries(material)),
    ];
    for (const text of all) expect(text).not.toContain("unique");
  });
});

describe("components of a key", () => {
  const part = (...bytes: number[]) => KeyMaterial.take(Buffer.alloc(32, Buffer.from(bytes)));
  const combined = (...parts: KeyMaterial[]) => KeyMaterial.combined(parts);
  const refusal = (...parts: KeyMaterial[]) => thrown(() => combined(...parts));

  it("make it by exclusive or, in any order, and are left as they are", () => {
    const [one, two, three] = [part(0b1100), part(0b1010), part(0xf0)] as const;
    const whole = combined(one, two, three);
    expect(whole.fingerprint).toBe(part(0b1100 ^ 0b1010 ^ 0xf0).fingerprint);
    expect(whole.shape).toEqual({ kind: "raw", bytes: 32 });
    expect(combined(three, one, two).fingerprint).toBe(whole.fingerprint);
    expect(one.checkValues()).toHaveLength(5);
  });

  it("hand on the warnings of their sources", () => {
    const open = KeyMaterial.take(Buffer.alloc(32, 7), { warnings: ["open to all"] });
    expect(combined(part(1), open).warnings).toEqual(["open to all"]);
  });

  it.each<[string, KeyMaterial[], RegExp]>([
    ["none", [], /two components or more/],
    ["one alone", [part(1)], /two components or more/],
    ["a private key", [part(1), KeyMaterial.take(ecKey("prime256v1"))], /A private key has no components/],
    ["another length", [part(1), KeyMaterial.take(Buffer.alloc(16, 2))], /these have 32, 16 bytes/],
    ["zeros", [part(1), part(0), part(2)], /all zeros/],
    ["two equal ones", [part(1), part(2), part(1)], /Two components are equal/],
    ["some that cancel each other out", [part(1), part(2), part(3), part(9)], /the others alone make the key/],
    ["all of them canceling each other out", [part(1), part(2), part(3)], /the others alone make the key/],
  ])("cannot be %s", (_, parts, words) => {
    const error = refusal(...parts);
    expect(error.code).toBe("wrong_material");
    expect(error.rawMessage).toMatch(words);
  });

  it("leave no copy of the key behind but the one that is wiped when it is destroyed", () => {
    const alloc = jest.spyOn(Buffer, "alloc");
    const whole = combined(part(0x55), part(0x66));
    const seen = alloc.mock.results.flatMap(({ value }) => (Buffer.isBuffer(value) ? [value] : []));
    alloc.mockRestore();
    whole.destroy();
    expect(seen.filter((buffer) => buffer.length === 32 && buffer.every((byte) => byte === 0x33))).toEqual([]);
  });
});
