import { classified } from "../../../src/kms/aws/errors";
import { rows } from "../../../src/kms/aws/error-table";
import type { Attempt } from "../../../src/kms/refusal";
import { keyArn } from "./surroundings";

/** An error as the SDK makes it of an answer. */
const answered = (name: string, message: string, httpStatusCode = 400): Error =>
  Object.assign(new Error(message), { name, $fault: "client", $metadata: { httpStatusCode } });

const attempt = (action: string): Attempt => ({
  action: action.includes(":") ? action : `kms:${action}`,
  changes: !/^(?:Get|Describe|List)/.test(action),
  ...(action === "CreateKey" || action.startsWith("sts:") ? { region: "eu-central-1" } : { resource: keyArn }),
});

function told(name: string, action: string, words: string) {
  const { code, retry, attribute, effectUnknown, serviceCode, rawMessage } = classified(
    answered(name, words),
    attempt(action),
  );
  return { code, retry, attribute, effectUnknown, serviceCode, rawMessage };
}

type Case = readonly [
  names: readonly (keyof typeof rows)[],
  action: string,
  words: string,
  expected: Readonly<Record<string, unknown>>,
  /** What the user is informed of the failure and to do about it. */
  says: readonly (string | RegExp)[],
];

const never = { retry: "never", effectUnknown: false, attribute: undefined };
const onKey = ` on ${keyArn}`;
const theKey = `The key${onKey}`;

