import { applyMaterial } from "../../../src/engine/imported-key-material";
import { newKey, settings } from "../../support/imported-key";
import { bytesSource, type Life, newBytes, plaintext, startLife } from "../../support/life";

// ImportKeyMaterial and GetParametersForImport in the API reference: keys of 128 bits, and no RSA_AES_KEY_WRAP.
describe("AWS KMS in the Regions of China", () => {
  const region = "cn-north-1";
  let life: Life;
  beforeEach(async () => {
    life = await startLife();
  });
  afterEach(() => life.close());

  it("takes 16 bytes for a symmetric key, and the same again when they have lapsed", async () => {
    const run = life.run();
    const { arn } = await newKey(life, { region }, run);
    expect(arn).toMatch(/^arn:aws-cn:kms:cn-north-1:/);
    const source = bytesSource(newBytes(16));
    const wanted = settings(arn, { validFor: "90d" });
    const { record } = await applyMaterial(run, wanted, source, undefined);
    const ciphertext = await life.encrypt(arn, region);
    life.kms.clock.advance("91d");
    expect(await life.decrypt(ciphertext, region)).toBe("KMSInvalidStateException");
    await applyMaterial(life.run(), wanted, source, record);
    expect(await life.decrypt(ciphertext, region)).toBe(plaintext);
  });

  it("takes no 32 bytes, no other wrapping and no RSA keys, and is not asked to", async () => {
    const run = life.run();
    const { arn } = await newKey(life, { region }, run);
    life.calls();
    const refused = (bytes: Buffer, wrappingAlgorithm?: string) =>
      applyMaterial(run, { ...settings(arn), wrappingAlgorithm }, bytesSource(bytes), undefined);
    await expect(refused(newBytes(32))).rejects.toMatchObject({
      code: "wrong_material",
      message: expect.stringContaining("must be 16 bytes for SYMMETRIC_DEFAULT, got 32 bytes."),
    });
    await expect(refused(newBytes(16), "RSA_AES_KEY_WRAP_SHA_256")).rejects.toMatchObject({
      code: "unsupported_wrapping",
      message: expect.stringContaining("of AWS KMS in China"),
    });
    await expect(newKey(life, { region, spec: "RSA_2048" }, run)).rejects.toMatchObject({
      code: "unsupported_key_spec",
      attribute: "key_spec",
    });
    expect(life.calls()).not.toContain("GetParametersForImport");
    expect(life.calls()).not.toContain("CreateKey");
  });
});
