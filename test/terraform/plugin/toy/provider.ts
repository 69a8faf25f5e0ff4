import { createHash, randomUUID } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { errorDiagnostic, warningDiagnostic } from "../../../../src/terraform/plugin/diagnostics";
import { FunctionError, parameter, providerFunction } from "../../../../src/terraform/plugin/function";
import { identitySchema, requiredForImport } from "../../../../src/terraform/plugin/identity";
import { path } from "../../../../src/terraform/plugin/path";
import { isJsonObject } from "../../../../src/terraform/plugin/private-state";
import { define } from "../../../../src/terraform/plugin/provider";
import {
  bool,
  list,
  map,
  nestedList,
  nestedObject,
  number,
  set,
  string,
} from "../../../../src/terraform/plugin/schema/attribute";
import { listBlock, singleBlock, timeouts } from "../../../../src/terraform/plugin/schema/block";
import { requiresReplaceWhenKnown, useStateForUnknown } from "../../../../src/terraform/plugin/schema/plan-modifiers";
import { resourceSchema, type State, schema } from "../../../../src/terraform/plugin/schema/schema";
import { between, lengthBetween, oneOf } from "../../../../src/terraform/plugin/schema/validators";
import { UNKNOWN } from "../../../../src/terraform/plugin/value";

// A provider of boxes, which are JSON files in a folder: small, but with one of everything.

interface Box {
  readonly name: string;
  readonly label: string | null;
  readonly size: number;
  readonly tags: Readonly<Record<string, string>> | null;
}

/** The remote system. */
interface Shelf {
  readonly folder: string;
}

const boxSchema = resourceSchema({
  version: 1,
  description: "A box on the shelf.",
  attributes: {
    id: string({ computed: true, plan: [useStateForUnknown()] }),
    name: string({ required: true, plan: [requiresReplaceWhenKnown()], validate: [lengthBetween(1, 20)] }),
    label: string({ optional: true, equal: (a, b) => a.toLowerCase() === b.toLowerCase() }),
    size: number({ optional: true, computed: true, default: 1, validate: [between(0, 100)] }),
    weight: number({ optional: true }),
    colour: string({ optional: true, computed: true, validate: [oneOf("red", "blue")] }),
    secret_wo: string({ optional: true, writeOnly: true, sensitive: true }),
    secret_hash: string({ computed: true }),
    revision: number({ computed: true }),
    tags: map(string, { optional: true }),
    shelves: set(string, { optional: true }),
    notes: list(string, { optional: true }),
    contents: nestedList(
      {
        what: string({ required: true }),
        serial: string({ optional: true, computed: true }),
        hidden_wo: string({ optional: true, writeOnly: true }),
      },
      { optional: true },
    ),
    fail: string({ optional: true, validate: [oneOf("after", "before", "throw")] }),
    wait: bool({ optional: true }),
    old: string({ optional: true, deprecated: "Use label instead." }),
  },
  blocks: {
    lid: listBlock({ attributes: { colour: string({ optional: true }) }, maxItems: 2 }),
    owner: singleBlock({ attributes: { who: string({ required: true }) } }),
    timeouts: timeouts({ create: "10m", delete: "1h30m" }),
  },
});

const { resource, dataSource, ephemeralResource, provider } = define<Shelf>();

const box = resource({
  schema: boxSchema,
  identity: {
    schema: identitySchema({ version: 0, attributes: { id: requiredForImport(string) } }),
    of: ({ id }) => ({ id }),
  },
  validate: ({ config }) =>
    config.name === "forbidden" ? [errorDiagnostic("Forbidden Name", "No box may be called so.", path("name"))] : [],
  plan: ({ config, prior, planned }) => {
    const hash = config.secret_wo === UNKNOWN || config.secret_wo === null ? null : hashOf(config.secret_wo);
    const same = prior === null || hash === null || hash === prior.secret_hash;
    return {
      planned: same ? planned : { ...planned, secret_hash: UNKNOWN, revision: UNKNOWN },
      ...(prior !== null && planned.size !== UNKNOWN && (planned.size ?? 0) < (prior.size ?? 0)
        ? { diagnostics: [warningDiagnostic("Shrinking", "Something may not fit any more.", path("size"))] }
        : {}),
    };
  },
  planDestroy: ({ prior }) =>
    prior.size === 99 ? { diagnostics: [warningDiagnostic("A Full Box", "It goes with its content.")] } : undefined,
  create: async ({ config, plan, client, signal, private: kept, timeoutMilliseconds }) => {
    if (config.fail === "before")
      return { state: null, diagnostics: [errorDiagnostic("No Box", "There are none left.")] };
    if (config.fail === "throw") throw new RangeError("the shelf is not that deep");
    const id = randomUUID();
    const state: State<typeof boxSchema> = {
      ...plan,
      id,
      colour: plan.colour === UNKNOWN ? "red" : plan.colour,
      size: plan.size === UNKNOWN ? 1 : plan.size,
      secret_hash: config.secret_wo === null ? null : hashOf(config.secret_wo),
      revision: 1,
      contents: serials(plan.contents),
    };
    write(client, id, state);
    const privateState = new Map([...kept, ["created", true] as const, ["timeout", timeoutMilliseconds] as const]);
    if (config.wait) {
      writeFileSync(join(client.folder, "waiting"), "");
      try {
        await sleep(600_000, undefined, { signal });
      } catch {
        return { state, diagnostics: [errorDiagnostic("Interrupted", "The box is only half built.")] };
      }
    }
    const diagnostics = config.fail === "after" ? [errorDiagnostic("Dropped", "The box has a dent.")] : [];
    return { state, private: privateState, diagnostics };
  },
  read: ({ state, client, private: kept }) => {
    const found = read(client, state.id);
    if (!found) return { state: null };
    const tags = found.tags ? new Map(Object.entries(found.tags)) : null;
    return {
      state: { ...state, name: found.name, label: found.label, size: found.size, tags },
      private: new Map([...kept, ["read", true] as const]),
    };
  },
  update: ({ config, plan, prior, client, private: kept }) => {
    const state: State<typeof boxSchema> = {
      ...plan,
      id: prior.id,
      colour: plan.colour === UNKNOWN ? prior.colour : plan.colour,
      size: plan.size === UNKNOWN ? 1 : plan.size,
      secret_hash: config.secret_wo === null ? prior.secret_hash : hashOf(config.secret_wo),
      revision: plan.revision === UNKNOWN ? (prior.revision ?? 0) + 1 : plan.revision,
      contents: serials(plan.contents),
    };
    write(client, prior.id ?? "", state);
    return { state, private: new Map([...kept, ["updated", kept.get("created") ?? false] as const]) };
  },
  delete: ({ prior, client }) => {
    rmSync(file(client, prior.id), { force: true });
    return {};
  },
  import: ({ id, identity }) => ({ state: { id: identity?.id ?? id } }),
  move: ({ sourceType, state: { input } }) => {
    // A dynamic attribute is stored with its type beside it.
    if (sourceType !== "terraform_data" || !isJsonObject(input)) return null;
    return typeof input["value"] === "string" ? { state: { id: input["value"] } } : null;
  },
  upgrade: ({ state: { title, ...rest } }) => ({ ...rest, name: title ?? "" }),
});

