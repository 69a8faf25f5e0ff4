import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseFingerprint } from "../../src/engine/fingerprint";
import { ImportProof } from "../../src/engine/import-proof";
import { deleteMaterial } from "../../src/engine/material-deletion";
import { fingerprint, record, refusal, taking } from "./paper-material";
import { arn, answered, paperKey } from "./paper-run";

const other = arn.replace(/.{4}$/, "0000");
const proved = (changes: object = {}): ImportProof =>
  ImportProof.onRecord({ ...record, ...changes }) ?? ImportProof.inTag(arn, fingerprint);

describe("the deletion of material", () => {
  const deleting = (changes: Parameters<typeof taking>[1] = {}, key = paperKey) => {
    const given: unknown[] = [];
    const paper = taking(key, { deleteMaterial: async (keyArn, id) => void given.push([keyArn, id]), ...changes });
    return { ...paper, given, service: paper.run.services.service("aws", "") };
  };

  it("after a move demands that another key holds the same bytes", async () => {
    const { service, given } = deleting();
    const others = parseFingerprint(`cmac:${"0".repeat(32)}`, "fingerprint");
    const refused = [
      "internal",
      undefined,
      "Material may be deleted after a move only where another key holds the same bytes.",
    ];
    for (const to of [proved({ keyArn: other, fingerprint: others }), proved()]) {
      expect(await refusal(() => deleteMaterial(service, proved(), { kind: "moved", to }, {}))).toEqual(refused);
    }
    expect(given).toEqual([]);
    await deleteMaterial(service, proved(), { kind: "moved", to: proved({ keyArn: other }) }, {});
    expect(given).toEqual([[arn, undefined]]);
  });

  it("names the material by the id of its import, where the KMS has such ids", async () => {
    const { service, given, asked } = deleting();
    await deleteMaterial(service, proved({ materialId: "aa" }), { kind: "destroyed" }, {});
    const single = deleting({ profile: { severalMaterials: [] } });
    await deleteMaterial(single.service, proved({ materialId: "aa" }), { kind: "reimported" }, {});
    expect([given, single.given]).toEqual([[[arn, "aa"]], [[arn, undefined]]]);
    expect([asked, single.asked]).toEqual([["deleteMaterial"], ["deleteMaterial"]]);
  });

  it("needs no id of a key that tells none, and is refused without the id of one of several", async () => {
    for (const key of [paperKey, null]) {
      const { service, given } = deleting({ describe: answered(key) });
      await deleteMaterial(service, proved(), { kind: "destroyed" }, {});
      expect(given).toEqual([[arn, undefined]]);
    }
    const { service, given } = deleting({}, { ...paperKey, materialId: "bb" });
    expect(await refusal(() => deleteMaterial(service, proved(), { kind: "destroyed" }, {}))).toEqual([
      "material_not_proved",
      "deletion_policy",
      `The key material of ${arn} was not deleted: the key may hold several materials, and no import of byok's was answered with the id of this one. Apply once with the bytes at hand, which proves it, or set \`deletion_policy\` to retain.`,
    ]);
    expect(given).toEqual([]);
  });
});

describe("who may delete, and who may prove", () => {
  const root = join(__dirname, "../..");

  /** The files of byok itself that hold a text, without comments. */
  const filesWith = (text: string): string[] =>
    ["src", "pulumi", "cdktf"]
      .flatMap((folder) => readdirSync(join(root, folder), { recursive: true, withFileTypes: true }))
      .filter((entry) => entry.isFile() && /\.[jt]s$/.test(entry.name) && !entry.parentPath.includes("node_modules"))
      .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1))
      .filter((file) => {
        const code = readFileSync(join(root, file), "utf8").replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, "");
        return code.includes(text);
      })
      .toSorted();

  it("deletes in one file only, beside the wrapper of the port", () => {
    expect(filesWith(".deleteMaterial(")).toEqual([
      "src/engine/material-deletion.ts",
      "src/engine/paced-key-service.ts",
    ]);
  });

  it("is asked to delete only where a proof is at hand", () => {
    expect(filesWith("deleteMaterial(service")).toEqual([
      "src/engine/delete-first.ts",
      "src/engine/material-release.ts",
    ]);
  });

  it("proves by the answer to an import in one file only, and by a tag in one", () => {
    expect(filesWith("ImportProof.ofAnswer(")).toEqual(["src/engine/importing.ts"]);
    expect(filesWith("ImportProof.inTag(")).toEqual(["src/engine/delete-first.ts"]);
    expect(filesWith("new ImportProof(")).toEqual(["src/engine/import-proof.ts"]);
  });
});
