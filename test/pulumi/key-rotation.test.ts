import { tmpdir } from "node:os";
import {
  DeleteImportedKeyMaterialCommand,
  DisableKeyCommand,
  EnableKeyCommand,
  ListKeyRotationsCommand,
  RotateKeyOnDemandCommand,
  ScheduleKeyDeletionCommand,
} from "@aws-sdk/client-kms";
import { type Props, unknownValue } from "../../pulumi/provider/props";
import { newBytes, plaintext, startLife, testRegion } from "../support/life";
import { importNewMaterial } from "../support/new-material";
import { reaching } from "./life";
import { chain, materialOf, rotationTo } from "./support/chain";
import { inProcess } from "./support/in-process";
import { scenes } from "./support/scene";
import type { Declared, Outcome } from "./support/stack";

const scene = scenes();
const [one, two, three, four] = [newBytes(), newBytes(), newBytes(), newBytes()] as const;
const id = (name: string): string => String(material(name)["keyMaterialId"]);
const material = (name: string): Props => scene().stack.outs("ImportedKeyMaterial", name);
const rotation = (name: string): Props => scene().stack.outs("KeyRotation", name);
const base64 = (bytes: Buffer): string => bytes.toString("base64");

/** Brings the stack to where a program wants it, which a second preview confirms. */
async function deployed(program: readonly Declared[]): Promise<Outcome> {
  const { stack } = scene();
  const up = await stack.up(program);
  expect(up.error).toBeUndefined();
  expect((await stack.preview(program)).steps).toEqual([]);
  return up;
}

async function states(): Promise<Readonly<Record<string, string>>> {
  const { life, arn } = scene();
  const { Rotations = [] } = await life
    .client()
    .send(new ListKeyRotationsCommand({ KeyId: arn(), IncludeKeyMaterial: "ALL_KEY_MATERIAL" }));
  return Object.fromEntries(
    Rotations.map(({ KeyMaterialId = "", KeyMaterialState = "" }) => [KeyMaterialId, KeyMaterialState]),
  );
}

/** Somebody rotates the key to bytes of their own. */
async function rotatedByHand(bytes: Buffer): Promise<void> {
  const { life, arn } = scene();
  await importNewMaterial(life.client(), arn(), bytes);
  await life.client().send(new RotateKeyOnDemandCommand({ KeyId: arn() }));
}

