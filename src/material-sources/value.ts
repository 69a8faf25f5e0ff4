import { checkCall } from "../engine/call";
import { ByokError } from "../engine/errors";
import { KeyMaterial } from "../engine/key-material";
import { readMaterialValue } from "../engine/material-encoding";
import type { ByteSource } from "./material-source-options";

/**
 * Key material written inline: padded standard base64 of raw bytes or of a private key in DER, with line breaks anywhere.
 * Empty, as a pipeline leaves a secret that a run may not see: unavailable.
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
        if (isEmptyValue(base64)) throw new ByokError("material_unavailable", `\`${attribute}\` is empty.`);
        return KeyMaterial.take(readMaterialValue(base64));
      } catch (error) {
        throw ByokError.from(error).with({ attribute });
      }
    },
  };
}

/** Whether an inline value holds nothing, so that it counts as not given. */
export function isEmptyValue(base64: string | undefined): boolean {
  return base64 !== undefined && !/\S/.test(base64);
}
