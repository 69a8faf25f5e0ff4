import { randomBytes } from "node:crypto";
import { plaintext } from "../support/life";
import { type StandInStores, standInStores } from "../support/secret-stores";
import { keyWithMaterial } from "./life";
import { scenes } from "./support/scene";

const newKey = (): Buffer => Buffer.from(randomBytes(32).map((byte) => byte | 0x80));

describe("in a stack, key material in a store of secrets", () => {
  const scene = scenes();
  let stores: StandInStores;
  beforeEach(async () => {
    stores = await standInStores();
  });
  afterEach(() => stores[Symbol.asyncDispose]());
  const material = (keyMaterialSource: string, more: object = {}) => ({
    keyMaterialSource,
    validFor: "90d",
    connection: { secretsmanagerEndpoint: stores.url, ssmEndpoint: stores.url, ...more },
  });

  it("is imported, lapses, comes back, and is held to its fingerprint", async () => {
    const { stack, life, arn } = scene();
    const bytes = newKey();
    const version = stores.putSecret("payments", bytes);
    const program = keyWithMaterial(material("secretsmanager:payments?encoding=raw"));
    const made = await stack.up(program);
    expect(made.error).toBeUndefined();
    expect(made.printed.join("\n")).toContain(`\`?version-id=${version}\``);
    const ciphertext = await life.encrypt(arn("payments"));
    expect((await stack.up(program)).steps).toEqual([]);

    life.kms.clock.advance("91d");
    await stack.refresh();
    expect((await stack.up(program)).error).toBeUndefined();
    expect(await life.decrypt(ciphertext)).toBe(plaintext);
    expect(stack.state).not.toContain(bytes.toString("base64"));

    stores.putSecret("payments", newKey());
    life.kms.clock.advance("91d");
    await stack.refresh();
    expect((await stack.preview(program)).error).toMatch(/\[different_material\]/);
    const pinned = keyWithMaterial(material(`secretsmanager:payments?encoding=raw&version-id=${version}`));
    const repaired = await stack.up(pinned);
    expect(repaired.error).toBeUndefined();
    expect(repaired.printed.join("\n")).not.toContain("version-id");
    expect(await life.decrypt(ciphertext)).toBe(plaintext);
  });

  it("is refused outside of the places that are allowed", async () => {
    const { stack } = scene();
    stores.putParameter("/payments/key", newKey().toString("hex"));
    const allowed = (word: string) =>
      keyWithMaterial(material("ssm:/payments/key?encoding=hex", { allowedMaterialSources: [word] }));
    expect(JSON.stringify(await stack.up(allowed("ssm:/payroll/")))).toContain("[source_not_allowed]");
    expect((await stack.up(allowed("ssm:/payments/"))).error).toBeUndefined();
  });
});
