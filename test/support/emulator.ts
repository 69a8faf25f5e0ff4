import { type Emulator, type EmulatorOptions, startEmulator } from "../../src/emulator/index";
import { publishedPem, publishedSizes } from "./published-keys";

/** RSA private keys of 2048, 3072 and 4096 bits that are published anyway, so that no test waits for new ones. */
export const WRAPPING_KEYS: readonly string[] = publishedSizes.map(publishedPem);

/** An embedded KMS whose wrapping keys are ready. The caller closes it. */
export function emulator(options: EmulatorOptions = {}): Promise<Emulator> {
  return startEmulator({ wrappingKeys: WRAPPING_KEYS, ...options });
}