describe("a key that is rotated", () => {
  it("is made from nothing with two successors in one up, and rotated on a year later", async () => {
    const { life, arn } = scene();
    const first = await deployed(chain([one, two, three]));
    expect(first.steps).toEqual(["payments", "m1", "m2", "r2", "m3", "r3"].map((name) => `create ${name}`));
    expect(await states()).toEqual({ [id("m1")]: "NON_CURRENT", [id("m2")]: "NON_CURRENT", [id("m3")]: "CURRENT" });
    expect(rotation("r3")).toMatchObject({
      keyArn: arn(),
      keyMaterialId: id("m3"),
      currentKeyMaterialId: id("m3"),
      rotatedAt: expect.stringMatching(/^\d{4}-/),
      rotations: 2,
      rotationsLeft: 23,
    });
    const ciphertexts = [await life.encrypt(arn())];
    life.kms.clock.advance("365d");
    const later = await deployed(chain([one, two, three, four]));
    expect(later.steps).toEqual(["create m4", "create r4"]);
    expect((await states())[id("m4")]).toBe("CURRENT");
    ciphertexts.push(await life.encrypt(arn()));
    for (const ciphertext of ciphertexts) expect(await life.decrypt(ciphertext)).toBe(plaintext);
  });

  it("is made in one up also where the KMS shows what it was given a little later", async () => {
    const { life, stack } = scene();
    life.kms.faults.add({ operation: "ImportKeyMaterial", kind: "eventual", forRequests: 4 });
    const up = await stack.up(chain([one, two]));
    expect(up.error).toBeUndefined();
    expect(rotation("r2")).toMatchObject({ currentKeyMaterialId: id("m2") });
  });

  it("opens what each of its materials encrypted, also once all of them have lapsed and come back", async () => {
    const { life, stack, arn } = scene();
    const ciphertexts: Uint8Array[] = [];
    for (const all of [[one], [one, two], [one, two, three]]) {
      await deployed(chain(all, { validFor: "90d" }));
      ciphertexts.push(await life.encrypt(arn()));
    }
    const opens = () => Promise.all(ciphertexts.map((ciphertext) => life.decrypt(ciphertext)));
    expect(await opens()).toEqual([plaintext, plaintext, plaintext]);
    life.kms.clock.advance("91d");
    expect(await opens()).not.toContain(plaintext);
    const program = chain([one, two, three], { validFor: "90d" });
    const up = await stack.up(program);
    expect(up.error).toBeUndefined();
    expect(up.steps).toEqual(["update m1", "update m2", "update m3"]);
    expect(await opens()).toEqual([plaintext, plaintext, plaintext]);
    expect((await stack.preview(program)).steps).toEqual([]);
  });

  it("costs two looks of a healthy preview, whatever it holds, and three requests of a rotation", async () => {
    const { life, stack } = scene();
    await deployed(chain([one, two]));
    life.calls();
    await stack.preview(chain([one, two]));
    // The key's own resource looks for itself.
    expect(life.calls()).toEqual(["DescribeKey", "DescribeKey", "ListKeyRotations"]);
    await stack.update(chain([one, two, three]).slice(0, -1));
    life.calls();
    await stack.update(chain([one, two, three]));
    const calls = life.calls();
    expect(calls.filter((name) => name === "RotateKeyOnDemand")).toHaveLength(1);
    expect(calls.slice(calls.indexOf("RotateKeyOnDemand") + 1)).toEqual(["ListKeyRotations"]);
  });

  it("shows where each of its materials stands once it is refreshed, and says once that it was rotated on", async () => {
    const { stack } = scene();
    await deployed(chain([one, two]));
    await deployed(chain([one, two, three]));
    const preview = await stack.preview(chain([one, two, three]));
    expect(preview.printed).toEqual([expect.stringMatching(/was rotated to .* and then on to .*`pulumi refresh`/)]);
    const refreshed = await stack.refresh();
    expect([refreshed.error, refreshed.steps]).toEqual([undefined, []]);
    expect(refreshed.printed).toEqual([expect.stringMatching(/was rotated to .* and then on to/)]);
    expect(["m1", "m2", "m3"].map((name) => material(name)["rotationState"])).toEqual(["former", "former", "current"]);
    expect(rotation("r2")).toMatchObject({ keyMaterialId: id("m2"), currentKeyMaterialId: id("m3") });
    expect(await stack.preview(chain([one, two, three]))).toEqual({ steps: [], printed: [] });
    expect((await stack.refresh()).printed).toEqual([]);
  });

  it("stays as it is when its rotation leaves the program, or is to another material of the program", async () => {
    const { stack, writes } = scene();
    await deployed(chain([one, two]));
    writes();
    const without = chain([one, two]).filter(({ type }) => type !== "KeyRotation");
    expect((await deployed(without)).steps).toEqual(["delete r2"]);
    expect(writes()).toEqual([]);
    const moving = (place: number): Declared => ({ ...rotationTo(place), name: "latest" });
    await deployed([...without, moving(2)]);
    writes();
    const third = materialOf(3, { keyMaterial: base64(three), succeeds: id("m2") });
    expect((await deployed([...without, third, moving(3)])).steps).toEqual(["create m3", "update latest"]);
    expect(writes()).toEqual(["ImportKeyMaterial", "RotateKeyOnDemand"]);
    expect(rotation("latest")).toMatchObject({ keyMaterialId: id("m3"), rotations: 2 });
    const back = await stack.up([...without, third, moving(2)]);
    expect(back.error).toMatch(/\[wrong_predecessor\].* is a former key material of .*, and no KMS rotates back/);
  });

  it("is rotated once more in another key, by another resource", async () => {
    const { arn, writes } = scene();
    const other: Declared = { type: "ExternalKey", name: "other", props: () => ({ creationToken: "other" }) };
    await deployed([...chain([one, two]), other]);
    writes();
    const inOther = chain([one, two]).map((declared): Declared => {
      if (declared.type === "ExternalKey") return declared;
      return {
        ...declared,
        props: (ids, output) => ({ ...declared.props(ids, output), keyArn: ids["ExternalKey other"] }),
      };
    });
    const moved = await scene().stack.up([inOther[0] ?? other, other, ...inOther.slice(1)]);
    expect(moved.error).toBeUndefined();
    expect(moved.steps).toEqual(["replace m1", "replace m2", "replace r2"]);
    expect(writes()).toEqual(["ImportKeyMaterial", "ImportKeyMaterial", "RotateKeyOnDemand"]);
    expect(rotation("r2")).toMatchObject({ keyArn: arn("other") });
  });
});

