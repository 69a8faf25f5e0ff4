import { tmpdir } from "node:os";
import { type Life, newBytes, startLife } from "../support/life";
import { keyWithMaterial } from "./life";
import { inProcess } from "./support/in-process";
import { Stack } from "./support/stack";

const reason = { aws: /renewal due/, alibaba: /renewal due/, qkms: /renewal due[\s\S]*only into an empty key/ };

describe("the provider on all three services", () => {
  let life: Life;
  beforeEach(async () => {
    life = await startLife();
  });
  afterEach(() => life.close());

  const environment = (): Record<string, string> => ({
    AWS_ENDPOINT_URL_KMS: life.kms.url,
    AWS_ENDPOINT_URL_STS: life.kms.url,
    AWS_REGION: "eu-central-1",
    AWS_ACCESS_KEY_ID: "AKIAENGINE",
    AWS_SECRET_ACCESS_KEY: "engine",
    ALIBABA_CLOUD_KMS_ENDPOINT: life.kms.url,
    ALIBABA_CLOUD_REGION: "cn-hangzhou",
    ALIBABA_CLOUD_ACCESS_KEY_ID: "test",
    ALIBABA_CLOUD_ACCESS_KEY_SECRET: "test",
    QKMS_ENDPOINT_URL: life.kms.qkmsUrl,
    QKMS_ACCESS_KEY_ID: "test",
    QKMS_SECRET_ACCESS_KEY: "test",
  });

  it.each(["aws", "alibaba", "qkms"] as const)("imports, renews and brings back on %s", async (kms) => {
    const stack = new Stack(
      async () => inProcess(environment(), { "byok:importRequestsPerSecond": "1000" }, tmpdir()),
      () => "(the provider)",
    );
    const material = { keyMaterial: newBytes().toString("base64"), validFor: "90d", renewBefore: "30d" };
    const program = keyWithMaterial(material, { kms, description: "ledger" });
    const first = await stack.up(program);
    expect([first.error, first.steps]).toEqual([undefined, ["create payments", "create payments"]]);
    expect((await stack.up(program)).steps).toEqual([]);
    const outs = () => stack.outs("ImportedKeyMaterial", "payments");
    const { fingerprint } = outs();

    life.kms.clock.advance("61d");
    const preview = await stack.preview(program);
    expect(preview.steps).toEqual(["update payments"]);
    expect(preview.printed.join("\n")).toMatch(reason[kms]);
    expect((await stack.up(program)).error).toBeUndefined();
    expect((await stack.up(program)).steps).toEqual([]);

    life.kms.clock.advance("91d");
    expect((await stack.preview(program)).steps).toEqual(["update payments"]);
    expect((await stack.up(program)).error).toBeUndefined();
    expect(outs()).toMatchObject({ fingerprint, verified: true, materialState: "imported" });
    expect((await stack.up(program)).steps).toEqual([]);
    expect(stack.state).not.toContain(material.keyMaterial);
  });
});
