import {
  DeleteImportedKeyMaterialCommand,
  ListKeyRotationsCommand,
  RotateKeyOnDemandCommand,
} from "@aws-sdk/client-kms";
import { type Props, unknownValue } from "../../pulumi/provider/props";
import { Prospects } from "../../pulumi/provider/prospects";
import { newBytes, plaintext } from "../support/life";
import { importNewMaterial } from "../support/new-material";
import { keyWithMaterial } from "./life";
import { chain, materialOf, rotationTo } from "./support/chain";
import { scenes } from "./support/scene";
import type { Declared } from "./support/stack";

const scene = scenes();
const base64 = (bytes: Buffer): string => bytes.toString("base64");
const material = (name: string): Props => scene().stack.outs("ImportedKeyMaterial", name);
const id = (name: string): string => String(material(name)["keyMaterialId"]);

/** The second material of a key, which waits for its rotation. */
const second = (bytes: Buffer, more: Props = {}): Declared => materialOf(2, { keyMaterial: base64(bytes), ...more });

async function deployed(program: readonly Declared[]): Promise<readonly string[]> {
  const { stack } = scene();
  const up = await stack.up(program);
  expect(up.error).toBeUndefined();
  expect((await stack.preview(program)).steps).toEqual([]);
  return up.steps;
}

/** Ids of the materials by their states. */
async function listed(): Promise<readonly (readonly [string | undefined, string | undefined])[]> {
  const { life, arn } = scene();
  const { Rotations = [] } = await life
    .client()
    .send(new ListKeyRotationsCommand({ KeyId: arn(), IncludeKeyMaterial: "ALL_KEY_MATERIAL" }));
  return Rotations.map(({ KeyMaterialId, KeyMaterialState }) => [KeyMaterialState, KeyMaterialId]);
}

describe("material that succeeds another", () => {
  it("shows that it waits, and is the current one after its rotation and a refresh", async () => {
    const { stack } = scene();
    const [one, two] = [newBytes(), newBytes()];
    await deployed([...chain([one]), second(two)]);
    expect(material("m2")).toMatchObject({ rotationState: "pending_rotation", verified: true, succeeds: id("m1") });
    await deployed(chain([one, two]));
    await stack.refresh();
    expect([material("m1"), material("m2")].map(({ rotationState }) => rotationState)).toEqual(["former", "current"]);
    expect((await stack.preview(chain([one, two]))).steps).toEqual([]);
  });

  it.each([
    ["no material of the key", () => "0".repeat(64), /is no key material of arn:.*, whose current one is [0-9a-f]{64}/],
    ["a former one", () => id("m1"), /is a former key material of arn:.*, whose current one is [0-9a-f]{64}/],
  ])("is refused in the preview where it succeeds %s", async (_what, succeeds, message) => {
    const { stack, writes } = scene();
    const program = chain([newBytes(), newBytes()]);
    await deployed(program);
    writes();
    const wrong = materialOf(3, { keyMaterial: base64(newBytes()), succeeds: succeeds() });
    const preview = await stack.preview([...program, wrong]);
    expect(preview.error).toMatch(/m3: \[wrong_predecessor\] `succeeds` must name the current key material/);
    expect(preview.error).toMatch(message);
    expect(writes()).toEqual([]);
  });

  it("is refused in the preview of a key that keeps its first material for life", async () => {
    const { stack } = scene();
    const bytes = newBytes();
    await deployed(keyWithMaterial({ keyMaterial: base64(bytes) }, { keySpec: "HMAC_256" }));
    const wrong = materialOf(2, { keyMaterial: base64(newBytes()), succeeds: "0".repeat(64) });
    const preview = await stack.preview([
      ...keyWithMaterial({ keyMaterial: base64(bytes) }, { keySpec: "HMAC_256" }),
      wrong,
    ]);
    expect(preview.error).toMatch(/is of the spec HMAC_256, and such a key keeps its first key material for life/);
  });

  it("may succeed material to which the same run rotates first, as its preview knows", async () => {
    const { life, stack } = scene();
    const all = [newBytes(), newBytes(), newBytes()];
    await deployed([...chain(all.slice(0, 1)), second(all[1] ?? newBytes())]);
    life.calls();
    const m3 = materialOf(3, { keyMaterial: base64(all[2] ?? newBytes()), succeeds: id("m2") });
    const program = [...chain(all.slice(0, 2)), m3];
    const preview = await stack.preview(program);
    expect([preview.error, preview.steps]).toEqual([undefined, ["create r2", "create m3"]]);
    await deployed(program);
  });

  it("stays as it is while a preview does not know what it succeeds", async () => {
    const { stack } = scene();
    const [one, two] = [newBytes(), newBytes()];
    await deployed(chain([one, two]));
    const unknown = chain([one, two]).map((declared): Declared => {
      if (declared.name !== "m2") return declared;
      return { ...declared, props: (ids, output) => ({ ...declared.props(ids, output), succeeds: unknownValue }) };
    });
    expect((await stack.preview(unknown)).steps).toEqual([]);
  });

  it("is not imported where other material waits that somebody else has imported, and says how to drop that", async () => {
    const { life, stack, arn, writes } = scene();
    const [one, two, theirs] = [newBytes(), newBytes(), newBytes()];
    await deployed(chain([one]));
    await importNewMaterial(life.client(), arn(), theirs);
    const waiting = (await listed()).find(([state]) => state === "PENDING_ROTATION")?.[1];
    writes();
    const failed = await stack.up(chain([one, two]));
    expect(failed.error).toMatch(/\[different_material\].*waits for a rotation, and only one may.*--key-material-id/);
    expect(failed.error).toContain(waiting);
    expect((await listed()).map(([state]) => state)).toEqual(["CURRENT", "PENDING_ROTATION"]);
    // What is theirs is proved and rotated to where it is given.
    expect(await deployed(chain([one, theirs]))).toEqual(["create m2", "create r2"]);
    expect(id("m2")).toBe(waiting);
  });
});

