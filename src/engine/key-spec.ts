import { ByokError } from "./errors";
import { keysOf } from "./table";

/**
 * The curves of keys that can be imported, by OpenSSL's names. Sizes in bytes: of DER PKCS#8 with the public key, and of
 * the private number alone.
 */
export const ellipticCurves = {
  prime256v1: { title: "P-256", pkcs8Bytes: 138, scalarBytes: 32 },
  secp384r1: { title: "P-384", pkcs8Bytes: 185, scalarBytes: 48 },
  secp521r1: { title: "P-521", pkcs8Bytes: 241, scalarBytes: 66 },
  secp256k1: { title: "secp256k1", pkcs8Bytes: 135, scalarBytes: 32 },
} as const satisfies Record<
  string,
  { readonly title: string; readonly pkcs8Bytes: number; readonly scalarBytes: number }
>;

/** Curves of keys whose material can be imported, by their names in Node.js. */
export type EllipticCurve = keyof typeof ellipticCurves;

/**
 * The moduli of RSA keys that can be imported, in bits. The size of the DER PKCS#8, in bytes, is the usual one: it varies
 * by a few bytes with the leading bits of the numbers.
 */
export const rsaModuli = {
  2048: { pkcs8Bytes: 1217 },
  3072: { pkcs8Bytes: 1792 },
  4096: { pkcs8Bytes: 2374 },
} as const satisfies Record<number, { readonly pkcs8Bytes: number }>;

/** Sizes of RSA keys whose material can be imported, in bits. */
export type RsaModulusBits = keyof typeof rsaModuli;

/** What the bytes of key material are: raw bytes of a symmetric or HMAC key, or a private key in PKCS#8. */
export type MaterialShape =
  | { readonly kind: "raw"; readonly bytes: number }
  | { readonly kind: "rsa"; readonly bits: RsaModulusBits }
  | { readonly kind: "ec"; readonly curve: EllipticCurve };

/** The specs of keys that can take imported material, with the one shape of material that fits each. Lengths in bytes, moduli in bits. */
export const keySpecs = {
  SYMMETRIC_DEFAULT: { kind: "raw", bytes: 32 },
  HMAC_224: { kind: "raw", bytes: 28 },
  HMAC_256: { kind: "raw", bytes: 32 },
  HMAC_384: { kind: "raw", bytes: 48 },
  HMAC_512: { kind: "raw", bytes: 64 },
  RSA_2048: { kind: "rsa", bits: 2048 },
  RSA_3072: { kind: "rsa", bits: 3072 },
  RSA_4096: { kind: "rsa", bits: 4096 },
  ECC_NIST_P256: { kind: "ec", curve: "prime256v1" },
  ECC_NIST_P384: { kind: "ec", curve: "secp384r1" },
  ECC_NIST_P521: { kind: "ec", curve: "secp521r1" },
  ECC_SECG_P256K1: { kind: "ec", curve: "secp256k1" },
  Aliyun_AES_256: { kind: "raw", bytes: 32 },
  Aliyun_SM4: { kind: "raw", bytes: 16 },
} as const satisfies Record<string, MaterialShape>;

/** Kinds of keys, by the names that the KMSs give them. */
export type KeySpec = keyof typeof keySpecs;

/** The sizes of raw key material that can be read at all, in bytes. Not every one has a key spec on every KMS. */
export const rawSizes: readonly number[] = [16, 24, 28, 32, 48, 64];

export function isKeySpec(text: string): text is KeySpec {
  return Object.hasOwn(keySpecs, text);
}

/** Whether something that was read says what the bytes of key material are, and nothing else. */
export function isMaterialShape(value: object): value is MaterialShape {
  const members = new Map(Object.entries(value));
  return everyShape.some((shape) => {
    const wanted = Object.entries(shape);
    return wanted.length === members.size && wanted.every(([name, member]) => members.get(name) === member);
  });
}

/** Every shape that can be read at all. */
const everyShape: readonly MaterialShape[] = [
  ...rawSizes.map((bytes): MaterialShape => ({ kind: "raw", bytes })),
  ...Object.values(keySpecs),
];

/** The shape of material that fits each of some key specs. */
export type MaterialShapes = Readonly<Partial<Record<KeySpec, MaterialShape>>>;

/**
 * The key specs that material of this shape fits. Empty for 24 raw bytes.
 *
 * @param shapes Default: of all key specs.
 */
export function keySpecsFor(shape: MaterialShape, shapes: MaterialShapes = keySpecs): readonly KeySpec[] {
  return keysOf(shapes).filter((spec) => sameShape(shape, shapeIn(shapes, spec)));
}

/** Of a key spec that a table leaves out the usual shape. */
export function shapeIn(shapes: MaterialShapes, spec: KeySpec): MaterialShape {
  return shapes[spec] ?? keySpecs[spec];
}

/**
 * Throws `wrong_material`, on the argument given, where the material does not fit the key spec.
 *
 * @param shapes Of the key specs that may be named as fitting. Default: all.
 */
export function checkShape(
  shape: MaterialShape,
  keySpec: KeySpec,
  attribute: string,
  shapes: MaterialShapes = keySpecs,
): void {
  const wanted = shapeIn(shapes, keySpec);
  if (sameShape(shape, wanted)) return;
  const fits = keySpecsFor(shape, shapes);
  const remedy = fits.length === 0 ? "No key spec takes these bytes." : `These bytes fit ${listed.format(fits)}.`;
  throw new ByokError(
    "wrong_material",
    `\`${attribute}\` must be ${shapeWords(wanted)} for ${keySpec}, got ${shapeWords(shape)}. ${remedy}${bareScalar(shape, wanted)}`,
    { attribute },
  );
}

/** A private number alone has a size of symmetric keys, and does not say its curve. */
function bareScalar(shape: MaterialShape, wanted: MaterialShape): string {
  if (wanted.kind !== "ec" || shape.kind !== "raw") return "";
  if (shape.bytes !== ellipticCurves[wanted.curve].scalarBytes) return "";
  return " If they are the bare private number (the scalar) of such a key, put it into SEC1 or PKCS#8 first.";
}

const listed = new Intl.ListFormat("en-GB");

/** A shape in words, such as `32 bytes` or `an RSA private key of 2048 bits`. */
export function shapeWords(shape: MaterialShape): string {
  switch (shape.kind) {
    case "raw":
      return `${shape.bytes} bytes`;
    case "rsa":
      return `an RSA private key of ${shape.bits} bits`;
    case "ec":
      return `a private key on the curve ${ellipticCurves[shape.curve].title}`;
  }
}

/** How many bytes are wrapped for material of this shape. For RSA the usual size. */
export function materialBytes(shape: MaterialShape): number {
  switch (shape.kind) {
    case "raw":
      return shape.bytes;
    case "rsa":
      return rsaModuli[shape.bits].pkcs8Bytes;
    case "ec":
      return ellipticCurves[shape.curve].pkcs8Bytes;
  }
}

function sameShape(one: MaterialShape, other: MaterialShape): boolean {
  return shapeWords(one) === shapeWords(other);
}
