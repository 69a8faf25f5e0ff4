import { tmpdir } from "node:os";
import type { Props } from "../../pulumi/provider/props";
import { defined } from "../../src/engine/defined";
import { keysOf } from "../../src/engine/table";
import { policies } from "../crash/flows";
import { environment } from "../support/environment";
import { inProcess } from "../pulumi/support/in-process";
import type { Methods, Provider, ResourceType } from "../pulumi/support/methods";
import { type Declared, type Outcome, type Output, type Recorded, Stack } from "../pulumi/support/stack";
import type { Embedded } from "./embedded";
import {
  depthOf,
  type Disk,
  familyOf,
  fingerprintFor,
  type KeyDeclared,
  type LifetimeDeclared,
  type MaterialDeclared,
  type Repository,
  type RotationDeclared,
  rotationTo,
  sourceOf,
} from "./repository";
import type { Action, Change, Held, Kind, Order, Report, Surroundings, Tool, Verb } from "./tool";

const types = {
  key: "ExternalKey",
  material: "ImportedKeyMaterial",
  rotation: "KeyRotation",
} as const satisfies Record<Kind, ResourceType>;

/** How a provider is started for one run. */
export type StartProvider = (
  env: Readonly<Record<string, string>>,
  config: Readonly<Record<string, string>>,
) => Promise<Provider>;

/** Pulumi's engine as the tests of the provider have it (`test/pulumi/support/stack.ts`), with the provider in this process. */
export function pulumiTool(embedded: Embedded, disk: Disk, surroundings: Surroundings): Tool {
  return toolOn(
    async (env, config) => inProcess(env, config, tmpdir()),
    () => "(the provider)",
    embedded,
    disk,
    surroundings,
  );
}

/** @param text stands for the provider in the state, by its class of resources */
export function toolOn(
  start: StartProvider,
  text: (type: ResourceType) => string,
  embedded: Embedded,
  disk: Disk,
  surroundings: Surroundings,
): Tool {
  const config = { "aws:region": "eu-central-1", "byok:importRequestsPerSecond": "1000" };
  const begun = async (): Promise<Provider> => {
    const env = { ...environment(embedded), ...given(disk.env) };
    return mortal(await start(env, config), surroundings);
  };
  const stack = new Stack(begun, text);
  const printed: string[] = [];
  const resources = (): readonly Recorded[] => JSON.parse(stack.state);

  const verbs: Readonly<Record<Verb, (program: readonly Declared[]) => Promise<Outcome>>> = {
    plan: (program) => stack.preview(program),
    save: (program) => stack.preview(program),
    apply: (program) => stack.up(program),
    "apply saved": (program) => stack.update(program),
    refresh: () => stack.refresh(),
    destroy: () => stack.destroy(),
  };

  return {
    interleaves: true,
    rotates: true,
    async run({ verb, repository }: Order) {
      const recorded = resources();
      const before = recorded.map(heldIn);
      const leaving = recorded.filter(({ replaced }) => replaced === true).map(heldIn);
      const outcome = await verbs[verb](declaredIn(repository, disk));
      const { error, reasons = [], printed: lines } = outcome;
      const errors = error === undefined ? [] : [error, ...reasons];
      printed.push(stack.state, ...errors, ...lines);
      const plan =
        verb === "refresh" ? undefined : planOf(outcome, aliased(before, repository), leaving, resources().map(heldIn));
      const ok = errors.length === 0;
      return { ok, plan, isPlanned: ok && plan !== undefined, errors, warnings: lines } satisfies Report;
    },
    held: () => resources().map(heldIn),
    forget(kind, name) {
      stack.restore(JSON.stringify(resources().filter((one) => one.name !== nameOf(kind, name))));
    },
    written() {
      const all = printed.join("\n");
      printed.length = 0;
      return all;
    },
    close: async () => undefined,
  };
}

/** Its answers are lost once its process is dead. */
function mortal(provider: Provider, surroundings: Surroundings): Provider {
  const answered = async <T>(work: Promise<T>): Promise<T> => {
    const answer = await work.catch((error: unknown) => {
      throw surroundings.isDead() ? new Error("[died] the provider's process ended") : error;
    });
    if (surroundings.isDead()) throw new Error("[died] the provider's process ended");
    return answer;
  };
  const wrapped = (methods: Methods): Methods => ({
    check: (olds, news) => answered(methods.check(olds, news)),
    diff: (id, olds, news) => answered(methods.diff(id, olds, news)),
    create: (inputs) => answered(methods.create(inputs)),
    read: (id, props) => answered(methods.read(id, props)),
    update: (id, olds, news) => answered(methods.update(id, olds, news)),
    delete: (id, props) => answered(methods.delete(id, props)),
  });
  return {
    methods: (type) => wrapped(provider.methods(type)),
    printed: () => provider.printed(),
    close: () => provider.close(),
  };
}

