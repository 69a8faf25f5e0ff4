import type { Key } from "../../key";
import { namesOf } from "../../names";
import {
  messageCode,
  messageCodeFits,
  publicKeyDer,
  type SignatureMethod,
  signMessage,
  verifyMessage,
} from "../../use";
import { type AwsCall, usableKey } from "../call";
import { AwsError, unsupported } from "../../aws-json/errors";
import { blob, oneOf, required } from "../../aws-json/input";
import { keyAlgorithms } from "../metadata";
import { type Operation, operation } from "../operation";
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

const sign = operation(
  { KeyId: keyId, Message: message, MessageType: messageType, SigningAlgorithm: signingAlgorithm },
  (call, input) => {
    const key = signingKey(call, input.KeyId, input.SigningAlgorithm, input.MessageType);
    const signature = signMessage(key, signingMethods[input.SigningAlgorithm], input.Message);
    return { KeyId: key.arn, Signature: signature.toString("base64"), SigningAlgorithm: input.SigningAlgorithm };
  },
  "reads",
);

const verify = operation(
  {
    KeyId: keyId,
    Message: message,
    MessageType: messageType,
    Signature: required(blob({ min: 1, max: 6144 })),
    SigningAlgorithm: signingAlgorithm,
  },
  (call, input) => {
    const key = signingKey(call, input.KeyId, input.SigningAlgorithm, input.MessageType);
    if (!verifyMessage(key, signingMethods[input.SigningAlgorithm], input.Message, input.Signature)) {
      throw new AwsError("KMSInvalidSignatureException");
    }
    return { KeyId: key.arn, SignatureValid: true, SigningAlgorithm: input.SigningAlgorithm };
  },
  "reads",
);

const generateMac = operation(
  { KeyId: keyId, Message: message, MacAlgorithm: macAlgorithm },
  (call, input) => {
    const key = macKey(call, input.KeyId, input.MacAlgorithm);
    const mac = messageCode(key, macHashes[input.MacAlgorithm], input.Message);
    return { KeyId: key.arn, Mac: mac.toString("base64"), MacAlgorithm: input.MacAlgorithm };
  },
  "reads",
);

const verifyMac = operation(
  { KeyId: keyId, Message: message, MacAlgorithm: macAlgorithm, Mac: required(blob({ min: 1, max: 6144 })) },
  (call, input) => {
    const key = macKey(call, input.KeyId, input.MacAlgorithm);
    if (!messageCodeFits(key, macHashes[input.MacAlgorithm], input.Message, input.Mac)) {
      throw new AwsError("KMSInvalidMacException");
    }
    return { KeyId: key.arn, MacValid: true, MacAlgorithm: input.MacAlgorithm };
  },
  "reads",
);

const getPublicKey = operation(
  { KeyId: keyId },
  (call, input) => {
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

function signingKey(call: AwsCall, id: string, algorithm: string, type: string | undefined): Key {
  const key = usableKey(call, id, { aliases: true });
  requireUsage(key, "SIGN_VERIFY", call.operation);
  requireAlgorithm(key, "signing", algorithm);
  if (type !== undefined && type !== "RAW") throw unsupported("The emulator signs messages of type RAW only.");
  return key;
}

function macKey(call: AwsCall, id: string, algorithm: string): Key {
  const key = usableKey(call, id, { aliases: true });
  requireUsage(key, "GENERATE_VERIFY_MAC", call.operation);
  requireAlgorithm(key, "mac", algorithm);
  return key;
}
