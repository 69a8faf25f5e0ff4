import { type ConfigInput, ProviderHost } from "../../src/terraform/plugin/testing/host";
import { objectOf, type Value } from "../../src/terraform/plugin/value";
import { byokProvider } from "../../src/terraform/provider";
import { policies } from "../crash/flows";
import { awsBlock } from "../support/byok-host";
import { keysOf } from "../../src/engine/table";
import type { Embedded } from "./embedded";
import {
  copied,
  depthOf,
  type Disk,
  familyOf,
  fingerprintFor,
  type KeyDeclared,
  type MaterialDeclared,
  type Repository,
  type RotationDeclared,
  rotationTo,
  sourceOf,
} from "./repository";
import { addressOf, type Declared, type SavedPlan, type Said, TerraformState } from "./terraform-core";
import type { Change, Held, Kind, Order, Report, Surroundings, Tool, Verb } from "./tool";

export const types = {
  key: "byok_external_key",
  material: "byok_imported_key_material",
  rotation: "byok_key_rotation",
} as const satisfies Record<Kind, string>;

/** Terraform's core as `terraform-core.ts` has it, with the provider in this process. */
export function terraformTool(embedded: Embedded, disk: Disk, surroundings: Surroundings): Tool {
  const provider = byokProvider();
  const state = new TerraformState({
    async start() {
      return ProviderHost.start(provider, connection(embedded));
    },
    isDead: () => surroundings.isDead(),
  });
  let saved: SavedPlan | undefined;
  const printed: string[] = [];

  const planned = async (order: Order, said: Said): Promise<SavedPlan | undefined> => {
    if (order.verb === "destroy") return state.planDestruction(said);
    const { repository, replace, firstFree } = order;
    return state.plan(
      declaredIn(copied(repository), disk),
      {
        moved: movedIn(repository),
        replace: replace === undefined ? [] : [`${types[replace.kind]}.${replace.name}`],
        firstFree,
      },
      said,
    );
  };
  const applied = async (plan: SavedPlan | undefined, said: Said): Promise<SavedPlan | undefined> => {
    if (plan === undefined) return undefined;
    await state.apply(plan, said);
    return plan;
  };
  const verbs: Readonly<Record<Verb, (order: Order, said: Said) => Promise<SavedPlan | undefined>>> = {
    plan: planned,
    apply: async (order, said) => applied(await planned(order, said), said),
    destroy: async (order, said) => applied(await planned(order, said), said),
    async save(order, said) {
      saved = await planned(order, said);
      return saved;
    },
    async "apply saved"(_order, said) {
      const plan = saved;
      saved = undefined;
      return applied(plan, said);
    },
    async refresh(_order, said) {
      await state.refresh(said);
      return undefined;
    },
  };

  return {
    interleaves: false,
    rotates: true,
    async run(order) {
      const said: Said = { errors: [], warnings: [] };
      const plan = await verbs[order.verb](order, said);
      const { errors, warnings } = said;
      printed.push(state.text(plan), ...errors, ...warnings);
      const changes = plan === undefined ? undefined : [...plan.changes.values()].map(changeOf);
      return {
        ok: errors.length === 0,
        plan: changes,
        isPlanned: changes !== undefined,
        errors,
        warnings,
      } satisfies Report;
    },
    held: () => [...state.instances].map(([address, instance]) => heldIn(address, instance)),
    forget: (kind, name) => state.remove(`${types[kind]}.${name}`),
    written() {
      const all = printed.join("\n");
      printed.length = 0;
      return all;
    },
    close: async () => undefined,
  };
}

function heldIn(address: string, { value, tainted }: { readonly value: Value; readonly tainted: boolean }): Held {
  const attributes = objectOf(value) ?? {};
  const { kind, name } = named(address);
  return {
    kind,
    name,
    arn: text(attributes[kind === "key" ? "arn" : "key_arn"]) ?? "",
    verified: attributes["verified"] === true,
    fingerprint: text(attributes["fingerprint"]),
    deletionPolicy: text(attributes["deletion_policy"]),
    isBroken: tainted,
    isLeaving: attributes["pending_deletion"] === true,
  };
}

