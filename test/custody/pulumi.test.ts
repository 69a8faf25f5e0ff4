import { mkdir, readFile, symlink, writeFile } from "node:fs/promises";
import { delimiter, dirname, join } from "node:path";
import { keysOf } from "../../src/engine/table";
import { type Life, testRegion } from "../support/life";
import { pulumiInstallation } from "../support/pulumi-binary";
import { nodeDebug, reportsOfNode } from "./exceptions";
import { complete, reportSearch } from "./figures";
import { type Front, front } from "./front";
import { failingSources, type Materials, materials } from "./materials";
import { type Ran, Room, type RunOptions, type StatedException } from "./room";
import { services, startServices } from "./services";
import { until } from "./until";

jest.setTimeout(1_500_000);

const root = join(__dirname, "../..");

/** docs/pulumi.md, "Debug logs with inline bytes". */
const engineLogs: StatedException = {
  what: "Pulumi's own debug logs record what is given inline (keyMaterial), and nothing of any source",
  fits: ({ kind, canary }) => kind === "log of Pulumi's engine" && canary.startsWith("inline"),
};

/** Where the user keeps what is given inline: no command of an `exec:` source inherits variables of such names. */
const inlineVariable = "BYOK_MATERIAL_INLINE";
const successorVariable = "BYOK_MATERIAL_SUCCESSOR";

/** A program whose resources are given by a variable, so that each step can have other ones. */
const program = `
  const { ExternalKey, ImportedKeyMaterial, KeyRotation } = require("byok/pulumi");
  const bytes = ({ args, inline }) => ({ validFor: "90d", ...args, ...(inline ? { keyMaterial: process.env[inline] } : {}) });
  for (const { name, key: wanted, successors = [], ...given } of JSON.parse(process.env.PROGRAM)) {
    const key = new ExternalKey(name, wanted);
    let last = new ImportedKeyMaterial(name, { keyArn: key.id, ...bytes(given) });
    for (const { name: successor, ...next } of successors) {
      const succeeds = last.keyMaterialId;
      const material = new ImportedKeyMaterial(successor, { keyArn: key.id, succeeds, ...bytes(next) });
      last = new KeyRotation(successor, { keyArn: key.id, keyMaterialId: material.keyMaterialId });
    }
  }
`;

interface Bytes {
  readonly name: string;
  readonly args: object;
  /** The variable from which the program takes the bytes. */
  readonly inline?: string;
}

interface Resource extends Bytes {
  readonly key: object;
  /** Materials that succeed each other in the key, each with a rotation. Default: none. */
  readonly successors?: readonly Bytes[];
}