describe("material that waits for its rotation", () => {
  it("makes way for other bytes with deletionPolicy delete, and for none without", async () => {
    const { life, stack, arn, writes } = scene();
    const [one, two, other] = [newBytes(), newBytes(), newBytes()];
    await deployed([...chain([one]), second(two)]);
    const former = id("m2");
    const ciphertext = await life.encrypt(arn());
    writes();
    const refused = await stack.preview([...chain([one]), second(other)]);
    expect(refused.error).toMatch(
      /\[different_material\].*only waits for its rotation.*set `deletionPolicy` to delete/,
    );
    const steps = await deployed([...chain([one]), second(other, { deletionPolicy: "delete" })]);
    expect(steps).toEqual(["replace m2"]);
    expect(writes()).toEqual(["DeleteImportedKeyMaterial", "ImportKeyMaterial"]);
    expect(await listed()).toEqual([
      ["CURRENT", id("m1")],
      ["PENDING_ROTATION", id("m2")],
    ]);
    expect(id("m2")).not.toBe(former);
    await deployed([...chain([one]), second(other, { deletionPolicy: "delete" }), rotationTo(2)]);
    expect(await life.decrypt(ciphertext)).toBe(plaintext);
  });

  it("makes way for other bytes also when somebody has deleted it", async () => {
    const { life, stack, arn } = scene();
    const [one, two, other] = [newBytes(), newBytes(), newBytes()];
    await deployed([...chain([one]), second(two)]);
    life.kms.clock.advance("1h");
    await life.client().send(new DeleteImportedKeyMaterialCommand({ KeyId: arn(), KeyMaterialId: id("m2") }));
    const preview = await stack.preview([...chain([one]), second(other, { deletionPolicy: "delete" })]);
    expect(preview.steps).toEqual(["replace m2"]);
    expect(preview.printed.join("\n")).toMatch(/other bytes imported in its place: cmac:\w+ instead of cmac:\w+/);
    expect(await deployed([...chain([one]), second(other, { deletionPolicy: "delete" })])).toEqual(["replace m2"]);
  });

  it("comes back as it was when somebody has deleted it and its bytes are given", async () => {
    const { life, arn } = scene();
    const [one, two] = [newBytes(), newBytes()];
    const program = [...chain([one]), second(two)];
    await deployed(program);
    const before = id("m2");
    life.kms.clock.advance("1h");
    await life.client().send(new DeleteImportedKeyMaterialCommand({ KeyId: arn(), KeyMaterialId: before }));
    expect(await deployed(program)).toEqual(["update m2"]);
    expect(id("m2")).toBe(before);
  });

  it("is never deleted for other bytes once it is the current one, whenever that came about", async () => {
    const { life, stack, provider, arn, writes } = scene();
    const [one, two, other] = [newBytes(), newBytes(), newBytes()];
    await deployed([...chain([one]), second(two, { deletionPolicy: "delete" })]);
    const outs = material("m2");
    const run = provider();
    const methods = run.methods("ImportedKeyMaterial");
    const news = { keyArn: arn(), keyMaterial: base64(other), succeeds: id("m1"), deletionPolicy: "delete" };
    const { inputs } = await methods.check(news, news);
    expect(await methods.diff(arn(), outs, inputs)).toMatchObject({
      replaces: ["keyMaterial"],
      deleteBeforeReplace: true,
    });
    await life.client().send(new RotateKeyOnDemandCommand({ KeyId: arn() }));
    const ciphertext = await life.encrypt(arn());
    writes();
    await expect(methods.delete(arn(), outs)).rejects.toThrow(
      /\[different_material\].*what has been the current one is kept/,
    );
    await run.close();
    const program = [...chain([one]), second(other, { deletionPolicy: "delete" })];
    expect((await stack.up(program)).error).toMatch(/\[different_material\] These are other bytes/);
    expect(writes()).toEqual([]);
    expect(await life.decrypt(ciphertext)).toBe(plaintext);
  });

  it("is deleted by its id when it leaves the program with deletionPolicy delete, and the key works on", async () => {
    const { life, arn, writes } = scene();
    const one = newBytes();
    await deployed([...chain([one]), second(newBytes(), { deletionPolicy: "delete" })]);
    const ciphertext = await life.encrypt(arn());
    writes();
    expect(await deployed(chain([one]))).toEqual(["delete m2"]);
    expect(writes()).toEqual(["DeleteImportedKeyMaterial"]);
    expect(await listed()).toEqual([["CURRENT", id("m1")]]);
    expect(await life.decrypt(ciphertext)).toBe(plaintext);
  });
});

