import type { Configuration, DeclaredMaterial } from "./declared";

/** What a user writes. */
export interface Edit {
  readonly what: keyof typeof edits;
  readonly n: number;
}

interface At {
  readonly configuration: Configuration;
  readonly idOf: (name: string) => string | undefined;
  readonly nowMs: number;
}

const lifetimes = [{}, { validFor: "30d" }, { validFor: "90d" }] as const;

const edits = {
  "material succeeds the last": ({ configuration: { materials, rotations }, idOf }, n) => {
    const last = [...materials.keys()].at(-1);
    const name = `next ${materials.size}-${n}`;
    if (last === undefined || materials.has(name)) return;
    const id = n % 3 === 0 ? idOf(last) : undefined;
    materials.set(name, {
      bytes: 1 + (n % 5),
      succeeds: id === undefined ? { name: last } : { id },
      lifetime: lifetimes[n % lifetimes.length] ?? {},
      deletionPolicy: n % 2 === 0 ? "retain" : "delete",
      onDeletion: "reimport",
    });
    if (n % 4 !== 0) rotations.add(name);
  },
  "rotates to the last": ({ configuration: { materials, rotations } }) => {
    const last = [...materials.keys()].at(-1);
    if (last !== undefined && last !== "first") rotations.add(last);
  },
  "removes the last": ({ configuration: { materials, rotations } }) => {
    const last = [...materials.keys()].at(-1);
    if (last === undefined || last === "first") return;
    rotations.delete(last);
    materials.delete(last);
  },
  "removes one": ({ configuration: { materials, rotations }, idOf }, n) => {
    const all = [...materials.keys()];
    const name = all[n % Math.max(1, all.length)];
    if (name === undefined || all.length < 2) return;
    for (const one of materials.values()) {
      if (one.succeeds === undefined || !("name" in one.succeeds) || one.succeeds.name !== name) continue;
      const id = idOf(name);
      one.succeeds = id === undefined ? undefined : { id };
    }
    rotations.delete(name);
    materials.delete(name);
  },
  "removes a rotation": ({ configuration: { rotations } }, n) => {
    const all = [...rotations];
    const name = all[n % Math.max(1, all.length)];
    if (name !== undefined) rotations.delete(name);
  },
  "sets the deletion policy": change((one, n) => void (one.deletionPolicy = n % 2 === 0 ? "retain" : "delete")),
  "sets the lifetime": change((one, n, nowMs) => {
    const until = new Date(nowMs + 60 * 86_400_000).toISOString().replace(/\.\d+Z/, "Z");
    one.lifetime = n % 4 === 3 ? { validTo: until } : (lifetimes[n % lifetimes.length] ?? {});
  }),
  "gives other bytes": change((one, n) => void (one.bytes = n % 6)),
  "gives the last other bytes": ({ configuration: { materials } }, n) => {
    const last = [...materials.values()].at(-1);
    if (last === undefined || last.succeeds === undefined) return;
    last.bytes = 1 + (n % 5);
    last.deletionPolicy = n % 4 === 0 ? "retain" : "delete";
  },
  "drops the last": ({ configuration: { materials } }) => {
    const last = [...materials.values()].at(-1);
    if (last?.succeeds !== undefined) last.deletionPolicy = "delete";
  },
  "sets on_deletion": change((one, n) => void (one.onDeletion = n % 2 === 0 ? "reimport" : "report")),
  "succeeds itself": ({ configuration: { materials }, idOf }, n) => {
    const [name, one] = pick(materials, n);
    const id = name === undefined ? undefined : idOf(name);
    if (one !== undefined && id !== undefined) one.succeeds = { id };
  },
  "succeeds another": ({ configuration: { materials }, idOf }, n) => {
    const [, one] = pick(materials, n);
    const [other] = pick(materials, n + 1);
    const id = other === undefined ? undefined : idOf(other);
    if (one !== undefined && id !== undefined) one.succeeds = { id };
  },
  "succeeds nothing": change((one) => void (one.succeeds = undefined)),
} as const satisfies Record<string, (at: At, n: number) => void>;

export const editNames = Object.keys(edits).filter((name): name is keyof typeof edits => name in edits);

/** Edits the configuration. Gives what was written. */
export function edit(
  configuration: Configuration,
  { what, n }: Edit,
  idOf: (name: string) => string | undefined,
  nowMs: number,
): string {
  edits[what]({ configuration, idOf, nowMs }, n);
  const all = [...configuration.materials].map(([name, { bytes, succeeds, deletionPolicy, lifetime }]) => {
    const after =
      succeeds === undefined ? "" : ` after ${"name" in succeeds ? succeeds.name : succeeds.id.slice(0, 6)}`;
    return `${name}=${bytes}${after} ${deletionPolicy} ${JSON.stringify(lifetime)}`;
  });
  return `${what} ${n} -> ${all.join(", ")}; rotations: ${[...configuration.rotations].join()}`;
}

function pick(materials: ReadonlyMap<string, DeclaredMaterial>, n: number): [string?, DeclaredMaterial?] {
  const all = [...materials];
  return all[n % Math.max(1, all.length)] ?? [];
}

function change(work: (one: DeclaredMaterial, n: number, nowMs: number) => void) {
  return ({ configuration, nowMs }: At, n: number): void => {
    const [, one] = pick(configuration.materials, n % 7);
    if (one !== undefined) work(one, Math.floor(n / 7), nowMs);
  };
}
