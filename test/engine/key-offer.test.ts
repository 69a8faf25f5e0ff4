import { checkMaterialDescription } from "../../src/engine/key-offer";
import { paperProfile } from "../support/profile";
import { thrown } from "./thrown";

describe("a description of material, before the key is known", () => {
  const rule = { pattern: /^[a-z ]+$/, longest: 10 };

  it("is refused by a KMS that keeps none", () => {
    const error = thrown(() => checkMaterialDescription(paperProfile, "safe", { isReplica: false }));
    expect([error.code, error.attribute, error.rawMessage]).toEqual([
      "invalid_argument",
      "material_description",
      "`material_description`: Paper KMS keeps no description with key material. Remove it.",
    ]);
  });

  it("is held against its form alone by a KMS that keeps one", () => {
    const profile = { ...paperProfile, materialDescription: rule };
    expect(() => checkMaterialDescription(profile, "safe seven", { isReplica: false })).not.toThrow();
    expect(thrown(() => checkMaterialDescription(profile, "SAFE", { isReplica: false })).rawMessage).toMatch(
      /must match/,
    );
  });
});
