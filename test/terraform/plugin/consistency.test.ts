import { define } from "../../../src/terraform/plugin/provider";
import type { Resource } from "../../../src/terraform/plugin/resource";
import type { IdentitySchema } from "../../../src/terraform/plugin/identity";
import { list, map, nestedList, number, set, string } from "../../../src/terraform/plugin/schema/attribute";
import { listBlock, singleBlock } from "../../../src/terraform/plugin/schema/block";
import { requiresReplace, requiresReplaceIfConfigured } from "../../../src/terraform/plugin/schema/plan-modifiers";
import { resourceSchema, schema, schemaProblems } from "../../../src/terraform/plugin/schema/schema";
import { ProviderHost } from "../../../src/terraform/plugin/testing/host";
import { UNKNOWN, type Value } from "../../../src/terraform/plugin/value";

// Providers that break a rule of the host's: the server itself must say so, and name the attribute.

const thing = resourceSchema({
  version: 0,
  attributes: {
    id: string({ computed: true }),
    name: string({ required: true }),
    size: number({ optional: true, computed: true }),
    note: string({ optional: true }),
    secret_wo: string({ optional: true, writeOnly: true }),
    tags: map(string, { optional: true }),
    places: set(string, { optional: true, plan: [requiresReplace()] }),
    times: list(string, { optional: true, computed: true, plan: [requiresReplaceIfConfigured()] }),
    parts: nestedList({ what: string({ optional: true }), made: string({ computed: true }) }, { optional: true }),
  },
  blocks: {
    door: listBlock({ attributes: { colour: string({ optional: true }) } }),
    roof: singleBlock({ attributes: { colour: string({ optional: true }) } }),
  },
});

type Thing = Resource<typeof thing, IdentitySchema, null>;

const honest: Thing = {
  schema: thing,
  create: ({ plan }) => ({
    state: {
      ...plan,
      id: "i",
      size: plan.size === UNKNOWN ? 1 : plan.size,
      times: null,
      parts: plan.parts?.map(({ what }) => ({ what, made: "m" })) ?? null,
    },
  }),
  read: ({ state }) => ({ state }),
  update: ({ plan, prior }) => ({ state: { ...prior, name: plan.name, note: plan.note, places: plan.places } }),
  delete: () => undefined,
};

function start(change: Partial<Thing>): Promise<ProviderHost> {
  const { resource, provider } = define<null>();
  return ProviderHost.start(
    provider({
      name: "acme",
      schema: schema({ attributes: {} }),
      configure: () => ({ client: null }),
      resources: { acme_thing: resource({ ...honest, ...change }) },
    }),
  );
}

const config = { name: "n", note: "x", tags: new Map([["a", "b"]]), parts: [{ what: "w" }], door: [{ colour: "red" }] };

describe("a plan that breaks a rule", () => {
  it.each<[string, Record<string, Value>, string]>([
    ["another value than configured", { name: "other" }, "name is neither what is configured"],
    ["nothing for what is configured", { note: null }, "note is neither what is configured"],
    ["something for what is neither configured nor computed", { places: ["p"] }, "places has a value"],
    ["other nested objects", { parts: [] }, "parts has another number"],
    ["another value inside of them", { parts: [{ what: "v", made: UNKNOWN }] }, "parts[0].what is neither"],
    ["blocks that are not configured", { roof: { colour: "c" } }, "roof is there in only one"],
    ["other blocks", { door: [{ colour: "blue" }] }, "door[0].colour is neither"],
    ["an attribute that does not exist", { colour: "red" }, "does not have: colour"],
    ["a value of the wrong type", { size: "large" }, "not of the type"],
  ])("plans %s", async (_, change, words) => {
    const host = await start({ plan: ({ planned }) => ({ planned: Object.assign({}, planned, change) }) });
    await expect(host.resource("acme_thing").plan(config)).rejects.toThrow(words);
    await expect(host.resource("acme_thing").plan(config)).rejects.toThrow("bug in the provider");
  });

  it("may plan a write-only value by mistake: it is taken out", async () => {
    const host = await start({ plan: ({ planned }) => ({ planned: Object.assign({}, planned, { secret_wo: "s" }) }) });
    expect((await host.resource("acme_thing").plan({ ...config, secret_wo: "s" })).planned).toMatchObject({
      secret_wo: null,
    });
  });
});

