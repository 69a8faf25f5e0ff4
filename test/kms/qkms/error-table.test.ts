import { rows } from "../../../src/kms/qkms/error-table";
import { qkms } from "../../../src/kms/qkms/vendor";
import { refusalError, refusalOf } from "../../../src/kms/refusal";
import { keyArn } from "./surroundings";

function told(name: string, action: string, words: string) {
  const about = action === "CreateKey" ? {} : { resource: keyArn };
  const attempt = { action: `kms:${action}`, changes: true, ...about };
  const error = refusalError(refusalOf(attempt, { name, words, status: 400 }), attempt, rows, qkms);
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

const cases: readonly Case[] = [
  [
    ["ThrottlingException", "TooManyRequestsException"],
    "TagResource",
    "words",
    { ...never, code: "throttled", retry: "backoff" },
    [`kms:TagResource requests${onKey} come too fast. Run again later.`],
  ],
  [
    [
      "DependencyTimeoutException",
      "KMSInternalException",
      "KeyUnavailableException",
      "InternalFailure",
      "ServiceUnavailableException",
    ],
    "TagResource",
    "words",
    { ...never, code: "service_unavailable", retry: "backoff", effectUnknown: true },
    [`failed at kms:TagResource${onKey} (`, "): words. This passes: run again later."],
  ],
  [
    ["NotFoundException", "KMSNotFoundException"],
    "TagResource",
    "words",
    { ...never, code: "key_not_found", retry: "settling" },
    [`does not know the key ${keyArn}: words`, "Check the ARN", "of its account"],
  ],
  [
    ["InvalidArnException"],
    "TagResource",
    "words",
    { ...never, code: "invalid_key_arn", attribute: "key_arn" },
    [`the ARN${onKey}: words`, "Give the ARN of a key"],
  ],
  [
    ["KMSInvalidStateException"],
    "CancelKeyDeletion",
    "it is Not pending deletion",
    { ...never, code: "key_unusable" },
    [`The key ${keyArn} does not wait for its deletion`, "Refresh the state"],
  ],
  [
    ["KMSInvalidStateException"],
    "TagResource",
    "it is pending deletion",
    { ...never, code: "key_pending_deletion" },
    [`The key ${keyArn} waits for its deletion, so QKMS refuses kms:TagResource`, "Cancel the deletion first"],
  ],
  [
    ["KMSInvalidStateException"],
    "TagResource",
    "it is Pending Replica Deletion",
    { ...never, code: "key_pending_deletion" },
    ["Cancel the deletion first"],
  ],
  [
    ["KMSInvalidStateException"],
    "TagResource",
    "it is pending import",
    { ...never, code: "key_unusable", retry: "settling" },
    [`the key ${keyArn} does not allow kms:TagResource: it is pending import`, "bring it into a state that does"],
  ],
  [
    ["DisabledException"],
    "TagResource",
    "words",
    { ...never, code: "key_disabled" },
    [`The key ${keyArn} is disabled, so QKMS refuses kms:TagResource. Enable it first.`],
  ],
  [
    ["UnsupportedOperationException"],
    "CreateKey",
    "the origin is not supported",
    { ...never, code: "unsupported_key_spec", attribute: "key_spec" },
    ["with imported material: the origin is not supported. Leave `key_spec` out"],
  ],
  [
    ["UnsupportedOperationException"],
    "GetParametersForImport",
    "the Origin is not EXTERNAL",
    { ...never, code: "wrong_origin", attribute: "key_arn" },
    [`The key ${keyArn} takes no imported material: the Origin`, "Only a key with origin EXTERNAL does"],
  ],
  [
    ["UnsupportedOperationException"],
    "GetParametersForImport",
    "words",
    { ...never, code: "unsupported_wrapping", attribute: "wrapping_algorithm" },
    [`this wrapping for the key ${keyArn}: words. Leave \`wrapping_algorithm\``],
  ],
  [
    ["UnsupportedOperationException"],
    "TagResource",
    "words",
    { ...never, code: "service_refused" },
    [`does not do kms:TagResource with the key ${keyArn}: words.`],
  ],
  [
    ["IncorrectKeyMaterialException"],
    "ImportKeyMaterial",
    "words",
    { ...never, code: "different_material" },
    [`the key ${keyArn} was first given, or are none for it: words`, "Bring the very same bytes"],
  ],
  [
    ["InvalidCiphertextException", "ExpiredImportTokenException", "InvalidImportTokenException"],
    "ImportKeyMaterial",
    "words",
    { ...never, code: "import_refused", retry: "fresh_parameters" },
    [`the import${onKey} because its import token or the wrapping does not hold (`, "): words. Run again"],
  ],
  [
    ["MalformedPolicyDocumentException"],
    "PutKeyPolicy",
    "words",
    { ...never, code: "invalid_policy", attribute: "policy" },
    ["the key policy: words", "`bypass_policy_lockout_safety_check`"],
  ],
  [
    ["TagException", "TooManyTagsException"],
    "TagResource",
    "words",
    { ...never, code: "invalid_argument", attribute: "tags" },
    ["the tags (T", "): words. Correct them"],
  ],
  [
    ["LimitExceededException"],
    "TagResource",
    "words",
    { ...never, code: "limit_exceeded" },
    [`against kms:TagResource${onKey}: words`, "remove what is no longer needed"],
  ],
  [
    ["ValidationException"],
    "TagResource",
    "words",
    { ...never, code: "invalid_argument" },
    [`an argument of kms:TagResource${onKey}: words. Correct it.`],
  ],
  [
    ["NotAuthorizedException", "AccessDeniedException"],
    "TagResource",
    "words",
    { ...never, code: "access_denied" },
    [
      `refused kms:TagResource${onKey} (`,
      "): words. Check `access_key`",
      "that the key policy grants kms:TagResource.",
    ],
  ],
  [
    ["NotAuthorizedException"],
    "CreateKey",
    "",
    { ...never, code: "access_denied" },
    ["refused kms:CreateKey on * (NotAuthorizedException). Check"],
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
