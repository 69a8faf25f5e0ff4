import { CreateAliasCommand, CreateKeyCommand } from "@aws-sdk/client-kms";
import { type Bench, bench } from "../support/byok-terraform";
import { families } from "./families";
import { newApp, synthesise } from "./synthesis";

describe.each(families)("a key that is looked up by its alias with $name", (family) => {
  let on: Bench;
  beforeAll(async () => {
    on = await bench();
  });
  afterAll(() => on.close());

  it("is found by the real engine", async () => {
    const client = on.life.client();
    const { KeyMetadata } = await client.send(new CreateKeyCommand({ Origin: "EXTERNAL" }));
    await client.send(new CreateAliasCommand({ AliasName: "alias/payments", TargetKeyId: KeyMetadata?.Arn }));

    const { byok, library } = family;
    const stack = new library.TerraformStack(newApp(family), "keys");
    new byok.ByokProvider(stack, "byok", {
      aws: { region: "eu-central-1", accessKey: "AKIAENGINE", secretKey: "engine", endpoint: on.life.kms.url },
    });
    const key = byok.ExternalKey.fromLookup(stack, "shared", { keyId: "alias/payments" });
    new library.TerraformOutput(stack, "found", { value: [key.keyArn, key.keyId] });
    await on.workspace.write(JSON.stringify(synthesise(family, stack)), "main.tf.json");
    const init = await on.workspace.run(["init", "-input=false", "-no-color"]);
    expect(init).toMatchObject({ exitCode: 0, stderr: "" });
    await on.workspace.apply();
    const { stdout } = await on.workspace.run(["output", "-json", "found"]);
    expect(JSON.parse(stdout)).toEqual([KeyMetadata?.Arn, KeyMetadata?.KeyId]);
  });
});
