import { DeleteImportedKeyMaterialCommand, DisableKeyCommand, EnableKeyCommand } from "@aws-sdk/client-kms";
import type { ConfigInput, ResourceInstance } from "../../src/terraform/plugin/testing/host";
import { UNKNOWN } from "../../src/terraform/plugin/value";
import { awsBlock, type ByokHost, byokHost, refusal, textIn } from "../support/byok-host";
import { newBytes } from "../support/life";
import { importNewMaterial } from "../support/new-material";
import { bytesIn, expectOpen, firstMaterial, materialsIn, rotateByHand, rotateOn } from "../support/rotations";

describe("byok_key_rotation", () => {
  let on: ByokHost;
  let keyArn: string;
  let first: ResourceInstance;
  let firstConfig: ConfigInput;
  beforeEach(async () => {
    on = await byokHost();
    ({ keyArn, material: first, config: firstConfig } = await firstMaterial(on));
  });
  afterEach(() => on.close());

  const writes = (): string[] => on.life.calls().filter((call) => !/^(Describe|List|Get)/.test(call));
  const idOf = (material: ResourceInstance): string => textIn(material, "key_material_id");
  async function nextRun(): Promise<void> {
    await on.restart();
    on.life.calls();
  }

  /** Material that waits for a rotation, and a rotation to it that is still to come. */
  async function waiting(): Promise<{ material: ResourceInstance; rotation: ResourceInstance; config: ConfigInput }> {
    const material = on.host.resource("byok_imported_key_material");
    await material.apply({ key_arn: keyArn, ...bytesIn(), succeeds: idOf(first) });
    await nextRun();
    const config = { key_arn: keyArn, key_material_id: idOf(material) };
    return { material, rotation: on.host.resource("byok_key_rotation"), config };
  }

  it("rotates with two requests beside polling, and is at rest then", async () => {
    const { rotation, config } = await waiting();
    const before = await on.life.encrypt(keyArn);
    const plan = await rotation.plan(config);
    expect(plan).toMatchObject({ action: "create", warnings: [], planned: { rotated_at: UNKNOWN } });
    expect(on.life.calls()).toEqual(["DescribeKey", "ListKeyRotations"]);
    await rotation.apply(config, { between: nextRun, handsOn: true });
    const [looked, rotated, ...polls] = on.life.calls();
    expect([looked, rotated]).toEqual(["ListKeyRotations", "RotateKeyOnDemand"]);
    expect(new Set(polls)).toEqual(new Set(["ListKeyRotations"]));
    expect(rotation.state).toMatchObject({
      id: keyArn,
      ...config,
      current_key_material_id: config["key_material_id"],
      rotated_at: expect.stringMatching(/Z$/),
      rotations: 1,
      rotations_left: 24,
    });
    await rotation.applyAndSettle(config);
    await expectOpen(on.life, [before, await on.life.encrypt(keyArn)]);
    // Destroying it calls nothing: no KMS rotates back.
    await nextRun();
    const { length } = on.life.calls();
    expect(await rotation.destroy()).toEqual([]);
    expect(on.life.calls().length - length).toBeLessThanOrEqual(2);
    expect(writes()).toEqual([]);
  });

  it("shares the look at a healthy key with the materials: two requests for all of them", async () => {
    const second = await rotateOn(on, keyArn, idOf(first));
    const third = await rotateOn(on, keyArn, idOf(second.material));
    const resources: [ResourceInstance, ConfigInput][] = [
      [first, firstConfig],
      [second.material, second.config],
      [second.rotation, second.rotationConfig],
      [third.material, third.config],
      [third.rotation, third.rotationConfig],
    ];
    // What was imported or rotated before the last rotation learns of it once.
    for (const [resource, config] of resources) await resource.apply(config);
    await nextRun();
    for (const [resource, config] of resources) {
      expect(await resource.plan(config)).toMatchObject({ action: "no-op", warnings: [] });
    }
    expect(on.life.calls()).toEqual(["DescribeKey", "ListKeyRotations"]);
  });

  it("does nothing where the material is current already, such as after an answer that was lost", async () => {
    const { rotation, config } = await waiting();
    await rotateByHand(on.life, keyArn);
    expect(await rotation.plan(config)).toMatchObject({ action: "create", warnings: [] });
    await rotation.applyAndSettle(config);
    expect(writes()).toEqual([]);
    expect(rotation.state).toMatchObject({ current_key_material_id: config["key_material_id"], rotations: 1 });
  });

  it("says once that the key was rotated on since, and changes nothing", async () => {
    const { rotation, config } = await waiting();
    await rotation.apply(config);
    await importNewMaterial(on.life.client(), keyArn, newBytes());
    const now = await rotateByHand(on.life, keyArn);
    await nextRun();
    const plan = await rotation.plan(config);
    expect(plan.action).toBe("no-op");
    expect(plan.warnings).toEqual([
      expect.objectContaining({
        summary: `Key Rotation: ${keyArn.slice(keyArn.indexOf("key/"))}`,
        detail: expect.stringContaining(`and then on to ${now}`),
      }),
    ]);
    expect(rotation.state).toMatchObject({ current_key_material_id: now });
    await nextRun();
    expect(await rotation.plan(config)).toMatchObject({ action: "no-op", warnings: [] });
    expect(writes()).toEqual([]);
  });

  it("is refused by the plan where it would go back, or to what the key does not have", async () => {
    const second = await rotateOn(on, keyArn, idOf(first));
    await nextRun();
    const rotation = on.host.resource("byok_key_rotation");
    const back = await refusal(rotation.plan({ key_arn: keyArn, key_material_id: idOf(first) }));
    expect(back).toEqual([{ at: "key_material_id", detail: expect.stringMatching(/no KMS rotates back/) }]);
    const strange = await refusal(rotation.plan({ key_arn: keyArn, key_material_id: "0".repeat(64) }));
    expect(strange).toEqual([
      { at: "key_material_id", detail: expect.stringContaining(`its current one is ${idOf(second.material)}`) },
    ]);
    // The same resource may be pointed at the next material.
    const third = on.host.resource("byok_imported_key_material");
    await third.apply({ key_arn: keyArn, ...bytesIn(), succeeds: idOf(second.material) });
    const next = { ...second.rotationConfig, key_material_id: idOf(third) };
    expect((await second.rotation.apply(next)).action).toBe("update");
    expect(second.rotation.state).toMatchObject({ current_key_material_id: idOf(third), rotations: 2 });
    expect(await refusal(second.rotation.plan(second.rotationConfig))).toHaveLength(1);
  });

  it("leaves unknown values, and a KMS that is not known yet, to the apply", async () => {
    const { rotation, config } = await waiting();
    for (const unknown of ["key_arn", "key_material_id"]) {
      const plan = await rotation.plan({ ...config, [unknown]: UNKNOWN });
      expect([plan.action, plan.warnings]).toEqual(["create", []]);
    }
    await on.host.configure({ aws: awsBlock(on.life.kms.url, { endpoint: UNKNOWN }) });
    expect((await rotation.plan(config)).action).toBe("create");
    expect(on.life.calls()).toEqual([]);
    await on.restart();
    await rotation.apply({ ...config, key_material_id: UNKNOWN }, { then: config });
    expect(rotation.state).toMatchObject({ current_key_material_id: config["key_material_id"] });
  });

  it("is made of another key in place, as material moves to it", async () => {
    const { rotation, config } = await waiting();
    await rotation.apply(config);
    const other = await firstMaterial(on);
    const material = on.host.resource("byok_imported_key_material");
    await material.apply({ key_arn: other.keyArn, ...bytesIn(), succeeds: idOf(other.material) });
    await nextRun();
    const next = { key_arn: other.keyArn, key_material_id: idOf(material) };
    const plan = await rotation.apply(next);
    expect(plan).toMatchObject({ action: "update", replacePaths: [], warnings: [] });
    expect(writes()).toEqual(["RotateKeyOnDemand"]);
    expect(rotation.state).toMatchObject({ id: other.keyArn, rotations: 1 });
  });

  it("that is made again with -replace does nothing while its material is current, and is refused later", async () => {
    const { rotation, config } = await waiting();
    await rotation.apply(config);
    await nextRun();
    expect((await rotation.apply(config, { replace: true })).action).toBe("replace");
    expect(rotation.state).toMatchObject({ current_key_material_id: config["key_material_id"] });
    await importNewMaterial(on.life.client(), keyArn, newBytes());
    await rotateByHand(on.life, keyArn);
    await nextRun();
    const [problem] = await refusal(rotation.apply(config, { replace: true }));
    expect(problem?.detail).toMatch(/no KMS rotates back.*import it into the state/);
    expect(rotation.state).not.toBeNull();
    expect(writes()).toEqual([]);
  });

  it("needs an Enabled key: the plan warns, and the apply rotates nothing", async () => {
    const { rotation, config } = await waiting();
    const client = on.life.client();
    await client.send(new DisableKeyCommand({ KeyId: keyArn }));
    const plan = await rotation.plan(config);
    expect(plan.action).toBe("create");
    expect(plan.warnings.map(({ detail }) => detail)).toEqual([
      expect.stringMatching(/is Disabled.*Enable it, rotate/),
    ]);
    expect(await refusal(rotation.apply(config))).toEqual([
      { at: "key_arn", detail: expect.stringMatching(/^\[key_disabled\]/) },
    ]);
    expect(rotation.state).toBeNull();
    await client.send(new EnableKeyCommand({ KeyId: keyArn }));
    await nextRun();
    expect((await rotation.apply(config)).warnings).toEqual([]);
  });

  it("says nothing of a Disabled key that the same plan enables", async () => {
    const { rotation, config } = await waiting();
    const key = on.host.resource("byok_external_key");
    await key.import(keyArn);
    await key.apply({ enabled: false });
    await nextRun();
    await key.plan({ enabled: true });
    expect(await rotation.plan(config)).toMatchObject({ action: "create", warnings: [] });
  });

  it("needs all materials of the key: those that are gone are imported before, in the same run or another", async () => {
    const { rotation, config } = await waiting();
    await on.life.client().send(new DeleteImportedKeyMaterialCommand({ KeyId: keyArn, KeyMaterialId: idOf(first) }));
    on.life.kms.clock.advance("1h");
    await nextRun();
    expect(await rotation.plan(config)).toMatchObject({ action: "create", warnings: [] });
    const [problem] = await refusal(rotation.apply(config));
    expect(problem).toMatchObject({ at: "key_arn", detail: expect.stringContaining(idOf(first)) });
    await first.apply(firstConfig);
    await rotation.apply(config);
    expect(rotation.state).toMatchObject({ current_key_material_id: config["key_material_id"] });
  });

  it("keeps what it knows of a key that is gone or pending deletion, and the plan says so", async () => {
    const { rotation, config } = await waiting();
    await rotation.apply(config);
    const state = rotation.state;
    const key = on.host.resource("byok_external_key");
    await key.import(keyArn);
    await key.destroy();
    await nextRun();
    const plan = await rotation.plan(config);
    expect(plan.action).toBe("no-op");
    expect(plan.warnings.map(({ detail }) => detail)).toEqual([expect.stringMatching(/is pending deletion/)]);
    on.life.kms.clock.advance("31d");
    await nextRun();
    const gone = await rotation.plan(config);
    expect(gone.action).toBe("no-op");
    expect(gone.warnings.map(({ detail }) => detail)).toEqual([expect.stringMatching(/does not exist/)]);
    expect(rotation.state).toEqual(state);
    const another = on.host.resource("byok_key_rotation");
    expect((await another.plan(config)).warnings).toHaveLength(1);
    expect(await refusal(another.apply(config))).toEqual([
      { at: "key_arn", detail: expect.stringMatching(/^\[key_not_found\]/) },
    ]);
    expect(await rotation.destroy()).toEqual([]);
  });

  it("warns of a key whose materials may not be listed, and rotates nothing unseen", async () => {
    const { rotation, config } = await waiting();
    const deny = { accessKeyId: "AKIAENGINE" };
    on.life.kms.permissions.deny("kms:ListKeyRotations", deny);
    const plan = await rotation.plan(config);
    expect(plan.action).toBe("create");
    expect(plan.warnings.map(({ detail }) => detail)).toEqual([expect.stringMatching(/kms:ListKeyRotations/)]);
    expect(await refusal(rotation.apply(config))).toEqual([
      { at: "key_arn", detail: expect.stringMatching(/^\[access_denied\]/) },
    ]);
    expect(writes()).toEqual([]);
  });

  it("says that the rotations come to their end, once in a run, and that they are at it", async () => {
    let current = first;
    // As often as a key may be rotated in its life.
    for (let rotations = 1; rotations <= 25; rotations++) {
      const material = on.host.resource("byok_imported_key_material");
      await material.apply({ key_arn: keyArn, ...bytesIn(), succeeds: idOf(current) });
      await nextRun();
      const rotation = on.host.resource("byok_key_rotation");
      const config = { key_arn: keyArn, key_material_id: idOf(material) };
      const { warnings } = await rotation.apply(config);
      const few = 26 - rotations;
      expect(warnings.map(({ detail }) => detail)).toEqual(
        few <= 5 ? [expect.stringContaining(`can be rotated ${few} more times`)] : [],
      );
      expect(rotation.state).toMatchObject({ rotations, rotations_left: 25 - rotations });
      current = material;
    }
    const last = on.host.resource("byok_imported_key_material");
    await last.apply({ key_arn: keyArn, ...bytesIn(), succeeds: idOf(current) });
    await nextRun();
    const rotation = on.host.resource("byok_key_rotation");
    const problem = await refusal(rotation.plan({ key_arn: keyArn, key_material_id: idOf(last) }));
    expect(problem).toEqual([
      { at: "key_arn", detail: expect.stringMatching(/^\[limit_exceeded\].*was rotated 25 times/) },
    ]);
    expect([...(await materialsIn(on.life, keyArn)).values()]).toHaveLength(27);
  });
});
