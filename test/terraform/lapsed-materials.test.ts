import { DeleteImportedKeyMaterialCommand } from "@aws-sdk/client-kms";
import type { ConfigInput, ResourceInstance } from "../../src/terraform/plugin/testing/host";
import { type ByokHost, byokHost, textIn } from "../support/byok-host";
import { testRegion } from "../support/life";
import { bytesIn, expectOpen } from "../support/rotations";

const regions = [testRegion, "eu-west-1", "us-east-1"] as const;

/** One of two materials, in one of three Regions. */
interface Piece {
  readonly name: string;
  readonly region: string;
  readonly keyArn: string;
  readonly material: ResourceInstance;
  readonly config: ConfigInput;
}

describe("a key of three Regions with two materials, of which some have gone", () => {
  let on: ByokHost;
  let pieces: readonly Piece[];
  let ciphertexts: Uint8Array[];
  beforeAll(async () => {
    on = await byokHost();
    const { host, life } = on;
    const primary = host.resource("byok_external_key");
    await primary.apply({ multi_region: true });
    const primaryArn = textIn(primary, "arn");
    const arns = new Map<string, string>([[testRegion, primaryArn]]);
    const [one, two] = [bytesIn(), bytesIn()];
    const made: Piece[] = [];
    const add = async (name: string, region: string, more: ConfigInput): Promise<string> => {
      const keyArn = arns.get(region) ?? "";
      const material = host.resource("byok_imported_key_material");
      const config = { key_arn: keyArn, ...more };
      await material.apply(config);
      made.push({ name: `${name} in ${region}`, region, keyArn, material, config });
      return textIn(material, "key_material_id");
    };
    const succeeds = await add("first", testRegion, one);
    for (const region of regions.slice(1)) {
      const replica = host.resource("byok_external_key");
      await replica.apply({ primary_key_arn: primaryArn, region });
      arns.set(region, textIn(replica, "arn"));
      await add("first", region, one);
    }
    ciphertexts = [await life.encrypt(primaryArn)];
    let second = "";
    for (const region of regions) second = await add("second", region, { ...two, succeeds });
    await host.resource("byok_key_rotation").apply({ key_arn: primaryArn, key_material_id: second });
    for (const region of regions) ciphertexts.push(await life.encrypt(arns.get(region) ?? "", region));
    pieces = made;
  });
  afterAll(() => on.close());

  const subsets = (size: number): readonly (readonly number[])[] =>
    Array.from({ length: 2 ** size - 1 }, (_, i) =>
      Array.from({ length: size }, (__, bit) => bit).filter((bit) => ((i + 1) >> bit) & 1),
    );
  const some = (which: readonly number[]): readonly Piece[] => which.flatMap((i) => pieces[i] ?? []);

  /** Each plan names what is gone, its apply brings the same bytes back, and then everything opens in every Region. */
  async function expectRepair(
    gone: readonly Piece[],
    reason: RegExp,
    config = (piece: Piece) => piece.config,
  ): Promise<void> {
    await on.restart();
    const planned = new Map<string, string>();
    for (const piece of pieces) {
      const { action, warnings } = await piece.material.plan(config(piece));
      if (action !== "no-op") planned.set(piece.name, `${action}: ${warnings.map(({ detail }) => detail).join(" ")}`);
    }
    expect([...planned.keys()].toSorted()).toEqual(gone.map(({ name }) => name).toSorted());
    for (const said of planned.values()) expect(said).toMatch(reason);
    // In any order: the last first.
    for (const piece of gone.toReversed()) await piece.material.apply(config(piece));
    await expectOpen(on.life, ciphertexts, regions);
    for (const piece of gone) expect((await piece.material.plan(config(piece))).action).toBe("no-op");
  }

  it.each(subsets(6).map((which) => [which.join(), which] as const))("deleted: %s", async (_title, which) => {
    const gone = some(which);
    on.life.kms.clock.advance("1h");
    for (const { keyArn, region, material } of gone) {
      const KeyMaterialId = textIn(material, "key_material_id");
      await on.life.client(region).send(new DeleteImportedKeyMaterialCommand({ KeyId: keyArn, KeyMaterialId }));
    }
    await expectRepair(gone, /^update: .*imported again: .*deleted/);
  });

  const pairs = subsets(6).filter(({ length }) => length <= 2 || length === 6);
  it.each(pairs.map((which) => [which.join(), which] as const))("expired: %s", async (_title, which) => {
    const gone = some(which);
    // The others never expire, so that none of them is due for a renewal either.
    const config = (piece: Piece): ConfigInput =>
      gone.includes(piece) ? { ...piece.config, valid_for: "90d" } : piece.config;
    for (const piece of pieces) await piece.material.apply(config(piece));
    on.life.kms.clock.advance("91d");
    await expectRepair(gone, /^update: .*imported again: expired on/, config);
  });
});
