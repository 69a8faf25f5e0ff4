import { randomBytes } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { plaintext } from "../support/life";
import { type Example, example } from "./example";

const regions = ["eu-central-1", "eu-west-1", "us-east-1"];
const day = 86_400_000;

/** The bytes in each spelling in which they could be written by mistake. */
async function traces(folder: string, file: string): Promise<Buffer[]> {
  const bytes = await readFile(join(folder, file));
  const texts = [
    bytes.toString("hex"),
    bytes.toString("hex").toUpperCase(),
    bytes.toString("base64"),
    bytes.toString("base64url"),
  ];
  // Without padding, the last sign depends on what follows.
  return [bytes, ...texts.map((text) => Buffer.from(text.replaceAll("=", "").slice(0, -1)))];
}

/** Nothing in any file that was written, nor in what was printed, however lines were broken and coloured there. */
async function expectNoTrace(at: Example, printed: string, file = "payments.bin"): Promise<void> {
  const found = await traces(at.folder, file);
  // What is looked through is what was written.
  expect(printed).toContain("Apply complete!");
  expect(await at.filesWith([Buffer.from("cdktf:byok-examples/")])).toContain(
    join(at.folder, "cdktf.out", "stacks", at.name, "cdk.tf.json"),
  );
  expect(await at.filesWith(found)).toEqual([]);
  const joined = Buffer.from(stripVTControlCharacters(printed).replaceAll(/\s/g, ""));
  expect(found.filter((trace) => joined.includes(trace))).toEqual([]);
}

/** What Terraform has written to the state as outputs of a stack. */
async function outputs(folder: string, stack: string): Promise<Readonly<Record<string, { readonly value: unknown }>>> {
  const state: { outputs: Record<string, { value: unknown }> } = JSON.parse(
    await readFile(join(folder, `terraform.${stack}.tfstate`), "utf8"),
  );
  return state.outputs;
}

describe("the example of a single key", () => {
  let at: Example;
  beforeAll(async () => {
    at = await example("single-key");
  }, 300_000);
  afterAll(() => at.remove());

  it("lives as its README says", async () => {
    const { life } = at;
    await at.run(at.block("head -c 32 /dev/urandom > payments.bin"));
    const deploy = "cdktf deploy single-key --auto-approve --skip-provider-lock\n";
    let printed = await at.run(at.block("cdktf synth"));
    expect(at.writes()).toEqual(
      ["CreateKey", "GetParametersForImport", "ImportKeyMaterial"].map((name) => `${name} eu-central-1`),
    );
    const { key_arn: keyArn, material } = await outputs(at.folder, "single-key");
    expect(material).toMatchObject({ value: { materialState: "imported", readyForRenewal: false } });
    const ciphertext = await life.encrypt(String(keyArn?.value));

    printed += await at.run(deploy);
    expect(at.writes()).toEqual([]);

    // Into the time of renewal, with the command of the README, then past the end.
    printed += await at.run(at.block('curl -X PUT http://127.0.0.1:8300/_byok/clock -d \'{"advance": "65d"}\''));
    expect(at.writes()).toEqual(["GetParametersForImport eu-central-1", "ImportKeyMaterial eu-central-1"]);
    life.kms.clock.advance(100 * day);
    expect(await life.decrypt(ciphertext)).toBe("KMSInvalidStateException");
    printed += await at.run(deploy);
    expect(at.writes()).toEqual(["GetParametersForImport eu-central-1", "ImportKeyMaterial eu-central-1"]);
    expect(await life.decrypt(ciphertext)).toBe(plaintext);

    expect(await at.run(at.block("grep -r"))).toBe("in none of them\n");
    printed += await at.run(at.block("cdktf destroy single-key --auto-approve"));
    expect(at.writes()).toEqual(["ScheduleKeyDeletion eu-central-1"]);
    await expectNoTrace(at, printed);
  }, 240_000);
});

describe("an app with a literal secret", () => {
  let at: Example;
  beforeAll(async () => {
    at = await example("single-key");
  }, 300_000);
  afterAll(() => at.remove());

  it("is refused by the synthesis, which shows the right way and not the secret", async () => {
    const secret = randomBytes(32).toString("base64");
    const main = join(at.folder, "main.ts");
    const text = await readFile(main, "utf8");
    await writeFile(main, text.replace('keyMaterialSource: "file:payments.bin"', `keyMaterial: "${secret}"`));
    const printed = await at.run("cdktf synth 2>&1 && exit 1 || true");
    expect(printed).toContain("single-key/payments-material: `keyMaterial` must not be a literal text");
    expect(printed).toContain('keyMaterialSource: "file:keys/payments.bin"');
    expect(printed).not.toContain(secret);
    const program = [main, join(at.folder, "dist", "main.cjs")];
    expect((await at.filesWith([Buffer.from(secret)])).filter((file) => !program.includes(file))).toEqual([]);
  }, 60_000);
});

