import { randomBytes } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { DeleteImportedKeyMaterialCommand, ScheduleKeyDeletionCommand } from "@aws-sdk/client-kms";
import type { ConfigInput, ResourceInstance } from "../../src/terraform/plugin/testing/host";
import { warningTitles } from "../../src/terraform/warning";
import { type ByokHost, byokHost, textIn } from "../support/byok-host";

const root = join(__dirname, "../..");

it("titles of warnings stay what they are", () => {
  expect(Object.values(warningTitles).map(({ title }) => title)).toEqual([
    "Key Material Needed",
    "Key Material Will Be Imported Again",
    "Key Material Renewal Due",
    "Key Material Expired",
    "Key Material Deleted",
    "Key Material Not Verified",
    "Key Material Lifetime Changed",
    "Lifetime Not Checked",
    "Key Material Source",
    "Key Material Not Deleted",
    "Import Not Finished",
    "Imported Key Material",
    "Key Rotation",
    "Key Pending Deletion",
    "Key Not Found",
    "Key Not Deleted",
    "Key Left Disabled",
    "Key Left Enabled",
    "Key to Stay Disabled",
    "Note Left on Key",
    "Fixed Argument Changed",
    "External Key",
  ]);
});

it("every warning of the provider takes its title from the one table", () => {
  const folder = join(root, "src/terraform");
  const files = readdirSync(folder).filter((file) => file.endsWith(".ts"));
  const writers = files.filter((file) => readFileSync(join(folder, file), "utf8").includes("warningDiagnostic"));
  expect(writers).toEqual(["warning.ts"]);
});

describe("a warning", () => {
  let on: ByokHost;
  let key: ResourceInstance;
  let material: ResourceInstance;
  const bytes = randomBytes(32).toString("base64");
  beforeEach(async () => {
    on = await byokHost();
    key = on.host.resource("byok_external_key");
    material = on.host.resource("byok_imported_key_material");
    await key.apply({});
  });
  afterEach(() => on.close());

  const id = (): string => `key/${textIn(key, "key_id")}`;
  const planned = async (config: ConfigInput): Promise<string[]> => {
    const { warnings } = await material.plan({ key_arn: textIn(key, "arn"), ...config });
    return warnings.map(({ summary }) => summary);
  };

  it("says that bytes are needed", async () => {
    expect(await planned({})).toEqual([`Key Material Needed: ${id()}`]);
  });

  it.each<[string, ConfigInput, (on: ByokHost, KeyId: string) => unknown, ConfigInput, string[]]>([
    ["is due", { valid_for: "90d" }, ({ life }) => life.kms.clock.advance("61d"), {}, ["Key Material Renewal Due"]],
    ["has expired", { valid_for: "90d" }, ({ life }) => life.kms.clock.advance("91d"), {}, ["Key Material Needed"]],
    [
      "was deleted",
      { on_deletion: "report" },
      async ({ life }, KeyId) => {
        life.kms.clock.advance("1h");
        await life.client().send(new DeleteImportedKeyMaterialCommand({ KeyId }));
      },
      {},
      ["Key Material Deleted"],
    ],
    [
      "is in a key that goes",
      {},
      ({ life }, KeyId) => life.client().send(new ScheduleKeyDeletionCommand({ KeyId, PendingWindowInDays: 7 })),
      {},
      ["Key Pending Deletion"],
    ],
  ])("is titled by the state of material that %s", async (_what, config, act, more, titles) => {
    await material.apply({ key_arn: textIn(key, "arn"), key_material_wo: bytes, ...config });
    await on.restart();
    await act(on, textIn(key, "arn"));
    expect(await planned({ ...config, ...more })).toEqual(titles.map((title) => `${title}: ${id()}`));
  });

  it("is titled so where nothing proves the bytes, and where an import does", async () => {
    await material.apply({ key_arn: textIn(key, "arn"), key_material_wo: bytes });
    const taken = on.host.resource("byok_imported_key_material");
    await taken.import(textIn(key, "arn"));
    const summaries = async (config: ConfigInput) =>
      (await taken.plan({ key_arn: textIn(key, "arn"), ...config })).warnings.map(({ summary }) => summary);
    expect(await summaries({})).toEqual([`Key Material Not Verified: ${id()}`]);
    expect(await summaries({ key_material_wo: bytes })).toEqual(["Key Material Will Be Imported Again"]);
  });

  it("says at the end that the bytes stay", async () => {
    await material.apply({ key_arn: textIn(key, "arn"), key_material_wo: bytes });
    expect((await material.destroy()).map(({ summary }) => summary)).toEqual([`Key Material Not Deleted: ${id()}`]);
  });
});
