import type { ErrorCode } from "../engine/errors";

interface FaultRow {
  /** `material_unavailable` where nothing is on offer now, which is normal for somebody who plans without the device. */
  readonly becomes: ErrorCode;
  /** What to do next, in sentences. */
  readonly remedy: string;
}

/** What may go wrong with a key in a token, what byok makes of it, and what to do about it. */
export const faults = {
  // Nothing on offer now.
  library_missing: {
    becomes: "material_unavailable",
    remedy:
      "Run `npm install koffi`, with which byok calls PKCS#11 modules; a provider from a mirror takes it from there when `byok mirror` makes it again.",
  },
  child_missing: {
    becomes: "material_unavailable",
    remedy: "Leave the package byok out of the bundle, so that it is loaded from node_modules.",
  },
  module_not_found: {
    becomes: "material_unavailable",
    remedy: "Install the vendor's PKCS#11 library on this machine, or correct `module-path` or `module-name`.",
  },
  module_not_started: {
    becomes: "material_unavailable",
    remedy:
      "Check the module's own configuration on this machine (files, environment variables, a daemon) with the vendor's own tool.",
  },
  module_crashed: {
    becomes: "material_unavailable",
    remedy:
      "Nothing was sent to the KMS. Try the module with the vendor's own tool, and check its configuration, version and processor architecture.",
  },
  module_hung: {
    becomes: "material_unavailable",
    remedy: "Check that the device can be reached from this machine, with the vendor's own tool.",
  },
  device_error: {
    becomes: "material_unavailable",
    remedy: "Check the device and the connection to it with the vendor's own tool, then run again.",
  },
  token_absent: {
    becomes: "material_unavailable",
    remedy: "Connect the token, or correct `token`, `serial` and the other attributes that name it.",
  },
  no_such_object: {
    becomes: "material_unavailable",
    remedy:
      "Correct `object`, `id` and `type`. A private object is seen only after a login, by the user to whom it belongs.",
  },
  pin_missing: {
    becomes: "material_unavailable",
    remedy: "Put the PIN where `pin-source` says. The token was not asked.",
  },
  // Errors, since only a change of the configuration or of the token helps.
  module_failed: {
    becomes: "wrapper_refused",
    remedy: "Check that `module-path` names the vendor's PKCS#11 library, for this system and processor.",
  },
  several_tokens: {
    becomes: "invalid_argument",
    remedy: "Add `serial` to the URI, so that it fits one token.",
  },
  several_objects: {
    becomes: "invalid_argument",
    remedy: "Add `id`, `object` or `type` to the URI, so that it fits one key.",
  },
  login_required: {
    becomes: "invalid_argument",
    remedy:
      "Add `pin-source` to the URI, which says where the PIN is read from: `&pin-source=file:/…`, `env:NAME` or `|command`.",
  },
  pin_incorrect: {
    becomes: "wrapper_refused",
    remedy:
      "Correct the PIN where `pin-source` says, and check it with the vendor's own tool. It was tried once, and is not tried again in this run, since tokens lock after a few failures.",
  },
  pin_final_try: {
    becomes: "wrapper_refused",
    remedy: "Log in once with the vendor's own tool, which shows that the PIN is right, and run again.",
  },
  pin_locked: {
    becomes: "wrapper_refused",
    remedy: "Have the token's security officer unlock it.",
  },
  pin_expired: {
    becomes: "wrapper_refused",
    remedy: "Set another PIN with the vendor's own tool, and put it where `pin-source` says.",
  },
  not_extractable: {
    becomes: "wrapper_refused",
    remedy:
      "CKA_EXTRACTABLE cannot be set to true later: no tool can get this key out. Generate another key with CKA_EXTRACTABLE true; CKA_SENSITIVE may be true, too.",
  },
  wrap_with_trusted: {
    becomes: "wrapper_refused",
    remedy:
      "CKA_WRAP_WITH_TRUSTED cannot be set to false later, and the wrapping key of a KMS is new each time. Generate another key without it.",
  },
  not_wrappable: {
    becomes: "wrapper_refused",
    remedy:
      "Check the policies of the token or partition: wrapping and the export of keys must be allowed there, and to this user.",
  },
  mechanism_missing: {
    becomes: "wrapper_refused",
    remedy: "Check the policies and the firmware of the token with the vendor's own tool.",
  },
  algorithm_missing: {
    becomes: "unsupported_wrapping",
    remedy: "Set another `wrapping_algorithm`, or leave it out.",
  },
  missing_attribute: {
    becomes: "wrapper_refused",
    remedy: "Set the attribute with the vendor's own tool where the token allows that, or generate a key that has it.",
  },
  wrong_material: {
    becomes: "wrong_material",
    remedy: "Name a key that a KMS can import.",
  },
  other_material: {
    becomes: "different_material",
    remedy: "Nothing was wrapped. Plan again, and check who has replaced the key in the token.",
  },
  refused: {
    becomes: "wrapper_refused",
    remedy: "Nothing was sent to the KMS. Look the code up in the vendor's manual.",
  },
  internal: {
    becomes: "internal",
    remedy: "This is a fault of byok: please report it.",
  },
} as const satisfies Readonly<Record<string, FaultRow>>;

/** What went wrong, in one word of the protocol between byok and its child. */
export type FaultCode = keyof typeof faults;

export function isFaultCode(text: unknown): text is FaultCode {
  return typeof text === "string" && Object.hasOwn(faults, text);
}

/** What a child answers in place of what it was asked. The message says what is wrong; what to do is in the table. */
export class Pkcs11Fault extends Error {
  override readonly name = "Pkcs11Fault";
  readonly code: FaultCode;
  /** The serial number of the token that refused a PIN. */
  readonly serial: string | undefined;

  constructor(code: FaultCode, message: string, serial?: string) {
    super(message);
    this.code = code;
    this.serial = serial;
  }
}