const boxData = dataSource({
  schema: schema({
    attributes: { id: string({ required: true }), name: string({ computed: true }), size: number({ computed: true }) },
  }),
  read: ({ config, client }) => {
    const found = read(client, config.id);
    return found
      ? { state: { id: config.id, name: found.name, size: found.size } }
      : { state: null, diagnostics: [errorDiagnostic("No Such Box", "Look elsewhere.", path("id"))] };
  },
});

const token = ephemeralResource({
  schema: schema({
    attributes: {
      length: number({ required: true }),
      token: string({ computed: true, sensitive: true }),
      detail: nestedObject({ kind: string({ computed: true }) }, { computed: true }),
    },
  }),
  open: ({ config }) => ({
    result: { length: config.length, token: "t".repeat(config.length), detail: { kind: "letters" } },
    private: { opened: true },
  }),
  close: ({ client, private: kept }) => {
    writeFileSync(join(client.folder, "closed"), JSON.stringify(kept));
    return [];
  },
});

const shout = providerFunction({
  parameters: [parameter("text", string)],
  variadic: parameter("more", string),
  returns: string,
  summary: "Says it loudly.",
  call: ([text], more) => {
    if (text === "") throw new FunctionError("There is nothing to say.", 0);
    return [text, ...more].join(" ").toUpperCase();
  },
});

const crash = providerFunction({
  parameters: [],
  returns: string,
  summary: "Ends the process as a bug would.",
  call: () => {
    setImmediate(() => {
      throw new RangeError("out of the blue");
    });
    return "soon";
  },
});

/** A new provider of boxes. */
export function toyProvider(): ReturnType<typeof provider> {
  return provider({
    name: "toy",
    schema: schema({ attributes: { folder: string({ required: true }), print: bool({ optional: true }) } }),
    configure: ({ config }) => {
      if (config.print === true) console.log("this would break the handshake if it were on stdout");
      if (config.folder === UNKNOWN) return { diagnostics: [errorDiagnostic("Unknown Folder", "It must be known.")] };
      mkdirSync(config.folder, { recursive: true });
      return { client: { folder: config.folder } };
    },
    resources: { toy_box: box },
    dataSources: { toy_box: boxData },
    ephemeralResources: { toy_token: token },
    functions: { shout, crash },
  });
}

type Contents = State<typeof boxSchema>["contents"];

function serials(contents: readonly { what: string; serial: string | null | typeof UNKNOWN }[] | null): Contents {
  return (
    contents?.map(({ what, serial }) => ({
      what,
      serial: serial === UNKNOWN ? `sn-${what}` : serial,
      hidden_wo: null,
    })) ?? null
  );
}

function hashOf(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 8);
}

function file(shelf: Shelf, id: string | null): string {
  return join(shelf.folder, `${id}.json`);
}

function write(shelf: Shelf, id: string, { name, label, size, tags }: State<typeof boxSchema>): void {
  const stored: Box = { name, label, size, tags: tags ? Object.fromEntries(tags) : null };
  writeFileSync(file(shelf, id), JSON.stringify(stored));
}

function read(shelf: Shelf, id: string | null): Box | null {
  if (!existsSync(file(shelf, id))) return null;
  const stored: Box = JSON.parse(readFileSync(file(shelf, id), "utf8"));
  return stored;
}
