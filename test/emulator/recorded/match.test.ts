import { differences } from "./match";

describe("the comparison with recorded answers", () => {
  it.each([
    ["a member too many", { A: "x" }, { A: "x", B: "y" }],
    ["a missing member", { A: "x", B: "y" }, { A: "x" }],
    ["another value", { Enabled: true }, { Enabled: false }],
    ["another text around a placeholder", "<key-arn> is disabled.", "arn:x is pending import."],
    ["one placeholder with two values", ["<key-id:1>", "<key-id:1>"], ["a", "b"]],
    ["a text for a time", { CreationDate: "datetime" }, { CreationDate: "2027-01-01" }],
    ["what is no base64 for bytes", "<mac>", "%%%"],
    ["fewer elements", ["a", "b"], ["a"]],
  ])("sees %s", (_what, recorded, ours) => {
    expect(differences(recorded, ours, new Map())).toHaveLength(1);
  });

  it("takes equal placeholders for equal values", () => {
    expect(differences(["<key-id:1>", "k/<key-id:1>"], ["a", "k/a"], new Map())).toEqual([]);
  });
});
