import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

const execute = promisify(execFile);
const root = join(__dirname, "../..");
const tsc = join(root, "node_modules/typescript/bin/tsc");
const families = ["cdktf", "cdktn"] as const;

/** A program of a user, for either library. */
const program = (family: string): string => `
import { ByokProvider, ExternalKey, type IExternalKey, ImportedKeyMaterial, KeyMaterialVariable, MultiRegionExternalKey } from "byok/${family}";
import { App, TerraformOutput, TerraformStack } from "${family}";

const app = new App({ outdir: "out-${family}", context: { targetVersions: { terraform: ">=1.11.0", opentofu: ">=1.11.0" } } });
const stack = new TerraformStack(app, "keys");
const provider = new ByokProvider(stack, "byok", { aws: { region: "eu-central-1" } });
const key: IExternalKey = new ExternalKey(stack, "payments", { description: "payments", provider });
const material = new ImportedKeyMaterial(stack, "material", { key, keyMaterialSource: "env:PAYMENTS_KEY", validFor: "90d" });
material.resource.lifecycle = { createBeforeDestroy: false };
const bytes = new KeyMaterialVariable(stack, "bytes");
const several = new MultiRegionExternalKey(stack, "everywhere", { regions: ["eu-west-1", "us-east-1"], keyMaterial: bytes.stringValue });
new TerraformOutput(stack, "status", { value: { ...several.status, single: material.status } });
app.synth();
const loaded: string[] = Object.keys(require.cache);
console.log(JSON.stringify(loaded));
`;

describe("the package in an empty project", () => {
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "byok-project-"));
    const packed = await execute("npm", ["pack", "--ignore-scripts", "--json", "--pack-destination", folder], {
      cwd: root,
      maxBuffer: 1 << 26,
    });
    const [{ filename }]: [{ filename: string }] = JSON.parse(packed.stdout);
    await mkdir(join(folder, "project"));
    await writeFile(join(folder, "project", "package.json"), '{ "private": true }');
    const wanted = [
      join(folder, filename),
      "cdktf@0.21.0",
      "cdktn@0.24.0",
      "constructs@10.7.2",
      "@types/node@20.19.43",
    ];
    await execute(
      "npm",
      ["install", "--omit=optional", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline", ...wanted],
      { cwd: join(folder, "project"), maxBuffer: 1 << 26 },
    );
    folder = join(folder, "project");
  }, 300_000);

  afterAll(() => rm(join(folder, ".."), { recursive: true, force: true }));

  it("type-checks and synthesises, with each library alone and nothing of Pulumi or the AWS SDK", async () => {
    await expect(readFile(join(folder, "node_modules/@pulumi/pulumi/package.json"))).rejects.toThrow("ENOENT");
    for (const family of families) await writeFile(join(folder, `${family}.ts`), program(family));
    await writeFile(
      join(folder, "tsconfig.json"),
      JSON.stringify({ compilerOptions, files: families.map((one) => `${one}.ts`) }),
    );
    await execute(process.execPath, [tsc, "-p", "."], { cwd: folder }).catch((error: { stdout: string }) => {
      throw new Error(error.stdout);
    });
    // Whatever is loaded by accident would now be missing.
    for (const scope of ["@aws-sdk", "@smithy", "@aws-crypto"]) {
      await rm(join(folder, "node_modules", scope), { recursive: true, force: true });
    }
    const stacks: unknown[] = [];
    for (const family of families) {
      const { stdout } = await execute(process.execPath, [`${family}.js`], { cwd: folder });
      const loaded: string[] = JSON.parse(stdout);
      const packages = new Set(loaded.map((file) => /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(file)?.[1]));
      expect(packages).toContain(family);
      const [other] = families.filter((one) => one !== family);
      expect(packages).not.toContain(other);
      expect([...packages].filter((name) => /^@(pulumi|aws|smithy)/.test(name ?? ""))).toEqual([]);
      const stack: { resource: Record<string, Record<string, Record<string, unknown>>> } = JSON.parse(
        await readFile(join(folder, `out-${family}`, "stacks/keys/cdk.tf.json"), "utf8"),
      );
      for (const kind of Object.values(stack.resource))
        for (const one of Object.values(kind)) Reflect.deleteProperty(one, "//");
      stacks.push(stack.resource);
    }
    expect(stacks[0]).toEqual(stacks[1]);
    expect(stacks[0]).toMatchObject({ byok_external_key: { payments: { provider: "byok" } } });
  }, 120_000);
});

const compilerOptions = {
  target: "ES2022",
  module: "node16",
  moduleResolution: "node16",
  strict: true,
  exactOptionalPropertyTypes: true,
  types: ["node"],
  skipLibCheck: true,
};
