import { Command, InvalidArgumentError } from "commander";
import { type Emulator, FAULT_SYNTAX, type Fault, parseFault, startEmulator } from "../emulator/index";

interface Flags {
  readonly port: number;
  readonly region: string;
  readonly account: string;
  readonly state?: string;
  readonly quotas: "aws" | "off";
  readonly fault: readonly Fault[];
  readonly clock?: Date;
  readonly json?: true;
}

/** `byok emulator`: the embedded KMS on a loopback port, until it is interrupted. */
export function emulatorCommand(): Command {
  return new Command("emulator")
    .description(
      "run the embedded KMS (wires of AWS, Alibaba Cloud and QKMS) on 127.0.0.1, for tests and trying things out",
    )
    .option("--port <number>", "TCP port, 0 = any that is free", parsedPort, 8300)
    .option("--region <name>", "Region of requests that name none", "us-east-1")
    .option("--account <digits>", "account of the callers", "111122223333")
    .option("--state <file>", "keep keys, with their bytes, in this file between starts")
    .option("--quotas <which>", "throttle as AWS does by default: aws or off", parsedQuotas, "off")
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

function environment(emulator: Emulator): Record<string, string> {
  return {
    AWS_ENDPOINT_URL_KMS: emulator.url,
    AWS_ENDPOINT_URL_STS: emulator.url,
    AWS_REGION: emulator.region,
    AWS_ACCESS_KEY_ID: "test",
    AWS_SECRET_ACCESS_KEY: "test",
    ALIBABA_CLOUD_KMS_ENDPOINT: emulator.url,
    ALIBABA_CLOUD_REGION: "cn-hangzhou",
    ALIBABA_CLOUD_ACCESS_KEY_ID: "test",
    ALIBABA_CLOUD_ACCESS_KEY_SECRET: "test",
    QKMS_ENDPOINT_URL: emulator.qkmsUrl,
    QKMS_ACCESS_KEY_ID: "test",
    QKMS_SECRET_ACCESS_KEY: "test",
  };
}

function facts(emulator: Emulator): object {
  const { url, port, region, accountId } = emulator;
  return { url, port, region, accountId, environment: environment(emulator) };
}

function welcome(emulator: Emulator): string {
  const lines = Object.entries(environment(emulator)).map(([name, value]) => `  export ${name}=${value}`);
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

function parsedQuotas(text: string): "aws" | "off" {
  if (text !== "aws" && text !== "off") throw new InvalidArgumentError('It is either "aws" or "off".');
  return text;
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
