import {
  CancelKeyDeletionCommand,
  DeleteImportedKeyMaterialCommand,
  DescribeKeyCommand,
  EnableKeyCommand,
  ScheduleKeyDeletionCommand,
} from "@aws-sdk/client-kms";
import type { Props } from "../../pulumi/provider/props";
import { newBytes, plaintext } from "../support/life";
import { keyWithMaterial } from "./life";
import { scenes } from "./support/scene";
import type { Declared } from "./support/stack";

const base64 = (bytes: Buffer): string => bytes.toString("base64");

/** Two keys, and material in one of them. */
function inOneOf(material: Props, key: "one" | "two", rest: Partial<Declared> = {}): readonly Declared[] {
  return [...twoKeys, materialIn(material, key, rest)];
}

const twoKeys = ["one", "two"].map(
  (name): Declared => ({
    type: "ExternalKey",
    name,
    props: () => ({ creationToken: `pulumi:test/${name}` }),
  }),
);

function materialIn(material: Props, key: "one" | "two", rest: Partial<Declared> = {}): Declared {
  return {
    type: "ImportedKeyMaterial",
    name: "payments",
    props: (ids) => ({ keyArn: ids[`ExternalKey ${key}`], ...material }),
    ...rest,
  };
}

describe("material that moves to another key", () => {
  const scene = scenes();

  async function imported(material: Props) {
    const { stack, life, arn, writes } = scene();
    expect((await stack.up(inOneOf(material, "one"))).error).toBeUndefined();
    const ciphertext = await life.encrypt(arn("one"));
    writes();
    return ciphertext;
  }

  /** What became of the material that was in key one. */
  async function stateOfOne(): Promise<string | undefined> {
    const { life, arn } = scene();
    const { KeyMetadata } = await life.client().send(new DescribeKeyCommand({ KeyId: arn("one") }));
    return KeyMetadata?.KeyState;
  }

  it("is deleted from the old key once an import into the new one has proved the same bytes", async () => {
    const { stack, writes } = scene();
    const material = { keyMaterial: base64(newBytes()), deletionPolicy: "delete" };
    await imported(material);
    const moved = await stack.up(inOneOf(material, "two"));
    expect(moved).toMatchObject({ steps: ["replace payments"] });
    expect(moved.error).toBeUndefined();
    expect(writes()).toEqual(["ImportKeyMaterial", "DeleteImportedKeyMaterial"]);
    expect(await stateOfOne()).toBe("PendingImport");
    expect((await stack.up(inOneOf(material, "two"))).steps).toEqual([]);
  });

  it("is refused in a preview without the bytes", async () => {
    const { stack, life, writes } = scene();
    const ciphertext = await imported({ keyMaterial: base64(newBytes()), deletionPolicy: "delete" });
    for (const absent of [{}, { keyMaterialSource: "env:ABSENT" }]) {
      const moved = await stack.preview(inOneOf({ deletionPolicy: "delete", ...absent }, "two"));
      expect(moved.error).toMatch(/\[material_missing\] `keyArn` changes from arn:.* to arn:/);
      expect((await stack.update(inOneOf({ deletionPolicy: "delete", ...absent }, "two"))).error).toMatch(
        /\[material_missing\]/,
      );
    }
    expect(writes()).toEqual([]);
    expect(await life.decrypt(ciphertext)).toBe(plaintext);
  });

  it("stays where it is if nothing is imported into the new key", async () => {
    const { stack, life, arn, writes } = scene();
    const material = { keyMaterial: base64(newBytes()), deletionPolicy: "delete", onDeletion: "report" };
    // The new key has lost its material before, and that is to be reported only.
    const other = { ...materialIn({ keyMaterial: base64(newBytes()) }, "two"), name: "other" };
    await stack.up([...twoKeys, other]);
    life.kms.clock.advance("1h");
    await life.client().send(new DeleteImportedKeyMaterialCommand({ KeyId: arn("two") }));
    await stack.up(twoKeys);
    const ciphertext = await imported(material);
    const moved = await stack.up(inOneOf(material, "two"));
    expect(moved.error).toMatch(/Nothing was imported into arn:/);
    expect(writes()).toEqual([]);
    expect(await life.decrypt(ciphertext)).toBe(plaintext);
    expect(stack.outs("ImportedKeyMaterial", "payments")).toMatchObject({ keyArn: arn("one"), verified: true });
  });

  it("stays in the old key where the new one gets other bytes", async () => {
    const { stack, life, writes } = scene();
    const ciphertext = await imported({ keyMaterial: base64(newBytes()), deletionPolicy: "delete" });
    const moved = await stack.up(inOneOf({ keyMaterial: base64(newBytes()), deletionPolicy: "delete" }, "two"));
    expect(moved.error).toBeUndefined();
    expect(moved.printed.join("\n")).toMatch(/was left as it is.*other bytes/);
    expect(writes()).toEqual(["ImportKeyMaterial"]);
    expect(await life.decrypt(ciphertext)).toBe(plaintext);
  });

  it("stays in the old key where another resource of the program needs it there", async () => {
    const { stack, life, writes } = scene();
    const material = { keyMaterial: base64(newBytes()), deletionPolicy: "delete" };
    const ciphertext = await imported(material);
    const stays = { ...materialIn({ deletionPolicy: "delete" }, "one"), name: "stays" };
    const moved = await stack.up([...inOneOf(material, "two"), stays]);
    expect(moved).toMatchObject({ steps: ["replace payments", "create stays"] });
    expect(writes()).not.toContain("DeleteImportedKeyMaterial");
    expect(await life.decrypt(ciphertext)).toBe(plaintext);
  });

  it("finds each of its own where several move at once", async () => {
    const { stack, writes } = scene();
    const [left, right] = [base64(newBytes()), base64(newBytes())];
    const program = (of: (side: string) => string) => [
      ...["one", "two", "three", "four"].map(
        (name): Declared => ({
          type: "ExternalKey",
          name,
          props: () => ({ creationToken: `pulumi:test/${name}` }),
        }),
      ),
      ...Object.entries({ left, right }).map(
        ([side, keyMaterial]): Declared => ({
          type: "ImportedKeyMaterial",
          name: side,
          props: (ids) => ({ keyArn: ids[`ExternalKey ${of(side)}`], keyMaterial, deletionPolicy: "delete" }),
        }),
      ),
    ];
    await stack.up(program((side) => (side === "left" ? "one" : "two")));
    writes();
    const moved = await stack.up(program((side) => (side === "left" ? "three" : "four")));
    expect(moved).toMatchObject({ steps: ["replace left", "replace right"] });
    expect(writes().toSorted()).toEqual([
      "DeleteImportedKeyMaterial",
      "DeleteImportedKeyMaterial",
      "ImportKeyMaterial",
      "ImportKeyMaterial",
    ]);
  });

  it("stays on record where the deletion comes without the import into the new key", async () => {
    const { life, stack, provider, arn, writes } = scene();
    const material = { keyMaterial: base64(newBytes()), deletionPolicy: "delete" };
    const ciphertext = await imported(material);
    const run = provider();
    const methods = run.methods("ImportedKeyMaterial");
    const outs = stack.outs("ImportedKeyMaterial", "payments");
    const { inputs } = await methods.check({ keyArn: arn("one") }, { keyArn: arn("two"), ...material });
    expect((await methods.diff(arn("one"), outs, inputs)).replaces).toEqual(["keyArn"]);
    await expect(methods.delete(arn("one"), outs)).rejects.toThrow(/\[material_not_proved\]/);
    expect(writes()).toEqual([]);
    expect(await life.decrypt(ciphertext)).toBe(plaintext);
    await run.close();
  });

  it("keeps the bytes of a key that is replaced and not proved in another one", async () => {
    const { stack, life, arn, writes } = scene();
    const material = { keyMaterial: base64(newBytes()), deletionPolicy: "delete" };
    await stack.up(keyWithMaterial(material));
    const former = arn();
    const ciphertext = await life.encrypt(former);
    writes();
    const replaced = await stack.up(keyWithMaterial(material, { keySpec: "HMAC_256" }));
    expect(replaced.error).toBeUndefined();
    expect(writes()).toEqual(["ScheduleKeyDeletion", "CreateKey", "ImportKeyMaterial"]);
    expect(replaced.printed.join("\n")).toMatch(/was left as it is, although `deletionPolicy` is delete/);
    // Anyone who changes their mind within the waiting time has lost nothing.
    await life.client().send(new CancelKeyDeletionCommand({ KeyId: former }));
    await life.client().send(new EnableKeyCommand({ KeyId: former }));
    expect(await life.decrypt(ciphertext)).toBe(plaintext);
  });
});

