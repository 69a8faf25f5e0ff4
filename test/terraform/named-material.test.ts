import { type ByokHost, byokHost, refusal, textIn } from "../support/byok-host";
import { newBytes } from "../support/life";
import { importNewMaterial } from "../support/new-material";
import { bytesIn, expectOpen, firstMaterial, materialsIn, rotateByHand } from "../support/rotations";

describe("import of one of the materials of a key into the state", () => {
  let on: ByokHost;
  let keyArn: string;
  let [former, current]: string[] = [];
  let [formerBytes, currentBytes]: Buffer[] = [];
  let ciphertexts: Uint8Array[];
  beforeEach(async () => {
    on = await byokHost();
    [formerBytes, currentBytes] = [newBytes(), newBytes()];
    const first = await firstMaterial(on, {}, bytesIn(formerBytes));
    keyArn = first.keyArn;
    former = textIn(first.material, "key_material_id");
    ciphertexts = [await on.life.encrypt(keyArn)];
    // By hand, and with an expiry of its own.
    const day = 24 * 60 * 60 * 1000;
    await importNewMaterial(on.life.client(), keyArn, currentBytes, new Date(Date.now() + 30 * day));
    current = await rotateByHand(on.life, keyArn);
    ciphertexts.push(await on.life.encrypt(keyArn));
    await on.restart();
    on.life.calls();
  });
  afterEach(() => on.close());

  it("is about that material: where it stands, and when it expires", async () => {
    const [one, other] = [
      on.host.resource("byok_imported_key_material"),
      on.host.resource("byok_imported_key_material"),
    ];
    await one.import(`${keyArn},${former}`);
    expect(one.state).toMatchObject({
      key_arn: keyArn,
      key_material_id: former,
      rotation_state: "former",
      material_state: "imported",
      expiration_model: "KEY_MATERIAL_DOES_NOT_EXPIRE",
      valid_to: null,
      verified: false,
    });
    await other.import(`${keyArn},${current}`);
    expect(other.state).toMatchObject({
      key_material_id: current,
      rotation_state: "current",
      expiration_model: "KEY_MATERIAL_EXPIRES",
      valid_to: expect.stringMatching(/Z$/),
      verified: false,
    });
    expect(on.life.calls().filter((call) => !/^(Describe|List)/.test(call))).toEqual([]);
  });

  it("is proved by the next apply, which sends the id and takes no other bytes", async () => {
    for (const [id, bytes] of [
      [former, formerBytes],
      [current, currentBytes],
    ] as const) {
      const material = on.host.resource("byok_imported_key_material");
      await material.import(`${keyArn},${id}`);
      const lifetime = id === current ? { valid_for: "90d" } : {};
      const wrong = await refusal(material.apply({ key_arn: keyArn, ...bytesIn(), ...lifetime }));
      expect(wrong).toEqual([{ at: "key_material_wo", detail: expect.stringMatching(/^\[different_material\]/) }]);
      expect(material.state).toMatchObject({ key_material_id: id, verified: false });
      const plan = await material.applyAndSettle({ key_arn: keyArn, ...bytesIn(bytes), ...lifetime });
      expect(plan.action).toBe("update");
      // Anything that refers to the id is not planned again.
      expect(plan.planned).toMatchObject({ key_material_id: id });
      expect(material.state).toMatchObject({ key_material_id: id, verified: true });
    }
    expect(on.life.calls().filter((call) => call === "ImportKeyMaterial")).toHaveLength(4);
    expect(new Set((await materialsIn(on.life, keyArn)).keys())).toEqual(new Set([former, current]));
    await expectOpen(on.life, ciphertexts);
  });

  it("tells material that is missing from one that is there", async () => {
    on.life.kms.clock.advance("31d");
    await on.restart();
    const [one, other] = [
      on.host.resource("byok_imported_key_material"),
      on.host.resource("byok_imported_key_material"),
    ];
    await one.import(`${keyArn},${former}`);
    expect(one.state).toMatchObject({ material_state: "imported", key_state: "PendingImport" });
    await other.import(`${keyArn},${current}`);
    expect(other.state).toMatchObject({ material_state: "deleted", rotation_state: "current" });
    await other.apply({ key_arn: keyArn, ...bytesIn(currentBytes), valid_for: "90d" });
    expect(other.state).toMatchObject({ verified: true, key_state: "Enabled" });
    await expectOpen(on.life, ciphertexts);
  });

  it("is refused where the key has no such material, and names those that it has", async () => {
    const material = on.host.resource("byok_imported_key_material");
    const strange = "0".repeat(64);
    const [problem] = await refusal(material.import(`${keyArn},${strange}`));
    expect(problem?.detail).toMatch(/^\[invalid_argument\]/);
    expect(problem?.detail).toContain(`${keyArn} has no key material ${strange}`);
    for (const id of [former ?? "", current ?? ""]) expect(problem?.detail).toContain(id);
    const [bad] = await refusal(material.import(`${keyArn},payments`));
    expect(bad?.detail).toMatch(/the ARN, a comma and the id of key material, 64 lower-case hexadecimal digits/);
    const gone = keyArn.replace(/key\/.*/, "key/00000000-0000-0000-0000-000000000000");
    expect((await refusal(material.import(`${gone},${strange}`)))[0]?.detail).toMatch(/^\[key_not_found\]/);
    expect(material.state).toBeNull();
  });

  it("is refused where a key holds one material, which has no id", async () => {
    const qkms = { access_key: "test", secret_key: "test", endpoint: on.life.kms.qkmsUrl };
    await on.restart({ qkms });
    const key = on.host.resource("byok_external_key");
    await key.apply({ kms: "qkms" });
    const material = on.host.resource("byok_imported_key_material");
    expect(await refusal(material.import(`${textIn(key, "arn")},${"0".repeat(64)}`))).toEqual([
      {
        at: "id",
        detail: expect.stringMatching(/A key of QKMS holds one key material.*Import by the key's ARN alone/),
      },
    ]);
  });

  it("believes the id where the materials may not be listed, until an import proves it", async () => {
    on.life.kms.permissions.deny("kms:ListKeyRotations", { accessKeyId: "AKIAENGINE" });
    const material = on.host.resource("byok_imported_key_material");
    await material.import(`${keyArn},${former}`);
    expect(material.state).toMatchObject({ key_material_id: former, verified: false, rotation_state: null });
    await material.apply({ key_arn: keyArn, ...bytesIn(formerBytes) });
    expect(material.state).toMatchObject({ key_material_id: former, verified: true });
    await expectOpen(on.life, ciphertexts);
  });

  it("goes by identity too, and what a material is known by stays for as long as it lives", async () => {
    const [named, unnamed, made] = ["", "", ""].map(() => on.host.resource("byok_imported_key_material"));
    if (named === undefined || unnamed === undefined || made === undefined) throw new Error("too few");
    await named.import({ key_arn: keyArn, key_material_id: former ?? "" });
    expect(named.identity).toEqual({ key_arn: keyArn, key_material_id: former });
    await unnamed.import({ key_arn: keyArn, key_material_id: null });
    await unnamed.apply({ key_arn: keyArn, ...bytesIn(currentBytes), valid_for: "90d" });
    expect(unnamed.state).toMatchObject({ key_material_id: current, verified: true });
    await unnamed.refresh();
    expect(unnamed.identity).toEqual({ key_arn: keyArn, key_material_id: null });

    const config = { key_arn: keyArn, ...bytesIn(), succeeds: current ?? "" };
    await made.apply(config);
    const identity = { key_arn: keyArn, key_material_id: textIn(made, "key_material_id") };
    await made.refresh();
    expect(made.identity).toEqual(identity);
    // It moves to another key in place: the host takes no other identity for it.
    const another = on.host.resource("byok_external_key");
    await another.apply({});
    await made.apply({ ...config, succeeds: null, key_arn: textIn(another, "arn") });
    expect(made.identity).toEqual(identity);
    await made.refresh();
  });

  it("also names a rotation, by id and by identity", async () => {
    const [byId, byIdentity] = [on.host.resource("byok_key_rotation"), on.host.resource("byok_key_rotation")];
    await byId.import(`${keyArn},${current}`);
    await byIdentity.import({ key_arn: keyArn, key_material_id: former ?? "" });
    expect(byId.state).toMatchObject({ key_arn: keyArn, key_material_id: current, current_key_material_id: current });
    expect(byId.state).toMatchObject({ rotated_at: expect.stringMatching(/Z$/) });
    expect(byIdentity.state).toMatchObject({ key_material_id: former, current_key_material_id: current });
    for (const rotation of [byId, byIdentity]) {
      const config = { key_arn: keyArn, key_material_id: textIn(rotation, "key_material_id") };
      expect(await rotation.plan(config)).toMatchObject({ action: "no-op", warnings: [] });
      expect(rotation.identity).toEqual(config);
    }
    const gone = keyArn.replace(/key\/.*/, "key/00000000-0000-0000-0000-000000000000");
    await expect(byId.import(`${gone},${current}`)).rejects.toThrow(/no such object/);
    await expect(byId.import(keyArn)).rejects.toThrow(/ARN, a comma/);
  });
});
