/**
 * The one error class of byok, with a closed set of codes.
 *
 * A message reads `[code] What is wrong. What to do next.` Arguments are named between backticks in the spelling of
 * Terraform (`valid_to`); a face with other spellings respells them. No message, detail or cause ever holds key
 * material, an import token, a ciphertext or a request.
 */

import { placesOf } from "./places";

/** What each code means. The codes are part of the interface: scripts and tests match on them. */
export const errorCodes = {
  // What the user wrote
  invalid_argument: "An argument has a value that cannot be used.",
  invalid_key_arn: "What should be a key's ARN is not one.",
  invalid_lifetime: "The lifetime cannot be read, or its parts contradict each other.",
  lifetime_past: "The material would already have expired.",
  lifetime_too_long: "The KMS does not keep imported material for so long.",
  unsupported_key_spec: "The KMS cannot import material into a key of this spec.",
  unsupported_wrapping: "The wrapping does not go with the key spec, the size of the material or the KMS.",
  immutable_argument: "The argument is fixed when the key is created.",
  contradicting_resources: "Two resources of one plan ask for opposite things of one key or its material.",
  // The bytes
  material_unavailable: "The source of the key material gave nothing: it is absent, or it failed.",
  material_missing: "Key material is needed now and none was given.",
  malformed_material: "The key material is there and cannot be read as the bytes of a key.",
  ambiguous_material: "The content of a source can be read as key material in more than one way.",
  wrong_material: "The bytes do not fit the key spec.",
  different_material: "The bytes are other bytes than the ones that the key holds.",
  wrong_predecessor: "Key material does not come after the current material of the key.",
  material_not_proved: "No import of byok's has proved which bytes the key holds.",
  wrapper_refused: "What holds the key material, such as an HSM, did not wrap it.",
  source_not_allowed: "This source of key material is not allowed by the configuration.",
  // The key
  key_not_found: "The KMS does not know the key.",
  key_pending_deletion: "The key waits for its deletion.",
  key_unusable: "The key's state does not allow what must be done.",
  key_disabled: "The key is disabled.",
  wrong_origin: "The key does not take imported material.",
  primary_not_ready: "A multi-Region primary key does not have the material yet that its replicas need.",
  key_conflict: "Another key stands where this one should be created.",
  creation_unconfirmed: "The answer to the creation of a key was lost.",
  // Who and where
  account_not_allowed: "The key is in an account that the configuration does not allow.",
  region_not_allowed: "The key is in a Region that the configuration does not allow.",
  endpoint_not_allowed: "Requests may not be sent to this endpoint.",
  credentials_missing: "No credentials were found.",
  access_denied: "The KMS refused for lack of a permission.",
  untrusted_answer: "The KMS answered with something that key material must not be wrapped for.",
  // The service
  throttled: "The KMS keeps answering that requests come too fast.",
  service_unavailable: "The KMS could not be reached, or failed.",
  import_refused: "The KMS refused the import.",
  limit_exceeded: "A limit of the account or of the key is reached.",
  invalid_policy: "The KMS does not accept the key policy.",
  service_refused: "The KMS refused the request.",
  // The run
  timeout: "The time for the operation is over.",
  canceled: "The operation was canceled.",
  internal: "A fault of byok itself.",
} as const satisfies Record<string, string>;

/** What went wrong, in one stable word for programs; `errorCodes` has each in a sentence. */
export type ErrorCode = keyof typeof errorCodes;

/**
 * What may be done about a failed request:
 * - `never`: the same request fails again.
 * - `backoff`: the same request may succeed after a while (throttling, a failing service, a broken connection).
 * - `settling`: the KMS may not have heard yet of what was just created; worth repeating for a bounded time only then.
 * - `fresh_parameters`: import parameters are stale; fetch new ones, wrap again, once.
 */
export type Retry = "never" | "backoff" | "settling" | "fresh_parameters";

