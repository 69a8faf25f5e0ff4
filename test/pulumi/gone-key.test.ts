import { newBytes, plaintext } from "../support/life";
import { keyWithMaterial } from "./life";
import { scenes } from "./support/scene";

describe("a key that the KMS does not show for a moment", () => {
  const scene = scenes();

  it.each([1, 2])("is neither deleted nor made again, after %d such answers", async (times) => {
    const { stack, life, arn, writes } = scene();
    const program = keyWithMaterial({ keyMaterial: newBytes().toString("base64"), deletionPolicy: "delete" });
    expect((await stack.up(program)).error).toBeUndefined();
    const ciphertext = await life.encrypt(arn());
    // Younger keys cannot be gone.
    life.kms.clock.advance("8d");
    writes();
    life.kms.faults.add({ operation: "DescribeKey", kind: "error", code: "NotFoundException", times });
    const refused = await stack.update(program);
    expect(refused.error).toMatch(times === 1 ? /\[key_not_found\].*finds it now/ : /\[key_conflict\].*existingKeyArn/);
    expect(writes()).toEqual([]);
    expect(await life.decrypt(ciphertext)).toBe(plaintext);
    if (times > 1) return;
    expect((await stack.up(program)).steps).toEqual(["create payments"]);
    expect((await stack.up(program)).steps).toEqual([]);
    expect(await life.decrypt(ciphertext)).toBe(plaintext);
  });
});
