import {
  DeleteImportedKeyMaterialCommand,
  DescribeKeyCommand,
  DisableKeyCommand,
  ScheduleKeyDeletionCommand,
} from "@aws-sdk/client-kms";
import { providerProperty, type Props, unknownValue } from "../../pulumi/provider/props";
import { Scan } from "../custody/scan";
import { type Life, newBytes, plaintext, startLife, testRegion } from "../support/life";
import type { Provider, ResourceType } from "./support/methods";
import { type Declared, type Outcome, Stack } from "./support/stack";

/** How a provider is started for a run, and the text that stands for it in the state. */
export interface Start {
  /** `short`: only what passes through all parts of the way, for ways that take their time. */
  readonly depth: "short" | "whole";
  provider(env: Readonly<Record<string, string>>, config: Readonly<Record<string, string>>): Promise<Provider>;
  text(type: ResourceType): string;
}

interface Given {
  readonly life: Life;
  readonly stack: Stack;
  /** The first key of the stack. */
  arn(): string;
}

/** The variables by which a provider reaches an embedded KMS. */
export function reaching(url: string): Record<string, string> {
  return {
    AWS_ENDPOINT_URL_KMS: url,
    AWS_ENDPOINT_URL_STS: url,
    AWS_ACCESS_KEY_ID: "AKIAENGINE",
    AWS_SECRET_ACCESS_KEY: "engine",
  };
}

/** A key and its material, as most programs have them. */
export function keyWithMaterial(material: Props, key: Props = {}, rest: Partial<Declared> = {}): readonly Declared[] {
  return [
    { type: "ExternalKey", name: "payments", props: () => ({ creationToken: "pulumi:test/payments", ...key }) },
    {
      type: "ImportedKeyMaterial",
      name: "payments",
      dependsOn: ["payments"],
      props: (ids) => ({ keyArn: ids["ExternalKey payments"], ...material }),
      ...rest,
    },
  ];
}

