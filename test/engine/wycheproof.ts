import { readFileSync } from "node:fs";
import { join } from "node:path";

/** One case of a Wycheproof file; which members it has depends on the file. */
export interface WycheproofCase {
  readonly tcId: number;
  readonly comment: string;
  readonly result: "valid" | "invalid" | "acceptable";
  readonly key: string;
  readonly msg: string;
  readonly ct: string;
  readonly label: string;
}

export interface WycheproofFile {
  readonly numberOfTests: number;
  readonly testGroups: readonly {
    readonly keySize: number;
    readonly sha: string;
    readonly mgfSha: string;
    /** Hexadecimal DER. Only in the RSA files. */
    readonly privateKeyPkcs8: string;
    readonly tests: readonly WycheproofCase[];
  }[];
}

export function wycheproof(name: string): WycheproofFile {
  return JSON.parse(readFileSync(join(__dirname, "../vectors/wycheproof", `${name}_test.json`), "utf8"));
}

/** The private key of an RSA file, in DER PKCS#8. Fixed keys spare the tests the making of large ones. */
export function wycheproofRsaKey(bits: 2048 | 3072 | 4096): Buffer {
  const [group] = wycheproof(`rsa_oaep_${bits}_sha256_mgf1sha256`).testGroups;
  return Buffer.from(group?.privateKeyPkcs8 ?? "", "hex");
}
