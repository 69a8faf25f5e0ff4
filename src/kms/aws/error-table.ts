import type { ErrorTable, Refusal, Row } from "../refusal";

const replicating = ({ action }: Refusal): boolean => action === "kms:ReplicateKey";
const said =
  (pattern: RegExp) =>
  (refusal: Refusal): boolean =>
    pattern.test(refusal.said);

const throttled: Row = {
  code: "throttled",
  retry: "backoff",
  message: ({ action, on }) =>
    `AWS keeps answering that ${action} requests${on} come too fast: the quota of the account in this Region is shared with everything else that uses KMS there. Run again later, or ask AWS for a higher quota.`,
};

const failing: Row = {
  code: "service_unavailable",
  retry: "backoff",
  effectUnknown: true,
  message: ({ action, on, name, said: words }) =>
    `AWS KMS failed at ${action}${on} (${name})${words}. This passes: run again later.`,
};

const malformedPolicy: Row = {
  code: "invalid_policy",
  attribute: "policy",
  message: ({ said: words }) =>
    `AWS does not accept the key policy${words}. Every principal in it must exist (one that was just created takes up to two minutes), and it must let the caller change the policy later, unless \`bypass_policy_lockout_safety_check\` is set.`,
};

/** A role or user that was made just before is not known to KMS at once, and is refused like a misspelled one. */
const unknownPrincipal: Row = { ...malformedPolicy, when: said(/principal/i), retry: "settling" };

const badCredentials: Row = {
  code: "access_denied",
  message: ({ action, name, said: words }) =>
    `AWS does not know the access key that signed ${action} (${name})${words}. Check AWS_ACCESS_KEY_ID or \`access_key\`, that the key is active, that temporary credentials come with their session token, and that they are of this partition.`,
};

const badDate: Row = {
  code: "access_denied",
  // The SDK has learned AWS's time from this answer and signs the next request by it.
  retry: "backoff",
  message: ({ action, said: words }) =>
    `AWS refused the signature of ${action} because of its date${words}. The clock of this machine is off: set it right.`,
};

const badSignature: readonly Row[] = [
  { ...badDate, when: said(/signature (?:expired|not yet current)/i) },
  {
    code: "access_denied",
    message: ({ action, name, said: words }) =>
      `AWS refused the signature of ${action} (${name})${words}. The secret access key does not belong to the access key id, or something between here and AWS changes requests.`,
  },
];

const expiredSession: Row = {
  code: "access_denied",
  message: ({ action, name }) =>
    `The credentials that signed ${action} have expired (${name}). Get new ones, for example with \`aws sso login\`, and run again.`,
};

const deniedBy = /(?:perform|action):? ([\w-]+:\w+)(?: on resource:? (\S+?))?(?:[,.]? |$)/;

const denied: Row = {
  code: "access_denied",
  message: ({ action, on, said: words }) => {
    // AWS may miss another permission than that of the operation, kms:TagResource at CreateKey for one.
    const [, missing = action, resource] = deniedBy.exec(words) ?? [];
    const where = resource === undefined || resource === "*" ? on : ` on ${resource}`;
    return `The credentials lack the permission ${missing}${where}. Grant it in the caller's IAM policy and in the key policy${words === "" ? "" : `; AWS says${words}`}.`;
  },
};

const freshParameters: Row = {
  code: "import_refused",
  retry: "fresh_parameters",
  message: ({ on, name, said: words }) =>
    `AWS refused the import${on} because its import token or the wrapping does not hold (${name})${words}. Run again; if it stays, the wrapping algorithm does not go with the key spec, or this is a fault of byok.`,
};

const notOurs: Row = {
  code: "service_refused",
  message: ({ action, on, name, said: words }) =>
    `AWS refused ${action}${on} (${name})${words}. The key is kept in a key store of its own, or what was asked is nothing that keys with imported material do.`,
};

