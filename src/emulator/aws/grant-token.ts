import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import { AwsError, constraint } from "../aws-json/errors";
import type { KeyStore } from "../key-store";
import type { AwsCall } from "./call";

const grantIdBytes = 32;
const nonceBytes = 16;
const signedBytes = grantIdBytes + nonceBytes;

/** A new token of a grant. All tokens of a grant serve alike, and prove themselves. @param grantId 64 hex digits */
export function grantToken(store: KeyStore, grantId: string): string {
  const head = Buffer.concat([Buffer.from(grantId, "hex"), randomBytes(nonceBytes)]);
  return Buffer.concat([head, proof(store, head)]).toString("base64");
}

/** The id of the grant that a token is of. @throws AwsError InvalidGrantTokenException where no grant ever had it */
export function grantIdOf(store: KeyStore, token: string): string {
  const bytes = Buffer.from(token, "base64");
  const [head, given] = [bytes.subarray(0, signedBytes), bytes.subarray(signedBytes)];
  const right = proof(store, head);
  if (given.length !== right.length || !timingSafeEqual(given, right)) {
    throw new AwsError("InvalidGrantTokenException", "The grant token is not valid.");
  }
  return head.toString("hex", 0, grantIdBytes);
}

const mostTokens = 10;

/** @throws AwsError InvalidGrantTokenException, ValidationException */
export function requireGrantTokens(call: AwsCall, tokens: readonly (string | undefined)[] | undefined): void {
  if (tokens === undefined) return;
  if (tokens.length > mostTokens) {
    throw constraint(
      `[${tokens.length} grant tokens]`,
      "grantTokens",
      `have length less than or equal to ${mostTokens}`,
    );
  }
  for (const token of tokens) grantIdOf(call.world.store, token ?? "");
}

function proof(store: KeyStore, head: Buffer): Buffer {
  return createHmac("sha256", store.secret).update("grant token\n").update(head).digest();
}
