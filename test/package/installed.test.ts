import { chmod, mkdir, mkdtemp, readFile, readdir, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { blocksOf, blockWith } from "../support/page";
import { terraformBinary } from "../support/terraform-binary";
import { installedProject, type Project, root, run } from "./project";

const bin = (name: string): string => join(root, "node_modules", ".bin", name);

let project: Project;
beforeAll(async () => {
  project = await installedProject();
  await project.link("@types/node");
}, 180_000);
afterAll(() => project.remove());

describe("what is installed", () => {
  it("is small, and every package once", () => {
    expect(project.report).toMatch(/^byok-\S+\.tgz: \S+ MB packed .*installed \d+ packages .*, \S+ MB/);
    console.info(project.report.trim());
  });

  it("is judged by a check that sees too much of it, and any package that is there twice", async () => {
    const place = await mkdtemp(join(tmpdir(), "byok-judged-"));
    const judged = (): Promise<string> =>
      run(process.execPath, [join(root, "scripts/check-install.mjs"), "--installed", place], root);
    const put = async (path: string, bytes: number): Promise<void> => {
      await mkdir(join(place, "project/node_modules", path), { recursive: true });
      await writeFile(join(place, "project/node_modules", path, "index.js"), Buffer.alloc(bytes));
    };
    try {
      await put("byok", 1);
      await put("@smithy/core", 1);
      expect(await judged()).toContain("installed 2 packages");
      await put("byok/node_modules/@smithy/core", 1);
      await expect(judged()).rejects.toThrow("More than one copy of @smithy/core");
      await put("large", 20_000_000);
      await expect(judged()).rejects.toThrow("Too large: 20.0 MB");
      await Promise.all(Array.from({ length: 40 }, (_, index) => put(`package-${index}`, 1)));
      await expect(judged()).rejects.toThrow("Too many packages: @smithy/core, byok,");
    } finally {
      await rm(place, { recursive: true, force: true });
    }
  });

  it("says that a registry is needed where npm reaches none", async () => {
    const nowhere = { ...process.env, npm_config_registry: "http://127.0.0.1:1/", npm_config_fetch_retries: "0" };
    const cache = await mkdtemp(join(tmpdir(), "byok-no-cache-"));
    try {
      const check = run(process.execPath, [join(root, "scripts/check-install.mjs")], root, {
        ...nowhere,
        npm_config_cache: cache,
      });
      await expect(check).rejects.toThrow("npm must reach a registry");
    } finally {
      await rm(cache, { recursive: true, force: true });
    }
  });

  it("has the provider once, and of Terraform's face only the plugin server", async () => {
    const dist = join(project.folder, "node_modules/byok/dist");
    const files = await readdir(dist, { recursive: true });
    expect(files.filter((file) => file.includes("terraform-provider-byok"))).toEqual(["terraform-provider-byok"]);
    expect(await readdir(join(dist, "src/terraform"))).toEqual(["plugin"]);
  });

  it("runs nothing when it is installed", async () => {
    const { scripts } = JSON.parse(await readFile(join(root, "package.json"), "utf8"));
    const atInstall = ["preinstall", "install", "postinstall", "prepublish", "preprepare", "prepare", "postprepare"];
    expect(Object.keys(scripts).filter((name) => atInstall.includes(name))).toEqual([]);
  });

  it("is as publint and Are the types wrong want it", async () => {
    await run(bin("publint"), ["run", project.tarball, "--strict"], root);
    const { problems } = JSON.parse(await run(bin("attw"), [project.tarball, "--format", "json"], root));
    expect(problems).toEqual({});
  });
});

describe("the command", () => {
  const byok = (...args: readonly string[]): Promise<string> =>
    run("npx", ["--no-install", "byok", ...args], project.folder);

  it("says its version", async () => {
    const { version } = JSON.parse(await readFile(join(root, "package.json"), "utf8"));
    expect(await byok("--version")).toBe(`${version}\n`);
  });

  it("writes a mirror from which terraform init installs the provider", async () => {
    const printed = await byok("mirror", "mirror");
    await project.write("keys/terraform.rc", printed.slice(printed.indexOf("provider_installation")));
    await project.write(
      "keys/main.tf",
      'terraform {\n  required_providers {\n    byok = { source = "byok/byok" }\n  }\n}\nprovider "byok" {}\n',
    );
    const folder = join(project.folder, "keys");
    const env = { ...process.env, TF_CLI_CONFIG_FILE: join(folder, "terraform.rc"), CHECKPOINT_DISABLE: "1" };
    const terraform = await terraformBinary();
    expect(await run(terraform, ["init", "-no-color"], folder, env)).toContain("Installing byok/byok v");
    const schema = JSON.parse(await run(terraform, ["providers", "schema", "-json"], folder, env));
    const [provider] = Object.values<{ readonly resource_schemas: object }>(schema.provider_schemas);
    expect(Object.keys(provider?.resource_schemas ?? {}).toSorted()).toEqual([
      "byok_external_key",
      "byok_imported_key_material",
      "byok_key_rotation",
    ]);
  }, 120_000);
});

describe("a program", () => {
  const environment = (more: Readonly<Record<string, string>>): NodeJS.ProcessEnv => {
    const own = Object.entries(process.env).filter(([name]) => !name.startsWith("AWS_"));
    return { ...Object.fromEntries(own), AWS_EC2_METADATA_DISABLED: "true", HOME: project.folder, ...more };
  };

  it("finds its credentials in several shared files", async () => {
    await project.write("aws/one", "[p]\naws_access_key_id = AKIDONE\naws_secret_access_key = s\n");
    await project.write("aws/two", "[p]\naws_access_key_id = AKIDTWO\n");
    await project.write(
      "several.mjs",
      `import { keyServices, silentLog, systemClock } from "byok";
       import { startEmulator } from "byok/emulator";
       const emulator = await startEmulator();
       const aws = { region: "eu-central-1", endpoint: emulator.url, profile: "p", sharedCredentialsFiles: ["aws/one", "aws/two"] };
       const services = keyServices({ aws }, { clock: systemClock, log: silentLog });
       await services.service("aws", "eu-central-1").listKeys(undefined);
       console.log(emulator.requests.all().map(({ operation, accessKeyId }) => operation + " by " + accessKeyId).join());
       services.destroy();
       await emulator.close();`,
    );
    expect(await run(process.execPath, ["several.mjs"], project.folder, environment({}))).toBe("ListKeys by AKIDTWO\n");
  });

  it("lives through the example of the README", async () => {
    const example = blockWith(blocksOf("README.md"), "ts", "import { applyMaterial");
    await project.write("keys/payments.bin", String.fromCharCode(...Array.from({ length: 32 }).keys()));
    await project.write("readme.mjs", example);
    await project.write(
      "with-emulator.mjs",
      `import { startEmulator } from "byok/emulator";
       const emulator = await startEmulator();
       Object.assign(process.env, emulator.environment);
       await import("./readme.mjs");
       await emulator.close();`,
    );
    const printed = await run(process.execPath, ["with-emulator.mjs"], project.folder, environment({}));
    expect(printed).toMatch(/^arn:aws:kms:eu-central-1:\d{12}:key\/\S+ cmac:[0-9a-f]{32}\n$/);
  });
});

describe("a provider on the plugin server", () => {
  /** What the page leaves to its reader: an API for boxes, which are files here. */
  const boxClient = `import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
export interface Box { readonly id: string; readonly name: string; readonly size: number }
export class BoxClient {
  constructor(private readonly folder: string) {}
  async create(name: string, password: string | null, signal: AbortSignal): Promise<Box> {
    signal.throwIfAborted();
    const box = { id: "box-" + name, name, size: password === null ? 1 : 2 };
    await mkdir(this.folder, { recursive: true });
    await writeFile(join(this.folder, box.id), JSON.stringify(box));
    return box;
  }
  async find(id: string): Promise<Box | null> {
    return readFile(join(this.folder, id), "utf8").then(JSON.parse, () => null);
  }
  async resize(id: string, size: number): Promise<void> {
    await writeFile(join(this.folder, id), JSON.stringify({ ...(await this.find(id)), size }));
  }
  remove(id: string): Promise<void> {
    return rm(join(this.folder, id));
  }
}
`;

  it("is what docs/plugin.md shows, under its own host and under Terraform", async () => {
    const page = blocksOf("docs/plugin.md");
    const [provider = "", main = ""] = blockWith(page, "ts", "// provider.ts").split("// main.ts");
    const test = blockWith(page, "ts", "import { ProviderHost");
    const [, imports = "", statements = ""] = /^(import .*\n)([^]*)$/.exec(test) ?? [];
    await project.write("acme/box-client.ts", boxClient);
    await project.write("acme/provider.ts", provider);
    await project.write("acme/main.ts", main);
    await project.write(
      "acme/host.ts",
      `${imports}import { expect } from "expect";\nimport { acme } from "./provider";\nconst url = "boxes";\n(async () => {\n${statements}\nconsole.log("done");\n})();\n`,
    );
    await project.link("expect");
    const folder = join(project.folder, "acme");
    const options = {
      strict: true,
      module: "node16",
      target: "es2023",
      noEmit: true,
      types: ["node"],
      skipLibCheck: true,
    };
    await project.write(
      "acme/tsconfig.json",
      JSON.stringify({ compilerOptions: options, files: ["main.ts", "host.ts"] }),
    );
    expect(await run(bin("tsc"), ["-p", "."], folder)).toBe("");

    const bundle = async (entry: string, out: string): Promise<void> => {
      const [, command = ""] =
        /^npx esbuild main\.ts (.*) --outfile=.*$/m.exec(blockWith(page, "sh", "npx esbuild")) ?? [];
      const args = command.replace(/'/g, "").split(/ (?=--)/);
      await run(bin("esbuild"), [entry, ...args, `--outfile=${out}`, "--log-level=error"], folder);
      await chmod(join(folder, out), 0o755);
    };
    await bundle("host.ts", "host.cjs");
    expect(await run(process.execPath, ["host.cjs"], folder)).toBe("done\n");

    await bundle("main.ts", "terraform-provider-acme");
    expect((await stat(join(folder, "terraform-provider-acme"))).size).toBeLessThan(300_000);
    await project.write(
      "acme/terraform.rc",
      `provider_installation {\n  dev_overrides {\n    "registry.terraform.io/acme/acme" = ${JSON.stringify(folder)}\n    "registry.opentofu.org/acme/acme" = ${JSON.stringify(folder)}\n  }\n  direct {}\n}\n`,
    );
    await project.write(
      "acme/main.tf",
      'terraform {\n  required_providers {\n    acme = { source = "acme/acme" }\n  }\n}\nprovider "acme" { url = "shelf" }\nresource "acme_box" "one" { name = "one" }\n',
    );
    const env = { ...process.env, TF_CLI_CONFIG_FILE: join(folder, "terraform.rc"), CHECKPOINT_DISABLE: "1" };
    const terraform = await terraformBinary();
    expect(await run(terraform, ["apply", "-auto-approve", "-no-color"], folder, env)).toContain("1 added");
    expect(await run(terraform, ["plan", "-detailed-exitcode", "-no-color"], folder, env)).toContain("No changes.");
  }, 120_000);
});

describe("the types", () => {
  const programs = {
    // A device that keeps its bytes to itself, and a KMS that others count the requests to: both by the names of the types.
    "byok.ts": `import {
  ByokError, type Call, type Fingerprint, type KeyDescription, type KeyMaterialSource, type KeyService, type MaterialShape,
  type Observed, type OfferedMaterial, type WrappingAlgorithm, type WrappingKey,
} from "byok";
class Device implements OfferedMaterial {
  readonly shape: MaterialShape = { kind: "raw", bytes: 32 };
  readonly warnings: readonly string[] = [];
  constructor(readonly fingerprint: Fingerprint) {}
  wrap(key: WrappingKey, algorithm: WrappingAlgorithm): Promise<Buffer> {
    return Promise.reject(new ByokError("unsupported_wrapping", key.spec + algorithm));
  }
  destroy(): void {}
}
export const source = (fingerprint: Fingerprint): KeyMaterialSource => ({
  name: "device:1",
  attribute: "key_material_source",
  open: async (_call?: Call): Promise<OfferedMaterial> => new Device(fingerprint),
});
export function counted(service: KeyService, count: () => void): KeyService {
  const describe = (keyArn: string, call?: Call): Promise<Observed<KeyDescription | null>> => {
    count();
    return service.describe(keyArn, call);
  };
  return { ...service, describe };
}`,
    "emulator.ts": `import { type Emulator, startEmulator } from "byok/emulator";
export const started: Promise<Emulator> = startEmulator({ port: 0 });`,
    "pulumi.ts": `import { ExternalKey, ImportedKeyMaterial } from "byok/pulumi";
const key = new ExternalKey("payments", { description: "Payments" });
export const material = new ImportedKeyMaterial("payments", { keyArn: key.id, keyMaterialSource: "file:payments.bin", validFor: "90d" });`,
    "cdktf.ts": `import { ByokProvider, ExternalKey } from "byok/cdktf";
import { App, TerraformStack } from "cdktf";
const stack = new TerraformStack(new App(), "keys");
export const made = [new ByokProvider(stack, "byok", {}), new ExternalKey(stack, "payments", {})];`,
    "cdktn.ts": `import { ByokProvider, ExternalKey } from "byok/cdktn";
import { App, TerraformStack } from "cdktn";
const stack = new TerraformStack(new App(), "keys");
export const made = [new ByokProvider(stack, "byok", {}), new ExternalKey(stack, "payments", {})];`,
    "plugin.ts": `import { define, schema, string } from "byok/plugin";
import { serve } from "byok/plugin/serve";
import { ProviderHost } from "byok/plugin/testing";
const { provider } = define<string>();
export const acme = provider({ name: "acme", schema: schema({ attributes: { url: string({ required: true }) } }), configure: () => ({ client: "" }) });
export const served: Promise<void> = serve({ name: "acme", load: () => acme });
export const host: Promise<ProviderHost> = ProviderHost.start(acme, { url: "" });`,
  };

  beforeAll(async () => {
    for (const [file, text] of Object.entries(programs)) await project.write(`types/${file}`, `${text}\n`);
    await project.link("@pulumi/pulumi", "cdktf", "cdktn", "constructs");
    await run(
      "npm",
      [
        "install",
        "--no-save",
        "--ignore-scripts",
        "--no-audit",
        "--no-fund",
        "--prefix",
        "compiler",
        "typescript@~5.9.3",
      ],
      project.folder,
    );
  }, 120_000);

  /** The options of others' templates, as they are written there; `module` of TypeScript 5 where none is named. */
  const templates: Readonly<Record<string, { readonly files: readonly string[]; readonly options: object }>> = {
    // github.com/pulumi/templates, aws-typescript/tsconfig.json; `pulumi new typescript` writes the same.
    "pulumi new": {
      files: ["byok.ts", "emulator.ts", "pulumi.ts", "plugin.ts"],
      options: {
        strict: true,
        outDir: "bin",
        target: "es2020",
        module: "commonjs",
        moduleResolution: "node",
        sourceMap: true,
        experimentalDecorators: true,
        pretty: true,
        noFallthroughCasesInSwitch: true,
        noImplicitReturns: true,
        forceConsistentCasingInFileNames: true,
      },
    },
    // github.com/hashicorp/terraform-cdk, packages/@cdktf/cli-core/templates/typescript/tsconfig.json; that of
    // github.com/open-constructs/cdk-terrain, packages/@cdktn/cli-core/templates/typescript, is the same.
    "cdktf init and cdktn init": {
      files: ["byok.ts", "emulator.ts", "cdktf.ts", "cdktn.ts"],
      options: {
        alwaysStrict: true,
        declaration: true,
        experimentalDecorators: true,
        inlineSourceMap: true,
        inlineSources: true,
        lib: ["es2018"],
        module: "CommonJS",
        noEmitOnError: true,
        noFallthroughCasesInSwitch: true,
        noImplicitAny: true,
        noImplicitReturns: true,
        noImplicitThis: true,
        noUnusedLocals: true,
        noUnusedParameters: true,
        resolveJsonModule: true,
        strict: true,
        strictNullChecks: true,
        strictPropertyInitialization: true,
        stripInternal: true,
        target: "ES2018",
        incremental: true,
        skipLibCheck: true,
      },
    },
    // What ts-jest sets by itself: github.com/kulshekhar/ts-jest, src/legacy/config/config-set.ts. It judges the files of
    // tests one by one, and no declarations.
    "ts-jest": {
      files: ["byok.ts", "emulator.ts", "plugin.ts"],
      options: {
        target: "es2015",
        module: "commonjs",
        moduleResolution: "node10",
        esModuleInterop: true,
        skipLibCheck: true,
      },
    },
    node16: {
      files: Object.keys(programs),
      options: { strict: true, module: "node16", exactOptionalPropertyTypes: true, skipLibCheck: true },
    },
    bundler: {
      files: Object.keys(programs),
      options: { strict: true, module: "esnext", moduleResolution: "bundler", skipLibCheck: true },
    },
  };

  it.each(Object.keys(templates))(
    "are found and right with the settings of %s",
    async (name) => {
      const { files, options } = templates[name] ?? { files: [], options: {} };
      const folder = join(project.folder, "types");
      await rm(join(folder, "tsconfig.json"), { force: true });
      await project.write(
        "types/tsconfig.json",
        JSON.stringify({ compilerOptions: { ...options, noEmit: true }, files }),
      );
      const tsc = join(project.folder, "compiler/node_modules/typescript/bin/tsc");
      expect(await run(process.execPath, [tsc, "-p", "."], folder)).toBe("");
    },
    60_000,
  );
});