describe("a key that somebody rotated by hand", () => {
  it("is taken over with both of its materials, and rotated on", async () => {
    const { life, arn, writes } = scene();
    const [one, two, three] = [newBytes(), newBytes(), newBytes()];
    const key = chain([]);
    await deployed(key);
    // What no resource of this stack has imported.
    const first = materialOf(1, { keyMaterial: base64(one) });
    await deployed([...key, first]);
    await deployed(key);
    const old = await life.encrypt(arn());
    await importNewMaterial(life.client(), arn(), two);
    await life.client().send(new RotateKeyOnDemandCommand({ KeyId: arn() }));
    writes();
    const taken = [
      ...key,
      first,
      { ...materialOf(1, { keyMaterial: base64(two) }), name: "m2" },
      rotationTo(2),
    ] as const;
    expect(await deployed(taken)).toEqual(["create m1", "create m2", "create r2"]);
    expect(writes()).toEqual(["ImportKeyMaterial", "ImportKeyMaterial"]);
    const fresh = await life.encrypt(arn());
    const onward = [...taken, materialOf(3, { keyMaterial: base64(three) }), rotationTo(3)];
    expect(await deployed(onward)).toEqual(["create m3", "create r3"]);
    expect((await listed()).map(([state]) => state)).toEqual(["NON_CURRENT", "NON_CURRENT", "CURRENT"]);
    for (const ciphertext of [old, fresh]) expect(await life.decrypt(ciphertext)).toBe(plaintext);
  });
});

