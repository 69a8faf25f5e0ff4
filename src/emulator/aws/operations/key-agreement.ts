import { createPublicKey, type KeyObject } from "node:crypto";
import { blob, oneOf, required } from "../../aws-json/input";
import { validation } from "../../aws-json/errors";
import { sharedSecret } from "../../use";
import { usableKey } from "../call";
import { type Operation, useOperation } from "../operation";
import { requireUsage } from "../usage";
import { keyId } from "./keys";

const deriveSharedSecret = useOperation(
  {
    KeyId: keyId,
    KeyAgreementAlgorithm: required(oneOf(["ECDH"])),
    PublicKey: required(blob({ min: 1, max: 8192 })),
  },
  (call, input) => {
    const key = usableKey(call, input.KeyId, { aliases: true });
    requireUsage(key, "KEY_AGREEMENT", call.operation);
    const publicKey = curvePoint(input.PublicKey);
    const curve = key.shape.kind === "ecc" ? key.shape.curve : undefined;
    if (publicKey === undefined || publicKey.asymmetricKeyDetails?.namedCurve !== curve) {
      throw validation(`The public key is not valid for key spec ${key.spec}.`);
    }
    return {
      KeyId: key.arn,
      SharedSecret: sharedSecret(key, publicKey).toString("base64"),
      KeyAgreementAlgorithm: input.KeyAgreementAlgorithm,
      KeyOrigin: key.origin === "external" ? "EXTERNAL" : "AWS_KMS",
    };
  },
);

export const keyAgreementOperations: Readonly<Record<string, Operation>> = {
  DeriveSharedSecret: deriveSharedSecret,
};

/** A public key in DER; undefined where it is none of an elliptic curve, or no point of it. */
function curvePoint(der: Buffer): KeyObject | undefined {
  try {
    const key = createPublicKey({ key: der, format: "der", type: "spki" });
    return key.asymmetricKeyType === "ec" ? key : undefined;
  } catch {
    return undefined;
  }
}