describe("material whose replacement was interrupted before its deletion", () => {
  const scene = scenes();

  /** Moves from key one to key two, and ends before the deletion. */
  async function interrupted(before: Props, after: Props) {
    const { stack, life, arn, writes } = scene();
    expect((await stack.up(inOneOf({ ...before, deletionPolicy: "delete" }, "one"))).error).toBeUndefined();
    const ciphertext = await life.encrypt(arn("one"));
    const program = inOneOf({ ...after, deletionPolicy: "delete" }, "two");
    expect((await stack.upWithoutDeletions(program)).error).toBeUndefined();
    writes();
    return { program, ciphertext };
  }

  const deleteFrom = async (key: string) => {
    const { life, arn } = scene();
    life.kms.clock.advance("1h");
    await life.client().send(new DeleteImportedKeyMaterialCommand({ KeyId: arn(key) }));
  };

  it("stays in the old key where the new one got other bytes", async () => {
    const { stack, life, writes } = scene();
    const [one, two] = [base64(newBytes()), base64(newBytes())];
    const { program, ciphertext } = await interrupted({ keyMaterial: one }, { keyMaterial: two });
    const later = await stack.up(program);
    expect(later.error).toBeUndefined();
    expect(later.printed.join("\n")).toMatch(/was left as it is.*other bytes/);
    expect(writes()).toEqual([]);
    expect(await life.decrypt(ciphertext)).toBe(plaintext);
    expect((await stack.up(program)).steps).toEqual([]);
  });

  it("stays in the old key where the new one has lost it and only reports that", async () => {
    const { stack, life, writes } = scene();
    const material = { keyMaterial: base64(newBytes()), onDeletion: "report" };
    const { program, ciphertext } = await interrupted(material, material);
    await deleteFrom("two");
    const later = await stack.up(program);
    expect(later.printed.join("\n")).toMatch(/was left as it is. The new key does not hold them now/);
    expect(writes()).toEqual([]);
    expect(await life.decrypt(ciphertext)).toBe(plaintext);
  });

  it("is deleted once the same bytes are back in the new key, after a refresh, too", async () => {
    const { stack, life, writes } = scene();
    const material = { keyMaterial: base64(newBytes()) };
    const { program, ciphertext } = await interrupted(material, material);
    await deleteFrom("two");
    await stack.refresh();
    expect(await stack.upWithoutDeletions(program)).toMatchObject({ steps: ["update payments"] });
    expect(writes()).toEqual(["ImportKeyMaterial"]);
    await deleteFrom("two");
    expect((await stack.up(program)).steps).toEqual(["update payments", "delete payments"]);
    expect(writes()).toEqual(["ImportKeyMaterial", "DeleteImportedKeyMaterial"]);
    expect(await life.decrypt(ciphertext)).not.toBe(plaintext);
  });

  it("stays in both former keys where the bytes move on and become others", async () => {
    const { stack, life, writes, arn } = scene();
    const material = { keyMaterial: base64(newBytes()) };
    const three: Declared = { type: "ExternalKey", name: "three", props: () => ({ creationToken: "three" }) };
    const { ciphertext } = await interrupted(material, material);
    const others = { keyMaterial: base64(newBytes()), deletionPolicy: "delete" };
    const onward = [
      ...twoKeys,
      three,
      {
        ...materialIn(others, "one"),
        props: (ids: Record<string, string>) => ({ ...others, keyArn: ids["ExternalKey three"] }),
      },
    ];
    const inTwo = await life.encrypt(arn("two"));
    expect((await stack.up(onward)).error).toBeUndefined();
    expect(writes()).toEqual(["CreateKey", "ImportKeyMaterial"]);
    for (const one of [ciphertext, inTwo]) expect(await life.decrypt(one)).toBe(plaintext);
    expect((await stack.up(onward)).steps).toEqual([]);
  });
});

