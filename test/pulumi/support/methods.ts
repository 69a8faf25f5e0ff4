import type { ResourceHandler } from "../../../pulumi/provider/handler";
import type { Props } from "../../../pulumi/provider/props";

export type ResourceType = "ExternalKey" | "ImportedKeyMaterial" | "KeyRotation";

/** What an engine asks of a provider, however it is reached. */
export type Methods = Omit<ResourceHandler, "configure">;

/** A provider for the time of one run of the CLI. */
export interface Provider {
  methods(type: ResourceType): Methods;
  /** What it printed for the user. */
  printed(): readonly string[];
  close(): Promise<void>;
}

/** The failure of a creation or update after which the resource is in the state all the same. */
export interface InitFailure {
  readonly id: string;
  readonly reasons: readonly string[];
  readonly properties: Props;
}

export function initFailure(error: unknown): InitFailure | undefined {
  if (!(error instanceof Error) || !("id" in error) || !("reasons" in error) || !("properties" in error))
    return undefined;
  const { id, reasons, properties } = error;
  if (typeof id !== "string" || !Array.isArray(reasons) || typeof properties !== "object" || properties === null) {
    return undefined;
  }
  return { id, reasons: reasons.map(String), properties: { ...properties } };
}
