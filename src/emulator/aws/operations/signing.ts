import type { Key } from "../../key";
import { namesOf } from "../../names";
import { digestBytes, type SignatureMethod } from "../../digest-signature";
import { messageCode, messageCodeFits, publicKeyDer, type Signable, signatureFits, signatureOf } from "../../use";
import { type AwsCall, usableKey } from "../call";
import { AwsError, unsupported, validation } from "../../aws-json/errors";
import { blob, oneOf, required } from "../../aws-json/input";
import { keyAlgorithms } from "../metadata";
import { grantTokens, type Operation, operation, useOperation } from "../operation";
import { requireGrantTokens } from "../grant-token";
import { requireAlgorithm, requireUsage } from "../usage";
import { keyId } from "./keys";

const signingMethods = {
  RSASSA_PSS_SHA_256: { kind: "pss", hash: "sha256" },
  RSASSA_PSS_SHA_384: { kind: "pss", hash: "sha384" },
  RSASSA_PSS_SHA_512: { kind: "pss", hash: "sha512" },
  RSASSA_PKCS1_V1_5_SHA_256: { kind: "pkcs1", hash: "sha256" },
  RSASSA_PKCS1_V1_5_SHA_384: { kind: "pkcs1", hash: "sha384" },
  RSASSA_PKCS1_V1_5_SHA_512: { kind: "pkcs1", hash: "sha512" },
  ECDSA_SHA_256: { kind: "ecdsa", hash: "sha256" },
  ECDSA_SHA_384: { kind: "ecdsa", hash: "sha384" },
  ECDSA_SHA_512: { kind: "ecdsa", hash: "sha512" },
} as const satisfies Record<string, SignatureMethod>;

const macHashes = {
  HMAC_SHA_384: "sha384",
  HMAC_SHA_256: "sha256",
  HMAC_SHA_224: "sha224",
  HMAC_SHA_512: "sha512",
} as const satisfies Record<string, string>;

const signingAlgorithm = required(oneOf(namesOf(signingMethods)));
const macAlgorithm = required(oneOf(namesOf(macHashes)));
const message = required(blob({ min: 1, max: 4096 }));
const messageType = oneOf(["RAW", "DIGEST", "EXTERNAL_MU"]);

const sign = useOperation(
  { KeyId: keyId, Message: message, MessageType: messageType, SigningAlgorithm: signingAlgorithm },
  (call, input) => {
    const key = signingKey(call, input.KeyId, input.SigningAlgorithm);
    const signable = signableOf(input.SigningAlgorithm, input.MessageType, input.Message);
    const signature = signatureOf(key, signingMethods[input.SigningAlgorithm], signable);
    return { KeyId: key.arn, Signature: signature.toString("base64"), SigningAlgorithm: input.SigningAlgorithm };
  },
);

const verify = useOperation(
  {
    KeyId: keyId,
    Message: message,
    MessageType: messageType,
    Signature: required(blob({ min: 1, max: 6144 })),
    SigningAlgorithm: signingAlgorithm,
  },
  (call, input) => {
    const key = signingKey(call, input.KeyId, input.SigningAlgorithm);
    const signable = signableOf(input.SigningAlgorithm, input.MessageType, input.Message);
    if (!signatureFits(key, signingMethods[input.SigningAlgorithm], signable, input.Signature)) {
      throw new AwsError("KMSInvalidSignatureException");
    }
    return { KeyId: key.arn, SignatureValid: true, SigningAlgorithm: input.SigningAlgorithm };
  },
);

const generateMac = useOperation({ KeyId: keyId, Message: message, MacAlgorithm: macAlgorithm }, (call, input) => {
  const key = macKey(call, input.KeyId, input.MacAlgorithm);
  const mac = messageCode(key, macHashes[input.MacAlgorithm], input.Message);
  return { KeyId: key.arn, Mac: mac.toString("base64"), MacAlgorithm: input.MacAlgorithm };
});

const verifyMac = useOperation(
  { KeyId: keyId, Message: message, MacAlgorithm: macAlgorithm, Mac: required(blob({ min: 1, max: 6144 })) },
  (call, input) => {
    const key = macKey(call, input.KeyId, input.MacAlgorithm);
    if (!messageCodeFits(key, macHashes[input.MacAlgorithm], input.Message, input.Mac)) {
      throw new AwsError("KMSInvalidMacException");
    }
    return { KeyId: key.arn, MacValid: true, MacAlgorithm: input.MacAlgorithm };
  },
);

const getPublicKey = operation(
  { KeyId: keyId, GrantTokens: grantTokens },
  (call, input) => {
    requireGrantTokens(call, input.GrantTokens);
    const key = usableKey(call, input.KeyId, { aliases: true });
    if (key.shape.kind === "raw") throw unsupported(`${key.arn} key spec is ${key.spec} which has no public key.`);
    return {
      KeyId: key.arn,
      PublicKey: publicKeyDer(key).toString("base64"),
      CustomerMasterKeySpec: key.spec,
      KeySpec: key.spec,
      KeyUsage: key.usage,
      ...keyAlgorithms(key),
    };
  },
  "reads",
);

export const signingOperations: Readonly<Record<string, Operation>> = {
  Sign: sign,
  Verify: verify,
  GenerateMac: generateMac,
  VerifyMac: verifyMac,
  GetPublicKey: getPublicKey,
};

function signingKey(call: AwsCall, id: string, algorithm: string): Key {
  const key = usableKey(call, id, { aliases: true });
  requireUsage(key, "SIGN_VERIFY", call.operation);
  requireAlgorithm(key, "signing", algorithm);
  return key;
}

/** @throws AwsError ValidationException where a digest is not as long as the algorithm's hash */
function signableOf(
  algorithm: keyof typeof signingMethods,
  type: "RAW" | "DIGEST" | "EXTERNAL_MU" | undefined,
  bytes: Buffer,
): Signable {
  if (type === "EXTERNAL_MU") throw unsupported("The MessageType EXTERNAL_MU is for ML-DSA keys only.");
  if (type !== "DIGEST") return { kind: "message", bytes };
  if (bytes.length !== digestBytes[signingMethods[algorithm].hash]) {
    throw validation(`Digest is invalid length for algorithm ${algorithm}.`);
  }
  return { kind: "digest", bytes };
}

function macKey(call: AwsCall, id: string, algorithm: string): Key {
  const key = usableKey(call, id, { aliases: true });
  requireUsage(key, "GENERATE_VERIFY_MAC", call.operation);
  requireAlgorithm(key, "mac", algorithm);
  return key;
}