/** The life of keys and their material in a stack, over whatever way leads to the provider. */
export function lives(start: Start): void {
  let life: Life;
  let stack: Stack;
  beforeEach(async () => {
    life = await startLife();
    stack = stackOn(life);
  });
  afterEach(() => life.close());

  function stackOn(on: Life, env: Readonly<Record<string, string>> = {}): Stack {
    const config = { "aws:region": testRegion, "byok:importRequestsPerSecond": "1000" };
    return new Stack(
      () => start.provider({ ...reaching(on.kms.url), ...env }, config),
      (type) => start.text(type),
    );
  }

  const whole = (name: string, work: () => Promise<void>): void => {
    if (start.depth === "whole") it(name, work);
  };
  const base64 = (bytes: Buffer) => bytes.toString("base64");
  const given = (): Given => ({ life, stack, arn: () => String(stack.outs("ExternalKey", "payments")["arn"]) });

  async function imported(
    material: Props = {},
    key: Props = {},
  ): Promise<{ program: readonly Declared[]; bytes: Buffer; ciphertext: Uint8Array; arn: string }> {
    const bytes = newBytes();
    const program = keyWithMaterial({ keyMaterial: base64(bytes), ...material }, key);
    const first = await stack.up(program);
    expect(first).toMatchObject({ steps: ["create payments", "create payments"] });
    expect(first.error).toBeUndefined();
    const arn = given().arn();
    return { program, bytes, arn, ciphertext: await life.encrypt(arn) };
  }

  /** Somebody deletes the material, long enough after its import that nobody takes this for late news. */
  async function deleteMaterial(KeyId: string): Promise<void> {
    life.kms.clock.advance("1h");
    await life.client().send(new DeleteImportedKeyMaterialCommand({ KeyId }));
  }

  async function repairs(
    program: readonly Declared[],
    ciphertext: Uint8Array,
    reason: string | RegExp,
    previewed: readonly string[] = ["update payments"],
  ): Promise<void> {
    expect(await life.decrypt(ciphertext)).not.toBe(plaintext);
    const preview = await stack.preview(program);
    expect(preview.steps).toEqual(previewed);
    expect(preview.printed.join("\n")).toMatch(reason);
    const up = await stack.up(program);
    expect(up.error).toBeUndefined();
    expect(up.steps).toEqual(["update payments"]);
    expect(await life.decrypt(ciphertext)).toBe(plaintext);
    expect((await stack.up(program)).steps).toEqual([]);
  }

  it("creates a key, imports, and then has nothing to do", async () => {
    const { program, arn, bytes } = await imported({ validFor: "90d" });
    expect(stack.outs("ImportedKeyMaterial", "payments")).toMatchObject({
      keyArn: arn,
      verified: true,
      materialState: "imported",
      expirationModel: "KEY_MATERIAL_EXPIRES",
      readyForRenewal: false,
      fingerprint: expect.stringMatching(/^cmac:/),
      schemaVersion: 2,
    });
    life.calls();
    expect(await stack.preview(program)).toEqual({ steps: [], printed: [] });
    // One look at the key for each of its two resources, and no other request.
    expect(life.calls()).toEqual(["DescribeKey", "DescribeKey"]);
    expect(leaksIn(stack.state, bytes)).toEqual([]);
  });

  whole("brings back material that expired, was deleted, or is due for renewal", async () => {
    const { program, arn, ciphertext } = await imported({ validFor: "90d" });
    life.kms.clock.advance("91d");
    await repairs(program, ciphertext, /imported again: expired on \d{4}-/);
    await deleteMaterial(arn);
    await repairs(program, ciphertext, /was deleted before its time/);

    life.kms.clock.advance("61d");
    const due = await stack.up(program);
    expect(due.steps).toEqual(["update payments"]);
    expect(due.printed.join("\n")).toMatch(/renewal due since/);
    expect((await stack.up(program)).steps).toEqual([]);
  });

  whole("runs without the bytes while all is well, and says so where they are needed", async () => {
    const { ciphertext, program } = await imported({ validFor: "90d" });
    const without = keyWithMaterial({ validFor: "90d" });
    expect(await stack.up(without)).toEqual({ steps: [], printed: [] });
    life.kms.clock.advance("91d");
    const preview = await stack.preview(without);
    expect(preview.steps).toEqual(["update payments"]);
    expect(preview.printed.join("\n")).toMatch(/Applying this will need the key material/);
    const up = await stack.up(without);
    expect(up.error).toMatch(/\[material_missing\].*`keyMaterialSource`/);
    await repairs(program, ciphertext, /expired on/);
  });

  it("takes empty bytes for none in previews and updates, and says so where they are needed", async () => {
    await imported({ validFor: "90d" });
    const empty = keyWithMaterial({ validFor: "90d", keyMaterial: "" });
    expect(await stack.up(empty)).toEqual({ steps: [], printed: [] });
    life.kms.clock.advance("91d");
    const preview = await stack.preview(empty);
    expect([preview.error, preview.steps]).toEqual([undefined, ["update payments"]]);
    expect(preview.printed.join("\n")).toMatch(
      /will need the key material: expired on .* No key material is given, or .* is empty/,
    );
    expect((await stack.destroy()).error).toBeUndefined();
    expect(life.calls()).not.toContain("DeleteImportedKeyMaterial");
  });

  whole("takes empty bytes for none beside the other argument, and never for other bytes", async () => {
    const { ciphertext, program, bytes } = await imported({ validFor: "90d" });
    const empty = { validFor: "90d", keyMaterial: "\n", keyMaterialSource: "" };
    expect(await stack.up(keyWithMaterial(empty))).toEqual({ steps: [], printed: [] });
    const beside = { ...empty, keyMaterial: base64(bytes) };
    expect((await stack.up(keyWithMaterial(beside))).error).toBeUndefined();
    life.kms.clock.advance("91d");
    expect((await stack.up(keyWithMaterial(empty))).error).toMatch(/\[material_missing\].*is empty.*`keyMaterial`/);
    expect((await stack.update(keyWithMaterial(empty))).error).toMatch(/\[material_missing\]/);
    await repairs(program, ciphertext, /expired on/);
    const other = await stack.preview(keyWithMaterial({ ...empty, keyMaterial: base64(newBytes()) }));
    expect(other.error).toMatch(/\[different_material\]/);
  });

  whole("names what bytes are written as by mistake, without a word of them, and takes lines", async () => {
    const bytes = newBytes();
    const { error = "" } = await stack.preview(keyWithMaterial({ keyMaterial: bytes.toString("hex") }));
    // A key that is new has no ARN yet, and its bytes are checked all the same.
    expect(error).toMatch(/it is hex\. Convert it.*`keyMaterialSource`/);
    expect(leaksIn(error, bytes)).toEqual([]);
    const lines = bytes.toString("base64").replace(/.{20}/g, "$&\r\n");
    expect((await stack.up(keyWithMaterial({ keyMaterial: lines }))).error).toBeUndefined();
  });

  it("refuses other bytes in the preview, before anything is called", async () => {
    const { arn } = await imported();
    life.calls();
    const other = await stack.preview(keyWithMaterial({ keyMaterial: base64(newBytes()) }));
    expect(other.error).toMatch(/\[different_material\] These are other bytes/);
    expect(life.calls()).toEqual(["DescribeKey", "DescribeKey"]);
    expect(arn).toBe(given().arn());
  });

  it("tells every wrong argument at once, by its path", async () => {
    const wrong = keyWithMaterial(
      {
        keyMaterial: base64(newBytes()).slice(4),
        keyMaterialSource: "vault:secret/payments",
        validTo: "tomorrow",
        fingerprint: "cmac:1",
        wrappingAlgorithm: "ROT13",
        deletionPolicy: "shred",
        connection: { assumeRoles: [{ roleArn: 5 }] },
        colour: "red",
      },
      { tags: { team: 1 } },
    );
    const [key, material] = wrong;
    if (key === undefined || material === undefined) throw new Error("no program");
    const first = await stack.preview([key]);
    expect(first.error).toMatch(/payments: `tags\.team` must be text/);
    const { error = "" } = await stack.preview([
      { ...material, props: (ids, output) => ({ ...material.props(ids, output), keyArn: "key" }) },
    ]);
    for (const path of [
      "keyMaterial",
      "keyMaterialSource",
      "validTo",
      "fingerprint",
      "wrappingAlgorithm",
      "deletionPolicy",
      "connection.assumeRoles[0].roleArn",
      "colour",
      "keyArn",
    ]) {
      expect(error).toContain(`\`${path}\``);
    }
    expect(life.calls()).toEqual([]);
  });

  whole("keeps a key whose first import failed, and continues with it", async () => {
    const bytes = newBytes();
    const program = keyWithMaterial({ keyMaterial: base64(bytes) });
    life.kms.faults.add({
      operation: "ImportKeyMaterial",
      kind: "error",
      code: "InvalidCiphertextException",
      times: 2,
    });
    const failed = await stack.up(program);
    expect(failed.error).toBeDefined();
    const arn = given().arn();
    expect(arn).toMatch(/^arn:/);
    const again = await stack.up(program);
    expect(again.error).toBeUndefined();
    expect(again.steps).toEqual(["create payments"]);
    expect(given().arn()).toBe(arn);
    expect(life.calls().filter((name) => name === "CreateKey")).toHaveLength(1);
  });

  it("keeps what was done before a failure, says what to do, and goes on from there", async () => {
    const bytes = newBytes();
    const disabled = keyWithMaterial({ keyMaterial: base64(bytes), validFor: "90d" }, { enabled: false });
    expect((await stack.up(disabled)).error).toBeUndefined();
    life.kms.clock.advance("91d");
    life.kms.permissions.deny("kms:DisableKey");
    const failed = await stack.up(disabled);
    expect(failed.reasons?.[0]).toMatch(/The key material was imported.*the next `pulumi up` continues/);
    life.kms.permissions.allow();
    const recovered = await stack.up(disabled);
    expect(recovered.error).toBeUndefined();
    const { KeyMetadata } = await life.client().send(new DescribeKeyCommand({ KeyId: given().arn() }));
    expect(KeyMetadata?.KeyState).toBe("Disabled");
  });

  whole("has a key that somebody disabled be disabled after a reimport, too", async () => {
    const { program, arn, ciphertext } = await imported({ validFor: "90d" });
    await life.client().send(new DisableKeyCommand({ KeyId: arn }));
    // It is taken down while it can be seen, by the key and by its material.
    expect((await stack.up(program)).steps).toEqual(["update payments", "update payments"]);
    life.kms.clock.advance("91d");
    expect((await stack.up(program)).error).toBeUndefined();
    expect(await life.decrypt(ciphertext)).toBe("DisabledException");
  });

  whole("cancels the deletion of a key", async () => {
    const { program, arn, ciphertext } = await imported({}, { enabled: true });
    await life.client().send(new ScheduleKeyDeletionCommand({ KeyId: arn, PendingWindowInDays: 7 }));
    // What becomes of the material shows only when the key is back.
    await repairs(program, ciphertext, /waits for its deletion|is pending deletion/, [
      "update payments",
      "update payments",
    ]);
    expect(stack.outs("ImportedKeyMaterial", "payments")).toMatchObject({ materialState: "imported" });
  });

  whole("shows in a refresh what happened, with one look at each, and keeps the resources", async () => {
    const { program, arn, ciphertext } = await imported({ validFor: "90d" });
    life.calls();
    expect((await stack.refresh()).steps).toEqual([]);
    expect(life.calls()).toEqual(["DescribeKey", "DescribeKey"]);
    await deleteMaterial(arn);
    expect((await stack.refresh()).steps).toEqual(["drift payments"]);
    expect(stack.outs("ImportedKeyMaterial", "payments")).toMatchObject({ materialState: "deleted", keyArn: arn });
    await repairs(program, ciphertext, /was deleted/);
  });

  whole("replaces and renames material without a moment in which the key does not decrypt", async () => {
    const { bytes, ciphertext } = await imported({ deletionPolicy: "delete" });
    const material = { keyMaterial: base64(bytes), deletionPolicy: "delete" };
    const replaced = await stack.up(keyWithMaterial({ ...material, validFor: "30d" }, {}, { replaceOnChanges: true }));
    expect(replaced.steps).toEqual(["replace payments"]);
    expect(await life.decrypt(ciphertext)).toBe(plaintext);
    const renamed = await stack.up(keyWithMaterial({ ...material, validFor: "30d" }, {}, { name: "renamed" }));
    expect(renamed.steps).toEqual(["create renamed", "delete payments"]);
    expect(await life.decrypt(ciphertext)).toBe(plaintext);
    const aliased = keyWithMaterial({ ...material, validFor: "30d" }, {}, { name: "again", alias: "renamed" });
    expect((await stack.up(aliased)).steps).toEqual([]);
    expect(life.calls().filter((name) => name === "DeleteImportedKeyMaterial")).toEqual([]);
    expect(life.calls().filter((name) => name === "CreateKey")).toEqual([]);
  });

  it("replaces a key of another spec by deleting first, and cleans up", async () => {
    const { arn } = await imported();
    const bytes = newBytes();
    const program = keyWithMaterial({ keyMaterial: base64(bytes) }, { keySpec: "HMAC_256" });
    const preview = await stack.preview(program);
    expect(preview.steps).toEqual(["replace payments", "replace payments"]);
    expect(preview.printed.join("\n")).toMatch(
      /`keySpec` is SYMMETRIC_DEFAULT, cannot be changed, and is to be HMAC_256/,
    );
    life.calls();
    expect((await stack.up(program)).error).toBeUndefined();
    const writes = life.calls().filter((name) => /^(Create|Schedule|Import)/.test(name));
    expect(writes).toEqual(["ScheduleKeyDeletion", "CreateKey", "ImportKeyMaterial"]);
    expect(given().arn()).not.toBe(arn);
    const destroyed = await stack.destroy();
    expect(destroyed.error).toBeUndefined();
    expect(destroyed.printed.join("\n")).toMatch(/The key material stays in/);
    expect(stack.state).toBe("[]");
    const { KeyMetadata } = await life.client().send(new DescribeKeyCommand({ KeyId: arn }));
    expect(KeyMetadata?.KeyState).toBe("PendingDeletion");
  });

  whole("takes over a living key without touching its material", async () => {
    const { arn, bytes, ciphertext } = await imported();
    const taking = stackOn(life);
    const program = keyWithMaterial({ keyMaterial: base64(bytes) }, { existingKeyArn: arn, description: "taken over" });
    const [key = program[0]] = program;
    if (key === undefined) throw new Error("no program");
    life.calls();
    expect((await taking.up([key])).error).toBeUndefined();
    expect(life.calls()).toEqual(["DescribeKey", "DescribeKey", "UpdateKeyDescription", "ListResourceTags"]);
    expect(await life.decrypt(ciphertext)).toBe(plaintext);
    expect((await taking.up(program)).error).toBeUndefined();
    expect((await taking.up(program)).steps).toEqual([]);
    expect(await life.decrypt(ciphertext)).toBe(plaintext);
  });

  whole("gives a replica the bytes of its primary, in a Region of its own", async () => {
    const bytes = base64(newBytes());
    const program: readonly Declared[] = [
      ...keyWithMaterial({ keyMaterial: bytes }, { multiRegion: true }),
      {
        type: "ExternalKey",
        name: "replica",
        props: (ids) => ({
          primaryKeyArn: ids["ImportedKeyMaterial payments"],
          region: "eu-west-1",
          creationToken: "pulumi:test/replica",
        }),
      },
      {
        type: "ImportedKeyMaterial",
        name: "replica",
        props: (ids) => ({ keyArn: ids["ExternalKey replica"], keyMaterial: bytes }),
      },
    ];
    const up = await stack.up(program);
    expect(up.error).toBeUndefined();
    const ciphertext = await life.encrypt(given().arn());
    expect(await life.decrypt(ciphertext, "eu-west-1")).toBe(plaintext);
    expect((await stack.up(program)).steps).toEqual([]);
    expect((await stack.destroy()).error).toBeUndefined();
  });

  whole("passes on what is not known yet", async () => {
    const { program } = await imported();
    const unknownBytes = await stack.preview(keyWithMaterial({ keyMaterial: unknownValue }));
    expect(unknownBytes.error).toBeUndefined();
    expect(unknownBytes.steps).toEqual([]);
    const unknownSpec = await stack.preview(
      keyWithMaterial({}, { keySpec: unknownValue, tags: { team: unknownValue } }),
    );
    expect(unknownSpec.steps).toEqual(["update payments"]);
    const unknownDate = await stack.preview(keyWithMaterial({ validTo: unknownValue }));
    expect(unknownDate.steps).toEqual(["update payments"]);
    expect((await stack.up(program)).steps).toEqual([]);
  });

  whole("replaces no key for what is not known yet", async () => {
    const { program, bytes } = await imported({}, { multiRegion: true });
    const replica = (primaryKeyArn: unknown): Declared => ({
      type: "ExternalKey",
      name: "replica",
      props: () => ({ primaryKeyArn, region: "eu-west-1", creationToken: "pulumi:test/replica" }),
    });
    expect((await stack.up([...program, replica(given().arn())])).error).toBeUndefined();
    const material = { keyMaterial: base64(bytes) };
    for (const unknown of [{ multiRegion: unknownValue }, { multiRegion: true, kms: unknownValue }]) {
      const { steps } = await stack.preview([...keyWithMaterial(material, unknown), replica(given().arn())]);
      expect(steps).toEqual(["update payments"]);
    }
    expect((await stack.preview([...program, replica(unknownValue)])).steps).toEqual(["update replica"]);
  });

  whole("replaces a replica that is to be one of another key", async () => {
    const bytes = newBytes();
    const program = (primary: string): readonly Declared[] => [
      ...["one", "other"].flatMap((name) =>
        keyWithMaterial(
          { keyMaterial: base64(bytes) },
          { multiRegion: true, creationToken: `pulumi:test/${name}` },
        ).map(
          (declared): Declared => ({
            ...declared,
            name,
            props: (ids, output) => ({
              ...declared.props(ids, output),
              ...(declared.type === "ImportedKeyMaterial" ? { keyArn: ids[`ExternalKey ${name}`] } : {}),
            }),
          }),
        ),
      ),
      {
        type: "ExternalKey",
        name: "replica",
        props: (ids) => ({
          primaryKeyArn: ids[`ImportedKeyMaterial ${primary}`],
          region: "eu-west-1",
          creationToken: "pulumi:test/replica",
        }),
      },
    ];
    expect((await stack.up(program("one"))).error).toBeUndefined();
    const changed = await stack.up(program("other"));
    expect(changed).toMatchObject({ steps: ["replace replica"] });
    expect(changed.printed.join("\n")).toMatch(
      /`primaryKeyArn` is the ARN of a key with the id mrk-.* and is to be arn:/,
    );
    expect(stack.outs("ExternalKey", "replica")["keyId"]).toBe(stack.outs("ExternalKey", "other")["keyId"]);
    expect((await stack.up(program("other"))).steps).toEqual([]);
  });

  whole("refuses to replace a key that is taken over, before anything is called", async () => {
    const { arn } = await imported();
    const taking = stackOn(life);
    const [key, other] = [{}, { keySpec: "HMAC_256" }].map((more) =>
      keyWithMaterial({}, { existingKeyArn: arn, ...more }).slice(0, 1),
    );
    expect((await taking.up(key ?? [])).error).toBeUndefined();
    life.calls();
    expect((await taking.up(other ?? [])).error).toMatch(/`keySpec` is SYMMETRIC_DEFAULT.*`existingKeyArn` takes over/);
    expect(life.calls()).toEqual(["DescribeKey"]);
  });

  whole("keeps the bytes in no encoding, wherever they come from", async () => {
    const bytes = Buffer.from('a/key?of+bytes>that~look\\like"1"\n', "latin1").subarray(0, 32);
    const sources: readonly { readonly props: Props; readonly env: Readonly<Record<string, string>> }[] = [
      { props: { keyMaterial: base64(bytes) }, env: {} },
      { props: { keyMaterialSource: "env:CANARY?encoding=hex" }, env: { CANARY: bytes.toString("hex") } },
      {
        props: { keyMaterialSource: `exec:printenv CANARY?encoding=base64` },
        env: { CANARY: base64(bytes), PATH: process.env["PATH"] ?? "" },
      },
    ];
    for (const { props, env } of sources) {
      const canary = stackOn(life, env);
      const token = { creationToken: `pulumi:test/${Object.values(props).join("").length}` };
      const outcomes: Outcome[] = [await canary.up(keyWithMaterial({ ...props, validFor: "90d" }, token))];
      life.kms.clock.advance("61d");
      outcomes.push(await canary.up(keyWithMaterial({ ...props, validFor: "90d" }, token)), await canary.refresh());
      expect(outcomes.map(({ error }) => error)).toEqual([undefined, undefined, undefined]);
      outcomes.push(await canary.preview(keyWithMaterial({ keyMaterial: `${base64(bytes)}AAAA` })));
      expect(leaksIn(`${canary.state}${JSON.stringify(outcomes)}`, bytes)).toEqual([]);
      expect(canary.state).toContain(providerProperty);
    }
  });
}

/** The encodings of bytes that stand in a text, which should be none. */
export function leaksIn(text: string | Buffer, bytes: Buffer): readonly string[] {
  const scan = new Scan([{ name: "bytes", bytes }]);
  scan.content({ kind: "standard output", name: "text" }, Buffer.from(text));
  return scan.report().leaks.map(({ encoding }) => encoding);
}
