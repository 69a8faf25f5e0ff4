import { inspect } from "node:util";
import {
  applyMaterial,
  ByokError,
  ensureKey,
  keyServices,
  type KeySpec,
  keySpecs,
  lifetimeFrom,
  type Log,
  observeMaterial,
  releaseMaterial,
  type Run,
  sourceFromUri,
  startRun,
  systemClock,
} from "../../src/index";
import type { MaterialOutcome } from "../../src/engine/imported-key-material";
import { rotateKey } from "../../src/engine/key-rotation";
import { materialFacts } from "../../src/engine/material-condition";
import { kmsNames, kmsProfiles } from "../../src/kms/clouds";
import type { Life } from "../support/life";
import { reportSearch } from "./figures";
import { type Front, front } from "./front";
import { failingSources, type Materials, materials } from "./materials";
import { Room } from "./room";
import { services as kmsServices, startServices } from "./services";

jest.setTimeout(300_000);

describe.each(kmsNames)("the engine as a library, with %s", (kmsName) => {
  const { wantedKey, settings: reach, refusals, manySpecs } = kmsServices[kmsName];
  let room: Room;
  let life: Life;
  let kms: Front;
  const flows: string[] = [];
  beforeAll(async () => {
    room = await Room.open();
    life = await startServices();
    kms = await front(life.kms.url);
  });
  afterAll(async () => {
    await kms.close();
    await life.close();
    await room.close();
  });

  /** A run that says all that it can say. */
  function talkative(): { readonly run: Run; readonly destroy: () => void } {
    const at = (level: string) => (message: string, fields?: object) =>
      room.heard("standard error", `log, ${level}`, `${message} ${inspect(fields)}\n`);
    const log: Log = { debug: at("debug"), info: at("info"), warn: at("warn") };
    const services = keyServices(
      {
        ...reach(kms.url),
        importRequestsPerSecond: 1_000,
        retry: { firstPause: 1, longestPause: 1 },
      },
      { clock: systemClock, log, env: {} },
    );
    return { run: startRun({ clock: systemClock, log, services, allowed: {} }), destroy: () => services.destroy() };
  }

  /** Everything that can be seen of a value, however it is printed. */
  function show(what: string, value: unknown): void {
    const shown = [
      inspect(value, { depth: null, showHidden: true, getters: true, maxArrayLength: null, maxStringLength: null }),
      JSON.stringify(value, (_, part: unknown) => (typeof part === "bigint" ? String(part) : part)),
      String(value),
      value instanceof Error ? value.stack : "",
      inspect(new Error("around it", { cause: value }), { depth: null, showHidden: true }),
    ];
    room.heard("standard output", what, shown.join("\n"));
  }

  async function flow(name: string, work: () => Promise<unknown>): Promise<string> {
    flows.push(name);
    try {
      show(name, await work());
      return "done";
    } catch (error) {
      show(name, error);
      return error instanceof ByokError ? error.code : String(error);
    }
  }

  const env = (of: Materials): Record<string, string> => ({ ...of.variables, PATH: process.env["PATH"] ?? "" });

  it("shows no byte in what it returns, throws, logs or prints", async () => {
    const given = await materials(room);
    const settings = { lifetime: lifetimeFrom({ validFor: "90d" }), onDeletion: "reimport" as const };
    const arns = new Map<string, string>();
    const taken = given.all.filter(({ keySpec }) => manySpecs || keySpec === "SYMMETRIC_DEFAULT");
    for (const { name, keySpec, source: uri } of taken) {
      if (uri === undefined) continue;
      const source = sourceFromUri(uri, { attribute: "key_material_source", env: env(given) });
      const opened = await source.open();
      show(`${name}, opened`, opened);
      opened.destroy();
      const { run, destroy } = talkative();
      expect(
        await flow(`${name}: create and import`, async () => {
          const spec = Object.keys(keySpecs).find((one): one is KeySpec => one === keySpec);
          const { record: key } = await ensureKey(run, manySpecs ? { ...wantedKey, spec } : wantedKey, undefined);
          arns.set(name, key.arn);
          return applyMaterial(run, { ...settings, keyArn: key.arn }, source, undefined);
        }),
      ).toBe("done");
      show(`${name}, the run`, run);
      expect(await flow(`${name}: look`, () => observeMaterial(run, arns.get(name) ?? "", undefined, settings))).toBe(
        "done",
      );
      destroy();
    }
    expect(arns.size).toBe(taken.filter(({ source }) => source !== undefined).length);
    const keyArn = arns.get("raw") ?? "";
    const good = sourceFromUri(given.all[0]?.source ?? "", { attribute: "key_material_source" });
    const other = sourceFromUri(given.all[1]?.source ?? "", { attribute: "key_material_source" });
    const apply = (source: typeof good) => async (): Promise<unknown> => {
      const { run, destroy } = talkative();
      try {
        return await applyMaterial(run, { ...settings, keyArn }, source, undefined);
      } finally {
        destroy();
      }
    };

    for (const [name, uri, code] of await failingSources(room)) {
      const source = () => sourceFromUri(uri, { attribute: "key_material_source", env: env(given) });
      expect([name, await flow(`open ${name}`, async () => source().open())]).toEqual([name, code]);
      await flow(`import from ${name}`, async () => apply(source())());
    }
    life.kms.clock.advance("91d");
    expect(await flow("other bytes", apply(other))).not.toBe("done");
    for (const code of refusals) {
      life.kms.faults.add({
        operation: "ImportKeyMaterial",
        kind: "error",
        code,
        times: 999,
        message: `Refused: ${code}`,
      });
      expect(await flow(`refused with ${code}`, apply(good))).not.toBe("done");
      life.kms.faults.clear();
    }
    for (const effect of [{ kind: "drop" }, { kind: "drop", when: "after" }, { kind: "truncate" }] as const) {
      life.kms.faults.add({ operation: "ImportKeyMaterial", times: 3, ...effect });
      await flow(`answer lost: ${JSON.stringify(effect)}`, apply(good));
      life.kms.faults.clear();
    }
    for (const action of ["kms:GetParametersForImport", "kms:ImportKeyMaterial", "kms:DescribeKey"]) {
      life.kms.permissions.deny(action);
      expect(await flow(`denied: ${action}`, apply(good))).not.toBe("done");
      life.kms.permissions.allow();
    }
    kms.echo("ImportKeyMaterial");
    life.kms.clock.advance("91d");
    expect(await flow("a service that says all that it was sent", apply(good))).not.toBe("done");
    kms.pass();
    expect(await flow("import again", apply(good))).toBe("done");
    if (kmsProfiles[kmsName].severalMaterials.length > 0) {
      const looking = talkative();
      const { condition } = await observeMaterial(looking.run, keyArn, undefined, settings);
      show("what is to be succeeded", condition);
      const succeeds = materialFacts(condition).materialId ?? "";
      const successor = sourceFromUri(given.successors.source, { attribute: "key_material_source" });
      const succeed = async (source: typeof good): Promise<MaterialOutcome> => {
        const { run, destroy } = talkative();
        try {
          return await applyMaterial(run, { ...settings, keyArn, succeeds }, source, undefined);
        } finally {
          destroy();
        }
      };
      kms.echo("ImportKeyMaterial");
      expect(
        await flow("a successor, with a service that says all that it was sent", () => succeed(successor)),
      ).not.toBe("done");
      kms.pass();
      let materialId = "";
      const imported = async (): Promise<MaterialOutcome> => {
        const outcome = await succeed(successor);
        materialId = outcome.record.materialId ?? "";
        return outcome;
      };
      expect(await flow("a successor", imported)).toBe("done");
      expect(await flow("a successor with other bytes than wait", () => succeed(other))).not.toBe("done");
      expect(await flow("rotate", () => rotateKey(looking.run, { keyArn, materialId }))).toBe("done");
      show("the run that rotated", looking.run);
      looking.destroy();
      life.kms.clock.advance("91d");
      // The key can be used with all its materials only.
      expect(await flow("import the successor again", () => succeed(successor))).not.toBe("");
      expect(await flow("import what it succeeded again", apply(good))).toBe("done");
    }
    const stop = new AbortController();
    life.kms.clock.advance("91d");
    // What is on its way is waited for, until its answer is lost.
    const interrupted = (async () => {
      await kms.hold("ImportKeyMaterial");
      stop.abort();
      kms.pass();
    })();
    expect(
      await flow("canceled in the middle", async () => {
        const { run, destroy } = talkative();
        try {
          return await applyMaterial(run, { ...settings, keyArn }, good, undefined, { signal: stop.signal });
        } finally {
          destroy();
        }
      }),
    ).toBe("canceled");
    await interrupted;
    await flow("release", async () => {
      const { run, destroy } = talkative();
      const { record } = await applyMaterial(run, { ...settings, keyArn }, good, undefined);
      await releaseMaterial(run, record, "delete", {});
      destroy();
    });
    for (const path of ["requests", "faults", "health", "clock", "denials"]) {
      const reply = await fetch(`${life.kms.url}/_byok/${path}`);
      room.heard("answer of the embedded KMS", path, Buffer.from(await reply.arrayBuffer()));
    }

    const searched = await room.search();
    reportSearch(`library-${kmsName}`, flows, room, searched);
    expect(searched.leaks).toEqual([]);
    expect(await room.files("children")).not.toEqual([]);
  });
});