const cases: readonly Case[] = [
  [
    [
      "ThrottlingException",
      "Throttling",
      "ThrottledException",
      "TooManyRequestsException",
      "RequestLimitExceeded",
      "RequestThrottled",
    ],
    "ImportKeyMaterial",
    "Rate exceeded",
    { code: "throttled", retry: "backoff", effectUnknown: false, attribute: undefined },
    [`kms:ImportKeyMaterial requests${onKey} come too fast`, "ask AWS for a higher quota"],
  ],
  [
    [
      "DependencyTimeoutException",
      "KMSInternalException",
      "KeyUnavailableException",
      "ServiceUnavailable",
      "ServiceUnavailableException",
      "InternalFailure",
      "InternalError",
      "InternalServerError",
      "IDPCommunicationErrorException",
    ],
    "ImportKeyMaterial",
    "words",
    { code: "service_unavailable", retry: "backoff", effectUnknown: true, attribute: undefined },
    [`failed at kms:ImportKeyMaterial${onKey} (`, "): words. This passes"],
  ],
  [
    ["NotFoundException"],
    "GetKeyPolicy",
    "Invalid arn eu-west-1",
    { ...never, code: "invalid_key_arn", attribute: "key_arn" },
    [`a key${onKey} here: Invalid arn`, "in its own Region only"],
  ],
  [
    ["NotFoundException"],
    "GetKeyPolicy",
    "Key does not exist",
    { ...never, code: "key_not_found", retry: "settling" },
    [`does not know the key${onKey}: Key does not exist`, "Check the ARN", "of its account and Region"],
  ],
  [
    ["InvalidArnException"],
    "GetKeyPolicy",
    "words",
    { ...never, code: "invalid_key_arn", attribute: "key_arn" },
    [`the ARN${onKey}: words`, "Give the ARN of a key"],
  ],
  [
    ["KMSInvalidStateException"],
    "ReplicateKey",
    "it is Pending Import.",
    { ...never, code: "primary_not_ready", retry: "settling", attribute: "primary_key_arn" },
    [`The primary key${onKey} has no material yet`, "Take `primary_key_arn` from the primary's imported material"],
  ],
  [
    ["KMSInvalidStateException"],
    "ReplicateKey",
    "it is updating.",
    { ...never, code: "key_unusable", retry: "settling" },
    [`${theKey.replace("The", "the")} does not allow kms:ReplicateKey: it is updating`],
  ],
  [
    ["KMSInvalidStateException"],
    "EnableKey",
    "it is pending import.",
    { ...never, code: "key_unusable", retry: "settling" },
    [`the key${onKey} does not allow kms:EnableKey: it is pending import`, "bring it into a state that does"],
  ],
  [
    ["KMSInvalidStateException"],
    "RotateKeyOnDemand",
    "No available key material pending rotation for the key: words.",
    { ...never, code: "key_unusable" },
    [`AWS does not rotate the key${onKey} in its state: No available`, "each of its Regions has"],
  ],
  [
    ["KMSInvalidStateException"],
    "CancelKeyDeletion",
    "it is not pending deletion.",
    { ...never, code: "key_unusable" },
    [`${theKey} does not wait for its deletion`, "Refresh the state"],
  ],
  [
    ["KMSInvalidStateException"],
    "EnableKey",
    "it is pending deletion.",
    { ...never, code: "key_pending_deletion" },
    [`${theKey} waits for its deletion, so AWS refuses kms:EnableKey`, "Cancel the deletion first"],
  ],
  [
    ["KMSInvalidStateException"],
    "EnableKey",
    "it is Pending Replica Deletion.",
    { ...never, code: "key_pending_deletion" },
    ["Cancel the deletion first"],
  ],
  [
    ["KMSInvalidStateException"],
    "ImportKeyMaterial",
    "another one is pending rotation.",
    { ...never, code: "key_unusable" },
    [`${theKey} holds material that waits for a rotation: another one`, "Rotate the key, or delete that material"],
  ],
  [
    ["DisabledException"],
    "ReplicateKey",
    "",
    { ...never, code: "primary_not_ready", attribute: "primary_key_arn" },
    [`The primary key${onKey} is disabled`, "Enable it first"],
  ],
  [
    ["DisabledException"],
    "ImportKeyMaterial",
    "",
    { ...never, code: "key_disabled" },
    [`${theKey} is disabled, so AWS refuses kms:ImportKeyMaterial`, "Enable it first"],
  ],
  [
    ["UnsupportedOperationException"],
    "GetParametersForImport",
    "the key's Origin is AWS_KMS",
    { ...never, code: "wrong_origin", attribute: "key_arn" },
    [`${theKey} takes no imported material: the key's Origin`, "Only a key with origin EXTERNAL does"],
  ],
  [
    ["UnsupportedOperationException"],
    "CreateKey",
    "words",
    { ...never, code: "unsupported_key_spec", attribute: "key_spec" },
    ["in this Region: words", "Choose another `key_spec`"],
  ],
  [
    ["UnsupportedOperationException"],
    "GetParametersForImport",
    "words",
    { ...never, code: "unsupported_wrapping", attribute: "wrapping_algorithm" },
    [`this wrapping for the key${onKey}: words`, "Choose another `wrapping_algorithm`"],
  ],
  [
    ["UnsupportedOperationException"],
    "ReplicateKey",
    "words",
    { ...never, code: "invalid_argument", attribute: "primary_key_arn" },
    [`${theKey} cannot be replicated: words`, "`multi_region = true`"],
  ],
  [
    ["UnsupportedOperationException"],
    "TagResource",
    "words",
    { ...never, code: "service_refused" },
    [`does not do kms:TagResource with the key${onKey}: words.`],
  ],
  [
    ["AlreadyExistsException"],
    "ReplicateKey",
    "words",
    { ...never, code: "key_conflict", attribute: "region" },
    [`a replica of the key${onKey} in that Region already: words`, "Import it into the state"],
  ],
  [
    ["AlreadyExistsException"],
    "TagResource",
    "words",
    { ...never, code: "key_conflict" },
    [`What kms:TagResource${onKey} would create exists already: words.`],
  ],
  [
    ["ConflictException"],
    "TagResource",
    "words",
    { ...never, code: "key_unusable", retry: "backoff" },
    [
      `Another operation on the key${onKey} is under way`,
      "refuses kms:TagResource: words",
      "Run again when it is over",
    ],
  ],
  [
    ["ConflictException"],
    "RotateKeyOnDemand",
    "words",
    { ...never, code: "key_unusable", retry: "settling" },
    [`A rotation of the key${onKey} is under way`, "begins no other: words", "Run again when it is over"],
  ],
  [
    ["IncorrectKeyMaterialException"],
    "ImportKeyMaterial",
    "It is already associated with the key",
    { ...never, code: "import_refused" },
    [`new material of the key${onKey}: it has had them before: It is`, "New key material needs new bytes"],
  ],
  [
    ["IncorrectKeyMaterialException"],
    "ImportKeyMaterial",
    "words",
    { ...never, code: "different_material" },
    [`not those that the key${onKey} was first given: words`, "Bring the very same bytes"],
  ],
  [
    ["InvalidCiphertextException", "ExpiredImportTokenException", "InvalidImportTokenException"],
    "ImportKeyMaterial",
    "words",
    { ...never, code: "import_refused", retry: "fresh_parameters" },
    [`refused the import${onKey} because`, "): words. Run again"],
  ],
  [
    ["MalformedPolicyDocumentException"],
    "PutKeyPolicy",
    "an Invalid Principal",
    { ...never, code: "invalid_policy", retry: "settling", attribute: "policy" },
    ["the key policy: an Invalid Principal", "Every principal in it must exist"],
  ],
  [
    ["MalformedPolicyDocumentException"],
    "PutKeyPolicy",
    "words",
    { ...never, code: "invalid_policy", attribute: "policy" },
    ["the key policy: words", "`bypass_policy_lockout_safety_check`"],
  ],
  [
    ["MalformedPolicyDocumentException", "MalformedPolicyDocument"],
    "sts:AssumeRole",
    "words",
    { ...never, code: "invalid_argument", attribute: "assume_role" },
    ["the session `policy` in `assume_role`: words. Correct it."],
  ],
  [
    ["PackedPolicyTooLargeException"],
    "sts:AssumeRole",
    "words",
    { ...never, code: "invalid_argument", attribute: "assume_role" },
    ["in `assume_role` are too long: words. Shorten them."],
  ],
  [
    ["TagException"],
    "TagResource",
    "words",
    { ...never, code: "invalid_argument", attribute: "tags" },
    ["the tags: words", "At most 50 per key"],
  ],
  [
    ["LimitExceededException"],
    "RotateKeyOnDemand",
    "The on-demand rotations limit has been reached.",
    { ...never, code: "limit_exceeded" },
    [`${theKey} was rotated as often as a key can be in its life: The on-demand`, "Create another key"],
  ],
  [
    ["LimitExceededException"],
    "TagResource",
    "words",
    { ...never, code: "limit_exceeded" },
    [`kms:TagResource${onKey}: words`, "Service Quotas"],
  ],
  [
    ["ValidationException"],
    "TagResource",
    "words",
    { ...never, code: "invalid_argument" },
    [`an argument of kms:TagResource${onKey}: words. Correct it.`],
  ],
  [
    ["ValidationError"],
    "sts:AssumeRole",
    "words",
    { ...never, code: "invalid_argument", attribute: "assume_role" },
    ["an argument of sts:AssumeRole in eu-central-1: words. Correct it."],
  ],
  [
    ["ValidationError"],
    "sts:GetCallerIdentity",
    "words",
    { ...never, code: "invalid_argument" },
    ["an argument of sts:GetCallerIdentity"],
  ],
  [
    ["InvalidMarkerException"],
    "ListKeys",
    "",
    { ...never, code: "service_refused" },
    ["the page of kms:ListKeys", "Run again from the start"],
  ],
  [
    ["AccessDeniedException", "AccessDenied", "UnauthorizedOperation", "NotAuthorized"],
    "TagResource",
    "",
    { ...never, code: "access_denied" },
    [`lack the permission kms:TagResource${onKey}.`, /in the key policy\.$/],
  ],
  [
    [
      "UnrecognizedClientException",
      "InvalidClientTokenId",
      "InvalidIdentityToken",
      "InvalidIdentityTokenException",
      "IDPRejectedClaimException",
      "MissingAuthenticationToken",
      "MissingAuthenticationTokenException",
    ],
    "TagResource",
    "words",
    { ...never, code: "access_denied" },
    ["the access key that signed kms:TagResource (", "): words. Check AWS_ACCESS_KEY_ID"],
  ],
  [
    ["InvalidSignatureException", "SignatureDoesNotMatch", "IncompleteSignature", "IncompleteSignatureException"],
    "TagResource",
    "words",
    { ...never, code: "access_denied" },
    ["the signature of kms:TagResource (", "): words. The secret access key does not belong"],
  ],
  [
    ["InvalidSignatureException", "SignatureDoesNotMatch"],
    "TagResource",
    "Signature expired: now",
    { ...never, code: "access_denied", retry: "backoff" },
    ["because of its date: Signature expired: now", "The clock of this machine is off"],
  ],
  [
    ["InvalidSignatureException", "RequestTimeTooSkewed", "RequestExpired", "RequestInTheFuture"],
    "TagResource",
    "Signature not yet current: now",
    { ...never, code: "access_denied", retry: "backoff" },
    ["the signature of kms:TagResource because of its date", "The clock of this machine is off"],
  ],
  [
    ["ExpiredTokenException", "ExpiredToken"],
    "TagResource",
    "",
    { ...never, code: "access_denied" },
    ["that signed kms:TagResource have expired (ExpiredToken", "`aws sso login`"],
  ],
  [
    ["OptInRequired"],
    "TagResource",
    "",
    { ...never, code: "access_denied" },
    ["has not been enabled for kms:TagResource", "Enable the Region"],
  ],
  [
    ["RegionDisabledException"],
    "sts:AssumeRole",
    "words",
    { ...never, code: "access_denied" },
    ["in this Region: words", "Activate it"],
  ],
  [
    [
      "IncorrectKeyException",
      "InvalidKeyUsageException",
      "InvalidAliasNameException",
      "InvalidGrantIdException",
      "InvalidGrantTokenException",
      "DryRunOperationException",
      "CustomKeyStoreNotFoundException",
      "CustomKeyStoreInvalidStateException",
      "CloudHsmClusterInvalidConfigurationException",
      "XksKeyNotFoundException",
      "XksKeyAlreadyInUseException",
      "XksKeyInvalidConfigurationException",
    ],
    "TagResource",
    "words",
    { ...never, code: "service_refused" },
    [`refused kms:TagResource${onKey} (`, "): words. The key is kept in a key store of its own"],
  ],
  [
    ["UnknownOperationException"],
    "TagResource",
    "",
    { ...never, code: "service_refused" },
    ["does not know kms:TagResource", "check the endpoint"],
  ],
  [
    ["SerializationException"],
    "TagResource",
    "words",
    { ...never, code: "internal" },
    ["the request kms:TagResource: words", "please report it"],
  ],
];

