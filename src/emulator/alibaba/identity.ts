import { randomBytes } from "node:crypto";
import type { World } from "../world";
import { AlibabaError } from "./errors";
import type { SignedClaim } from "./signature";

/** What this wire needs beside the world of all. */
export interface AlibabaSide {
  /** Region of requests that name none. */
  readonly region: string;
  /** Account of callers whose access key says nothing else. */
  readonly accountId: string;
  /** Secrets by access key id. */
  readonly accessKeys: Readonly<Record<string, string>>;
  /** The time that the emulator's clock started from, in milliseconds since 1970: what callers sign by. */
  presentMs(): number;
}

/** Who stands behind an access key. */
export interface Identity {
  readonly accessKeyId: string;
  readonly accountId: string;
  readonly arn: string;
  readonly type: "RAMUser" | "AssumedRoleUser";
}

export interface Session {
  readonly accessKeyId: string;
  readonly secret: string;
  readonly token: string;
  readonly arn: string;
  readonly expiresAtMs: number;
}

export interface Identities {
  /** @throws AlibabaError where the signature does not hold */
  verified(claim: SignedClaim): Identity;
  assume(accountId: string, roleName: string, sessionName: string, lastsSeconds: number): Session;
}

/** A signature is good for this long, before and after. */
const toleranceMs = 15 * 60_000;

/** Verifies who asks: the secret, the session, the time and that no request comes twice. */
export function alibabaIdentities(world: World, side: AlibabaSide): Identities {
  const secrets = new Map(Object.entries(side.accessKeys));
  const accounts = new Map(Object.entries(world.accounts));
  const sessions = new Map<string, Session & { readonly accountId: string }>();
  const nonces = new Set<string>();
  return {
    verified: (claim) => {
      const { accessKeyId, nonce } = claim;
      const session = sessions.get(accessKeyId);
      const secret = session?.secret ?? secrets.get(accessKeyId);
      if (secret === undefined) throw new AlibabaError("InvalidAccessKeyId.NotFound");
      if (!claim.isSignedWith(secret)) throw new AlibabaError("IncompleteSignature");
      const nowMs = world.clock.now().getTime();
      // Official clients sign by the real time, whatever the emulator's clock was turned to.
      const off = Math.min(Math.abs(claim.signedAtMs - nowMs), Math.abs(claim.signedAtMs - side.presentMs()));
      if (off > toleranceMs) throw new AlibabaError("InvalidTimeStamp.Expired");
      if (session !== undefined && claim.securityToken !== session.token) {
        throw new AlibabaError("InvalidSecurityToken.Malformed");
      }
      if (session !== undefined && session.expiresAtMs <= nowMs) throw new AlibabaError("InvalidSecurityToken.Expired");
      if (nonce !== undefined && nonces.has(`${accessKeyId}/${nonce}`)) throw new AlibabaError("SignatureNonceUsed");
      if (nonce !== undefined) nonces.add(`${accessKeyId}/${nonce}`);
      const accountId = session?.accountId ?? accounts.get(accessKeyId) ?? side.accountId;
      return {
        accessKeyId,
        accountId,
        arn: session?.arn ?? `acs:ram::${accountId}:user/${accessKeyId}`,
        type: session === undefined ? "RAMUser" : "AssumedRoleUser",
      };
    },
    assume: (accountId, roleName, sessionName, lastsSeconds) => {
      const session = {
        accessKeyId: `STS.${randomBytes(12).toString("hex")}`,
        secret: randomBytes(20).toString("hex"),
        token: randomBytes(48).toString("base64"),
        arn: `acs:ram::${accountId}:assumed-role/${roleName}/${sessionName}`,
        expiresAtMs: world.clock.now().getTime() + lastsSeconds * 1000,
        accountId,
      };
      sessions.set(session.accessKeyId, session);
      return session;
    },
  };
}
