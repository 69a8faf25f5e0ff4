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

  it("is recognized by the others' by its service", () => {
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

describe("the limits of an ARN of QKMS", () => {
  const filled = (length: number): string => {
    const [head, tail] = ["arn:verenc", `:111122223333:key/${keyId}`];
    const filling = ":abc".repeat(Math.ceil(length / 4)).slice(0, length - head.length - tail.length);
    return `${head}${filling}${tail}`;
  };

  it("are 512 characters, of which its id has 128 at most", () => {
    expect(parseQkmsKeyArn(filled(512)).accountId).toBe("111122223333");
    expect(() => parseQkmsKeyArn(filled(513))).toThrow(/is not the ARN of a key of QKMS/);
    expect(parseQkmsKeyArn(`arn:verenc:1:key/${"a".repeat(128)}`).keyId).toHaveLength(128);
    expect(() => parseQkmsKeyArn(`arn:verenc:1:key/${"a".repeat(129)}`)).toThrow(/is not the ARN/);
    expect(parseQkmsKeyArn(`arn:verenc:${"1".repeat(64)}:key/a`).accountId).toHaveLength(64);
    expect(() => parseQkmsKeyArn(`arn:verenc:${"1".repeat(65)}:key/a`)).toThrow(/is not the ARN/);
  });

  it("leave its account the last field that says something", () => {
    expect(parseQkmsKeyArn("arn:verenc:111122223333::key/a")).toEqual({ accountId: "111122223333", keyId: "a" });
    expect(parseQkmsKeyArn("arn:verenc::key/a")).toEqual({ accountId: undefined, keyId: "a" });
  });

  it.each(["xarn:verenc:1:key/a", "arn:a/b:verenc:1:key/a", "arn:a:b:verenc:1:key/a", "verenc:1:key/a"])(
    "are not those of %s",
    (text) => {
      expect(isQkmsArn(text)).toBe(false);
    },
  );

  it("are told on the argument that it came from", () => {
    expect(() => parseQkmsKeyArn("x")).toThrow(
      expect.objectContaining({
        attribute: "key_arn",
        rawMessage: expect.stringMatching(/^`key_arn` is not the ARN of a key of QKMS\. It looks like arn:verenc:/),
      }),
    );
  });
});