describe("a chain of materials whose state is lost", () => {
  const [one, two] = [newBytes(), newBytes()];
  const taken = (place: number, bytes: Buffer, materialId: string): Declared => {
    const existingKeyMaterialId = materialId;
    return materialOf(place, { keyMaterial: base64(bytes), existingKeyMaterialId });
  };

  it("is taken over as it is, each material by its id", async () => {
    const { life, stack, arn, writes } = scene();
    await deployed(chain([one, two]));
    const ciphertext = await life.encrypt(arn());
    const [key, ids] = [arn(), [id("m1"), id("m2")]] as const;
    stack.restore("[]");
    const program: readonly Declared[] = [
      { type: "ExternalKey", name: "payments", props: () => ({ existingKeyArn: key }) },
      taken(1, one, ids[0] ?? ""),
      taken(2, two, ids[1] ?? ""),
      rotationTo(2),
    ];
    writes();
    await deployed(program);
    expect(writes()).toEqual(["ImportKeyMaterial", "ImportKeyMaterial"]);
    expect([material("m1"), material("m2")]).toMatchObject([
      { keyMaterialId: ids[0], rotationState: "former", verified: true },
      { keyMaterialId: ids[1], rotationState: "current", verified: true },
    ]);
    expect(await life.decrypt(ciphertext)).toBe(plaintext);
  });

  it("is refused where the key has no such material, or its bytes are those of another", async () => {
    const { stack, arn, writes } = scene();
    await deployed(chain([one, two]));
    const [key, first] = [arn(), id("m1")];
    writes();
    const other = (bytes: Buffer, materialId: string): Declared => ({
      ...taken(1, bytes, materialId),
      name: "other",
    });
    const absent = await stack.preview([...chain([one, two]), other(one, "0".repeat(64))]);
    expect(absent.error).toMatch(new RegExp(`existingKeyMaterialId.*${key} has no key material 0{64}`));
    expect(writes()).toEqual([]);
    const swapped = await stack.up([...chain([one, two]), other(two, first)]);
    expect(swapped.error).toMatch(/\[different_material\]/);
    const changed = await stack.preview([...chain([one]), taken(2, two, first), rotationTo(2)]);
    expect(changed.error).toMatch(/\[immutable_argument\].*already manages the material/);
  });
});

describe("material that is named, and dropped before its update", () => {
  it("is not imported as new", async () => {
    const { life, provider, arn, writes } = scene();
    await deployed(chain([newBytes()]));
    await importNewMaterial(life.client(), arn(), newBytes());
    const named = (await listed()).find(([state]) => state === "PENDING_ROTATION")?.[1];
    const run = provider();
    const methods = run.methods("ImportedKeyMaterial");
    const { inputs, failures } = await methods.check(
      {},
      { keyArn: arn(), keyMaterial: base64(newBytes()), succeeds: id("m1"), existingKeyMaterialId: named },
    );
    expect(failures).toEqual([]);
    await life.client().send(new DeleteImportedKeyMaterialCommand({ KeyId: arn(), KeyMaterialId: named }));
    writes();
    await expect(methods.create(inputs)).rejects.toThrow(
      /\[invalid_argument\].* has no key material [0-9a-f]{64}.*remove `existingKeyMaterialId`/,
    );
    expect(writes()).toEqual([]);
    await run.close();
  });
});

describe("material that is only looked up", () => {
  it("is the current one of its key, or the one that is named", async () => {
    const { life, provider, arn } = scene();
    await deployed(chain([newBytes(), newBytes()], { validFor: "90d" }));
    const run = provider();
    const methods = run.methods("ImportedKeyMaterial");
    expect(await methods.read(arn(), { keyArn: arn() })).toMatchObject({ props: { keyMaterialId: id("m2") } });
    const named = `${arn()},${id("m1")}`;
    const looked = await methods.read(named, { keyArn: arn() });
    expect(looked).toMatchObject({
      id: named,
      props: { keyArn: arn(), keyMaterialId: id("m1"), rotationState: "former", materialState: "imported" },
    });
    // A later run reads it again from what it has kept.
    expect(await methods.read(named, looked.props ?? {})).toMatchObject({
      id: named,
      props: { keyMaterialId: id("m1") },
    });
    await expect(methods.read(`${arn()},${"0".repeat(64)}`, {})).rejects.toThrow(/has no key material 0{64}/);
    life.calls();
    await run.close();
  });
});

