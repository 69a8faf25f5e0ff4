import { join } from "node:path";
import { inProcess } from "../pulumi/support/in-process";
import { type Project, project } from "../pulumi/support/project";
import { type ProviderProcess, providerProcess } from "../pulumi/support/provider-process";
import { registeredBy } from "../pulumi/support/serialised";
import { type Declared, type Outcome, Stack as Engine } from "../pulumi/support/stack";
import type { Props } from "../../pulumi/provider/props";
import { environment } from "../support/environment";
import type { Face, Place, Ran, Stack } from "./face";
import { creationToken, policies, type Wanted } from "./flows";

/** One resource of each class: what stands in the state for their provider. */
const program = `
  const { ExternalKey, ImportedKeyMaterial } = require("byok/pulumi");
  new ExternalKey("ledger", {});
  new ImportedKeyMaterial("ledger", { keyArn: "arn" });
`;
const lean = join(__dirname, "lean.cjs");
const config = { "byok:importRequestsPerSecond": "1000" };

/** Pulumi's process for dynamic providers, which can be killed, and what its engine keeps in the state. */
export async function pulumiFace(): Promise<Face> {
  const linked = await project("linked");
  const texts = await providerTexts(linked);
  return {
    stack: async (place) => pulumiStack(linked.folder, texts, place),
    close: () => linked.remove(),
  };
}

async function providerTexts({ folder }: Project): Promise<ReadonlyMap<string, string>> {
  const registered = await registeredBy(folder, program);
  return new Map(registered.map(({ type, inputs }) => [type.split(":").at(-1) ?? "", String(inputs["__provider"])]));
}

function pulumiStack(folder: string, texts: ReadonlyMap<string, string>, place: Place): Stack {
  const env = environment(place);
  let serving: ProviderProcess | undefined;
  const textOf = (type: string): string => texts.get(type) ?? "";
  const engine = new Engine(async () => {
    serving = await providerProcess(folder, env, config, [lean]);
    return serving;
  }, textOf);
  // Looks with an empty memory, as a process of its own would, and need not start one.
  const onlooker = new Engine(async () => inProcess(env, config, folder), textOf);
  return {
    apply: async (wanted) => ran(await engine.update(declared(place, wanted))),
    destroy: async () => ran(await engine.destroy()),
    async plan(wanted) {
      onlooker.restore(engine.state);
      return ran(await onlooker.preview(declared(place, wanted)));
    },
    kill: async () => serving?.kill(),
    save: async () => engine.state,
    restore: async (state) => engine.restore(state),
    async recorded() {
      const resources: readonly object[] = JSON.parse(engine.state);
      const material = engine.outs("ImportedKeyMaterial", "ledger");
      const recorded = {
        fingerprint: material["fingerprint"],
        verified: material["verified"],
        material_state: material["materialState"],
      };
      return {
        resources: resources.length,
        keyArn: engine.outs("ExternalKey", "ledger")["arn"],
        materials: new Map([["ledger", recorded]]),
      };
    },
    remove: async () => serving?.kill(),
  };
}

function ran({ steps, printed, error, reasons = [] }: Outcome): Ran {
  const output = [...printed, ...(error === undefined ? [] : [error, ...reasons])].join("\n");
  return { ok: error === undefined, changes: steps.join(", "), output };
}

function declared(place: Place, wanted: Wanted): readonly Declared[] {
  return [
    { type: "ExternalKey", name: "ledger", props: () => keyProps(place, wanted) },
    {
      type: "ImportedKeyMaterial",
      name: "ledger",
      dependsOn: ["ledger"],
      props: (ids) => ({ ...materialProps(place, wanted), keyArn: ids["ExternalKey ledger"] }),
    },
  ];
}

export function keyProps({ kms }: Place, { description, tags, enabled, policy }: Wanted): Props {
  const managed = policy === true ? policies[kms] : undefined;
  return {
    kms,
    creationToken,
    description,
    tags,
    ...(enabled === undefined ? {} : { enabled }),
    ...(managed === undefined ? {} : { policy: managed }),
  };
}

export function materialProps({ materialFile }: Place, { validForDays }: Wanted): Props {
  return {
    keyMaterialSource: `file:${materialFile}?encoding=raw`,
    validFor: `${validForDays}d`,
    renewBefore: "30d",
    deletionPolicy: "delete",
  };
}