describe("Pulumi's CLI with the dynamic provider", () => {
  let room: Room;
  let life: Life;
  let kms: Front;
  let given: Materials;
  let bin: string;
  const flows: string[] = [];
  const order = (): string => room.path("logs", "crash");

  beforeAll(async () => {
    room = await Room.open();
    life = await startServices();
    kms = await front(life.kms.url);
    ({ bin } = await pulumiInstallation());
    given = await materials(room);
    await mkdir(room.path("work", "state"));
    await mkdir(room.path("work", "node_modules"));
    await symlink(root, room.path("work", "node_modules", "byok"));
    await symlink(join(root, "node_modules/@pulumi"), room.path("work", "node_modules", "@pulumi"));
    await writeFile(
      room.path("work", "package.json"),
      JSON.stringify({ name: "fixture", private: true, main: "index.js" }),
    );
    await writeFile(room.path("work", "index.js"), program);
    await writeFile(
      room.path("work", "Pulumi.yaml"),
      "name: fixture\nmain: index.js\nruntime:\n  name: nodejs\n  options:\n    typescript: false\n",
    );
  });
  afterAll(async () => {
    await kms.close();
    await life.close();
    await room.close();
  });

  async function run(
    flow: string,
    args: readonly string[],
    resources: readonly Resource[],
    options: RunOptions = {},
  ): Promise<Ran> {
    flows.push(flow);
    const env = {
      ...Object.assign({}, ...keysOf(services).map((name) => services[name].variables(kms.url))),
      PATH: [bin, dirname(process.execPath), process.env["PATH"] ?? ""].join(delimiter),
      PULUMI_HOME: room.path("home"),
      PULUMI_BACKEND_URL: `file://${room.path("work", "state")}`,
      PULUMI_CONFIG_PASSPHRASE: "test",
      PULUMI_SKIP_UPDATE_CHECK: "true",
      PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
      PULUMI_DISABLE_REGISTRY_RESOLVE: "true",
      PULUMI_SKIP_CONFIRMATIONS: "true",
      PULUMI_DEBUG_COMMANDS: "true",
      PULUMI_DEBUG_GRPC: room.path("logs", "grpc.json"),
      PULUMI_DEBUG_PROMISE_LEAKS: "true",
      CI: "true",
      NODE_DEBUG: nodeDebug,
      NODE_OPTIONS: `--require=${join(__dirname, "crashing.cjs")} --report-uncaught-exception --report-directory=${room.path("logs")}`,
      CUSTODY_CRASH: order(),
      PROGRAM: JSON.stringify(resources),
      ...given.variables,
      ...options.env,
    };
    return room.run("pulumi", [...args, "--non-interactive"], { ...options, env });
  }

  /** At the most talkative level. Where bytes are given inline, the engine's log goes to files, where it is expected. */
  const loud = (resources: readonly Resource[]): string[] => [
    "-v=9",
    "--logflow",
    "--debug",
    ...(resources.some(isInline) ? [] : ["--logtostderr"]),
  ];

  async function expectEnd(
    well: boolean,
    flow: string,
    args: readonly string[],
    resources: readonly Resource[] = [],
    options?: RunOptions,
  ): Promise<string> {
    const { exitCode, output } = await run(flow, args, resources, options);
    if ((exitCode === 0) !== well) throw new Error(`${flow} ended with ${exitCode}:\n${output.slice(-5000)}`);
    return output;
  }

  const up = (resources: readonly Resource[], ...more: readonly string[]): string[] => [
    "up",
    "--yes",
    "--skip-preview",
    ...loud(resources),
    ...more,
  ];

  it("leaves no byte in checkpoints, history, events, reports, outputs or processes", async () => {
    await writeFile(order(), "");
    await writeFile(`${order()}.taken`, "");
    const sources: Resource[] = given.all.flatMap(({ name, keySpec, source }) =>
      source === undefined ? [] : [{ name, key: { keySpec }, args: { keyMaterialSource: source } }],
    );
    const [first] = sources;
    for (const elsewhere of ["alibaba", "qkms"])
      sources.push({ name: elsewhere, key: { kms: elsewhere }, args: first?.args ?? {} });
    const inline: Resource = { name: "inline", key: {}, args: {}, inline: inlineVariable };
    const both = [...sources, inline];
    const successor = room.variable(successorVariable, given.successors.inline);
    const bytes = { env: { ...room.variable(inlineVariable, given.inline), ...successor } };

    await expectEnd(true, "stack init", ["stack", "init", "test"]);
    await expectEnd(true, "config", ["config", "set", "aws:region", testRegion]);
    await expectEnd(true, "config", ["config", "set", "byok:importRequestsPerSecond", "1000"]);
    await expectEnd(true, "up from sources", up(sources, "--event-log", room.path("logs", "events.json")), sources);
    life.kms.clock.advance("91d");
    expect(
      await expectEnd(true, "preview of expired keys", ["preview", "--diff", ...loud(sources)], sources),
    ).toContain("expired on");

    flows.push("refused import");
    life.kms.faults.add({
      operation: "ImportKeyMaterial",
      kind: "error",
      code: "InvalidCiphertextException",
      times: 999,
    });
    await expectEnd(false, "up with a failing import", up(sources), sources);
    life.kms.faults.clear();
    const disturbances = complete ? (["SIGINT", "SIGKILL", "throw", "abort", "report"] as const) : (["throw"] as const);
    for (const how of disturbances) {
      const held = kms.hold("ImportKeyMaterial");
      await run(`${how} in the middle of an import`, up(sources, "--parallel", "1"), sources, {
        meanwhile: async ({ pid }) => {
          await held;
          if (how === "SIGINT" || how === "SIGKILL") {
            process.kill(pid, how);
            return;
          }
          await writeFile(order(), how);
          // Pulumi's provider outlives what is thrown, and would wait for the answer.
          await until(async () => (await readFile(`${order()}.taken`, "utf8")).includes("dynamic-provider"));
          kms.pass();
        },
      });
      kms.pass();
      await writeFile(order(), "");
      await writeFile(`${order()}.taken`, "");
      await run("cancel", ["cancel", "--yes"], []);
    }
    await expectEnd(true, "up again", up(sources), sources);

    // Inline, at every level; and what is refused.
    await expectEnd(
      true,
      "up with inline bytes",
      up(both, "--event-log", room.path("logs", "events-inline.json")),
      both,
      bytes,
    );
    const other = { env: room.variable(inlineVariable, room.canary("inline, other").toString("base64")) };
    expect(await expectEnd(false, "other inline bytes", ["preview", ...loud(both)], both, other)).toContain(
      "different_material",
    );
    if (complete) {
      life.kms.clock.advance("61d");
      await expectEnd(true, "renewal of all", up(both), both, bytes);
      const malformed = { env: room.variable(inlineVariable, given.inline.slice(2)) };
      await expectEnd(false, "malformed inline bytes", ["preview", ...loud(both)], both, malformed);
      await expectEnd(true, "refresh", ["refresh", "--yes", "--skip-preview", ...loud(both)], both, bytes);
      for (const [name, source, code] of await failingSources(room)) {
        // The text in the place of a URI is an argument of a program, and Pulumi's engine has it before byok does.
        if (code === "invalid_argument") continue;
        const failing = { name: "raw", key: {}, args: { keyMaterialSource: source } };
        const well = code === "material_unavailable";
        await expectEnd(
          well,
          name,
          ["preview", ...loud([])],
          [failing, ...sources.filter(({ name: one }) => one !== "raw")],
        );
      }
      for (const action of ["kms:ImportKeyMaterial", "kms:GetParametersForImport", "kms:DescribeKey"]) {
        life.kms.clock.advance("91d");
        life.kms.permissions.deny(action);
        await run(`denied: ${action}`, up(both), both, bytes);
        life.kms.permissions.allow();
      }
      kms.echo("ImportKeyMaterial");
      await run("a service that says all that it was sent", up(both), both, bytes);
      kms.pass();
      await expectEnd(true, "up again", up(both), both, bytes);
    }

    // New material in the same key: refused, interrupted, and rotated to; then more of it, given inline.
    const second: Bytes = { name: "second", args: { keyMaterialSource: given.successors.source } };
    const third: Bytes = { name: "third", args: {}, inline: successorVariable };
    const succeeded = (...successors: readonly Bytes[]): readonly Resource[] =>
      both.map((one) => (one.name === "raw" ? { ...one, successors } : one));
    kms.echo("ImportKeyMaterial");
    const once = succeeded(second);
    await expectEnd(false, "a successor, with a service that says all that it was sent", up(once), once, bytes);
    kms.pass();
    const held = kms.hold("ImportKeyMaterial");
    await run("SIGKILL in the middle of the import of a successor", up(once), once, {
      ...bytes,
      meanwhile: async ({ pid }) => {
        await held;
        process.kill(pid, "SIGKILL");
      },
    });
    kms.pass();
    await run("cancel", ["cancel", "--yes"], []);
    await expectEnd(true, "up with a successor", up(once), once, bytes);
    const twice = succeeded(second, third);
    await expectEnd(true, "preview of an inline successor", ["preview", "--diff", ...loud(twice)], twice, bytes);
    if (complete) {
      life.kms.permissions.deny("kms:RotateKeyOnDemand");
      await expectEnd(false, "denied: kms:RotateKeyOnDemand", up(twice), twice, bytes);
      life.kms.permissions.allow();
    }
    await expectEnd(true, "up with an inline successor", up(twice), twice, bytes);
    // All of them again, each from its own place.
    life.kms.clock.advance("91d");
    await expectEnd(true, "reimport of all materials", up(twice), twice, bytes);
    await expectEnd(
      true,
      "refresh of all materials",
      ["refresh", "--yes", "--skip-preview", ...loud(twice)],
      twice,
      bytes,
    );
    await expectEnd(true, "export", ["stack", "export", "--file", room.path("logs", "export.json")]);
    await expectEnd(true, "history", ["stack", "history", "--json"]);
    await expectEnd(true, "destroy", ["destroy", "--yes", "--skip-preview", "-v=9", "--logtostderr"]);

    const searched = await room.search([engineLogs, reportsOfNode]);
    reportSearch("pulumi", flows, room, searched);
    expect([...searched.artefacts.keys()]).toEqual(
      expect.arrayContaining([
        "checkpoint of a stack",
        "history of a stack",
        "exported stack",
        "event log of Pulumi",
        "log of Pulumi's engine",
        "what a command was given",
      ]),
    );
    expect(searched.leaks).toEqual([]);
    // What is stated is also so: who searches would have found it.
    expect(searched.stated.get(engineLogs.what)).toBeGreaterThan(0);
  });
});

function isInline({ inline, successors = [] }: Resource): boolean {
  return inline !== undefined || successors.some((one) => one.inline !== undefined);
}