describe("a multi-Region key of which another one becomes the primary", () => {
  it("keeps its rotations, the former ones too, in place", async () => {
    const { stack, writes } = scene();
    const replica: Declared = {
      type: "ExternalKey",
      name: "replica",
      props: (_ids, output) => ({
        primaryKeyArn: output("ImportedKeyMaterial", "m1", "keyArn"),
        region: "eu-west-1",
        creationToken: "replica",
      }),
    };
    const program = [...chain([one, two, three], {}, { multiRegion: true }), replica];
    const up = await stack.up(program);
    expect(up.error).toBeUndefined();
    writes();
    const isRotation = ({ type }: Declared): boolean => type === "KeyRotation";
    const elsewhere = [
      ...program.filter((declared) => !isRotation(declared)),
      ...program.filter(isRotation).map(
        (declared): Declared => ({
          ...declared,
          props: (ids, output) => ({ ...declared.props(ids, output), keyArn: ids["ExternalKey replica"] }),
        }),
      ),
    ];
    const moved = await stack.up(elsewhere);
    expect(moved.error).toBeUndefined();
    expect(moved.steps).toEqual(["update r2", "update r3"]);
    expect(writes()).toEqual([]);
    expect(rotation("r3")).toMatchObject({ keyArn: expect.stringContaining(":eu-west-1:"), keyMaterialId: id("m3") });
    expect((await stack.preview(elsewhere)).steps).toEqual([]);
  });
});

describe("what can go wrong with a rotation", () => {
  it("is refused in the preview where its arguments cannot be right, without a request", async () => {
    const { life, stack } = scene();
    const wrong: Declared = {
      type: "KeyRotation",
      name: "wrong",
      props: () => ({ keyArn: "key", keyMaterialId: "m2", colour: "red", timeouts: { create: "soon" } }),
    };
    const { error = "" } = await stack.preview([wrong]);
    for (const name of ["keyArn", "keyMaterialId", "colour", "timeouts"]) expect(error).toContain(`\`${name}`);
    expect((await stack.preview([{ ...wrong, props: () => ({}) }])).error).toMatch(
      /`keyArn` is required.*\n.*`keyMaterialId` is required/,
    );
    const qkms = "qcs:kms:ap-guangzhou:uin/1:key/1";
    expect(
      (await stack.preview([{ ...wrong, props: () => ({ keyArn: qkms, keyMaterialId: "0".repeat(64) }) }])).error,
    ).toMatch(/`keyArn`/);
    expect(life.calls()).toEqual([]);
  });

  it("names what the key has where the material is none of its, in the preview of a new one and of a changed one", async () => {
    const { stack } = scene();
    await deployed(chain([one, two]));
    const strange = { keyMaterialId: "0".repeat(64) };
    const created = await stack.preview([...chain([one, two]), { ...rotationTo(2, strange), name: "another" }]);
    expect(created.error).toMatch(/another: \[wrong_predecessor\] 0{64} is no key material of arn:/);
    const changed = await stack.preview([...chain([one, two]).slice(0, -1), rotationTo(2, strange)]);
    expect(changed.error).toMatch(/\[wrong_predecessor\].*its current one is [0-9a-f]{64}/);
  });

  it("leaves a key alone that somebody rotated to the same material between the preview and the update", async () => {
    const { life, stack, arn, writes } = scene();
    await deployed(chain([one]));
    const program = chain([one, two]);
    expect((await stack.up(program.slice(0, -1))).error).toBeUndefined();
    await life.client().send(new RotateKeyOnDemandCommand({ KeyId: arn() }));
    writes();
    expect((await stack.update(program)).error).toBeUndefined();
    expect(writes()).toEqual([]);
    expect(rotation("r2")).toMatchObject({ currentKeyMaterialId: id("m2"), rotations: 1 });
    expect((await stack.preview(program)).steps).toEqual([]);
  });

  it("imports and rotates nothing where somebody rotated to other bytes between the preview and the update", async () => {
    const { life, stack, arn, writes } = scene();
    await deployed(chain([one]));
    const program = chain([one, two]);
    expect((await stack.preview(program)).error).toBeUndefined();
    await rotatedByHand(three);
    writes();
    const failed = await stack.update(program);
    expect(failed.error).toMatch(/\[wrong_predecessor\] `succeeds` must name the current key material/);
    expect(writes()).toEqual([]);
    expect(await life.decrypt(await life.encrypt(arn()))).toBe(plaintext);
  });

  it("waits for a Disabled key to be Enabled, and rotates it then", async () => {
    const { life, stack, arn, writes } = scene();
    await deployed(chain([one]));
    const program = chain([one, two]);
    expect((await stack.up(program.slice(0, -1))).error).toBeUndefined();
    await life.client().send(new DisableKeyCommand({ KeyId: arn() }));
    writes();
    const failed = await stack.update(program);
    expect(failed.error).toMatch(/\[key_disabled\].*only an Enabled key can be rotated/);
    expect(writes()).toEqual(["RotateKeyOnDemand"]);
    await life.client().send(new EnableKeyCommand({ KeyId: arn() }));
    expect((await stack.up(program)).error).toBeUndefined();
    expect((await states())[id("m2")]).toBe("CURRENT");
    expect((await stack.preview(program)).steps).toEqual([]);
  });

  it("warns of a key that is pending deletion, and fails before it calls anything that writes", async () => {
    const { life, stack, arn, writes } = scene();
    await deployed(chain([one, two]));
    await life.client().send(new ScheduleKeyDeletionCommand({ KeyId: arn(), PendingWindowInDays: 7 }));
    writes();
    const alone = { ...rotationTo(2, { keyMaterialId: id("m2"), keyArn: arn() }), name: "alone" };
    const preview = await stack.preview([...chain([one, two]), alone]);
    expect(preview.error).toBeUndefined();
    expect(preview.printed.join("\n")).toMatch(/is pending deletion, so it is not rotated/);
    expect(writes()).toEqual([]);
  });

  it("says which arguments are not known, and rotates nothing while they are not", async () => {
    const { stack, writes } = scene();
    await deployed(chain([one, two]));
    writes();
    const preview = await stack.preview([
      ...chain([one, two]).slice(0, -1),
      rotationTo(2, { keyMaterialId: unknownValue }),
    ]);
    expect(preview.steps).toEqual(["update r2"]);
    expect(preview.printed.join("\n")).toMatch(
      /keyMaterialId is known after an update; while it is to [0-9a-f]{64}, nothing/,
    );
    expect(writes()).toEqual([]);
  });

  it("is not refused for material that the same run imports again first", async () => {
    const { life, stack, arn } = scene();
    await deployed(chain([one, two]));
    const latest = (name: string): Declared => ({
      ...rotationTo(2),
      name: "latest",
      props: () => ({ keyArn: arn(), keyMaterialId: id(name) }),
    });
    const m3 = materialOf(3, { keyMaterial: base64(three) });
    await deployed([...chain([one, two]), m3, latest("m2")]);
    life.kms.clock.advance("1h");
    await life.client().send(new DeleteImportedKeyMaterialCommand({ KeyId: arn(), KeyMaterialId: id("m3") }));
    const up = await stack.up([...chain([one, two]), m3, latest("m3")]);
    expect(up.error).toBeUndefined();
    expect((await states())[id("m3")]).toBe("CURRENT");
  });
});

