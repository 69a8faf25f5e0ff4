import { type Fingerprint, isFingerprint } from "../engine/fingerprint";
import { ellipticCurves, type MaterialShape, type RsaModulusBits, rawSizes } from "../engine/key-spec";
import { keysOf } from "../engine/table";
import { isWrappingAlgorithm, type WrappingAlgorithm } from "../engine/wrapping-algorithm";
import { type FaultCode, isFaultCode } from "./fault";

/**
 * What byok and the child that calls a PKCS#11 module say to each other: one JSON object on the child's standard input, to
 * its end, and one on its standard output, in a line of its own. No byte of a key and no PIN is in either.
 */
export const protocolVersion = 1;

export interface DescribeRequest {
  readonly byok: typeof protocolVersion;
  readonly verb: "describe";
  /** The whole URI. */
  readonly source: string;
  /** Serial numbers of tokens that have refused the PIN in this run: nobody logs in to them again. */
  readonly refusedBy?: readonly string[];
}

export interface WrapRequest extends Omit<DescribeRequest, "verb"> {
  readonly verb: "wrap";
  readonly algorithm: WrappingAlgorithm;
  /** DER SPKI of an RSA key, in base64. */
  readonly wrappingKey: string;
  /** Of the key as it was described. Another one is not wrapped. */
  readonly fingerprint: Fingerprint;
}

export type Request = DescribeRequest | WrapRequest;

export interface Description {
  readonly fingerprint: Fingerprint;
  readonly shape: MaterialShape;
  /** Those that the token has been seen to do, the strongest first. */
  readonly algorithms: readonly WrappingAlgorithm[];
  readonly warnings: readonly string[];
}

export interface Wrapped {
  /** In padded standard base64. */
  readonly wrapped: string;
}

export interface Refusal {
  readonly error: {
    readonly code: FaultCode;
    readonly message: string;
    /** Of the token that refused a PIN. */
    readonly serial?: string;
  };
}

/** Undefined for anything but a request of this version. */
export function requestFrom(text: string): Request | undefined {
  const members = objectIn(text);
  if (members?.["byok"] !== protocolVersion || typeof members["source"] !== "string") return undefined;
  const { source, verb, algorithm, wrappingKey, fingerprint } = members;
  const refusedBy = stringsOf(members["refusedBy"] ?? []);
  if (refusedBy === undefined) return undefined;
  if (verb === "describe") return { byok: protocolVersion, verb, source, refusedBy };
  const complete =
    verb === "wrap" &&
    typeof algorithm === "string" &&
    isWrappingAlgorithm(algorithm) &&
    typeof wrappingKey === "string" &&
    typeof fingerprint === "string" &&
    isFingerprint(fingerprint);
  return complete ? { byok: protocolVersion, verb, source, refusedBy, algorithm, wrappingKey, fingerprint } : undefined;
}

/** The answer among what a child has printed: modules print lines of their own. Undefined where there is none. */
export function answerIn(printed: string): Readonly<Record<string, unknown>> | undefined {
  return printed
    .split("\n")
    .map((line) => objectIn(line))
    .findLast(
      (members) => members !== undefined && ["fingerprint", "wrapped", "error"].some((name) => name in members),
    );
}

export function refusalIn(answer: Readonly<Record<string, unknown>>): Refusal["error"] | undefined {
  const { error } = answer;
  if (!isObject(error) || !isFaultCode(error["code"]) || typeof error["message"] !== "string") return undefined;
  const { code, message, serial } = error;
  return typeof serial === "string" ? { code, message, serial } : { code, message };
}

export function descriptionIn(answer: Readonly<Record<string, unknown>>): Description | undefined {
  const { fingerprint } = answer;
  const shape = shapeOf(answer["shape"]);
  const algorithms = stringsOf(answer["algorithms"])?.filter((name) => isWrappingAlgorithm(name));
  const warnings = stringsOf(answer["warnings"]);
  if (typeof fingerprint !== "string" || !isFingerprint(fingerprint)) return undefined;
  if (shape === undefined || algorithms === undefined || warnings === undefined) return undefined;
  return { fingerprint, shape, algorithms, warnings };
}

export function wrappedIn({ wrapped }: Readonly<Record<string, unknown>>): Buffer | undefined {
  const isBase64 = typeof wrapped === "string" && wrapped.length % 4 === 0 && /^[A-Za-z0-9+/]+={0,2}$/.test(wrapped);
  return isBase64 ? Buffer.from(wrapped, "base64") : undefined;
}

/** Moduli of RSA keys that a KMS can import, in bits. */
export const rsaSizes: readonly RsaModulusBits[] = [2048, 3072, 4096];

function shapeOf(value: unknown): MaterialShape | undefined {
  if (!isObject(value)) return undefined;
  const bytes = value["kind"] === "raw" ? rawSizes.find((size) => size === value["bytes"]) : undefined;
  if (bytes !== undefined) return { kind: "raw", bytes };
  const bits = value["kind"] === "rsa" ? rsaSizes.find((size) => size === value["bits"]) : undefined;
  if (bits !== undefined) return { kind: "rsa", bits };
  const curve = value["kind"] === "ec" ? keysOf(ellipticCurves).find((name) => name === value["curve"]) : undefined;
  return curve === undefined ? undefined : { kind: "ec", curve };
}

function stringsOf(value: unknown): readonly string[] | undefined {
  return Array.isArray(value) && value.every((one) => typeof one === "string") ? value : undefined;
}

function objectIn(text: string): Readonly<Record<string, unknown>> | undefined {
  if (!text.trimStart().startsWith("{")) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
