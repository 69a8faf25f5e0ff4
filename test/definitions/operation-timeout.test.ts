import { readFileSync } from "node:fs";
import { join } from "node:path";
import { operationTimeouts as described } from "../../src/definitions/external-key";
import { parseDuration } from "../../src/engine/duration";
import { defaultOperationTimeout } from "../../src/engine/operation-timeout";
import { externalKeySchema } from "../../src/terraform/external-key-schema";
import { importedKeyMaterialSchema } from "../../src/terraform/imported-key-material-schema";

const root = join(__dirname, "../..");
const { duration, milliseconds } = defaultOperationTimeout;

it("is one time, in words and in numbers", () => {
  expect(parseDuration(duration, "timeouts") * 1000).toBe(milliseconds);
});

it.each([
  ["byok_external_key", externalKeySchema],
  ["byok_imported_key_material", importedKeyMaterialSchema],
])("is that of each operation of %s", (_name, { blocks }) => {
  expect(blocks.timeouts?.timeouts).toEqual({ create: duration, read: duration, update: duration, delete: duration });
});

it("is what the other faces say and take", () => {
  expect(described.description).toContain(`Default: \`${duration}\` each.`);
  for (const page of ["docs/reference/pulumi.md", "docs/reference/cdktf.md"]) {
    const lines = readFileSync(join(root, page), "utf8")
      .split("\n")
      .filter((line) => line.startsWith("| `timeouts`"));
    expect(lines).toHaveLength(3);
    for (const line of lines) expect(line).toContain(`\`${duration}\` each`);
  }
  const ofPulumi = readFileSync(join(root, "pulumi/provider/timeouts.ts"), "utf8");
  expect(ofPulumi).toContain("defaultOperationTimeout.duration");
  expect(ofPulumi).not.toMatch(/"\d+[smh]"/);
});
