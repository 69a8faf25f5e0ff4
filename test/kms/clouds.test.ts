import { isKms, keyOfArn, kmsNames, kmsOfArn, kmsProfiles } from "../../src/kms/clouds";

const keyId = "1234abcd-12ab-34cd-56ef-1234567890ab";

it("has a profile for every KMS, under its name", () => {
  expect(kmsNames).toEqual(["aws", "alibaba", "qkms"]);
  expect(kmsNames.map((name) => kmsProfiles[name].kms)).toEqual(kmsNames);
});

it.each([
  ["aws", true],
  ["alibaba", true],
  ["qkms", true],
  ["azure", false],
  ["constructor", false],
  ["", false],
])("%j is a KMS: %s", (name, is) => {
  expect(isKms(name)).toBe(is);
});

it("tells from an ARN what that says of the key", () => {
  expect(keyOfArn(`arn:aws:kms:eu-central-1:111122223333:key/${keyId}`)).toMatchObject({
    kms: "aws",
    keyId,
    region: "eu-central-1",
    multiRegion: false,
  });
  expect(keyOfArn("arn:aws:kms:eu-central-1:111122223333:key/mrk-1234abcd12ab34cd56ef1234567890ab")).toMatchObject({
    multiRegion: true,
  });
  expect(keyOfArn(`acs:kms:cn-hangzhou:1234567890123456:key/${keyId}`)).toMatchObject({
    kms: "alibaba",
    keyId,
    region: "cn-hangzhou",
  });
  expect(keyOfArn(`arn:verenc:111122223333:key/${keyId}`)).toEqual({ kms: "qkms", keyId });
  expect(kmsOfArn(`acs:kms:cn-hangzhou:1234567890123456:key/${keyId}`, "key_arn")).toBe("alibaba");
});

it.each(["nothing", "acs:nothing", "arn:verenc:nothing"])("refuses %s, on the argument that it came from", (text) => {
  expect(() => keyOfArn(text)).toThrow(expect.objectContaining({ code: "invalid_key_arn", attribute: "key_arn" }));
  expect(() => kmsOfArn(text, "arn")).toThrow(expect.objectContaining({ code: "invalid_key_arn", attribute: "arn" }));
});
