import type { EmulatorOptions } from "../../src/emulator/index";
import {
  type ConfigInput,
  HostError,
  ProviderHost,
  type ResourceInstance,
} from "../../src/terraform/plugin/testing/host";
import { byokProvider } from "../../src/terraform/provider";
import { type Life, startLife, testRegion } from "./life";

/** The provider under a host in the test's own process, which takes milliseconds, and an embedded KMS. */
export interface ByokHost {
  readonly life: Life;
  readonly host: ProviderHost;
  /** The next run: what an earlier process remembered is gone. */
  restart(changes?: ConfigInput): Promise<void>;
  close(): Promise<void>;
}

export async function byokHost(options: EmulatorOptions = {}): Promise<ByokHost> {
  const life = await startLife(options);
  const host = new ProviderHost(byokProvider());
  const restart = async (changes: ConfigInput = {}): Promise<void> => {
    await host.configure({ import_requests_per_second: 1000, aws: awsBlock(life.kms.url), ...changes });
  };
  await restart();
  return { life, host, restart, close: () => life.close() };
}

/** The provider's block for an embedded KMS. */
export function awsBlock(endpoint: string, changes: ConfigInput = {}): ConfigInput {
  return { region: testRegion, access_key: "AKIAENGINE", secret_key: "engine", endpoint, ...changes };
}

/** An attribute of what is in the state, which must be text. */
export function textIn({ state }: ResourceInstance, name: string): string {
  const value = state?.[name];
  if (typeof value !== "string") throw new Error(`${name} is no text`);
  return value;
}

/** What an operation was refused with: every error as its argument, or a dash, and its text. */
export async function refusal(
  work: Promise<unknown>,
): Promise<readonly { readonly at: string; readonly detail: string }[]> {
  try {
    await work;
  } catch (error) {
    if (!(error instanceof HostError)) throw error;
    return error.diagnostics.map(({ path, detail }) => {
      const [first] = path ?? [];
      return { at: first !== undefined && "attribute" in first ? first.attribute : "-", detail };
    });
  }
  return [];
}
