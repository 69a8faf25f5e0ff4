import type { Key } from "../key";
import { AwsError } from "../aws-json/errors";
import { type KeyUsage, specRow } from "./specs";

/** @throws AwsError InvalidKeyUsageException */
export function requireUsage(key: Key, usage: KeyUsage, operation: string): void {
  if (key.usage === usage) return;
  throw invalidUsage(`${key.arn} key usage is ${key.usage} which is not valid for ${operation}.`);
}

/** @throws AwsError InvalidKeyUsageException */
export function requireAlgorithm(key: Key, purpose: "encryption" | "signing" | "mac", algorithm: string): void {
  if (specRow(key.spec)[purpose]?.includes(algorithm) === true) return;
  throw invalidUsage(`Algorithm ${algorithm} is incompatible with key spec ${key.spec}.`);
}

function invalidUsage(message: string): AwsError {
  return new AwsError("InvalidKeyUsageException", message);
}
