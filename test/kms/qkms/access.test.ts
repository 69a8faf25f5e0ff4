import {
  qkmsCredentials,
  qkmsEndpoint,
  signableHeaders,
  signedHeaders,
  signingRegion,
} from "../../../src/kms/qkms/access";
import type { QkmsSettings } from "../../../src/kms/qkms/settings";
import type { Environment } from "../../../src/http/surroundings";

const refusing = (attribute: string, says: string, code = "invalid_argument") =>
  expect.objectContaining({ code, attribute, rawMessage: expect.stringContaining(says) });

describe("the endpoint", () => {
  it("has a path that ends in one slash, and keeps where it was written", () => {
    expect(qkmsEndpoint({ endpoint: "https://kms.example.com/a//b//" }, {})).toEqual({
      url: new URL("https://kms.example.com/a//b/"),
      source: "`endpoint`",
    });
    expect(qkmsEndpoint({}, { QKMS_ENDPOINT_URL: "" }).url.href).toBe("https://qkms.quilibrium.com/");
    expect(qkmsEndpoint({}, { QKMS_ENDPOINT_URL: "http://localhost:1" }).source).toBe("QKMS_ENDPOINT_URL");
    expect(qkmsEndpoint({ endpoint: "http://localhost:1" }, { QKMS_ENDPOINT_URL: "x" }).url.port).toBe("1");
  });

  it("is refused with what is wrong with it", () => {
    expect(() => qkmsEndpoint({}, { QKMS_ENDPOINT_URL: "https://example.com" })).toThrow(
      refusing("endpoint", "The endpoint for KMS from QKMS_ENDPOINT_URL is example.com", "endpoint_not_allowed"),
    );
    expect(() => qkmsEndpoint({}, { QKMS_ENDPOINT_URL: "https://example.com" })).toThrow(/one of Quilibrium's own/);
    expect(() => qkmsEndpoint({ endpoint: "x" }, {})).toThrow(
      refusing("endpoint", "from `endpoint` is not a URL like https://qkms.quilibrium.com.", "endpoint_not_allowed"),
    );
  });
});

describe("credentials", () => {
  const written = { accessKey: "QA", secretKey: "s" };
  const env = { QKMS_ACCESS_KEY_ID: "QE", QKMS_SECRET_ACCESS_KEY: "e" };

  it("are the configuration's, or else those of the environment", () => {
    expect(qkmsCredentials(written, env)).toEqual({ accessKeyId: "QA", secretAccessKey: "s" });
    expect(qkmsCredentials({}, env)).toEqual({ accessKeyId: "QE", secretAccessKey: "e" });
  });

  it.each<[QkmsSettings, Environment, string, string]>([
    [{ accessKey: "QA" }, env, "secret_key", "`access_key` is set and `secret_key` is not. Set both or neither."],
    [{ secretKey: "s" }, env, "access_key", "`secret_key` is set and `access_key` is not."],
    [{ accessKey: "", secretKey: "s" }, env, "access_key", "`secret_key` is set and `access_key` is not."],
    [{ accessKey: "QA", secretKey: "" }, env, "secret_key", "`access_key` is set and `secret_key` is not."],
    [
      {},
      { QKMS_ACCESS_KEY_ID: "QE", QKMS_SECRET_ACCESS_KEY: "" },
      "secret_key",
      "`QKMS_ACCESS_KEY_ID` is set and `QKMS_SECRET_ACCESS_KEY` is not.",
    ],
    [
      {},
      { QKMS_ACCESS_KEY_ID: "", QKMS_SECRET_ACCESS_KEY: "e" },
      "access_key",
      "`QKMS_SECRET_ACCESS_KEY` is set and `QKMS_ACCESS_KEY_ID` is not.",
    ],
    [{ accessKey: "Q A", secretKey: "s" }, {}, "access_key", "`access_key` is no access key id. Correct it."],
    [{ accessKey: "QA\n", secretKey: "s" }, {}, "access_key", "`access_key` is no access key id."],
    [{ accessKey: "\nQA", secretKey: "s" }, {}, "access_key", "`access_key` is no access key id."],
    [{ accessKey: "Q".repeat(257), secretKey: "s" }, {}, "access_key", "`access_key` is no access key id."],
    [{}, { ...env, QKMS_ACCESS_KEY_ID: "Q/A" }, "access_key", "`QKMS_ACCESS_KEY_ID` is no access key id."],
  ])("cannot be %j with %j", (settings, variables, attribute, says) => {
    expect(() => qkmsCredentials(settings, variables)).toThrow(refusing(attribute, says));
  });

  it("may have every sign of an id that a header can carry", () => {
    const accessKey = `AZaz09_.+=@-${"x".repeat(244)}`;
    expect(qkmsCredentials({ accessKey, secretKey: "s" }, {}).accessKeyId).toBe(accessKey);
  });

  it("that are in neither place are told of", () => {
    for (const nothing of [{}, { QKMS_ACCESS_KEY_ID: "", QKMS_SECRET_ACCESS_KEY: "" }]) {
      expect(() => qkmsCredentials({}, nothing)).toThrow(
        refusing("access_key", "No credentials for QKMS were found. Set `access_key`", "credentials_missing"),
      );
    }
  });
});

describe("the Region to sign for", () => {
  it("is the configuration's, QKMS_REGION's, or us-east-1", () => {
    expect(signingRegion({ region: "eu-west-1" }, { QKMS_REGION: "eu-west-2" })).toBe("eu-west-1");
    expect(signingRegion({}, { QKMS_REGION: "eu-west-2" })).toBe("eu-west-2");
    expect(signingRegion({}, { QKMS_REGION: "" })).toBe("us-east-1");
    expect(signingRegion({}, {})).toBe("us-east-1");
    expect(signingRegion({ region: "a".repeat(64) }, {})).toHaveLength(64);
  });

  it.each(["", "EU-west-1", "eu west", "eu-west-1\n", " eu-west-1", "a".repeat(65)])("is not %j", (region) => {
    expect(() => signingRegion({ region }, {})).toThrow(
      refusing("region", "must be a Region name, such as us-east-1."),
    );
  });
});

describe("the headers that are signed", () => {
  const needed = ["host", "x-amz-date", "x-amz-target"];

  it("are those of the vendor's client, or those that are named, in their order", () => {
    expect(signedHeaders({})).toEqual(["content-type", ...needed]);
    expect(signedHeaders({ signedHeaders: [...needed].toReversed() })).toEqual(needed);
    expect(signedHeaders({ signedHeaders: signableHeaders.map((name) => name.toUpperCase()) })).toEqual(
      signableHeaders,
    );
    expect(signableHeaders.toSorted()).toEqual(signableHeaders);
  });

  it.each([
    [[]],
    [["host", "x-amz-date"]],
    [["host", "x-amz-target"]],
    [["x-amz-date", "x-amz-target"]],
    [[...needed, "cookie"]],
  ])("cannot be %j", (names) => {
    expect(() => signedHeaders({ signedHeaders: names })).toThrow(
      refusing(
        "signed_headers",
        "`signed_headers` may name content-length, content-type, host, x-amz-content-sha256, x-amz-date, x-amz-target, and must name host, x-amz-date, x-amz-target. Correct it",
      ),
    );
  });
});
