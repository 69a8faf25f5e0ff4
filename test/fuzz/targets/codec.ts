import { create, type DescMethod, type DescMessage, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import { decodeJson, decodeValue, encodeValue } from "../../../src/terraform/plugin/dynamic-value";
import { durationMilliseconds } from "../../../src/terraform/plugin/duration";
import { Provider } from "../../../src/terraform/plugin/gen/tfplugin6_pb";
import { unframe } from "../../../src/terraform/plugin/grpc/frame";
import { GrpcError } from "../../../src/terraform/plugin/grpc/status";
import { silentLog } from "../../../src/terraform/plugin/log";
import { canonicalNumber, numberFromText } from "../../../src/terraform/plugin/number";
import { decodePrivate, encodePrivate } from "../../../src/terraform/plugin/private-state";
import { pluginRoutes } from "../../../src/terraform/plugin/routes";
import { typeOf } from "../../../src/terraform/plugin/schema/definition";
import { objectType, sameType, type Type, typeFromJson, typeToJson } from "../../../src/terraform/plugin/type";
import { objectFrom, UNKNOWN, type Value, valuesEqual } from "../../../src/terraform/plugin/value";
import { ValueError } from "../../../src/terraform/plugin/value-error";
import { byokProvider } from "../../../src/terraform/provider";
import { hostileJson, hostileValue } from "../grammar/json";
import { hostileMsgpack } from "../grammar/msgpack";
import { mutated } from "../mutation";
import type { Random } from "../random";
import { noErrors, parser, type Target, texts, WrongResult } from "../target";

const string: Type = { kind: "string" };
const number: Type = { kind: "number" };
const dynamic: Type = { kind: "dynamic" };
const nested = objectType({ a: number, b: dynamic, c: { kind: "list", element: string } });

/** What a host may say that it sends, one after the other. */
const types: readonly Type[] = [
  dynamic,
  nested,
  string,
  number,
  { kind: "bool" },
  { kind: "list", element: dynamic },
  { kind: "set", element: nested },
  { kind: "map", element: number },
  { kind: "tuple", elements: [string, dynamic, number] },
  ...Object.values(byokProvider().resources ?? {}).map(({ schema }) => typeOf(schema)),
];

const valueErrorsOnly = (error: unknown): boolean => error instanceof ValueError;

/** The first byte of an input chooses the type; the rest is the value. */
function typed(input: Buffer): readonly [Type, Buffer] {
  return [types[(input[0] ?? 0) % types.length] ?? dynamic, input.subarray(1)];
}

/** What was read must come back from what is written of it. */
function writtenAgain(type: Type, value: Value): Value {
  const again = decodeValue(type, encodeValue(type, value));
  if (!valuesEqual(type, value, again)) throw new WrongResult("A value changed on its way out and back in.");
  return value;
}

const values: readonly (readonly [Type, Value])[] = [
  [dynamic, { type: { kind: "list", element: string }, value: ["x", UNKNOWN] }],
  [nested, { a: 1, b: null, c: ["x", "y"] }],
  [string, "text"],
  [number, { decimal: "0.1000000000000000055" }],
  [{ kind: "map", element: number }, new Map([["k", 2n ** 70n]])],
];

const msgpackExamples = values.map(([type, value]) =>
  Buffer.concat([Buffer.of(indexOf(type)), encodeValue(type, value).msgpack]),
);

function indexOf(type: Type): number {
  return types.findIndex((one) => sameType(one, type));
}

const typeForms: readonly unknown[] = [
  "string",
  ["list", "number"],
  ["object", { a: "string", b: ["set", "dynamic"] }],
  ["tuple", ["bool", ["map", "string"]]],
];

/** The calls that reach no KMS while nothing is configured. */
const methods: readonly DescMethod[] = [
  Provider.method.validateProviderConfig,
  Provider.method.validateResourceConfig,
  Provider.method.validateDataResourceConfig,
  Provider.method.upgradeResourceState,
  Provider.method.upgradeResourceIdentity,
  Provider.method.readResource,
  Provider.method.planResourceChange,
  Provider.method.applyResourceChange,
  Provider.method.importResourceState,
  Provider.method.moveResourceState,
  Provider.method.readDataSource,
];

export const codecTargets: readonly Target[] = [
  parser({
    name: "msgpack",
    examples: msgpackExamples,
    make: (random) => Buffer.concat([Buffer.of(random.below(types.length)), hostileMsgpack(random)]),
    weight: 120,
    mayThrow: valueErrorsOnly,
    // An object of many attributes may be written as an empty map of one byte.
    growth: 2_048,
    run: (input) => {
      const [type, msgpack] = typed(input);
      return writtenAgain(type, decodeValue(type, { msgpack, json: new Uint8Array() }));
    },
  }),
  parser({
    name: "json-values",
    examples: texts('\x01{"a":1,"b":{"type":"string","value":"x"},"c":["y"]}', '\x07{"k":1e3}', '\x02"text"'),
    make: (random) =>
      Buffer.from(`${String.fromCharCode(random.below(types.length))}${hostileJson(random, { a: 1, b: "x", c: [] })}`),
    weight: 60,
    mayThrow: valueErrorsOnly,
    growth: 2_048,
    run: (input) => {
      const [type, json] = typed(input);
      // The lenient reading takes everything that the strict one takes.
      const strict = attempt(() => decodeJson(type, json));
      const lenient = decodeJson(type, json, true);
      if (strict !== undefined && !valuesEqual(type, strict, lenient)) throw new WrongResult("The readings differ.");
      return writtenAgain(type, lenient);
    },
  }),
  parser({
    name: "types",
    examples: texts(...typeForms.map((form) => JSON.stringify(form))),
    make: (random) => Buffer.from(hostileJson(random, random.pick(typeForms))),
    weight: 30,
    mayThrow: valueErrorsOnly,
    run: (input) => {
      const type = typeFromJson(input.toString());
      if (!sameType(type, typeFromJson(typeToJson(type)))) throw new WrongResult("A type changed.");
      return type;
    },
  }),
  parser({
    name: "numbers",
    examples: texts("0", "-12.50", "1e5", "340282366920938463463374607431768211456", "0.1000000000000000055"),
    make: (random) =>
      Buffer.from(
        `${random.pick(["", "-", "+"])}${random.pick(["0", "1", "9", "00"]).repeat(random.pick([1, 20, 400, random.oneIn(20) ? 100_000 : 2]))}${random.pick(["", ".", ".5", `.${"0".repeat(random.oneIn(10) ? 60_000 : 60)}1`])}${random.pick(["", "e9", "e-5000", "e5001", "E+5000"])}`,
      ),
    weight: 30,
    mayThrow: valueErrorsOnly,
    growth: 8,
    run: (input) => {
      const value = numberFromText(input.toString("latin1"));
      const text = canonicalNumber(value);
      if (canonicalNumber(numberFromText(text)) !== text) throw new WrongResult("A number changed.");
      // A short text may name a number of thousands of digits.
      return text.length > 2_000 ? undefined : value;
    },
  }),
  parser({
    name: "private-state",
    examples: texts('{"a":{"b":[1,2]}}', "{}", ""),
    make: (random) => Buffer.from(hostileJson(random, { a: { b: [1, 2] }, c: "x" })),
    weight: 15,
    mayThrow: noErrors,
    run: (input) => {
      const state = decodePrivate(input);
      // What a host gives back is what we wrote, so that only such is written again.
      return input.length < 2_000 ? encodePrivate(state) : state;
    },
  }),
  parser({
    name: "grpc-frames",
    examples: [Buffer.from("0000000000", "hex"), Buffer.from("00000000020801", "hex")],
    weight: 15,
    mayThrow: (error) => error instanceof GrpcError,
    run: (input) => unframe(input),
  }),
  parser({
    name: "go-durations",
    examples: texts("90s", "1h30m", "1.5h", "20m", "100ms"),
    make: (random) =>
      Buffer.from(
        random.pick(["1", "1.", ".5", "h", "1h", "9"]).repeat(random.pick([1, 3, random.oneIn(20) ? 20_000 : 9])),
      ),
    weight: 15,
    mayThrow: noErrors,
    run: (input) => durationMilliseconds(input.toString()),
  }),
  protocol(),
];

function attempt<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch (error) {
    if (error instanceof ValueError) return undefined;
    throw error;
  }
}

