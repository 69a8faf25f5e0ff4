import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { CreateAliasCommand, CreateKeyCommand, UpdateAliasCommand } from "@aws-sdk/client-kms";
import { type Bench, bench } from "../support/byok-terraform";
import { newBytes } from "../support/life";
import { importNewMaterial } from "../support/new-material";
import { materialsIn, rotateByHand } from "../support/rotations";

const example = join(__dirname, "../../examples/terraform/data-sources/byok_external_key/data-source.tf");

describe("a key that is looked up on AWS", () => {
  let on: Bench;
  let arns: readonly string[];
  beforeAll(async () => {
    on = await bench();
    const client = on.life.client();
    const create = async (): Promise<string> => {
      const { KeyMetadata } = await client.send(new CreateKeyCommand({ Origin: "EXTERNAL" }));
      return KeyMetadata?.Arn ?? "";
    };
    arns = [await create(), await create()];
    await client.send(new CreateAliasCommand({ AliasName: "alias/payments", TargetKeyId: arns[0] }));
  });
  afterAll(() => on.close());

  it("is found by the name of its alias, as the page shows it, and by the alias of today", async () => {
    await on.write(await readFile(example, "utf8"));
    await on.workspace.apply();
    const found = await on.workspace.attributes("data.byok_external_key.payments");
    expect(found).toMatchObject({ key_id: "alias/payments", arn: arns[0], id: arns[0], region: "eu-central-1" });
    await on.settled();

    await on.life.client().send(new UpdateAliasCommand({ AliasName: "alias/payments", TargetKeyId: arns[1] }));
    await on.workspace.apply();
    expect(await on.workspace.attributes("data.byok_external_key.payments")).toMatchObject({ arn: arns[1] });
  });

  it.each([
    ["its alias's ARN", (arn: string) => arn.replace(/key\/.*/, "alias/payments")],
    ["its id", (arn: string) => arn.replace(/.*key\//, "")],
    ["its ARN", (arn: string) => arn],
  ])("is found by %s", async (_what, nameOf) => {
    const keyId = nameOf(arns[1] ?? "");
    await on.write(`data "byok_external_key" "payments" {\n  key_id = "${keyId}"\n}`);
    await on.workspace.apply();
    expect(await on.workspace.attributes("data.byok_external_key.payments")).toMatchObject({
      key_id: keyId,
      arn: arns[1],
      key_state: "PendingImport",
    });
    await on.settled();
  });

  it("shows all its materials once it was rotated, as the page shows it", async () => {
    const [, keyArn = ""] = arns;
    const client = on.life.client();
    await importNewMaterial(client, keyArn, newBytes());
    await importNewMaterial(client, keyArn, newBytes(), new Date(Date.now() + 90 * 86_400_000));
    const current = await rotateByHand(on.life, keyArn);
    const [former] = [...(await materialsIn(on.life, keyArn)).keys()].filter((id) => id !== current);
    await on.write(await readFile(example, "utf8"));
    await on.workspace.apply();
    const { valid_to } = await on.workspace.attributes("data.byok_external_key.payments");
    const { stdout } = await on.workspace.run(["output", "-json", "payments_key_materials"]);
    const common = { imported: true, description: null };
    expect(JSON.parse(stdout)).toEqual([
      {
        ...common,
        key_material_id: former,
        rotation_state: "former",
        expiration_model: "KEY_MATERIAL_DOES_NOT_EXPIRE",
        valid_to: null,
        rotated_at: null,
      },
      {
        ...common,
        key_material_id: current,
        rotation_state: "current",
        expiration_model: "KEY_MATERIAL_EXPIRES",
        valid_to,
        rotated_at: expect.stringMatching(/Z$/),
      },
    ]);
    await on.settled();
  });

  it("is said to be missing by the name of an alias that is not there", async () => {
    await on.write(`data "byok_external_key" "payments" {\n  key_id = "alias/nobody"\n}`);
    const { exitCode, stderr } = await on.workspace.run(["plan", "-input=false", "-no-color"]);
    expect(exitCode).toBe(1);
    expect(stderr).toContain("[key_not_found] There is no key alias/nobody");
  });
});
