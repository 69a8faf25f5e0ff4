import {
  listOf,
  map,
  mapOf,
  nestedList,
  number,
  objectOf,
  string,
  attribute,
  exactNumber,
} from "../../../../src/terraform/plugin/schema/attribute";
import { listBlock, singleBlock, timeouts } from "../../../../src/terraform/plugin/schema/block";
import { typeOf } from "../../../../src/terraform/plugin/schema/definition";
import {
  type ApplyPlan,
  type Config,
  type KnownConfig,
  type Plan,
  resourceSchema,
  type State,
} from "../../../../src/terraform/plugin/schema/schema";
import { typeToJson } from "../../../../src/terraform/plugin/type";
import type { NumberValue } from "../../../../src/terraform/plugin/number";
import type { Unknown } from "../../../../src/terraform/plugin/value";

// What TypeScript infers from a schema. These tests fail when types are checked, not when they are run.

const everything = resourceSchema({
  version: 3,
  attributes: {
    required: string({ required: true }),
    optional: number({ optional: true }),
    computed: string({ computed: true }),
    both: string({ optional: true, computed: true }),
    defaulted: number({ optional: true, computed: true, default: 1 }),
    secret_wo: string({ optional: true, writeOnly: true }),
    tags: map(string, { optional: true }),
    exact: exactNumber({ optional: true }),
    deep: attribute(objectOf({ a: listOf(string), b: mapOf(number) }), { optional: true }),
    parts: nestedList({ what: string({ required: true }), made: string({ computed: true }) }, { required: true }),
  },
  blocks: {
    role: listBlock({ attributes: { arn: string({ required: true }) } }),
    owner: singleBlock({ attributes: { who: string({ optional: true }) } }),
    timeouts: timeouts({ create: "1m" }),
  },
});

type Everything = typeof everything;
type Same<A, B> = [A, B] extends [B, A] ? true : false;

function holds<Claim extends true>(...claims: readonly Claim[]): readonly Claim[] {
  return claims;
}

describe("the types of a schema's values", () => {
  it("say where a configuration may be null or unknown", () => {
    expect(
      holds<Same<Config<Everything>["required"], string | Unknown>>(true).length +
        holds<Same<Config<Everything>["optional"], number | Unknown | null>>(true).length +
        holds<Same<Config<Everything>["computed"], null>>(true).length +
        holds<Same<Config<Everything>["secret_wo"], string | Unknown | null>>(true).length +
        holds<Same<KnownConfig<Everything>["secret_wo"], string | null>>(true).length +
        holds<Same<KnownConfig<Everything>["required"], string>>(true).length +
        holds<Same<KnownConfig<Everything>["exact"], NumberValue | null>>(true).length +
        holds<Same<KnownConfig<Everything>["role"], readonly { readonly arn: string }[]>>(true).length,
    ).toBe(8);
  });

  it("say what a plan may leave open", () => {
    expect(
      holds<Same<Plan<Everything>["required"], string | Unknown>>(true).length +
        holds<Same<Plan<Everything>["defaulted"], number | Unknown>>(true).length +
        holds<Same<Plan<Everything>["secret_wo"], null>>(true).length +
        holds<Same<ApplyPlan<Everything>["required"], string>>(true).length +
        holds<Same<ApplyPlan<Everything>["both"], string | Unknown | null>>(true).length +
        holds<Same<ApplyPlan<Everything>["parts"][number]["made"], string | Unknown | null>>(true).length,
    ).toBe(6);
  });

  it("say that a state is known", () => {
    expect(
      holds<Same<State<Everything>["computed"], string | null>>(true).length +
        holds<Same<State<Everything>["defaulted"], number>>(true).length +
        holds<Same<State<Everything>["tags"], ReadonlyMap<string, string> | null>>(true).length +
        holds<Same<State<Everything>["secret_wo"], null>>(true).length +
        holds<Same<State<Everything>["owner"], { readonly who: string | null } | null>>(true).length +
        holds<Same<State<Everything>["timeouts"], { readonly create: string | null } | null>>(true).length,
    ).toBe(6);
  });
});

describe("the type of a schema in the protocol", () => {
  it("has all attributes and blocks", () => {
    expect(JSON.parse(typeToJson(typeOf(everything)))).toEqual([
      "object",
      {
        required: "string",
        optional: "number",
        computed: "string",
        both: "string",
        defaulted: "number",
        secret_wo: "string",
        tags: ["map", "string"],
        exact: "number",
        deep: ["object", { a: ["list", "string"], b: ["map", "number"] }],
        parts: ["list", ["object", { what: "string", made: "string" }]],
        role: ["list", ["object", { arn: "string" }]],
        owner: ["object", { who: "string" }],
        timeouts: ["object", { create: "string" }],
      },
    ]);
  });
});
