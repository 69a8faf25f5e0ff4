import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type Emulator, type EmulatorOptions, startEmulator } from "../../src/emulator/index";

const VECTORS = join(__dirname, "../vectors/wycheproof");

/** RSA private keys of 2048, 3072 and 4096 bits that are published anyway, so that no test waits for new ones. */
export const WRAPPING_KEYS: readonly string[] = [2048, 3072, 4096].map(publishedKey);

/** An embedded KMS whose wrapping keys are ready. The caller closes it. */
export function emulator(options: EmulatorOptions = {}): Promise<Emulator> {
  return startEmulator({ wrappingKeys: WRAPPING_KEYS, ...options });
}

function publishedKey(bits: number): string {
  const text = readFileSync(join(VECTORS, `rsa_oaep_${bits}_sha256_mgf1sha256_test.json`), "utf8");
  const file: { testGroups: { privateKeyPem: string }[] } = JSON.parse(text);
  const [group] = file.testGroups;
  if (group === undefined) throw new Error(`There is no published key of ${bits} bits.`);
  return group.privateKeyPem;
}
