import { ByokError } from "../../src/engine/errors";
import { applyMaterial, type MaterialSettings } from "../../src/engine/imported-key-material";
import { checkImport, type ImportPlan } from "../../src/engine/importing";
import type { KeyDescription } from "../../src/engine/key";
import { KeyMaterial } from "../../src/engine/key-material";
import type { KeyService } from "../../src/engine/key-service";
import type { KmsProfile } from "../../src/engine/kms-profile";
import { isProved, type MaterialRecord } from "../../src/engine/material-record";
import {
  bytes,
  record,
  empty,
  fingerprint,
  publicKey,
  refusal,
  settings,
  source,
  taking,
  token,
} from "./paper-material";
import { answered, arn, day, failing, now, paperKey } from "./paper-run";
import { codeOf, rejected, thrown } from "./thrown";

describe("what an import is refused for before it is made", () => {
  const plan = (key: Partial<KeyDescription>, changes: Partial<ImportPlan> = {}): ImportPlan => ({
    key: { ...paperKey, ...key },
    material: KeyMaterial.take(Buffer.from(bytes)),
    attribute: "key_material_source",
    lifetime: { kind: "forever" },
    again: false,
    ...changes,
  });
  const check = (profile: Partial<KmsProfile>, given: ImportPlan) =>
    checkImport(taking(paperKey, { profile }).run.services.service("aws", ""), given);
  const rule = { pattern: /^[a-z ]+$/, longest: 10 };

  it.each<[string, Partial<KmsProfile>, ImportPlan, string, string, string]>([
    [
      "another origin",
      {},
      plan({ origin: "AWS_KMS" }),
      "wrong_origin",
      "key_arn",
      `${arn} has the origin AWS_KMS, and only a key with the origin EXTERNAL takes imported material. Use such a key.`,
    ],
    [
      "a spec that nobody knows",
      {},
      plan({ spec: "ML_DSA_44" }),
      "unsupported_key_spec",
      "key_arn",
      `Material cannot be imported into ${arn}: it is of the spec ML_DSA_44. Use a key of one of SYMMETRIC_DEFAULT, HMAC_256.`,
    ],
    [
      "a spec that this KMS does not import",
      {},
      plan({ spec: "RSA_2048" }),
      "unsupported_key_spec",
      "key_arn",
      `Material cannot be imported into ${arn}: it is of the spec RSA_2048. Use a key of one of SYMMETRIC_DEFAULT, HMAC_256.`,
    ],
    [
      "bytes of another size",
      {},
      plan({}, { material: KeyMaterial.take(Buffer.alloc(16, 1)) }),
      "wrong_material",
      "key_material_source",
      "`key_material_source` must be 32 bytes for SYMMETRIC_DEFAULT, got 16 bytes. No key spec takes these bytes.",
    ],
    [
      "a description, where the KMS keeps none",
      {},
      plan({}, { description: "safe" }),
      "invalid_argument",
      "material_description",
      "`material_description`: Paper KMS keeps no description with the material of a key of the spec SYMMETRIC_DEFAULT. Remove it.",
    ],
    [
      "a description, where the spec has one material only",
      { materialDescription: rule },
      plan({ spec: "HMAC_256" }, { description: "safe" }),
      "invalid_argument",
      "material_description",
      "`material_description`: Paper KMS keeps no description with the material of a key of the spec HMAC_256. Remove it.",
    ],
    [
      "a description on a replica",
      { materialDescription: rule },
      plan({ multiRegion: { type: "REPLICA", primaryArn: "p", replicaArns: [] } }, { description: "safe" }),
      "invalid_argument",
      "material_description",
      "`material_description` cannot be set on a replica: it belongs to the material of the primary key. Remove it here.",
    ],
    [
      "a description of other characters",
      { materialDescription: rule },
      plan({}, { description: "SAFE" }),
      "invalid_argument",
      "material_description",
      "`material_description` must match ^[a-z ]+$ and have at most 10 characters.",
    ],
    [
      "too long a description",
      { materialDescription: rule },
      plan({}, { description: "safe number" }),
      "invalid_argument",
      "material_description",
      "`material_description` must match ^[a-z ]+$ and have at most 10 characters.",
    ],
  ])("%s", (_, profile, given, code, attribute, message) => {
    const error = thrown(() => check(profile, given));
    expect([error.code, error.attribute, error.rawMessage]).toEqual([code, attribute, message]);
  });

  it("is none of these", () => {
    const primary = { multiRegion: { type: "PRIMARY", primaryArn: arn, replicaArns: [] } } as const;
    for (const given of [plan({}), plan({}, { description: "safe seven" }), plan(primary, { description: "safe" })]) {
      expect(codeOf(() => check({ materialDescription: rule }, given))).toBe("none");
    }
    const hmac = plan({ spec: "HMAC_256" });
    expect(check({}, hmac)).toBe("HMAC_256");
  });
});

