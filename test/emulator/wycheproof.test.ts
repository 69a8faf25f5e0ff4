import { createPrivateKey } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { unwrapKwp, unwrapOaep } from "../../src/emulator/wrapping";

interface Vectors<Group> {
  readonly numberOfTests: number;
  readonly testGroups: readonly Group[];
}
interface Case {
  readonly tcId: number;
  readonly msg: string;
  readonly ct: string;
  readonly result: "valid" | "invalid";
}
interface OaepGroup {
  readonly sha: "SHA-1" | "SHA-256";
  readonly privateKeyPkcs8: string;
  readonly tests: readonly (Case & { readonly label: string })[];
}
interface KwpGroup {
  readonly tests: readonly (Case & { readonly key: string })[];
}

const oaepFiles = [
  ["rsa_oaep_2048_sha1_mgf1sha1_test.json", 36],
  ["rsa_oaep_2048_sha256_mgf1sha256_test.json", 37],
  ["rsa_oaep_3072_sha256_mgf1sha256_test.json", 37],
  ["rsa_oaep_4096_sha256_mgf1sha256_test.json", 37],
] as const;

describe("unwrapping, by Wycheproof", () => {
  it("AES key wrap with padding, all key sizes", () => {
    const file: Vectors<KwpGroup> = vectors("aes_kwp_test.json");
    const cases = file.testGroups.flatMap((group) => group.tests);
    const wrong = cases.filter(
      (test) =>
        outcome(() => unwrapKwp(hex(test.key), hex(test.ct))) !== (test.result === "valid" ? test.msg : "refused"),
    );
    expect(wrong.map((test) => test.tcId)).toEqual([]);
    expect([cases.length, file.numberOfTests]).toEqual([254, 254]);
  });

  it.each(oaepFiles)("%s", (name, count) => {
    const file: Vectors<OaepGroup> = vectors(name);
    let executed = 0;
    const wrong: number[] = [];
    for (const group of file.testGroups) {
      const key = createPrivateKey({ key: hex(group.privateKeyPkcs8), format: "der", type: "pkcs8" });
      const hash = group.sha === "SHA-1" ? "sha1" : "sha256";
      for (const test of group.tests) {
        executed += 1;
        const expected = test.result === "valid" ? test.msg : "refused";
        if (outcome(() => unwrapOaep(key, hash, hex(test.ct), hex(test.label))) !== expected) wrong.push(test.tcId);
      }
    }
    expect(wrong).toEqual([]);
    expect([executed, file.numberOfTests]).toEqual([count, count]);
  });
});

/** The bytes in hex, or that they were refused in the one way in which everything is. */
function outcome(unwrap: () => Buffer): string {
  try {
    return unwrap().toString("hex");
  } catch (error) {
    return error instanceof Error && error.message === "unwrap_failed" ? "refused" : "failed otherwise";
  }
}

function hex(text: string): Buffer {
  return Buffer.from(text, "hex");
}

function vectors<Group>(name: string): Vectors<Group> {
  const file: Vectors<Group> = JSON.parse(readFileSync(join(__dirname, "../vectors/wycheproof", name), "utf8"));
  return file;
}
