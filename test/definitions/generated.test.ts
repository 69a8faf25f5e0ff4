import { readFileSync } from "node:fs";
import { join } from "node:path";
import { generatedFiles } from "../../scripts/definitions/files";

const root = join(__dirname, "../..");

describe("what is generated from the definitions (npm run generate:faces)", () => {
  it.each([...generatedFiles()])("%s is current", (path, text) => {
    expect(readFileSync(join(root, path), "utf8")).toBe(text);
  });

  it("holds no line that a formatter would break, but for what has no blank", () => {
    const long = [...generatedFiles()].flatMap(([path, text]) =>
      path.endsWith(".ts") ? text.split("\n").filter((line) => line.length > 120) : [],
    );
    expect(long).toEqual([]);
  });
});