const each = cases.flatMap(([names, ...rest]) => names.map((name) => [name, ...rest] as const));

it.each(each)("%s at %s: %s", (name, action, words, expected, says) => {
  const { rawMessage, ...error } = told(name, action, words);
  expect(error).toEqual({ serviceCode: name, ...expected });
  for (const part of says) expect(rawMessage).toMatch(part);
});

it("has a case for every name", () => {
  const tested: ReadonlySet<string> = new Set(each.map(([name]) => name));
  expect(Object.keys(rows).filter((name) => !tested.has(name))).toEqual([]);
});

describe("the argument at fault", () => {
  it.each([
    ["keySpec", "key_spec"],
    ["customerMasterKeySpec", "key_spec"],
    ["keyUsage", "key_usage"],
    ["description", "description"],
    ["policy", "policy"],
    ["tags", "tags"],
    ["tagKey", "tags"],
    ["tagValue", "tags"],
    ["tagKeys", "tags"],
    ["validTo", "valid_to"],
    ["expirationModel", "valid_to"],
    ["wrappingAlgorithm", "wrapping_algorithm"],
    ["wrappingKeySpec", "wrapping_key_spec"],
    ["keyMaterialDescription", "material_description"],
    ["pendingWindowInDays", "deletion_window_in_days"],
    ["replicaRegion", "region"],
    ["keyId", "key_arn"],
    ["marker", undefined],
  ])("is found by the name of the member: %s", (member, attribute) => {
    const inPath = `Value '…' at '${member}' failed to satisfy constraint`;
    expect(told("ValidationException", "CreateKey", inPath).attribute).toBe(attribute);
    const deeper = `Value '…' at 'input.1.${member}' failed to satisfy constraint`;
    expect(told("ValidationException", "CreateKey", deeper).attribute).toBe(attribute);
  });

  it.each([
    ["A validTo date must be set", "valid_to"],
    ["You must specify a KeyUsage value", "key_usage"],
    ["The KeySpec is not known", "key_spec"],
    ["The Description is too long", "description"],
    ["Tag is not valid", "tags"],
    ["Tags are not valid", "tags"],
    ["The MyDescriptions are not known", undefined],
    ["nothing at all", undefined],
  ])("is found in AWS's words: %s", (words, attribute) => {
    expect(told("ValidationException", "CreateKey", words).attribute).toBe(attribute);
  });
});

