import { spawn } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { CreateKeyCommand, KMSClient } from "@aws-sdk/client-kms";

export const region = "eu-central-1";

/** The embedded KMS in a process of its own, so that its work is not counted as that of what is measured. */
export interface Kms extends AsyncDisposable {
  readonly url: string;
  /** Makes empty keys. @returns their ARNs */
  makeKeys(count: number): Promise<readonly string[]>;
  /** The number of the latest request. */
  mark(): Promise<number>;
  /** Names of the operations since. */
  operationsSince(mark: number): Promise<readonly string[]>;
}

export async function startKms(root: string): Promise<Kms> {
  const args = [join(root, "dist/src/cli/main.js"), "emulator", "--port", "0", "--region", region, "--json"];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  const line = await new Promise<string>((resolve, reject) => {
    createInterface(child.stdout).once("line", resolve);
    child.once("exit", () => reject(new Error("The embedded KMS did not start.")));
  });
  const { url }: { readonly url: string } = JSON.parse(line);
  const logged = async (since: number): Promise<{ mark: number; requests: readonly { operation: string }[] }> => {
    const response = await fetch(`${url}/_byok/requests?since=${since}`);
    return JSON.parse(await response.text());
  };
  return {
    url,
    makeKeys: (count) => madeKeys(url, count),
    mark: async () => (await logged(Number.MAX_SAFE_INTEGER)).mark,
    operationsSince: async (mark) => (await logged(mark)).requests.map(({ operation }) => operation),
    [Symbol.asyncDispose]: async () => {
      const ended = new Promise((resolve) => child.once("exit", resolve));
      child.kill("SIGTERM");
      await ended;
    },
  };
}

async function madeKeys(endpoint: string, count: number): Promise<readonly string[]> {
  const client = new KMSClient({
    region,
    endpoint,
    credentials: { accessKeyId: "bench", secretAccessKey: "bench" },
  });
  const made: string[] = [];
  while (made.length < count) {
    const some = Array.from({ length: Math.min(50, count - made.length) }, () =>
      client.send(new CreateKeyCommand({ Origin: "EXTERNAL" })),
    );
    for (const { KeyMetadata } of await Promise.all(some)) made.push(KeyMetadata?.Arn ?? "");
  }
  client.destroy();
  return made;
}