describe("a primary with two replicas", () => {
  const regions = ["eu-central-1", "eu-west-1", "us-east-1"] as const;
  const [primary, ...replicas] = regions;

  /** The key and its materials in all Regions: each replica is given each material after the primary. */
  function everywhere(all: readonly Buffer[]): readonly Declared[] {
    const [one = newBytes(), ...more] = all;
    const inReplica = (region: string, place: number, bytes: Buffer): Declared => {
      const declared = materialOf(place, { keyMaterial: base64(bytes) }, region);
      return { ...declared, name: `m${place}-${region}` };
    };
    return [
      ...chain([one], {}, { multiRegion: true, region: primary }),
      ...replicas.flatMap((region): readonly Declared[] => [
        {
          type: "ExternalKey",
          name: region,
          props: (ids) => ({ primaryKeyArn: ids["ImportedKeyMaterial m1"], region, creationToken: `token/${region}` }),
        },
        inReplica(region, 1, one),
      ]),
      ...more.flatMap((bytes, i) => [
        materialOf(i + 2, { keyMaterial: base64(bytes) }),
        ...replicas.map((region) => inReplica(region, i + 2, bytes)),
        rotationTo(i + 2),
      ]),
    ];
  }

  it("is rotated in all Regions, and what one of them encrypts each opens", async () => {
    const { life, stack, arn } = scene();
    const all = [newBytes(), newBytes(), newBytes()];
    const ciphertexts: Uint8Array[] = [];
    for (const count of [2, 3]) {
      await deployed(everywhere(all.slice(0, count)));
      for (const region of regions) {
        const key = region === primary ? arn() : arn(region);
        ciphertexts.push(await life.encrypt(key, region));
      }
    }
    for (const ciphertext of ciphertexts) {
      for (const region of regions) expect(await life.decrypt(ciphertext, region)).toBe(plaintext);
    }
    await stack.refresh();
    expect(regions.map((region) => material(region === primary ? "m3" : `m3-${region}`)["rotationState"])).toEqual([
      "current",
      "current",
      "current",
    ]);
    expect((await stack.preview(everywhere(all))).steps).toEqual([]);
  });

  it("is not rotated before each of them has the material, and says which have not", async () => {
    const { stack, writes } = scene();
    const all = [newBytes(), newBytes()];
    const without = everywhere(all).filter(({ name }) => name !== "m2-us-east-1");
    writes();
    const failed = await stack.up(without);
    expect(failed.error).toMatch(/\[key_unusable\].*cannot be rotated to .* yet: the material is missing in us-east-1/);
    expect(writes()).not.toContain("RotateKeyOnDemand");
    expect(material("m2")["rotationState"]).toBe("pending_multi_region_import_and_rotation");
    expect(await deployed(everywhere(all))).toEqual(["create m2-us-east-1", "create r2"]);
  });

  it("gets other bytes in all Regions for those that wait, no matter how lately these were imported", async () => {
    const { stack } = scene();
    const [one, two, other] = [newBytes(), newBytes(), newBytes()];
    const deleting = (all: readonly Buffer[]): readonly Declared[] =>
      everywhere(all).map((declared): Declared => {
        if (!declared.name.startsWith("m2")) return declared;
        return {
          ...declared,
          props: (ids, output) => ({ ...declared.props(ids, output), deletionPolicy: "delete" }),
        };
      });
    const waiting = await stack.up(deleting([one, two]).filter(({ type }) => type !== "KeyRotation"));
    expect(waiting.error).toBeUndefined();
    const steps = await deployed(deleting([one, other]));
    expect(steps).toEqual(["replace m2", ...replicas.map((region) => `replace m2-${region}`), "create r2"]);
  });

  it("is to be rotated in each of its Regions once a preview has seen that", () => {
    const prospects = new Prospects();
    const keyArn = (region: string): string => `arn:aws:kms:${region}:111122223333:key/mrk-1`;
    prospects.willRotate(keyArn(primary), "m2");
    prospects.willHold(keyArn(primary), "m3");
    for (const region of regions) expect(prospects.rotates(keyArn(region), "m2")).toBe(true);
    // Each Region is given its material by a resource of its own.
    expect(regions.map((region) => prospects.holds(keyArn(region), "m3"))).toEqual([true, false, false]);
  });
});
