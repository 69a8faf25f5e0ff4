import type { KeyObject } from "node:crypto";
import { type MaterialShape, ellipticCurves } from "./key-spec";
import { keysOf } from "./table";

/** What the private half of a public key is as key material. Undefined where no KMS imports keys of that kind or size. */
export function shapeOfPublicKey({ asymmetricKeyType, asymmetricKeyDetails }: KeyObject): MaterialShape | undefined {
  if (asymmetricKeyType === "rsa") {
    const bits = ([2048, 3072, 4096] as const).find((size) => size === asymmetricKeyDetails?.modulusLength);
    return bits === undefined ? undefined : { kind: "rsa", bits };
  }
  const curve = keysOf(ellipticCurves).find((name) => name === asymmetricKeyDetails?.namedCurve);
  return curve === undefined ? undefined : { kind: "ec", curve };
}