/** Names of resources say of what kind they are, since the steps of a run are told by names. */
function nameOf(kind: Kind, name: string): string {
  return `${kind}-${name}`;
}

function named(name: string): { readonly kind: Kind; readonly name: string } {
  const kind = keysOf(types).find((each) => name.startsWith(nameOf(each, ""))) ?? "material";
  return { kind, name: name.slice(nameOf(kind, "").length) };
}

function heldIn({ name, id, outs }: Recorded): Held {
  const { verified, fingerprint, deletionPolicy, pendingDeletion } = outs;
  return {
    ...named(name),
    arn: id,
    verified: verified === true,
    fingerprint: typeof fingerprint === "string" ? fingerprint : undefined,
    deletionPolicy: typeof deletionPolicy === "string" ? deletionPolicy : undefined,
    isBroken: false,
    isLeaving: pendingDeletion === true,
  };
}

const actions: Readonly<Record<string, Action>> = {
  create: "create",
  update: "update",
  replace: "replace",
  delete: "delete",
};

/** What was in the state, by the names that the program has for it now. */
function aliased(before: readonly Held[], { keys, materials, rotations }: Repository): readonly Held[] {
  const declared = { key: keys, material: materials, rotation: rotations } as const satisfies Record<
    Kind,
    ReadonlyMap<string, KeyDeclared | MaterialDeclared | RotationDeclared>
  >;
  return before.map((held) => {
    const renamed = [...declared[held.kind].values()].find(({ formerly }) => formerly === held.name);
    return renamed === undefined ? held : { ...held, name: renamed.address };
  });
}

/**
 * What a run says by its steps; what it does not name stays as it is.
 *
 * @param leaving What an earlier run has replaced and not come to delete. Its successor has the same name.
 */
function planOf(
  { steps }: Outcome,
  before: readonly Held[],
  leaving: readonly Held[],
  after: readonly Held[],
): readonly Change[] {
  const of = (all: readonly Held[], { kind, name }: Pick<Held, "kind" | "name">): Held | undefined =>
    all.find((one) => one.kind === kind && one.name === name);
  const left = [...leaving];
  const stays = before.filter(({ kind, name, arn }) => of(leaving, { kind, name })?.arn !== arn);
  const told = steps.flatMap((step): Change[] => {
    const [word = "", name = ""] = step.split(" ");
    const action = actions[word];
    if (action === undefined) return [];
    const departed = action === "delete" ? of(left, named(name)) : undefined;
    // Its successor may be deleted by the same run, under the same name.
    if (departed !== undefined) left.splice(left.indexOf(departed), 1);
    const old = departed ?? of(stays, named(name)) ?? of(before, named(name));
    const now = of(after, named(name));
    return [{ ...named(name), action, from: old?.arn, to: now?.arn, deletionPolicy: old?.deletionPolicy }];
  });
  const silent = before.filter(
    (held) => of(after, held) !== undefined && !told.some(({ kind, name }) => kind === held.kind && name === held.name),
  );
  return [
    ...told,
    ...silent.map(
      ({ kind, name, arn, deletionPolicy }): Change => ({
        kind,
        name,
        action: "no-op",
        from: arn,
        to: arn,
        deletionPolicy,
      }),
    ),
  ];
}

/** The bytes that are at hand now. */
function given(env: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).flatMap(([name, value]) =>
      name.startsWith("WALK_") && value !== undefined ? [[name, value]] : [],
    ),
  );
}

/** The program, each resource after those whose ids it needs. */
function declaredIn(repository: Repository, disk: Disk): readonly Declared[] {
  const all = [...repository.keys];
  const ordered = [
    ...all.filter(([, { replicaOf }]) => replicaOf === undefined),
    ...all.filter(([, { replicaOf }]) => replicaOf !== undefined),
  ];
  const materials = ([role, key]: readonly [string, KeyDeclared], depth: number): readonly Declared[] =>
    [...repository.materials.values()]
      .filter((material) => material.key === role && depthOf(repository, material) === depth)
      .map((material) => materialDeclared(repository, disk, material, key));
  return [
    ...ordered.flatMap((one) => [keyDeclared(repository, one[1]), ...materials(one, 0)]),
    // Those that succeed the first: in the key, in its replicas, and then the rotation.
    ...[1, 2].flatMap((depth) => [
      ...ordered.flatMap((one) => materials(one, depth)),
      ...[...repository.rotations.values()].flatMap((rotation) => rotationDeclared(repository, rotation, depth)),
    ]),
  ];
}

