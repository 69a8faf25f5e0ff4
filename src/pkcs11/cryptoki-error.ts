import { type ReturnValueName, returnValue } from "./constants";
import { type FaultCode, Pkcs11Fault } from "./fault";
import { keysOf } from "../engine/table";

/** A function of a module returned something else than CKR_OK. */
export class CryptokiError extends Error {
  override readonly name = "CryptokiError";
  /** Such as `C_WrapKey`. */
  readonly function: string;
  readonly value: number;

  constructor(name: string, value: number) {
    super(`${name} returned ${returnValueName(value)}`);
    this.function = name;
    this.value = value;
  }

  is(...names: readonly ReturnValueName[]): boolean {
    return names.some((name) => returnValue[name] === this.value);
  }
}

export function isCryptokiError(thrown: unknown, ...names: readonly ReturnValueName[]): thrown is CryptokiError {
  return thrown instanceof CryptokiError && (names.length === 0 || thrown.is(...names));
}

/** What return values mean, wherever they come from. */
const meanings: Partial<Record<ReturnValueName, readonly [FaultCode, string]>> = {
  CKR_TOKEN_NOT_PRESENT: ["token_absent", "The token is gone."],
  CKR_TOKEN_NOT_RECOGNIZED: ["token_absent", "The token is not recognised."],
  CKR_DEVICE_REMOVED: ["token_absent", "The device was removed."],
  CKR_DEVICE_ERROR: ["device_error", "The device failed."],
  CKR_DEVICE_MEMORY: ["device_error", "The device has no memory left for a session object."],
  CKR_SESSION_COUNT: ["device_error", "The token has no session left."],
  CKR_GENERAL_ERROR: ["device_error", "The module failed, and says no more."],
  CKR_FUNCTION_FAILED: ["device_error", "The module failed, and says no more."],
  CKR_FUNCTION_CANCELED: ["device_error", "The operation was canceled at the device."],
  CKR_HOST_MEMORY: ["device_error", "The module has no memory left."],
  CKR_PIN_INCORRECT: ["pin_incorrect", "The token refused the PIN."],
  CKR_PIN_INVALID: ["pin_incorrect", "The token refused the PIN for the characters in it."],
  CKR_PIN_LEN_RANGE: ["pin_incorrect", "The token refused the PIN for its length."],
  CKR_PIN_EXPIRED: ["pin_expired", "The PIN has expired."],
  CKR_PIN_LOCKED: ["pin_locked", "The PIN is locked."],
  CKR_USER_PIN_NOT_INITIALIZED: ["pin_locked", "The token has no PIN of a user yet."],
  CKR_USER_NOT_LOGGED_IN: ["login_required", "The token does this only after a login."],
  CKR_KEY_UNEXTRACTABLE: ["not_extractable", "The token does not let the key out, wrapped or not."],
  CKR_KEY_NOT_WRAPPABLE: ["not_wrappable", "The token does not wrap this key for a public key that is not its own."],
  CKR_ACTION_PROHIBITED: ["not_wrappable", "The token's policy does not allow this."],
};

/** Anything thrown in the conversation with a module, as a fault. Of a foreign error only its class is told. */
export function faultFrom(thrown: unknown): Pkcs11Fault {
  if (thrown instanceof Pkcs11Fault) return thrown;
  if (!(thrown instanceof CryptokiError)) {
    return new Pkcs11Fault("internal", `Unexpected ${thrown instanceof Error ? thrown.name : typeof thrown}.`);
  }
  const name = keysOf(returnValue).find((one) => thrown.is(one));
  const [code, words] = (name === undefined ? undefined : meanings[name]) ?? ["refused", "The module refused."];
  return new Pkcs11Fault(code, `${words} (${thrown.message})`);
}

export function returnValueName(value: number): string {
  const name = keysOf(returnValue).find((one) => returnValue[one] === value);
  const hex = `0x${value.toString(16)}`;
  if (name !== undefined) return name;
  return value >= 0x80000000 ? `${hex}, a code of the vendor's` : hex;
}
