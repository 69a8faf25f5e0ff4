import { stat } from "node:fs/promises";
import { join } from "node:path";
import { fingerprintOfRaw } from "../../src/engine/fingerprint";
import { applyMaterial, ensureKey, lifetimeFrom, sourceFromUri } from "../../src/index";
import { type Life, startLife, testRegion } from "../support/life";
import { nodeDebug } from "./exceptions";
import { reportSearch } from "./figures";
import { failingSources, materials } from "./materials";
import { Room, type StatedException } from "./room";

jest.setTimeout(300_000);

const main = join(__dirname, "../../dist/src/cli/main.js");

/** The embedded KMS stands for the cloud, which has the bytes: they are what it keeps. */
const emulatorState: StatedException = {
  what: "the embedded KMS keeps imported keys in the file that --state names, mode 0600",
  fits: ({ kind }) => kind === "state of the embedded KMS",
};

/** Anyone who names a command that fails sees in the terminal what it has to say. */
const terminal: StatedException = {
  what: "byok fingerprint shows what a command says on standard error, on the terminal of who called it",
  fits: ({ kind, name }) => kind === "standard error" && /fingerprint exec:\S+(failing|killed)\.sh/.test(name),
};

describe("the byok command", () => {
  let room: Room;
  let life: Life;
  const flows: string[] = [];
  beforeAll(async () => {
    room = await Room.open();
    life = await startLife();
  });
  afterAll(async () => {
    await life.close();
    await room.close();
  });

  const talkative = {
    NODE_DEBUG: nodeDebug,
    AWS_ACCESS_KEY_ID: "AKIAENGINE",
    AWS_SECRET_ACCESS_KEY: "engine",
    AWS_REGION: testRegion,
  };

  async function byok(
    args: readonly string[],
    env: Readonly<Record<string, string>> = {},
    input?: Buffer,
  ): Promise<number | null> {
    flows.push(args.slice(0, 2).join(" "));
    const options = { env: { ...talkative, ...env }, ...(input === undefined ? {} : { input }) };
    return (await room.run(process.execPath, [main, ...args], options)).exitCode;
  }

  /** A run against the embedded KMS, and a new key there. */
  async function newKey(url: string) {
    const settings = {
      endpoint: url,
      stsEndpoint: url,
      region: testRegion,
      accessKey: "AKIAENGINE",
      secretKey: "engine",
    };
    const run = life.run({ aws: settings });
    const { record } = await ensureKey(run, { kms: "aws", region: testRegion, multiRegion: false }, undefined);
    return { run, arn: record.arn };
  }

  /** The ARN of a new key with the bytes of a source. */
  async function imported(url: string, source: string): Promise<string> {
    const { run, arn } = await newKey(url);
    const wanted = { keyArn: arn, lifetime: lifetimeFrom({ validFor: "90d" }), onDeletion: "reimport" as const };
    await applyMaterial(run, wanted, sourceFromUri(source, { attribute: "key_material_source" }), undefined);
    return arn;
  }

  /** A key ceremony from its parameters to its import, and one that ends with components of another key. */
  async function ceremony(url: string): Promise<void> {
    const [one, two] = [room.canary("first component"), room.canary("second component")];
    const whole = room.canary("key of the components", Buffer.from(one.map((byte, i) => byte ^ (two[i] ?? 0))));
    const [first, second] = [await room.give("one.bin", one), await room.give("two.bin", two)];
    const other = await room.give("other.bin", room.canary("another component"));
    const { arn } = await newKey(url);
    const [params, wrapped] = [room.path("work", "p.json"), room.path("work", "w.json")];
    const trail = ["--transcript", room.path("work", "trail.jsonl"), "--present", "Ada"];
    const expected = ["--fingerprint", fingerprintOfRaw(whole)];
    expect(await byok(["params", arn, "--endpoint", url, "--out", params, ...expected, ...trail])).toBe(0);
    const wrap = (...files: readonly string[]) => {
      const components = files.flatMap((file) => ["--component", `file:${file}?encoding=raw`]);
      return byok(["wrap", params, ...components, "--out", wrapped, ...trail]);
    };
    expect(await wrap(first, other)).toBe(1);
    expect(await wrap(first, first)).toBe(1);
    expect(await wrap(first, second)).toBe(0);
    expect(await byok(["fingerprint", `wrapped:${wrapped}`])).toBe(0);
    expect(await byok(["import", wrapped, "--endpoint", url, ...trail])).toBe(0);
    expect(await byok(["import", wrapped, "--endpoint", url, "--again", ...trail])).toBe(1);
  }

  it("prints no byte of what it is given to name, and the embedded KMS none of what it keeps", async () => {
    const given = await materials(room);
    for (const { source, keySpec } of given.all) {
      if (source === undefined) continue;
      expect([source, await byok(["fingerprint", source, "--key-spec", keySpec], given.variables)]).toEqual([
        source,
        0,
      ]);
    }
    const [first] = given.all;
    expect(await byok(["fingerprint", first?.source ?? "", "--json"])).toBe(0);
    expect(await byok(["fingerprint", first?.source ?? "", "--key-spec", "RSA_2048"])).toBe(1);
    const piped = room.canary("standard input");
    expect(await byok(["fingerprint", "-"], {}, Buffer.from(piped))).toBe(0);
    expect(await byok(["fingerprint", "-", "--encoding", "hex"], {}, Buffer.from(piped.toString("base64")))).toBe(1);
    for (const [name, source, code] of await failingSources(room)) {
      // Bytes in the place of a URI are an argument of the command, which everybody sees before byok does.
      if (code === "invalid_argument") continue;
      expect([name, await byok(["fingerprint", source], given.variables)]).toEqual([name, 1]);
    }

    // The embedded KMS as a process of its own, with all that can be asked of it.
    const state = room.path("work", "emulator-state.json");
    const args = ["emulator", "--port", "0", "--json", "--state", state];
    const kept = await room.give("kept.bin", room.canary("kept by the embedded KMS"));
    flows.push("emulator");
    const ran = await room.run(process.execPath, [main, ...args], {
      env: talkative,
      meanwhile: async ({ pid, firstLine }) => {
        const { url }: { url: string } = JSON.parse(await firstLine);
        const arn = await imported(url, `file:${kept}?encoding=raw`);
        expect(await byok(["status", arn, "--endpoint", url, "--json"])).toBe(0);
        await ceremony(url);
        expect(await byok(["status", arn, "--endpoint", url, "--within", "120d"])).toBe(2);
        expect(await byok(["status", arn.slice(0, -1), "--endpoint", url])).not.toBe(null);
        for (const path of ["requests", "faults", "health", "clock", "denials", "no-such-thing"]) {
          flows.push(`/_byok/${path}`);
          const reply = await fetch(`${url}/_byok/${path}`);
          room.heard("answer of the embedded KMS", path, Buffer.from(await reply.arrayBuffer()));
        }
        process.kill(pid, "SIGINT");
      },
    });
    expect(ran.exitCode).toBe(0);
    expect((await stat(state)).mode & 0o777).toBe(0o600);

    const searched = await room.search([emulatorState, terminal]);
    reportSearch("command", flows, room, searched);
    expect(searched.leaks).toEqual([]);
    // What is stated is also so: who searches would have found it.
    expect(searched.stated.get(emulatorState.what)).toBeGreaterThan(0);
  });
});
