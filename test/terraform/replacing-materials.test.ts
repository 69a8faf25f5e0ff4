import { RotateKeyOnDemandCommand } from "@aws-sdk/client-kms";
import type { ConfigInput, ResourceInstance } from "../../src/terraform/plugin/testing/host";
import { type ByokHost, byokHost, refusal, textIn } from "../support/byok-host";
import { newBytes, plaintext } from "../support/life";
import { importNewMaterial } from "../support/new-material";
import { bytesIn, firstMaterial } from "../support/rotations";

describe("-replace of material in a key that holds several", () => {
  let on: ByokHost;
  let former: ResourceInstance;
  let current: ResourceInstance;
  let [one, two]: ConfigInput[] = [];
  let ciphertexts: Uint8Array[];
  beforeEach(async () => {
    on = await byokHost();
    const key = on.host.resource("byok_external_key");
    await key.apply({});
    const key_arn = textIn(key, "arn");
    const [first, second] = [newBytes(), newBytes()];
    [one, two] = [first, second].map((bytes) => ({ key_arn, key_material_wo: bytes.toString("base64") }));
    [former, current] = [
      on.host.resource("byok_imported_key_material"),
      on.host.resource("byok_imported_key_material"),
    ];
    await former.apply(one ?? {});
    ciphertexts = [await on.life.encrypt(key_arn)];
    await importNewMaterial(on.life.client(), key_arn, second);
    await on.life.client().send(new RotateKeyOnDemandCommand({ KeyId: key_arn }));
    await current.apply(two ?? {});
    ciphertexts.push(await on.life.encrypt(key_arn));
    await former.apply(one ?? {});
    await on.restart();
    on.life.calls();
  });
  afterEach(() => on.close());

  /** What byok wrote. Whatever was encrypted under either material opens. */
  async function writes(): Promise<string[]> {
    for (const ciphertext of ciphertexts) expect(await on.life.decrypt(ciphertext)).toBe(plaintext);
    return on.life.calls().filter((call) => !/^(Describe|List|Get)/.test(call));
  }

  it("has each known by its own bytes", async () => {
    for (const [material, config] of [
      [former, one],
      [current, two],
      // Once more, with the records of both left behind.
      [former, one],
    ] as const) {
      const id = material.state?.["key_material_id"];
      expect((await material.apply(config ?? {}, { replace: true })).action).toBe("replace");
      expect(material.state).toMatchObject({ verified: true, key_material_id: id });
    }
    expect(await writes()).toEqual([]);
  });

  it("is not in the way of a new resource for the other material", async () => {
    await former.apply(one ?? {}, { replace: true });
    const another = on.host.resource("byok_imported_key_material");
    expect(await refusal(another.apply(two ?? {}))).toEqual([]);
    expect(another.state?.["key_material_id"]).toBe(current.state?.["key_material_id"]);
    expect(await writes()).toEqual(["ImportKeyMaterial"]);
  });

  it("knows them by the configured fingerprint too, and takes no other bytes", async () => {
    const fingerprint = textIn(former, "fingerprint");
    await former.apply({ ...one, fingerprint }, { replace: true });
    expect(await writes()).toEqual([]);
    const other = { ...one, key_material_wo: newBytes().toString("base64") };
    const late = former.apply({ ...one, key_material_wo: newBytes().toString("base64") }, { replace: true });
    expect(await refusal(late)).toEqual([
      { at: "key_material_wo", detail: expect.stringMatching(/than the key holds/) },
    ]);
    const strange = on.host.resource("byok_imported_key_material");
    expect(await refusal(strange.apply(other))).toEqual([
      { at: "key_material_wo", detail: expect.stringMatching(/\[different_material\]/) },
    ]);
    expect(strange.state).toBeNull();
  });
});

describe("-replace of a key's only material", () => {
  it("is not in the way of new material that succeeds it in the same apply", async () => {
    const on = await byokHost();
    try {
      const { keyArn, material, config } = await firstMaterial(on);
      await on.restart();
      const first = textIn(material, "key_material_id");
      await material.apply(config, { replace: true });
      const next = on.host.resource("byok_imported_key_material");
      await next.apply({ key_arn: keyArn, ...bytesIn(), succeeds: first });
      expect(next.state).toMatchObject({ rotation_state: "pending_rotation", verified: true });
      expect(material.state).toMatchObject({ key_material_id: first });
    } finally {
      await on.close();
    }
  });
});
