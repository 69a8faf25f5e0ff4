import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { root, run } from "./project";

const committed = join(root, "api");

/**
 * Types that are not exported because they are only shape: what others are put together from, tables whose members are a
 * type, and what a run keeps for itself.
 */
const shapes: Readonly<Record<string, readonly string[]>> = {
  "byok.api.md": [
    ...["Empty", "Known", "Living", "Material", "Proved", "Seen", "Sent"],
    ...["ofAnyKey", "ofDeleted", "ofExpired", "ofImported"],
    ...["ellipticCurves", "expirationModels", "keyOptions", "keyStates", "materialStates", "operations", "rsaModuli"],
    ...["wrappingAlgorithms", "wrappingKeySpecs"],
    ...["Cloud", "KnownCloud", "SettingsOf", "fields"],
    ...["KeyLocks", "RunMemory"],
  ],
  "cdktf.api.md": ["KnownCloud", "keySpecs"],
  "emulator.api.md": ["Known", "OptionsOf", "formats"],
  "plugin.api.md": [
    ...["Arguments", "AttributeView", "BlockView", "KnownOf", "NestedView", "Privately", "Timed", "TimeoutAttributes"],
    ...["UncertainOf", "Values", "logLevels"],
  ],
  "plugin-testing.api.md": ["Method"],
};

/** How many exported symbols and members have no comment: a ratchet. Most of the constructs' are generated bindings. */
const undocumented: Readonly<Record<string, number>> = {
  "byok.api.md": 13,
  "cdktf.api.md": 259,
  "emulator.api.md": 6,
  "plugin-testing.api.md": 10,
  "plugin.api.md": 45,
};

const files = readdirSync(committed);
const reports = new Map(files.map((file) => [file, readFileSync(join(committed, file), "utf8")]));

describe("the report of the public API", () => {
  it("is what `npm run generate:api` writes from what was built", async () => {
    const folder = mkdtempSync(join(tmpdir(), "byok-api-"));
    try {
      await run(process.execPath, [join(root, "scripts/api-report.mjs"), folder], root);
      expect(readdirSync(folder).toSorted()).toEqual(files.toSorted());
      for (const [file, text] of reports)
        expect([file, readFileSync(join(folder, file), "utf8")]).toEqual([file, text]);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }, 120_000);

  it("covers every entry point of package.json that a program imports", () => {
    const { exports } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
    const others = ["./pulumi/provider", "./cdktn", "./package.json"];
    const entries = Object.keys(exports).filter((name) => !others.includes(name));
    const named = entries.map((name) => `${name === "." ? "byok" : name.slice(2).replace("/", "-")}.api.md`);
    expect(files.toSorted()).toEqual(named.toSorted());
  });
});

describe.each(files)("%s", (file) => {
  const text = reports.get(file) ?? "";

  it("exports every type that it uses, here or at another entry point", () => {
    const exported = [...reports.values()].flatMap((one) =>
      [...one.matchAll(/^export (?:abstract |declare )?(?:class|const|function|interface|type) (\w+)/gm)].map(
        ([, name = ""]) => name,
      ),
    );
    const forgotten = [...text.matchAll(/\(ae-forgotten-export\) The symbol "(\w+?)(?:_\d)?"/g)].map(
      ([, name = ""]) => name,
    );
    const allowed = [...(shapes[file] ?? []), ...exported];
    expect(forgotten.filter((name) => !allowed.includes(name))).toEqual([]);
  });

  it("has nothing undocumented that is new", () => {
    expect(text.match(/\(undocumented\)/g)?.length ?? 0).toBeLessThanOrEqual(undocumented[file] ?? 0);
  });
});
