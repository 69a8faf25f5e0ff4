import { Command, InvalidArgumentError } from "commander";
import { emulatedClouds } from "../emulator/clouds";
import {
  type Emulator,
  FAULT_SYNTAX,
  type Fault,
  parseFault,
  type QuotaName,
  quotaNames,
  startEmulator,
} from "../emulator/index";

interface Flags {
  readonly port: number;
  readonly region: string;
  readonly account: string;
  readonly state?: string;
  readonly quotas: QuotaName;
  readonly fault: readonly Fault[];
  readonly clock?: Date;
  readonly json?: true;
}

/** `byok emulator`: the embedded KMS on a loopback port, until it is interrupted. */
export function emulatorCommand(): Command {
  return new Command("emulator")
    .description(`run the embedded KMS (wires of ${titles()}) on 127.0.0.1, for tests and trying things out`)
    .option("--port <number>", "TCP port, 0 = any that is free", parsedPort, 8300)
    .option("--region <name>", "Region of requests that name none", "us-east-1")
    .option("--account <digits>", "account of the callers", "111122223333")
    .option("--state <file>", "keep keys, with their bytes, in this file between starts")
    .option("--quotas <which>", `throttle as AWS does by default: ${quotaNames.join(" or ")}`, parsedQuotas, "off")
    .option("--fault <spec>", "inject a fault, may be repeated; syntax below", collectedFault, [])
    .option("--clock <instant>", "start with the clock at this ISO 8601 instant", parsedInstant)
    .option("--json", "print what is needed to use it as one line of JSON")
    .addHelpText("after", `\nFaults:\n  ${FAULT_SYNTAX.replaceAll("\n", "\n  ")}`)
    .action(run);
}

async function run(flags: Flags): Promise<void> {
  const emulator = await started(flags);
  if (flags.clock !== undefined) emulator.clock.set(flags.clock);
  process.stdout.write(flags.json === true ? `${JSON.stringify(facts(emulator))}\n` : welcome(emulator));
  await interrupted();
  await emulator.close();
}

async function started(flags: Flags): Promise<Emulator> {
  try {
    return await startEmulator({
      port: flags.port,
      region: flags.region,
      accountId: flags.account,
      quotas: flags.quotas,
      faults: flags.fault,
      ...(flags.state === undefined ? {} : { stateFile: flags.state }),
    });
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EADDRINUSE") {
      throw new Error(`Port ${flags.port} is taken. Choose another with --port, or any free one with --port 0.`, {
        cause: error,
      });
    }
    throw error;
  }
}

/** "AWS, Alibaba Cloud and QKMS" */
function titles(): string {
  return emulatedClouds
    .map(({ title }) => title)
    .join(", ")
    .replace(/, ([^,]*)$/, " and $1");
}

function facts(emulator: Emulator): object {
  const { url, port, region, accountId, environment } = emulator;
  return { url, port, region, accountId, environment };
}

function welcome(emulator: Emulator): string {
  const lines = Object.entries(emulator.environment).map(([name, value]) => `  export ${name}=${value}`);
  return `The embedded KMS listens on ${emulator.url} (account ${emulator.accountId}). Ctrl-C ends it.

To use it, set in another shell:
${lines.join("\n")}

To turn its clock:
  curl -X PUT ${emulator.url}/_byok/clock -d '{"advance": "90d"}'
  curl -X PUT ${emulator.url}/_byok/clock -d '{"set": "2030-01-01T00:00:00Z"}'
`;
}

function interrupted(): Promise<void> {
  return new Promise((resolve) => {
    process.once("SIGINT", () => resolve());
    process.once("SIGTERM", () => resolve());
  });
}

function parsedPort(text: string): number {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port > 65_535) throw new InvalidArgumentError("A port is a number from 0 to 65535.");
  return port;
}

function parsedQuotas(text: string): QuotaName {
  const named = quotaNames.find((name) => name === text);
  if (named !== undefined) return named;
  throw new InvalidArgumentError(`It is either ${quotaNames.map((name) => `"${name}"`).join(" or ")}.`);
}

function parsedInstant(text: string): Date {
  const instant = new Date(text);
  if (Number.isNaN(instant.getTime())) throw new InvalidArgumentError("An instant looks like 2030-01-01T00:00:00Z.");
  return instant;
}

function collectedFault(text: string, faults: readonly Fault[]): readonly Fault[] {
  try {
    return [...faults, parseFault(text)];
  } catch (error) {
    throw new InvalidArgumentError(error instanceof Error ? error.message : "It is not a fault.");
  }
}
