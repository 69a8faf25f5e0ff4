import { DescribeKeyCommand, UpdateKeyDescriptionCommand } from "@aws-sdk/client-kms";
import type { Props } from "../../pulumi/provider/props";
import { newBytes, plaintext } from "../support/life";
import { scenes } from "./support/scene";
import type { Declared } from "./support/stack";

const keyMaterial = newBytes().toString("base64");

function key(name: string, more: Props = {}): Declared {
  return { type: "ExternalKey", name, props: () => ({ creationToken: `pulumi:test/${name}`, ...more }) };
}

function materialIn(name: string): Declared {
  return {
    type: "ImportedKeyMaterial",
    name: "payments",
    props: (ids) => ({ keyArn: ids[`ExternalKey ${name}`], keyMaterial }),
  };
}

describe("a key that another resource of the program is too", () => {
  const scene = scenes();

  async function imported() {
    const { stack, life, arn, writes } = scene();
    expect((await stack.up([key("payments"), materialIn("payments")])).error).toBeUndefined();
    const ciphertext = await life.encrypt(arn());
    writes();
    return { existingKeyArn: arn(), ciphertext };
  }

  const stateOf = async (KeyId: string) =>
    (await scene().life.client().send(new DescribeKeyCommand({ KeyId }))).KeyMetadata?.KeyState;

  it("lives on when its resource is renamed and takes it over by its ARN", async () => {
    const { stack, life, writes } = scene();
    const { existingKeyArn, ciphertext } = await imported();
    const program = [key("renamed", { existingKeyArn }), materialIn("renamed")];
    const renamed = await stack.up(program);
    expect(renamed).toMatchObject({ steps: ["create renamed", "delete payments"] });
    expect(renamed.error).toBeUndefined();
    expect(renamed.printed.join("\n")).toMatch(/is not scheduled for deletion: another resource/);
    expect(writes()).toEqual([]);
    expect(await life.decrypt(ciphertext)).toBe(plaintext);
    expect((await stack.up(program)).steps).toEqual([]);
  });

  it("lives on when one of two resources goes, whichever it is, and after a refresh", async () => {
    const { stack, writes } = scene();
    const { existingKeyArn } = await imported();
    const both = [key("payments"), key("again", { existingKeyArn }), materialIn("payments")];
    await stack.up(both);
    expect((await stack.up([key("payments"), materialIn("payments")])).steps).toEqual(["delete again"]);
    await stack.up(both);
    await stack.refresh();
    expect((await stack.up([key("again", { existingKeyArn }), materialIn("again")])).steps).toEqual([
      "delete payments",
    ]);
    expect(writes()).toEqual([]);
    expect((await stack.destroy()).error).toBeUndefined();
    expect(writes()).toEqual(["ScheduleKeyDeletion"]);
  });

  it("lives on when one of two goes that agree in everything, after a run that ended between them", async () => {
    const { stack, arn, writes } = scene();
    const creationToken = "pulumi:test/one";
    const renamed = [key("renamed", { creationToken })];
    await stack.up([key("payments", { creationToken })]);
    expect((await stack.upWithoutDeletions(renamed)).error).toBeUndefined();
    expect(stack.outs("ExternalKey", "renamed")).toEqual(stack.outs("ExternalKey", "payments"));
    writes();
    const { steps, printed } = await stack.up(renamed);
    expect(steps).toEqual(["delete payments"]);
    expect(printed.join("\n")).toMatch(/is not scheduled for deletion: another resource/);
    expect([writes(), await stateOf(arn("renamed"))]).toEqual([[], "PendingImport"]);
    expect((await stack.up(renamed)).steps).toEqual([]);
    await stack.up([]);
    expect(writes()).toEqual(["ScheduleKeyDeletion"]);
  });

  it.each(["before", "after"])(
    "lives on when one of three alike is renamed, and another updated: looked at %s",
    async (when) => {
      const { provider, life, writes } = scene();
      const { existingKeyArn } = await imported();
      const props = { existingKeyArn, creationToken: "again", description: "ledger" };
      const earlier = provider();
      const one = earlier.methods("ExternalKey");
      const { inputs } = await one.check({}, props);
      const { id, outs } = await one.create(inputs);
      await earlier.close();
      // An outsider's change that makes the update one, and leaves its result as it was.
      await life.client().send(new UpdateKeyDescriptionCommand({ KeyId: id, Description: "other" }));
      writes();
      const run = provider();
      const methods = run.methods("ExternalKey");
      const look = async () => methods.diff(id, outs, (await methods.check(inputs, props)).inputs);
      const rename = async () => methods.create((await methods.check({}, props)).inputs);
      for (const request of when === "before" ? [look, rename] : [rename, look]) await request();
      expect((await methods.update(id, outs, inputs)).outs).toEqual(outs);
      await methods.delete(id, outs);
      expect(writes()).toEqual(["UpdateKeyDescription"]);
      expect(run.printed().join("\n")).toMatch(/is not scheduled for deletion: another resource/);
      await run.close();
    },
  );

  it("is scheduled for deletion when its resource is replaced by request and gets another key", async () => {
    const { stack, writes, arn } = scene();
    const before: Declared = { type: "ExternalKey", name: "payments", props: () => ({ description: "one" }) };
    await stack.up([before]);
    const former = arn();
    writes();
    const after: Declared = { ...before, replaceOnChanges: true, props: () => ({ description: "two" }) };
    expect((await stack.up([after])).steps).toEqual(["replace payments"]);
    expect(writes()).toEqual(["CreateKey", "ScheduleKeyDeletion"]);
    expect([await stateOf(former), await stateOf(arn())]).toEqual(["PendingDeletion", "PendingImport"]);
  });

  it("lives on when one becomes what another was, and a third what it was itself", async () => {
    const { stack, writes } = scene();
    const { existingKeyArn } = await imported();
    const alike = (name: string, more: Props = {}) => key(name, { existingKeyArn, creationToken: "again", ...more });
    const [outside, days] = [key("payments"), { deletionWindowInDays: 8 }];
    await stack.up([outside, alike("short"), alike("long", days)]);
    await stack.up([alike("short"), alike("long", days)]);
    const changed = await stack.up([alike("new"), alike("short", days)]);
    expect(changed.steps).toEqual(["create new", "update short", "delete long"]);
    expect(changed.printed.join("\n")).toMatch(/is not scheduled for deletion: another resource/);
    expect(writes()).toEqual([]);
  });

  it("is scheduled for deletion once all of them are gone, in a session after that which has made them", async () => {
    const { provider } = scene();
    const { existingKeyArn } = await imported();
    const run = provider();
    const methods = run.methods("ExternalKey");
    const { inputs } = await methods.check({}, { existingKeyArn, creationToken: "again" });
    const made = await methods.create(inputs);
    const news = { ...inputs, description: "ledger" };
    const checked = await methods.check(inputs, news);
    expect((await methods.diff(made.id, made.outs, checked.inputs)).changes).toBe(true);
    const { outs } = await methods.update(made.id, made.outs, checked.inputs);
    // Nothing tells it from one that was not in the program, and has become like one that is.
    await methods.delete(made.id, outs);
    expect(await stateOf(made.id)).toBe("Enabled");
    await run.close();
    const later = provider();
    await later.methods("ExternalKey").delete(made.id, outs);
    expect(await stateOf(made.id)).toBe("PendingDeletion");
    await later.close();
  });
});
