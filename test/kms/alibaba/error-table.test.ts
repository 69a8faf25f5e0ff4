import { answerError } from "../../../src/kms/alibaba/errors";
import { rows } from "../../../src/kms/alibaba/error-table";
import { keyArn } from "./surroundings";

function told(name: string, action: string, words: string, status = 400) {
  const about =
    action === "CreateKey" || action === "sts:AssumeRole" ? { region: "cn-hangzhou" } : { resource: keyArn };
  const attempt = { action: action.includes(":") ? action : `kms:${action}`, changes: true, ...about };
  const error = answerError({ ok: false, at: 0, status, name, words }, attempt);
  const { code, retry, attribute, effectUnknown, serviceCode, rawMessage } = error;
  return { code, retry, attribute, effectUnknown, serviceCode, rawMessage };
}

type Case = readonly [
  names: readonly (keyof typeof rows)[],
  action: string,
  words: string,
  expected: Readonly<Record<string, unknown>>,
  /** What the user is informed of the failure and to do about it. */
  says: readonly string[],
];

const never = { retry: "never", effectUnknown: false, attribute: undefined };
const onKey = ` on ${keyArn}`;

const account = (name: keyof typeof rows, advice: string): Case => [
  [name],
  "TagResource",
  "words",
  { ...never, code: "access_denied" },
  [`Alibaba Cloud refused kms:TagResource (${name}): words. ${advice}`],
];