function changeOf({
  address,
  action,
  before,
  after,
}: {
  readonly address: string;
  readonly action: Change["action"];
  readonly before: Value;
  readonly after: Value;
}): Change {
  const { kind, name } = named(address);
  const attribute = kind === "key" ? "arn" : "key_arn";
  const [old, now] = [objectOf(before), objectOf(after)];
  return {
    kind,
    name,
    action,
    from: text(old?.[attribute]),
    to: text(now?.[attribute]),
    deletionPolicy: text(old?.["deletion_policy"]),
  };
}

export function named(address: string): { readonly kind: Kind; readonly name: string } {
  const [type, name = ""] = address.split(".");
  return { kind: keysOf(types).find((kind) => types[kind] === type) ?? "material", name };
}

function text(value: Value | undefined): string | undefined {
  return typeof value === "string" ? value : undefined;
}

export function connection({ emulator: { url, qkmsUrl } }: Embedded): ConfigInput {
  return {
    import_requests_per_second: 1000,
    aws: awsBlock(url),
    alibaba: { region: "cn-hangzhou", access_key: "ENGINE", secret_key: "engine", endpoint: url },
    qkms: { access_key: "QENGINE", secret_key: "engine", endpoint: qkmsUrl },
  };
}

export function movedIn({ keys, materials, rotations }: Repository): readonly (readonly [string, string])[] {
  const pairs = (kind: Kind, all: Iterable<KeyDeclared | MaterialDeclared | RotationDeclared>) =>
    [...all].flatMap(({ address, formerly }) =>
      formerly === undefined ? [] : [[`${types[kind]}.${formerly}`, `${types[kind]}.${address}`] as const],
    );
  return [
    ...pairs("key", keys.values()),
    ...pairs("material", materials.values()),
    ...pairs("rotation", rotations.values()),
  ];
}

/** The configuration, each resource after those to which it refers. */
export function declaredIn(repository: Repository, disk: Disk): readonly Declared[] {
  const primaries = [...repository.keys].filter(([, { replicaOf }]) => replicaOf === undefined);
  const replicas = [...repository.keys].filter(([, { replicaOf }]) => replicaOf !== undefined);
  const materials = ([role, key]: readonly [string, KeyDeclared], depth: number): Declared[] =>
    [...repository.materials.values()]
      .filter((material) => material.key === role && depthOf(repository, material) === depth)
      .map((material) => materialDeclared(repository, disk, material, key));
  const all = [...primaries, ...replicas];
  return [
    ...all.flatMap((one) => [keyDeclared(repository, one[1]), ...materials(one, 0)]),
    // Those that succeed the first: in the key, in its replicas, and then the rotation.
    ...[1, 2].flatMap((depth) => [
      ...all.flatMap((one) => materials(one, depth)),
      ...[...repository.rotations.values()].flatMap((rotation) => rotationDeclared(repository, rotation, depth)),
    ]),
  ];
}

/** It waits for the material in all Regions. */
function rotationDeclared(
  repository: Repository,
  { address, key, material }: RotationDeclared,
  depth: number,
): Declared[] {
  const [of, rotated] = [repository.keys.get(key), repository.materials.get(material)];
  if (of === undefined || rotated === undefined || depthOf(repository, rotated) !== depth) return [];
  const family = familyOf(repository, key);
  const copies = [...repository.materials.values()].filter(
    (one) => family.includes(one.key) && one.file === rotated.file,
  );
  const keyAddress = addressOf({ type: types.key, name: of.address });
  const materialAddress = addressOf({ type: types.material, name: rotated.address });
  const refersTo = [keyAddress, ...copies.map((one) => addressOf({ type: types.material, name: one.address }))];
  return [
    {
      type: types.rotation,
      name: address,
      refersTo,
      config: (value) => ({
        key_arn: value(keyAddress, "arn"),
        key_material_id: value(materialAddress, "key_material_id"),
      }),
    },
  ];
}