/** The calls that reach no KMS: nothing is configured, so that nobody is asked for anything. */
function protocol(): Target {
  const requests = protocolRequests();
  return {
    name: "plugin-protocol",
    examples: requests,
    make: (random) => hostileRequest(random, requests),
    weight: 60,
    mayThrow: (error) => error instanceof GrpcError,
    // The schema alone is tens of kilobytes, whatever was asked with.
    growth: 4_096,
    open: () => {
      const routes = pluginRoutes(byokProvider(), silentLog, () => undefined);
      return {
        run: async (input) => {
          const method = methods[(input[0] ?? 0) % methods.length];
          const handler = method === undefined ? undefined : routes.get(`/${Provider.typeName}/${method.name}`);
          if (handler === undefined) throw new WrongResult("There is no such call.");
          const answer = Buffer.from(await handler(input.subarray(1)));
          if (answer.includes("unexpected error occurred") || answer.includes("Unexpected ")) {
            throw new WrongResult(`${method?.name} met an error that nobody foresaw: ${answer.toString("latin1")}`);
          }
          return undefined;
        },
      };
    },
  };
}

/** One whole request for each call, with the number of the call before it. */
function protocolRequests(): readonly Buffer[] {
  const typeName = "byok_imported_key_material";
  const resource = byokProvider().resources?.[typeName];
  const type = resource === undefined ? dynamic : typeOf(resource.schema);
  const key_arn = "arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab";
  const attributes = type.kind === "object" ? [...type.attributes.keys()] : [];
  const given: Readonly<Record<string, Value>> = {
    key_arn,
    valid_for: "90d",
    renew_before: "30d",
    key_material_wo: Buffer.alloc(32, 7).toString("base64"),
    fingerprint: `cmac:${"0".repeat(32)}`,
  };
  const value = objectFrom(attributes.map((name) => [name, given[name] ?? null]));
  const encoded = encodeValue(type, value);
  const rawState = { json: Buffer.from(JSON.stringify({ key_arn, id: key_arn, verified: true })), flatmap: {} };
  const config = { typeName, config: encoded };
  const bodies: readonly Readonly<Record<string, unknown>>[] = [
    { config: encoded },
    config,
    { typeName: "byok_external_key", config: encoded },
    { typeName, version: 0n, rawState },
    { typeName, version: 0n, rawIdentity: rawState },
    { typeName, currentState: encoded, private: Buffer.from("{}") },
    { typeName, priorState: encoded, proposedNewState: encoded, config: encoded, priorPrivate: Buffer.from("{}") },
    { typeName, priorState: encoded, plannedState: encoded, config: encoded, plannedPrivate: Buffer.from("{}") },
    { typeName, id: key_arn },
    {
      sourceProviderAddress: "registry.terraform.io/hashicorp/aws",
      sourceTypeName: "aws_kms_external_key",
      targetTypeName: "byok_external_key",
      sourceState: { json: Buffer.from(JSON.stringify({ arn: key_arn, tags: { a: "b" }, policy: "{}" })) },
    },
    { typeName: "byok_external_key", config: encoded },
  ];
  return methods.map((method, index) => {
    const init: MessageInitShape<DescMessage> = bodies[index] ?? {};
    return Buffer.concat([Buffer.of(index), toBinary(method.input, create(method.input, init))]);
  });
}

