import type { KmsName as Kms } from "../../src/kms/clouds";
import type { RequestMoment, WatchedRequest } from "../../src/emulator/index";
import type { Embedded } from "./embedded";
import type { OutsiderAct } from "./outsider";

/** What befalls one run. `nth` counts the requests that change something, from 1. */
export type Weather =
  | { readonly kind: "calm" }
  | { readonly kind: "request lost" | "reply lost" | "killed before" | "killed after"; readonly nth: number }
  | { readonly kind: "denied"; readonly operation: string }
  /** From the nth request on, so many requests fail, whatever they are. */
  | { readonly kind: "storm" | "throttling"; readonly nth: number; readonly lasts: number }
  /** What the operation does is not seen for half a minute. */
  | { readonly kind: "late"; readonly operation: string }
  /** Somebody else acts between a plan's look and the request, which may be lost besides. */
  | { readonly kind: "meanwhile"; readonly nth: number; readonly act: OutsiderAct; readonly loses: boolean };

type Befalling = Extract<Weather, { readonly nth: number }>;

/** What byok may be denied, by operation of AWS's; the other services have other names for some. */
export const deniable = [
  "ImportKeyMaterial",
  "GetParametersForImport",
  "DeleteImportedKeyMaterial",
  "DisableKey",
  "EnableKey",
  "TagResource",
  "UntagResource",
  "ListResourceTags",
  "CreateKey",
  "ReplicateKey",
  "CancelKeyDeletion",
  "ScheduleKeyDeletion",
  "PutKeyPolicy",
  "UpdateKeyDescription",
  "ListKeyRotations",
  "RotateKeyOnDemand",
] as const;

export const belated = [
  "CreateKey",
  "ImportKeyMaterial",
  "ReplicateKey",
  "CancelKeyDeletion",
  "EnableKey",
  "DisableKey",
] as const;

const names: Readonly<Partial<Record<Kms, Readonly<Record<string, string>>>>> = {
  alibaba: { DeleteImportedKeyMaterial: "DeleteKeyMaterial" },
};

function nameOn(kms: Kms, operation: string): string {
  return names[kms]?.[operation] ?? operation;
}

const failures = {
  storm: { aws: "KMSInternalException", alibaba: "InternalFailure", qkms: "KMSInternalException", status: 500 },
  throttling: { aws: "ThrottlingException", alibaba: "Throttling.User", qkms: "ThrottlingException", status: 400 },
} as const;

/** Requests that leave everything as it is. */
const looks = /^(Describe|List|GetKeyPolicy|GetCallerIdentity|GetParameters)/;

export function changesSomething(operation: string): boolean {
  return !looks.test(operation);
}

/** Counts the requests of a run, and lets the weather befall them. */
export class Skies {
  readonly #embedded: Embedded;
  readonly #act: (act: OutsiderAct) => Promise<void>;
  #weather: Weather = { kind: "calm" };
  #seen = 0;
  #dead = false;
  #befell = false;

  constructor(embedded: Embedded, act: (act: OutsiderAct) => Promise<void>) {
    this.#embedded = embedded;
    this.#act = act;
  }

  /** Whether the process was killed in this run. */
  get isDead(): boolean {
    return this.#dead;
  }

  /** Whether anything befell this run. */
  get befell(): boolean {
    const { emulator } = this.#embedded;
    return (
      this.#befell ||
      emulator.requests.since(this.#mark).some(({ faults, errorCode = "" }) => {
        return faults.length > 0 || /AccessDenied|NotAuthorized|Forbidden/.test(errorCode);
      })
    );
  }
  #mark = 0;

  /** How the process is killed, where it is a real one. */
  kill: () => Promise<void> = async () => undefined;

  begin(weather: Weather): void {
    this.#weather = weather;
    this.#seen = 0;
    this.#dead = false;
    this.#befell = false;
    const { emulator, kms } = this.#embedded;
    this.#mark = emulator.requests.mark();
    if (weather.kind === "denied") emulator.permissions.deny(`kms:${nameOn(kms, weather.operation)}`);
    if (weather.kind === "late") {
      emulator.faults.add({ operation: weather.operation, kind: "eventual", forMs: 30_000, times: 1 });
    }
  }

  end(): void {
    this.#weather = { kind: "calm" };
    this.#embedded.emulator.permissions.allow();
    this.#embedded.emulator.faults.clear();
  }

  async watch({ operation }: WatchedRequest, moment: RequestMoment): Promise<"drop" | undefined> {
    // A dead process asks for nothing.
    if (this.#dead) return "drop";
    if (!changesSomething(operation) && operation !== "GetParametersForImport") return undefined;
    if (moment === "before") this.#seen++;
    const weather = this.#weather;
    if (!("nth" in weather) || weather.nth !== this.#seen) return undefined;
    return this.#befall(weather, moment);
  }

  async #befall(weather: Befalling, moment: RequestMoment): Promise<"drop" | undefined> {
    const { emulator, kms } = this.#embedded;
    switch (weather.kind) {
      case "request lost":
        return moment === "before" ? this.#struck() : undefined;
      case "reply lost":
        return moment === "after" ? this.#struck() : undefined;
      case "killed before":
        return moment === "before" ? this.#killed() : undefined;
      case "killed after":
        return moment === "after" ? this.#killed() : undefined;
      case "storm":
      case "throttling": {
        if (moment === "after") return undefined;
        this.#befell = true;
        const { status, [kms]: code } = failures[weather.kind];
        emulator.faults.add({ operation: "*", kind: "error", code, status, times: weather.lasts });
        return undefined;
      }
      case "meanwhile":
        if (moment === "after") return undefined;
        this.#befell = true;
        await this.#act(weather.act);
        return weather.loses ? "drop" : undefined;
      default:
        return weather satisfies never;
    }
  }

  #struck(): "drop" {
    this.#befell = true;
    return "drop";
  }

  async #killed(): Promise<"drop"> {
    this.#dead = true;
    await this.kill();
    return this.#struck();
  }
}
