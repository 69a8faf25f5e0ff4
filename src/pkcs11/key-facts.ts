import { createPublicKey } from "node:crypto";
import { type Fingerprint, fingerprintOfPublicKey } from "../engine/fingerprint";
import { ellipticCurves, type EllipticCurve, type MaterialShape, rawSizes, shapeWords } from "../engine/key-spec";
import { keysOf } from "../engine/table";
import { attribute, keyType } from "./constants";
import { deviceFingerprint } from "./device-fingerprint";
import { Pkcs11Fault } from "./fault";
import type { KeyContext } from "./key-context";
import { rsaSizes } from "./messages";
import { ecSpki, rsaSpki } from "./spki";
import { publicHalf, type StoredKey } from "./stored-key";

/** What is known of a key without its bytes. */
export interface KeyFacts {
  readonly shape: MaterialShape;
  readonly fingerprint: Fingerprint;
}

/** @throws Pkcs11Fault for a key that no KMS imports, that may not leave the token, or that cannot be recognised. */
export function keyFacts(context: KeyContext, key: StoredKey): KeyFacts {
  checkWrappable(context, key);
  const { module, session } = context;
  const type = module.number(session, key.handle, attribute.keyType);
  if (key.type === "secret-key") return secretFacts(context, key, type);
  if (type === keyType.rsa) return rsaFacts(context, key);
  if (type === keyType.ec) return ecFacts(context, key);
  throw new Pkcs11Fault("wrong_material", `The private key is of the type ${typeWords(type)}, neither RSA nor EC.`);
}

/** What forbids for ever that a key leaves the token, said before anything is tried. */
function checkWrappable({ module, session }: KeyContext, { handle }: StoredKey): void {
  if (module.flag(session, handle, attribute.extractable) === false) {
    throw new Pkcs11Fault("not_extractable", "The key has CKA_EXTRACTABLE false, so the token never wraps it.");
  }
  if (module.flag(session, handle, attribute.wrapWithTrusted) === true) {
    throw new Pkcs11Fault(
      "wrap_with_trusted",
      "The key has CKA_WRAP_WITH_TRUSTED true, so the token wraps it only for keys that its security officer has marked as trusted.",
    );
  }
}

/** Key types of raw bytes. */
const secretTypes: readonly number[] = [
  keyType.aes,
  keyType.genericSecret,
  keyType.sha1Hmac,
  keyType.sha224Hmac,
  keyType.sha256Hmac,
  keyType.sha384Hmac,
  keyType.sha512Hmac,
];

function secretFacts(context: KeyContext, key: StoredKey, type: number | undefined): KeyFacts {
  if (type === undefined || !secretTypes.includes(type)) {
    throw new Pkcs11Fault(
      "wrong_material",
      `The key is of the type ${typeWords(type)}, neither AES nor a generic secret.`,
    );
  }
  const bytes = context.module.number(context.session, key.handle, attribute.valueLen);
  if (bytes === undefined || !rawSizes.includes(bytes)) {
    throw new Pkcs11Fault(
      "wrong_material",
      `The key has ${bytes ?? "an unknown number of"} bytes, and a KMS imports ${rawSizes.join(", ")}.`,
    );
  }
  return { shape: { kind: "raw", bytes }, fingerprint: deviceFingerprint(context, key, bytes, type === keyType.aes) };
}

/** The modulus of the private key itself where it shows it, else that of the public key object. */
function rsaFacts({ module, session }: KeyContext, key: StoredKey): KeyFacts {
  const half = [key.handle, publicHalf(module, session, key)];
  for (const handle of half) {
    if (handle === undefined) continue;
    const modulus = module.bytes(session, handle, attribute.modulus);
    const exponent = module.bytes(session, handle, attribute.publicExponent);
    if (modulus === undefined || exponent === undefined || modulus.length === 0 || exponent.length === 0) continue;
    const spki = rsaSpki(modulus, exponent);
    const length = createPublicKey({ key: spki, format: "der", type: "spki" }).asymmetricKeyDetails?.modulusLength;
    const bits = rsaSizes.find((size) => size === length);
    if (bits === undefined)
      throw new Pkcs11Fault(
        "wrong_material",
        `The RSA key has ${length} bits, and a KMS imports ${rsaSizes.join(", ")}.`,
      );
    return { shape: { kind: "rsa", bits }, fingerprint: fingerprintOfPublicKey(spki) };
  }
  throw new Pkcs11Fault(
    "missing_attribute",
    "The private key shows no CKA_PUBLIC_EXPONENT, and the token has no public key object with its CKA_ID. Store the public key beside it, with the same id.",
  );
}

function ecFacts({ module, session }: KeyContext, key: StoredKey): KeyFacts {
  const parameters = module.bytes(session, key.handle, attribute.ecParams);
  const curve = keysOf(curveParameters).find((name) => parameters?.toString("hex") === curveParameters[name]);
  if (curve === undefined) {
    const titles = keysOf(ellipticCurves).map((name) => ellipticCurves[name].title);
    throw new Pkcs11Fault(
      "wrong_material",
      `The key is on none of the curves ${titles.join(", ")}, as far as its CKA_EC_PARAMS tells.`,
    );
  }
  for (const handle of [key.handle, publicHalf(module, session, key)]) {
    const point = handle === undefined ? undefined : module.bytes(session, handle, attribute.ecPoint);
    const spki = point === undefined ? undefined : ecSpki(curve, point);
    if (spki !== undefined) return { shape: { kind: "ec", curve }, fingerprint: fingerprintOfPublicKey(spki) };
  }
  throw new Pkcs11Fault(
    "missing_attribute",
    `The token has no public key object with the CKA_ID of ${shapeWords({ kind: "ec", curve })} and a CKA_EC_POINT on it, and from the private key alone its fingerprint cannot be had. Store the public key beside it, with the same id.`,
  );
}

/** CKA_EC_PARAMS: the object identifier of each curve in DER, in hexadecimal. */
const curveParameters = {
  prime256v1: "06082a8648ce3d030107",
  secp384r1: "06052b81040022",
  secp521r1: "06052b81040023",
  secp256k1: "06052b8104000a",
} as const satisfies Record<EllipticCurve, string>;

function typeWords(type: number | undefined): string {
  return type === undefined ? "unknown" : `0x${type.toString(16)}`;
}
