import {
  DeleteImportedKeyMaterialCommand,
  DescribeKeyCommand,
  DisableKeyCommand,
  EnableKeyCommand,
  ScheduleKeyDeletionCommand,
} from "@aws-sdk/client-kms";
import { unknownValue } from "../../pulumi/provider/props";
import { Session } from "../../pulumi/provider/session";
import { systemClock } from "../../src/system-clock";
import { newBytes, plaintext } from "../support/life";
import { keyWithMaterial } from "./life";
import { scenes } from "./support/scene";

const base64 = (bytes: Buffer): string => bytes.toString("base64");

describe("what a look has found", () => {
  const scene = scenes();

  async function keyState(): Promise<string | undefined> {
    const { KeyMetadata } = await scene()
      .life.client()
      .send(new DescribeKeyCommand({ KeyId: scene().arn() }));
    return KeyMetadata?.KeyState;
  }

  it("is not forgotten: a deletion that is to be reported stays one after the material would have expired", async () => {
    const { stack, life, arn, writes } = scene();
    const program = keyWithMaterial({ keyMaterial: base64(newBytes()), validFor: "90d", onDeletion: "report" });
    await stack.up(program);
    writes();
    life.kms.clock.advance("1d");
    await life.client().send(new DeleteImportedKeyMaterialCommand({ KeyId: arn() }));
    const seen = await stack.up(program);
    expect(seen.steps).toEqual(["update payments"]);
    expect(seen.printed.join("\n")).toMatch(/the state will be updated: was deleted before its time/);
    expect((await stack.up(program)).steps).toEqual([]);
    life.kms.clock.advance("91d");
    expect((await stack.up(program)).steps).toEqual([]);
    expect(writes()).toEqual([]);
  });

  it("is not forgotten: a key that others enabled again stays Enabled, though its note could not be removed", async () => {
    const { stack, life, arn } = scene();
    const program = keyWithMaterial({ keyMaterial: base64(newBytes()), validFor: "90d" });
    await stack.up(program);
    await life.client().send(new DisableKeyCommand({ KeyId: arn() }));
    await stack.up(program);
    life.kms.clock.advance("61d");
    for (const operation of ["UntagResource", "TagResource"]) {
      life.kms.faults.add({
        operation,
        kind: "error",
        code: "AccessDeniedException",
        skip: operation === "TagResource" ? 1 : 0,
      });
    }
    expect((await stack.up(program)).error).toBeUndefined();
    expect(await keyState()).toBe("Disabled");
    await life.client().send(new EnableKeyCommand({ KeyId: arn() }));
    await stack.up(program);
    await stack.up(program);
    expect((await stack.up(program)).steps).toEqual([]);
    life.kms.clock.advance("91d");
    expect((await stack.up(program)).error).toBeUndefined();
    expect(await keyState()).toBe("Enabled");
  });

  it("is not forgotten: a key that others disabled is Disabled again, whatever hides it meanwhile", async () => {
    const { stack, life, arn } = scene();
    const program = keyWithMaterial({ keyMaterial: base64(newBytes()), validFor: "90d" });
    await stack.up(program);
    await life.client().send(new DisableKeyCommand({ KeyId: arn() }));
    // Both resources have to know it: the import asks the one, a cancellation of the key's deletion the other.
    expect((await stack.up(program)).steps).toEqual(["update payments", "update payments"]);
    expect((await stack.up(program)).steps).toEqual([]);
    await life.client().send(new ScheduleKeyDeletionCommand({ KeyId: arn(), PendingWindowInDays: 7 }));
    expect((await stack.up(program)).error).toBeUndefined();
    expect(await keyState()).toBe("Disabled");
    life.kms.clock.advance("91d");
    expect((await stack.up(program)).error).toBeUndefined();
    expect(await keyState()).toBe("Disabled");
    expect((await stack.up(program)).steps).toEqual([]);
  });

  it("is a wish still to be fulfilled: DisableKey alone, without the bytes", async () => {
    const { stack, life, writes } = scene();
    const material = { keyMaterial: base64(newBytes()), validFor: "90d" };
    const program = keyWithMaterial(material);
    await stack.up(program);
    await life.client().send(new DisableKeyCommand({ KeyId: scene().arn() }));
    await stack.up(program);
    life.kms.clock.advance("91d");
    life.kms.permissions.deny("kms:DisableKey");
    expect((await stack.up(program)).reasons?.[0]).toMatch(/is now Enabled although it is to be Disabled/);
    life.kms.permissions.allow();
    writes();
    const without = keyWithMaterial({ validFor: "90d" });
    const preview = await stack.preview(without);
    expect(preview.steps).toContain("update payments");
    expect(preview.printed.join("\n")).toMatch(/the key will be disabled/);
    expect((await stack.up(without)).error).toBeUndefined();
    expect(await keyState()).toBe("Disabled");
    expect(writes()).toContain("DisableKey");
    expect(writes()).not.toContain("ImportKeyMaterial");
    expect((await stack.up(without)).steps).toEqual([]);
  });

  it("is what a key returns to whose deletion was canceled, when EnableKey came to nothing", async () => {
    const { stack, life, arn } = scene();
    const program = keyWithMaterial({ keyMaterial: base64(newBytes()) });
    await stack.up(program);
    const ciphertext = await life.encrypt(arn());
    await life.client().send(new ScheduleKeyDeletionCommand({ KeyId: arn(), PendingWindowInDays: 7 }));
    life.kms.permissions.deny("kms:EnableKey");
    expect((await stack.up(program)).reasons).toBeDefined();
    expect(await keyState()).toBe("Disabled");
    life.kms.permissions.allow();
    // Not because of the failure alone: a refresh in between changes nothing about it.
    await stack.refresh();
    const later = await stack.up(program);
    expect(later.error).toBeUndefined();
    expect(later.steps).toContain("update payments");
    expect(await life.decrypt(ciphertext)).toBe(plaintext);
    expect((await stack.up(program)).steps).toEqual([]);
  });

  it("goes before what the material has seen, when the key has lost its material meanwhile", async () => {
    const { stack, life, arn } = scene();
    const program = keyWithMaterial({ keyMaterial: base64(newBytes()), validFor: "90d" });
    await stack.up(program);
    const ciphertext = await life.encrypt(arn());
    await life.client().send(new ScheduleKeyDeletionCommand({ KeyId: arn(), PendingWindowInDays: 7 }));
    life.kms.permissions.deny("kms:EnableKey");
    await stack.up(program);
    // The refresh sees a Disabled key, as its cancelled deletion left it.
    await stack.refresh();
    life.kms.permissions.allow();
    life.kms.clock.advance("91d");
    expect((await stack.up(program)).error).toBeUndefined();
    expect(await life.decrypt(ciphertext)).toBe(plaintext);
    expect((await stack.up(program)).error).toBeUndefined();
    expect((await stack.up(program)).steps).toEqual([]);
  });

  it("is handed to material that knows nothing of it", async () => {
    const { stack, life, arn } = scene();
    const material = { keyMaterial: base64(newBytes()), validFor: "90d" };
    await stack.up(keyWithMaterial(material));
    await life.client().send(new DisableKeyCommand({ KeyId: arn() }));
    await stack.up(keyWithMaterial(material));
    life.kms.clock.advance("91d");
    const renamed = keyWithMaterial(material, {}, { name: "renamed" });
    expect((await stack.up(renamed)).error).toBeUndefined();
    expect(await keyState()).toBe("Disabled");
    expect((await stack.up(renamed)).steps).toEqual([]);
  });

  it("gives way to the configuration", async () => {
    const { stack, life, arn } = scene();
    const material = { keyMaterial: base64(newBytes()), validFor: "90d" };
    await stack.up(keyWithMaterial(material));
    await life.client().send(new DisableKeyCommand({ KeyId: arn() }));
    await stack.up(keyWithMaterial(material));
    life.kms.clock.advance("91d");
    const enabled = keyWithMaterial(material, { enabled: true });
    expect((await stack.up(enabled)).error).toBeUndefined();
    expect(await keyState()).toBe("Enabled");
    expect((await stack.up(enabled)).steps).toEqual([]);
  });

  it("is not needed where the configuration said that the key is to be Disabled, and says nothing any more", async () => {
    const { stack, life, arn } = scene();
    const material = { keyMaterial: base64(newBytes()) };
    // No look at the key with its material in it goes on record.
    await stack.up(keyWithMaterial(material, { enabled: false }));
    await life.client().send(new DeleteImportedKeyMaterialCommand({ KeyId: arn() }));
    await life.client().send(new ScheduleKeyDeletionCommand({ KeyId: arn(), PendingWindowInDays: 7 }));
    expect((await stack.up(keyWithMaterial(material, {}, { name: "renamed" }))).error).toBeUndefined();
    expect(await keyState()).toBe("Disabled");
  });

  it("is reported with a key that is Disabled, since a run may have ended while it canceled its deletion", async () => {
    const { stack, life, arn } = scene();
    const program = keyWithMaterial({ keyMaterial: base64(newBytes()) });
    await stack.up(program);
    await life.client().send(new DisableKeyCommand({ KeyId: arn() }));
    expect((await stack.up(program)).printed.join("\n")).toMatch(/the key is Disabled.*set `enabled` to true/);
    expect((await stack.up(program)).printed.join("\n")).not.toMatch(/Disabled/);
    await life.client().send(new EnableKeyCommand({ KeyId: arn() }));
    expect((await stack.up(program)).printed.join("\n")).not.toMatch(/Disabled/);
  });

  it("is no proof that a key is gone, where its age is not known", async () => {
    const { stack, life, provider, arn } = scene();
    await stack.up(keyWithMaterial({ keyMaterial: base64(newBytes()) }));
    life.kms.clock.advance("30d");
    const gone = arn().replace(/.{4}$/, "0000");
    const { creationDate, ...young } = stack.outs("ExternalKey", "payments");
    const run = provider();
    const methods = run.methods("ExternalKey");
    await expect(methods.read(gone, young)).rejects.toThrow(/\[key_not_found\]/);
    expect(await methods.read(gone, { ...young, creationDate })).toEqual({});
    await run.close();
  });
});

