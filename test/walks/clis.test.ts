import type { KmsName as Kms } from "../../src/kms/clouds";
import { pulumiProcessTool } from "./pulumi-process-tool";
import { terraformCliTool } from "./terraform-cli-tool";
import type { Step, Walk } from "./walk";
import { walked } from "./walk";
import { walks } from "./walks";

// What Terraform's core and Pulumi's process are imitated for elsewhere is real here: a run takes seconds.
const services: readonly Kms[] = ["aws", "alibaba", "qkms"];
const isLong = process.env["BYOK_WALKS"] === "full";

const apply: Step = { who: "tool", verb: "apply", n: 0, firstFree: "creators", weather: { kind: "calm" } };
const life: Walk = {
  beginning: {
    shape: "one key",
    deletionPolicy: "delete",
    onDeletion: "reimport",
    enabled: undefined,
    lifetime: "renewed",
  },
  steps: [
    apply,
    { who: "outsider", act: { what: "deletes", n: 0 } },
    { ...apply, weather: { kind: "killed after", nth: 2 } },
    { who: "user", edit: { what: "the material is renamed", n: 0 } },
    apply,
  ],
};

describe("one life, always the same", () => {
  it.each([
    ["terraform", terraformCliTool],
    ["pulumi", pulumiProcessTool],
  ] as const)(
    "with the real %s",
    async (_name, open) => {
      expect((await walked("aws", open, life)).violations).toEqual([]);
    },
    300_000,
  );
});

if (isLong) {
  describe.each(services)("with the real processes, on %s", (kms) => {
    walks("terraform-cli", kms, terraformCliTool, { short: 0, long: 8, longest: 12 });
    walks("pulumi-process", kms, pulumiProcessTool, { short: 0, long: 8, longest: 12 });
  });
}
