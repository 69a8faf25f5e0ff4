import type { KeyService } from "../../../src/engine/key-service";
import { refusal } from "../aws/scripted-server";
import { against, keyArn } from "./surroundings";

type Ask = (service: KeyService) => Promise<unknown>;
const parameters: Ask = (s) => s.importParameters(keyArn, "RSAES_OAEP_SHA_256", "RSA_2048");
const create: Ask = (s) =>
  s.create({ spec: "SYMMETRIC_DEFAULT", usage: "ENCRYPT_DECRYPT", multiRegion: false, tags: {} });
const tag: Ask = (s) => s.tag(keyArn, { a: "b" });
const enable: Ask = (s) => s.setEnabled(keyArn, true);
const cancel: Ask = (s) => s.cancelDeletion(keyArn);
const setPolicy: Ask = (s) => s.setPolicy(keyArn, "{}", false);
const importMaterial: Ask = (s) =>
  s.importMaterial({
    keyArn,
    wrappingAlgorithm: "RSAES_OAEP_SHA_256",
    token: Buffer.from("token"),
    wrappedMaterial: Buffer.from("wrapped"),
  });

const [never, backoff, settling, fresh] = ["never", "backoff", "settling", "fresh_parameters"];

async function errorOf(ask: Ask, name: string, message?: string, status = 400) {
  // Close to the local clock, so that no signature is refused for its date.
  const Date = new globalThis.Date(1_700_000_000_000).toUTCString();
  const seen = await against((_request, response) => {
    response.writeHead(status, { "Content-Type": "application/x-amz-json-1.1", Date });
    response.end(JSON.stringify({ __type: name, ...(message === undefined ? {} : { message }) }));
  }, ask);
  expect(seen.requests).toHaveLength(1);
  return seen.error;
}