const cases: readonly Case[] = [
  [
    ["Throttling", "ServiceUnavailableThrottling"],
    "TagResource",
    "words",
    { ...never, code: "throttled", retry: "backoff" },
    [`kms:TagResource requests${onKey} come too fast`, "ask for a higher quota"],
  ],
  [
    [
      "InternalFailure",
      "InternalError",
      "ServiceUnavailable",
      "ServiceUnavailableTemporary",
      "SerivceUnavailableTemporary",
    ],
    "TagResource",
    "words",
    { ...never, code: "service_unavailable", retry: "backoff", effectUnknown: true },
    [`failed at kms:TagResource${onKey} (`, "): words. This passes: run again later."],
  ],
  [
    ["Forbidden.DKMSInstanceStateInvalid"],
    "CreateKey",
    "words",
    { ...never, code: "service_unavailable", retry: "backoff", attribute: "dkms_instance_id" },
    ["not ready for a new key: words", "Wait until it is Connected"],
  ],
  account("Forbidden.DKMSInstanceStateInvalid", "The KMS instance of the key is not in a state that allows it."),
  [
    ["Forbidden.KeyNotFound"],
    "TagResource",
    "words",
    { ...never, code: "key_not_found", retry: "settling" },
    [`does not know the key${onKey}: words`, "Check the ARN", "of its account and Region"],
  ],
  [
    ["Rejected.StateModifiedFailed"],
    "CancelKeyDeletion",
    "words",
    { ...never, code: "key_unusable" },
    [`The key${onKey} does not wait for its deletion`, "Refresh the state"],
  ],
  [
    ["Rejected.StateModifiedFailed"],
    "EnableKey",
    "words",
    { ...never, code: "key_unusable", retry: "settling" },
    [`the key${onKey} does not allow kms:EnableKey: words`, "bring it into a state that does"],
  ],
  [
    ["Rejected.Disabled"],
    "ImportKeyMaterial",
    "words",
    { ...never, code: "key_unusable" },
    [`The key${onKey} is disabled, so Alibaba Cloud refuses kms:ImportKeyMaterial. Enable it first.`],
  ],
  [
    ["Rejected.PendingDeletion", "Rejetced.PendingDeletion"],
    "TagResource",
    "words",
    { ...never, code: "key_pending_deletion" },
    [`The key${onKey} waits for its deletion, so Alibaba Cloud refuses kms:TagResource`, "Cancel the deletion first"],
  ],
  [
    ["Rejected.PendingImport"],
    "EnableKey",
    "words",
    { ...never, code: "key_unusable", retry: "settling" },
    [`The key${onKey} has no key material, so Alibaba Cloud refuses kms:EnableKey`, "Import its material first"],
  ],
  [
    ["Rejected.Enabled"],
    "TagResource",
    "words",
    { ...never, code: "key_unusable" },
    [`The key${onKey} is enabled, so Alibaba Cloud refuses kms:TagResource. Disable it first.`],
  ],
  [
    ["Rejected.LimitExceeded"],
    "TagResource",
    "words",
    { ...never, code: "limit_exceeded" },
    [`against kms:TagResource${onKey}: words`, "remove what is no longer needed"],
  ],
  [
    ["Unsupported.Origin"],
    "CreateKey",
    "words",
    { ...never, code: "unsupported_key_spec", attribute: "key_spec" },
    ["with imported material there: words. Choose another `key_spec`"],
  ],
  [
    ["Unsupported.Origin"],
    "ImportKeyMaterial",
    "words",
    { ...never, code: "wrong_origin", attribute: "key_arn" },
    [`The key${onKey} takes no imported material: words`, "Only a key with origin EXTERNAL does"],
  ],
  [
    ["Unsupported.Alias"],
    "ImportKeyMaterial",
    "words",
    { ...never, code: "invalid_key_arn", attribute: "key_arn" },
    [`kms:ImportKeyMaterial takes no alias${onKey}. Give the ARN`],
  ],
  [
    ["Unsupported.ProtectionLevel"],
    "CreateKey",
    "words",
    { ...never, code: "invalid_argument", attribute: "protection_level" },
    ["the `protection_level` that was asked for: words", "choose another Region"],
  ],
  [
    ["InvalidKeyMaterial"],
    "ImportKeyMaterial",
    "words",
    { ...never, code: "import_refused" },
    [`the key material for the key${onKey}: words`, "another `wrapping_algorithm`"],
  ],
  [
    ["InvalidImportToken", "ExpiredImportToken"],
    "ImportKeyMaterial",
    "words",
    { ...never, code: "import_refused", retry: "fresh_parameters" },
    [`the import${onKey} because its import token does not hold (`, "): words. Run again"],
  ],
  [
    ["MissingParameter", "InvalidParameter"],
    "TagResource",
    "words",
    { ...never, code: "invalid_argument" },
    [`a parameter of kms:TagResource${onKey} (`, "): words. Correct the argument"],
  ],
  [
    ["InvalidParameter"],
    "ImportKeyMaterial",
    'The parameter "KeyMaterialExpireUnix" is not valid',
    { ...never, code: "lifetime_past", attribute: "valid_to" },
    ["KeyMaterialExpireUnix"],
  ],
  [
    ["InvalidParameter.Policy"],
    "SetKeyPolicy",
    "words",
    { ...never, code: "invalid_policy", attribute: "policy" },
    ["the key policy: words. Correct it."],
  ],
  [
    ["UnsupportedOperation"],
    "GetKeyPolicy",
    "words",
    { ...never, code: "service_refused" },
    [`does not do kms:GetKeyPolicy with the key${onKey}: words`, "keys in a KMS instance only"],
  ],
  [
    ["ParseRequestParameterException", "UnsupportedHTTPMethod", "InvalidTimeStamp.Format"],
    "TagResource",
    "words",
    { ...never, code: "internal" },
    ["could not read the request kms:TagResource (", "): words. This is a fault of byok"],
  ],
  [
    ["SignatureNonceUsed"],
    "TagResource",
    "words",
    { ...never, code: "service_unavailable", retry: "backoff" },
    ["kms:TagResource (SignatureNonceUsed): words"],
  ],
  [
    ["InvalidAction.NotFound"],
    "TagResource",
    "words",
    { ...never, code: "service_refused" },
    ["does not know kms:TagResource", "check the endpoint"],
  ],
  [
    ["Forbidden.NoPermission", "NoPermission", "Forbidden.RAM", "Forbidden"],
    "TagResource",
    "words",
    { ...never, code: "access_denied" },
    [`lack the permission kms:TagResource${onKey}: words. Grant it in a RAM policy`],
  ],
  [
    ["Forbidden.AccessKey", "InvalidAccessKeyId.NotFound", "InvalidAccessKeyId.Inactive"],
    "TagResource",
    "words",
    { ...never, code: "access_denied" },
    ["the access key that signed kms:TagResource (", "): words. Check ALIBABA_CLOUD_ACCESS_KEY_ID"],
  ],
  [
    ["IncompleteSignature", "SignatureDoesNotMatch"],
    "TagResource",
    "words",
    { ...never, code: "access_denied" },
    ["the signature of kms:TagResource (", "): words. The secret does not belong to the access key id"],
  ],
  [
    ["InvalidSecurityToken.Expired", "InvalidSecurityToken.Malformed", "InvalidSecurityToken.MismatchWithAccessKey"],
    "TagResource",
    "words",
    { ...never, code: "access_denied" },
    ["that signed kms:TagResource are not valid any more (InvalidSecurityToken.", "Get new ones"],
  ],
  [
    ["IllegalTimestamp", "InvalidTimeStamp.Expired"],
    "TagResource",
    "words",
    { ...never, code: "access_denied", retry: "backoff" },
    ["the signature of kms:TagResource because of its date: words", "The clock of this machine is off"],
  ],
  account("Forbidden.KmsServiceNotEnabled", "Open KMS for the account"),
  account("Forbidden.InDebt", "The account has unpaid bills."),
  account("Forbidden.InDebtOverdue", "The account has unpaid bills."),
  account("Forbidden.ProhibitedByRiskControl", "The account is locked"),
  account("Forbidden.UbsmsInvalidUserid", "Ask Alibaba Cloud about the account."),
  account("Forbidden.UbsmsInvalidBid", "Ask Alibaba Cloud about the account."),
  [
    ["EntityNotExist.Role"],
    "sts:AssumeRole",
    "words",
    { ...never, code: "access_denied", attribute: "assume_role" },
    ["The role to assume does not exist: words. Correct `role_arn`."],
  ],
];

