import { isByokError } from "../../../src/engine/errors";
import type { KeyService } from "../../../src/engine/key-service";
import { classified } from "../../../src/kms/aws/errors";
import { aws } from "../../../src/kms/aws/vendor";
import { networkError } from "../../../src/http/network-errors";
import { clean } from "../../../src/kms/quotation";
import { refusal, scriptedServer } from "./scripted-server";
import { keyArn, settingsFor, surroundings } from "./surroundings";

const around = surroundings();

type Ask = (service: KeyService) => Promise<unknown>;
const describeKey: Ask = (service) => service.describe(keyArn);
const parameters: Ask = (service) => service.importParameters(keyArn, "RSAES_OAEP_SHA_256", "RSA_4096");
const create: Ask = (service) =>
  service.create({ spec: "SYMMETRIC_DEFAULT", usage: "ENCRYPT_DECRYPT", multiRegion: false, tags: {} });
const replicate: Ask = (service) => service.replicate({ primaryArn: keyArn, replicaRegion: "eu-west-1", tags: {} });
const rotate: Ask = async (service) => service.rotate?.(keyArn);
const enable: Ask = (service) => service.setEnabled(keyArn, true);
const tag: Ask = (service) => service.tag(keyArn, { a: "b" });
const setPolicy: Ask = (service) => service.setPolicy(keyArn, "{}", false);
const cancel: Ask = (service) => service.cancelDeletion(keyArn);
const importMaterial: Ask = (service) =>
  service.importMaterial({
    keyArn,
    wrappingAlgorithm: "RSAES_OAEP_SHA_256",
    token: Buffer.from("token"),
    wrappedMaterial: Buffer.from("wrapped"),
  });

async function errorOf(ask: Ask, answer: { name: string; message?: string; status?: number }): Promise<unknown> {
  await using server = await scriptedServer((_request, response) =>
    refusal(response, answer.name, answer.message, answer.status),
  );
  const error: unknown = await ask(around.services(settingsFor(server.url)).service()).catch(
    (thrown: unknown) => thrown,
  );
  expect(server.requests).toHaveLength(1);
  return error;
}

const never = "never";
const backoff = "backoff";
const settling = "settling";
const fresh = "fresh_parameters";

