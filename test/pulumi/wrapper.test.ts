import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { newBytes, plaintext } from "../support/life";
import { heldByOpenssl } from "../support/openssl-wrap";
import { keyWithMaterial } from "./life";
import { scenes } from "./support/scene";

describe("in a stack, material that a command holds and wraps", () => {
  const scene = scenes();
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "byok-wrapper-"));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it("is imported, lapses, comes back, and is held to its fingerprint", async () => {
    const { stack, life, arn } = scene();
    const program = keyWithMaterial({ keyMaterialSource: await heldByOpenssl(folder, newBytes()), validFor: "90d" });
    expect((await stack.up(program)).error).toBeUndefined();
    const ciphertext = await life.encrypt(arn("payments"));
    expect((await stack.up(program)).steps).toEqual([]);

    life.kms.clock.advance("91d");
    await stack.refresh();
    const repaired = await stack.up(program);
    expect(repaired).toMatchObject({ steps: ["update payments"] });
    expect(repaired.error).toBeUndefined();
    expect(await life.decrypt(ciphertext)).toBe(plaintext);

    await heldByOpenssl(folder, newBytes());
    life.kms.clock.advance("91d");
    await stack.refresh();
    expect((await stack.preview(program)).error).toMatch(/\[different_material\]/);
  });
});
