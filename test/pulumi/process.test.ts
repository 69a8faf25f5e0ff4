import { lives } from "./life";
import { type Project, project } from "./support/project";
import { providerProcess } from "./support/provider-process";
import { type Registered, registeredBy } from "./support/serialised";
import type { ResourceType } from "./support/methods";

/** One resource of each class, as a program has them. */
const program = `
  const { ExternalKey, ImportedKeyMaterial } = require("byok/pulumi");
  new ExternalKey("payments", { tags: { team: "payments" } });
  new ImportedKeyMaterial("payments", { keyArn: "arn", keyMaterial: "bytes" });
`;

function textOf(registered: readonly Registered[], type: ResourceType): string {
  const found = registered.find((one) => one.type === `pulumi-nodejs:dynamic/byok:${type}`);
  const text = found?.inputs["__provider"];
  if (typeof text !== "string") throw new Error(`The program registered no ${type} with a provider.`);
  return text;
}

describe("Pulumi's process for dynamic providers", () => {
  describe("with byok as npm installs it", () => {
    let installed: Project;
    let registered: readonly Registered[];
    beforeAll(async () => {
      installed = await project("packed");
      registered = await registeredBy(installed.folder, program);
    }, 60_000);
    afterAll(() => installed.remove());

    lives({
      depth: "short",
      provider: (env, config) => providerProcess(installed.folder, env, config),
      text: (type) => textOf(registered, type),
    });
  });

  it.each(["linked", "pnpm"] as const)(
    "finds byok in a project of the layout %s",
    async (layout) => {
      const made = await project(layout);
      const { folder } = made;
      try {
        const registered = await registeredBy(folder, program);
        const provider = await providerProcess(folder, {}, {});
        try {
          for (const type of ["ExternalKey", "ImportedKeyMaterial"] as const) {
            const { failures } = await provider
              .methods(type)
              .check({}, { __provider: textOf(registered, type), region: "nowhere", keyArn: "nothing" });
            const names = type === "ExternalKey" ? ["keyArn", "region"] : ["region", "keyArn"];
            expect(failures).toEqual(
              names.map((name) => ({ property: "", reason: expect.stringContaining(`\`${name}\``) })),
            );
          }
        } finally {
          await provider.close();
        }
      } finally {
        await made.remove();
      }
    },
    60_000,
  );
});