describe("import parameters", () => {
  const untrusted = (what: string) => [
    "untrusted_answer",
    undefined,
    `The KMS gave ${what}. Nothing was wrapped. Check the endpoint, and run again.`,
  ];
  const apply = (value: object) => {
    const importParameters = answered({ keyArn: arn, publicKey, token, ...value });
    return applyMaterial(taking(empty, { importParameters }).run, settings, source, undefined);
  };

  it("are refused for another key, without a token, or with a huge one", async () => {
    expect(await refusal(() => apply({ keyArn: "other" }))).toEqual(
      untrusted(`import parameters for another key than ${arn}`),
    );
    expect(await refusal(() => apply({ token: Buffer.alloc(0) }))).toEqual(
      untrusted(`an import token of 0 bytes for ${arn}`),
    );
    expect(await refusal(() => apply({ token: Buffer.alloc(65_537) }))).toEqual(
      untrusted(`an import token of 65537 bytes for ${arn}`),
    );
  });

  it("are refused when they had expired before they came, to the second", async () => {
    expect(await refusal(() => apply({ validTo: now }))).toEqual([
      "untrusted_answer",
      undefined,
      `The KMS gave import parameters for ${arn} that had expired when it gave them. Nothing was wrapped. Check the endpoint and any proxy in between, and run again.`,
    ]);
    await expect(apply({ validTo: now + 1 })).resolves.toBeDefined();
  });

  it("may name the key by its id, and hold a long token", async () => {
    await expect(apply({ keyArn: paperKey.keyId, token: Buffer.alloc(65_536) })).resolves.toBeDefined();
    await expect(apply({ token: Buffer.alloc(1) })).resolves.toBeDefined();
  });

  it("are fetched again, once, where they have become stale, and that is reported", async () => {
    const stale = new ByokError("import_refused", "Too old.", { retry: "fresh_parameters" });
    let sent = 0;
    const importMaterial: KeyService["importMaterial"] = async () => {
      if (++sent === 1) throw stale;
      return { value: {}, at: now };
    };
    const { run, asked, told } = taking(empty, { importMaterial });
    await applyMaterial(run, settings, source, undefined);
    expect(asked.filter((name) => name === "importParameters")).toHaveLength(2);
    expect(told).toEqual([
      ["debug", "The import parameters were refused; fetching new ones.", { key: arn, code: "import_refused" }],
    ]);
    const never = taking(empty, { importMaterial: failing(stale) });
    expect(await refusal(() => applyMaterial(never.run, settings, source, undefined))).toEqual([
      "import_refused",
      undefined,
      "Too old.",
    ]);
  });
});

