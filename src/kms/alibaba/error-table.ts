import type { ErrorTable, Refusal, Row } from "../refusal";

const said =
  (pattern: RegExp) =>
  (refusal: Refusal): boolean =>
    pattern.test(refusal.said);

const asking =
  (...actions: readonly string[]) =>
  ({ action }: Refusal): boolean =>
    actions.includes(action);

const throttled: Row = {
  code: "throttled",
  retry: "backoff",
  message: ({ action, on }) =>
    `Alibaba Cloud keeps answering that ${action} requests${on} come too fast: the quota of the account is shared with everything else that uses KMS. Run again later, or ask for a higher quota.`,
};

const failing: Row = {
  code: "service_unavailable",
  retry: "backoff",
  effectUnknown: true,
  message: ({ action, on, name, said: words }) =>
    `Alibaba Cloud failed at ${action}${on} (${name})${words}. This passes: run again later.`,
};

const denied: Row = {
  code: "access_denied",
  message: ({ action, on, said: words }) =>
    `The credentials lack the permission ${action}${on}${words}. Grant it in a RAM policy, and in the key policy of a key in a KMS instance.`,
};

const badAccessKey: Row = {
  code: "access_denied",
  message: ({ action, name, said: words }) =>
    `Alibaba Cloud does not take the access key that signed ${action} (${name})${words}. Check ALIBABA_CLOUD_ACCESS_KEY_ID or \`access_key\`, that the key is enabled, and that temporary credentials come with their security token.`,
};

const badSignature: Row = {
  code: "access_denied",
  message: ({ action, name, said: words }) =>
    `Alibaba Cloud refused the signature of ${action} (${name})${words}. The secret does not belong to the access key id, or something between here and Alibaba Cloud changes requests.`,
};

const expiredSession: Row = {
  code: "access_denied",
  message: ({ action, name }) =>
    `The temporary credentials that signed ${action} are not valid any more (${name}). Get new ones, and run again.`,
};

const account = (what: string): Row => ({
  code: "access_denied",
  message: ({ action, name, said: words }) => `Alibaba Cloud refused ${action} (${name})${words}. ${what}`,
});

const freshParameters: Row = {
  code: "import_refused",
  retry: "fresh_parameters",
  message: ({ on, name, said: words }) =>
    `Alibaba Cloud refused the import${on} because its import token does not hold (${name})${words}. Run again; if it stays, this is a fault of byok.`,
};

const disabled: Row = {
  code: "key_unusable",
  message: ({ action, on }) => `The key${on} is disabled, so Alibaba Cloud refuses ${action}. Enable it first.`,
};

const pendingDeletion: Row = {
  code: "key_pending_deletion",
  message: ({ action, on }) =>
    `The key${on} waits for its deletion, so Alibaba Cloud refuses ${action}. Cancel the deletion first, if the key is to be kept.`,
};

/** The argument that Alibaba Cloud's names of parameters stand for. */
const parameters: Readonly<Record<string, string>> = {
  KeySpec: "key_spec",
  KeyUsage: "key_usage",
  Description: "description",
  Policy: "policy",
  Tags: "tags",
  TagKeys: "tags",
  KeyMaterialExpireUnix: "valid_to",
  WrappingAlgorithm: "wrapping_algorithm",
  WrappingKeySpec: "wrapping_key_spec",
  PendingWindowInDays: "deletion_window_in_days",
  ProtectionLevel: "protection_level",
  DKMSInstanceId: "dkms_instance_id",
  KeyId: "key_arn",
};

function parameterAtFault({ said: words }: Refusal): string | undefined {
  const names = words.match(/\b[A-Z]\w+\b/g) ?? [];
  return names.map((name) => parameters[name]).find((argument) => argument !== undefined);
}

const badArgument: Row = {
  code: "invalid_argument",
  attribute: parameterAtFault,
  message: ({ action, on, name, said: words }) =>
    `Alibaba Cloud does not accept a parameter of ${action}${on} (${name})${words}. Correct the argument that it stands for.`,
};

