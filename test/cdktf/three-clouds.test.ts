import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { parseAlibabaKeyArn } from "../../src/kms/alibaba/arn";
import { sendV3 } from "../emulator/alibaba/support";
import { plaintext } from "../support/life";
import { askQkms } from "../support/qkms";
import { type Example, example } from "./example";

const text = Buffer.from(plaintext).toString("base64");
const imports = ["GetParametersForImport", "ImportKeyMaterial"];
const thrice = (names: readonly string[]): string[] => names.flatMap((name) => [name, name, name]);

describe("the example of one set of bytes in three clouds", () => {
  let at: Example;
  beforeAll(async () => {
    at = await example("three-clouds");
  }, 300_000);
  afterAll(() => at.remove());

  const written = (): string[] =>
    at
      .writes()
      .map((write) => write.replace(/ .*/, ""))
      // What the user of the keys asked for meanwhile.
      .filter((name) => !["Encrypt", "Decrypt"].includes(name))
      .sort();

  /** A text encrypted by each of the three keys, and what each makes of it later. */
  async function encrypted(arns: readonly string[]): Promise<() => Promise<unknown[]>> {
    const { kms } = at.life;
    const [aws = "", alibaba = "", qkms = ""] = arns;
    const awsText = await at.life.encrypt(aws);
    const { keyId } = parseAlibabaKeyArn(alibaba);
    const alibabaText = await sendV3(kms, "Encrypt", { KeyId: keyId, Plaintext: text });
    const qkmsText = await askQkms(kms, "Encrypt", { KeyId: qkms, Plaintext: text }, { path: "/qkms" });
    return async () => [
      await at.life.decrypt(awsText),
      (await sendV3(kms, "Decrypt", { CiphertextBlob: String(alibabaText.body["CiphertextBlob"]) })).body["Plaintext"],
      (await askQkms(kms, "Decrypt", { CiphertextBlob: qkmsText.body["CiphertextBlob"] })).body["Plaintext"],
    ];
  }

  it("lives as its README says", async () => {
    const deploy = "cdktf deploy three-clouds --auto-approve --skip-provider-lock\n";
    await at.run(at.block("head -c 32 /dev/urandom > ledger.bin"));
    await at.run(at.block("cdktf synth"));
    // On QKMS the import is noted in the key's tags before it, and what it proved after it.
    expect(written().filter((name) => name !== "TagResource" && name !== "UntagResource")).toEqual(
      thrice(["CreateKey", ...imports]),
    );
    const state: { outputs: Record<string, { value: string[] }> } = JSON.parse(
      await readFile(join(at.folder, "terraform.three-clouds.tfstate"), "utf8"),
    );
    const arns = state.outputs["key_arns"]?.value ?? [];
    expect(arns.map((arn) => arn.split(":").slice(0, 3).join(":"))).toEqual([
      "arn:aws:kms",
      "acs:kms:cn-hangzhou",
      "arn:verenc:" + (arns[2] ?? "").split(":")[2],
    ]);
    expect(new Set(state.outputs["fingerprints"]?.value).size).toBe(1);
    const opened = await encrypted(arns);
    expect(await opened()).toEqual([plaintext, text, text]);

    await at.run(deploy);
    expect(written()).toEqual([]);

    const printed = await at.run(at.block('curl -X PUT http://127.0.0.1:8300/_byok/clock -d \'{"advance": "65d"}\''));
    expect(printed.replaceAll(/[│\s]+/g, " ")).toContain("only into an empty key");
    expect(new Set(written())).toEqual(new Set(["DeleteImportedKeyMaterial", ...imports]));
    expect(await opened()).toEqual([plaintext, text, text]);

    at.life.kms.clock.advance("100d");
    expect(await opened()).not.toContain(text);
    await at.run(deploy);
    expect(written().filter((name) => name === "ImportKeyMaterial")).toHaveLength(3);
    expect(await opened()).toEqual([plaintext, text, text]);

    const bytes = await readFile(join(at.folder, "ledger.bin"));
    expect(
      await at.filesWith([bytes, ...(["hex", "base64"] as const).map((way) => Buffer.from(bytes.toString(way)))]),
    ).toEqual([]);
    await at.run(at.block("cdktf destroy three-clouds --auto-approve"));
    expect(written()).toEqual(thrice(["ScheduleKeyDeletion"]));
  }, 240_000);
});