/** The argument that AWS's names of members stand for. */
const members: Readonly<Record<string, string>> = {
  keySpec: "key_spec",
  customerMasterKeySpec: "key_spec",
  keyUsage: "key_usage",
  description: "description",
  policy: "policy",
  tags: "tags",
  tagKey: "tags",
  tagValue: "tags",
  tagKeys: "tags",
  validTo: "valid_to",
  expirationModel: "valid_to",
  wrappingAlgorithm: "wrapping_algorithm",
  wrappingKeySpec: "wrapping_key_spec",
  keyMaterialDescription: "material_description",
  pendingWindowInDays: "deletion_window_in_days",
  replicaRegion: "region",
  keyId: "key_arn",
};

function memberAtFault({ said: words }: Refusal): string | undefined {
  const member =
    /at '(?:.*\.)?(\w+)'/.exec(words)?.[1] ?? /\b(validTo|KeyUsage|KeySpec|Description|Tags?)\b/.exec(words)?.[1];
  if (member === undefined) return undefined;
  return members[member.charAt(0).toLowerCase() + member.slice(1)] ?? (/^tag/i.test(member) ? "tags" : undefined);
}

/**
 * What each error name of AWS KMS and STS means, in the order in which the rows of one name are tried.
 *
 * Names: the API models of `kms/2014-11-01` and `sts/2011-06-15`, and the common errors of both services.
 */
