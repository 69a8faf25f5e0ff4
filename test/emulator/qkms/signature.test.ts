import type { QkmsAsking } from "../../support/qkms";
import { qkmsSide } from "./support";

describe("the QKMS side of the embedded KMS", () => {
  const side = qkmsSide();
  const { start, ask, metadata, newKey } = side;

  describe("believes a signature", () => {
    const refused = { status: 400, body: { __type: "NotAuthorizedException" } };
    it.each<[string, QkmsAsking]>([
      ["of an unknown access key", { accessKeyId: "nobody" }],
      ["of another secret", { secret: "other" }],
      ["of another path", { signedPath: "/" }],
      ["that is none", { headers: { authorization: "" } }],
      ["that covers fewer headers", { signedHeaders: ["host", "x-amz-date", "x-amz-target"] }],
      ["of another day", { headers: { "x-amz-date": "20200101T000000Z" } }],
      ["of another operation", { headers: { "x-amz-target": "TrentService.CreateKey" } }],
      ["of a prototype's member", { accessKeyId: "constructor" }],
    ])("but not one %s", async (_what, asking) => {
      expect(await ask("ListKeys", {}, asking)).toMatchObject(refused);
      expect(side.kms.requests.all().at(-1)).toMatchObject({ service: "qkms", errorCode: "NotAuthorizedException" });
    });

    it("over the headers and with the secrets that it is set to", async () => {
      await side.kms.close();
      const signedHeaders = ["host", "x-amz-date", "x-amz-target"];
      await start({ qkms: { credentials: { QA: "secret" }, signedHeaders } });
      const asking = { accessKeyId: "QA", secret: "secret" };
      expect(await ask("ListKeys", {}, { ...asking, signedHeaders })).toMatchObject({ status: 200 });
      expect(await ask("ListKeys", {}, asking)).toMatchObject(refused);
      expect(await ask("ListKeys", {}, { signedHeaders })).toMatchObject(refused);
    });

    it("and gives each access key its account", async () => {
      await side.kms.close();
      await start({ accounts: { other: "999988887777" }, qkms: { credentials: { test: "test", other: "o" } } });
      const arn = await newKey();
      const other = { accessKeyId: "other", secret: "o" };
      expect((await ask("DescribeKey", { KeyId: arn }, other)).error).toBe("NotFoundException");
      expect((await ask("ListKeys", {}, other)).body).toMatchObject({ Keys: [] });
      expect(metadata(await ask("CreateKey", {}, other))["QAccountId"]).toBe("999988887777");
    });
  });
});
