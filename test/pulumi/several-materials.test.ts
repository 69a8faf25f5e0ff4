import { ListKeyRotationsCommand, RotateKeyOnDemandCommand } from "@aws-sdk/client-kms";
import type { Props } from "../../pulumi/provider/props";
import { newBytes, plaintext } from "../support/life";
import { importNewMaterial } from "../support/new-material";
import { keyWithMaterial } from "./life";
import { type Scene, scenes } from "./support/scene";
import type { Declared } from "./support/stack";

const base64 = (bytes: Buffer): string => bytes.toString("base64");

/** A further material in the key of `keyWithMaterial`. */
function further(material: Props): Declared {
  return {
    type: "ImportedKeyMaterial",
    name: "former",
    props: (ids) => ({ keyArn: ids["ExternalKey payments"], ...material }),
  };
}

describe("two materials of one key", () => {
  const scene = scenes();

  /** A key that somebody has rotated, with both of its materials in the stack. */
  async function rotated(first: Props, second: Props) {
    const { stack, life, arn, writes }: Scene = scene();
    const bytes = [newBytes(), newBytes()] as const;
    const [one, two] = bytes;
    const former = further({ keyMaterial: base64(one), ...first });
    const key = keyWithMaterial({}).slice(0, 1);
    await stack.up([...key, former]);
    const old = await life.encrypt(arn());
    await importNewMaterial(life.client(), arn(), two);
    await life.client().send(new RotateKeyOnDemandCommand({ KeyId: arn() }));
    const program = [...keyWithMaterial({ keyMaterial: base64(two), ...second }), former];
    const up = await stack.up(program);
    expect(up.error).toBeUndefined();
    expect((await stack.up(program)).steps).toEqual([]);
    const fresh = await life.encrypt(arn());
    writes();
    const opens = async () => [await life.decrypt(old), await life.decrypt(fresh)];
    expect(await opens()).toEqual([plaintext, plaintext]);
    return { program, bytes, opens };
  }

  const outs = (name: string): Props => scene().stack.outs("ImportedKeyMaterial", name);

  it("are renewed each by its own plan, in whatever order the plans are made", async () => {
    const { life, provider, arn, writes } = scene();
    const { bytes } = await rotated({ validFor: "90d" }, {});
    life.kms.clock.advance("61d");
    const [one, two] = bytes;
    const run = provider();
    const methods = run.methods("ImportedKeyMaterial");
    const formerNews = { keyArn: arn(), keyMaterial: base64(one), validFor: "90d" };
    const { inputs: former } = await methods.check(formerNews, formerNews);
    const { inputs: current } = await methods.check({ keyArn: arn() }, { keyArn: arn(), keyMaterial: base64(two) });
    // Both plans are made before the first is carried out, and the one that does nothing is the last.
    expect((await methods.diff(arn(), outs("former"), former)).changes).toBe(true);
    expect((await methods.diff(arn(), outs("payments"), current)).changes).toBe(false);
    const renewed = await methods.update(arn(), outs("former"), former);
    expect(writes()).toEqual(["ImportKeyMaterial"]);
    expect(renewed.outs["importedAt"]).not.toBe(outs("former")["importedAt"]);
    await run.close();
  });

  it("are shown by a refresh each as it is", async () => {
    const { life, stack, provider, arn } = scene();
    const { bytes } = await rotated({ validFor: "90d" }, {});
    life.kms.clock.advance("61d");
    const run = provider();
    const methods = run.methods("ImportedKeyMaterial");
    const { inputs: former } = await methods.check(
      { keyArn: arn() },
      { keyArn: arn(), keyMaterial: base64(bytes[0]), validFor: "90d" },
    );
    const { inputs: current } = await methods.check(
      { keyArn: arn() },
      { keyArn: arn(), keyMaterial: base64(bytes[1]) },
    );
    const seenFormer = await methods.read(arn(), stack.outs("ImportedKeyMaterial", "former"));
    const seenCurrent = await methods.read(arn(), stack.outs("ImportedKeyMaterial", "payments"));
    life.calls();
    expect((await methods.diff(arn(), seenCurrent.props ?? {}, current)).changes).toBe(false);
    expect((await methods.diff(arn(), seenFormer.props ?? {}, former)).changes).toBe(true);
    expect(life.calls()).toEqual([]);
    await run.close();
  });

  it("come back both when both have lapsed, in either order", async () => {
    const { life, stack } = scene();
    const { program, opens } = await rotated({ validFor: "90d" }, { validFor: "90d" });
    for (const order of [program, [...program.slice(0, 1), ...program.slice(1).toReversed()]]) {
      life.kms.clock.advance("91d");
      expect(await opens()).not.toEqual([plaintext, plaintext]);
      const up = await stack.up(order);
      expect(up.error).toBeUndefined();
      expect(up.steps.toSorted()).toEqual(["update former", "update payments"]);
      expect(await opens()).toEqual([plaintext, plaintext]);
      // That the other one was missing for a moment is not to be recorded.
      expect((await stack.up(order)).steps).toEqual([]);
    }
  });

  it("are deleted each by itself, by its id, whether the bytes of the other are at hand or not", async () => {
    const { life, stack, writes } = scene();
    const { opens } = await rotated({ deletionPolicy: "delete" }, {});
    const id = outs("former")["keyMaterialId"];
    // What stays is known by its record only.
    const gone = await stack.up(keyWithMaterial({}));
    expect(gone).toMatchObject({ steps: expect.arrayContaining(["delete former"]) });
    expect(gone.error).toBeUndefined();
    expect(writes()).toEqual(["DeleteImportedKeyMaterial"]);
    expect(await opens()).not.toEqual([plaintext, plaintext]);
    const { Rotations } = await life
      .client()
      .send(new ListKeyRotationsCommand({ KeyId: scene().arn(), IncludeKeyMaterial: "ALL_KEY_MATERIAL" }));
    expect(Rotations?.find(({ KeyMaterialId }) => KeyMaterialId === id)).toMatchObject({
      ImportState: "PENDING_IMPORT",
    });
  });
});