describe("the request of an import", () => {
  const lost: KeyService["materials"] = async () => [{ materialId: "aa", imported: false, state: "CURRENT" }];

  it("says no more than it must for a first one", async () => {
    const { run, requests } = taking(empty);
    const { record: made, condition } = await applyMaterial(run, settings, source, undefined);
    expect(requests).toEqual([
      { keyArn: arn, wrappingAlgorithm: "RSAES_OAEP_SHA_256", token, wrappedMaterial: expect.any(Buffer) },
    ]);
    expect(made).toEqual({
      keyArn: arn,
      fingerprint,
      verified: true,
      materialId: "aa",
      importedAt: now + 1,
      lifetime: { kind: "forever" },
      expirationModel: "KEY_MATERIAL_DOES_NOT_EXPIRE",
      keyDisabled: false,
      otherMaterials: [],
    });
    expect(condition).toEqual({
      state: "imported",
      keyState: "Enabled",
      materialId: "aa",
      rotation: "CURRENT",
      expirationModel: "KEY_MATERIAL_DOES_NOT_EXPIRE",
      lifetimeDrift: false,
      renewalDue: false,
      lifetimePast: false,
      missingMaterials: [],
      otherMaterials: [],
      keyDisabled: false,
    });
  });

  it("names the material that comes back, its expiry and its description", async () => {
    const profile = { materialDescription: { pattern: /./, longest: 9 } };
    const { run, requests } = taking({ ...empty, materialId: "aa" }, { profile, materials: lost });
    const lifetime = { kind: "renewed", validFor: 90 * day, renewBefore: 30 * day } as const;
    const wanted = { ...settings, lifetime, description: "safe" };
    const { record: made, condition } = await applyMaterial(run, wanted, source, { ...record, materialId: "aa" });
    expect(requests).toEqual([
      expect.objectContaining({
        importType: "existing",
        materialId: "aa",
        validTo: now + 90 * day,
        description: "safe",
      }),
    ]);
    expect(made).toMatchObject({
      expirationModel: "KEY_MATERIAL_EXPIRES",
      validTo: now + 90 * day,
      importedValidTo: now + 90 * day,
      description: "safe",
    });
    expect(condition).toMatchObject({ renewalTime: now + 60 * day, validTo: now + 90 * day });
  });

  it("must be answered for the material that it named", async () => {
    const known: MaterialRecord = { ...record, materialId: "aa" };
    const answering = (materialId: string | undefined) => {
      const value = materialId === undefined ? {} : { materialId };
      const { run } = taking(
        { ...empty, materialId: "aa" },
        {
          importMaterial: answered(value),
          materials: lost,
        },
      );
      return applyMaterial(run, settings, source, known);
    };
    const error = await rejected(answering("bb"));
    expect([error.code, error.effectUnknown, error.rawMessage]).toEqual([
      "untrusted_answer",
      true,
      `The KMS was given the key material aa of ${arn} again and answered that it imported another one. Check the endpoint, and look at the key with \`byok status\`.`,
    ]);
    expect((await answering("aa")).record.materialId).toBe("aa");
  });

  it("is remembered by the id of its answer only, for the next one names it", async () => {
    const first = taking({ ...empty, materialId: "bb" }, { materials: lost, importMaterial: answered({}) });
    const { record: made, condition } = await applyMaterial(first.run, settings, source, undefined);
    expect([made.verified, made.materialId]).toEqual([true, undefined]);
    expect(condition).toMatchObject({ materialId: "bb" });
    const next = taking({ ...empty, materialId: "bb" }, { materials: lost });
    if (!isProved(made)) throw new Error("The import proved nothing.");
    await applyMaterial(next.run, settings, source, { ...made, importedAt: now - day });
    expect(next.requests).toEqual([expect.objectContaining({ importType: "existing" })]);
    expect(next.requests[0]).not.toHaveProperty("materialId");
  });

  it("does not name an id that was merely seen, of material that no import of ours has proved", async () => {
    const { run, requests } = taking({ ...empty, materialId: "aa" }, { materials: lost });
    await applyMaterial(run, settings, source, { ...record, materialId: "aa", verified: false });
    expect(requests[0]).not.toHaveProperty("materialId");
  });

  it("says nothing of materials where the spec has one only", async () => {
    const { run, requests } = taking({ ...empty, spec: "HMAC_256", materialId: "aa" });
    await applyMaterial(run, settings, source, { ...record, materialId: "aa" });
    expect(Object.keys(requests[0] ?? {}).toSorted()).toEqual([
      "keyArn",
      "token",
      "wrappedMaterial",
      "wrappingAlgorithm",
    ]);
  });

  it("is not made into a key whose policy could not be put in place in this run", async () => {
    const { run, asked } = taking(empty);
    const closed = new ByokError("access_denied", "The policy is missing.", { attribute: "policy" });
    run.memory.closed.set(arn, closed);
    await expect(applyMaterial(run, settings, source, undefined)).rejects.toBe(closed);
    expect(asked).toEqual(["describe"]);
  });

  it("is not made where its time would be past, or too long", async () => {
    const { run, asked } = taking(empty);
    const until = (validTo: number): MaterialSettings => ({ ...settings, lifetime: { kind: "until", validTo } });
    for (const [validTo, code] of [
      [now, "lifetime_past"],
      [now + 366 * day, "lifetime_too_long"],
    ] as const) {
      expect((await rejected(applyMaterial(run, until(validTo), source, undefined))).code).toBe(code);
    }
    expect(asked).toEqual(["describe", "describe"]);
  });
});
