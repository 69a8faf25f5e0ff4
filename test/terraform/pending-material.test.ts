import { DeleteImportedKeyMaterialCommand } from "@aws-sdk/client-kms";
import type { ConfigInput, ResourceInstance } from "../../src/terraform/plugin/testing/host";
import { type ByokHost, byokHost, refusal, textIn } from "../support/byok-host";
import { newBytes } from "../support/life";
import { importNewMaterial } from "../support/new-material";
import { bytesIn, expectOpen, firstMaterial, materialsIn, rotateByHand } from "../support/rotations";

describe("material that waits for a rotation", () => {
  let on: ByokHost;
  let keyArn: string;
  let first: string;
  let firstResource: ResourceInstance;
  beforeEach(async () => {
    on = await byokHost();
    const made = await firstMaterial(on);
    [keyArn, firstResource] = [made.keyArn, made.material];
    first = textIn(made.material, "key_material_id");
  });
  afterEach(() => on.close());

  async function waiting(settings: ConfigInput = {}): Promise<{ material: ResourceInstance; config: ConfigInput }> {
    const material = on.host.resource("byok_imported_key_material");
    const config = { key_arn: keyArn, ...bytesIn(), succeeds: first, ...settings };
    await material.apply(config);
    await on.restart();
    on.life.calls();
    return { material, config };
  }

  const writes = (): string[] => on.life.calls().filter((call) => !/^(Describe|List|Get)/.test(call));
  const deleting: ConfigInput = { deletion_policy: "delete" };

  it("is replaced by other bytes where its policy is to delete", async () => {
    const { material, config } = await waiting(deleting);
    const former = textIn(material, "key_material_id");
    const other = { ...config, ...bytesIn() };
    const plan = await material.applyAndSettle(other);
    expect(plan).toMatchObject({ action: "replace", replacePaths: ["fingerprint"], warnings: [] });
    expect(writes()).toEqual(["DeleteImportedKeyMaterial", "ImportKeyMaterial"]);
    const now = textIn(material, "key_material_id");
    expect(now).not.toBe(former);
    const materials = await materialsIn(on.life, keyArn);
    expect([...materials.keys()].toSorted()).toEqual([first, now].toSorted());
    expect(materials.get(now)?.state).toBe("PENDING_ROTATION");
  });

  it("is replaced too where the configured fingerprint names the other bytes", async () => {
    const { material, config } = await waiting(deleting);
    const other = bytesIn();
    const elsewhere = on.host.resource("byok_external_key");
    await elsewhere.apply({});
    const twin = on.host.resource("byok_imported_key_material");
    await twin.apply({ key_arn: textIn(elsewhere, "arn"), ...other });
    const fingerprint = textIn(twin, "fingerprint");
    expect((await material.apply({ ...config, ...other, fingerprint })).action).toBe("replace");
    expect(material.state).toMatchObject({ fingerprint, rotation_state: "pending_rotation" });
    // Bytes that are neither these nor those are refused, and nothing is dropped.
    on.life.calls();
    const strange = await refusal(material.apply({ ...config, ...bytesIn(), fingerprint }));
    expect(strange).toEqual([{ at: "key_material_wo", detail: expect.stringMatching(/than `fingerprint` names/) }]);
    expect(writes()).toEqual([]);
  });

  it("is left where -replace brings the same bytes, and dropped where they are known late", async () => {
    const { material, config } = await waiting(deleting);
    expect((await material.apply(config, { replace: true })).action).toBe("replace");
    expect(writes()).toEqual([]);
    await on.restart({ material_access: "apply" });
    const source = { key_material_wo: null, key_material_source: "env:BYOK_OTHER_BYTES" };
    process.env["BYOK_OTHER_BYTES"] = Buffer.alloc(32, 7).toString("base64");
    try {
      await material.apply({ ...config, ...source }, { replace: true });
    } finally {
      delete process.env["BYOK_OTHER_BYTES"];
    }
    expect(writes()).toEqual(["DeleteImportedKeyMaterial", "ImportKeyMaterial"]);
    expect(material.state).toMatchObject({ rotation_state: "pending_rotation", verified: true });
  });

  it("is no matter of replacing where its policy is to retain: other bytes are refused, and the way is named", async () => {
    const { material, config } = await waiting();
    for (const replace of [false, true]) {
      const [problem] = await refusal(material.apply({ ...config, ...bytesIn() }, { replace }));
      expect(problem).toMatchObject({ at: "key_material_wo" });
      expect(problem?.detail).toMatch(
        /^\[different_material\].*only waits for its rotation.*set `deletion_policy` to delete/,
      );
    }
    expect(writes()).toEqual([]);
  });

  it("is never deleted by a replacement once it has become the current one", async () => {
    const { material, config } = await waiting(deleting);
    const id = textIn(material, "key_material_id");
    let ciphertexts: Uint8Array[] = [];
    const late = material.apply(
      { ...config, ...bytesIn() },
      {
        between: async () => {
          await rotateByHand(on.life, keyArn);
          ciphertexts = [await on.life.encrypt(keyArn)];
          await on.restart();
        },
      },
    );
    const [problem] = await refusal(late);
    expect(problem?.detail).toContain(`The key material ${id} of ${keyArn} no longer waits for a rotation`);
    expect(writes()).toEqual([]);
    // Its resource is still there, and now it is like any other.
    expect(material.state).toMatchObject({ key_material_id: id });
    const [now] = await refusal(material.plan({ ...config, ...bytesIn() }));
    expect(now?.detail).toMatch(/^\[different_material\]/);
    expect((await material.plan(config)).action).toBe("no-op");
    expect(ciphertexts).toHaveLength(1);
    await expectOpen(on.life, ciphertexts);
  });

  it("is deleted by its id where it is destroyed with that policy, and the current one stays", async () => {
    const { material, config } = await waiting(deleting);
    const ciphertext = await on.life.encrypt(keyArn);
    expect(await material.destroy()).toEqual([]);
    expect(writes()).toEqual(["DeleteImportedKeyMaterial"]);
    expect(await materialsIn(on.life, keyArn)).toEqual(new Map([[first, { state: "CURRENT", imported: true }]]));
    await expectOpen(on.life, [ciphertext]);
    // The same bytes may come back.
    await on.restart();
    await material.apply(config);
    expect(material.state).toMatchObject({ rotation_state: "pending_rotation" });
  });

  it("stays where it is destroyed otherwise, with a warning of what it is in the way of", async () => {
    const { material } = await waiting();
    const id = textIn(material, "key_material_id");
    const said = (await material.destroy()).map(({ detail }) => detail).join("\n");
    expect(said).toContain(`${keyArn} takes no other new material`);
    expect(said).toContain(`--key-material-id ${id}`);
    expect(writes()).toEqual([]);
    expect((await materialsIn(on.life, keyArn)).get(id)?.state).toBe("PENDING_ROTATION");
  });

  it("comes back as new material where somebody else has dropped it, and what refers to it is not planned again", async () => {
    const { material, config } = await waiting(deleting);
    const id = textIn(material, "key_material_id");
    const rotation = on.host.resource("byok_key_rotation");
    const rotate = { key_arn: keyArn, key_material_id: id };
    // Later than the KMS may show an import late.
    on.life.kms.clock.advance("1h");
    await dropByHand(id);
    await on.restart();
    // The rotation of the same plan need not find it yet; without it there is nothing to rotate to.
    const [alone] = await refusal(rotation.plan(rotate));
    expect(alone).toMatchObject({ at: "key_material_id", detail: expect.stringMatching(/is no key material of/) });
    const plan = await material.plan(config);
    expect(plan).toMatchObject({ action: "update", planned: { key_material_id: id } });
    const after = await rotation.plan(rotate);
    expect([after.action, after.warnings]).toEqual(["create", []]);
    await material.apply(config);
    expect(material.state).toMatchObject({ key_material_id: id, rotation_state: "pending_rotation" });
    await rotation.apply(rotate);
    expect(rotation.state).toMatchObject({ current_key_material_id: id });
    await material.refresh();
    expect(material.state).toMatchObject({ rotation_state: "current" });
  });

  it("gives way to other bytes also where somebody else has dropped it, with that policy alone", async () => {
    const { material, config } = await waiting();
    on.life.kms.clock.advance("1h");
    await dropByHand(textIn(material, "key_material_id"));
    await on.restart();
    await material.refresh();
    const other = { ...config, ...bytesIn() };
    const [problem] = await refusal(material.plan(other));
    expect(problem?.detail).toMatch(/^\[different_material\].*set `deletion_policy` to delete/);
    on.life.calls();
    const plan = await material.applyAndSettle({ ...other, ...deleting });
    expect(plan).toMatchObject({ action: "replace", replacePaths: ["fingerprint"] });
    expect(writes()).toEqual(["ImportKeyMaterial"]);
    expect(material.state).toMatchObject({ rotation_state: "pending_rotation", verified: true });
  });

  it("gives way to other bytes where its deletion was carried out and the run ended there", async () => {
    const { material, config } = await waiting(deleting);
    on.life.kms.clock.advance("1h");
    on.life.kms.faults.add({
      operation: "DeleteImportedKeyMaterial",
      kind: "error",
      when: "after",
      code: "AccessDeniedException",
    });
    const other = { ...config, ...bytesIn() };
    await refusal(material.apply(other));
    await on.restart();
    await material.refresh();
    expect((await material.applyAndSettle(other)).action).toBe("replace");
    expect(material.state).toMatchObject({ rotation_state: "pending_rotation", verified: true });
  });

  it("that is gone gives way to other bytes where it succeeds what is the current one by now", async () => {
    const { material, config } = await waiting(deleting);
    await dropByHand(textIn(material, "key_material_id"));
    await importNewMaterial(on.life.client(), keyArn, newBytes());
    const current = await rotateByHand(on.life, keyArn);
    on.life.kms.clock.advance("1h");
    await on.restart();
    await material.refresh();
    const other = { ...config, ...bytesIn() };
    // What it succeeds is what stands against it, and not its bytes.
    for (const changes of [{}, { succeeds: "0".repeat(64) }]) {
      const [problem] = await refusal(material.plan({ ...other, ...changes }));
      expect(problem).toMatchObject({ at: "succeeds", detail: expect.stringMatching(/^\[wrong_predecessor\]/) });
    }
    const [unnamed] = await refusal(material.plan({ ...other, succeeds: null }));
    expect(unnamed?.detail).toMatch(/^\[different_material\]/);
    expect((await material.applyAndSettle({ ...other, succeeds: current })).action).toBe("replace");
    expect(material.state).toMatchObject({ succeeds: current, rotation_state: "pending_rotation", verified: true });
  });

  it("is never deleted by a destruction either, once it has become the current one", async () => {
    const { material } = await waiting(deleting);
    const id = textIn(material, "key_material_id");
    let ciphertexts: Uint8Array[] = [];
    const between = async () => {
      await rotateByHand(on.life, keyArn);
      ciphertexts = [await on.life.encrypt(keyArn)];
    };
    const [problem] = await refusal(material.destroy({ between }));
    expect(problem).toMatchObject({ at: "deletion_policy" });
    expect(problem?.detail).toMatch(/^\[key_unusable\].*waited for a rotation when it was last looked at/);
    expect(problem?.detail).toContain(id);
    expect(writes()).toEqual([]);
    expect(ciphertexts).toHaveLength(1);
    await expectOpen(on.life, ciphertexts);
    // A plan that shows it as it is warns of what that means for the key, and is what was asked for.
    await on.restart();
    const said = (await material.destroy()).map(({ detail }) => detail).join("\n");
    expect(said).toContain(`The key material ${id} is deleted from ${keyArn}`);
    expect(said).toContain("it cannot be used then until the same bytes are imported again");
    expect(writes()).toEqual(["DeleteImportedKeyMaterial"]);
  });

  it("succeeds another material than before where its own predecessor has been succeeded meanwhile", async () => {
    const { material, config } = await waiting();
    await dropByHand(textIn(material, "key_material_id"));
    await importNewMaterial(on.life.client(), keyArn, newBytes());
    const current = await rotateByHand(on.life, keyArn);
    on.life.kms.clock.advance("1h");
    await on.restart();
    await material.refresh();
    const strange = "0".repeat(64);
    for (const [succeeds, words] of [
      [first, "is a former key material"],
      [strange, "is no key material"],
    ] as const) {
      const [problem] = await refusal(material.plan({ ...config, succeeds }));
      expect(problem).toMatchObject({ at: "succeeds", detail: expect.stringContaining(`${succeeds} ${words}`) });
      expect(problem?.detail).toContain(`whose current one is ${current}`);
    }
    expect((await material.apply({ ...config, succeeds: current })).action).toBe("update");
    expect(material.state).toMatchObject({ succeeds: current, rotation_state: "pending_rotation", verified: true });
  });

  it("that is gone is not shown as imported where its predecessor is no longer named", async () => {
    const { material, config } = await waiting();
    const unnamed = { ...config, succeeds: null };
    await material.apply(unnamed);
    await dropByHand(textIn(material, "key_material_id"));
    on.life.kms.clock.advance("1h");
    await on.restart();
    on.life.calls();
    await material.refresh();
    expect(material.state).toMatchObject({ material_state: "deleted", rotation_state: null });
    const [problem] = await refusal(material.plan(unnamed));
    expect(problem).toMatchObject({ at: "succeeds" });
    expect(problem?.detail).toContain(`its current one is ${first}`);
    // Where deletions are only reported, so is this one.
    const reported = await material.plan({ ...unnamed, on_deletion: "report" });
    expect(reported.warnings.map(({ detail }) => detail).join()).toContain("is reported and not brought back");
    expect(writes()).toEqual([]);
    await material.apply(config);
    expect(material.state).toMatchObject({ material_state: "imported", rotation_state: "pending_rotation" });
  });

  async function dropByHand(KeyMaterialId: string): Promise<void> {
    await on.life.client().send(new DeleteImportedKeyMaterialCommand({ KeyId: keyArn, KeyMaterialId }));
  }

  it("warns that the key needs what was ever the current one, where that is destroyed and stays", async () => {
    const { material } = await waiting();
    await rotateByHand(on.life, keyArn);
    await on.restart();
    for (const resource of [firstResource, material]) {
      const said = (await resource.destroy()).map(({ detail }) => detail).join("\n");
      expect(said).toMatch(/The key needs each of its materials that ever was the current one/);
      expect(said).not.toMatch(/still waits for a rotation/);
    }
    expect(writes()).toEqual([]);
  });
});
