import type { WrappingAlgorithm } from "../engine/wrapping-algorithm";
import { normalUser } from "./constants";
import { Cryptoki, type Handle } from "./cryptoki";
import { CryptokiError, faultFrom, isCryptokiError } from "./cryptoki-error";
import { Pkcs11Fault } from "./fault";
import { keyFacts, type KeyFacts } from "./key-facts";
import type { Koffi } from "./koffi";
import { layoutOf } from "./layout";
import type { Description, Request, Wrapped, WrapRequest } from "./messages";
import { moduleFile } from "./module-file";
import { type Pin, readPin } from "./pin";
import { algorithmsOf, type Offers, rehearsedOffers } from "./rehearsal";
import { publicKeyObject, type SessionContext, withSessionObject } from "./session-objects";
import { shown } from "./shown";
import { type StoredKey, storedKey } from "./stored-key";
import { hasFlag, type Token, tokenOf } from "./token";
import type { Pkcs11Uri } from "./uri";
import { algorithmsFor } from "./wrapping-way";

/** What the child has at hand. */
export interface Surroundings {
  readonly koffi: Koffi;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly platform: string;
}

/**
 * Answers one request: from loading the module to ending it. The PIN is read once, tried once and wiped; the bytes of the
 * key are neither asked for nor given.
 *
 * @throws Pkcs11Fault
 */
export function converse(request: Request, uri: Pkcs11Uri, surroundings: Surroundings): Description | Wrapped {
  const file = moduleFile(uri);
  const pin = uri.pinSource === undefined ? undefined : readPin(uri.pinSource, surroundings.env);
  try {
    return withModule(loaded(file, surroundings), (module) => {
      const token = tokenOf(module, uri);
      const session = module.openSession(token.slot);
      try {
        return inSession({ request, uri, module, token, session, pin });
      } finally {
        quietly(() => module.closeSession(session));
      }
    });
  } catch (error) {
    throw faultFrom(error);
  } finally {
    pin?.bytes.fill(0);
  }
}

function loaded(file: string, { koffi, platform }: Surroundings): Cryptoki {
  try {
    return new Cryptoki(koffi, file, layoutOf(platform));
  } catch (error) {
    if (error instanceof Pkcs11Fault || error instanceof CryptokiError) throw error;
    // The words of the system's loader, which name a missing library or another processor.
    const words = error instanceof Error ? ` ${shown(error.message)}` : "";
    throw new Pkcs11Fault("module_failed", `The library ${file} cannot be loaded.${words}`);
  }
}

function withModule<T>(module: Cryptoki, work: (module: Cryptoki) => T): T {
  try {
    module.initialize();
  } catch (error) {
    if (!(error instanceof CryptokiError)) throw error;
    throw new Pkcs11Fault("module_not_started", `The module does not start. (${error.message})`);
  }
  try {
    return work(module);
  } finally {
    quietly(() => module.finalize());
  }
}

interface Work {
  readonly request: Request;
  readonly uri: Pkcs11Uri;
  readonly module: Cryptoki;
  readonly token: Token;
  readonly session: Handle;
  readonly pin: Pin | undefined;
}

function inSession(work: Work): Description | Wrapped {
  const { module, session, pin } = work;
  let loggedIn = pin !== undefined && login(work, pin.bytes);
  try {
    let key: StoredKey;
    try {
      key = storedKey(module, session, work.uri);
    } catch (error) {
      if (loggedIn || !isNotSeen(error)) throw error;
      loggedIn = loginForSight(work);
      key = storedKey(module, session, work.uri);
    }
    return answerFor(work, { module, session, loggedIn }, key);
  } finally {
    if (loggedIn) quietly(() => module.logout(session));
  }
}

function isNotSeen(error: unknown): boolean {
  return error instanceof Pkcs11Fault && error.code === "no_such_object";
}

/** Without a `pin-source`, for a key that is not seen: the PIN may be entered at the device itself. */
function loginForSight(work: Work): boolean {
  if (hasFlag(work.token, "protectedAuthenticationPath")) return login(work, null);
  if (hasFlag(work.token, "loginRequired")) {
    throw new Pkcs11Fault("login_required", "The token shows no such key without a login.");
  }
  return false;
}

