import { randomBytes } from "node:crypto";
import {
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  CreateAliasCommand,
  DecryptCommand,
  DeleteImportedKeyMaterialCommand,
  EncryptCommand,
  ListResourceTagsCommand,
  ScheduleKeyDeletionCommand,
} from "@aws-sdk/client-kms";
import { emulator } from "../support/emulator";
import { createExternalKey, describeKey, failure, importMaterial, kmsClient } from "./support/kms";

describe("the state file", () => {
  let directory: string;
  let stateFile: string;
  const now = () => Date.parse("2027-01-01T00:00:00Z");

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "emulator-state-"));
    stateFile = join(directory, "kms.json");
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  it("keeps keys, bytes, tags, aliases and the clock between starts", async () => {
    const bytes = randomBytes(32);
    const first = await emulator({ stateFile, now });
    const before = kmsClient(first);
    const { KeyId = "" } = await createExternalKey(before, { Tags: [{ TagKey: "a", TagValue: "b" }] });
    const ValidTo = new Date("2027-06-01T00:00:00Z");
    const { KeyMaterialId } = await importMaterial(before, KeyId, bytes, { ValidTo });
    await before.send(new CreateAliasCommand({ AliasName: "alias/kept", TargetKeyId: KeyId }));
    const { CiphertextBlob } = await before.send(
      new EncryptCommand({ KeyId: "alias/kept", Plaintext: Buffer.from("kept") }),
    );
    const doomed = await createExternalKey(before);
    await before.send(new ScheduleKeyDeletionCommand({ KeyId: doomed.KeyId, PendingWindowInDays: 7 }));
    first.clock.advance("30d");
    const described = await failure(describeKey(before, doomed.KeyId ?? ""));
    expect(first.snapshot()).toBe(readFileSync(stateFile, "utf8"));
    before.destroy();
    await first.close();
    expect(described.name).toBe("NotFoundException");

    const second = await emulator({ stateFile, now });
    const after = kmsClient(second);
    expect(second.clock.now().toISOString()).toBe("2027-01-31T00:00:00.000Z");
    expect(await describeKey(after, "alias/kept")).toMatchObject({
      KeyId,
      ValidTo,
      CurrentKeyMaterialId: KeyMaterialId,
    });
    expect((await after.send(new ListResourceTagsCommand({ KeyId }))).Tags).toEqual([{ TagKey: "a", TagValue: "b" }]);
    const opened = await after.send(new DecryptCommand({ CiphertextBlob }));
    expect(Buffer.from(opened.Plaintext ?? []).toString()).toBe("kept");
    await after.send(new DeleteImportedKeyMaterialCommand({ KeyId }));
    expect(await failure(importMaterial(after, KeyId, randomBytes(32)))).toMatchObject({
      name: "IncorrectKeyMaterialException",
    });
    expect((await importMaterial(after, KeyId, bytes)).KeyMaterialId).toBe(KeyMaterialId);
    after.destroy();
    await second.close();
  });

  it("is what a link leads to, so that no bytes stay behind when they are gone from it", async () => {
    const link = join(directory, "link.json");
    const bytes = randomBytes(32);
    const first = await emulator({ stateFile, now });
    const before = kmsClient(first);
    await importMaterial(before, (await createExternalKey(before)).KeyId ?? "", bytes);
    before.destroy();
    await first.close();
    symlinkSync(stateFile, link);
    const second = await emulator({ stateFile: link, now });
    second.reset();
    await second.close();
    expect(lstatSync(link).isSymbolicLink()).toBe(true);
    expect(readFileSync(stateFile, "utf8")).not.toContain(bytes.toString("base64"));
    expect(readdirSync(directory).toSorted()).toEqual(["kms.json", "link.json"]);
  });

  it("replaces nothing that is not a file", async () => {
    await expect(emulator({ stateFile: directory, now })).rejects.toThrow("is not a state file of this emulator");
    expect(statSync(directory).isDirectory()).toBe(true);
    expect(readdirSync(directory)).toEqual([]);
  });

  it("loses what time has taken, so that it does not come back with an earlier clock", async () => {
    const bytes = randomBytes(32);
    const first = await emulator({ stateFile, now });
    const before = kmsClient(first);
    const { KeyId = "" } = await createExternalKey(before);
    await importMaterial(before, KeyId, bytes, { ValidTo: new Date("2027-01-02T00:00:00Z") });
    expect(readFileSync(stateFile, "utf8").includes(bytes.toString("base64"))).toBe(true);
    first.clock.advance("2d");
    expect(await describeKey(before, KeyId)).toMatchObject({ KeyState: "PendingImport" });
    expect(readFileSync(stateFile, "utf8").includes(bytes.toString("base64"))).toBe(false);
    before.destroy();
    await first.close();

    const second = await emulator({ stateFile, now });
    second.clock.set("2027-01-01T00:00:00Z");
    const after = kmsClient(second);
    expect(await describeKey(after, KeyId)).toMatchObject({ KeyState: "PendingImport" });
    after.destroy();
    await second.close();
  });

  it("is readable by its owner only, whole at any time, and alone in its directory", async () => {
    const kmsEmulator = await emulator({ stateFile });
    const kms = kmsClient(kmsEmulator);
    await createExternalKey(kms);
    kms.destroy();
    await kmsEmulator.close();
    expect(statSync(stateFile).mode & 0o777).toBe(0o600);
    expect(readdirSync(directory)).toEqual(["kms.json"]);
    expect(() => JSON.parse(readFileSync(stateFile, "utf8"))).not.toThrow();
  });

  it.each(["", "{", "null", "[]", "{}", '{"format": "byok emulator state", "version": 2}'])(
    "refuses %p and leaves it alone",
    async (content) => {
      writeFileSync(stateFile, content);
      await expect(emulator({ stateFile })).rejects.toThrow("is not a state file of this emulator");
      expect(readFileSync(stateFile, "utf8")).toBe(content);
    },
  );
});
