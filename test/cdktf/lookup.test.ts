import { CreateAliasCommand, CreateKeyCommand } from "@aws-sdk/client-kms";
import { type Bench, bench } from "../support/byok-terraform";
import { newBytes } from "../support/life";
import { importNewMaterial } from "../support/new-material";
import { rotateByHand } from "../support/rotations";
import { families } from "./families";
import { newApp, synthesise } from "./synthesis";

describe.each(families)("a key that is looked up by its alias with $name", (family) => {
  let on: Bench;
  beforeAll(async () => {
    on = await bench();
  });
  afterAll(() => on.close());

  it("is found by the real engine, with all its materials", async () => {
    const client = on.life.client();
    const { KeyMetadata } = await client.send(new CreateKeyCommand({ Origin: "EXTERNAL" }));
    await client.send(new CreateAliasCommand({ AliasName: "alias/payments", TargetKeyId: KeyMetadata?.Arn }));
    const keyArn = KeyMetadata?.Arn ?? "";
    for (let i = 0; i < 2; i++) await importNewMaterial(client, keyArn, newBytes());
    const current = await rotateByHand(on.life, keyArn);

    const { byok, library } = family;
    const stack = new library.TerraformStack(newApp(family), "keys");
    new byok.ByokProvider(stack, "byok", {
      aws: { region: "eu-central-1", accessKey: "AKIAENGINE", secretKey: "engine", endpoint: on.life.kms.url },
    });
    const key = byok.ExternalKey.fromLookup(stack, "shared", { keyId: "alias/payments" });
    new library.TerraformOutput(stack, "found", { value: [key.keyArn, key.keyId] });
    const { keyMaterials } = key.dataSource;
    new library.TerraformOutput(stack, "materials", { value: keyMaterials });
    new library.TerraformOutput(stack, "current", { value: keyMaterials.get(1).keyMaterialId });
    await on.workspace.write(JSON.stringify(synthesise(family, stack)), "main.tf.json");
    const init = await on.workspace.run(["init", "-input=false", "-no-color"]);
    expect(init).toMatchObject({ exitCode: 0, stderr: "" });
    await on.workspace.apply();
    const { stdout } = await on.workspace.run(["output", "-json"]);
    const { found, materials, current: shown } = JSON.parse(stdout);
    expect(found.value).toEqual([KeyMetadata?.Arn, KeyMetadata?.KeyId]);
    expect(materials.value).toMatchObject([{ rotation_state: "former" }, { rotation_state: "current" }]);
    expect(shown.value).toBe(current);
  });
});
