import { byokProvider } from "../../src/terraform/provider";
import type { AnyProvider } from "../../src/terraform/plugin/provider";
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

/** @param others Further providers, of `hashicorp`, by name. */
export async function bench(
  options: EmulatorOptions = {},
  others: Readonly<Record<string, AnyProvider>> = {},
): Promise<Bench> {
  const life = await startLife(options);
  const servers = [await serveForReattach(byokProvider(), providerAddresses)];
  for (const [name, provider] of Object.entries(others)) {
    const hosts = ["registry.terraform.io", "registry.opentofu.org"];
    servers.push(
      await serveForReattach(
        provider,
        hosts.map((host) => `${host}/hashicorp/${name}`),
      ),
    );
  }
  const reattach = Object.assign({}, ...servers.map(({ reattachProviders }) => JSON.parse(reattachProviders)));
  const workspace = await Workspace.create({
    terraform: await terraformBinary(),
    provider: { reattachProviders: JSON.stringify(reattach) },
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
      for (const server of servers) await server.close();
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