function keyDeclared(repository: Repository, key: KeyDeclared): Declared {
  const primary = referenceToPrimary(repository, key);
  return {
    type: types.key,
    name: key.address,
    refersTo: primary === undefined ? [] : [primary.address],
    config: (value) => ({
      kms: repository.kms,
      ...(key.region === "" ? {} : { region: key.region }),
      ...(key.multiRegion && key.replicaOf === undefined ? { multi_region: true } : {}),
      ...(primary === undefined ? {} : { primary_key_arn: value(primary.address, primary.attribute) }),
      creation_token: key.creationToken,
      ...(key.enabled === undefined ? {} : { enabled: key.enabled }),
      ...(key.description === undefined ? {} : { description: key.description }),
      ...(key.tags === undefined ? {} : { tags: new Map(Object.entries(key.tags)) }),
      ...policyOf(repository, key),
    }),
  };
}

function policyOf({ kms }: Repository, { managesPolicy }: KeyDeclared): ConfigInput {
  const policy = managesPolicy ? policies[kms] : undefined;
  return policy === undefined ? {} : { policy };
}

/** A replica takes its primary from the primary's material; without one, from the key itself. */
function referenceToPrimary(repository: Repository, { replicaOf }: KeyDeclared) {
  if (replicaOf === undefined) return undefined;
  const [material] = [...repository.materials.values()].filter(
    ({ key, succeeds }) => key === replicaOf && succeeds === undefined,
  );
  if (material !== undefined) return { address: `${types.material}.${material.address}`, attribute: "key_arn" };
  const primary = repository.keys.get(replicaOf);
  return primary === undefined ? undefined : { address: `${types.key}.${primary.address}`, attribute: "arn" };
}

/** What a successor waits for: what stands before it, and in a replica the same material of its primary. */
function predecessorsOf(repository: Repository, material: MaterialDeclared, key: KeyDeclared) {
  const before = material.succeeds === undefined ? undefined : repository.materials.get(material.succeeds);
  if (before === undefined) return { named: undefined, others: [] };
  const rotation = before.succeeds === undefined ? undefined : rotationTo(repository, before);
  const address = addressOf({ type: types.material, name: before.address });
  const ofPrimary = [...repository.materials.values()].filter(
    (one) => one.key === key.replicaOf && one.file === material.file,
  );
  return {
    named: rotation === undefined ? address : addressOf({ type: types.rotation, name: rotation.address }),
    others: [address, ...ofPrimary.map((one) => addressOf({ type: types.material, name: one.address }))],
  };
}

function materialDeclared(repository: Repository, disk: Disk, material: MaterialDeclared, key: KeyDeclared): Declared {
  const keyAddress = addressOf({ type: types.key, name: key.address });
  const fingerprint = fingerprintFor(disk, material);
  const { named: predecessor, others } = predecessorsOf(repository, material, key);
  return {
    type: types.material,
    name: material.address,
    refersTo: [keyAddress, ...(predecessor === undefined ? [] : [predecessor]), ...others],
    config: (value) => ({
      key_arn: value(keyAddress, "arn"),
      ...(predecessor === undefined ? {} : { succeeds: value(predecessor, "key_material_id") }),
      key_material_source: sourceOf(repository, material.file),
      wrapping_key_spec: "RSA_2048",
      on_deletion: material.onDeletion,
      deletion_policy: material.deletionPolicy,
      ...lifetimeOf(material),
      ...(material.description === undefined ? {} : { material_description: material.description }),
      ...(fingerprint === undefined ? {} : { fingerprint }),
    }),
  };
}

function lifetimeOf({ lifetime }: MaterialDeclared): ConfigInput {
  switch (lifetime.kind) {
    case "forever":
      return {};
    case "renewed":
      return { valid_for: `${lifetime.days}d` };
    case "until":
      return { valid_to: new Date(lifetime.validToMs).toISOString().replace(".000Z", "Z") };
    default:
      return lifetime satisfies never;
  }
}
