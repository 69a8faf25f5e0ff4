import { Command, InvalidArgumentError } from "commander";
import {
  type Emulator,
  type EnvironmentFormat,
  environmentFormats,
  environmentText,
  FAULT_SYNTAX,
  type Fault,
  isLoopback,
  parseFault,
  type QuotaName,
  quotaNames,
  startEmulator,
} from "../emulator/index";
import { durationMs } from "../emulator/clock";
import { emulatedClouds } from "../emulator/clouds";
import { gone, npxAbove } from "./parent-process";

interface Flags {
  readonly port: number;
  readonly host: string;
  readonly hostName: readonly string[];
  readonly region: string;
  readonly account: string;
  readonly state?: string;
  readonly quotas: QuotaName;
  readonly fault: readonly Fault[];
  readonly clock?: Date;
  readonly rotationDelay: number;
  readonly replicaMaterialDelay: number;
  readonly json?: true;
  readonly env?: EnvironmentFormat;
  readonly exitWithParent?: boolean;
}

/** `byok emulator`: the embedded KMS on a loopback port, until it is interrupted. */
export function emulatorCommand(): Command {
  return new Command("emulator")
    .description(`run the embedded KMS (wires of ${titles()}), for tests and trying things out`)
    .option("--port <number>", "TCP port, 0 = any that is free", parsedPort, 8300)
    .option(
      "--host <address>",
      "address to listen on; beyond loopback anyone who reaches it can use the keys",
      "127.0.0.1",
    )
    .option("--host-name <name>", "name under which others reach it, may be repeated", collected, [])
    .option("--region <name>", "Region of requests that name none", "us-east-1")
    .option("--account <digits>", "account of the callers", "111122223333")
    .option("--state <file>", "keep keys, with their bytes, in this file between starts")
    .option("--quotas <which>", `throttle as AWS does by default: ${quotaNames.join(" or ")}`, parsedQuotas, "off")
    .option("--fault <spec>", "inject a fault, may be repeated; syntax below", collectedFault, [])
    .option("--clock <instant>", "start with the clock at this ISO 8601 instant", parsedInstant)
    .option("--rotation-delay <time>", "how long a rotation runs once it is started, such as 5s", parsedDuration, 0)
    .option(
      "--replica-material-delay <time>",
      "how long replicas do not know of new material that their primary was given",
      parsedDuration,
      0,
    )
    .option("--json", "print what is needed to use it as one line of JSON")
    .option("--env <format>", `print the environment only: ${environmentFormats.join(", ")}`, parsedFormat)
    .option("--exit-with-parent", "end when the process that started it is gone (the default with npx)")
    .option("--no-exit-with-parent", "go on without it")
    .addHelpText("after", `\nFaults:\n  ${FAULT_SYNTAX.replaceAll("\n", "\n  ")}`)
    .action(run);
}

async function run(flags: Flags): Promise<void> {
  // Looked up before anything takes time, while the parents are certainly there.
  const parent = watchedParent(flags.exitWithParent);
  const emulator = await started(flags);
  process.stdout.write(announcement(emulator, flags));
  await Promise.race([interrupted(), ...(parent === undefined ? [] : [gone(parent)])]);
  await emulator.close();
}

/**
 * Whose end ends the emulator: npx, since killing it leaves behind what it started; or the process that started this one, where
 * that is asked for. Not by default, for a shell that starts something with `&` may end before it.
 */
function watchedParent(asked: boolean | undefined): number | undefined {
  if (asked === false) return undefined;
  return npxAbove() ?? (asked === true ? process.ppid : undefined);
}

function announcement(emulator: Emulator, { json, env, host }: Flags): string {
  if (json === true) return `${JSON.stringify(facts(emulator))}\n`;
  return env === undefined ? welcome(emulator, host) : environmentText(emulator.environment, env);
}

async function started(flags: Flags): Promise<Emulator> {
  try {
    return await startEmulator({
      port: flags.port,
      host: flags.host,
      hostNames: flags.hostName,
      region: flags.region,
      accountId: flags.account,
      quotas: flags.quotas,
      faults: flags.fault,
      rotationDelay: flags.rotationDelay,
      replicaMaterialDelay: flags.replicaMaterialDelay,
      ...(flags.clock === undefined ? {} : { clock: flags.clock }),
      ...(flags.state === undefined ? {} : { stateFile: flags.state }),
    });
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    if (code === "EADDRINUSE") {
      throw new Error(`Port ${flags.port} is taken. Choose another with --port, or any free one with --port 0.`, {
        cause: error,
      });
    }
    if (code === "EADDRNOTAVAIL" || code === "ENOTFOUND" || code === "EAI_AGAIN") {
      throw new Error(
        `"${flags.host}" is not an address of this machine. --host takes one, such as 0.0.0.0 for all; names under which others reach it go into --host-name.`,
        { cause: error },
      );
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

function welcome(emulator: Emulator, host: string): string {
  const lines = environmentText(emulator.environment, "sh").trimEnd().split("\n");
  const warning = isLoopback(host)
    ? ""
    : `\nIt listens on ${host}: anyone who reaches this port can use, read and delete its keys.\n`;
  return `The embedded KMS listens on ${emulator.url} (account ${emulator.accountId}). Ctrl-C ends it.
${warning}
To use it, set in another shell:
${lines.map((line) => `  ${line}`).join("\n")}

The same from a running one, for the shell (also fish, powershell, dotenv, json):
  eval "$(curl -s '${emulator.url}/_byok/environment?format=sh')"

To turn its clock:
  curl -X PUT ${emulator.url}/_byok/clock -d '{"advance": "90d"}'
  curl -X PUT ${emulator.url}/_byok/clock -d '{"set": "2030-01-01T00:00:00Z"}'

To begin again, without keys:
  curl -X POST ${emulator.url}/_byok/reset
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

function parsedFormat(text: string): EnvironmentFormat {
  const named = environmentFormats.find((name) => name === text);
  if (named !== undefined) return named;
  throw new InvalidArgumentError(`It is one of ${environmentFormats.join(", ")}.`);
}

function collected(text: string, names: readonly string[]): readonly string[] {
  return [...names, text];
}

function parsedInstant(text: string): Date {
  const instant = new Date(text);
  if (Number.isNaN(instant.getTime())) throw new InvalidArgumentError("An instant looks like 2030-01-01T00:00:00Z.");
  return instant;
}

function parsedDuration(text: string): number {
  try {
    return durationMs(text);
  } catch {
    throw new InvalidArgumentError("A time looks like 5s, 500ms or 1m.");
  }
}

function collectedFault(text: string, faults: readonly Fault[]): readonly Fault[] {
  try {
    return [...faults, parseFault(text)];
  } catch (error) {
    throw new InvalidArgumentError(error instanceof Error ? error.message : "It is not a fault.");
  }
}