describe("a rotation that is only looked up", () => {
  it("shows the current material, or the one that is named", async () => {
    const { provider, arn } = scene();
    await deployed(chain([one, two]));
    const run = provider();
    const methods = run.methods("KeyRotation");
    const current = await methods.read(arn(), { keyArn: arn() });
    expect(current).toMatchObject({ id: arn(), props: { keyMaterialId: id("m2"), rotations: 1, rotationsLeft: 24 } });
    const named = `${arn()},${id("m1")}`;
    expect(await methods.read(named, {})).toMatchObject({
      id: named,
      props: { keyArn: arn(), keyMaterialId: id("m1"), currentKeyMaterialId: id("m2") },
    });
    await expect(methods.read(`${arn()},${"0".repeat(64)}`, {})).rejects.toThrow(/has no key material 0{64}/);
    await expect(methods.read(`${arn()},m1`, {})).rejects.toThrow(/64 lower-case hexadecimal digits/);
    await expect(methods.read(`${arn().slice(0, -4)}0000`, {})).rejects.toThrow(/\[key_not_found\]/);
    await run.close();
  });

  it("stays in the state when its key is not seen, for the credentials may be those of another account", async () => {
    const { stack, arn } = scene();
    const program = chain([one, two, three]);
    await deployed(program);
    const seen = rotation("r2");
    const rest = stack.state;
    const elsewhere = await startLife();
    const astray = inProcess(reaching(elsewhere.kms.url), { "aws:region": testRegion }, tmpdir());
    const read = await astray.methods("KeyRotation").read(arn(), seen);
    await astray.close();
    await elsewhere.close();
    expect(read).toMatchObject({ id: arn(), props: { keyMaterialId: id("m2"), currentKeyMaterialId: id("m2") } });
    // With the right credentials nothing has changed, and what is former is not refused as it would be if it were new.
    stack.restore(rest.replace(JSON.stringify(seen), JSON.stringify(read.props)));
    expect((await stack.preview(program)).steps).toEqual([]);
  });
});
