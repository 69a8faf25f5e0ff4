import { checkCall } from "../engine/call";
import { ByokError } from "../engine/errors";
import { KeyMaterial } from "../engine/key-material";
import { readMaterialValue } from "../engine/material-encoding";
import type { ByteSource } from "./material-source-options";

/**
 * Key material written inline: padded standard base64 of raw bytes or of DER PKCS#8.
 *
 * The text is a string that stays in memory until the process collects it; prefer a file or a command.
 */
export function valueSource(base64: string, attribute: string): ByteSource {
  return {
    name: attribute,
    attribute,
    async open(call) {
      checkCall(call);
      try {
        return KeyMaterial.take(readMaterialValue(base64));
      } catch (error) {
        throw ByokError.from(error).with({ attribute });
      }
    },
  };
}