describe("the example of a key in three Regions", () => {
  let at: Example;
  beforeAll(async () => {
    at = await example("multi-region");
  }, 300_000);
  afterAll(() => at.remove());

  it("lives as its README says", async () => {
    const { life } = at;
    await at.run(at.block("head -c 32 /dev/urandom > payments.bin"));
    let printed = await at.run(at.block("cdktf synth"));
    const made = at.writes();
    expect(made.slice(0, 3)).toEqual(
      ["CreateKey", "GetParametersForImport", "ImportKeyMaterial"].map((name) => `${name} eu-central-1`),
    );
    expect(made.filter((write) => write.startsWith("ReplicateKey"))).toHaveLength(2);
    expect(made.filter((write) => write.startsWith("ImportKeyMaterial")).sort()).toEqual(
      regions.map((region) => `ImportKeyMaterial ${region}`),
    );
    const { key_arns: arns, status } = await outputs(at.folder, "multi-region");
    expect(Object.keys(Object(status?.value))).toEqual(regions);
    const keyArns: Readonly<Record<string, string>> = Object(arns?.value);
    const ciphertext = await life.encrypt(keyArns["eu-central-1"] ?? "");
    const opened = (): Promise<string[]> => Promise.all(regions.map((region) => life.decrypt(ciphertext, region)));
    expect(await opened()).toEqual(regions.map(() => plaintext));

    printed += await at.run("cdktf deploy multi-region --auto-approve --skip-provider-lock\n");
    expect(at.writes()).toEqual([]);

    const [lose = "", repair = ""] = at
      .block("aws kms delete-imported-key-material --region eu-west-1")
      .split(/^(?=cdktf)/m);
    await at.run(lose);
    expect(await opened()).toEqual([plaintext, "KMSInvalidStateException", plaintext]);
    printed += await at.run(repair);
    expect(at.writes()).toEqual(["GetParametersForImport eu-west-1", "ImportKeyMaterial eu-west-1"]);
    expect(await opened()).toEqual(regions.map(() => plaintext));

    printed += await at.run(at.block("cdktf destroy multi-region --auto-approve"));
    const gone = at.writes();
    expect([...gone].sort()).toEqual(regions.map((region) => `ScheduleKeyDeletion ${region}`));
    expect(gone.at(-1)).toBe("ScheduleKeyDeletion eu-central-1");
    await expectNoTrace(at, printed);
  }, 240_000);
});

describe("the example of a key that is rotated", () => {
  let at: Example;
  beforeAll(async () => {
    at = await example("rotation");
  }, 300_000);
  afterAll(() => at.remove());

  it("lives as its README says", async () => {
    const { life } = at;
    const imports = regions.map((region) => `ImportKeyMaterial ${region}`);
    const written = (): string[] => at.writes().filter((write) => !write.startsWith("GetParametersForImport"));
    const count = (writes: readonly string[], name: string): number =>
      writes.filter((write) => write.startsWith(name)).length;
    await at.run(at.block("umask 077"));
    let printed = await at.run(at.block("cdktf synth"));
    const made = written();
    expect(["CreateKey", "ReplicateKey", "ImportKeyMaterial"].map((name) => count(made, name))).toEqual([1, 2, 6]);
    expect(made.at(-1)).toBe("RotateKeyOnDemand eu-central-1");
    expect(count(made, "RotateKeyOnDemand")).toBe(1);
    const { key_arns: arns, status } = await outputs(at.folder, "rotation");
    expect(Object.keys(Object(status?.value))).toEqual(
      [...regions, ...regions.map((region) => `${region}/2027`)].sort(),
    );
    const keyArns: Readonly<Record<string, string>> = Object(arns?.value);
    const old = await life.encrypt(keyArns["eu-central-1"] ?? "");

    printed += await at.run("cdktf deploy rotation --auto-approve --skip-provider-lock\n");
    expect(written()).toEqual([]);

    printed += await at.run(at.block("sed -i.old"));
    const rotated = written();
    expect([...rotated.slice(0, -1)].sort()).toEqual([...imports].sort());
    expect([rotated[0], rotated.at(-1)]).toEqual([imports[0], "RotateKeyOnDemand eu-central-1"]);
    const fresh = await life.encrypt(keyArns["us-east-1"] ?? "", "us-east-1");
    for (const region of regions) {
      expect([await life.decrypt(old, region), await life.decrypt(fresh, region)]).toEqual([plaintext, plaintext]);
    }

    printed += await at.run("cdktf deploy rotation --auto-approve --skip-provider-lock\n");
    expect(written()).toEqual([]);

    printed += await at.run(at.block("cdktf destroy rotation --auto-approve"));
    expect(count(written(), "ScheduleKeyDeletion")).toBe(3);
    for (const year of [2026, 2027, 2028]) await expectNoTrace(at, printed, `payments-${year}.bin`);
  }, 600_000);
});
