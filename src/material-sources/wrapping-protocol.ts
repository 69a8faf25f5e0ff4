import { createPublicKey } from "node:crypto";
import { ByokError, type ErrorCode } from "../engine/errors";
import { type Fingerprint, fingerprintKind, fingerprintOfPublicKey, isFingerprint } from "../engine/fingerprint";
import { type MaterialShape, rawSizes } from "../engine/key-spec";
import { shapeOfPublicKey } from "../engine/public-key";
import { isWrappingAlgorithm, type WrappingAlgorithm } from "../engine/wrapping-algorithm";
import type { WrappingKey } from "../engine/wrapping-key";
import { named, type SourceNames } from "./opened";

/**
 * The wrapping protocol, version 1: how byok speaks with a command that holds key material and wraps it. One JSON object on
 * its standard input, one on its standard output, in UTF-8; it is started once for each. The guide "Key material in an HSM"
 * says it for those who write such a command.
 *
 * - `{"byok":1,"verb":"describe"}` is answered with `{"fingerprint":"cmac:…","bytes":32,"algorithms":["RSAES_OAEP_SHA_256"]}`
 *   for a symmetric or HMAC key, and with `{"publicKey":"-----BEGIN PUBLIC KEY-----…","algorithms":[…]}` for a private key.
 * - `{"byok":1,"verb":"wrap","algorithm":"RSAES_OAEP_SHA_256","wrappingKeySpec":"RSA_4096","wrappingKey":"-----BEGIN PUBLIC
 *   KEY-----…","fingerprint":"cmac:…"}` is answered with `{"wrapped":"base64"}`.
 * - Either with `{"error":{"code":"no_such_key"}}`; see `faultCodes`.
 */
export const protocolVersion = 1;

/** What a wrapping command says of the key material that it holds. */
export interface Description {
  readonly fingerprint: Fingerprint;
  readonly shape: MaterialShape;
  readonly algorithms: readonly WrappingAlgorithm[];
}

/** What went wrong, in the words of the protocol, and what byok makes of it. Nothing else of an answer is repeated. */
const faults = {
  no_such_key: ["material_unavailable", "It knows no such key."],
  device_absent: ["material_unavailable", "It does not reach its device."],
  login_failed: [
    "wrapper_refused",
    "Its device refused the login. It was not tried again. Correct what it logs in with.",
  ],
  not_extractable: [
    "wrapper_refused",
    "Its device does not let this key out, wrapped or not. Make the key extractable where it is, or make another one that is.",
  ],
  algorithm_not_supported: ["unsupported_wrapping", "It cannot wrap so. Set another `wrapping_algorithm`."],
  other_key: ["different_material", "It holds another key now than when it was described. Plan again."],
} as const satisfies Record<string, readonly [ErrorCode, string]>;

/** The codes with which a wrapping command may say what went wrong. */
export const faultCodes: readonly string[] = Object.keys(faults);

export function describeRequest(): string {
  return request({ verb: "describe" });
}

export function wrapRequest(key: WrappingKey, algorithm: WrappingAlgorithm, fingerprint: Fingerprint): string {
  const wrappingKey = key.publicKey.export({ format: "pem", type: "spki" });
  return request({ verb: "wrap", algorithm, wrappingKeySpec: key.spec, wrappingKey, fingerprint });
}

/** @throws ByokError `malformed_material` for anything but a description; what a fault stands for. */
export function descriptionFrom(answer: Buffer, source: SourceNames): Description {
  const { algorithms, ...members } = membersOf(answer, source);
  if (!Array.isArray(algorithms) || algorithms.length === 0) {
    throw malformed("must name the ways in which it wraps, in `algorithms`.", source);
  }
  const known = algorithms.filter(
    (name): name is WrappingAlgorithm => typeof name === "string" && isWrappingAlgorithm(name),
  );
  return { ...identityFrom(members, source), algorithms: known };
}

/** The wrapped bytes. @throws ByokError `malformed_material` for anything else; what a fault stands for. */
export function wrappedFrom(answer: Buffer, source: SourceNames): Buffer {
  const { wrapped } = membersOf(answer, source);
  if (typeof wrapped === "string" && isBase64(wrapped)) return Buffer.from(wrapped, "base64");
  throw malformed("must give the wrapped bytes in padded standard base64, in `wrapped`.", source);
}

type Members = Readonly<Record<string, unknown>>;

function identityFrom(
  { fingerprint, bytes, publicKey }: Members,
  source: SourceNames,
): Pick<Description, "fingerprint" | "shape"> {
  if (publicKey !== undefined) return publicIdentity(publicKey, source);
  const size = rawSizes.find((raw) => raw === bytes);
  if (size === undefined) {
    throw malformed(
      `must say how many \`bytes\` the key has, one of ${rawSizes.join(", ")}, or give its \`publicKey\`.`,
      source,
    );
  }
  const kind = fingerprintKind(size);
  if (typeof fingerprint !== "string" || !isFingerprint(fingerprint) || !fingerprint.startsWith(`${kind}:`)) {
    throw malformed(`must give the \`fingerprint\` of ${size} bytes, which begins with \`${kind}:\`.`, source);
  }
  return { fingerprint, shape: { kind: "raw", bytes: size } };
}

function publicIdentity(pem: unknown, source: SourceNames): Pick<Description, "fingerprint" | "shape"> {
  try {
    const publicKey = createPublicKey(String(pem));
    const shape = shapeOfPublicKey(publicKey);
    if (shape !== undefined)
      return { fingerprint: fingerprintOfPublicKey(publicKey.export({ format: "der", type: "spki" })), shape };
  } catch {
    // What cannot be read is refused like what is no key for a KMS.
  }
  throw malformed(
    "must give in `publicKey` the PEM of an RSA key of 2048, 3072 or 4096 bits or of a key on P-256, P-384, P-521 or secp256k1.",
    source,
  );
}

function membersOf(answer: Buffer, source: SourceNames): Members {
  const members = parsed(answer);
  if (members === undefined) throw malformed("must print one JSON object.", source);
  if (members["error"] === undefined) return members;
  const code = isObject(members["error"]) ? members["error"]["code"] : undefined;
  const [errorCode, words] = Object.entries(faults).find(([name]) => name === code)?.[1] ?? unknownFault;
  throw named(new ByokError(errorCode, words), source);
}

const unknownFault: readonly [ErrorCode, string] = [
  "wrapper_refused",
  "It refused, for a reason that the protocol has no word for. Run it by hand to see why.",
];

function parsed(answer: Buffer): Members | undefined {
  try {
    const value: unknown = JSON.parse(answer.toString());
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Members {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isBase64(text: string): boolean {
  return text !== "" && text.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(text);
}

function request(members: Members): string {
  return `${JSON.stringify({ byok: protocolVersion, ...members })}\n`;
}

function malformed(fault: string, source: SourceNames): ByokError {
  return named(
    new ByokError("malformed_material", `Its answer ${fault} It was not repeated here, since it may be the key.`),
    source,
  );
}
