import { isQkmsArn, parseQkmsKeyArn } from "../../../src/kms/qkms/arn";
import { keyServices } from "../../../src/kms/key-services";
import { keyId, silent, stillClock } from "./surroundings";

describe("an ARN of QKMS", () => {
  it.each([
    [`arn:verenc:111122223333:key/${keyId}`, "111122223333", keyId],
    [`arn:aws:verenc:111122223333:key/${keyId}`, "111122223333", keyId],
    [`arn::verenc:111122223333:key/${keyId}`, "111122223333", keyId],
    // Fields that no page has, in case they come.
    [`arn:aws:verenc:us-east-1:111122223333:key/${keyId}`, "111122223333", keyId],
    [`arn:verenc::111122223333:key/${keyId}`, "111122223333", keyId],
    [`arn:verenc:key/${keyId}`, undefined, keyId],
    [
      "arn:verenc:q-account-7:key/mrk-1234abcd12ab34cd56ef1234567890ab",
      "q-account-7",
      "mrk-1234abcd12ab34cd56ef1234567890ab",
    ],
    [`arn:verenc:111122223333:key/folder:key/${keyId}`, undefined, undefined],
  ])("is read however it is spelled: %s", (arn, accountId, id) => {
    if (id === undefined) {
      expect(() => parseQkmsKeyArn(arn)).toThrow(expect.objectContaining({ code: "invalid_key_arn" }));
    } else {
      expect(parseQkmsKeyArn(arn)).toEqual({ accountId, keyId: id });
    }
  });

  it.each([
    `arn:aws:kms:eu-central-1:111122223333:key/${keyId}`,
    "arn:verenc:111122223333:alias/payments",
    "arn:verenc:111122223333:key/",
    "arn:verenc:111122223333:key/a b",
    "arn:verenc:1111/2222:key/a",
    `arn:verenc:${"1".repeat(600)}:key/a`,
    "arn:xverenc:1:key/a",
    keyId,
    "",
  ])("is not %j", (text) => {
    expect(() => parseQkmsKeyArn(text, "arn")).toThrow(
      expect.objectContaining({ code: "invalid_key_arn", attribute: "arn" }),
    );
  });

  it("is told from the others' by its service", () => {
    expect(isQkmsArn(`arn:aws:verenc:1:key/${keyId}`)).toBe(true);
    expect(isQkmsArn(`arn:aws:kms:eu-central-1:111122223333:key/${keyId}`)).toBe(false);
    const services = keyServices({}, { clock: stillClock, log: silent, env: {} });
    expect(services.locate(`arn::verenc:111122223333:key/${keyId}`, "key_arn")).toEqual({
      kms: "qkms",
      region: "",
      accountId: "111122223333",
      keyId,
    });
    expect(services.locate(`arn:aws:kms:eu-central-1:111122223333:key/${keyId}`, "key_arn")).toMatchObject({
      kms: "aws",
      region: "eu-central-1",
    });
    expect(() => services.locate("arn:verenc:1:key/", "key_arn")).toThrow(/a key of QKMS/);
    expect(() => services.arnInRegion(`arn:verenc:1:key/${keyId}`, "eu-west-1")).toThrow(
      expect.objectContaining({ code: "invalid_argument", attribute: "primary_key_arn" }),
    );
  });
});