describe("an error of AWS", () => {
  it.each<[string, string | undefined, Ask, string, string, string | undefined]>([
    // Too fast, or failing
    ["ThrottlingException", "Rate exceeded", parameters, "throttled", backoff, undefined],
    ["TooManyRequestsException", undefined, parameters, "throttled", backoff, undefined],
    ["DependencyTimeoutException", undefined, enable, "service_unavailable", backoff, undefined],
    ["KMSInternalException", undefined, enable, "service_unavailable", backoff, undefined],
    ["KeyUnavailableException", undefined, enable, "service_unavailable", backoff, undefined],
    ["ServiceUnavailableException", undefined, enable, "service_unavailable", backoff, undefined],
    ["InternalFailure", undefined, enable, "service_unavailable", backoff, undefined],
    // The key
    ["NotFoundException", `Key '${keyArn}' does not exist`, parameters, "key_not_found", settling, undefined],
    ["NotFoundException", "Invalid arn us-west-2", parameters, "invalid_key_arn", never, "key_arn"],
    ["NotFoundException", "Invalid keyId 'x'", parameters, "invalid_key_arn", never, "key_arn"],
    ["NotFoundException", "Invalid arn us-west-2", describeKey, "invalid_key_arn", never, "key_arn"],
    ["NotFoundException", "Invalid keyId 'x'", describeKey, "invalid_key_arn", never, "key_arn"],
    ["InvalidArnException", undefined, describeKey, "invalid_key_arn", never, "key_arn"],
    ["KMSInvalidStateException", `${keyArn} is pending import.`, enable, "key_unusable", settling, undefined],
    [
      "KMSInvalidStateException",
      `${keyArn} is pending import.`,
      replicate,
      "primary_not_ready",
      settling,
      "primary_key_arn",
    ],
    ["KMSInvalidStateException", `${keyArn} is creating.`, parameters, "key_unusable", settling, undefined],
    ["KMSInvalidStateException", `${keyArn} is updating.`, parameters, "key_unusable", settling, undefined],
    ["KMSInvalidStateException", `${keyArn} is unavailable.`, parameters, "key_unusable", settling, undefined],
    [
      "KMSInvalidStateException",
      `${keyArn} is pending deletion (or pending replica deletion).`,
      parameters,
      "key_pending_deletion",
      never,
      undefined,
    ],
    [
      "KMSInvalidStateException",
      `${keyArn} is not pending deletion (or pending replica deletion).`,
      cancel,
      "key_unusable",
      never,
      undefined,
    ],
    [
      "KMSInvalidStateException",
      `New key material (id: ${"a".repeat(64)}) cannot be imported into KMS key ${keyArn}, because another key material (id: ${"b".repeat(64)}) is pending rotation.`,
      importMaterial,
      "key_unusable",
      never,
      undefined,
    ],
    ["DisabledException", `${keyArn} is disabled.`, replicate, "primary_not_ready", never, "primary_key_arn"],
    ["DisabledException", `${keyArn} is disabled.`, enable, "key_disabled", never, undefined],
    [
      "UnsupportedOperationException",
      `${keyArn} origin is AWS_KMS which is not valid for this operation.`,
      parameters,
      "wrong_origin",
      never,
      "key_arn",
    ],
    ["UnsupportedOperationException", undefined, create, "unsupported_key_spec", never, "key_spec"],
    ["UnsupportedOperationException", undefined, parameters, "unsupported_wrapping", never, "wrapping_algorithm"],
    [
      "UnsupportedOperationException",
      `${keyArn} is not a multi-region primary key.`,
      replicate,
      "invalid_argument",
      never,
      "primary_key_arn",
    ],
    ["UnsupportedOperationException", undefined, enable, "service_refused", never, undefined],
    ["AlreadyExistsException", undefined, replicate, "key_conflict", never, "region"],
    ["AlreadyExistsException", undefined, enable, "key_conflict", never, undefined],
    ["ConflictException", undefined, enable, "key_unusable", backoff, undefined],
    ["ConflictException", undefined, rotate, "key_unusable", settling, undefined],
    // The import
    [
      "IncorrectKeyMaterialException",
      "The key material is not the same",
      importMaterial,
      "different_material",
      never,
      undefined,
    ],
    [
      "IncorrectKeyMaterialException",
      `Key material is already associated with KMS key ${keyArn}`,
      importMaterial,
      "import_refused",
      never,
      undefined,
    ],
    ["InvalidCiphertextException", undefined, importMaterial, "import_refused", fresh, undefined],
    ["ExpiredImportTokenException", undefined, importMaterial, "import_refused", fresh, undefined],
    ["InvalidImportTokenException", undefined, importMaterial, "import_refused", fresh, undefined],
    // What the user wrote
    [
      "MalformedPolicyDocumentException",
      "Policy contains a statement with one or more invalid principals.",
      setPolicy,
      "invalid_policy",
      settling,
      "policy",
    ],
    ["TagException", "Duplicate tag keys", tag, "invalid_argument", never, "tags"],
    ["LimitExceededException", undefined, create, "limit_exceeded", never, undefined],
    [
      "ValidationException",
      "1 validation error detected: Value '' at 'description' failed to satisfy constraint: Member must have length at most 8192",
      create,
      "invalid_argument",
      never,
      "description",
    ],
    [
      "ValidationException",
      "1 validation error detected: Value 'x' at 'tags.1.member.tagKey' failed to satisfy constraint: Member must have length less than or equal to 128",
      create,
      "invalid_argument",
      never,
      "tags",
    ],
    [
      "ValidationException",
      "You must specify a KeyUsage value for all KMS keys except for symmetric encryption keys.",
      create,
      "invalid_argument",
      never,
      "key_usage",
    ],
    [
      "ValidationException",
      "A validTo date must be set if the ExpirationModel is KEY_MATERIAL_EXPIRES",
      importMaterial,
      "invalid_argument",
      never,
      "valid_to",
    ],
    ["ValidationException", "Something else", create, "invalid_argument", never, undefined],
    ["InvalidMarkerException", undefined, (service) => service.listKeys("m"), "service_refused", never, undefined],
    // The credentials
    ["AccessDeniedException", undefined, enable, "access_denied", never, undefined],
    [
      "UnrecognizedClientException",
      "The security token included in the request is invalid.",
      enable,
      "access_denied",
      never,
      undefined,
    ],
    [
      "InvalidSignatureException",
      "The request signature we calculated does not match the signature you provided.",
      enable,
      "access_denied",
      never,
      undefined,
    ],
    ["IncompleteSignatureException", undefined, enable, "access_denied", never, undefined],
    ["MissingAuthenticationTokenException", undefined, enable, "access_denied", never, undefined],
    [
      "ExpiredTokenException",
      "The security token included in the request is expired",
      enable,
      "access_denied",
      never,
      undefined,
    ],
    ["RequestTimeTooSkewed", undefined, enable, "access_denied", backoff, undefined],
    ["OptInRequired", undefined, enable, "access_denied", never, undefined],
    // The rest
    ["CustomKeyStoreInvalidStateException", undefined, enable, "service_refused", never, undefined],
    ["UnknownOperationException", undefined, enable, "service_refused", never, undefined],
    ["SerializationException", undefined, enable, "internal", never, undefined],
    ["BrandNewException", "Something new", enable, "service_refused", never, undefined],
    ["constructor", undefined, enable, "service_refused", never, undefined],
  ])("%s (%s) %#", async (name, message, ask, code, retry, attribute) => {
    const error = await errorOf(ask, { name, ...(message === undefined ? {} : { message }) });
    expect(error).toMatchObject({ code, retry, attribute, serviceCode: name });
    expect(isByokError(error) && error.rawMessage).toMatch(/\.$/);
    expect(String(error)).not.toMatch(/undefined|\.\.|: :|UnknownError/);
  });

  it("names the permission and the key, and the other permission where AWS misses that", async () => {
    expect(String(await errorOf(parameters, { name: "AccessDeniedException" }))).toContain(
      `lack the permission kms:GetParametersForImport on ${keyArn}. Grant it`,
    );
    const message =
      "User: arn:aws:sts::111122223333:assumed-role/deploy/session is not authorized to perform: kms:TagResource on resource: * because no identity-based policy allows the kms:TagResource action";
    const error = String(await errorOf(create, { name: "AccessDeniedException", message }));
    expect(error).toContain("lack the permission kms:TagResource in eu-central-1. Grant it");
    expect(error).toContain("assumed-role/deploy/session");
  });

  it("leaves the effect of a change open where the service failed, never that of a read", async () => {
    const failure = { name: "KMSInternalException", status: 500 };
    expect(await errorOf(create, failure)).toMatchObject({ effectUnknown: true });
    expect(await errorOf(parameters, failure)).toMatchObject({ effectUnknown: false });
    expect(await errorOf(create, { name: "Surprise", status: 503 })).toMatchObject({
      code: "service_unavailable",
      retry: backoff,
      effectUnknown: true,
    });
    expect(await errorOf(create, { name: "ThrottlingException" })).toMatchObject({ effectUnknown: false });
    expect(await errorOf(create, { name: "Surprise", status: 429 })).toMatchObject({
      code: "throttled",
      retry: backoff,
    });
  });

  it("is quoted without what could have been sent", async () => {
    const token = Buffer.alloc(300, 7).toString("base64");
    const message = `1 validation error detected: Value '${token}' at 'importToken' failed`;
    const error = await errorOf(importMaterial, { name: "ValidationException", message });
    expect(String(error)).toContain("Value '…' at 'importToken'");
    expect(JSON.stringify(error)).not.toContain(token.slice(0, 20));
    expect(error instanceof Error && error.cause).toBeUndefined();
    expect(error).not.toHaveProperty("$response");
  });

  it("may speak of the clock, and is then worth repeating", async () => {
    const message = "Signature expired: 20231114T221320Z is now earlier than 20310506T070809Z";
    expect(await errorOf(enable, { name: "InvalidSignatureException", message })).toMatchObject({
      code: "access_denied",
      retry: backoff,
      rawMessage: expect.stringContaining("clock of this machine"),
    });
  });
});