describe("material that another resource has taken the place of", () => {
  const scene = scenes();
  const bytes = base64(newBytes());
  const material = { keyMaterial: bytes, deletionPolicy: "delete" };

  async function imported() {
    const { stack, life, arn, writes } = scene();
    expect((await stack.up(keyWithMaterial(material))).error).toBeUndefined();
    const ciphertext = await life.encrypt(arn());
    writes();
    return ciphertext;
  }

  it.each([
    ["with the bytes", { keyMaterial: bytes }],
    ["without the bytes", {}],
  ])("stays in the key when it is renamed without an alias, %s", async (_title, given) => {
    const { stack, life, writes } = scene();
    const ciphertext = await imported();
    const program = keyWithMaterial({ ...given, deletionPolicy: "delete" }, {}, { name: "renamed" });
    const renamed = await stack.up(program);
    expect(renamed).toMatchObject({ steps: ["create renamed", "delete payments"] });
    expect(renamed.error).toBeUndefined();
    expect(writes()).not.toContain("DeleteImportedKeyMaterial");
    expect(await life.decrypt(ciphertext)).toBe(plaintext);
  });

  it("stays in the key when it is replaced for no other key, without the bytes", async () => {
    const { stack, life, writes } = scene();
    const ciphertext = await imported();
    const replaced = await stack.up(
      keyWithMaterial({ deletionPolicy: "delete", onDeletion: "report" }, {}, { replaceOnChanges: true }),
    );
    expect(replaced).toMatchObject({ steps: ["replace payments"] });
    expect(writes()).toEqual([]);
    expect(await life.decrypt(ciphertext)).toBe(plaintext);
  });

  it("is deleted by a later run that finds it still to be deleted, unless it is needed", async () => {
    const { stack, life, writes } = scene();
    for (const needed of [true, false]) {
      await stack.up(twoKeys);
      const program = { one: inOneOf(material, "one"), two: inOneOf(material, "two") };
      expect((await stack.up(program.one)).error).toBeUndefined();
      const ciphertext = await life.encrypt(scene().arn("one"));
      // The run ends between the two halves of the replacement.
      await stack.upWithoutDeletions(program.two);
      writes();
      const stays = { ...materialIn({ deletionPolicy: "delete" }, "one"), name: "stays" };
      const later = await stack.up(needed ? [...program.two, stays] : program.two);
      expect(later.error).toBeUndefined();
      expect(later.steps).toContain("delete payments");
      expect(writes().includes("DeleteImportedKeyMaterial")).toBe(!needed);
      expect((await life.decrypt(ciphertext)) === plaintext).toBe(needed);
      await stack.destroy();
      writes();
    }
  });

  it("is deleted at once if nothing else needs it", async () => {
    const { stack, writes } = scene();
    await imported();
    expect((await stack.up(keyWithMaterial(material).slice(0, 1))).steps).toEqual(["delete payments"]);
    expect(writes()).toEqual(["DeleteImportedKeyMaterial"]);
  });
});

