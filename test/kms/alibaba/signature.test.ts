import { createHash } from "node:crypto";
import { authorization, canonicalRequest, formEncoded, sha256 } from "../../../src/kms/alibaba/signature";

/** The example of the vendor's page on version 3: RunInstances of ECS, with its values. */
const published = {
  method: "POST",
  path: "/",
  query: { ImageId: "win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd", RegionId: "cn-shanghai" },
  headers: {
    host: "ecs.cn-shanghai.aliyuncs.com",
    "x-acs-action": "RunInstances",
    "x-acs-content-sha256": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "x-acs-date": "2023-10-26T10:22:32Z",
    "x-acs-signature-nonce": "3156853299f313e23d1673dc12e1703d",
    "x-acs-version": "2014-05-26",
  },
  body: "",
};

describe("signature version 3", () => {
  it("gives the published vector", () => {
    const hash = createHash("sha256").update(canonicalRequest(published)).digest("hex");
    expect(hash).toBe("7ea06492da5221eba5297e897ce16e55f964061054b7695beedaac1145b1e259");
    expect(authorization(published, { id: "YourAccessKeyId", secret: "YourAccessKeySecret" })).toBe(
      "ACS3-HMAC-SHA256 Credential=YourAccessKeyId,SignedHeaders=host;x-acs-action;x-acs-content-sha256;x-acs-date;x-acs-signature-nonce;x-acs-version,Signature=06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0",
    );
  });

  it("signs the host, the type and everything of x-acs-, and nothing else", () => {
    const headers = {
      ...published.headers,
      "content-type": "text/plain",
      "user-agent": "x",
      "x-acs-security-token": "t",
    };
    expect(authorization({ ...published, headers }, { id: "i", secret: "s" })).toContain(
      "SignedHeaders=content-type;host;x-acs-action;x-acs-content-sha256;x-acs-date;x-acs-security-token;x-acs-signature-nonce;x-acs-version,",
    );
  });

  it("takes no blanks around the value of a header into account", () => {
    const padded = { ...published, headers: { ...published.headers, host: ` ${published.headers.host} ` } };
    expect(canonicalRequest(padded)).toBe(canonicalRequest(published));
  });

  it.each([
    ["method", { method: "GET" }],
    ["query", { query: {} }],
    ["body", { body: "x" }],
    ["header", { headers: { ...published.headers, host: "elsewhere" } }],
  ])("changes with the %s", (_part, change) => {
    const key = { id: "i", secret: "s" };
    expect(authorization({ ...published, ...change }, key)).not.toBe(authorization(published, key));
  });

  it("encodes forms by RFC 3986, in the order of their names", () => {
    expect(formEncoded({ b: "a b*~'()!", a: "+/=&", ä: "" })).toBe("%C3%A4=&a=%2B%2F%3D%26&b=a%20b%2A~%27%28%29%21");
    expect(sha256("")).toBe(published.headers["x-acs-content-sha256"]);
  });
});
