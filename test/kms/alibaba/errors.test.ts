import { answerError, classified } from "../../../src/kms/alibaba/errors";
import { rows } from "../../../src/kms/alibaba/error-table";
import { keyArn } from "./surroundings";

type Case = readonly [code: string, action: string, expected: Readonly<Record<string, unknown>>, words?: string];

/** The statuses that the documentation gives; those that it does not name are 400. */
const statuses: Readonly<Record<string, number>> = {
  InternalFailure: 500,
  ServiceUnavailableTemporary: 503,
  "Forbidden.KeyNotFound": 404,
};

function told(name: string, action: string, words = "words", changes = true): Record<string, unknown> {
  const attempt = { action: `kms:${action}`, changes, resource: keyArn };
  const status = statuses[name] ?? (name.startsWith("Rejected") ? 409 : name.startsWith("Forbidden") ? 403 : 400);
  const { code, retry, attribute, effectUnknown, serviceCode, message } = answerError(
    { ok: false, at: 0, status, name, words },
    attempt,
  );
  return { code, retry, attribute, effectUnknown, serviceCode, message };
}

const never = { retry: "never", effectUnknown: false };
const backoff = { retry: "backoff", effectUnknown: false };

const cases: readonly Case[] = [
  ["Throttling", "ImportKeyMaterial", { code: "throttled", ...backoff }],
  ["Throttling.User", "DescribeKey", { code: "throttled", ...backoff }],
  ["Throttling.Api", "DescribeKey", { code: "throttled", ...backoff }],
  ["InternalFailure", "CreateKey", { code: "service_unavailable", retry: "backoff", effectUnknown: true }],
  ["ServiceUnavailableTemporary", "CreateKey", { code: "service_unavailable", retry: "backoff", effectUnknown: true }],
  ["SerivceUnavailableTemporary", "CreateKey", { code: "service_unavailable", retry: "backoff", effectUnknown: true }],
  [
    "Forbidden.DKMSInstanceStateInvalid",
    "CreateKey",
    { code: "service_unavailable", ...backoff, attribute: "dkms_instance_id" },
  ],
  ["Forbidden.DKMSInstanceStateInvalid", "ImportKeyMaterial", { code: "access_denied", ...never }],
  ["Forbidden.KeyNotFound", "ListResourceTags", { code: "key_not_found", retry: "settling" }],
  ["Rejected.StateModifiedFailed", "EnableKey", { code: "key_unusable", retry: "settling" }],
  ["Rejected.StateModifiedFailed", "ScheduleKeyDeletion", { code: "key_unusable", retry: "settling" }],
  ["Rejected.StateModifiedFailed", "CancelKeyDeletion", { code: "key_unusable", ...never }],
  ["Rejected.Disabled", "Encrypt", { code: "key_unusable", ...never }],
  ["Rejected.PendingDeletion", "TagResource", { code: "key_pending_deletion", ...never }],
  ["Rejetced.PendingDeletion", "TagResource", { code: "key_pending_deletion", ...never }],
  ["Rejected.PendingImport", "Encrypt", { code: "key_unusable", retry: "settling" }],
  ["Rejected.LimitExceeded", "CreateKey", { code: "limit_exceeded", ...never }],
  ["Unsupported.Origin", "ImportKeyMaterial", { code: "wrong_origin", attribute: "key_arn", ...never }],
  ["Unsupported.Origin", "CreateKey", { code: "unsupported_key_spec", attribute: "key_spec", ...never }],
  ["Unsupported.Alias", "ImportKeyMaterial", { code: "invalid_key_arn", attribute: "key_arn", ...never }],
  ["Unsupported.ProtectionLevel", "CreateKey", { code: "invalid_argument", attribute: "protection_level", ...never }],
  ["InvalidKeyMaterial", "ImportKeyMaterial", { code: "import_refused", ...never }],
  ["InvalidImportToken", "ImportKeyMaterial", { code: "import_refused", retry: "fresh_parameters" }],
  ["ExpiredImportToken", "ImportKeyMaterial", { code: "import_refused", retry: "fresh_parameters" }],
  [
    "InvalidParameter",
    "ImportKeyMaterial",
    { code: "lifetime_past", attribute: "valid_to", ...never },
    'The specified parameter "KeyMaterialExpireUnix" is not valid.',
  ],
  [
    "InvalidParameter",
    "CreateKey",
    { code: "invalid_argument", attribute: "key_spec", ...never },
    'The specified parameter "KeySpec" is not valid.',
  ],
  [
    "MissingParameter",
    "CreateKey",
    { code: "invalid_argument", attribute: undefined, ...never },
    'The parameter "Constructor" is needed but not provided.',
  ],
  ["Forbidden.NoPermission", "ImportKeyMaterial", { code: "access_denied", ...never }],
  ["Forbidden.AccessKey", "DescribeKey", { code: "access_denied", ...never }],
  ["InvalidAccessKeyId.NotFound", "DescribeKey", { code: "access_denied", ...never }],
  ["IncompleteSignature", "DescribeKey", { code: "access_denied", ...never }],
  ["InvalidSecurityToken.Expired", "DescribeKey", { code: "access_denied", ...never }],
  ["IllegalTimestamp", "DescribeKey", { code: "access_denied", ...backoff }],
  ["Forbidden.KmsServiceNotEnabled", "DescribeKey", { code: "access_denied", ...never }],
  ["Forbidden.InDebt", "DescribeKey", { code: "access_denied", ...never }],
  ["SomethingNew", "DescribeKey", { code: "service_refused", ...never }],
];

it.each(cases.map(([name, action, expected, words = "words"]) => [name, action, expected, words] as const))(
  "%s at %s",
  (name, action, expected, words) => {
    const { message, ...error } = told(name, action, words);
    expect(error).toMatchObject(expected);
    expect(error["serviceCode"]).toBe(name.startsWith("Throttling") ? "Throttling" : name);
    expect(message).toMatch(/[.!?)]$/);
  },
);

it("says what to do about every code of its table, at every operation", () => {
  for (const name of Object.keys(rows)) {
    for (const action of ["CreateKey", "ImportKeyMaterial", "CancelKeyDeletion", "DescribeKey"]) {
      expect(String(told(name, action)["message"]).length).toBeGreaterThan(60);
    }
  }
});

it("does not call bytes different that it cannot tell apart from badly wrapped ones", () => {
  const { message } = told("InvalidKeyMaterial", "ImportKeyMaterial", "key material is invalid.");
  expect(message).toContain("are not those that the key was first given");
  expect(message).toContain("could not be unwrapped");
});

it("names the permission and the key where one is missing", () => {
  expect(told("Forbidden.NoPermission", "ImportKeyMaterial")["message"]).toContain(
    `kms:ImportKeyMaterial on ${keyArn}`,
  );
});

it("leaves no question about a read", () => {
  expect(told("InternalFailure", "DescribeKey", "", false)).toMatchObject({ effectUnknown: false });
});

it("tells nothing of a foreign error but its kind", () => {
  const error = classified(new RangeError("secret"), { action: "kms:DescribeKey", changes: false });
  expect(error.code).toBe("internal");
  expect(error.cause).toBeUndefined();
  expect(error.message).not.toContain("secret");
});