/** What an error carries beside its code and message. */
export interface ErrorDetails {
  /** The argument at fault, in Terraform's spelling: `valid_to`. */
  readonly attribute?: string | undefined;
  /** Default `never`. */
  readonly retry?: Retry;
  /** True where the request may have taken effect although it failed (its reply was lost, or 5xx). Default false. */
  readonly effectUnknown?: boolean;
  /** The KMS's own name of the error, e.g. `IncorrectKeyMaterialException`. */
  readonly serviceCode?: string | undefined;
  /** By which the KMS's vendor finds the request. It ends the message, and is no part of `rawMessage`. */
  readonly requestId?: string | undefined;
  /** What was thrown below, for those who debug. Its message may quote what must not be shown. */
  readonly cause?: unknown;
}

/** Of a fault of byok, as many places as lead to where it is. */
const mostPlaces = 5;

/**
 * What byok throws. Its message says `[code]`, what is wrong and what to do, and never quotes a secret.
 */
export class ByokError extends Error {
  /** Always `ByokError`. */
  override readonly name = "ByokError";
  /** What went wrong, for programs. */
  readonly code: ErrorCode;
  /** The message without its code and the id of a request. */
  readonly rawMessage: string;
  /** The argument at fault, in Terraform's spelling. Undefined: none is. */
  readonly attribute: string | undefined;
  /** What may be done about it. Default `never`. */
  readonly retry: Retry;
  /** Whether the request may have taken effect although it failed. Default false. */
  readonly effectUnknown: boolean;
  /** The KMS's own name of the error, where it gave one. */
  readonly serviceCode: string | undefined;
  /** By which the KMS's vendor finds the request, where it answered with one. */
  readonly requestId: string | undefined;

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    const { requestId, cause } = details;
    const whole = `[${code}] ${message}${requestId === undefined ? "" : ` Request id: ${requestId}.`}`;
    super(whole, cause === undefined ? undefined : { cause });
    this.code = code;
    this.rawMessage = message;
    this.attribute = details.attribute;
    this.retry = details.retry ?? "never";
    this.effectUnknown = details.effectUnknown ?? false;
    this.serviceCode = details.serviceCode;
    this.requestId = requestId;
  }

  /** The same error, said of another argument or in other words; its code and nature stay. */
  with(changes: {
    readonly message?: string;
    readonly attribute?: string;
    readonly effectUnknown?: boolean;
    readonly retry?: Retry;
  }): ByokError {
    const { code, rawMessage, attribute, retry, effectUnknown, serviceCode, requestId, cause } = this;
    return new ByokError(code, changes.message ?? rawMessage, {
      attribute: changes.attribute ?? attribute,
      retry: changes.retry ?? retry,
      effectUnknown: changes.effectUnknown ?? effectUnknown,
      serviceCode,
      requestId,
      cause,
    });
  }

  /**
   * Anything thrown, as a ByokError. Of a foreign error only its class name and where it was thrown are reported: its
   * message may quote what must not be told.
   */
  static from(thrown: unknown): ByokError {
    if (thrown instanceof ByokError) return thrown;
    const kind = nameOf(thrown);
    if (kind === "AbortError") {
      return canceled();
    }
    const places = placesOf(thrown).slice(0, mostPlaces);
    const where = places.length === 0 ? "" : ` at ${places.join(", ")}`;
    return new ByokError("internal", `Unexpected ${kind}${where}. This is a fault of byok: please report it.`);
  }
}

/** @param details Whether the operation may have taken effect. Default: it did not. */
export function canceled(details: Pick<ErrorDetails, "effectUnknown"> = {}): ByokError {
  const message = "The operation was canceled. Run it again to continue from where it stopped.";
  return new ByokError("canceled", message, details);
}

/** Whether something thrown is a ByokError, and has one of these codes where any are named. */
export function isByokError<C extends ErrorCode>(thrown: unknown, ...codes: C[]): thrown is ByokError & { code: C } {
  return thrown instanceof ByokError && (codes.length === 0 || codes.some((code) => code === thrown.code));
}

/** What is thrown on an abort is no Error in every realm, so the name decides and not the class. */
function nameOf(thrown: unknown): string {
  const named = typeof thrown === "object" && thrown !== null && "name" in thrown;
  return named && typeof thrown.name === "string" ? thrown.name : typeof thrown;
}
