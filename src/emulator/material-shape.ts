import { createPrivateKey, generateKeyPair, type KeyObject, randomBytes } from "node:crypto";
import { promisify } from "node:util";
import { Refusal } from "./errors";

/** What the bytes of a key have to look like. */
export type MaterialShape =
  | { readonly kind: "raw"; readonly lengthBytes: number }
  | { readonly kind: "rsa"; readonly modulusBits: number }
  | { readonly kind: "ecc"; readonly curve: "prime256v1" | "secp384r1" | "secp521r1" | "secp256k1" };

const generatePair = promisify(generateKeyPair);

/**
 * Checks unwrapped bytes against a shape and gives their one canonical spelling: raw bytes of exactly the length, or
 * PKCS#8 DER that ends where its outer length says.
 * @throws Refusal material_invalid
 */
export function checkedMaterial(shape: MaterialShape, bytes: Buffer): Buffer {
  if (shape.kind === "raw") {
    if (bytes.length !== shape.lengthBytes) throw new Refusal("material_invalid");
    return Buffer.from(bytes);
  }
  const key = parsedPkcs8(bytes);
  const fits =
    shape.kind === "rsa"
      ? key.asymmetricKeyType === "rsa" && key.asymmetricKeyDetails?.modulusLength === shape.modulusBits
      : key.asymmetricKeyType === "ec" && key.asymmetricKeyDetails?.namedCurve === shape.curve;
  if (!fits) throw new Refusal("material_invalid");
  return key.export({ format: "der", type: "pkcs8" });
}

/** Fresh bytes of a shape, for keys whose material the KMS makes itself. */
export async function generatedMaterial(shape: MaterialShape): Promise<Buffer> {
  switch (shape.kind) {
    case "raw":
      return randomBytes(shape.lengthBytes);
    case "rsa": {
      const pair = await generatePair("rsa", { modulusLength: shape.modulusBits });
      return pair.privateKey.export({ format: "der", type: "pkcs8" });
    }
    case "ecc": {
      const pair = await generatePair("ec", { namedCurve: shape.curve });
      return pair.privateKey.export({ format: "der", type: "pkcs8" });
    }
    default:
      return shape satisfies never;
  }
}

/** The private key of asymmetric material. */
export function privateKeyOf(material: Buffer): KeyObject {
  return createPrivateKey({ key: material, format: "der", type: "pkcs8" });
}

function parsedPkcs8(bytes: Buffer): KeyObject {
  // OpenSSL silently ignores what follows the outer SEQUENCE.
  if (derLength(bytes) !== bytes.length) throw new Refusal("material_invalid");
  try {
    return privateKeyOf(bytes);
  } catch {
    throw new Refusal("material_invalid");
  }
}

/** Length in bytes of the DER SEQUENCE that starts here, header included; undefined where there is none. */
function derLength(bytes: Buffer): number | undefined {
  const [tag, first] = bytes;
  if (tag !== 0x30 || first === undefined) return undefined;
  if (first < 0x80) return 2 + first;
  const count = first & 0x7f;
  if (count === 0 || count > 4 || bytes.length < 2 + count) return undefined;
  return 2 + count + bytes.readUIntBE(2, count);
}
