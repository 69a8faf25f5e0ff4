import { type Diagnostic, errorDiagnostic, providerBug } from "./diagnostics";
import type { Log } from "./log";
import { kindOf, placesOf } from "./places";
import type { AnyProvider } from "./provider";
import type { Call } from "./resource";
import { ValueError } from "./value-error";

/** A provider at work: configured or not yet, and asked to stop or not. */
export class Session {
  readonly provider: AnyProvider;
  readonly log: Log;
  #configured: { readonly client: unknown } | null = null;
  #stop = new AbortController();

  constructor(provider: AnyProvider, log: Log) {
    this.provider = provider;
    this.log = log;
  }

  /** Begins again with another client: tests let one host after another configure the same provider. */
  configure(client: unknown): void {
    this.#configured = { client };
  }

  /** A signal for what is done from now on; one that was aborted belongs to the host before. */
  renewSignal(): AbortSignal {
    if (this.#stop.signal.aborted) this.#stop = new AbortController();
    return this.#stop.signal;
  }

  stop(): void {
    this.#stop.abort();
  }

  /** What handlers are called with. Throws where the provider is not configured. */
  call(): Call<unknown> {
    if (!this.#configured) throw new NotConfigured();
    return { client: this.#configured.client, signal: this.#stop.signal, log: this.log };
  }

  /** What to say about something that was thrown. */
  diagnose(error: unknown, what: string): readonly Diagnostic[] {
    const known = error instanceof NotConfigured ? undefined : this.provider.diagnose?.(error);
    if (known) return known;
    if (error instanceof NotConfigured) {
      return [errorDiagnostic("Provider Not Configured", `To ${what} the provider must be configured first.`)];
    }
    if (this.#stop.signal.aborted && isAbort(error)) {
      return [errorDiagnostic("Operation Cancelled", `Terraform was asked to stop, so it did not ${what}.`)];
    }
    if (error instanceof ValueError) {
      return [providerBug(`While it was to ${what}, the provider met ${error.message}.`, error.path)];
    }
    const places = placesOf(error);
    this.log.error(`an unexpected error while it was to ${what}`, { kind: kindOf(error), stack: places.join("\n") });
    const where = places.length === 0 ? "" : `\n\n${kindOf(error)}\n${places.slice(0, 5).join("\n")}`;
    return [providerBug(`An unexpected error occurred while it was to ${what}: ${kindOf(error)}.${where}`)];
  }
}

class NotConfigured extends Error {
  override readonly name = "NotConfigured";
}

function isAbort(error: unknown): boolean {
  return error instanceof Error && error.name === "AbortError";
}
