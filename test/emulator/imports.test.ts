import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const root = join(__dirname, "../../src/emulator");

const sources = readdirSync(root, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".ts"));
const imports = sources.flatMap((name) =>
  [...readFileSync(join(root, name), "utf8").matchAll(/ from "([^"]+)"/g)].map(([, from = ""]) => ({ name, from })),
);

describe("the emulator's imports", () => {
  it("are its own files and Node's modules only, so that it can judge the engine", () => {
    expect(imports.length).toBeGreaterThan(50);
    const foreign = imports.filter(({ name, from }) => {
      if (from.startsWith("node:")) return false;
      return !from.startsWith(".") || !join(root, name, "..", from).startsWith(root);
    });
    expect(foreign).toEqual([]);
  });

  it("keep AWS's wire out of the model of keys", () => {
    // QKMS's wire is AWS's with differences, so it is made of the same pieces. The list of clouds has them all.
    const model = imports.filter(({ name }) => !/^(?:aws|aws-json|qkms)\//.test(name) && name !== "clouds.ts");
    expect(model.filter(({ from }) => /\/aws(?:-json)?\//.test(from))).toEqual([]);
  });
});