describe("the permission that is missing", () => {
  it.each([
    ["x is not authorized to perform: kms:CreateKey on resource: * with an explicit deny", "kms:CreateKey on "],
    [
      "x is not authorized to perform: kms:CreateKey on resource: arn:aws:kms:x, because",
      "kms:CreateKey on arn:aws:kms:x.",
    ],
    ["x is not authorized to perform: kms:CreateKey on resource: arn:aws:kms:x", "kms:CreateKey on arn:aws:kms:x."],
    ["x is not authorized to perform: iam:PassRole because", "iam:PassRole on "],
    ["x is not authorized to perform the action: kms:CreateKey", "kms:CreateKey on "],
    ["perform kms-x:CreateKey", "kms-x:CreateKey on "],
    ["perform kms:CreateKey on resource arn:aws:kms:x because", "kms:CreateKey on arn:aws:kms:x."],
    ["no way", "kms:TagResource on "],
  ])("is the one that AWS names: %s", (words, permission) => {
    const { rawMessage } = told("AccessDeniedException", "TagResource", words);
    const whole = permission.endsWith(" on ") ? `${permission}${keyArn}.` : permission;
    expect(rawMessage).toContain(`lack the permission ${whole} Grant it in the caller's IAM policy`);
    expect(rawMessage).toContain(`in the key policy; AWS says: ${words}.`);
  });
});

