import { ByokError } from "./errors";
import { decodeBase64, trimmed } from "./text-decoding";

/** One block of PEM (RFC 7468). */
export interface Pem {
  readonly label: string;
  /** In memory of its own. */
  readonly der: Buffer;
}

/**
 * The one PEM block of a text, or null where the text holds none. What other programs write before it (the bag
 * attributes of `openssl pkcs12`) is passed over.
 *
 * Throws `malformed_material` where there is a beginning and not exactly one whole block.
 */
export function readPem(text: Buffer): Pem | null {
  const start = text.indexOf(begin);
  if (start < 0) return null;
  const headEnd = text.indexOf(dashes, start + begin.length);
  // Empty where the line has no end.
  const label = text.toString("latin1", start + begin.length, headEnd);
  if (!/^[A-Z0-9 ]{1,40}$/.test(label)) throw broken("its first line is not whole");
  const bodyStart = headEnd + dashes.length;
  if (text.indexOf(backslashN, bodyStart) === bodyStart || text.indexOf(backslashR, bodyStart) === bodyStart) {
    throw broken(
      "it has the two characters `\\n` where its lines should end. Turn them into line ends, such as with `printf '%b'`",
    );
  }
  // `openssl ecparam -genkey` writes the name of the curve before the key, which has it too.
  if (label === parametersLabel) return readPem(text.subarray(bodyStart)) ?? { label, der: Buffer.alloc(0) };
  const footer = Buffer.from(`-----END ${label}-----`);
  const bodyEnd = text.indexOf(footer, bodyStart);
  if (bodyEnd === -1) throw broken("its last line is missing");
  const rest = text.subarray(bodyEnd + footer.length);
  if (rest.includes(begin)) throw broken("more than one block is in it: leave only the private key");
  if (trimmed(rest).length > 0) throw broken("text follows its last line");
  const body = trimmed(text.subarray(bodyStart, bodyEnd));
  // The headers of old encrypted keys stand before the base64, so they are told by the label's reader, not as damage.
  if (body.indexOf("Proc-Type:") === 0) return { label: encryptedLabel, der: Buffer.alloc(0) };
  const der = decodeBase64(body);
  if (der === null) throw broken("what is between its first and last line is not base64");
  return { label, der };
}

/** The label of encrypted PKCS#8; also given to other keys that are encrypted inside their PEM. */
export const encryptedLabel = "ENCRYPTED PRIVATE KEY";

/** What may stand before a key in SEC1. */
export const parametersLabel = "EC PARAMETERS";

const begin = Buffer.from("-----BEGIN ");
const dashes = Buffer.from("-----");
/** As JSON and files of variables write a line end. */
const backslashN = Buffer.from("\\n");
const backslashR = Buffer.from("\\r\\n");

function broken(what: string): ByokError {
  return new ByokError("malformed_material", `The PEM cannot be read: ${what}.`);
}
