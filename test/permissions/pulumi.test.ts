import { tmpdir } from "node:os";
import { keyWithMaterial, reaching } from "../pulumi/life";
import { inProcess } from "../pulumi/support/in-process";
import { type Declared, Stack } from "../pulumi/support/stack";
import { type Life, newBytes, plaintext, startLife, testRegion } from "../support/life";

describe("a denial, as Pulumi sees it", () => {
  let life: Life;
  let stack: Stack;
  let program: readonly Declared[];
  let ciphertext: Uint8Array;
  beforeEach(async () => {
    life = await startLife();
    const config = { "aws:region": testRegion, "byok:importRequestsPerSecond": "1000" };
    stack = new Stack(
      async () => inProcess(reaching(life.kms.url), config, tmpdir()),
      () => "(the provider)",
    );
    program = keyWithMaterial(
      { keyMaterial: newBytes().toString("base64"), validFor: "90d" },
      { tags: { team: "payments" } },
    );
    const { error } = await stack.up(program);
    if (error !== undefined) throw new Error(error);
    ciphertext = await life.encrypt(arn());
  });
  afterEach(() => life.close());

  const arn = (): string => String(stack.outs("ExternalKey", "payments")["arn"]);
  const deny = (action: string): void => life.kms.permissions.deny(action, { accessKeyId: "AKIAENGINE" });

  it.each(["kms:DescribeKey", "kms:ListResourceTags"])(
    "of %s in a refresh is an error, and takes nothing out of the state",
    async (action) => {
      const before = stack.state;
      deny(action);
      const { error, steps } = await stack.refresh();
      expect(error).toContain(`permission ${action} on ${arn()}`);
      expect(steps).toEqual([]);
      expect(stack.state).toBe(before);
      life.kms.permissions.allow();
      expect(await stack.refresh()).toMatchObject({ steps: [] });
      expect(await stack.up(program)).toMatchObject({ steps: [] });
    },
  );

  it("of a look in a preview is an error, and nothing that is to be repaired", async () => {
    deny("kms:DescribeKey");
    const { error, steps } = await stack.preview(program);
    expect(error).toContain(`permission kms:DescribeKey on ${arn()}`);
    expect(steps).toEqual([]);
  });

  it.each(["kms:GetParametersForImport", "kms:ImportKeyMaterial"])(
    "of %s fails the update alone, and the next one imports",
    async (action) => {
      life.kms.clock.advance("91d");
      deny(action);
      const failed = await stack.up(program);
      expect(failed.error).toContain(`permission ${action} on ${arn()}`);
      life.kms.permissions.allow();
      expect((await stack.up(program)).steps).toEqual(["update payments"]);
      expect(await life.decrypt(ciphertext)).toBe(plaintext);
      expect((await stack.up(program)).steps).toEqual([]);
    },
  );

  it("of a deletion leaves the resource in the state", async () => {
    deny("kms:ScheduleKeyDeletion");
    const { error } = await stack.destroy();
    expect(error).toContain(`permission kms:ScheduleKeyDeletion on ${arn()}`);
    expect(arn()).toMatch(/^arn:/);
    expect(await life.decrypt(ciphertext)).toBe(plaintext);
  });
});
