import {
  DeleteImportedKeyMaterialCommand,
  RotateKeyOnDemandCommand,
  ScheduleKeyDeletionCommand,
} from "@aws-sdk/client-kms";
import { expiredOn } from "../../src/cli/key-status";
import { statusCommand } from "../../src/cli/status";
import { blocksUnder } from "../support/page";
import { importedKey, newKey } from "../support/imported-key";
import { type Life, newBytes, startLife } from "../support/life";
import { importNewMaterial } from "../support/new-material";

interface Printed {
  readonly out: string;
  readonly err: string;
  readonly code: number | undefined;
}

describe("byok status", () => {
  let life: Life;
  let width: number | undefined;
  beforeEach(async () => {
    width = undefined;
    // The command reads credentials where the AWS CLI does.
    Object.assign(process.env, {
      AWS_ACCESS_KEY_ID: "AKIAENGINE",
      AWS_SECRET_ACCESS_KEY: "engine",
      AWS_REGION: "eu-central-1",
    });
    life = await startLife();
  });
  afterEach(() => life.close());

  async function status(...args: string[]): Promise<Printed> {
    const printed = { out: "", err: "", code: undefined as number | undefined };
    const command = statusCommand({
      out: (text) => {
        printed.out += text;
      },
      err: (text) => {
        printed.err += text;
      },
      exitCode: (code) => {
        printed.code = code;
      },
      columns: width,
    });
    await command.exitOverride().parseAsync(["--endpoint", life.kms.url, ...args], { from: "user" });
    return printed;
  }

  it("shows state, expiry, renewal, timeline and reason of each key", async () => {
    const { key: lasting } = await importedKey(life);
    const { key: quarter } = await importedKey(life, { validFor: "90d" });
    const { key: year } = await importedKey(life, { validFor: "180d" });
    const { key: lost } = await importedKey(life, { validFor: "90d" });
    await life.client().send(new DeleteImportedKeyMaterialCommand({ KeyId: lost.arn }));
    const empty = await newKey(life);
    life.kms.clock.advance("60d");
    life.calls();
    const { out, err, code } = await status(
      lasting.arn,
      quarter.arn,
      year.arn,
      lost.arn,
      empty.arn,
      "--renew-before",
      "40d",
    );
    const line = (arn: string): string => out.split("\n").find((text) => text.includes(arn.split("/")[1] ?? "")) ?? "";
    expect(line(lasting.arn)).toMatch(/Enabled +never +- +━+→ +imported, never expires$/);
    expect(line(quarter.arn)).toMatch(/Enabled +\S+Z +\S+Z +╌+·+ +renewal due since \S+Z; expires on \S+Z$/);
    expect(line(year.arn)).toMatch(/Enabled +\S+Z +\S+Z +━+╌+ +imported, valid to \S+Z$/);
    expect(line(lost.arn)).toMatch(/PendingImport +- +- +·+ +is gone: it expired or was deleted$/);
    expect(line(empty.arn)).toMatch(/PendingImport +- +- +·+ +the key has no key material yet$/);
    expect([err, code]).toEqual(["", 0]);
    // Each of these keys may hold several materials.
    expect(life.calls().toSorted()).toEqual(
      ["DescribeKey", "ListKeyRotations"].flatMap((name) => Array.from({ length: 5 }, () => name)),
    );
  });

  it("exits with 2 if anything lapses in the given time, and names it", async () => {
    const { key: lasting } = await importedKey(life);
    const { key: quarter } = await importedKey(life, { validFor: "90d" });
    expect((await status(lasting.arn, quarter.arn, "--within", "89d")).code).toBe(0);
    const { code, err } = await status(lasting.arn, quarter.arn, "--within", "91d");
    expect(code).toBe(2);
    expect(err).toContain(quarter.arn);
    expect(err).not.toContain(lasting.arn);
    await life.client().send(new ScheduleKeyDeletionCommand({ KeyId: lasting.arn }));
    expect((await status(lasting.arn, "--within", "1d")).code).toBe(2);
  });

  it("prints JSON for scripts", async () => {
    const { key, record } = await importedKey(life, { validFor: "90d" });
    const { out, code } = await status(key.arn, "--json", "--within", "100d");
    expect(code).toBe(2);
    expect(JSON.parse(out)).toEqual({
      keys: [
        {
          arn: key.arn,
          keyState: "Enabled",
          material: "imported",
          now: expect.stringMatching(/Z$/),
          validTo: new Date((record.validTo ?? 0) * 1000).toISOString().replace(".000Z", "Z"),
          renewalTime: expect.stringMatching(/Z$/),
          renewalDue: false,
          neverExpires: false,
          reason: expect.stringMatching(/^imported, valid to/),
          lapses: true,
          materials: [
            {
              keyMaterialId: record.materialId,
              rotationState: "current",
              imported: true,
              validTo: expect.stringMatching(/Z$/),
              rotatedAt: null,
            },
          ],
        },
      ],
      errors: [],
    });
  });

  it("prints the JSON that is documented", async () => {
    const { key } = await importedKey(life, { validFor: "90d" });
    const { out } = await status(key.arn, "alias/payments", "--json");
    const [block] = blocksUnder("docs/command.md", "byok status").filter(({ language }) => language === "json");
    const shapeOf = (text: string): object =>
      Object.fromEntries(
        Object.entries<object[]>(JSON.parse(text)).map(([name, [first = {}]]) => [name, Object.keys(first)]),
      );
    expect(shapeOf(out)).toEqual(shapeOf(block?.text ?? ""));
  });

  it("shows the others when one key cannot be looked at, and exits with 1", async () => {
    const { key } = await importedKey(life, { validFor: "90d" });
    const { out, err, code } = await status(key.arn, "alias/payments", "--within", "100d");
    expect(out).toContain(key.keyId);
    expect(err).toContain("[invalid_key_arn]");
    expect(code).toBe(1);
    const json = await status("alias/payments", "--json");
    expect(JSON.parse(json.out)).toMatchObject({
      keys: [],
      errors: [{ arn: "alias/payments", code: "invalid_key_arn" }],
    });
  });

  it("shows a key that does not exist as gone, and exits with 1", async () => {
    const absent = "arn:aws:kms:eu-central-1:111122223333:key/00000000-0000-4000-8000-000000000000";
    for (const more of [[], ["--within", "1d"]]) {
      const { out, err, code } = await status(absent, ...more);
      expect(out).toMatch(/gone +- +- +·+ +\S+ does not exist/);
      expect(err).toContain(`byok: error: [key_not_found] ${absent} does not exist. Check the ARN`);
      expect(code).toBe(1);
    }
    const json = await status(absent, "--json");
    expect([JSON.parse(json.out), json.code]).toMatchObject([
      {
        keys: [{ arn: absent, keyState: null, material: "key_gone", validTo: null, neverExpires: false }],
        errors: [{ arn: absent, code: "key_not_found" }],
      },
      1,
    ]);
  });

  it("lists the materials of a key that holds several: which is current, which have lapsed, and when", async () => {
    const { key } = await importedKey(life, { validFor: "90d" });
    await importNewMaterial(life.client(), key.arn, newBytes());
    await life.client().send(new RotateKeyOnDemandCommand({ KeyId: key.arn }));
    await importNewMaterial(life.client(), key.arn, newBytes());
    life.kms.clock.advance("91d");
    const { out, code } = await status(key.arn, "--within", "1d");
    expect(code).toBe(2);
    expect(out).toMatch(
      new RegExp(
        [
          `\n\neu-central-1 ${key.keyId} holds several key materials:`,
          "MATERIAL +STATE +BYTES +EXPIRES +ROTATED",
          "[0-9a-f]{64}  former +lapsed +- +-",
          "[0-9a-f]{64}  current +imported +never +\\S+Z",
          "[0-9a-f]{64}  pending_rotation +imported +never +-\n$",
        ].join("\n"),
      ),
    );
    width = 70;
    expect((await status(key.arn)).out).toMatch(/\n[0-9a-f]{64}\n  state    former\n  bytes    lapsed\n  expires  -\n/);
    const { materials } = JSON.parse((await status(key.arn, "--json")).out).keys[0];
    expect(materials.map(({ rotationState }: Record<string, unknown>) => rotationState)).toEqual([
      "former",
      "current",
      "pending_rotation",
    ]);
    expect(materials[1]).toMatchObject({ imported: true, validTo: null, rotatedAt: expect.stringMatching(/Z$/) });
  });

  it("lists no materials where the key takes one only, or they may not be listed, and shows the rest", async () => {
    const hmac = await importedKey(life, {}, { spec: "HMAC_256", usage: "GENERATE_VERIFY_MAC" });
    const { key } = await importedKey(life);
    life.kms.permissions.deny("kms:ListKeyRotations");
    life.calls();
    const { out, err, code } = await status(hmac.key.arn, key.arn, "--json");
    expect(code).toBe(0);
    expect(err.trim().split("\n")).toEqual([
      expect.stringMatching(`^byok: warning: The materials of ${key.arn} cannot be listed\\. .*kms:ListKeyRotations`),
    ]);
    expect(JSON.parse(out).keys).toMatchObject([
      { keyState: "Enabled", materials: null },
      { keyState: "Enabled", materials: null },
    ]);
    expect(life.calls().toSorted()).toEqual(["DescribeKey", "DescribeKey", "ListKeyRotations"]);
  });

  it("does not call expired material deleted", async () => {
    const { key } = await importedKey(life, { validFor: "90d" });
    life.kms.clock.advance("91d");
    const { out, code } = await status(key.arn, "--json", "--within", "1d");
    expect(code).toBe(2);
    // The KMS does not tell any more which of both it was.
    expect(JSON.parse(out).keys).toEqual([
      expect.objectContaining({
        keyState: "PendingImport",
        material: "expired_or_deleted",
        validTo: null,
        lapses: true,
      }),
    ]);
  });

  it("takes the date of expiry where a KMS still tells it", () => {
    const lost = { materialId: "a", imported: false, state: "CURRENT", validTo: 90 } as const;
    expect(expiredOn(100, { validTo: 80 }, undefined)).toBe(80);
    expect(expiredOn(100, {}, [{ ...lost, imported: true, validTo: 70 }, lost])).toBe(90);
    expect(expiredOn(100, { validTo: 120 }, [{ ...lost, validTo: 110 }])).toBeUndefined();
    expect(expiredOn(100, null, undefined)).toBeUndefined();
  });

  it("follows the width of the terminal", async () => {
    const { key: quarter } = await importedKey(life, { validFor: "90d" });
    const { key: lasting } = await importedKey(life);
    const at = async (columns: number | undefined): Promise<string> => {
      width = columns;
      return (await status(quarter.arn, lasting.arn)).out;
    };
    const widest = (text: string): number => Math.max(...text.split("\n").map((line) => line.length));
    const elsewhere = await at(undefined);
    expect(elsewhere).toContain(`${"━".repeat(47)}→`);
    const wide = await at(230);
    expect(wide).toContain("→");
    expect(widest(wide)).toBeGreaterThan(widest(elsewhere));
    expect(widest(wide)).toBeLessThanOrEqual(230);
    for (const narrower of [178, 172]) {
      const table = await at(narrower);
      expect(table).toMatch(/^KEY .* \d{4}-\d\d-\d\d … \d{4}-\d\d-\d\d +REASON\n/);
      expect(widest(table)).toBeLessThanOrEqual(narrower);
    }
    const plain = await at(165);
    expect(plain).toMatch(/^KEY +STATE +EXPIRES +RENEWAL +REASON\n/);
    expect([widest(plain) <= 165, plain.includes("━")]).toEqual([true, false]);
    const blocks = await at(80);
    expect(blocks).toMatch(
      new RegExp(`^eu-central-1 ${quarter.keyId}\n  ━+╌+\n  state    Enabled\n  expires  \\S+Z\n`),
    );
    expect(widest(blocks)).toBeLessThanOrEqual(80);
  });

  it.each(["soon", "0d", ""])("refuses the duration %j", async (text) => {
    await expect(status("arn:aws:kms:eu-central-1:111122223333:key/x", "--within", text)).rejects.toThrow(
      /duration|second/,
    );
  });

  it("prints its default as one that it takes", async () => {
    const { key } = await importedKey(life, { validFor: "90d" });
    const [, shown = ""] = /--renew-before[^(]*\(default: ([^)]+)\)/.exec(statusCommand().helpInformation()) ?? [];
    const given = await status(key.arn, "--json", "--renew-before", shown);
    const moments = (printed: Printed): unknown => JSON.parse(printed.out).keys[0].renewalTime;
    expect(moments(given)).toBe(moments(await status(key.arn, "--json")));
  });
});
