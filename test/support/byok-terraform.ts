import { byokProvider } from "../../src/terraform/provider";
import { serveForReattach } from "../../src/terraform/plugin/reattach";
import { terraformBinary } from "./terraform-binary";
import { Workspace } from "./terraform";
import { type Life, startLife } from "./life";
import type { EmulatorOptions } from "../../src/emulator/index";

export const providerAddresses = ["registry.terraform.io/byok/byok", "registry.opentofu.org/byok/byok"];

/** The real terraform, this provider in the test's own process, and an embedded KMS. */
export interface Bench {
  readonly life: Life;
  readonly workspace: Workspace;
  /** Writes the configuration below the provider's block for the embedded KMS. */
  write(configuration: string, providerSettings?: string): Promise<void>;
  /** Two further plans, without and with refresh, must be empty. */
  settled(variables?: readonly string[]): Promise<void>;
  close(): Promise<void>;
}

export async function bench(options: EmulatorOptions = {}): Promise<Bench> {
  const life = await startLife(options);
  const server = await serveForReattach(byokProvider(), providerAddresses);
  const workspace = await Workspace.create({
    terraform: await terraformBinary(),
    provider: { reattachProviders: server.reattachProviders },
  });
  return {
    life,
    workspace,
    write: (configuration, providerSettings = "") =>
      workspace.write(`${providerBlock(life.kms.url, providerSettings)}\n${configuration}`),
    async settled(variables = []) {
      for (const how of ["-refresh=false", "-refresh=true"]) {
        const changes = await workspace.changes(how, ...variables);
        expect([...changes].map(([address, { actions }]) => `${how} ${address} ${actions.join()}`)).toEqual([]);
      }
    },
    async close() {
      await workspace.remove();
      await server.close();
      await life.close();
    },
  };
}

/** The provider, reaching the embedded KMS. */
export function providerBlock(url: string, more = "", alias = ""): string {
  return `
terraform {
  required_providers {
    byok = { source = "byok/byok" }
  }
}
provider "byok" {
  import_requests_per_second = 1000
  ${alias}
  ${more}
  aws {
    region     = "eu-central-1"
    access_key = "AKIAENGINE"
    secret_key = "engine"
    endpoint   = "${url}"
  }
}
`;
}
