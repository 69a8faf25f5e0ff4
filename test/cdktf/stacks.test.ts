import { families } from "./families";
import { newApp, newStack, refusalOf, resourcesOf, synthesise } from "./synthesis";

describe.each(families)("stacks of $name", (family) => {
  const { byok, library } = family;

  it("may share a key", () => {
    const app = newApp(family);
    const [keys, users] = ["keys", "users"].map((id) => {
      const stack = new library.TerraformStack(app, id);
      new byok.ByokProvider(stack, "byok");
      return stack;
    });
    if (keys === undefined || users === undefined) throw new Error("unreachable");
    const key = new byok.ExternalKey(keys, "payments");
    new byok.ImportedKeyMaterial(users, "material", { key, keyMaterialSource: "env:PAYMENTS_KEY" });
    app.synth();
    expect(users.dependencies).toEqual([keys]);
    expect(library.Testing.synth(users)).toContain("data.terraform_remote_state.cross-stack-reference-input-keys");
  });

  it("may have several with the same ids", () => {
    const app = newApp(family);
    const stacks = ["test", "live"].map((id) => {
      const stack = new library.TerraformStack(app, id);
      new byok.ByokProvider(stack, "byok");
      new byok.ExternalKey(stack, "payments");
      return stack;
    });
    const tokens = stacks.map(
      (stack) => resourcesOf(synthesise(family, stack), "byok_external_key")[0]?.["creation_token"],
    );
    expect(tokens).toEqual([
      expect.stringContaining("cdktf:test/payments:"),
      expect.stringContaining("cdktf:live/payments:"),
    ]);
  });

  it("are the same text each time", () => {
    const once = (): string => {
      const stack = newStack(family);
      new byok.MultiRegionExternalKey(stack, "payments", {
        regions: ["eu-west-1", "us-east-1"],
        keyMaterialSource: "env:A",
      });
      return library.Testing.synth(stack, true);
    };
    expect(once()).toBe(once());
  });
});

describe("the two families", () => {
  it("are two libraries", () => {
    const [one, other] = families;
    expect(one?.library.TerraformStack).not.toBe(other?.library.TerraformStack);
  });

  it("synthesise the same resources", () => {
    const [one, other] = families.map((family) => {
      const stack = newStack(family);
      const bytes = new family.byok.KeyMaterialVariable(stack, "bytes");
      new family.byok.MultiRegionExternalKey(stack, "payments", {
        regions: ["eu-west-1", "us-east-1"],
        keyMaterial: bytes.stringValue,
        tags: { team: "payments" },
        validFor: "90d",
      });
      const { resource: _metadata, ...rest } = synthesise(family, stack);
      const made = synthesise(family, stack);
      return {
        variable: rest.variable,
        provider: rest.provider,
        keys: resourcesOf(made, "byok_external_key"),
        materials: resourcesOf(made, "byok_imported_key_material"),
      };
    });
    expect(one).toEqual(other);
    expect(one?.materials).toHaveLength(2);
  });

  it("need the versions that have write-only arguments where the library asks for them", () => {
    const synthesised = (name: string, context: Readonly<Record<string, unknown>>): string | undefined => {
      const family = families.find((one) => one.name === name);
      if (family === undefined) throw new Error(`There is no ${name}.`);
      const { byok, library } = family;
      const stack = new library.TerraformStack(newApp(family, context), "keys");
      new byok.ByokProvider(stack, "byok");
      const key = new byok.ExternalKey(stack, "payments");
      new byok.ImportedKeyMaterial(stack, "material", { key, keyMaterialSource: "env:A" });
      try {
        library.Testing.synth(stack, true);
        return undefined;
      } catch (thrown) {
        return String(thrown);
      }
    };
    expect(synthesised("cdktf", {})).toBeUndefined();
    expect(synthesised("cdktn", {})).toMatch(/write-only/i);
    expect(synthesised("cdktn", { targetVersions: { terraform: ">=1.11.0", opentofu: ">=1.11.0" } })).toBeUndefined();
  });

  it("refuse bad input in the same words", () => {
    const [one, other] = families.map((family) => {
      const stack = newStack(family);
      new family.byok.ExternalKey(stack, "payments", { deletionWindowInDays: 1 });
      return refusalOf(() => synthesise(family, stack)).replace(/\s+/g, " ");
    });
    expect(one).toBe(other);
  });
});
