import type { ConfigInput } from "../../src/terraform/plugin/testing/host";
import { UNKNOWN } from "../../src/terraform/plugin/value";
import { awsBlock, type ByokHost, byokHost, refusal, textIn } from "../support/byok-host";
import { newBytes } from "../support/life";
import { importNewMaterial } from "../support/new-material";
import { bytesIn, firstMaterial, rotateByHand, rotateOn } from "../support/rotations";

const looks = ["DescribeKey", "ListKeyRotations"];

describe("new material that succeeds another, in a plan", () => {
  let on: ByokHost;
  beforeEach(async () => {
    on = await byokHost();
  });
  afterEach(() => on.close());

  /** A further run, of which the requests are counted. */
  async function nextRun(): Promise<void> {
    await on.restart();
    on.life.calls();
  }

  it("looks at the key in two requests, and an import makes four", async () => {
    const { keyArn, material } = await firstMaterial(on);
    const first = textIn(material, "key_material_id");
    await nextRun();
    const second = on.host.resource("byok_imported_key_material");
    const config = { key_arn: keyArn, ...bytesIn(), succeeds: first };
    const plan = await second.plan(config);
    expect([plan.action, plan.warnings]).toEqual(["create", []]);
    expect(plan.planned).toMatchObject({ key_material_id: UNKNOWN, rotation_state: UNKNOWN, succeeds: first });
    expect(on.life.calls()).toEqual(looks);
    // A host that hands on what was planned lets its apply do without.
    await second.apply(config, { between: nextRun, handsOn: true });
    expect(on.life.calls()).toEqual([...looks, "GetParametersForImport", "ImportKeyMaterial"]);
    expect(second.state).toMatchObject({ rotation_state: "pending_rotation", verified: true, key_state: "Enabled" });
    expect((await second.plan(config)).action).toBe("no-op");
  });

  it("makes no request for any other new material, nor while the key or the one before is not known", async () => {
    const { keyArn } = await firstMaterial(on);
    await nextRun();
    const material = on.host.resource("byok_imported_key_material");
    const configs: readonly ConfigInput[] = [
      { key_arn: keyArn },
      { key_arn: keyArn, succeeds: UNKNOWN },
      { key_arn: UNKNOWN, succeeds: "0".repeat(64) },
    ];
    for (const config of configs) {
      const plan = await material.plan({ ...bytesIn(), ...config });
      expect([plan.action, plan.warnings]).toEqual(["create", []]);
    }
    // Where the KMS is cannot be known yet either.
    await on.host.configure({ aws: awsBlock(on.life.kms.url, { endpoint: UNKNOWN }) });
    expect((await material.plan({ key_arn: keyArn, ...bytesIn(), succeeds: "0".repeat(64) })).action).toBe("create");
    expect(on.life.calls()).toEqual([]);
  });

  it("is an error that names the current material where another has succeeded the one before", async () => {
    const { keyArn, material } = await firstMaterial(on);
    const first = textIn(material, "key_material_id");
    await importNewMaterial(on.life.client(), keyArn, newBytes());
    const current = await rotateByHand(on.life, keyArn);
    await nextRun();
    const second = on.host.resource("byok_imported_key_material");
    for (const [succeeds, what] of [
      [first, "is a former key material of"],
      ["0".repeat(64), "is no key material of"],
    ] as const) {
      const [problem] = await refusal(second.plan({ key_arn: keyArn, ...bytesIn(), succeeds }));
      expect(problem).toEqual({ at: "succeeds", detail: expect.stringContaining(`${succeeds} ${what} ${keyArn}`) });
      expect(problem?.detail).toContain(`whose current one is ${current}`);
      expect(problem?.detail).toMatch(/^\[wrong_predecessor\]/);
    }
    expect(on.life.calls()).toEqual(looks);
    expect((await second.plan({ key_arn: keyArn, ...bytesIn(), succeeds: current })).action).toBe("create");
  });

  it("is an error where the key takes one material only, or has none yet", async () => {
    const rsa = on.host.resource("byok_external_key");
    await rsa.apply({ key_spec: "HMAC_256", key_usage: "GENERATE_VERIFY_MAC" });
    const empty = on.host.resource("byok_external_key");
    await empty.apply({});
    await nextRun();
    const material = on.host.resource("byok_imported_key_material");
    const config = { ...bytesIn(), succeeds: "0".repeat(64) };
    expect(await refusal(material.plan({ ...config, key_arn: textIn(rsa, "arn") }))).toEqual([
      { at: "succeeds", detail: expect.stringMatching(/^\[unsupported_key_spec\] .*HMAC_256/) },
    ]);
    expect(await refusal(material.plan({ ...config, key_arn: textIn(empty, "arn") }))).toEqual([
      { at: "succeeds", detail: expect.stringMatching(/^\[wrong_predecessor\] .*which has none/) },
    ]);
  });

  it("is left to the apply where the one before waits for its rotation, which the same plan may do", async () => {
    const { keyArn, material } = await firstMaterial(on);
    const second = on.host.resource("byok_imported_key_material");
    await second.apply({ key_arn: keyArn, ...bytesIn(), succeeds: textIn(material, "key_material_id") });
    const succeeds = textIn(second, "key_material_id");
    await nextRun();
    const third = on.host.resource("byok_imported_key_material");
    const config = { key_arn: keyArn, ...bytesIn(), succeeds };
    const plan = await third.plan(config);
    expect([plan.action, plan.warnings]).toEqual(["create", []]);
    expect(await refusal(third.apply(config))).toEqual([
      { at: "succeeds", detail: expect.stringContaining(`${succeeds} waits for its rotation in ${keyArn}`) },
    ]);
    const rotation = on.host.resource("byok_key_rotation");
    await third.apply(config, {
      between: async () => void (await rotation.apply({ key_arn: keyArn, key_material_id: succeeds })),
    });
    expect(third.state).toMatchObject({ rotation_state: "pending_rotation" });
  });

  it("warns where the materials of the key may not be listed, and imports nothing", async () => {
    const { keyArn, material } = await firstMaterial(on);
    await nextRun();
    on.life.kms.permissions.deny("kms:ListKeyRotations", { accessKeyId: "AKIAENGINE" });
    const second = on.host.resource("byok_imported_key_material");
    const config = { key_arn: keyArn, ...bytesIn(), succeeds: textIn(material, "key_material_id") };
    const { action, warnings } = await second.plan(config);
    expect(action).toBe("create");
    expect(warnings).toEqual([
      expect.objectContaining({
        summary: `Imported Key Material: ${keyArn.slice(keyArn.indexOf("key/"))}`,
        detail: expect.stringContaining("lacks the permission kms:ListKeyRotations"),
      }),
    ]);
    expect(await refusal(second.apply(config))).toEqual([
      { at: "succeeds", detail: expect.stringMatching(/^\[access_denied\]/) },
    ]);
    expect(on.life.calls()).not.toContain("ImportKeyMaterial");
  });

  it("is an error where a replica is to describe it, and a warning where the key is gone", async () => {
    const { keyArn, material } = await firstMaterial(on, { multi_region: true });
    const replica = on.host.resource("byok_external_key");
    await replica.apply({ primary_key_arn: keyArn, region: "eu-west-1" });
    const succeeds = textIn(material, "key_material_id");
    await nextRun();
    const second = on.host.resource("byok_imported_key_material");
    const config = { ...bytesIn(), succeeds, material_description: "2027" };
    const described = await refusal(second.plan({ ...config, key_arn: textIn(replica, "arn") }));
    expect(described).toEqual([{ at: "material_description", detail: expect.stringMatching(/replica/) }]);
    const gone = await second.plan({ ...config, key_arn: keyArn.replace(/mrk-.*/, "mrk-".padEnd(36, "0")) });
    expect(gone.warnings.map(({ summary }) => summary)).toEqual([expect.stringMatching(/^Key Not Found: key\/mrk-0/)]);
  });

  it("is a rotation to material of which other bytes wait only once the apply compares them", async () => {
    const { keyArn, material } = await firstMaterial(on);
    const first = textIn(material, "key_material_id");
    await importNewMaterial(on.life.client(), keyArn, newBytes());
    await nextRun();
    const second = on.host.resource("byok_imported_key_material");
    const config = { key_arn: keyArn, ...bytesIn(), succeeds: first };
    expect((await second.plan(config)).action).toBe("create");
    const [problem] = await refusal(second.apply(config));
    expect(problem).toMatchObject({ at: "key_material_wo" });
    expect(problem?.detail).toMatch(/\[different_material\] .* waits for a rotation.*delete-imported-key-material/);
    expect(second.state).toBeNull();
  });

  it("finds a key that was rotated on in the meantime as it is, and takes what is new from there", async () => {
    const { keyArn, material } = await firstMaterial(on);
    const second = await rotateOn(on, keyArn, textIn(material, "key_material_id"));
    const third = on.host.resource("byok_imported_key_material");
    const succeeds = textIn(second.rotation, "key_material_id");
    const config = { key_arn: keyArn, ...bytesIn(), succeeds };
    await nextRun();
    const late = third.apply(config, {
      between: async () => {
        await importNewMaterial(on.life.client(), keyArn, newBytes());
        await rotateByHand(on.life, keyArn);
        await on.restart();
      },
    });
    expect(await refusal(late)).toEqual([
      { at: "succeeds", detail: expect.stringContaining(`${succeeds} is a former key material`) },
    ]);
    expect(on.life.calls()).not.toContain("ImportKeyMaterial");
  });
});
