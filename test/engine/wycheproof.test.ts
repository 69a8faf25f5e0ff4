import { aeskwp } from "@noble/ciphers/aes.js";
import { wrapWithAes } from "../../src/engine/aes-kwp";
import { openOaep } from "./judge";
import { wycheproof } from "./wycheproof";

const hex = (text: string): Buffer => Buffer.from(text, "hex");

function outcome(run: () => Uint8Array): string {
  try {
    return Buffer.from(run()).toString("hex");
  } catch {
    return "refused";
  }
}

describe("AES-KWP against Wycheproof", () => {
  const file = wycheproof("aes_kwp");
  const cases = file.testGroups.flatMap(({ keySize, tests }) => tests.map((test) => ({ keySize, ...test })));

  it("has all cases of the file", () => {
    expect(cases).toHaveLength(file.numberOfTests);
    expect(new Set(cases.map(({ keySize }) => keySize))).toEqual(new Set([128, 192, 256]));
  });

  it("wraps every valid message to its ciphertext and none to an invalid one", () => {
    const wrong = cases.filter(({ key, msg, ct, result }) => {
      const wrapped = outcome(() => wrapWithAes(hex(key), hex(msg)));
      return (wrapped === ct) !== (result === "valid");
    });
    expect(wrong).toEqual([]);
  });

  it("has a judge that opens the valid ciphertexts and refuses the others", () => {
    const wrong = cases.filter(({ key, msg, ct, result }) => {
      const opened = outcome(() => aeskwp(hex(key)).decrypt(hex(ct)));
      return opened !== (result === "valid" ? msg : "refused");
    });
    expect(wrong.map(({ tcId, comment }) => ({ tcId, comment }))).toEqual([]);
  });
});

// RFC 5649, section 6.
describe("AES-KWP against RFC 5649", () => {
  const key = hex("5840df6e29b02af1ab493b705bf16ea1ae8338f4dcc176a8");

  it.each([
    ["c37b7e6492584340bed12207808941155068f738", "138bdeaa9b8fa7fc61f97742e72248ee5ae6ae5360d1ae6a5f54f373fa543b6a"],
    ["466f7250617369", "afbeb0f07dfbf5419200f2ccb50bb24f"],
  ])("wraps %s", (message, wrapped) => {
    expect(wrapWithAes(key, hex(message)).toString("hex")).toBe(wrapped);
  });
});

describe.each([
  "rsa_oaep_2048_sha1_mgf1sha1",
  "rsa_oaep_2048_sha256_mgf1sha256",
  "rsa_oaep_3072_sha256_mgf1sha256",
  "rsa_oaep_4096_sha256_mgf1sha256",
])("the judge of RSA-OAEP against Wycheproof %s", (name) => {
  it("opens the valid ciphertexts and refuses the others", () => {
    const file = wycheproof(name);
    let executed = 0;
    const wrong: number[] = [];
    for (const { sha, mgfSha, privateKeyPkcs8, tests } of file.testGroups) {
      expect(mgfSha).toBe(sha);
      const hash = sha === "SHA-1" ? "sha1" : "sha256";
      for (const { tcId, msg, ct, label, result } of tests) {
        executed++;
        const opened = outcome(() => openOaep(hex(ct), hex(privateKeyPkcs8), hash, hex(label)));
        if (opened !== (result === "valid" ? msg : "refused")) wrong.push(tcId);
      }
    }
    expect(wrong).toEqual([]);
    expect(executed).toBe(file.numberOfTests);
  });
});
