import { createHmac } from "node:crypto";
import { stringToSignV1 } from "../../../src/emulator/alibaba/signature";
import type { Emulator } from "../../../src/emulator/index";
import { alibabaEmulator, type Reply, sendV1, sendV3 } from "./support";

let kms: Emulator;
beforeEach(async () => {
  kms = await alibabaEmulator();
});
afterEach(() => kms.close());

const code = ({ body }: Reply): unknown => body["Code"];

describe("signature version 1", () => {
  it("gives the value of the vendor's signed URL, and not the one in its text", () => {
    const parameters = new Map(
      Object.entries({
        AccessKeyId: "testid",
        Action: "CreateKey",
        Format: "json",
        SignatureMethod: "HMAC-SHA1",
        SignatureVersion: "1.0",
        Timestamp: "2016-03-28T03:13:08Z",
        Version: "2016-01-20",
      }),
    );
    const toSign = stringToSignV1("GET", parameters);
    expect(createHmac("sha1", "testsecret&").update(toSign).digest("base64")).toBe("41wk2SSX1GJh7fwnc5eqOfiJPFg=");
  });

  it("is verified, by GET and by POST, and answers in XML where no format is named", async () => {
    for (const method of ["GET", "POST"]) {
      const reply = await sendV1(kms, { Action: "ListKeys" }, { method, common: { Format: "" } });
      expect(reply).toMatchObject({ status: 200, type: "text/xml;charset=utf-8" });
      expect(reply.text).toMatch(
        /^<\?xml version="1.0" encoding="UTF-8"\?><KMS><Keys><\/Keys><TotalCount>0<\/TotalCount><PageNumber>1<\/PageNumber><PageSize>10<\/PageSize><RequestId>[0-9a-f-]{36}<\/RequestId><\/KMS>$/,
      );
    }
  });

  it.each([
    ["IncompleteSignature", { secret: "wrong" }],
    ["IncompleteSignature", { common: { SignatureMethod: "HMAC-SHA256" } }],
    ["InvalidAccessKeyId.NotFound", { common: { AccessKeyId: "nobody" } }],
    ["IllegalTimestamp", { common: { Timestamp: "yesterday" } }],
    ["InvalidTimeStamp.Expired", { common: { Timestamp: "2016-03-28T03:13:08Z" } }],
  ])("refuses with %s", async (expected, changes) => {
    expect(code(await sendV1(kms, { Action: "ListKeys" }, changes))).toBe(expected);
  });

  it("takes a nonce once", async () => {
    const common = { SignatureNonce: "1234" };
    expect((await sendV1(kms, { Action: "ListKeys" }, { common })).status).toBe(200);
    expect(code(await sendV1(kms, { Action: "ListKeys" }, { common }))).toBe("SignatureNonceUsed");
  });
});

describe("signature version 3", () => {
  it("is verified over headers and body, and answers in JSON", async () => {
    const reply = await sendV3(kms, "ListKeys");
    expect(reply).toMatchObject({ status: 200, body: { TotalCount: 0, RequestId: expect.any(String) } });
    expect(reply.type).toBe("application/json;charset=utf-8");
  });

  it.each([
    ["IncompleteSignature", { secret: "wrong" }],
    ["IncompleteSignature", { sentBody: "PageSize=2" }],
    ["IncompleteSignature", { unsigned: ["x-acs-date"] }],
    ["IncompleteSignature", { headers: { "x-acs-extra": "1" }, unsigned: ["x-acs-extra"] }],
    ["InvalidTimeStamp.Expired", { headers: { "x-acs-date": "2020-01-01T00:00:00Z" } }],
    ["IllegalTimestamp", { headers: { "x-acs-date": "now" } }],
    ["InvalidVersion", { headers: { "x-acs-version": "2014-05-26" } }],
  ])("refuses with %s", async (expected, changes) => {
    expect(code(await sendV3(kms, "ListKeys", {}, changes))).toBe(expected);
  });

  it("takes a nonce once, and dates by its own clock and by the real one", async () => {
    const headers = { "x-acs-signature-nonce": "1234" };
    expect((await sendV3(kms, "ListKeys", {}, { headers })).status).toBe(200);
    expect(code(await sendV3(kms, "ListKeys", {}, { headers }))).toBe("SignatureNonceUsed");
    kms.clock.advance("400d");
    expect((await sendV3(kms, "ListKeys")).status).toBe(200);
    const real = { "x-acs-date": new Date().toISOString().replace(/\.\d+Z$/, "Z") };
    expect((await sendV3(kms, "ListKeys", {}, { headers: real })).status).toBe(200);
    const between = { "x-acs-date": new Date(Date.now() + 86_400_000).toISOString().replace(/\.\d+Z$/, "Z") };
    expect(code(await sendV3(kms, "ListKeys", {}, { headers: between }))).toBe("InvalidTimeStamp.Expired");
  });
});