/** A request with a value or a state that is hostile in itself inside of a message that is whole. */
function hostileRequest(random: Random, requests: readonly Buffer[]): Buffer {
  const request = random.pick(requests);
  if (random.oneIn(3)) return mutated(random, request, requests);
  const index = request[0] ?? 0;
  const method = methods[index % methods.length] ?? Provider.method.validateResourceConfig;
  const value = random.oneIn(2)
    ? { msgpack: mutated(random, hostileMsgpack(random), msgpackExamples), json: new Uint8Array() }
    : { msgpack: new Uint8Array(), json: Buffer.from(hostileValue(random)) };
  const raw = { json: Buffer.from(hostileJson(random, { arn: "x", id: "y", tags: { a: "b" }, policy: "{}" })) };
  const names = ["byok_external_key", "byok_imported_key_material", "constructor"];
  const typeName = random.pick(names);
  const init = {
    typeName,
    targetTypeName: typeName,
    sourceTypeName: "aws_kms_external_key",
    sourceProviderAddress: "registry.terraform.io/hashicorp/aws",
    config: value,
    currentState: value,
    priorState: value,
    plannedState: value,
    proposedNewState: value,
    rawState: raw,
    rawIdentity: raw,
    sourceState: raw,
    id: random.pick(["", "x", "\0", "arn:aws:kms:eu-central-1:111122223333:key/x"]),
  };
  const known = Object.fromEntries(
    Object.entries(init).filter(([name]) => method.input.fields.some(({ localName }) => localName === name)),
  );
  return Buffer.concat([Buffer.of(index), toBinary(method.input, create(method.input, known))]);
}
