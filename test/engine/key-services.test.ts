import {
  type AllowedKeys,
  allowedOn,
  checkAccount,
  checkAllowed,
  type KeyLocation,
} from "../../src/engine/key-services";
import { codeOf, thrown } from "./thrown";

const location: KeyLocation = { kms: "aws", region: "eu-central-1", accountId: "111122223333", keyId: "k" };

describe("the keys that the configuration allows", () => {
  it.each<[string, Partial<KeyLocation>, AllowedKeys, string]>([
    ["no restriction", {}, {}, "none"],
    ["its account and Region", {}, { accountIds: ["9", "111122223333"], regions: ["eu-central-1"] }, "none"],
    ["another account", {}, { accountIds: ["9"] }, "account_not_allowed"],
    ["no account at all", {}, { accountIds: [] }, "account_not_allowed"],
    ["another Region", {}, { regions: ["eu-west-1"] }, "region_not_allowed"],
    ["an ARN that says no account", { accountId: undefined }, { accountIds: ["9"] }, "none"],
    ["a KMS without Regions", { region: "" }, { regions: ["eu-west-1"] }, "none"],
    ["what holds for its KMS", {}, { regions: ["x"], byKms: { aws: {} } }, "none"],
    ["what holds for another KMS", {}, { regions: ["x"], byKms: { qkms: {} } }, "region_not_allowed"],
  ])("%s", (_, changes, allowed, code) => {
    expect(codeOf(() => checkAllowed({ ...location, ...changes }, allowed, "key_arn"))).toBe(code);
  });

  it("are told where a key is not among them", () => {
    const region = thrown(() => checkAllowed(location, { regions: ["eu-west-1", "eu-west-2"] }, "arn"));
    expect(region.attribute).toBe("arn");
    expect(region.rawMessage).toBe(
      "The Region eu-central-1 is not among `allowed_regions` (eu-west-1, eu-west-2). Use a key in one of them, or allow the Region.",
    );
    const account = thrown(() => checkAccount("111122223333", { accountIds: ["8", "9"] }, "key_arn"));
    expect(account.attribute).toBe("key_arn");
    expect(account.rawMessage).toBe(
      "The account 111122223333 is not among `allowed_account_ids` (8, 9). Use credentials and a key of one of them, or allow the account.",
    );
  });

  it("are those of the KMS where it has its own", () => {
    const own = { regions: ["eu-west-1"] };
    expect(allowedOn("aws", { regions: ["x"], byKms: { aws: own } })).toBe(own);
    const everywhere = { regions: ["x"] };
    expect(allowedOn("aws", everywhere)).toBe(everywhere);
  });
});
