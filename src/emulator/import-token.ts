import { randomBytes } from "node:crypto";
import { Refusal } from "./errors";
import { seal, unseal } from "./sealed";
import type { WrappingMethod } from "./wrapping";
import type { RsaBits } from "./wrapping-keys";

/** What an import token binds together. */
export interface ImportTicket {
  readonly keyArn: string;
  readonly method: WrappingMethod;
  readonly rsaBits: RsaBits;
  readonly expiresAtMs: number;
}

/** Issues opaque tokens that prove themselves, and honours them for their key and their time. */
export interface ImportTokens {
  issue(ticket: ImportTicket): Buffer;
  /** @throws Refusal token_invalid (malformed, foreign, of another key, used up), token_expired */
  open(token: Buffer, keyArn: string, nowMs: number): ImportTicket;
  /** Tells that an import with this token succeeded. */
  used(token: Buffer): void;
}

const associatedData = Buffer.from("import token");

/** @param singleUse whether a token dies with the import that it served */
export function importTokens(singleUse: boolean): ImportTokens {
  const secret = randomBytes(32);
  const spent = new Set<string>();
  return {
    issue: (ticket) => seal(secret, Buffer.from(JSON.stringify(ticket)), associatedData),
    open: (token, keyArn, nowMs) => {
      const opened = unseal(secret, token, associatedData);
      if (opened === undefined || spent.has(token.toString("base64"))) throw new Refusal("token_invalid");
      const ticket: ImportTicket = JSON.parse(opened.toString());
      if (ticket.keyArn !== keyArn) throw new Refusal("token_invalid");
      if (ticket.expiresAtMs <= nowMs) throw new Refusal("token_expired");
      return ticket;
    },
    used: (token) => {
      if (singleUse) spent.add(token.toString("base64"));
    },
  };
}