const each = cases.flatMap(([names, ...rest]) => names.map((name) => [name, ...rest] as const));

it.each(each)("%s at %s: %s", (name, action, words, expected, says) => {
  const { rawMessage, ...error } = told(name, action, words);
  expect(error).toEqual({ serviceCode: name, ...expected });
  for (const part of says) expect(rawMessage).toContain(part);
});

it("has a case for every name", () => {
  const tested: ReadonlySet<string> = new Set(each.map(([name]) => name));
  expect(Object.keys(rows).filter((name) => !tested.has(name))).toEqual([]);
});

it.each(["Throttling.User", "Throttling.Api", "Throttling.RateQuota"])("takes %s for what it begins with", (name) => {
  expect(told(name, "TagResource", "")).toMatchObject({ code: "throttled", serviceCode: "Throttling" });
});

it.each([
  ["KeySpec", "key_spec"],
  ["KeyUsage", "key_usage"],
  ["Description", "description"],
  ["Policy", "policy"],
  ["Tags", "tags"],
  ["TagKeys", "tags"],
  ["WrappingAlgorithm", "wrapping_algorithm"],
  ["WrappingKeySpec", "wrapping_key_spec"],
  ["PendingWindowInDays", "deletion_window_in_days"],
  ["ProtectionLevel", "protection_level"],
  ["DKMSInstanceId", "dkms_instance_id"],
  ["KeyId", "key_arn"],
  ["Surprise", undefined],
  ["keyKeySpecs", undefined],
])("finds the argument that %s stands for", (parameter, attribute) => {
  expect(told("InvalidParameter", "CreateKey", `The specified parameter "${parameter}" is not valid.`)).toMatchObject({
    code: "invalid_argument",
    attribute,
  });
  expect(told("MissingParameter", "CreateKey", `${parameter} is needed`).attribute).toBe(attribute);
});

it("names the expiry among the parameters, whatever is wrong with it", () => {
  expect(told("MissingParameter", "ImportKeyMaterial", "KeyMaterialExpireUnix is needed")).toMatchObject({
    code: "invalid_argument",
    attribute: "valid_to",
  });
});

it("judges a name that it does not know by the status", () => {
  expect(told("Surprise", "TagResource", "words", 503)).toMatchObject({
    code: "service_unavailable",
    retry: "backoff",
    effectUnknown: true,
    rawMessage: "Alibaba Cloud failed at kms:TagResource (Surprise, HTTP 503): words. Try again later.",
  });
});
