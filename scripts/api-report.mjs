// Writes down what the package exports, with types and comments, as api/*.api.md: `node scripts/api-report.mjs` after
// `npm run build`. A change of these files is a change of the public API. With a folder as argument it writes there
// instead, by which a test holds the files current.
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { Extractor, ExtractorConfig, ExtractorLogLevel } from "@microsoft/api-extractor";

const root = join(import.meta.dirname, "..");
const target = resolve(process.argv[2] ?? join(root, "api"));

// byok/cdktn is byok/cdktf with the names of the other library, and byok/pulumi/provider is for Pulumi's process alone.
const entryPoints = {
  byok: "dist/src/index.d.ts",
  emulator: "dist/src/emulator/index.d.ts",
  pulumi: "dist/pulumi/index.d.ts",
  cdktf: "dist/cdktf/index.d.ts",
  plugin: "dist/src/terraform/plugin/index.d.ts",
  "plugin-serve": "dist/src/terraform/plugin/serve.d.ts",
  "plugin-testing": "dist/src/terraform/plugin/testing/index.d.ts",
};

const unsaid = { logLevel: ExtractorLogLevel.None };
const said = { logLevel: ExtractorLogLevel.None, addToApiReportFile: true };
const scratch = await mkdtemp(join(tmpdir(), "byok-api-"));
try {
  await mkdir(target, { recursive: true });
  for (const [name, entryPoint] of Object.entries(entryPoints)) {
    const config = ExtractorConfig.prepare({
      configObject: {
        projectFolder: root,
        mainEntryPointFilePath: join(root, entryPoint),
        compiler: { tsconfigFilePath: join(root, "tsconfig.build.json"), skipLibCheck: true },
        apiReport: {
          enabled: true,
          reportFileName: `${name}.api.md`,
          reportFolder: scratch,
          reportTempFolder: join(scratch, "temp"),
        },
        docModel: { enabled: false },
        dtsRollup: { enabled: false },
        tsdocMetadata: { enabled: false },
        messages: {
          compilerMessageReporting: { default: { logLevel: ExtractorLogLevel.Error } },
          extractorMessageReporting: {
            default: said,
            "ae-missing-release-tag": unsaid,
            // The report marks them anyway.
            "ae-undocumented": unsaid,
            "ae-unresolved-link": unsaid,
          },
          tsdocMessageReporting: { default: unsaid },
        },
      },
      configObjectFullPath: undefined,
      packageJsonFullPath: join(root, "package.json"),
    });
    const { succeeded } = Extractor.invoke(config, {
      localBuild: true,
      messageCallback: (message) => {
        message.handled = message.logLevel !== ExtractorLogLevel.Error;
      },
    });
    if (!succeeded) throw new Error(`What ${entryPoint} exports could not be read.`);
    await writeFile(join(target, `${name}.api.md`), await readFile(join(scratch, `${name}.api.md`)));
  }
} finally {
  await rm(scratch, { recursive: true, force: true });
}