it("takes an error whose parts are of other kinds than the SDK says", () => {
  const strange = Object.assign(new Error("x"), { $fault: "client", $metadata: { httpStatusCode: "503" } });
  Object.defineProperty(strange, "name", { value: 7 });
  Object.defineProperty(strange, "message", { value: { a: 1 } });
  const error = classified(strange, attempt("TagResource"));
  expect(error).toMatchObject({ code: "service_refused", serviceCode: "Unknown", effectUnknown: false });
  expect(error.rawMessage).toContain(`AWS refused kms:TagResource${onKey} (Unknown). Look the name up`);
  for (const $metadata of [undefined, null, "x"]) {
    const bare = Object.assign(new Error("x"), { name: "Surprise", $fault: "client", $metadata });
    expect(classified(bare, attempt("TagResource"))).toMatchObject({ code: "service_refused" });
  }
});

it("judges a name that it does not know by the status", () => {
  const judged = (status: number) => classified(answered("Surprise", "words", status), attempt("TagResource"));
  expect(judged(503)).toMatchObject({ code: "service_unavailable", retry: "backoff", effectUnknown: true });
  expect(judged(503).rawMessage).toBe("AWS failed at kms:TagResource (Surprise, HTTP 503): words. Try again later.");
  expect(judged(429).rawMessage).toContain("AWS keeps answering that kms:TagResource requests come too fast");
  expect(judged(302).rawMessage).toContain("kms:TagResource was a redirect (HTTP 302)");
});
