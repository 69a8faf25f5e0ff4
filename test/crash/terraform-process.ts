import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { join } from "node:path";
import { magicCookie } from "../../src/terraform/plugin/handshake";
import { providerAddresses } from "../support/byok-terraform";

const executable = join(__dirname, "../../dist/terraform-provider-byok");

/** The built provider in a process of its own, to which Terraform connects. */
export interface TerraformProviderProcess {
  /** The value of TF_REATTACH_PROVIDERS. */
  readonly reattachProviders: string;
  /** Ends when the process is dead. */
  kill(): Promise<void>;
}

/**
 * Starts the file that Terraform would start. Terraform starts it three or four times for one apply; here one process
 * serves a whole run, which changes nothing for the provider, since each of Terraform's phases configures it again.
 *
 * @param folder for its socket, which a killed process leaves behind
 * @param env further variables
 */
export async function terraformProviderProcess(
  folder: string,
  env: Readonly<Record<string, string>> = {},
): Promise<TerraformProviderProcess> {
  const child = spawn(executable, [], {
    env: {
      PATH: process.env["PATH"],
      TMPDIR: folder,
      [magicCookie.name]: magicCookie.value,
      PLUGIN_PROTOCOL_VERSIONS: "6",
      ...env,
    },
    stdio: ["ignore", "pipe", "ignore"],
  });
  const dead = new Promise<void>((resolve) => child.once("close", () => resolve()));
  const [, , network, address] = (await handshake(child)).split("|");
  const attachment = {
    Protocol: "grpc",
    ProtocolVersion: 6,
    Pid: child.pid,
    Test: true,
    Addr: { Network: network, String: address },
  };
  return {
    reattachProviders: JSON.stringify(Object.fromEntries(providerAddresses.map((name) => [name, attachment]))),
    kill: async () => {
      child.kill("SIGKILL");
      await dead;
    },
  };
}

function handshake(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", () => reject(new Error("The provider ended before it said where it listens.")));
    if (child.stdout === null) reject(new Error("The provider has no output."));
    else createInterface({ input: child.stdout }).once("line", resolve);
  });
}
