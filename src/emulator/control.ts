import { given } from "./given";
import type { Denial } from "./permissions";
import { environmentAt, knownNames } from "./clouds";
import { environmentFormats, environmentText } from "./environment";
import { checkFault } from "./fault";
import type { Delivery, Wire, WireRequest } from "./wire";
import { requireKnown } from "./vocabulary";
import type { World } from "./world";

type Body = Readonly<Record<string, unknown>>;
/** Gives what is answered: a text as it is, anything else as JSON. */
type Handler = (world: World, body: Body, query: URLSearchParams, host: string) => unknown;

const prefix = "/_byok/";

/** Turning the emulator's knobs over HTTP, for tests that run in another process. */
export function controlWire(world: World): Wire {
  return {
    accepts: (request) => request.path.startsWith(prefix),
    answer: async (request) => {
      const name = request.path.slice(prefix.length);
      const methods = controls.get(name);
      if (methods === undefined) {
        return json(404, { message: `There is no ${prefix}${name}. There are: ${[...controls.keys()].join(", ")}.` });
      }
      const handler = methods[request.method];
      if (handler === undefined) {
        return json(405, { message: `${prefix}${name} takes ${Object.keys(methods).join(", ")}.` });
      }
      return handled(world, handler, request);
    },
  };
}

function handled(world: World, handler: Handler, request: WireRequest): Delivery {
  try {
    for (const parameter of request.query.keys()) requireKnown("parameter", parameter, queryParameters);
    const result = handler(world, parsedBody(request.body), request.query, request.headers.host ?? "");
    return typeof result === "string" ? plain(result) : json(200, result);
  } catch (error) {
    if (error instanceof TypeError) return json(400, { message: error.message });
    throw error;
  }
}

/** Of all controls together; a misspelled one would say something else than it means. */
const queryParameters = ["since", "id", "action", "format"];

const controls: ReadonlyMap<string, Readonly<Partial<Record<string, Handler>>>> = new Map(
  Object.entries({
    health: {
      GET: ({ region, accountId, clock }) => ({ status: "ok", pid: process.pid, region, accountId, now: clock.now() }),
    },
    environment: { GET: environment },
    reset: {
      POST: (world) => {
        world.reset();
        return {};
      },
    },
    clock: { GET: clockNow, PUT: turnClock },
    requests: {
      GET: (world, _body, query) => ({
        mark: world.requests.mark(),
        requests: world.requests.since(wholeNumber(query.get("since") ?? "0", "since")),
      }),
      DELETE: (world) => {
        world.requests.clear();
        return {};
      },
    },
    events: {
      GET: (world, _body, query) => ({
        mark: world.events.mark(),
        events: world.events.since(wholeNumber(query.get("since") ?? "0", "since")),
      }),
      DELETE: (world) => {
        world.events.clear();
        return {};
      },
    },
    faults: {
      GET: (world) => ({ faults: world.faults.list() }),
      POST: (world, body) => {
        checkFault(body, knownNames.operations);
        return { id: world.faults.add(body) };
      },
      DELETE: (world, _body, query) => {
        const id = query.get("id");
        if (id === null) world.faults.clear();
        else world.faults.remove(wholeNumber(id, "id"));
        return {};
      },
    },
    denials: {
      GET: (world) => ({ denials: world.permissions.list() }),
      POST: (world, body) => {
        const { action, ...scope } = checkedDenial(body);
        world.permissions.deny(action, scope);
        return {};
      },
      DELETE: (world, _body, query) => {
        world.permissions.allow(query.get("action") ?? undefined);
        return {};
      },
    },
  } satisfies Record<string, Partial<Record<string, Handler>>>),
);

/** As the caller reaches the emulator: the port may be another outside of a container. */
function environment(world: World, _body: Body, query: URLSearchParams, host: string): string {
  const asked = query.get("format") ?? "json";
  const format = environmentFormats.find((name) => name === asked);
  if (format === undefined) throw new TypeError(`"format" must be one of ${environmentFormats.join(", ")}.`);
  return environmentText(environmentAt(`http://${host}`, world.region), format);
}

function clockNow(world: World): unknown {
  return { now: world.clock.now() };
}

function turnClock(world: World, body: Body): unknown {
  const sent = new Map(Object.entries(body));
  const [set, advance] = [sent.get("set"), sent.get("advance")];
  if ((set === undefined) === (advance === undefined)) {
    throw new TypeError('Give either {"set": "2027-01-01T00:00:00Z"} or {"advance": "90d"}.');
  }
  if (set !== undefined) {
    if (typeof set !== "string" && typeof set !== "number") throw new TypeError('"set" must be an ISO 8601 instant.');
    world.clock.set(set);
  } else {
    if (typeof advance !== "string" && typeof advance !== "number") {
      throw new TypeError('"advance" must be a duration such as "90d", or milliseconds.');
    }
    world.clock.advance(advance);
  }
  return clockNow(world);
}

function checkedDenial(body: Body): Denial {
  const sent = new Map(Object.entries(body));
  const word = (name: string): string | undefined => {
    const value = sent.get(name);
    if (value !== undefined && typeof value !== "string") throw new TypeError(`"${name}" must be a string.`);
    return value;
  };
  const members = ["action", "region", "keyId", "accessKeyId"];
  for (const name of sent.keys()) requireKnown("member of a denial", name, members);
  const [action, region, keyId, accessKeyId] = [word("action"), word("region"), word("keyId"), word("accessKeyId")];
  if (action === undefined) throw new TypeError('A denial needs an "action" such as "kms:ImportKeyMaterial".');
  return {
    action,
    ...given({ region, keyId, accessKeyId }),
  };
}

function parsedBody(body: Buffer): Body {
  if (body.length === 0) return {};
  let parsed: unknown;
  try {
    parsed = JSON.parse(body.toString());
  } catch {
    throw new TypeError("The body is not JSON.");
  }
  if (typeof parsed !== "object" || parsed === null || Array.isArray(parsed)) {
    throw new TypeError("The body must be a JSON object.");
  }
  return { ...parsed };
}

function wholeNumber(text: string, name: string): number {
  if (!/^\d+$/.test(text)) throw new TypeError(`"${name}" must be a whole number.`);
  return Number(text);
}

function plain(body: string): Delivery {
  return { answer: { status: 200, headers: { "Content-Type": "text/plain" }, body }, transport: "whole" };
}

function json(status: number, value: unknown): Delivery {
  const headers = { "Content-Type": "application/json" };
  return { answer: { status, headers, body: `${JSON.stringify(value)}\n` }, transport: "whole" };
}