describe("an update", () => {
  const scene = scenes();

  it("imports nothing that its plan did not announce", async () => {
    const { stack, life, provider, arn, writes } = scene();
    const material = { keyMaterial: base64(newBytes()) };
    await stack.up(keyWithMaterial(material));
    const outs = stack.outs("ImportedKeyMaterial", "payments");
    const run = provider();
    const methods = run.methods("ImportedKeyMaterial");
    const { inputs } = await methods.check({ keyArn: arn() }, { keyArn: arn(), ...material });
    expect((await methods.diff(arn(), outs, inputs)).changes).toBe(false);
    life.kms.clock.advance("1h");
    await life.client().send(new DeleteImportedKeyMaterialCommand({ KeyId: arn() }));
    writes();
    await methods.update(arn(), outs, inputs);
    expect(writes()).toEqual([]);
    expect(run.printed().join("\n")).toMatch(/This came up after the plan/);
    await run.close();
  });

  it("of `onDeletion` alone only records", async () => {
    const { stack, writes } = scene();
    const material = { keyMaterial: base64(newBytes()) };
    await stack.up(keyWithMaterial(material));
    writes();
    expect((await stack.up(keyWithMaterial({ ...material, onDeletion: "report" }))).steps).toEqual(["update payments"]);
    expect(writes()).toEqual([]);
    expect((await stack.up(keyWithMaterial({ ...material, onDeletion: "report" }))).steps).toEqual([]);
  });
});