describe("an apply that breaks a rule", () => {
  it.each<[string, Record<string, Value>, string]>([
    ["another value than planned", { note: "other" }, "note is not what was planned"],
    ["something unknown", { id: UNKNOWN }, "id is still unknown"],
    ["other elements", { tags: new Map() }, "tags is not what was planned"],
    ["fewer nested objects", { parts: null }, "parts is there in only one"],
    ["fewer blocks", { door: [] }, "door has another number"],
    ["a value of the wrong type", { id: 5 }, "not of the type"],
    ["an attribute that does not exist", { colour: "red" }, "does not have: colour"],
  ])("returns %s", async (_, change, words) => {
    const create: Thing["create"] = async (request) => {
      const { state } = await honest.create(request);
      return { state: Object.assign({}, state, change) };
    };
    const host = await start({ create });
    const instance = host.resource("acme_thing");
    await expect(instance.apply(config)).rejects.toThrow(words);
    // The object exists, so its state must not be lost over it.
    expect(instance.state).toMatchObject({ name: "n" });
    expect(instance.tainted).toBe(true);
  });

  it("returns a write-only value, which is taken out everywhere", async () => {
    const create: Thing["create"] = async (request) => {
      const { state } = await honest.create(request);
      return { state: Object.assign({}, state, { secret_wo: request.config.secret_wo }) };
    };
    const read: Thing["read"] = ({ state }) => ({ state: Object.assign({}, state, { secret_wo: "again" }) });
    const host = await start({ create, read });
    const instance = host.resource("acme_thing");
    await instance.applyAndSettle({ ...config, secret_wo: "s" });
    expect(instance.state).toMatchObject({ secret_wo: null });
  });

  it("returns nothing at all", async () => {
    const host = await start({ create: () => ({ state: null }) });
    await expect(host.resource("acme_thing").apply(config)).rejects.toThrow("gone after it was created");
  });

  it("throws in an update: the state before it stays", async () => {
    const update = (): never => {
      throw new TypeError("nope");
    };
    const host = await start({ update });
    const instance = host.resource("acme_thing");
    await instance.applyAndSettle(config);
    const before = instance.state;
    await expect(instance.apply({ ...config, note: "y" })).rejects.toThrow(/update acme_thing: TypeError\.\n/);
    expect(instance.state).toEqual(before);
    expect(instance.tainted).toBe(false);
  });

  it("reads something unknown", async () => {
    const read: Thing["read"] = ({ state }) => ({ state: Object.assign({}, state, { id: UNKNOWN }) });
    const host = await start({ read });
    const instance = host.resource("acme_thing");
    await instance.apply(config);
    await expect(instance.refresh()).rejects.toThrow("id is still unknown");
  });
});

describe("a plan by the schema", () => {
  it("marks what is computed unknown as soon as anything differs, and only then", async () => {
    const instance = (await start({})).resource("acme_thing");
    await instance.applyAndSettle({ name: "n" });
    const { planned } = await instance.plan({ name: "n", note: "new" });
    expect(planned).toMatchObject({ id: UNKNOWN, size: UNKNOWN, times: UNKNOWN, note: "new", parts: null });
  });

  it("takes sets without order when it asks for a replacement", async () => {
    const instance = (await start({})).resource("acme_thing");
    await instance.applyAndSettle({ name: "n", places: ["a", "b"] });
    expect((await instance.plan({ name: "n", places: ["b", "a"] })).action).toBe("no-op");
    expect(await instance.plan({ name: "n", places: ["b"] })).toMatchObject({
      action: "replace",
      replacePaths: ["places"],
    });
    expect(await instance.plan({ name: "n", places: UNKNOWN })).toMatchObject({ action: "replace" });
  });
});

describe("a schema", () => {
  it.each([
    [{ a: string({}) }, "a is neither required"],
    [{ a: string({ required: true, optional: true }) }, "required and something else"],
    [{ a: string({ optional: true, default: "x" }) }, "optional and computed"],
    [{ a: string({ optional: true, computed: true, writeOnly: true }) }, "write-only and computed"],
    [{ A: string({ optional: true }) }, "not a name"],
    [{ count: number({ optional: true }) }, "Terraform uses itself"],
    [
      { a: nestedList({ b: string({ optional: true }) }, { optional: true, writeOnly: true }) },
      "a.b is inside of a write-only",
    ],
  ])("is refused with %j", (attributes, words) => {
    expect(schemaProblems("resource", schema({ attributes })).join()).toContain(words);
    const source = { schema: schema({ attributes }), read: () => ({ state: null }) };
    expect(() => define<null>().dataSource(source)).toThrow(TypeError);
  });

  it("has write-only attributes only in a resource", () => {
    const attributes = { a: string({ optional: true, writeOnly: true }) };
    expect(schemaProblems("data source", schema({ attributes })).join()).toContain("only attributes of resources");
  });
});