/** Logs in, with one attempt. True where this session must log out. */
function login({ module, session, token, request }: Work, pin: Buffer | null): boolean {
  const { serial } = token;
  if (request.refusedBy?.includes(serial) === true) {
    throw new Pkcs11Fault("pin_incorrect", "The token has refused a PIN in this run, and was not asked again.", serial);
  }
  if (hasFlag(token, "userPinLocked")) throw new Pkcs11Fault("pin_locked", "The PIN is locked.");
  if (hasFlag(token, "userPinToBeChanged")) {
    throw new Pkcs11Fault("pin_expired", "The PIN must be changed before the token can be used.");
  }
  if (hasFlag(token, "userPinFinalTry")) {
    throw new Pkcs11Fault(
      "pin_final_try",
      "A wrong PIN was tried so often that one more locks the token. byok did not try.",
    );
  }
  try {
    module.login(session, normalUser, pin);
    return true;
  } catch (error) {
    if (isCryptokiError(error, "CKR_USER_ALREADY_LOGGED_IN")) return false;
    const fault = faultFrom(error);
    throw fault.code === "pin_incorrect" ? new Pkcs11Fault(fault.code, fault.message, serial) : fault;
  } finally {
    pin?.fill(0);
  }
}

function answerFor({ request, token, pin }: Work, context: SessionContext, key: StoredKey): Description | Wrapped {
  const mechanisms = context.module.mechanisms(token.slot);
  const facts = keyFacts({ ...context, mechanisms }, key);
  if (request.verb === "wrap") {
    checkSame(facts, request);
    return { wrapped: wrapped(context, mechanisms, key, request).toString("base64") };
  }
  const algorithms = algorithmsFor(facts.shape);
  const offers = rehearsedOffers(context, mechanisms, algorithms);
  const offered = algorithmsOf(offers, algorithms);
  if (offered.length === 0) throw nothingOffered(algorithms);
  return { ...facts, algorithms: offered, warnings: [...(pin?.warnings ?? []), ...warnings(token, offers)] };
}

function checkSame({ fingerprint }: KeyFacts, request: WrapRequest): void {
  if (fingerprint === request.fingerprint) return;
  throw new Pkcs11Fault(
    "other_material",
    `The key has the fingerprint ${fingerprint} now, and had ${request.fingerprint} when it was described.`,
  );
}

function wrapped(
  context: SessionContext,
  mechanisms: ReadonlyMap<number, number>,
  key: StoredKey,
  { algorithm, wrappingKey }: WrapRequest,
): Buffer {
  const way = rehearsedOffers(context, mechanisms, [algorithm]).ways.get(algorithm);
  if (way === undefined) throw new Pkcs11Fault("algorithm_missing", `The token does not wrap by ${algorithm}.`);
  const publicKey = publicKeyObject(context, Buffer.from(wrappingKey, "base64"));
  return withSessionObject(context, publicKey, (handle) => {
    try {
      return way.wrap(context, handle, key.handle);
    } catch (error) {
      const isMisfit = isCryptokiError(
        error,
        "CKR_MECHANISM_INVALID",
        "CKR_MECHANISM_PARAM_INVALID",
        "CKR_ARGUMENTS_BAD",
        "CKR_KEY_SIZE_RANGE",
        "CKR_WRAPPING_KEY_SIZE_RANGE",
      );
      if (!isMisfit) throw error;
      throw new Pkcs11Fault(
        "algorithm_missing",
        `The token does not wrap this key by ${algorithm}. (${error.message})`,
      );
    }
  });
}

function nothingOffered(algorithms: readonly WrappingAlgorithm[]): Pkcs11Fault {
  return new Pkcs11Fault(
    "mechanism_missing",
    `The token wraps by none of ${algorithms.join(", ")}: it lists no mechanism for that, or refused to use it.`,
  );
}

function warnings(token: Token, { tried }: Offers): readonly string[] {
  const few = hasFlag(token, "userPinCountLow")
    ? [`A wrong PIN was tried at the token ${shown(token.label)} since its last login.`]
    : [];
  const untried = tried
    ? []
    : [
        `The token ${shown(token.label)} makes no key for a try, so that the wrapping algorithms on offer are those that it lists. The import may show that it does fewer.`,
      ];
  return [...few, ...untried];
}

/** For what is done at the end, whose failure must not hide how the work ended. */
function quietly(work: () => void): void {
  try {
    work();
  } catch {
    // The end of this process ends it, too.
  }
}
