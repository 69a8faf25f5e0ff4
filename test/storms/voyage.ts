import type { Clock } from "../../src/engine/clock";
import { deadlineAfter } from "../../src/engine/deadline";
import { ByokError } from "../../src/engine/errors";
import { ensureKey } from "../../src/engine/external-key";
import { applyMaterial } from "../../src/engine/imported-key-material";
import type { KeyRecord } from "../../src/engine/key-record";
import type { KeyService } from "../../src/engine/key-service";
import type { KmsName as Kms } from "../../src/kms/clouds";
import { silentLog } from "../../src/engine/log";
import type { MaterialRecord } from "../../src/engine/material-record";
import { type Run, startRun } from "../../src/engine/run";
import type { WantedKey } from "../../src/engine/wanted-key";
import type { Emulator, EmulatorOptions } from "../../src/emulator/index";
import { type ConnectedKeyServices, type KmsSettings, keyServices } from "../../src/kms/key-services";
import { alibabaRegion } from "../support/alibaba";
import { emulator } from "../support/emulator";
import { planned, settings } from "../support/imported-key";
import { bytesSource, testRegion } from "../support/life";
import { VirtualClock } from "../support/virtual-clock";
import { type Sky, sky } from "./weather";

/** How a KMS is reached through a port, and the key that it is asked for. */
interface Harbour {
  readonly kms: Kms;
  readonly wantedKey: WantedKey;
  reach(port: number): KmsSettings;
  readonly emulator: EmulatorOptions;
}

export const harbours = {
  aws: {
    kms: "aws",
    wantedKey: { kms: "aws", region: testRegion, multiRegion: false },
    reach: (port) => ({
      aws: {
        endpoint: `http://127.0.0.1:${port}`,
        stsEndpoint: `http://127.0.0.1:${port}`,
        region: testRegion,
        accessKey: "AKIAENGINE",
        secretKey: "engine",
      },
    }),
    emulator: { region: testRegion },
  },
  alibaba: {
    kms: "alibaba",
    wantedKey: { kms: "alibaba", region: alibabaRegion, multiRegion: false },
    reach: (port) => ({
      alibaba: {
        endpoint: `http://127.0.0.1:${port}`,
        region: alibabaRegion,
        accessKey: "ENGINE",
        secretKey: "engine",
      },
    }),
    emulator: { alibaba: { accessKeys: { ENGINE: "engine" } } },
  },
  qkms: {
    kms: "qkms",
    wantedKey: { kms: "qkms", region: "", multiRegion: false },
    reach: (port) => ({
      qkms: { endpoint: `http://127.0.0.1:${port}/qkms`, accessKey: "QENGINE", secretKey: "engine" },
    }),
    emulator: { qkms: { credentials: { QENGINE: "engine" } } },
  },
} as const satisfies Record<Kms, Harbour>;

/** Short enough not to wait for, long enough for a busy machine to answer a request that nothing holds up. */
export const shortTimeouts = { connect: 2_000, request: 2_000 };

/** A KMS behind a stretch of network, and runs of the engine on a clock that takes no time. */
export interface Sea {
  readonly harbour: Harbour;
  readonly clock: VirtualClock;
  readonly kms: Emulator;
  readonly sky: Sky;
  run(changes?: KmsSettings): Run;
  close(): Promise<void>;
}

export async function openSea(harbour: Harbour, options: EmulatorOptions = {}): Promise<Sea> {
  const clock = new VirtualClock();
  const kms = await emulator({ ...harbour.emulator, now: () => clock.now(), ...options });
  const over = await sky(kms.port, () => kms.clock.now().getTime());
  const connected: ConnectedKeyServices[] = [];
  return {
    harbour,
    clock,
    kms,
    sky: over,
    run(changes = {}) {
      const random = seeded(connected.length + 1);
      const asked = { timeouts: shortTimeouts, ...harbour.reach(over.port), ...changes };
      const reached = { ...asked, retry: { random, ...asked.retry } };
      const services = keyServices(reached, { clock, log: silentLog, env: {}, watch: stillness(clock) });
      connected.push(services);
      return startRun({ clock, log: silentLog, services, allowed: {} });
    },
    async close() {
      for (const open of connected) open.destroy();
      await over.close();
      await kms.close();
    },
  };
}

/** Time stands still while a request is under way. */
export function stillness(clock: VirtualClock): (service: KeyService) => KeyService {
  return (service) =>
    new Proxy(service, {
      get(target, name, receiver) {
        const value: unknown = Reflect.get(target, name, receiver);
        if (typeof value !== "function" || name === "samePolicy") return value;
        return (...args: unknown[]) => clock.during(async () => Reflect.apply(value, target, args));
      },
    });
}

/** Numbers that look like chance and are the same each time. */
export function seeded(seed: number): () => number {
  let state = seed * 2_654_435_761;
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32;
    return Math.abs(state) / 2 ** 32;
  };
}

/** What a stack has on record between its runs. */
export interface Cargo {
  key?: KeyRecord;
  material?: MaterialRecord;
}

const lifetime = { validFor: "90d", renewBefore: "30d" };
const limit = 20 * 60_000;

/** One apply of a key and its material, as a process of its own: the record is kept as far as it came. */
export async function apply(
  run: Run,
  wanted: WantedKey,
  bytes: Buffer,
  cargo: Cargo,
  clock: Clock = run.clock,
): Promise<ByokError | undefined> {
  const call = { deadline: deadlineAfter(limit, clock) };
  try {
    const made = await ensureKey(run, wanted, cargo.key, call);
    cargo.key = made.record;
    if (made.error !== undefined) return made.error;
    const asked = settings(made.record.arn, lifetime);
    const source = bytesSource(bytes);
    const plan = await planned(run, asked, source, cargo.material);
    const { action } = plan.assessment;
    const done = await applyMaterial(run, asked, source, plan.record, call, action);
    cargo.material = done.record;
    return done.error;
  } catch (thrown) {
    return ByokError.from(thrown);
  }
}