function alias(
  kind: Kind,
  { formerly }: KeyDeclared | MaterialDeclared | RotationDeclared,
): { readonly alias?: string } {
  return formerly === undefined ? {} : { alias: nameOf(kind, formerly) };
}

/** It waits for the material in all Regions. */
function rotationDeclared(repository: Repository, rotation: RotationDeclared, depth: number): readonly Declared[] {
  const [of, rotated] = [repository.keys.get(rotation.key), repository.materials.get(rotation.material)];
  if (of === undefined || rotated === undefined || depthOf(repository, rotated) !== depth) return [];
  const family = familyOf(repository, rotation.key);
  const copies = [...repository.materials.values()].filter(
    (one) => family.includes(one.key) && one.file === rotated.file,
  );
  const keyName = nameOf("key", of.address);
  return [
    {
      type: types.rotation,
      name: nameOf("rotation", rotation.address),
      ...alias("rotation", rotation),
      dependsOn: [keyName, ...copies.map(({ address }) => nameOf("material", address))],
      props: (ids, output) => ({
        keyArn: ids[`${types.key} ${keyName}`],
        ...defined({ keyMaterialId: output(types.material, nameOf("material", rotated.address), "keyMaterialId") }),
      }),
    },
  ];
}

function keyDeclared(repository: Repository, key: KeyDeclared): Declared {
  const { kms } = repository;
  const policy = key.managesPolicy ? policies[kms] : undefined;
  const primary = key.replicaOf === undefined ? undefined : primaryOf(repository, key.replicaOf);
  return {
    type: types.key,
    name: nameOf("key", key.address),
    ...alias("key", key),
    ...(primary === undefined ? {} : { dependsOn: [primary.name] }),
    props: (ids) => ({
      kms,
      ...(key.region === "" ? {} : { region: key.region }),
      ...(key.multiRegion && key.replicaOf === undefined ? { multiRegion: true } : {}),
      ...(primary === undefined ? {} : { primaryKeyArn: ids[`${primary.type} ${primary.name}`] }),
      creationToken: key.creationToken,
      ...(key.enabled === undefined ? {} : { enabled: key.enabled }),
      ...(key.description === undefined ? {} : { description: key.description }),
      ...(key.tags === undefined ? {} : { tags: key.tags }),
      ...(policy === undefined ? {} : { policy }),
    }),
  };
}

function primaryOf({ keys, materials }: Repository, role: string) {
  const material = [...materials.values()].find(({ key, succeeds }) => key === role && succeeds === undefined);
  if (material !== undefined) return { type: types.material, name: nameOf("material", material.address) };
  const key = keys.get(role);
  return key === undefined ? undefined : { type: types.key, name: nameOf("key", key.address) };
}

/** What stands before a successor in its key: the material itself, or the rotation to it. */
function predecessorOf(repository: Repository, { succeeds }: MaterialDeclared) {
  const before = succeeds === undefined ? undefined : repository.materials.get(succeeds);
  if (before === undefined) return undefined;
  const rotation = before.succeeds === undefined ? undefined : rotationTo(repository, before);
  return rotation === undefined
    ? { type: types.material, name: nameOf("material", before.address) }
    : { type: types.rotation, name: nameOf("rotation", rotation.address) };
}

function materialDeclared(repository: Repository, disk: Disk, material: MaterialDeclared, key: KeyDeclared): Declared {
  const keyName = nameOf("key", key.address);
  const fingerprint = fingerprintFor(disk, material);
  const predecessor = predecessorOf(repository, material);
  const succeeds = (output: Output): Props =>
    predecessor === undefined ? {} : defined({ succeeds: output(predecessor.type, predecessor.name, "keyMaterialId") });
  return {
    type: types.material,
    name: nameOf("material", material.address),
    ...alias("material", material),
    dependsOn: [keyName],
    props: (ids, output) => ({
      keyArn: ids[`${types.key} ${keyName}`],
      ...succeeds(output),
      keyMaterialSource: sourceOf(repository, material.file),
      wrappingKeySpec: "RSA_2048",
      onDeletion: material.onDeletion,
      deletionPolicy: material.deletionPolicy,
      ...lifetimeOf(material.lifetime),
      ...(material.description === undefined ? {} : { materialDescription: material.description }),
      ...(fingerprint === undefined ? {} : { fingerprint }),
    }),
  };
}

function lifetimeOf(lifetime: LifetimeDeclared): Props {
  switch (lifetime.kind) {
    case "forever":
      return {};
    case "renewed":
      return { validFor: `${lifetime.days}d` };
    case "until":
      return { validTo: new Date(lifetime.validToMs).toISOString().replace(".000Z", "Z") };
    default:
      return lifetime satisfies never;
  }
}
