import { randomBytes } from "node:crypto";
import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { DeleteImportedKeyMaterialCommand, ScheduleKeyDeletionCommand } from "@aws-sdk/client-kms";
import { applyMaterial } from "../../src/engine/imported-key-material";
import { type Bench, bench } from "../support/byok-terraform";
import { settings } from "../support/imported-key";
import { bytesSource, plaintext } from "../support/life";

jest.setTimeout(120_000);

/** Every key lives through one row of the table; all of them in the same few runs of the CLI. */
const rows = [
  "healthy",
  "expired",
  "ended",
  "deleted",
  "reported",
  "drifted",
  "due",
  "lifetime",
  "description",
  "other",
  "pending",
  "taken",
] as const;
type Row = (typeof rows)[number];

const day = 86_400_000;

describe("the rows of the table, in the real CLI", () => {
  let on: Bench;
  const bytes = new Map<Row, Buffer>();
  beforeEach(async () => {
    on = await bench();
    for (const row of rows) {
      bytes.set(row, randomBytes(32));
      await writeFile(file(row), bytes.get(row) ?? "", { mode: 0o600 });
    }
  });
  afterEach(() => on.close());

  const file = (row: Row): string => join(on.workspace.folder, `${row}.bin`);
  const at = (days: number): string =>
    new Date(on.life.kms.clock.now().getTime() + days * day).toISOString().replace(/\.\d+Z$/, "Z");

  const write = (materials: Readonly<Record<string, string>>, more = "", provider = ""): Promise<void> =>
    on.write(
      `${rows.map((row) => `resource "byok_external_key" "${row}" {\n  enabled = true\n}`).join("\n")}
      ${Object.entries(materials)
        .map(
          ([row, lines]) => `
      resource "byok_imported_key_material" "${row}" {
        key_arn             = byok_external_key.${row}.arn
        key_material_source = "file:${on.workspace.folder}/${row}.bin?encoding=raw"
        ${lines}
      }`,
        )
        .join("\n")}
      ${more}`,
      provider,
    );

  it("says why while planning, repairs in the apply, and old ciphertexts open", async () => {
    const before = {
      healthy: `valid_for = "300d"`,
      expired: `valid_for = "90d"\n renew_before = "1d"`,
      ended: `valid_to = "${at(90)}"`,
      deleted: "",
      reported: `on_deletion = "report"`,
      drifted: `valid_for = "300d"`,
      due: `valid_for = "100d"\n renew_before = "40d"`,
      lifetime: `valid_for = "200d"`,
      description: "",
      other: `valid_for = "300d"`,
      pending: "",
    };
    await write(before);
    await on.workspace.apply();
    await on.settled();
    const arns = new Map<Row, string>();
    for (const row of rows) arns.set(row, String((await on.workspace.attributes(`byok_external_key.${row}`))["arn"]));
    const arn = (row: Row): string => arns.get(row) ?? "";
    // Somebody imported into this one by hand.
    await applyMaterial(
      on.life.run(),
      settings(arn("taken")),
      bytesSource(bytes.get("taken") ?? Buffer.of()),
      undefined,
    );
    const ciphertexts = new Map<Row, Uint8Array>();
    for (const row of rows) ciphertexts.set(row, await on.life.encrypt(arn(row)));

    const ended = before.ended;
    on.life.kms.clock.advance("91d");
    for (const row of ["deleted", "reported"] as const) {
      await on.life.client().send(new DeleteImportedKeyMaterialCommand({ KeyId: arn(row) }));
    }
    const drifted = settings(arn("drifted"), { validFor: "5d" });
    await applyMaterial(on.life.run(), drifted, bytesSource(bytes.get("drifted") ?? Buffer.of()), undefined);
    await on.life.client().send(new ScheduleKeyDeletionCommand({ KeyId: arn("pending"), PendingWindowInDays: 7 }));

    await write({
      ...before,
      ended,
      lifetime: `valid_for = "250d"`,
      description: `material_description = "safe 7"`,
      other: `valid_for = "300d"\n renew_before = "20d"`,
      taken: "",
    });
    on.life.calls();
    const { run, plan } = await on.workspace.plan();
    const planCalls = new Set(on.life.calls());
    const actions = Object.fromEntries(
      (plan.resource_changes ?? []).map(({ address, change }) => [
        address.replace("byok_imported_key_material.", "").replace("byok_external_key.", "key "),
        change.actions.join(),
      ]),
    );
    expect(actions).toEqual({
      ...Object.fromEntries(rows.map((row) => [`key ${row}`, row === "pending" ? "update" : "no-op"])),
      healthy: "no-op",
      expired: "update",
      ended: "no-op",
      deleted: "update",
      reported: "no-op",
      drifted: "update",
      due: "update",
      lifetime: "update",
      description: "update",
      other: "update",
      pending: "update",
      taken: "create",
    });
    // The list and the tags are asked for only where a description no longer fits what is on record.
    expect([...planCalls].toSorted()).toEqual(["DescribeKey", "ListKeyRotations", "ListResourceTags"]);
    const said = run.stdout.replace(/\s*\n[│╷╵\s]*/g, " ");
    for (const reason of [
      /reason += "expired on \d{4}-\S+" -> \(known after apply\)/,
      /expired on \S+, as `valid_to` says, and the key cannot be used/,
      /reason += "was deleted" -> \(known after apply\)/,
      /reported and not brought back/,
      /reason += "someone else changed the lifetime: valid to \S+; configured: valid for 300 days[^"]*" ->/,
      /reason += "renewal due since \S+; expires on \S+" ->/,
      /The same key material will be imported again: /,
      /is pending deletion, which is canceled in place/,
    ]) {
      expect(said).toMatch(reason);
    }
    for (const { address, change } of plan.resource_changes ?? []) {
      for (const known of ["id", "arn", "key_id", "key_arn"]) {
        if (change.actions.join() === "update")
          expect([address, change.after_unknown[known]]).toEqual([address, undefined]);
      }
    }

    on.life.calls();
    await on.workspace.apply("saved.tfplan");
    const calls = on.life.calls();
    expect(calls.filter((call) => call === "ImportKeyMaterial")).toHaveLength(7);
    expect(calls.filter((call) => call === "CancelKeyDeletion")).toHaveLength(1);
    await on.settled();
    for (const row of rows) {
      const opened = await on.life.decrypt(ciphertexts.get(row) ?? new Uint8Array());
      const dead = row === "ended" || row === "reported";
      expect([row, opened]).toEqual([row, dead ? "KMSInvalidStateException" : plaintext]);
    }
    expect(await on.workspace.attributes("byok_imported_key_material.taken")).toMatchObject({ verified: true });
    expect(await on.workspace.attributes("byok_imported_key_material.reported")).toMatchObject({
      material_state: "deleted",
      reason: null,
    });

    // What is left alone comes back once it is asked for.
    await write({ ...before, ended: `valid_to = "${at(30)}"`, reported: "" });
    await on.workspace.apply();
    await on.settled();
    for (const row of ["ended", "reported"] as const) {
      expect(await on.life.decrypt(ciphertexts.get(row) ?? new Uint8Array())).toBe(plaintext);
    }
    await on.workspace.destroy();
  });

  it("plans without the bytes, and needs them only where an import is due", async () => {
    const config = {
      healthy: `valid_for = "300d"`,
      due: `valid_for = "100d"\n renew_before = "40d"`,
      drifted: `valid_for = "300d"`,
      expired: `valid_for = "90d"`,
    };
    await write(config);
    await on.workspace.apply();
    const { arn } = await on.workspace.attributes("byok_external_key.drifted");
    on.life.kms.clock.advance("61d");
    const drifted = settings(String(arn), { validFor: "5d" });
    await applyMaterial(on.life.run(), drifted, bytesSource(bytes.get("drifted") ?? Buffer.of()), undefined);
    for (const row of rows) await rm(file(row));

    // Renewal is due, a lifetime was changed, another is fine: nothing can be done, and nothing is planned.
    const { run, plan } = await on.workspace.plan();
    expect((plan.resource_changes ?? []).filter(({ change }) => change.actions.join() !== "no-op")).toEqual([]);
    expect(run.stdout.replace(/\s*\n[│╷╵\s]*/g, " ")).toMatch(
      /not as it should be: renewal due since \S+; expires on \S+/,
    );
    await on.settled();

    on.life.kms.clock.advance("31d");
    const expired = await on.workspace.plan();
    expect(expired.run.stdout.replace(/\s*\n[│╷╵\s]*/g, " ")).toMatch(
      /Applying this will need the key material: expired on/,
    );
    const refused = await on.workspace.run([
      "apply",
      "-auto-approve",
      "-no-color",
      "-target=byok_imported_key_material.expired",
    ]);
    expect(refused.exitCode).toBe(1);
    expect(refused.stderr).toMatch(/Key Material Needed[\s\S]*key_material_source/);
    expect(await on.workspace.state()).not.toContain("tainted");

    for (const row of ["healthy", "due", "drifted", "expired"] as const)
      await writeFile(file(row), bytes.get(row) ?? "", { mode: 0o600 });
    // Plans leave the files closed; the apply opens them.
    await write(config, "", `material_access = "apply"`);
    expect([...(await on.workspace.changes()).keys()].toSorted()).toEqual([
      "byok_imported_key_material.drifted",
      "byok_imported_key_material.due",
      "byok_imported_key_material.expired",
    ]);
    await writeFile(file("expired"), randomBytes(32), { mode: 0o600 });
    const later = await on.workspace.run([
      "apply",
      "-auto-approve",
      "-no-color",
      "-target=byok_imported_key_material.expired",
    ]);
    expect(later.stderr).toMatch(/Different Key Material[\s\S]*key_material_source/);
    await writeFile(file("expired"), bytes.get("expired") ?? "", { mode: 0o600 });
    await on.workspace.apply();
    await on.settled();
  });

  it("refuses other bytes while planning, on the argument", async () => {
    await write({ healthy: "" });
    await on.workspace.apply();
    const { fingerprint } = await on.workspace.attributes("byok_imported_key_material.healthy");
    await writeFile(file("healthy"), randomBytes(32), { mode: 0o600 });
    on.life.calls();
    const other = await on.workspace.run(["plan", "-no-color", "-input=false"]);
    expect(other.exitCode).toBe(1);
    expect(other.stderr).toMatch(/Different Key Material[\s\S]*key_material_source = [\s\S]*To rotate/);
    await writeFile(file("healthy"), bytes.get("healthy") ?? "", { mode: 0o600 });

    await write({ healthy: `fingerprint = "cmac:${"0".repeat(32)}"` });
    const misnamed = await on.workspace.run(["plan", "-no-color", "-input=false"]);
    expect(misnamed.stderr).toMatch(/Different Key Material[\s\S]*on main\.tf line \d+/);
    await write({ healthy: `fingerprint = "${String(fingerprint)}"` });
    await on.settled();
    // A new one, whose bytes are not those that the configuration names.
    await write({ healthy: "", due: `fingerprint = "${String(fingerprint)}"` });
    const wrong = await on.workspace.run(["plan", "-no-color", "-input=false"]);
    expect(wrong.stderr).toMatch(/Different Key Material[\s\S]*key_material_source = /);
    expect(new Set(on.life.calls())).toEqual(new Set(["DescribeKey"]));
    await write({ healthy: "" }, "", `allowed_material_sources = ["env"]`);
    const source = await on.workspace.run(["plan", "-no-color", "-input=false"]);
    expect(source.stderr).toMatch(/Source Not Allowed[\s\S]*key_material_source = /);
  });
});
