import type { ErrorTable, Refusal, Row } from "../refusal";

const said =
  (pattern: RegExp) =>
  (refusal: Refusal): boolean =>
    pattern.test(refusal.said);
const at =
  (action: string) =>
  (refusal: Refusal): boolean =>
    refusal.action === action;

/** The ARN after the word that it names: ` arn:verenc:…`, or nothing. */
const named = (on: string): string => on.replace(/^ on /, " ");

const throttled: Row = {
  code: "throttled",
  retry: "backoff",
  message: ({ action, on }) => `QKMS keeps answering that ${action} requests${on} come too fast. Run again later.`,
};

const failing: Row = {
  code: "service_unavailable",
  retry: "backoff",
  effectUnknown: true,
  message: ({ action, on, name, said: words }) =>
    `QKMS failed at ${action}${on} (${name})${words}. This passes: run again later.`,
};

const notFound: Row = {
  code: "key_not_found",
  retry: "settling",
  message: ({ on, said: words }) =>
    `QKMS does not know the key${named(on)}${words}. Check the ARN, and that the credentials and the endpoint are those of its account.`,
};

const freshParameters: Row = {
  code: "import_refused",
  retry: "fresh_parameters",
  message: ({ on, name, said: words }) =>
    `QKMS refused the import${on} because its import token or the wrapping does not hold (${name})${words}. Run again; if it stays, this is a fault of byok.`,
};

const badTags: Row = {
  code: "invalid_argument",
  attribute: "tags",
  message: ({ name, said: words }) => `QKMS does not accept the tags (${name})${words}. Correct them, or set fewer.`,
};

/** One name for everything: unknown credentials, a signature that does not fit, a permission that is missing. */
const denied: Row = {
  code: "access_denied",
  message: ({ action, on, name, said: words }) =>
    `QKMS refused ${action}${on === "" ? " on *" : on} (${name})${words}. Check \`access_key\` and \`secret_key\` (or QKMS_ACCESS_KEY_ID and QKMS_SECRET_ACCESS_KEY), and that the key policy grants ${action}.`,
};

/**
 * What each error name of QKMS means, in the order in which the rows of one name are tried. Names that are in no row are
 * final, and told as they came.
 *
 * Names: the "Special Errors" of the API reference of Q-KMS, and NotAuthorizedException of the vendor's own client. Names
 * of throttling are not documented there; these are AWS's.
 */
export const rows = {
  ThrottlingException: [throttled],
  TooManyRequestsException: [throttled],

  DependencyTimeoutException: [failing],
  KMSInternalException: [failing],
  KeyUnavailableException: [failing],
  InternalFailure: [failing],
  ServiceUnavailableException: [failing],

  // The key
  NotFoundException: [notFound],
  KMSNotFoundException: [notFound],
  InvalidArnException: [
    {
      code: "invalid_key_arn",
      attribute: "key_arn",
      message: ({ on, said: words }) =>
        `QKMS does not take the ARN${on}${words}. Give the ARN of a key, as QKMS shows it.`,
    },
  ],
  KMSInvalidStateException: [
    {
      when: said(/is not pending deletion/i),
      code: "key_unusable",
      message: ({ on }) =>
        `The key${named(on)} does not wait for its deletion, so there is nothing to cancel. Refresh the state.`,
    },
    {
      when: said(/pending (?:replica )?deletion/i),
      code: "key_pending_deletion",
      message: ({ action, on }) =>
        `The key${named(on)} waits for its deletion, so QKMS refuses ${action}. Cancel the deletion first, if the key is to be kept.`,
    },
    {
      code: "key_unusable",
      retry: "settling",
      message: ({ action, on, said: words }) =>
        `The state of the key${named(on)} does not allow ${action}${words}. Wait until it is settled, or bring it into a state that does, then run again.`,
    },
  ],
  DisabledException: [
    {
      code: "key_disabled",
      message: ({ action, on }) => `The key${named(on)} is disabled, so QKMS refuses ${action}. Enable it first.`,
    },
  ],
  UnsupportedOperationException: [
    {
      when: at("kms:CreateKey"),
      code: "unsupported_key_spec",
      attribute: "key_spec",
      message: ({ said: words }) =>
        `QKMS cannot create such a key with imported material${words}. Leave \`key_spec\` out, or ask QKMS whether your account may import key material.`,
    },
    {
      when: said(/origin/i),
      code: "wrong_origin",
      attribute: "key_arn",
      message: ({ on, said: words }) =>
        `The key${named(on)} takes no imported material${words}. Only a key with origin EXTERNAL does, and the origin is fixed when a key is created.`,
    },
    {
      when: at("kms:GetParametersForImport"),
      code: "unsupported_wrapping",
      attribute: "wrapping_algorithm",
      message: ({ on, said: words }) =>
        `QKMS does not offer this wrapping for the key${named(on)}${words}. Leave \`wrapping_algorithm\` and \`wrapping_key_spec\` out.`,
    },
    {
      code: "service_refused",
      message: ({ action, on, said: words }) => `QKMS does not do ${action} with the key${named(on)}${words}.`,
    },
  ],

  // The import
  IncorrectKeyMaterialException: [
    {
      code: "different_material",
      message: ({ on, said: words }) =>
        `QKMS refused the import: the bytes are not those that the key${named(on)} was first given, or are none for it${words}. Bring the very same bytes, or create another key for these: other bytes are another key.`,
    },
  ],
  InvalidCiphertextException: [freshParameters],
  ExpiredImportTokenException: [freshParameters],
  InvalidImportTokenException: [freshParameters],

  // What the user wrote
  MalformedPolicyDocumentException: [
    {
      code: "invalid_policy",
      attribute: "policy",
      message: ({ said: words }) =>
        `QKMS does not accept the key policy${words}. It must let the caller change the policy later, unless \`bypass_policy_lockout_safety_check\` is set.`,
    },
  ],
  TagException: [badTags],
  TooManyTagsException: [badTags],
  LimitExceededException: [
    {
      code: "limit_exceeded",
      message: ({ action, on, said: words }) =>
        `A limit of the account stands against ${action}${on}${words}. Ask for a higher one, or remove what is no longer needed.`,
    },
  ],
  ValidationException: [
    {
      code: "invalid_argument",
      message: ({ action, on, said: words }) =>
        `QKMS does not accept an argument of ${action}${on}${words}. Correct it.`,
    },
  ],

  NotAuthorizedException: [denied],
  AccessDeniedException: [denied],
} as const satisfies ErrorTable;