describe("what is not known yet", () => {
  const scene = scenes();

  it.each(["validFor", "validTo", "materialDescription", "onDeletion", "connection"])(
    "opens no way for other bytes: %s",
    async (name) => {
      const { stack } = scene();
      await stack.up(keyWithMaterial({ keyMaterial: base64(newBytes()) }));
      const other = keyWithMaterial({ keyMaterial: base64(newBytes()), [name]: unknownValue });
      expect((await stack.preview(other)).error).toMatch(/\[different_material\]/);
    },
  );
});

describe("the clock", () => {
  const scene = scenes();

  it("is the KMS's: a local one that is wrong refuses no date", async () => {
    const { stack, life } = scene();
    life.kms.clock.advance("1000d");
    const date = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString().replace(/\.\d+Z$/, "Z");
    const bytes = base64(newBytes());
    const near = keyWithMaterial({ keyMaterial: bytes, validTo: date(1_100) });
    expect((await stack.up(near)).error).toBeUndefined();
    expect((await stack.preview(keyWithMaterial({ keyMaterial: bytes, validTo: date(900) }))).error).toMatch(
      /\[lifetime_past\]/,
    );
    expect((await stack.preview(keyWithMaterial({ keyMaterial: bytes, validTo: date(1_400) }))).error).toMatch(
      /\[lifetime_too_long\]/,
    );
    expect((await stack.up(near)).steps).toEqual([]);
  });

  it("checks the date of new material by what this run has seen of the KMS", async () => {
    const { stack, provider, arn } = scene();
    await stack.up(keyWithMaterial({ keyMaterial: base64(newBytes()) }));
    const run = provider();
    const past = { keyArn: arn(), validTo: "2020-01-01T00:00:00Z" };
    const methods = run.methods("ImportedKeyMaterial");
    expect((await methods.check({}, past)).failures).toEqual([]);
    await methods.read(arn(), { keyArn: arn() });
    expect((await methods.check({}, past)).failures).toMatchObject([
      { reason: expect.stringContaining("[lifetime_past]") },
    ]);
    // Of material that is there, a date may have passed.
    expect((await methods.check(past, past)).failures).toEqual([]);
    await run.close();
  });
});

describe("the runs of one process", () => {
  it("share locks and memory, however a key is reached", () => {
    const session = new Session({ clock: systemClock, env: {}, baseFolder: ".", print: () => {} });
    const [one, other] = [session.connected({}).run, session.connected({ profile: "other" }).run];
    expect(one).not.toBe(other);
    expect(one.locks).toBe(other.locks);
    expect(one.memory).toBe(other.memory);
    session.close();
  });
});
