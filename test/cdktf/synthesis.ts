import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { App, TerraformStack } from "cdktf";
import { type Family, modernTargets } from "./families";

type Block = Readonly<Record<string, unknown>>;

/** What a stack is in Terraform's JSON, as far as tests look at it. */
export interface Synthesised {
  readonly resource?: Readonly<Record<string, Readonly<Record<string, Block>>>>;
  readonly data?: Readonly<Record<string, Readonly<Record<string, Block>>>>;
  readonly provider?: Readonly<Record<string, readonly Block[]>>;
  readonly variable?: Readonly<Record<string, Block>>;
  readonly output?: Readonly<Record<string, Block>>;
  readonly terraform?: Block;
}

// Every app makes its folder, whether it writes anything or not.
const outdir = mkdtempSync(join(tmpdir(), "byok-cdktf-"));
afterAll(() => rmSync(outdir, { recursive: true, force: true }));

/** An app that leaves nothing behind. The context may say other target versions. */
export function newApp(family: Family, context: Readonly<Record<string, unknown>> = modernTargets): App {
  return family.library.Testing.app({ outdir, context });
}

/** A stack of a new app, with the provider in it. */
export function newStack(family: Family, context: Readonly<Record<string, unknown>> = {}, id = "keys"): TerraformStack {
  const { library, byok } = family;
  const app = newApp(family, { ...modernTargets, ...context });
  const stack = new library.TerraformStack(app, id);
  new byok.ByokProvider(stack, "byok", { aws: { region: "eu-central-1" } });
  return stack;
}

/** Synthesises with validations; what is wrong is thrown. */
export function synthesise(family: Family, stack: TerraformStack): Synthesised {
  return JSON.parse(family.library.Testing.synth(stack, true));
}

/** The resources of a kind, in the order in which they were made. */
export function resourcesOf(synthesised: Synthesised, type: string): readonly Block[] {
  return Object.values(synthesised.resource?.[type] ?? {}).map((resource) => {
    const { "//": _metadata, ...block } = resource;
    return block;
  });
}

/** What a synthesis is refused for; fails where it is not. */
export function refusalOf(build: () => unknown): string {
  try {
    build();
  } catch (thrown) {
    return thrown instanceof Error ? thrown.message : String(thrown);
  }
  throw new Error("This was expected to be refused.");
}
