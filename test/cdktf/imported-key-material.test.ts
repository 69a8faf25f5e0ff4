import { join } from "node:path";
import type { ImportedKeyMaterialProps } from "../../cdktf/index";
import { families, type Family } from "./families";
import { newApp, newStack, refusalOf, resourcesOf, synthesise } from "./synthesis";
import { sourceKinds } from "../../src/material-sources/source-uri";
import { parseSourceUri } from "../../src/material-sources/source-uri";
import { absoluteSource, sourceSchemes } from "../../cdktf/key-material-source";

const keyArn = "arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab";
const cmac = `cmac:${"0".repeat(32)}`;

describe.each(families)("ImportedKeyMaterial of $name", (family) => {
  const { ExternalKey, ImportedKeyMaterial, KeyMaterialVariable, ByokProvider } = family.byok;

  function material(props: Omit<ImportedKeyMaterialProps, "key">, keyProps: object = {}) {
    const stack = newStack(family);
    const key = new ExternalKey(stack, "payments", keyProps);
    return { stack, made: new ImportedKeyMaterial(stack, "material", { key, ...props }) };
  }

  it("is bytes from a source in a key, once the key is there", () => {
    const { stack } = material({ keyMaterialSource: "env:PAYMENTS_KEY" });
    expect(resourcesOf(synthesise(family, stack), "byok_imported_key_material")).toEqual([
      { key_arn: "${byok_external_key.payments.arn}", key_material_source: "env:PAYMENTS_KEY" },
    ]);
  });

  it("hands every property on", () => {
    const stack = newStack(family);
    const provider = new ByokProvider(stack, "other", { alias: "other" });
    new ImportedKeyMaterial(stack, "material", {
      key: ExternalKey.fromKeyArn(stack, "key", keyArn),
      keyMaterialSource: "exec:/usr/bin/get-key payments",
      fingerprint: cmac,
      validFor: "90d",
      renewBefore: "30d",
      wrappingAlgorithm: "RSAES_OAEP_SHA_256",
      wrappingKeySpec: "RSA_3072",
      materialDescription: "first",
      onDeletion: "report",
      deletionPolicy: "delete",
      allowInterruption: false,
      timeouts: { update: "1h" },
      provider,
    });
    expect(resourcesOf(synthesise(family, stack), "byok_imported_key_material")).toEqual([
      {
        key_arn: keyArn,
        key_material_source: "exec:/usr/bin/get-key payments",
        fingerprint: cmac,
        valid_for: "90d",
        renew_before: "30d",
        wrapping_algorithm: "RSAES_OAEP_SHA_256",
        wrapping_key_spec: "RSA_3072",
        material_description: "first",
        on_deletion: "report",
        deletion_policy: "delete",
        allow_interruption: false,
        timeouts: { update: "1h" },
        provider: "byok.other",
      },
    ]);
  });

  it("gives its results as tokens, and its resource as the default child", () => {
    const { stack, made } = material({ keyMaterialSource: "env:PAYMENTS_KEY" });
    new family.library.TerraformOutput(stack, "out", {
      value: {
        ...made.status,
        arn: made.keyArn,
        fingerprint: made.fingerprint,
        id: made.keyMaterialId,
        rotation: made.rotationState,
      },
    });
    expect(made.node.defaultChild).toBe(made.resource);
    const address = "byok_imported_key_material.material";
    expect(synthesise(family, stack).output?.["out"]?.["value"]).toEqual({
      arn: `\${${address}.key_arn}`,
      fingerprint: `\${${address}.fingerprint}`,
      id: `\${${address}.key_material_id}`,
      rotation: `\${${address}.rotation_state}`,
      materialState: `\${${address}.material_state}`,
      keyState: `\${${address}.key_state}`,
      readyForRenewal: `\${${address}.ready_for_renewal}`,
      renewalTime: `\${${address}.renewal_time}`,
      rotationState: `\${${address}.rotation_state}`,
      validTo: `\${${address}.valid_to}`,
    });
  });

  it("succeeds other material of its key, whose id is known later", () => {
    const { stack, made } = material({ keyMaterialSource: "env:FIRST" });
    const key = ExternalKey.fromKeyArn(stack, "same", keyArn);
    new ImportedKeyMaterial(stack, "next", { key, succeeds: made.keyMaterialId, keyMaterialSource: "env:NEXT" });
    expect(resourcesOf(synthesise(family, stack), "byok_imported_key_material")[1]).toEqual({
      key_arn: keyArn,
      key_material_source: "env:NEXT",
      succeeds: "${byok_imported_key_material.material.key_material_id}",
    });
  });

  it("needs no bytes, for a key whose material is looked after elsewhere", () => {
    const { stack } = material({});
    expect(resourcesOf(synthesise(family, stack), "byok_imported_key_material")).toHaveLength(1);
  });

  const refusals: readonly (readonly [string, Omit<ImportedKeyMaterialProps, "key">, object, RegExp])[] = [
    [
      "bytes in two ways",
      { keyMaterial: "${ephemeral.x.y.z}", keyMaterialSource: "env:A" },
      {},
      /`keyMaterialSource` and `keyMaterial` are both set/,
    ],
    ["a fingerprint that is none", { fingerprint: "CMAC:00" }, {}, /`fingerprint` is not a fingerprint/],
    [
      "a fingerprint of other bytes",
      { fingerprint: cmac },
      { keySpec: "RSA_2048" },
      /begins with cmac:.*RSA_2048 begins with spki:/,
    ],
    ["a fingerprint of another length", { fingerprint: cmac }, { keySpec: "HMAC_512" }, /HMAC_512 begins with hmac:/],
    ["two lifetimes", { validTo: "2030-01-01T00:00:00Z", validFor: "90d" }, {}, /`validFor` conflicts with `validTo`/],
    ["a date without a zone", { validTo: "2030-01-01T00:00:00" }, {}, /`validTo` is not a moment.*time zone/],
    ["a lifetime that is too long", { validFor: "366d" }, {}, /`validFor` reaches further than the 365 days/],
    ["a duration that is none", { validFor: "a month" }, {}, /`validFor` is not a duration/],
    ["renewal without a lifetime", { renewBefore: "30d" }, {}, /`renewBefore` requires `validFor`/],
    ["renewal all the time", { validFor: "30d", renewBefore: "30d" }, {}, /`renewBefore` is 30 days and not shorter/],
    [
      "wrapping for other keys",
      { wrappingAlgorithm: "RSAES_OAEP_SHA_256" },
      { keySpec: "RSA_2048" },
      /RSAES_OAEP_SHA_256 .*RSA_AES_KEY_WRAP/,
    ],
    [
      "wrapping that there is not",
      { wrappingKeySpec: "RSA_1024" },
      {},
      /`wrappingKeySpec` must be one of RSA_2048, RSA_3072/,
    ],
    [
      "wrapping of a KMS that has less",
      { wrappingKeySpec: "RSA_4096" },
      { kms: "alibaba" },
      /RSA_4096 is no `wrappingKeySpec` of Alibaba/,
    ],
    [
      "a description of HMAC keys",
      { materialDescription: "x" },
      { keySpec: "HMAC_256" },
      /AWS KMS keeps no description with the material of a key of the spec HMAC_256/,
    ],
    ["a description elsewhere", { materialDescription: "x" }, { kms: "qkms" }, /QKMS keeps no description/],
    [
      "a description with other signs",
      { materialDescription: "x!" },
      {},
      /`materialDescription` must match .* and have at most 256 characters/,
    ],
    ["another reaction", { onDeletion: "ignore" }, {}, /`onDeletion` must be one of reimport, report/],
    [
      "material to succeed that is no id",
      { succeeds: "first" },
      {},
      /`succeeds` must be the id of key material, 64 lower-case hexadecimal digits/,
    ],
    [
      "a successor in a key of one material",
      { succeeds: "0".repeat(64) },
      { keySpec: "HMAC_256" },
      /`succeeds` is 0{64}, and a key of the spec HMAC_256 holds its first key material for life/,
    ],
    [
      "a successor in a KMS without any, known later or not",
      { succeeds: "${byok_imported_key_material.first.key_material_id}" },
      { kms: "qkms" },
      /`succeeds` is set, and a key of QKMS holds its first key material for life/,
    ],
    ["another policy", { deletionPolicy: "keep" }, {}, /`deletionPolicy` must be one of retain, delete/],
  ];

  it.each(refusals)("refuses %s", (_what, props, keyProps, sentence) => {
    const { stack } = material(props, keyProps);
    expect(refusalOf(() => synthesise(family, stack))).toMatch(sentence);
  });

  it("checks by the key alone what it does not know of it", () => {
    const stack = newStack(family);
    const key = ExternalKey.fromKeyArn(stack, "key", keyArn);
    new ImportedKeyMaterial(stack, "material", {
      key,
      wrappingAlgorithm: "ROT13",
      wrappingKeySpec: "RSA_1",
      validFor: "2y",
    });
    const refusal = refusalOf(() => synthesise(family, stack));
    expect(refusal).toMatch(/`wrappingAlgorithm` must be one of RSAES_OAEP_SHA_1/);
    expect(refusal).toMatch(/`wrappingKeySpec` must be one of RSA_2048, RSA_3072/);
    expect(refusal).toMatch(/`validFor` is not a duration/);
  });

  it("leaves a lifetime alone that only Terraform will know", () => {
    const stack = newStack(family);
    const variable = new family.library.TerraformVariable(stack, "lifetime", { type: "string" });
    const key = new ExternalKey(stack, "payments");
    new ImportedKeyMaterial(stack, "material", { key, validFor: variable.stringValue, renewBefore: "30d" });
    expect(synthesise(family, stack).resource).toBeDefined();
  });

  describe("bytes", () => {
    const secret = "c2VjcmV0IGJ5dGVzIG9mIGEga2V5LCAzMiBvZiB0aGU=";

    it.each([
      ["a literal", () => secret],
      ["an empty literal", () => ""],
      ["raw bytes", () => secret.slice(0, 32)],
    ])("refuses %s at once, and does not repeat it", (_what, value) => {
      const refusal = refusalOf(() => material({ keyMaterial: value() }));
      expect(refusal).toMatch(
        /^keys\/material: `keyMaterial` must not be a literal text.*cdk\.tf\.json.*KeyMaterialVariable.*keyMaterialSource/,
      );
      expect(refusal).not.toContain(secret.slice(0, 20));
    });

    it("refuses bytes in place of a source at once, and does not repeat them", () => {
      const refusal = refusalOf(() => material({ keyMaterialSource: secret }));
      expect(refusal).toMatch(/`keyMaterialSource` must begin with `file:`, `env:`, `exec:`/);
      expect(refusal).not.toContain(secret.slice(0, 20));
    });

    it("takes a variable that is ephemeral and need not be given", () => {
      const { stack } = withVariable(
        (scope) => new KeyMaterialVariable(scope, "payments_key", { description: "bytes" }),
      );
      const synthesised = synthesise(family, stack);
      expect(resourcesOf(synthesised, "byok_imported_key_material")[0]?.["key_material_wo"]).toBe(
        "${var.payments_key}",
      );
      expect(synthesised.variable?.["payments_key"]).toEqual({
        default: null,
        description: "bytes",
        ephemeral: true,
        sensitive: true,
        type: "string",
      });
    });

    it("takes any variable that was made ephemeral, even afterwards", () => {
      const { stack, variable } = withVariable((scope) => new family.library.TerraformVariable(scope, "bytes", {}));
      expect(refusalOf(() => synthesise(family, stack))).toMatch(
        /the variable bytes, which is not ephemeral.*addOverride/,
      );
      variable.addOverride("ephemeral", true);
      expect(synthesise(family, stack).variable?.["bytes"]).toMatchObject({ ephemeral: true });
    });

    it("refuses a variable with a default, and does not repeat it", () => {
      const { stack, variable } = withVariable(
        (scope) => new family.library.TerraformVariable(scope, "bytes", { default: secret }),
      );
      variable.addOverride("ephemeral", true);
      const refusal = refusalOf(() => synthesise(family, stack));
      expect(refusal).toMatch(/the variable bytes, which has a default/);
      expect(refusal).not.toContain(secret.slice(0, 20));
    });

    it("takes a reference to an ephemeral resource, as a token or as text", () => {
      for (const reference of [
        (stack: ReturnType<typeof newStack>) => family.library.ref("ephemeral.vault_secret.payments.data", stack),
        () => "${ephemeral.vault_secret.payments.data}",
        () => '${jsondecode(ephemeral.vault_secret.payments.data)["payments"]}',
      ]) {
        const stack = newStack(family);
        const key = new ExternalKey(stack, "payments");
        const keyMaterial = family.library.Token.asString(reference(stack));
        new ImportedKeyMaterial(stack, "material", { key, keyMaterial });
        expect(resourcesOf(synthesise(family, stack), "byok_imported_key_material")[0]?.["key_material_wo"]).toMatch(
          /^\$\{.*ephemeral\.vault_secret\.payments\.data.*\}$/,
        );
      }
    });

    it.each([
      [
        "a resource's attribute",
        "${random_bytes.key.base64}",
        /ephemeral values only: Terraform stores random_bytes\.key in its state/,
      ],
      [
        "a data source",
        "${data.vault_secret.key.value}",
        /ephemeral values only: Terraform stores data\.vault_secret in its state/,
      ],
      ["a local value", "${local.key}", /Terraform stores local\.key in its state/],
      ["nothing", '${base64encode("x")}', /must refer to an ephemeral value, and refers to none/],
      [
        "a function of files",
        '${filebase64("keys/payments.bin")}',
        /calls filebase64, which.*`keyMaterialSource: "file:/,
      ],
      ["a literal beside it", `$\{coalesce(ephemeral.a.b.c, "${secret}")}`, /must not contain literal text/],
      ["text around it", "AAAA${ephemeral.a.b.c}", /must not contain literal text/],
    ])("refuses a reference to %s", (_what, keyMaterial, sentence) => {
      const { stack } = material({ keyMaterial });
      const refusal = refusalOf(() => synthesise(family, stack));
      expect(refusal).toMatch(sentence);
      expect(refusal).not.toContain(secret.slice(0, 20));
    });

    it("refuses text that only shows itself when tokens are resolved", () => {
      const { Lazy } = family.library;
      const { stack } = material({ keyMaterial: Lazy.stringValue({ produce: () => secret }) });
      const refusal = refusalOf(() => synthesise(family, stack));
      expect(refusal).toMatch(/must not contain literal text/);
      expect(refusal).not.toContain(secret.slice(0, 20));
    });

    function withVariable<V extends { readonly stringValue: string }>(
      make: (scope: ReturnType<typeof newStack>) => V,
    ): { readonly stack: ReturnType<typeof newStack>; readonly variable: V } {
      const stack = newStack(family);
      const variable = make(stack);
      const key = new ExternalKey(stack, "payments");
      new ImportedKeyMaterial(stack, "material", { key, keyMaterial: variable.stringValue });
      return { stack, variable };
    }
  });

  it("resolves a relative file against the folder of the app", () => {
    const { stack } = material({ keyMaterialSource: "file:keys/payments.bin?encoding=raw" });
    expect(resourcesOf(synthesise(family, stack), "byok_imported_key_material")[0]?.["key_material_source"]).toBe(
      `file:${join(process.cwd(), "keys/payments.bin")}?encoding=raw`,
    );
  });
});

it("knows the kinds of source that the provider knows", () => {
  expect(sourceSchemes).toEqual(sourceKinds);
});

describe("a source's place", () => {
  const construct = newApp(families[0] as Family);

  it.each([
    ["file:payments.bin", "file:/srv/app/payments.bin"],
    ["file:./keys/../payments.bin", "file:/srv/app/payments.bin"],
    ["file:../payments.bin?encoding=hex", "file:/srv/payments.bin?encoding=hex"],
    ["FILE:my%20keys/a.bin", "file:/srv/app/my%20keys/a.bin"],
    ["file:/etc/keys/a.bin", "file:/etc/keys/a.bin"],
    ["file:///etc/keys/a.bin", "file:///etc/keys/a.bin"],
    ["file:~/a.bin", "file:~/a.bin"],
    ["exec:./get-key payments", "exec:/srv/app/get-key payments"],
    ["exec:bin/get-key a b", "exec:/srv/app/bin/get-key a b"],
    ["exec:get-key payments", "exec:get-key payments"],
    ["wrap:bin/wrap-key payments", "wrap:/srv/app/bin/wrap-key payments"],
    ["wrapped:payments.wrapped.json", "wrapped:/srv/app/payments.wrapped.json"],
    ["wrapped:/srv/keys/payments.json", "wrapped:/srv/keys/payments.json"],
    ["exec:/usr/bin/get-key keys/a", "exec:/usr/bin/get-key keys/a"],
    ["env:PAYMENTS_KEY", "env:PAYMENTS_KEY"],
    ["pkcs11:token=t;object=k?module-name=x", "pkcs11:token=t;object=k?module-name=x"],
    ["vault-transit:transit/payments?version=1", "vault-transit:transit/payments?version=1"],
    ["file:${path.root}/a.bin", "file:${path.root}/a.bin"],
    ["file:keys/${each.key}.bin", "file:/srv/app/keys/${each.key}.bin"],
    ["file:../${var.a ? 1 : 2}/../a.bin?encoding=hex", "file:/srv/${var.a ? 1 : 2}/../a.bin?encoding=hex"],
    ["file:a-${each.key}.bin", "file:/srv/app/a-${each.key}.bin"],
    ["file:/etc/keys/${each.key}.bin", "file:/etc/keys/${each.key}.bin"],
    ["exec:bin/get-key ${each.key}", "exec:/srv/app/bin/get-key ${each.key}"],
    ["exec:get-key ${each.key}/a", "exec:get-key ${each.key}/a"],
    ["exec:${path.root}/get-key a", "exec:${path.root}/get-key a"],
    ["secretsmanager:payments/key", "secretsmanager:payments/key"],
    ["ssm:payments/key?version=1", "ssm:payments/key?version=1"],
    ["alibaba-secrets:payments", "alibaba-secrets:payments"],
    ["${var.source}", "${var.source}"],
  ])("%s is %s", (uri, absolute) => {
    expect(absoluteSource(construct, uri, "/srv/app")).toBe(absolute);
  });

  it("is read by the provider as it was meant, whatever the folder is called", () => {
    const uri = absoluteSource(construct, "file:keys/100%25.bin", "/srv/50% ?#ä");
    expect(parseSourceUri(uri, "x")).toMatchObject({ kind: "file", place: { path: "/srv/50% ?#ä/keys/100%.bin" } });
  });
});
