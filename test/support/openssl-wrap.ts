import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { KeyMaterial } from "../../src/engine/key-material";

/** The reference of the wrapping protocol, as users run it. */
export const opensslWrap = join(__dirname, "../../examples/wrapping-commands/openssl-wrap");

/** Puts a key where the reference finds it, and gives the source that names it there. */
export async function heldByOpenssl(folder: string, bytes: Buffer): Promise<string> {
  const file = join(folder, "held.bin");
  await writeFile(file, bytes, { mode: 0o600 });
  await writeFile(`${file}.fingerprint`, `${KeyMaterial.take(Buffer.from(bytes)).fingerprint}\n`);
  return `wrap:${encodeURIComponent(opensslWrap)} ${encodeURIComponent(file)}`;
}