const ourFault: Row = {
  code: "internal",
  message: ({ action, name, said: words }) =>
    `Alibaba Cloud could not read the request ${action} (${name})${words}. This is a fault of byok: please report it.`,
};

const unavailable = [failing];
const badTimestamp: readonly Row[] = [
  {
    code: "access_denied",
    // The next request is signed by the date of this answer.
    retry: "backoff",
    message: ({ action, said: words }) =>
      `Alibaba Cloud refused the signature of ${action} because of its date${words}. The clock of this machine is off: set it right.`,
  },
];

/**
 * What each error code of Alibaba Cloud KMS and STS means, in the order in which the rows of one code are tried.
 *
 * Codes: "Common error codes" and "How the status of a CMK affects API calls" of the documentation of KMS 2016-01-20,
 * with the misspellings that older pages carry; the common codes of the gateway and those of STS 2015-04-01.
 */
export const rows = {
  // Too fast. All names that begin with Throttling are looked up here.
  Throttling: [throttled],
  ServiceUnavailableThrottling: [throttled],

  // The service
  InternalFailure: unavailable,
  InternalError: unavailable,
  ServiceUnavailable: unavailable,
  ServiceUnavailableTemporary: unavailable,
  SerivceUnavailableTemporary: unavailable,
  "Forbidden.DKMSInstanceStateInvalid": [
    {
      when: asking("kms:CreateKey"),
      code: "service_unavailable",
      retry: "backoff",
      message: ({ said: words }) =>
        `The KMS instance in \`dkms_instance_id\` is not ready for a new key${words}. Wait until it is Connected, and run again.`,
      attribute: "dkms_instance_id",
    },
    account("The KMS instance of the key is not in a state that allows it."),
  ],

  // The key
  "Forbidden.KeyNotFound": [
    {
      code: "key_not_found",
      retry: "settling",
      message: ({ on, said: words }) =>
        `Alibaba Cloud KMS does not know the key${on}${words}. Check the ARN, and that the credentials and the endpoint are those of its account and Region.`,
    },
  ],
  "Rejected.StateModifiedFailed": [
    {
      when: asking("kms:CancelKeyDeletion"),
      code: "key_unusable",
      message: ({ on }) =>
        `The key${on} does not wait for its deletion, so there is nothing to cancel. Refresh the state.`,
    },
    {
      code: "key_unusable",
      retry: "settling",
      message: ({ action, on, said: words }) =>
        `The state of the key${on} does not allow ${action}${words}. It may lack its key material, or wait for its deletion: bring it into a state that does, then run again.`,
    },
  ],
  "Rejected.Disabled": [disabled],
  "Rejected.PendingDeletion": [pendingDeletion],
  "Rejetced.PendingDeletion": [pendingDeletion],
  "Rejected.PendingImport": [
    {
      code: "key_unusable",
      retry: "settling",
      message: ({ action, on }) =>
        `The key${on} has no key material, so Alibaba Cloud refuses ${action}. Import its material first.`,
    },
  ],
  "Rejected.Enabled": [
    {
      code: "key_unusable",
      message: ({ action, on }) => `The key${on} is enabled, so Alibaba Cloud refuses ${action}. Disable it first.`,
    },
  ],
  "Rejected.LimitExceeded": [
    {
      code: "limit_exceeded",
      message: ({ action, on, said: words }) =>
        `A limit of the account stands against ${action}${on}${words}. Ask Alibaba Cloud for a higher one, or remove what is no longer needed.`,
    },
  ],
  "Unsupported.Origin": [
    {
      when: asking("kms:CreateKey"),
      code: "unsupported_key_spec",
      attribute: "key_spec",
      message: ({ said: words }) =>
        `Alibaba Cloud KMS cannot create such a key with imported material there${words}. Choose another \`key_spec\`.`,
    },
    {
      code: "wrong_origin",
      attribute: "key_arn",
      message: ({ on, said: words }) =>
        `The key${on} takes no imported material${words}. Only a key with origin EXTERNAL does, and the origin is fixed when a key is created.`,
    },
  ],
  "Unsupported.Alias": [
    {
      code: "invalid_key_arn",
      attribute: "key_arn",
      message: ({ action, on }) => `${action} takes no alias${on}. Give the ARN of the key itself.`,
    },
  ],
  "Unsupported.ProtectionLevel": [
    {
      code: "invalid_argument",
      attribute: "protection_level",
      message: ({ said: words }) =>
        `This Region does not have the \`protection_level\` that was asked for${words}. Leave it out, or choose another Region.`,
    },
  ],

  // The import
  InvalidKeyMaterial: [
    {
      code: "import_refused",
      message: ({ on, said: words }) =>
        `Alibaba Cloud refused the key material for the key${on}${words}. It has one name for two things: the bytes are not those that the key was first given, in which case only those very bytes bring it back and other bytes need another key; or they could not be unwrapped, which running again with another \`wrapping_algorithm\` shows.`,
    },
  ],
  InvalidImportToken: [freshParameters],
  ExpiredImportToken: [freshParameters],

  // What the user wrote
  MissingParameter: [badArgument],
  InvalidParameter: [
    { ...badArgument, when: said(/KeyMaterialExpireUnix/), code: "lifetime_past", attribute: "valid_to" },
    badArgument,
  ],
  "InvalidParameter.Policy": [
    {
      code: "invalid_policy",
      attribute: "policy",
      message: ({ said: words }) => `Alibaba Cloud does not accept the key policy${words}. Correct it.`,
    },
  ],
  UnsupportedOperation: [
    {
      code: "service_refused",
      message: ({ action, on, said: words }) =>
        `Alibaba Cloud KMS does not do ${action} with the key${on}${words}. Key policies, for one, are for keys in a KMS instance only.`,
    },
  ],
  ParseRequestParameterException: [ourFault],
  UnsupportedHTTPMethod: [ourFault],
  SignatureNonceUsed: [{ ...ourFault, code: "service_unavailable", retry: "backoff" }],
  "InvalidAction.NotFound": [
    {
      code: "service_refused",
      message: ({ action }) =>
        `The endpoint does not know ${action}. It is not Alibaba Cloud KMS, or an emulation that lacks it: check the endpoint.`,
    },
  ],

  // The credentials and the account
  "Forbidden.NoPermission": [denied],
  NoPermission: [denied],
  "Forbidden.RAM": [denied],
  Forbidden: [denied],
  "Forbidden.AccessKey": [badAccessKey],
  "InvalidAccessKeyId.NotFound": [badAccessKey],
  "InvalidAccessKeyId.Inactive": [badAccessKey],
  IncompleteSignature: [badSignature],
  SignatureDoesNotMatch: [badSignature],
  "InvalidSecurityToken.Expired": [expiredSession],
  "InvalidSecurityToken.Malformed": [expiredSession],
  "InvalidSecurityToken.MismatchWithAccessKey": [expiredSession],
  IllegalTimestamp: badTimestamp,
  "InvalidTimeStamp.Expired": badTimestamp,
  "InvalidTimeStamp.Format": [ourFault],
  "Forbidden.KmsServiceNotEnabled": [account("Open KMS for the account in its console first.")],
  "Forbidden.InDebt": [account("The account has unpaid bills.")],
  "Forbidden.InDebtOverdue": [account("The account has unpaid bills.")],
  "Forbidden.ProhibitedByRiskControl": [account("The account is locked by Alibaba Cloud's risk control.")],
  "Forbidden.UbsmsInvalidUserid": [account("Ask Alibaba Cloud about the account.")],
  "Forbidden.UbsmsInvalidBid": [account("Ask Alibaba Cloud about the account.")],
  "EntityNotExist.Role": [
    {
      code: "access_denied",
      attribute: "assume_role",
      message: ({ said: words }) => `The role to assume does not exist${words}. Correct \`role_arn\`.`,
    },
  ],
} as const satisfies ErrorTable;