export const rows = {
  // Too fast
  ThrottlingException: [throttled],
  Throttling: [throttled],
  ThrottledException: [throttled],
  TooManyRequestsException: [throttled],
  RequestLimitExceeded: [throttled],
  RequestThrottled: [throttled],

  // The service
  DependencyTimeoutException: [failing],
  KMSInternalException: [failing],
  KeyUnavailableException: [failing],
  ServiceUnavailable: [failing],
  ServiceUnavailableException: [failing],
  InternalFailure: [failing],
  InternalError: [failing],
  InternalServerError: [failing],
  IDPCommunicationErrorException: [failing],

  // The key
  NotFoundException: [
    {
      when: said(/Invalid (?:arn|keyId)/i),
      code: "invalid_key_arn",
      attribute: "key_arn",
      message: ({ on, said: words }) =>
        `AWS KMS cannot have a key${on} here${words}. An ARN is asked for in its own Region only: check it and the endpoint.`,
    },
    {
      code: "key_not_found",
      retry: "settling",
      message: ({ on, said: words }) =>
        `AWS KMS does not know the key${on}${words}. Check the ARN, and that the credentials and the endpoint are those of its account and Region.`,
    },
  ],
  InvalidArnException: [
    {
      code: "invalid_key_arn",
      attribute: "key_arn",
      message: ({ on, said: words }) =>
        `AWS KMS does not take the ARN${on}${words}. Give the ARN of a key, as KMS shows it.`,
    },
  ],
  KMSInvalidStateException: [
    {
      when: (refusal) => replicating(refusal) && said(/pending import/i)(refusal),
      code: "primary_not_ready",
      retry: "settling",
      attribute: "primary_key_arn",
      message: ({ on }) =>
        `The primary key${on} has no material yet, so AWS does not replicate it. Take \`primary_key_arn\` from the primary's imported material, so that the import comes first.`,
    },
    {
      when: said(/is not pending deletion/i),
      code: "key_unusable",
      message: ({ on }) =>
        `The key${on} does not wait for its deletion, so there is nothing to cancel. Refresh the state.`,
    },
    {
      when: said(/pending (?:replica )?deletion/i),
      code: "key_pending_deletion",
      message: ({ action, on }) =>
        `The key${on} waits for its deletion, so AWS refuses ${action}. Cancel the deletion first, if the key is to be kept.`,
    },
    {
      when: ({ action }) => action === "kms:RotateKeyOnDemand",
      code: "key_unusable",
      message: ({ on, said: words }) =>
        `AWS does not rotate the key${on} in its state${words}. It must be Enabled, and hold material that waits for a rotation and that each of its Regions has.`,
    },
    {
      when: said(/pending rotation/i),
      code: "key_unusable",
      message: ({ on, said: words }) =>
        `The key${on} holds material that waits for a rotation${words}. Rotate the key, or delete that material, first.`,
    },
    {
      code: "key_unusable",
      retry: "settling",
      message: ({ action, on, said: words }) =>
        `The state of the key${on} does not allow ${action}${words}. Wait until it is settled, or bring it into a state that does, then run again.`,
    },
  ],
  DisabledException: [
    {
      when: replicating,
      code: "primary_not_ready",
      attribute: "primary_key_arn",
      message: ({ on }) => `The primary key${on} is disabled, so AWS does not replicate it. Enable it first.`,
    },
    {
      code: "key_disabled",
      message: ({ action, on }) => `The key${on} is disabled, so AWS refuses ${action}. Enable it first.`,
    },
  ],
  UnsupportedOperationException: [
    {
      when: said(/origin is/i),
      code: "wrong_origin",
      attribute: "key_arn",
      message: ({ on, said: words }) =>
        `The key${on} takes no imported material${words}. Only a key with origin EXTERNAL does, and the origin is fixed when a key is created.`,
    },
    {
      when: ({ action }) => action === "kms:CreateKey",
      code: "unsupported_key_spec",
      attribute: "key_spec",
      message: ({ said: words }) =>
        `AWS KMS cannot create such a key with imported material in this Region${words}. Choose another \`key_spec\`.`,
    },
    {
      when: ({ action }) => action === "kms:GetParametersForImport",
      code: "unsupported_wrapping",
      attribute: "wrapping_algorithm",
      message: ({ on, said: words }) =>
        `AWS KMS does not offer this wrapping for the key${on}${words}. Choose another \`wrapping_algorithm\` or \`wrapping_key_spec\`, or leave both out.`,
    },
    {
      when: replicating,
      code: "invalid_argument",
      attribute: "primary_key_arn",
      message: ({ on, said: words }) =>
        `The key${on} cannot be replicated${words}. Only the primary of a multi-Region key can: create it with \`multi_region = true\`.`,
    },
    {
      code: "service_refused",
      message: ({ action, on, said: words }) => `AWS KMS does not do ${action} with the key${on}${words}.`,
    },
  ],
  AlreadyExistsException: [
    {
      when: replicating,
      code: "key_conflict",
      attribute: "region",
      message: ({ on, said: words }) =>
        `There is a replica of the key${on} in that Region already${words}. Import it into the state instead of creating it.`,
    },
    {
      code: "key_conflict",
      message: ({ action, on, said: words }) => `What ${action}${on} would create exists already${words}.`,
    },
  ],
  ConflictException: [
    {
      when: ({ action }) => action === "kms:RotateKeyOnDemand",
      code: "key_unusable",
      // Not sent again by itself: the next request may rotate to other material than this one.
      retry: "settling",
      message: ({ on, said: words }) =>
        `A rotation of the key${on} is under way, so AWS begins no other${words}. Run again when it is over.`,
    },
    {
      code: "key_unusable",
      retry: "backoff",
      message: ({ action, on, said: words }) =>
        `Another operation on the key${on} is under way, so AWS refuses ${action}${words}. Run again when it is over.`,
    },
  ],

  // The import
  IncorrectKeyMaterialException: [
    {
      when: said(/already associated/i),
      code: "import_refused",
      message: ({ on, said: words }) =>
        `AWS refused the bytes as new material of the key${on}: it has had them before${words}. New key material needs new bytes; bytes that the key has had are configured without \`succeeds\`.`,
    },
    {
      code: "different_material",
      message: ({ on, said: words }) =>
        `AWS refused the import: the bytes are not those that the key${on} was first given${words}. Bring the very same bytes. Other bytes are another key, or, on a symmetric one, another key material that \`succeeds\` this.`,
    },
  ],
  InvalidCiphertextException: [freshParameters],
  ExpiredImportTokenException: [freshParameters],
  InvalidImportTokenException: [freshParameters],

  // What the user wrote
  MalformedPolicyDocumentException: [
    {
      when: ({ action }) => action.startsWith("sts:"),
      code: "invalid_argument",
      attribute: "assume_role",
      message: ({ said: words }) =>
        `STS does not accept the session \`policy\` in \`assume_role\`${words}. Correct it.`,
    },
    unknownPrincipal,
    malformedPolicy,
  ],
  MalformedPolicyDocument: [
    {
      code: "invalid_argument",
      attribute: "assume_role",
      message: ({ said: words }) =>
        `STS does not accept the session \`policy\` in \`assume_role\`${words}. Correct it.`,
    },
  ],
  PackedPolicyTooLargeException: [
    {
      code: "invalid_argument",
      attribute: "assume_role",
      message: ({ said: words }) =>
        `The session policies and tags in \`assume_role\` are too long${words}. Shorten them.`,
    },
  ],
  TagException: [
    {
      code: "invalid_argument",
      attribute: "tags",
      message: ({ said: words }) =>
        `AWS does not accept the tags${words}. At most 50 per key, each key once, none beginning with \`aws:\`.`,
    },
  ],
  LimitExceededException: [
    {
      when: ({ action }) => action === "kms:RotateKeyOnDemand",
      code: "limit_exceeded",
      message: ({ on, said: words }) =>
        `The key${on} was rotated as often as a key can be in its life${words}. Create another key, and move to it; keep this one for what is encrypted under it.`,
    },
    {
      code: "limit_exceeded",
      message: ({ action, on, said: words }) =>
        `A limit of the account stands against ${action}${on}${words}. Ask AWS for a higher one in the Service Quotas console, or remove what is no longer needed.`,
    },
  ],
  ValidationException: [
    {
      code: "invalid_argument",
      attribute: memberAtFault,
      message: ({ action, on, said: words }) =>
        `AWS does not accept an argument of ${action}${on}${words}. Correct it.`,
    },
  ],
  ValidationError: [
    {
      code: "invalid_argument",
      attribute: ({ action }) => (action === "sts:AssumeRole" ? "assume_role" : undefined),
      message: ({ action, on, said: words }) =>
        `AWS does not accept an argument of ${action}${on}${words}. Correct it.`,
    },
  ],
  InvalidMarkerException: [
    {
      code: "service_refused",
      message: ({ action }) =>
        `AWS does not know the page of ${action} that it named itself. Run again from the start.`,
    },
  ],

  // The credentials
  AccessDeniedException: [denied],
  AccessDenied: [denied],
  UnauthorizedOperation: [denied],
  NotAuthorized: [denied],
  UnrecognizedClientException: [badCredentials],
  InvalidClientTokenId: [badCredentials],
  InvalidIdentityToken: [badCredentials],
  InvalidIdentityTokenException: [badCredentials],
  IDPRejectedClaimException: [badCredentials],
  InvalidSignatureException: badSignature,
  SignatureDoesNotMatch: badSignature,
  IncompleteSignature: badSignature,
  IncompleteSignatureException: badSignature,
  RequestTimeTooSkewed: [badDate],
  RequestExpired: [badDate],
  RequestInTheFuture: [badDate],
  MissingAuthenticationToken: [badCredentials],
  MissingAuthenticationTokenException: [badCredentials],
  ExpiredTokenException: [expiredSession],
  ExpiredToken: [expiredSession],
  OptInRequired: [
    {
      code: "access_denied",
      message: ({ action }) =>
        `The account has not been enabled for ${action} in this Region (OptInRequired). Enable the Region for the account.`,
    },
  ],
  RegionDisabledException: [
    {
      code: "access_denied",
      message: ({ said: words }) =>
        `STS is not active for the account in this Region${words}. Activate it in the account's settings.`,
    },
  ],

  // Nothing that keys with imported material meet
  IncorrectKeyException: [notOurs],
  InvalidKeyUsageException: [notOurs],
  InvalidAliasNameException: [notOurs],
  InvalidGrantIdException: [notOurs],
  InvalidGrantTokenException: [notOurs],
  DryRunOperationException: [notOurs],
  CustomKeyStoreNotFoundException: [notOurs],
  CustomKeyStoreInvalidStateException: [notOurs],
  CloudHsmClusterInvalidConfigurationException: [notOurs],
  XksKeyNotFoundException: [notOurs],
  XksKeyAlreadyInUseException: [notOurs],
  XksKeyInvalidConfigurationException: [notOurs],
  UnknownOperationException: [
    {
      code: "service_refused",
      message: ({ action }) =>
        `The endpoint does not know ${action}. It is not AWS KMS, or an emulation that lacks it: check the endpoint.`,
    },
  ],
  SerializationException: [
    {
      code: "internal",
      message: ({ action, said: words }) =>
        `AWS could not read the request ${action}${words}. This is a fault of byok: please report it.`,
    },
  ],
} as const satisfies ErrorTable;
