import { attribute, keyType, mechanism, objectClass } from "./constants";
import type { Cryptoki, Handle } from "./cryptoki";
import { rsaNumbers } from "./spki";

/** What of a conversation session objects need. */
export interface SessionContext {
  readonly module: Cryptoki;
  readonly session: Handle;
  /** Without a login a session sees no private objects, and makes none. */
  readonly loggedIn: boolean;
}

/** Works with an object that lives in the session alone, and destroys it. */
export function withSessionObject<T>(
  { module, session }: Pick<SessionContext, "module" | "session">,
  object: Handle,
  work: (object: Handle) => T,
): T {
  try {
    return work(object);
  } finally {
    try {
      module.destroyObject(session, object);
    } catch {
      // The end of the session destroys it.
    }
  }
}

/** A public RSA key to wrap for. @param spki DER. */
export function publicKeyObject({ module, session }: SessionContext, spki: Buffer): Handle {
  const { modulus, exponent } = rsaNumbers(spki);
  return module.createObject(session, [
    [attribute.class, objectClass.publicKey],
    [attribute.keyType, keyType.rsa],
    [attribute.token, false],
    [attribute.private, false],
    [attribute.wrap, true],
    [attribute.modulus, modulus],
    [attribute.publicExponent, exponent],
  ]);
}

/** An AES key of 32 bytes that the token makes, shows to nobody, and lets out wrapped. */
export function freshAesKey({ module, session, loggedIn }: SessionContext): Handle {
  return module.generateKey(session, { type: mechanism.aesKeyGen }, [
    [attribute.token, false],
    [attribute.private, loggedIn],
    [attribute.sensitive, true],
    [attribute.extractable, true],
    [attribute.wrap, true],
    [attribute.valueLen, 32],
  ]);
}