describe("an error of QKMS", () => {
  it.each<[string, string | undefined, Ask, string, string | undefined, string | undefined]>([
    // Passing
    ["DependencyTimeoutException", undefined, enable, "service_unavailable", backoff, undefined],
    ["KMSInternalException", undefined, enable, "service_unavailable", backoff, undefined],
    ["KeyUnavailableException", undefined, enable, "service_unavailable", backoff, undefined],
    ["InternalFailure", undefined, enable, "service_unavailable", backoff, undefined],
    ["ServiceUnavailableException", undefined, enable, "service_unavailable", backoff, undefined],
    ["ThrottlingException", undefined, enable, "throttled", backoff, undefined],
    ["TooManyRequestsException", undefined, enable, "throttled", backoff, undefined],
    // The key
    ["NotFoundException", undefined, parameters, "key_not_found", settling, undefined],
    ["KMSNotFoundException", undefined, tag, "key_not_found", settling, undefined],
    ["InvalidArnException", undefined, parameters, "invalid_key_arn", never, "key_arn"],
    ["KMSInvalidStateException", undefined, parameters, "key_unusable", settling, undefined],
    ["KMSInvalidStateException", `${keyArn} is pending deletion.`, enable, "key_pending_deletion", never, undefined],
    ["KMSInvalidStateException", `${keyArn} is not pending deletion.`, cancel, "key_unusable", never, undefined],
    ["DisabledException", undefined, enable, "key_disabled", never, undefined],
    ["UnsupportedOperationException", undefined, create, "unsupported_key_spec", never, "key_spec"],
    ["UnsupportedOperationException", "Origin is QKMS", parameters, "wrong_origin", never, "key_arn"],
    ["UnsupportedOperationException", undefined, parameters, "unsupported_wrapping", never, "wrapping_algorithm"],
    ["UnsupportedOperationException", undefined, enable, "service_refused", never, undefined],
    // The import
    ["IncorrectKeyMaterialException", undefined, importMaterial, "different_material", never, undefined],
    ["InvalidCiphertextException", undefined, importMaterial, "import_refused", fresh, undefined],
    ["ExpiredImportTokenException", undefined, importMaterial, "import_refused", fresh, undefined],
    ["InvalidImportTokenException", undefined, importMaterial, "import_refused", fresh, undefined],
    // What the user wrote
    ["MalformedPolicyDocumentException", undefined, setPolicy, "invalid_policy", never, "policy"],
    ["TagException", undefined, tag, "invalid_argument", never, "tags"],
    ["TooManyTagsException", undefined, tag, "invalid_argument", never, "tags"],
    ["LimitExceededException", undefined, create, "limit_exceeded", never, undefined],
    ["ValidationException", undefined, create, "invalid_argument", never, undefined],
    // Who asks
    ["NotAuthorizedException", "no", importMaterial, "access_denied", never, undefined],
    ["AccessDeniedException", undefined, importMaterial, "access_denied", never, undefined],
    // Names that nobody has documented are final, and told as they came.
    ["QuantumFluxException", "the flux", importMaterial, "service_refused", never, undefined],
    ["constructor", undefined, importMaterial, "service_refused", never, undefined],
  ])("%s (%j)", async (name, message, ask, code, retry, attribute) => {
    const error = await errorOf(ask, name, message);
    expect(error).toMatchObject({ code, retry, serviceCode: name });
    expect(error).toHaveProperty("attribute", attribute);
  });

  it("says what was asked, of which key, and what QKMS said, with or without a message", async () => {
    const told = await errorOf(importMaterial, "NotAuthorizedException", "the policy says no.");
    expect(told).toMatchObject({
      rawMessage: expect.stringContaining(
        `refused kms:ImportKeyMaterial on ${keyArn} (NotAuthorizedException): the policy says no.`,
      ),
    });
    expect(await errorOf(importMaterial, "NotAuthorizedException")).toMatchObject({
      rawMessage: expect.stringContaining("(NotAuthorizedException). Check `access_key`"),
    });
    expect(await errorOf(importMaterial, "QuantumFluxException", "the flux")).toMatchObject({
      rawMessage: expect.stringContaining("(QuantumFluxException): the flux"),
    });
  });

  it.each(["com.amazonaws.kms#NotFoundException", "NotFoundException:http://internal/"])(
    "may be named %s",
    async (name) => {
      expect(await errorOf(parameters, name)).toMatchObject({
        code: "key_not_found",
        serviceCode: "NotFoundException",
      });
    },
  );

  it("repeats nothing that was sent", async () => {
    const secret = Buffer.alloc(32, 7).toString("base64");
    const error = await errorOf(importMaterial, "ValidationException", `bad value ${secret}${secret}`);
    expect(error).toMatchObject({ rawMessage: expect.not.stringContaining(secret) });
  });

  it.each([
    [500, "service_unavailable", "backoff"],
    [503, "service_unavailable", "backoff"],
    [429, "throttled", "backoff"],
    [403, "service_refused", "never"],
    [302, "untrusted_answer", "never"],
  ])("may be a page with the status %d and no name", async (status, code, retry) => {
    for (const body of ["<html>Bad gateway</html>", "", '{"message":7}']) {
      const seen = await against((_request, response) => response.writeHead(status).end(body), enable);
      expect(seen.error).toMatchObject({ code, retry, effectUnknown: status >= 500 });
      expect(String(seen.error)).not.toContain("html");
    }
  });

  it("leaves a question only where something changes", async () => {
    expect(await errorOf(enable, "KMSInternalException")).toMatchObject({ effectUnknown: true });
    expect(await errorOf(parameters, "KMSInternalException")).toMatchObject({ effectUnknown: false });
  });
});

it("is what a refusal of AWS's kind becomes too", async () => {
  const seen = await against(
    (_request, response) => refusal(response, "NotFoundException"),
    (s) => s.policy(keyArn),
  );
  expect(seen.error).toMatchObject({ code: "key_not_found" });
});