describe("clean", () => {
  it.each([
    ["two\nlines\u001b[31m and\u0000 more", "two lines [31m and more"],
    [`id ${"a1".repeat(32)} stays`, `id ${"a1".repeat(32)} stays`],
    [`hex ${"A1".repeat(48)}`, "hex …"],
    [`b64 ${Buffer.alloc(60, 9).toString("base64")}`, "b64 …"],
    [`url ${Buffer.alloc(60, 251).toString("base64url")}`, "url …"],
    [keyArn, keyArn],
    ["x ".repeat(2_000), `${"x ".repeat(500)}…`],
  ])("%#", (words, expected) => {
    expect(clean(words)).toBe(expected);
  });
});

describe("networkError", () => {
  const coded = (code: string, more: object = {}): Error =>
    Object.assign(new Error(`${code} secret`), { code, ...more });
  it.each([
    [coded("ECONNREFUSED"), backoff, false],
    [coded("ENOTFOUND", { hostname: "kms.nowhere-1.amazonaws.com" }), backoff, false],
    [coded("EAI_AGAIN"), backoff, false],
    [coded("ENETUNREACH"), backoff, false],
    [coded("ETIMEDOUT", { syscall: "connect" }), backoff, false],
    [Object.assign(new Error(""), { errors: [coded("ECONNREFUSED"), coded("ECONNREFUSED")] }), backoff, false],
    [
      Object.assign(new Error("the request socket did not establish a connection with the server"), {
        name: "TimeoutError",
      }),
      backoff,
      false,
    ],
    [coded("ETIMEDOUT"), backoff, true],
    [coded("ECONNRESET"), backoff, true],
    [coded("EPIPE"), backoff, true],
    [coded("ERR_STREAM_PREMATURE_CLOSE"), backoff, true],
    [coded("HPE_INVALID_CONSTANT"), backoff, true],
    [coded("CERT_HAS_EXPIRED"), never, false],
    [coded("ERR_TLS_CERT_ALTNAME_INVALID"), never, false],
    [coded("UNABLE_TO_VERIFY_LEAF_SIGNATURE"), never, false],
    [coded("EPROTO"), never, false],
  ])("%s: %s", (error, retry, effectUnknown) => {
    const told = networkError(error, aws);
    expect(told).toMatchObject({ code: "service_unavailable", retry, effectUnknown });
    expect(String(told)).not.toContain("secret");
  });

  it("does not take other errors for one of the network", () => {
    expect(networkError(new TypeError("x"), aws)).toBeUndefined();
    expect(networkError("ECONNRESET", aws)).toBeUndefined();
    expect(classified(new TypeError("x"), { action: "kms:X", changes: true })).toMatchObject({ code: "internal" });
  });
});
