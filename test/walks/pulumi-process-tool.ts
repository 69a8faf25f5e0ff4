import { join } from "node:path";
import { project } from "../pulumi/support/project";
import { providerProcess } from "../pulumi/support/provider-process";
import { registeredBy } from "../pulumi/support/serialised";
import type { Embedded } from "./embedded";
import { toolOn } from "./pulumi-tool";
import type { Disk } from "./repository";
import type { Surroundings, Tool } from "./tool";

/** One resource of each class: what stands in the state for their provider. */
const program = `
  const { ExternalKey, ImportedKeyMaterial, KeyRotation } = require("byok/pulumi");
  new ExternalKey("one", {});
  new ImportedKeyMaterial("one", { keyArn: "arn" });
  new KeyRotation("one", { keyArn: "arn", keyMaterialId: "id" });
`;
const lean = join(__dirname, "../crash/lean.cjs");

/** Pulumi's own process for dynamic providers, one for each run, which can be killed. */
export async function pulumiProcessTool(embedded: Embedded, disk: Disk, surroundings: Surroundings): Promise<Tool> {
  const linked = await project("linked");
  const registered = await registeredBy(linked.folder, program);
  const texts = new Map(registered.map(({ type, inputs }) => [type.split(":").at(-1), String(inputs["__provider"])]));
  const tool = toolOn(
    async (env, config) => {
      const process = await providerProcess(linked.folder, env, config, [lean]);
      surroundings.killedBy(() => process.kill());
      return process;
    },
    (type) => texts.get(type) ?? "",
    embedded,
    disk,
    surroundings,
  );
  return { ...tool, close: () => linked.remove() };
}
