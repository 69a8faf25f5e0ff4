import { join } from "node:path";
import { inProcess } from "../pulumi/support/in-process";
import { type Project, project } from "../pulumi/support/project";
import { type ProviderProcess, providerProcess } from "../pulumi/support/provider-process";
import { registeredBy } from "../pulumi/support/serialised";
import { type Declared, type Outcome, type Output, type Recorded, Stack as Engine } from "../pulumi/support/stack";
import type { Props } from "../../pulumi/provider/props";
import { environment } from "../support/environment";
import type { Face, Place, Ran, Stack } from "./face";
import { creationToken, policies, replicaToken, type Successor, successorFile, type Wanted } from "./flows";

/** One resource of each class: what stands in the state for their provider. */
const program = `
  const { ExternalKey, ImportedKeyMaterial, KeyRotation } = require("byok/pulumi");
  new ExternalKey("ledger", {});
  new ImportedKeyMaterial("ledger", { keyArn: "arn" });
  new KeyRotation("ledger", { keyArn: "arn", keyMaterialId: "id" });
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
      const resources: readonly Recorded[] = JSON.parse(engine.state);
      return {
        resources: resources.length,
        keyArn: engine.outs("ExternalKey", "ledger")["arn"],
        materials: new Map(
          resources
            .filter(({ type }) => type === "ImportedKeyMaterial")
            .map(({ name, outs: { fingerprint, verified, materialState } }) => [
              name,
              { fingerprint, verified, material_state: materialState },
            ]),
        ),
      };
    },
    remove: async () => serving?.kill(),
  };
}

function ran({ steps, printed, error, reasons = [] }: Outcome): Ran {
  const output = [...printed, ...(error === undefined ? [] : [error, ...reasons])].join("\n");
  return { ok: error === undefined, changes: steps.join(", "), output };
}

/** In the order in which Pulumi's engine comes to them. */
function declared(place: Place, wanted: Wanted): readonly Declared[] {
  const { replicated = false, successors = [] } = wanted;
  return [
    { type: "ExternalKey", name: "ledger", props: () => keyProps(place, wanted) },
    material("ledger", "ledger", materialProps(place, wanted)),
    ...(replicated ? [replicaKey, material("replica", "replica", materialProps(place, wanted))] : []),
    ...successors.flatMap((successor, i) => succession(place, wanted, successor, successors[i - 1])),
  ];
}

function material(name: string, key: string, props: Props, succeeds?: (output: Output) => unknown): Declared {
  return {
    type: "ImportedKeyMaterial",
    name,
    dependsOn: [key],
    props: (ids, output) => ({
      ...props,
      keyArn: ids[`ExternalKey ${key}`],
      ...(succeeds === undefined ? {} : { succeeds: succeeds(output) }),
    }),
  };
}

const replicaKey: Declared = {
  type: "ExternalKey",
  name: "replica",
  // The primary must have its material before.
  props: (_, output) => ({
    primaryKeyArn: output("ImportedKeyMaterial", "ledger", "keyArn"),
    region: "eu-west-1",
    creationToken: replicaToken,
  }),
};

/** Material that succeeds what stands before it: in the key, then in the replica, then the rotation. */
function succession(
  place: Place,
  wanted: Wanted,
  { name, rotated }: Successor,
  before: Successor | undefined,
): readonly Declared[] {
  const props = materialProps({ ...place, materialFile: successorFile(place.materialFile, name) }, wanted);
  const succeeds = (output: Output): unknown =>
    before === undefined
      ? output("ImportedKeyMaterial", "ledger", "keyMaterialId")
      : output("KeyRotation", before.name, "keyMaterialId");
  return [
    material(name, "ledger", props, succeeds),
    ...(wanted.replicated === true ? [material(`replica_${name}`, "replica", props, succeeds)] : []),
    ...(rotated ? [rotationTo(name)] : []),
  ];
}

function rotationTo(name: string): Declared {
  return {
    type: "KeyRotation",
    name,
    props: (ids, output) => ({
      keyArn: ids["ExternalKey ledger"],
      keyMaterialId: output("ImportedKeyMaterial", name, "keyMaterialId"),
    }),
  };
}

export function keyProps({ kms }: Place, { description, tags, enabled, policy, replicated }: Wanted): Props {
  const managed = policy === true ? policies[kms] : undefined;
  return {
    kms,
    creationToken,
    description,
    tags,
    ...(enabled === undefined ? {} : { enabled }),
    ...(managed === undefined ? {} : { policy: managed }),
    ...(replicated === true ? { multiRegion: true } : {}),
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
