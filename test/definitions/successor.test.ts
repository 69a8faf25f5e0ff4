import { replicaArguments, successorArguments, successorNameFaults } from "../../src/definitions/successor";

describe("the arguments of a successor", () => {
  const first: object = {
    keyMaterial: "Ynl0ZXM=",
    keyMaterialSource: "env:FIRST",
    existingKeyMaterialId: "0".repeat(64),
    fingerprint: "cmac:00",
    materialDescription: "first",
    description: "of the key",
    validFor: "90d",
    renewBefore: "30d",
    onDeletion: "report",
    timeouts: { create: "1h" },
  };

  it.each(["pulumi", "cdktf"] as const)("are those of the first material in %s that hold for all", (face) => {
    expect(successorArguments(face, first, { name: "2027", keyMaterialSource: "env:NEXT" })).toEqual({
      keyMaterialSource: "env:NEXT",
      validFor: "90d",
      renewBefore: "30d",
      onDeletion: "report",
      timeouts: { create: "1h" },
    });
  });

  it.each([{ validTo: "2030-01-01T00:00:00Z" }, { validFor: "30d" }, { renewBefore: "1d" }])(
    "have a lifetime of their own as a whole: %j",
    (lifetime) => {
      const made = successorArguments<object>("cdktf", first, lifetime);
      expect(made).toEqual({ onDeletion: "report", timeouts: { create: "1h" }, ...lifetime });
    },
  );

  it("have no description in a replica", () => {
    expect(replicaArguments<object>("pulumi", { materialDescription: "next", validFor: "90d" })).toEqual({
      validFor: "90d",
    });
  });
});

describe("the names of successors", () => {
  it("are texts of their own that can be parts of names", () => {
    expect(successorNameFaults(["2027", "2028", "a_b-c"])).toEqual([]);
    expect(successorNameFaults([])).toEqual([]);
    expect(successorNameFaults(["a", "a", "a"])).toEqual([expect.stringMatching(/each name once: a is there twice/)]);
    expect(successorNameFaults([undefined, "a/b"])).toEqual([
      expect.stringMatching(/plain text/),
      expect.stringMatching(/has the name "a\/b", which must be 1 to 64/),
    ]);
    expect(successorNameFaults(["x".repeat(64)])).toEqual([]);
    expect(successorNameFaults(["x".repeat(65)])).toHaveLength(1);
  });
});