describe("material that no import has proved", () => {
  const scene = scenes();

  it("is not deleted by a destroy, which says what to do", async () => {
    const { stack, life, arn } = scene();
    const bytes = newBytes();
    await stack.up(keyWithMaterial({ keyMaterial: base64(bytes) }));
    const ciphertext = await life.encrypt(arn());
    const unproved = keyWithMaterial({ deletionPolicy: "delete" }, {}, { name: "taken over" });
    expect((await stack.up(unproved)).error).toBeUndefined();
    const refused = await stack.destroy();
    expect(refused.error).toMatch(/\[material_not_proved\].*set `deletionPolicy` to retain/);
    expect(await life.decrypt(ciphertext)).toBe(plaintext);
    const proved = keyWithMaterial(
      { keyMaterial: base64(bytes), deletionPolicy: "delete" },
      {},
      { name: "taken over" },
    );
    expect((await stack.up(proved)).error).toBeUndefined();
    expect((await stack.destroy()).error).toBeUndefined();
    expect(await life.decrypt(ciphertext)).not.toBe(plaintext);
  });

  it("tells of a key that it still works only if the key stays", async () => {
    const { stack } = scene();
    await stack.up(keyWithMaterial({ keyMaterial: base64(newBytes()) }));
    const { printed } = await stack.destroy();
    expect(printed.join("\n")).toMatch(/stays in arn:.*Unless the key itself is deleted, it still works/);
  });
});

describe("a key that is pending deletion", () => {
  const scene = scenes();

  it("comes back with its material in one up, also when that was deleted too", async () => {
    const { stack, life, arn } = scene();
    const program = keyWithMaterial({ keyMaterial: base64(newBytes()) });
    await stack.up(program);
    const ciphertext = await life.encrypt(arn());
    life.kms.clock.advance("1h");
    await life.client().send(new DeleteImportedKeyMaterialCommand({ KeyId: arn() }));
    await life.client().send(new ScheduleKeyDeletionCommand({ KeyId: arn(), PendingWindowInDays: 7 }));
    expect((await stack.preview(program)).steps).toEqual(["update payments", "update payments"]);
    expect((await stack.up(program)).error).toBeUndefined();
    expect(await life.decrypt(ciphertext)).toBe(plaintext);
    expect(stack.outs("ImportedKeyMaterial", "payments")).toMatchObject({
      materialState: "imported",
      keyState: "Enabled",
    });
    expect((await stack.up(program)).steps).toEqual([]);
  });
});
